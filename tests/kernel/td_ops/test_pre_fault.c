// SPDX-License-Identifier: GPL-2.0-only
/* KVM_PRE_FAULT_MEMORY while others change the VM.  The functions under test are cut out of the patched kernel. */
#include "tdx.h"

/* The VM: its memslot is being deleted, or is gone; its root is obsolete; it dies at the next fault. */
static struct { bool is_deleting, is_gone, is_obsolete, dies; unsigned int nr_faults; } state;

enum { RET_PF_CONTINUE, RET_PF_RETRY, RET_PF_EMULATE, RET_PF_WRITE_PROTECTED, RET_PF_INVALID, RET_PF_FIXED, RET_PF_SPURIOUS };
#define KVM_HPAGE_SIZE(level) (PAGE_SIZE << 9 * ((level) - 1))
#define KVM_HPAGE_MASK(level) (~(KVM_HPAGE_SIZE(level) - 1))
#define kvm_tdp_page_fault NULL
#define vcpu_load(vcpu) ((void)(vcpu))
#define vcpu_put(vcpu) ((void)(vcpu))
#define kvm_mmu_reload(vcpu) ((void)(vcpu), 0)
#define kvm_arch_has_private_mem(kvm) true
#define kvm_mem_is_private(kvm, gfn) ((void)(gfn), true)
#define srcu_read_lock(srcu) (++*(srcu))
#define kvm_check_request(request, vcpu) \
	(kvm_test_request(request, vcpu) && ((vcpu)->requests &= ~BIT(request), true))

static void srcu_read_unlock(int *srcu, int idx)
{
	BUG_ON(idx != *srcu);
	if (--*srcu || !state.is_deleting)
		return;
	state.is_deleting = false;
	state.is_gone = true;
}

static void kvm_mmu_free_obsolete_roots(struct kvm_vcpu *v)
{
	state.is_obsolete = false;
}

static int kvm_mmu_do_page_fault(struct kvm_vcpu *v, gpa_t gpa, u64 error_code, bool prefetch, int *emulation, u8 *level)
{
	/* Nobody else could end this. */
	if (++state.nr_faults == 1000)
		return -EDEADLK;
	if (state.dies)
		return -EIO;
	if (state.is_deleting || state.is_obsolete)
		return RET_PF_RETRY;
	*level = PG_LEVEL_4K;
	return state.is_gone ? RET_PF_EMULATE : RET_PF_FIXED;
}

/* It is global in the kernel. */
long kvm_arch_vcpu_pre_fault_memory(struct kvm_vcpu *vcpu, struct kvm_pre_fault_memory *range);
#include "pre_fault_parts.h"

#include "test.h"

static int pre_fault(void)
{
	static __typeof__(*vcpu.arch.mmu) mmu;
	struct kvm_pre_fault_memory range = { .gpa = 0x10000, .size = 4 * PAGE_SIZE };
	int ret;

	vcpu.arch.mmu = &mmu;
	kvm.arch.pre_fault_allowed = true;
	state.nr_faults = 0;
	ret = kvm_vcpu_pre_fault_memory(&vcpu, &range);
	BUG_ON(kvm.srcu);
	return ret;
}

static bool memslot_deleted(void)
{
	make_vm(KVM_X86_DEFAULT_VM, true);
	memset(&state, 0, sizeof(state));
	ASSERT(pre_fault() == 0 && state.nr_faults == 4);
	state.is_deleting = true;
	ASSERT(pre_fault() == -ENOENT && state.nr_faults == 2);
	return true;
}

static bool obsolete_root(void)
{
	make_vm(KVM_X86_DEFAULT_VM, true);
	memset(&state, 0, sizeof(state));
	state.is_obsolete = true;
	vcpu.requests = BIT(KVM_REQ_MMU_FREE_OBSOLETE_ROOTS);
	ASSERT(pre_fault() == 0 && state.nr_faults == 4);
	return true;
}

/* User space ends the VM meanwhile, or a guest or the TDX module does: that is no reason to warn. */
static bool vm_dies(void)
{
	make_vm(KVM_X86_DEFAULT_VM, true);
	memset(&state, 0, sizeof(state));
	state.dies = true;
	ASSERT(pre_fault() == -EIO);
	state.dies = false;
	vcpu.requests = BIT(KVM_REQ_VM_DEAD);
	ASSERT(pre_fault() == -EIO && !state.nr_faults);
	ASSERT(kvm_test_request(KVM_REQ_VM_DEAD, &vcpu));
	return true;
}

const struct test pre_fault_tests[] = {
	{ "pre-fault-memslot-deleted", memslot_deleted },
	{ "pre-fault-obsolete-root", obsolete_root },
	{ "pre-fault-vm-dies", vm_dies },
	{}
};
