// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VM type for tests of the mirrored-PT MMU: the guest's private memory is mapped
 * by the mock private PT, which the CPU really walks.  It protects nothing.
 *
 * Such a VM stacks over kvm-amd: nested page tables are what the mock writes.  Each
 * vCPU has a nested root page of its own.  Its lower half is copied from the root of
 * the private PT, its upper half, where GPA bit 47 is set, from KVM's shared root.
 * The copy is made at each entry to the guest, after the vCPU counts as inside:
 *
 *  - KVM's root and the private PT stay what they are without a guest, nobody has
 *    to be told about the other, and roots may come and go;
 *  - an entry that appears after the copy costs a spurious fault;
 *  - an entry that disappears was blocked first, and the vCPUs were kicked.
 *
 * TLBs follow the rules of the TDX module: KVM never flushes for the private PT, a
 * vCPU that enters the guest in a new epoch does.
 */
#include <linux/static_call.h>

#include "internal.h"
#include "x86.h"

/* The ops below. */
static struct kvm_x86_ops vendor;

/* Ordinary VMs come here at each entry, and their cost is measured. */
DEFINE_STATIC_CALL_NULL(vendor_vcpu_run, *((struct kvm_x86_ops *)0)->vcpu_run);

static int test_vm_init(struct kvm *kvm)
{
	int ret;

	if (kvm->arch.vm_type != KVM_X86_MIRROR_TEST_VM)
		return vendor.vm_init(kvm);

	pr_warn_once("kvm: VMs for tests of the mirrored-PT MMU protect no memory\n");
	add_taint(TAINT_TEST, LOCKDEP_STILL_OK);
	kvm_mirror_use();

	/* The vendor takes a type that it does not know for its own. */
	kvm->arch.vm_type = KVM_X86_DEFAULT_VM;
	ret = vendor.vm_init(kvm);
	kvm->arch.vm_type = KVM_X86_MIRROR_TEST_VM;
	if (ret)
		return ret;

	kvm->arch.has_private_mem = true;
	kvm->arch.pre_fault_allowed = true;
	return 0;
}

/* vCPUs are gone, and nothing of the private PT is left: see kvm_mirror_flush_all(). */
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
		mirror_test_load_pgd(vcpu, &root_hpa);

	vendor.load_mmu_pgd(vcpu, root_hpa, root_level);
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

/* The mock writes nested page tables of 4 levels, and reaches up to bit 47. */
static bool can_walk_mock(void)
{
	return tdp_mmu_enabled && shadow_user_mask == PT_USER_MASK && kvm_ad_enabled() &&
	       !pgtable_l5_enabled() && kvm_host.maxphyaddr > KVM_MIRROR_TEST_SHARED_BIT;
}

/* Replaces the empty one of vm_type.c. */
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
	ops->vcpu_run = test_vcpu_run;
	ops->mem_enc_ioctl = test_mem_enc_ioctl;
	kvm_caps.supported_vm_types |= BIT(KVM_X86_MIRROR_TEST_VM);
}
