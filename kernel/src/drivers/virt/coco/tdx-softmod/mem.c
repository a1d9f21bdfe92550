// SPDX-License-Identifier: GPL-2.0-only
/*
 * MEM leaves: add, block, remove and read secure EPT tables and private pages.
 */

#include "entry.h"
#include "leaves.h"

#define BAD_GPA		(TDX_OPERAND_INVALID | SM_RCX)

SM_HANDLER(mem_sept_add)
{
	struct sm_walk walk;
	struct sm_page page;
	u64 status;
	u8 state;

	status = sm_mem_begin_op(call, 1, SM_TOP_LEVEL, SM_SEPT_ADD, &walk, &state);
	if (!status)
		status = sm_page_get_free(call, call->in.r8, 0, SM_R8, &page);
	if (status)
		return status;
	sm_page_take(&page, TDX_PT_EPT, call->td);
	/* An entry that is 0 has the state FREE. */
	memset(sm_va(page.pa), 0, SM_PAGE_SIZE);
	call->slot_value = sm_sept_make(state, page.pa, walk.level);
	return TDX_SUCCESS;
}

SM_HANDLER(mem_page_add)
{
	u64 gpa = call->in.rcx, status;
	struct sm_walk walk;
	struct sm_page page;
	u8 state;

	status = sm_mem_begin_op(call, 0, 0, SM_SEPT_PAGE_ADD, &walk, &state);
	if (!status)
		status = sm_page_get_free(call, call->in.r8, 0, SM_R8, &page);
	if (!status)
		status = sm_host_operand(call->in.r9, SM_PAGE_SIZE, SM_R9);
	if (status)
		return status;
	sm_page_take(&page, TDX_PT_REG, call->td);
	if (!sm_platform_read_host(sm_va(page.pa), call->in.r9, SM_PAGE_SIZE)) {
		sm_page_free(&page, call->td);
		return TDX_OPERAND_INVALID | SM_R9;
	}
	sm_mr_page_add(call->tdcs, gpa);
	call->slot_value = sm_sept_make(state, page.pa, 0);
	return TDX_SUCCESS;
}

SM_HANDLER(mem_page_aug)
{
	struct sm_walk walk;
	struct sm_page page;
	u64 status;
	u8 state;

	status = sm_mem_begin_op(call, 0, 1, SM_SEPT_PAGE_AUG, &walk, &state);
	if (!status)
		status = sm_page_get_free(call, call->in.r8, walk.level, SM_R8, &page);
	if (status)
		return status;
	sm_page_take(&page, TDX_PT_REG, call->td);
	call->slot_value = sm_sept_make(state, page.pa, walk.level);
	return TDX_SUCCESS;
}

SM_HANDLER(mem_range_block)
{
	struct sm_walk walk;
	struct sm_page page;
	u64 status;
	u8 state;

	status = sm_mem_begin_op(call, 0, SM_TOP_LEVEL, SM_SEPT_BLOCK, &walk, &state);
	if (tdx_status_is(status, TDX_EPT_ENTRY_STATE_INCORRECT) &&
	    sm_sept_is_blocked(sm_sept_state(walk.entry)))
		return sm_mem_fail(call, TDX_GPA_RANGE_ALREADY_BLOCKED, &walk);
	if (status)
		return status;
	sm_mem_page(&walk, &page);
	page.entry->bepoch = READ_ONCE(call->tdcs->epoch);
	call->slot_value = sm_sept_make(state, page.pa, walk.level);
	return TDX_SUCCESS;
}

SM_HANDLER(mem_range_unblock)
{
	struct sm_walk walk;
	struct sm_page page;
	u64 status;
	u8 state;

	status = sm_mem_begin_op(call, 0, SM_TOP_LEVEL, SM_SEPT_UNBLOCK, &walk, &state);
	if (!status)
		status = sm_mem_tracked_page(call, &walk, &page);
	if (status)
		return status;
	call->slot_value = sm_sept_make(state, page.pa, walk.level);
	return TDX_SUCCESS;
}

SM_HANDLER(mem_page_remove)
{
	struct sm_walk walk;
	struct sm_page page;
	u64 status;
	u8 state;

	status = sm_mem_begin_op(call, 0, 2, SM_SEPT_PAGE_REMOVE, &walk, &state);
	if (!status)
		status = sm_mem_tracked_page(call, &walk, &page);
	if (status)
		return status;
	call->slot_value = sm_sept_make(state, 0, walk.level);
	sm_page_free(&page, call->td);
	call->out->rcx = page.pa;
	return TDX_SUCCESS;
}

SM_HANDLER(mem_sept_remove)
{
	struct sm_walk walk;
	struct sm_page page;
	unsigned int i;
	u64 status;
	u64 *table;
	u8 state;

	status = sm_mem_begin_op(call, 1, SM_TOP_LEVEL, SM_SEPT_REMOVE, &walk, &state);
	if (!status)
		status = sm_mem_tracked_page(call, &walk, &page);
	if (status)
		return status;
	table = sm_va(page.pa);
	for (i = 0; i < SM_NR_ENTRIES; i++) {
		if (sm_sept_state(READ_ONCE(table[i])) != TDX_SEPT_FREE)
			return sm_mem_fail(call, TDX_EPT_PAGE_NOT_FREE, &walk);
	}
	call->slot_value = sm_sept_make(state, 0, walk.level);
	sm_page_free(&page, call->td);
	call->out->rcx = page.pa;
	return TDX_SUCCESS;
}

SM_HANDLER(mem_sept_rd)
{
	struct sm_walk walk;
	u64 status = sm_mem_begin(call, 0, SM_TOP_LEVEL, &walk);

	if (status)
		return status;
	call->out->rcx = sm_sept_arch_entry(walk.entry);
	call->out->rdx = sm_sept_arch_info(walk.entry, walk.level);
	return TDX_SUCCESS;
}

SM_HANDLER(mem_track)
{
	return sm_epoch_advance(call->tdcs);
}

/* MEM.RD and MEM.WR: find the 8 bytes of a debug TD that the host reads or writes. */
static u64 debug_word(struct sm_call *call, bool write, u64 **ret_word)
{
	u64 gpa = call->in.rcx, status;
	struct sm_walk walk;
	u8 state;

	if (!sm_td_is_debug(call->tdcs))
		return TDX_TD_NON_DEBUG;
	if (!IS_ALIGNED(gpa, 8) || gpa >= SM_SHARED_BIT)
		return BAD_GPA;
	status = sm_mem_lock_tree(call);
	if (status)
		return status;
	sm_sept_walk(call->tdcs, gpa, 0, &walk);
	state = sm_sept_state(walk.entry);
	if (!sm_sept_is_leaf(walk.entry))
		return sm_mem_fail(call, TDX_EPT_WALK_FAILED, &walk);
	/* A pending page has no content yet; a blocked one can be read but not written. */
	if (state != TDX_SEPT_MAPPED && (write || state != TDX_SEPT_BLOCKED))
		return sm_mem_fail(call, TDX_EPT_ENTRY_STATE_INCORRECT, &walk);
	status = sm_mem_lock_entry(call, &walk);
	if (status)
		return status;
	*ret_word = sm_va(sm_leaf_pa(walk.entry, walk.level, gpa));
	return 0;
}

SM_HANDLER(mem_rd)
{
	u64 *word;
	u64 status = debug_word(call, false, &word);

	if (!status)
		call->out->r8 = READ_ONCE(*word);
	return status;
}

SM_HANDLER(mem_wr)
{
	u64 *word;
	u64 status = debug_word(call, true, &word);

	if (status)
		return status;
	call->out->r8 = READ_ONCE(*word);
	WRITE_ONCE(*word, call->in.r8);
	return TDX_SUCCESS;
}
