// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VM type for tests of the mirrored-PT MMU: the guest's private memory is mapped by the
 * mock private PT (mock.c), and the CPU really walks it.  It protects nothing.
 *
 * Such a VM runs on kvm-amd and kvm-intel: the mock has the format of the CPU's nested page
 * tables.  Each vCPU has a nested root page of its own.  The lower half of the root page is copied
 * from the root of the private PT, the upper half (GPA bit 47 set: shared) from KVM's
 * shared root.  The copy is made at each entry to the guest, after the vCPU has begun to
 * count as being inside the guest:
 *
 *  - KVM's shared root and the private PT need not know each other, and KVM may replace
 *    its root at any time;
 *  - an entry that is added to a root after the copy costs one spurious fault;
 *  - an entry that is removed from a root was blocked before, and the vCPUs were kicked,
 *    so that each of them makes a new copy.
 *
 * TLBs follow the rules of the TDX module: KVM does not flush TLBs after a change of the
 * private PT; a vCPU flushes its TLB when it enters the guest in a new epoch.
 */
#include <linux/static_call.h>

#include "internal.h"
#include "x86.h"

/* The vendor module's ops, which the functions below call. */
static struct kvm_x86_ops vendor;

/*
 * The vendor's ->vcpu_run().  It is a static call because ordinary VMs make it at each
 * entry, and a test measures what this VM type costs them.
 */
DEFINE_STATIC_CALL_NULL(vendor_vcpu_run, *((struct kvm_x86_ops *)0)->vcpu_run);

static int test_vm_init(struct kvm *kvm)
{
	int ret;

	if (kvm->arch.vm_type != KVM_X86_MIRROR_TEST_VM)
		return vendor.vm_init(kvm);

	pr_warn_once("kvm: VMs for tests of the mirrored-PT MMU protect no memory\n");
	add_taint(TAINT_TEST, LOCKDEP_STILL_OK);
	kvm_mirror_use();

	/* The vendor does not know this type: let it initialise an ordinary VM. */
	kvm->arch.vm_type = KVM_X86_DEFAULT_VM;
	ret = vendor.vm_init(kvm);
	kvm->arch.vm_type = KVM_X86_MIRROR_TEST_VM;
	if (ret)
		return ret;

	kvm->arch.has_private_mem = true;
	kvm->arch.pre_fault_allowed = true;
	/* The CPU would log GPAs with the shared bit, which are in no memslot. */
	kvm->arch.cpu_dirty_log_size = 0;
	return 0;
}

/* All vCPUs have been freed, and kvm_mirror_flush_all() has removed all private memory. */
static void test_vm_destroy(struct kvm *kvm)
{
	struct mirror_test_vm *vm;

	if (is_mirror_test_vm(kvm) && kvm_has_mirror(kvm)) {
		vm = to_mirror_test_vm(kvm);
		kvm_mirror_destroy(kvm);
		WARN_ON_ONCE(!xa_empty(&vm->vcpus));
		xa_destroy(&vm->vcpus);
		kvm_mock_uninit(&vm->mock);
		kfree(vm);
	}

	if (vendor.vm_destroy)
		vendor.vm_destroy(kvm);
}

static int test_vcpu_precreate(struct kvm *kvm)
{
	if (is_mirror_test_vm(kvm) && !kvm_has_mirror(kvm))
		return -EINVAL;

	return vendor.vcpu_precreate ? vendor.vcpu_precreate(kvm) : 0;
}

static int test_vcpu_create(struct kvm_vcpu *vcpu)
{
	int ret = vendor.vcpu_create(vcpu);

	if (ret || !is_mirror_test_vm(vcpu->kvm))
		return ret;

	ret = mirror_test_vcpu_create(vcpu);
	if (ret)
		vendor.vcpu_free(vcpu);

	return ret;
}

static void test_vcpu_free(struct kvm_vcpu *vcpu)
{
	if (is_mirror_test_vm(vcpu->kvm))
		mirror_test_vcpu_free(vcpu);

	vendor.vcpu_free(vcpu);
}

static void test_load_mmu_pgd(struct kvm_vcpu *vcpu, hpa_t root_hpa, int root_level)
{
	if (is_mirror_test_vm(vcpu->kvm))
		mirror_test_load_pgd(vcpu, &root_hpa, root_level);

	vendor.load_mmu_pgd(vcpu, root_hpa, root_level);
}

/* kvm-intel would flush translations of KVM's shared root, which the CPU does not walk. */
static void test_flush_tlb_current(struct kvm_vcpu *vcpu)
{
	if (is_mirror_test_vm(vcpu->kvm))
		vendor.flush_tlb_all(vcpu);
	else
		vendor.flush_tlb_current(vcpu);
}

static fastpath_t test_vcpu_run(struct kvm_vcpu *vcpu, u64 run_flags)
{
	if (is_mirror_test_vm(vcpu->kvm))
		return mirror_test_vcpu_run(vcpu, run_flags, &vendor);

	return static_call(vendor_vcpu_run)(vcpu, run_flags);
}

static int test_mem_enc_ioctl(struct kvm *kvm, void __user *argp)
{
	if (is_mirror_test_vm(kvm))
		return mirror_test_ioctl(kvm, argp);

	return vendor.mem_enc_ioctl ? vendor.mem_enc_ioctl(kvm, argp) : -ENOTTY;
}

/*
 * The mock has 4 levels and GPAs up to bit 47.  AMD's nested page tables have 5 levels if the
 * host's have; with EPT each VM has the number that its guest needs, see mirror_test_load_pgd().
 */
static bool can_walk_mock(void)
{
	return tdp_mmu_enabled && kvm_ad_enabled() &&
	       (mirror_test_has_ept() || !pgtable_l5_enabled()) &&
	       kvm_host.maxphyaddr > KVM_MIRROR_TEST_SHARED_BIT;
}

/* Overrides the weak function of vm_type.c. */
void kvm_mirror_wrap_ops(struct kvm_x86_ops *ops)
{
	if (!can_walk_mock())
		return;

	memcpy(&vendor, ops, sizeof(vendor));
	static_call_update(vendor_vcpu_run, vendor.vcpu_run);
	ops->vm_init = test_vm_init;
	ops->vm_destroy = test_vm_destroy;
	ops->vcpu_precreate = test_vcpu_precreate;
	ops->vcpu_create = test_vcpu_create;
	ops->vcpu_free = test_vcpu_free;
	ops->load_mmu_pgd = test_load_mmu_pgd;
	ops->flush_tlb_current = test_flush_tlb_current;
	ops->vcpu_run = test_vcpu_run;
	ops->mem_enc_ioctl = test_mem_enc_ioctl;
	kvm_caps.supported_vm_types |= BIT(KVM_X86_MIRROR_TEST_VM);
}
