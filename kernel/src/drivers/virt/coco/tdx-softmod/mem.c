// SPDX-License-Identifier: GPL-2.0-only
/*
 * MEM leaves: add, block, remove and read secure EPT tables and private pages.
 */

#include "entry.h"
#include "leaves.h"

#define BAD_GPA		(TDX_OPERAND_INVALID | SM_RCX)
#define NO_PAGE		(~0ULL)

/* Version 1 returns the pages of which it made no use, with this bit set; -1: none is left. */
#define LEFT_OVER	BIT_ULL(63)
/* Bit 0 of RDX: a table that is there already is no error. */
#define ALLOW_EXISTING	BIT_ULL(0)

/* Version 1 could also add tables of nested VMs, which softmod does not have. */
static u64 check_l2_tables(const struct sm_call *call)
{
	const u64 pages[] = { call->in.r9, call->in.r10, call->in.r11 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pages); i++) {
		if (call->version && pages[i] != NO_PAGE)
			return TDX_OPERAND_INVALID | (SM_R9 + i);
	}
	return 0;
}

SM_HANDLER(mem_sept_add)
{
	u8 state = sm_sept_state(call->walk.entry);
	u64 r8 = call->in.r8, status = 0;

	call->next_state = sm_sept_next(SM_SEPT_ADD, state);
	if (call->next_state == SM_SEPT_NO_STATE)
		return sm_mem_fail(call, TDX_EPT_ENTRY_STATE_INCORRECT);
	if (r8 == NO_PAGE && !call->version)
		return TDX_OPERAND_INVALID | SM_R8;
	if (state == TDX_SEPT_FREE ? r8 == NO_PAGE :
	    !call->version && !(call->in.rdx & ALLOW_EXISTING))
		return sm_mem_fail(call, TDX_EPT_ENTRY_STATE_INCORRECT);

	if (state == TDX_SEPT_FREE)
		status = sm_page_get_free(call, r8 & ~LEFT_OVER, 0, SM_R8, &call->new);
	if (!status)
		status = check_l2_tables(call);
	if (status)
		return status;

	if (state == TDX_SEPT_FREE) {
		sm_page_take(&call->new, TDX_PT_EPT, call->td);
		/* An entry that is 0 has the state FREE. */
		memset(sm_va(call->new.pa), 0, SM_PAGE_SIZE);
		sm_mem_set_entry(call, call->new.pa);
	}
	if (call->version)
		call->out->r8 = state == TDX_SEPT_FREE ? NO_PAGE : r8 | LEFT_OVER;
	return TDX_SUCCESS;
}

SM_HANDLER(mem_page_add)
{
	u64 status;

	status = sm_host_operand(call->in.r9, SM_PAGE_SIZE, SM_R9);
	if (!status)
		status = sm_page_get_free(call, call->in.r8, 0, SM_R8, &call->new);
	if (status)
		return status;
	sm_page_take(&call->new, TDX_PT_REG, call->td);
	if (!sm_platform_read_host(sm_va(call->new.pa), call->in.r9, SM_PAGE_SIZE)) {
		sm_page_free(&call->new, call->td);
		return TDX_OPERAND_INVALID | SM_R9;
	}
	sm_mr_page_add(call->tdcs, call->in.rcx);
	sm_mem_set_entry(call, call->new.pa);
	return TDX_SUCCESS;
}

SM_HANDLER(mem_page_aug)
{
	u64 status = sm_page_get_free(call, call->in.r8, call->walk.level, SM_R8, &call->new);

	if (status)
		return status;
	sm_page_take(&call->new, TDX_PT_REG, call->td);
	sm_mem_set_entry(call, call->new.pa);
	return TDX_SUCCESS;
}

SM_HANDLER(mem_range_block)
{
	if (sm_sept_is_blocked(sm_sept_state(call->walk.entry)))
		return sm_mem_fail(call, TDX_GPA_RANGE_ALREADY_BLOCKED);
	call->old.entry->bepoch = READ_ONCE(call->tdcs->epoch);
	sm_mem_set_entry(call, call->old.pa);
	return TDX_SUCCESS;
}

SM_HANDLER(mem_range_unblock)
{
	sm_mem_set_entry(call, call->old.pa);
	return TDX_SUCCESS;
}

/* Give the page or table that the entry points to back to the host. */
static u64 remove_old(struct sm_call *call)
{
	sm_mem_set_entry(call, 0);
	sm_page_free(&call->old, call->td);
	call->out->rcx = call->old.pa;
	return TDX_SUCCESS;
}

SM_HANDLER(mem_page_remove)
{
	return remove_old(call);
}

SM_HANDLER(mem_sept_remove)
{
	const u64 *table = sm_va(call->old.pa);
	unsigned int i;

	for (i = 0; i < SM_NR_ENTRIES; i++) {
		if (sm_sept_state(READ_ONCE(table[i])) != TDX_SEPT_FREE)
			return sm_mem_fail(call, TDX_EPT_PAGE_NOT_FREE);
	}
	return remove_old(call);
}

SM_HANDLER(mem_sept_rd)
{
	call->out->rcx = sm_sept_arch_entry(call->walk.entry);
	call->out->rdx = sm_sept_arch_info(call->walk.entry, call->walk.level);
	return TDX_SUCCESS;
}

SM_HANDLER(mem_track)
{
	return sm_epoch_advance(call->tdcs);
}

/* MEM.RD and MEM.WR: find the 8 bytes of a debug TD that the host reads or writes. */
static u64 debug_word(struct sm_call *call, void **ret_word)
{
	u64 status;

	if (!sm_td_is_debug(call->tdcs))
		return TDX_TD_NON_DEBUG;
	if (!IS_ALIGNED(call->in.rcx, 8))
		return BAD_GPA;
	status = sm_check_entry(call, SM_TREE);
	if (status)
		return status;
	return call->in.rcx < SM_SHARED_BIT ?
	       sm_mem_find_content(call, call->in.rcx, ret_word) : BAD_GPA;
}

SM_HANDLER(mem_rd)
{
	void *word;
	u64 status = debug_word(call, &word);

	if (!status)
		call->out->r8 = READ_ONCE(*(u64 *)word);
	return status;
}

SM_HANDLER(mem_wr)
{
	void *word;
	u64 status = debug_word(call, &word);

	if (status)
		return status;
	call->out->r8 = READ_ONCE(*(u64 *)word);
	WRITE_ONCE(*(u64 *)word, call->in.r8);
	return TDX_SUCCESS;
}
