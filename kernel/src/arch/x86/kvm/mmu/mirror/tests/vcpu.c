// SPDX-License-Identifier: GPL-2.0-only
/*
 * vCPUs of the VM type for tests: the nested root page and the entry to the guest.
 */
#include "internal.h"
#include "kvm_cache_regs.h"

#include <asm/msr.h>
#include <asm/svm.h>
#include <asm/vmx.h>

#define SHARED_INDEX	SPTE_INDEX(BIT_ULL(KVM_MIRROR_TEST_SHARED_BIT), PT64_ROOT_4LEVEL)

int mirror_test_vcpu_create(struct kvm_vcpu *vcpu)
{
	struct mirror_test_vcpu *v = kzalloc(sizeof(*v), GFP_KERNEL_ACCOUNT);
	int ret = -ENOMEM;

	if (!v)
		return -ENOMEM;

	v->root = (u64 *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	if (!v->root)
		goto out_free;

	ret = xa_insert(&to_mirror_test_vm(vcpu->kvm)->vcpus, vcpu->vcpu_id, v,
			GFP_KERNEL_ACCOUNT);
	if (!ret)
		return 0;

out_free:
	free_page((unsigned long)v->root);
	kfree(v);
	return ret == -EBUSY ? -EEXIST : ret;
}

void mirror_test_vcpu_free(struct kvm_vcpu *vcpu)
{
	struct mirror_test_vcpu *v;

	v = xa_erase(&to_mirror_test_vm(vcpu->kvm)->vcpus, vcpu->vcpu_id);
	free_page((unsigned long)v->root);
	kfree(v);
}

/*
 * Remember KVM's shared root and let the CPU walk the vCPU's own root page.  A nested guest
 * would need a copy of another root, and a guest with more than 48 physical address bits a
 * root of another level; this VM type makes neither, so the VM dies.
 */
void mirror_test_load_pgd(struct kvm_vcpu *vcpu, hpa_t *root_hpa, int root_level)
{
	struct mirror_test_vcpu *v = to_mirror_test_vcpu(vcpu);

	if (is_guest_mode(vcpu) || root_level != PT64_ROOT_4LEVEL) {
		kvm_vm_dead(vcpu->kvm);
		return;
	}

	v->shared_root = __va(*root_hpa);
	*root_hpa = __pa(v->root);
}

/* Called with IRQs off, while the vCPU counts as being inside the guest: see vm.c. */
static void copy_roots(struct mirror_test_vcpu *v, const u64 *private_root)
{
	int i;

	for (i = 0; i < SHARED_INDEX; i++)
		WRITE_ONCE(v->root[i], READ_ONCE(private_root[i]));
	for (; i < SPTE_ENT_PER_PAGE; i++)
		WRITE_ONCE(v->root[i], READ_ONCE(v->shared_root[i]));
}

/*
 * Did the guest exit because of a nested page fault?  Then *@ret_gpa is the guest physical
 * address.  The vendor's op returns that on kvm-amd only; the CPU has it in the current VMCS on
 * kvm-intel.
 */
static bool get_page_fault(struct kvm_vcpu *vcpu, const struct kvm_x86_ops *vendor, u64 *ret_gpa)
{
	u32 reason, intr_info, error_code;
	u64 info;

	vendor->get_exit_info(vcpu, &reason, &info, ret_gpa, &intr_info, &error_code);
	if (!mirror_test_has_ept())
		return reason == SVM_EXIT_NPF;

	if (reason != EXIT_REASON_EPT_VIOLATION)
		return false;

	asm volatile("vmread %1, %0" : "=rm" (*ret_gpa) : "r" ((u64)GUEST_PHYSICAL_ADDRESS) : "cc");
	return true;
}

/*
 * Accept the pending page that the guest faulted on, as the guest of a TD would: the guest
 * here has no instruction for that.  The vCPU still counts as being inside the guest, so
 * whoever holds vCPUs out of the guest waits for this function.  If the private PT is busy,
 * nothing is accepted and the guest faults again.
 */
static void accept_fault(struct kvm_vcpu *vcpu, const struct kvm_x86_ops *vendor)
{
	struct kvm_mock *mock = &to_mirror_test_vm(vcpu->kvm)->mock;
	kvm_pfn_t pfn;
	int level;
	u64 gpa;

	if (!get_page_fault(vcpu, vendor, &gpa) || !kvm_mirror_is_private_gpa(vcpu->kvm, gpa))
		return;

	/* Tables that are unlinked during the walk are freed after it. */
	rcu_read_lock();
	if (kvm_mock_walk(mock, gpa_to_gfn(gpa), &pfn, &level) == KVM_MOCK_PENDING)
		(void)kvm_mock_accept(mock, gpa_to_gfn(gpa), level);
	rcu_read_unlock();
}

fastpath_t mirror_test_vcpu_run(struct kvm_vcpu *vcpu, u64 run_flags,
				const struct kvm_x86_ops *vendor)
{
	struct mirror_test_vm *vm = to_mirror_test_vm(vcpu->kvm);
	struct mirror_test_vcpu *v = to_mirror_test_vcpu(vcpu);
	fastpath_t ret;
	u64 epoch, start;

	lockdep_assert_irqs_disabled();

	/* The guest is not entered: events that were to be injected stay pending. */
	if (kvm_mirror_vcpus_held(vcpu->kvm)) {
		atomic64_inc(&vm->nr_held);
		vendor->cancel_injection(vcpu);
		return EXIT_FASTPATH_EXIT_HANDLED;
	}

	/* Spinning is short: the holder of the epoch's lock waits for nobody. */
	while (kvm_mock_enter(&vm->mock, &epoch))
		cpu_relax();

	if (epoch != v->epoch) {
		vendor->flush_tlb_all(vcpu);
		v->epoch = epoch;
		atomic64_inc(&vm->nr_flushes);
	}

	start = rdtsc();
	copy_roots(v, vm->mock.root);
	atomic64_add(rdtsc() - start, &vm->copy_ticks);
	ret = vendor->vcpu_run(vcpu, run_flags);
	accept_fault(vcpu, vendor);
	kvm_mock_exit(&vm->mock, epoch);
	return ret;
}
