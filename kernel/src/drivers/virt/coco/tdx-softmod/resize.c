// SPDX-License-Identifier: GPL-2.0-only
/*
 * MEM leaves that change the physical pages behind a GPA and keep what the guest sees:
 * RELOCATE moves it to another page, DEMOTE splits a page into smaller ones, PROMOTE merges
 * smaller pages into one.
 */

#include "entry.h"
#include "leaves.h"

SM_HANDLER(mem_page_relocate)
{
	struct sm_page old, new;
	struct sm_walk walk;
	u64 status;
	u8 state;

	status = sm_mem_begin_op(call, 0, 0, SM_SEPT_RELOCATE, &walk, &state);
	if (!status)
		status = sm_page_get_free(call, call->in.r8, 0, SM_R8, &new);
	if (!status)
		status = sm_mem_tracked_page(call, &walk, &old);
	if (status)
		return status;

	/*
	 * The host's other CPUs may still have TLB entries for the new page.  A leaf cannot
	 * wait for them, and returning BUSY would not help: the page would go back to the
	 * host, and the next try would have to take it again.
	 */
	sm_page_take(&new, TDX_PT_REG, call->td);
	/* A pending page has no content; ACCEPT will zero it. */
	if (state == TDX_SEPT_MAPPED)
		memcpy(sm_va(new.pa), sm_va(old.pa), SM_PAGE_SIZE);
	call->slot_value = sm_sept_make(state, new.pa, 0);
	sm_page_free(&old, call->td);
	call->out->rcx = old.pa;
	return TDX_SUCCESS;
}

SM_HANDLER(mem_page_demote)
{
	struct sm_page page, table;
	struct sm_walk walk;
	unsigned int i;
	u64 status;
	u64 *entries;
	u8 state;

	status = sm_mem_begin_op(call, 1, 2, SM_SEPT_DEMOTE, &walk, &state);
	if (!status)
		status = sm_page_get_free(call, call->in.r8, 0, SM_R8, &table);
	if (!status)
		status = sm_mem_tracked_page(call, &walk, &page);
	if (status)
		return status;

	sm_page_take(&table, TDX_PT_EPT, call->td);
	sm_page_split(&page, call->td);
	entries = sm_va(table.pa);
	for (i = 0; i < SM_NR_ENTRIES; i++)
		entries[i] = sm_sept_make(state, page.pa + i * sm_level_size(walk.level - 1),
					  walk.level - 1);
	call->slot_value = sm_sept_make(TDX_SEPT_NL_MAPPED, table.pa, walk.level);
	return TDX_SUCCESS;
}

/*
 * A table can become one large page if all its entries are leaves in the same state, and
 * their pages are contiguous and aligned to the large size.
 */
static bool can_merge(const u64 *entries, unsigned int level)
{
	u64 first = READ_ONCE(entries[0]);
	u8 state = sm_sept_state(first);
	unsigned int i;

	if (state != TDX_SEPT_MAPPED && state != TDX_SEPT_PENDING)
		return false;
	if (!IS_ALIGNED(first & SM_SEPT_HPA, sm_level_size(level)))
		return false;
	for (i = 1; i < SM_NR_ENTRIES; i++) {
		if (READ_ONCE(entries[i]) != first + i * sm_level_size(level - 1))
			return false;
	}
	return true;
}

SM_HANDLER(mem_page_promote)
{
	struct sm_page page, table;
	struct sm_walk walk;
	u64 status, first;
	u8 state;

	status = sm_mem_begin_op(call, 1, 2, SM_SEPT_PROMOTE, &walk, &state);
	if (!status)
		status = sm_mem_tracked_page(call, &walk, &table);
	if (status)
		return status;
	if (!can_merge(sm_va(table.pa), walk.level))
		return sm_mem_fail(call, TDX_EPT_INVALID_PROMOTE_CONDITIONS, &walk);

	first = *(u64 *)sm_va(table.pa);
	sm_page_at(first & SM_SEPT_HPA, walk.level, &page);
	/* If the large page's PAMT entry is locked, report it as if the SEPT entry were. */
	status = sm_call_lock(call, &page.entry->lock, SM_EXCLUSIVE, TDX_OPERAND_BUSY | SM_RCX);
	if (status)
		return status;
	sm_page_merge(&page, call->td);
	call->slot_value = sm_sept_make(sm_sept_state(first), page.pa, walk.level);
	sm_page_free(&table, call->td);
	call->out->rcx = table.pa;
	return TDX_SUCCESS;
}
