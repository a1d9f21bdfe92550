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
	/*
	 * The host's other CPUs may still have TLB entries for the new page.  A leaf cannot
	 * wait for them, and returning BUSY would not help: the page would go back to the
	 * host, and the next try would have to take it again.
	 */
	sm_page_take(&call->new, TDX_PT_REG, call->td);
	/* A pending page has no content; ACCEPT will zero it. */
	if (call->next_state == TDX_SEPT_MAPPED)
		memcpy(sm_va(call->new.pa), sm_va(call->old.pa), SM_PAGE_SIZE);
	sm_mem_set_entry(call, call->new.pa);
	sm_page_free(&call->old, call->td);
	call->out->rcx = call->old.pa;
	return TDX_SUCCESS;
}

/* Nothing has changed, and the host makes the same call again. */
static u64 interrupted(struct sm_call *call)
{
	call->out->rcx = call->in.rcx;
	call->out->rdx = call->in.rdx;
	return TDX_INTERRUPTED_RESTARTABLE;
}

SM_HANDLER(mem_page_demote)
{
	unsigned int child_level = call->walk.level - 1, i;
	u64 *entries = sm_va(call->new.pa);

	if (call->interrupt)
		return interrupted(call);
	sm_page_take(&call->new, TDX_PT_EPT, call->td);
	sm_page_split(&call->old, call->td);
	for (i = 0; i < SM_NR_ENTRIES; i++)
		entries[i] = sm_sept_make(call->next_state,
					  call->old.pa + i * sm_level_size(child_level),
					  child_level);
	call->next_state = TDX_SEPT_NL_MAPPED;
	sm_mem_set_entry(call, call->new.pa);
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
	const u64 *entries = sm_va(call->old.pa);
	struct sm_page page;
	u64 first, status;

	if (!can_merge(entries, call->walk.level))
		return sm_mem_fail(call, TDX_EPT_INVALID_PROMOTE_CONDITIONS);
	if (call->interrupt)
		return interrupted(call);

	first = entries[0];
	sm_page_at(first & SM_SEPT_HPA, call->walk.level, &page);
	/* If the large page's PAMT entry is locked, report it as if the SEPT entry were. */
	status = sm_call_lock(call, &page.entry->lock, SM_EXCLUSIVE, TDX_OPERAND_BUSY | SM_RCX);
	if (status)
		return status;
	sm_page_merge(&page, call->td);
	call->next_state = sm_sept_state(first);
	sm_mem_set_entry(call, page.pa);
	sm_page_free(&call->old, call->td);
	call->out->rcx = call->old.pa;
	return TDX_SUCCESS;
}
