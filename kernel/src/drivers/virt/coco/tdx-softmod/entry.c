// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks of leaves that work on a secure EPT entry: find the entry, lock it, look at its state
 * and at the pages that go in and out, and report to the host what is wrong with the entry.
 */

#include "entry.h"

#define LEVEL_BITS	GENMASK_ULL(2, 0)

u64 sm_mem_fail(struct sm_call *call, u64 status)
{
	call->out->rcx = sm_sept_arch_entry(call->walk.entry);
	call->out->rdx = sm_sept_arch_info(call->walk.entry, call->walk.level);
	return status | SM_RCX;
}

static unsigned int level(const struct sm_call *call)
{
	return call->in.rcx & LEVEL_BITS;
}

static u64 gpa(const struct sm_call *call)
{
	return call->in.rcx & ~LEVEL_BITS;
}

static u64 check_gpa(const struct sm_call *call)
{
	if (level(call) < call->leaf->min_level || level(call) > call->leaf->max_level ||
	    gpa(call) >= SM_SHARED_BIT || !IS_ALIGNED(gpa(call), sm_level_size(level(call))))
		return TDX_OPERAND_INVALID | SM_RCX;
	return 0;
}

static u64 lock_tree(struct sm_call *call)
{
	return sm_call_lock(call, &call->tdcs->sept_lock, call->leaf->tree_lock,
			    TDX_OPERAND_BUSY | TDX_OPERAND_ID_SEPT_TREE);
}

static u64 walk(struct sm_call *call)
{
	sm_sept_walk(call->tdcs, gpa(call), level(call), &call->walk);
	return call->walk.level == level(call) ? 0 : sm_mem_fail(call, TDX_EPT_WALK_FAILED);
}

u64 sm_mem_lock_entry(struct sm_call *call)
{
	if (!sm_sept_lock_entry(&call->walk))
		return sm_mem_fail(call, TDX_OPERAND_BUSY);
	call->slot = call->walk.slot;
	call->slot_value = call->walk.entry;
	return 0;
}

/* Fill call->old: a page of the entry's level, or a table. */
static void find_old_page(struct sm_call *call)
{
	u64 entry = call->walk.entry;

	if (entry & SM_SEPT_HPA)
		sm_page_at(entry & SM_SEPT_HPA, sm_sept_is_leaf(entry) ? call->walk.level : 0,
			   &call->old);
}

static u64 check_state(struct sm_call *call)
{
	call->next_state = sm_sept_next(call->leaf->op, sm_sept_state(call->walk.entry));
	if (call->next_state == SM_SEPT_NO_STATE)
		return sm_mem_fail(call, TDX_EPT_ENTRY_STATE_INCORRECT);
	find_old_page(call);
	return 0;
}

static u64 check_tracked(struct sm_call *call)
{
	/* Before MR.FINALIZE no vCPU can run, so no TLB can have the page. */
	if (call->tdcs->op_state != SM_OP_RUNNABLE)
		return 0;
	if (!sm_sept_is_blocked(sm_sept_state(call->walk.entry)))
		return sm_mem_fail(call, TDX_GPA_RANGE_NOT_BLOCKED);
	return sm_epoch_is_tracked(call->tdcs, call->old.entry->bepoch) ? 0 :
	       TDX_TLB_TRACKING_NOT_DONE | SM_RCX;
}

u64 sm_check_entry(struct sm_call *call, enum sm_check check)
{
	switch (check) {
	case SM_GPA:
		return check_gpa(call);
	case SM_TREE:
		return lock_tree(call);
	case SM_WALK:
		return walk(call);
	case SM_ENTRY:
		return sm_mem_lock_entry(call);
	case SM_STATE:
		return check_state(call);
	case SM_OTHER_PAGE:
		return call->in.r8 == call->old.pa ? TDX_OPERAND_INVALID | SM_R8 : 0;
	case SM_OLD_PAGE:
		return sm_call_lock(call, &call->old.entry->lock, SM_EXCLUSIVE,
				    TDX_OPERAND_BUSY | SM_RCX);
	case SM_TRACKED:
		return check_tracked(call);
	default:
		return sm_page_get_free(call, call->in.r8, 0, SM_R8, &call->new);
	}
}

void sm_mem_set_entry(struct sm_call *call, phys_addr_t hpa)
{
	call->slot_value = sm_sept_make(call->next_state, hpa, call->walk.level);
}

u64 sm_mem_find_content(struct sm_call *call, u64 at, void **ret_va)
{
	struct sm_walk *w = &call->walk;
	u64 status;

	sm_sept_walk(call->tdcs, at, 0, w);
	if (sm_sept_state(w->entry) != TDX_SEPT_MAPPED)
		return sm_mem_fail(call, TDX_EPT_ENTRY_NOT_PRESENT);
	status = sm_mem_lock_entry(call);
	if (status)
		return status;
	*ret_va = sm_va(sm_leaf_pa(w->entry, w->level, at));
	return 0;
}
