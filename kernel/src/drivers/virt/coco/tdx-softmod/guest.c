// SPDX-License-Identifier: GPL-2.0-only
/*
 * Accesses of a guest to its own memory: nested page faults, MEM.PAGE.ACCEPT, operands of
 * TDCALLs.
 */

#include "core.h"

/* Extended exit qualification of a failed ACCEPT: type in 3:0, then what was found. */
#define EXIT_ACCEPT		1
#define ACCEPT_LEVEL(l)		((u64)(l) << 32)
#define ACCEPT_AT(l)		((u64)(l) << 35)
#define ACCEPT_STATE(s)		((u64)(s) << 38)
#define ACCEPT_IS_LEAF		BIT_ULL(46)

#define LEVEL_BITS		GENMASK_ULL(2, 0)
#define BAD_GPA			(TDX_OPERAND_INVALID | TDX_OPERAND_ID_RCX)

/* Lock the tree, so that no table is removed, and walk.  False if it is locked. */
static bool begin(struct sm_vcpu *vcpu, u64 gpa, unsigned int level, struct sm_walk *ret_walk)
{
	if (!sm_try_lock(&vcpu->tdcs->sept_lock, SM_SHARED))
		return false;
	sm_sept_walk(vcpu->tdcs, gpa, level, ret_walk);
	return true;
}

static void end(struct sm_vcpu *vcpu)
{
	sm_unlock(&vcpu->tdcs->sept_lock, SM_SHARED);
}

static void fault_exit(struct sm_fault *fault, u64 gpa, unsigned int access)
{
	fault->kind = SM_FAULT_EXIT;
	fault->gpa = gpa & ~(SM_PAGE_SIZE - 1);
	/* The entry allows no access at all, so there are no permissions to report. */
	fault->qualification = access;
	fault->ext_qualification = 0;
}

/* Fill @fault for an access to an entry in this state. */
static void classify(u64 entry, u64 gpa, unsigned int access, struct sm_fault *fault)
{
	switch (sm_sept_state(entry)) {
	case TDX_SEPT_MAPPED:
		fault->kind = SM_FAULT_NONE;
		break;
	case TDX_SEPT_PENDING:
		fault_exit(fault, gpa, access);
		fault->kind = SM_FAULT_PENDING;
		break;
	default:
		fault_exit(fault, gpa, access);
	}
}

void sm_sept_fault(struct sm_vcpu *vcpu, u64 gpa, unsigned int access, struct sm_fault *fault)
{
	struct sm_walk walk;

	if (!begin(vcpu, gpa, 0, &walk)) {
		fault->kind = SM_FAULT_BUSY;
		return;
	}
	classify(walk.entry, gpa, access, fault);
	end(vcpu);
}

static void accept_exit(struct sm_fault *fault, u64 gpa, unsigned int level,
			const struct sm_walk *walk)
{
	u8 state = sm_sept_state(walk->entry);

	fault_exit(fault, gpa, SM_ACCESS_WRITE);
	fault->ext_qualification = EXIT_ACCEPT | ACCEPT_LEVEL(level) | ACCEPT_AT(walk->level) |
				   ACCEPT_STATE(state);
	if (sm_sept_is_leaf(walk->entry))
		fault->ext_qualification |= ACCEPT_IS_LEAF;
}

/* Zero the pages, then map them for the guest. */
static u64 accept_page(struct sm_walk *walk, struct sm_fault *fault)
{
	unsigned long i, nr_pages = sm_level_pages(walk->level);
	phys_addr_t hpa;
	u8 state;

	/* No stale TLB entry of the host may show the page for long: see softmod_vp_enter(). */
	if (!sm_platform_host_is_flushed()) {
		fault->kind = SM_FAULT_BUSY;
		return TDX_SUCCESS;
	}
	if (!sm_sept_lock_entry(walk))
		return TDX_OPERAND_BUSY | TDX_OPERAND_ID_RCX;
	state = sm_sept_next(SM_SEPT_ACCEPT, sm_sept_state(walk->entry));
	if (state == SM_SEPT_NO_STATE) {
		/* It was pending before it was locked: BUSY makes the guest try again. */
		sm_sept_unlock_entry(walk->slot, walk->entry);
		return TDX_OPERAND_BUSY | TDX_OPERAND_ID_RCX;
	}
	hpa = walk->entry & SM_SEPT_HPA;
	for (i = 0; i < nr_pages; i++)
		memset(sm_va(hpa + i * SM_PAGE_SIZE), 0, SM_PAGE_SIZE);
	sm_sept_unlock_entry(walk->slot, sm_sept_make(state, hpa, walk->level));
	return TDX_SUCCESS;
}

u64 sm_sept_accept(struct sm_vcpu *vcpu, u64 rcx, struct sm_fault *fault)
{
	u64 gpa = rcx & ~LEVEL_BITS, status = TDX_SUCCESS;
	unsigned int level = rcx & LEVEL_BITS;
	struct sm_walk walk;
	u8 state;

	fault->kind = SM_FAULT_NONE;
	if (level > 1 || gpa >= SM_SHARED_BIT || !IS_ALIGNED(gpa, sm_level_size(level)))
		return BAD_GPA;
	if (!begin(vcpu, gpa, level, &walk))
		return TDX_OPERAND_BUSY | TDX_OPERAND_ID_RCX;

	state = sm_sept_state(walk.entry);
	if (state == TDX_SEPT_MAPPED)
		status = TDX_PAGE_ALREADY_ACCEPTED | walk.level;
	else if (walk.level == level && sm_sept_is_table(walk.entry))
		status = TDX_PAGE_SIZE_MISMATCH | walk.level;
	else if (state == TDX_SEPT_PENDING && walk.level == level)
		status = accept_page(&walk, fault);
	else
		accept_exit(fault, gpa, level, &walk);
	end(vcpu);
	return status;
}

u64 sm_sept_attr_read(struct sm_vcpu *vcpu, u64 gpa, u64 *ret_rcx, u64 *ret_rdx,
		      struct sm_fault *fault)
{
	struct sm_walk walk;
	u8 state;

	fault->kind = SM_FAULT_NONE;
	if (gpa >= SM_SHARED_BIT)
		return BAD_GPA;
	if (!begin(vcpu, gpa, 0, &walk))
		return TDX_OPERAND_BUSY | TDX_OPERAND_ID_RCX;
	state = sm_sept_state(walk.entry);
	end(vcpu);
	if (state != TDX_SEPT_MAPPED && state != TDX_SEPT_PENDING) {
		fault_exit(fault, gpa, 0);
		return TDX_SUCCESS;
	}
	*ret_rcx = (gpa & ~(sm_level_size(walk.level) - 1)) | walk.level |
		   (state == TDX_SEPT_PENDING ? BIT_ULL(62) : 0);
	/* Attributes in nested VMs, of which there are none. */
	*ret_rdx = 0;
	return TDX_SUCCESS;
}

static void *map_private(struct sm_vcpu *vcpu, u64 gpa, bool write, struct sm_fault *fault)
{
	struct sm_walk walk;

	if (!begin(vcpu, gpa, 0, &walk)) {
		fault->kind = SM_FAULT_BUSY;
		return NULL;
	}
	classify(walk.entry, gpa, write ? SM_ACCESS_WRITE : SM_ACCESS_READ, fault);
	end(vcpu);
	if (fault->kind != SM_FAULT_NONE)
		return NULL;
	/*
	 * Nobody can remove the page while the caller uses it: that needs the page blocked
	 * and all vCPUs out of the epoch in which it was, and this vCPU is in that epoch or an
	 * older one.
	 */
	return sm_va(sm_leaf_pa(walk.entry, walk.level, gpa));
}

/*
 * KVM frees its page tables only after an RCU grace period, which cannot end while
 * interrupts are off here.
 */
static void *map_shared(struct sm_vcpu *vcpu, u64 gpa, bool write, struct sm_fault *fault)
{
	const u64 needed = sm_sept_format->read | (write ? SM_SEPT_W : 0);
	u64 *table = vcpu->tdcs->root, entry;
	unsigned int level;
	void *va;

	fault_exit(fault, gpa, write ? SM_ACCESS_WRITE : SM_ACCESS_READ);
	fault->kind = SM_FAULT_SHARED;
	for (level = SM_TOP_LEVEL; ; level--) {
		entry = READ_ONCE(table[sm_level_index(gpa, level)]);
		if ((entry & needed) != needed)
			return NULL;
		if (!level || (entry & SM_SEPT_PS))
			break;
		table = sm_platform_host_va(entry & SM_SEPT_HPA);
		if (!table)
			return NULL;
	}
	va = sm_platform_host_va(sm_leaf_pa(entry, level, gpa));
	fault->kind = va ? SM_FAULT_NONE : SM_FAULT_INVALID;
	return va;
}

void *sm_gpa_map(struct sm_vcpu *vcpu, u64 gpa, size_t bytes, bool write, struct sm_fault *fault)
{
	if (gpa >> SM_GPAW || (gpa & (SM_PAGE_SIZE - 1)) + bytes > SM_PAGE_SIZE) {
		fault->kind = SM_FAULT_INVALID;
		return NULL;
	}
	return gpa & SM_SHARED_BIT ? map_shared(vcpu, gpa, write, fault) :
				     map_private(vcpu, gpa, write, fault);
}

/* KVM's root for shared memory; NULL if the host has not set it, or it is not RAM. */
static const u64 *host_root(const struct sm_vcpu *vcpu)
{
	if (vcpu->host.shared_eptp == ~0ULL)
		return NULL;
	return sm_platform_host_va(vcpu->host.shared_eptp & SM_SEPT_HPA);
}

/* Copy entry @i of KVM's root @theirs, 0 if that is NULL.  False if nothing changed. */
static bool copy_entry(struct sm_tdcs *tdcs, const u64 *theirs, unsigned int i)
{
	u64 entry = theirs ? READ_ONCE(theirs[i]) : 0;

	/* A and D do not count: CPUs that walk the copy set them in the copy only. */
	if (!((READ_ONCE(tdcs->root[i]) ^ entry) & ~sm_sept_format->accessed_dirty))
		return false;
	/* Set the bit first, so that no vCPU that enters misses a copy to bring up to date. */
	set_bit(i, tdcs->copied);
	WRITE_ONCE(tdcs->root[i], entry);
	return true;
}

void sm_td_refresh_shared(struct sm_vcpu *vcpu)
{
	struct sm_tdcs *tdcs = vcpu->tdcs;
	const u64 *theirs = host_root(vcpu);
	unsigned int i;

	for_each_set_bit(i, tdcs->copied, SM_NR_ENTRIES)
		copy_entry(tdcs, theirs, i);
}

bool sm_td_copy_shared(struct sm_vcpu *vcpu, u64 gpa)
{
	return copy_entry(vcpu->tdcs, host_root(vcpu), sm_level_index(gpa, SM_TOP_LEVEL));
}
