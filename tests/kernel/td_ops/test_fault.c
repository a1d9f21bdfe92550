// SPDX-License-Identifier: GPL-2.0-only
/* EPT violations on private GPAs: what loses a race is tried again without entering the TD. */
#include "test.h"

#define GPA 0x201000
/* TDG.MEM.PAGE.ACCEPT of 4 KiB (bits 34:32) where a leaf (46) of 2 MiB (37:35) is mapped. */
#define ACCEPT_4K_OF_2M (1 | 1ULL << 35 | (u64)TDX_SEPT_MAPPED << 38 | BIT_ULL(46))

/* How many of the next attempts lose a race; how many attempts there were. */
static unsigned int nr_lost, nr_tried;
/* The memslot is being deleted: every attempt loses, until no vCPU uses the memslots. */
static bool is_deleting;

int kvm_mmu_page_fault(struct kvm_vcpu *v, gpa_t gpa, u64 error_code, void *insn, int insn_len)
{
	nr_tried++;
	/* Nobody else could end this. */
	if (nr_tried == 1000)
		return -EDEADLK;
	if (nr_lost)
		nr_lost--;
	else if (!is_deleting)
		v->stat.pf_fixed++;
	return 1;
}

void kvm_vcpu_srcu_read_unlock(struct kvm_vcpu *v)
{
	is_deleting = false;
}

int kvm_mirror_split_gfn(struct kvm *vm, gfn_t gfn)
{
	nr_tried++;
	if (!nr_lost)
		return 0;
	nr_lost--;
	return -EBUSY;
}

/* A violation whose first @lost attempts lose a race.  Returns how many attempts KVM makes before it enters the TD. */
static unsigned int attempts(u64 ext_qual, unsigned int lost)
{
	vcpu.arch.tdx->args.rcx = EPT_VIOLATION_ACC_WRITE;
	vcpu.arch.tdx->args.rdx = ext_qual;
	vcpu.arch.tdx->args.r8 = GPA;
	nr_lost = lost;
	nr_tried = 0;
	return td_handle_ept_violation(&vcpu) == 1 ? nr_tried : 0;
}

static bool lost_race(void)
{
	static const u64 quals[] = { 0, ACCEPT_4K_OF_2M };

	for (size_t i = 0; i < ARRAY_SIZE(quals); i++) {
		make_vm(KVM_X86_TDX_VM, true);
		kvm.arch.shared_gfn = BIT_ULL(47 - PAGE_SHIFT);
		ASSERT(!create_vcpu());
		ASSERT(attempts(quals[i], 0) == 1);
		ASSERT(attempts(quals[i], 20) == 21);
		/* A request, or a signal, is dealt with first. */
		vcpu.requests = BIT(KVM_REQ_EVENT);
		ASSERT(attempts(quals[i], 20) == 1);
		vcpu.requests = 0;
		ops.vcpu_free(&vcpu);
		free_vm();
	}
	return true;
}

/* User space deletes the memslot on which a vCPU faults: neither waits for the other. */
static bool memslot_deleted(void)
{
	make_vm(KVM_X86_TDX_VM, true);
	kvm.arch.shared_gfn = BIT_ULL(47 - PAGE_SHIFT);
	ASSERT(!create_vcpu());
	is_deleting = true;
	ASSERT(attempts(0, 0) == 2);
	is_deleting = false;
	ops.vcpu_free(&vcpu);
	free_vm();
	return true;
}

const struct test fault_tests[] = {
	{ "fault-lost-race", lost_race },
	{ "fault-memslot-deleted", memslot_deleted },
	{}
};
