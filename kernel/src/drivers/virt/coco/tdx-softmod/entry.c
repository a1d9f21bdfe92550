// SPDX-License-Identifier: GPL-2.0-only
/*
 * The first steps of leaves that work on a secure EPT entry: find the entry, lock it, and
 * report to the host what is wrong with it.
 */

#include "entry.h"

#define LEVEL_BITS	GENMASK_ULL(2, 0)
#define BAD_GPA		(TDX_OPERAND_INVALID | SM_RCX)

u64 sm_mem_fail(struct sm_call *call, u64 status, const struct sm_walk *walk)
{
	call->out->rcx = sm_sept_arch_entry(walk->entry);
	call->out->rdx = sm_sept_arch_info(walk->entry, walk->level);
	return status | SM_RCX;
}

u64 sm_mem_lock_tree(struct sm_call *call)
{
	return sm_call_lock(call, &call->tdcs->sept_lock, call->leaf->sept_lock,
			    TDX_OPERAND_BUSY | TDX_OPERAND_ID_SEPT_TREE);
}

u64 sm_mem_begin(struct sm_call *call, unsigned int min_level, unsigned int max_level,
		 struct sm_walk *ret_walk)
{
	u64 rcx = call->in.rcx, gpa = rcx & ~LEVEL_BITS, status;
	unsigned int level = rcx & LEVEL_BITS;

	if (level < min_level || level > max_level || gpa >= SM_SHARED_BIT ||
	    !IS_ALIGNED(gpa, sm_level_size(level)))
		return BAD_GPA;
	status = sm_mem_lock_tree(call);
	if (status)
		return status;
	sm_sept_walk(call->tdcs, gpa, level, ret_walk);
	return ret_walk->level == level ? 0 : sm_mem_fail(call, TDX_EPT_WALK_FAILED, ret_walk);
}

u64 sm_mem_lock_entry(struct sm_call *call, struct sm_walk *walk)
{
	if (!sm_sept_lock_entry(walk))
		return sm_mem_fail(call, TDX_OPERAND_BUSY, walk);
	call->slot = walk->slot;
	call->slot_value = walk->entry;
	return 0;
}

u64 sm_mem_begin_op(struct sm_call *call, unsigned int min_level, unsigned int max_level,
		    enum sm_sept_op op, struct sm_walk *ret_walk, u8 *ret_state)
{
	u64 status = sm_mem_begin(call, min_level, max_level, ret_walk);

	if (!status)
		status = sm_mem_lock_entry(call, ret_walk);
	if (status)
		return status;
	*ret_state = sm_sept_next(op, sm_sept_state(ret_walk->entry));
	if (*ret_state == SM_SEPT_NO_STATE)
		return sm_mem_fail(call, TDX_EPT_ENTRY_STATE_INCORRECT, ret_walk);
	return 0;
}

void sm_mem_page(const struct sm_walk *walk, struct sm_page *ret_page)
{
	unsigned int level = sm_sept_is_leaf(walk->entry) ? walk->level : 0;

	sm_page_at(walk->entry & SM_SEPT_HPA, level, ret_page);
}

u64 sm_mem_tracked_page(struct sm_call *call, const struct sm_walk *walk,
			struct sm_page *ret_page)
{
	sm_mem_page(walk, ret_page);
	/* Before MR.FINALIZE no vCPU can run, so no TLB can have the page. */
	if (call->tdcs->op_state != SM_OP_RUNNABLE)
		return 0;
	if (!sm_sept_is_blocked(sm_sept_state(walk->entry)))
		return sm_mem_fail(call, TDX_GPA_RANGE_NOT_BLOCKED, walk);
	if (!sm_epoch_is_tracked(call->tdcs, ret_page->entry->bepoch)) {
		sm_mem_fail(call, TDX_TLB_TRACKING_NOT_DONE, walk);
		return TDX_TLB_TRACKING_NOT_DONE | TDX_OPERAND_ID_SEPT_TREE;
	}
	return 0;
}
