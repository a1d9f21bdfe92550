// SPDX-License-Identifier: GPL-2.0-only
/*
 * PHYMEM.PAGE leaves: the host takes back a page of a TD that was torn down, writes back
 * the caches for a page, or reads its metadata.
 */

#include "leaves.h"

SM_HANDLER(phymem_page_reclaim)
{
	struct sm_page page, tdr;
	struct sm_td *td = NULL;
	phys_addr_t owner;
	u64 status;
	u8 type;

	status = sm_page_find(call, call->in.rcx, SM_EXCLUSIVE, SM_RCX, &page);
	if (status)
		return status;
	type = page.entry->type;
	if (type == TDX_PT_NDA || type == TDX_PT_RSVD)
		return TDX_PAGE_METADATA_INCORRECT | SM_RCX;
	owner = sm_pamt_owner(page.entry);
	call->out->rcx = type;
	call->out->rdx = owner;
	call->out->r8 = page.level;
	if (!IS_ALIGNED(page.pa, sm_level_size(page.level)))
		return TDX_OPERAND_INVALID | SM_RCX;

	if (type == TDX_PT_TDR) {
		td = sm_va(page.pa);
	} else {
		status = sm_page_get(call, owner, 0, TDX_PT_TDR, SM_SHARED, TDX_OPERAND_ID_TDR,
				     &tdr);
		if (status)
			return status;
		td = sm_va(tdr.pa);
	}
	if (td->lifecycle != SM_TD_TEARDOWN)
		return TDX_LIFECYCLE_STATE_INCORRECT;
	if (type == TDX_PT_TDR && atomic64_read(&td->chldcnt))
		return TDX_TD_ASSOCIATED_PAGES_EXIST;

	sm_page_free(&page, type == TDX_PT_TDR ? NULL : td);
	return TDX_SUCCESS;
}

SM_HANDLER(phymem_page_wbinvd)
{
	/* Without the KeyID, which can be any. */
	phys_addr_t pa = call->in.rcx & GENMASK_ULL(sm_platform_pa_bits() - 1, 0);
	struct sm_page page;
	u64 status;

	/* softmod does not encrypt, so all KeyIDs share the caches: nothing to write back. */
	status = sm_page_find(call, pa, SM_SHARED, SM_RCX, &page);
	if (status)
		return status;
	return page.entry->type == TDX_PT_NDA ? TDX_SUCCESS : TDX_PAGE_METADATA_INCORRECT | SM_RCX;
}

SM_HANDLER(phymem_page_rdmd)
{
	struct tdx_module_args *out = call->out;
	struct sm_page page;
	u64 status;

	status = sm_page_find(call, call->in.rcx, SM_SHARED, SM_RCX, &page);
	if (status)
		return status;
	out->rcx = page.entry->type;
	out->rdx = sm_pamt_owner(page.entry);
	out->r8 = page.level;
	if (page.entry->type == TDX_PT_REG || page.entry->type == TDX_PT_EPT)
		out->r9 = page.entry->bepoch;
	return TDX_SUCCESS;
}
