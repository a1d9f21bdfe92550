// SPDX-License-Identifier: GPL-2.0-only
/*
 * MNG leaves: the life of a TD, from its first page until its KeyID is free again.
 */

#include "leaves.h"

u64 sm_check_td(struct sm_call *call, enum sm_check check)
{
	const struct sm_td *td = call->td;
	u32 op_state = td->tdcs ? td->tdcs->op_state : SM_OP_UNINITIALIZED;

	switch (check) {
	case SM_ALIVE:
		return READ_ONCE(td->fatal) ? TDX_TD_FATAL : 0;
	case SM_KEYED:
		return td->lifecycle == SM_TD_KEYS_CONFIGURED ? 0 : TDX_TD_KEYS_NOT_CONFIGURED;
	case SM_ALL_TDCX:
		return td->nr_tdcx >= SM_NR_TDCS_PAGES ? 0 : TDX_TDCS_NOT_ALLOCATED;
	case SM_OP_STATE:
		return call->leaf->op_states & BIT(op_state) ? 0 : TDX_OP_STATE_INCORRECT;
	default: /* SM_DEBUG_FLAG */
		return !(call->in.rdx & BIT_ULL(0)) || sm_td_is_debug(td->tdcs) ? 0 :
		       TDX_OPERAND_INVALID | SM_RDX;
	}
}

SM_HANDLER(mng_create)
{
	u64 hkid = call->in.rdx, uuid[4], status;
	struct sm_page page;
	struct sm_td *td;

	if (!sm_kot_is_private(hkid))
		return TDX_OPERAND_INVALID | SM_RDX;
	status = sm_page_get_free(call, call->in.rcx, 0, SM_RCX, &page);
	if (status)
		return status;
	if (!sm_random(uuid, sizeof(uuid)))
		return TDX_RND_NO_ENTROPY;
	status = sm_kot_assign(call, hkid);
	if (status)
		return status;

	sm_page_take(&page, TDX_PT_TDR, NULL);
	td = sm_va(page.pa);
	memset(td, 0, SM_PAGE_SIZE);
	td->pa = page.pa;
	td->hkid = hkid;
	memcpy(td->uuid, uuid, sizeof(uuid));
	return TDX_SUCCESS;
}

SM_HANDLER(mng_key_config)
{
	u64 bit = BIT_ULL(sm_platform_package());
	struct sm_td *td = call->td;
	u64 status;

	if (td->lifecycle != SM_TD_HKID_ASSIGNED)
		return TDX_LIFECYCLE_STATE_INCORRECT;
	if (td->keyed_packages & bit)
		return TDX_KEY_CONFIGURED;
	status = sm_key_make(call);
	if (status)
		return status;
	td->keyed_packages |= bit;
	if (hweight64(td->keyed_packages) == sm_sys.nr_packages)
		td->lifecycle = SM_TD_KEYS_CONFIGURED;
	return TDX_SUCCESS;
}

SM_HANDLER(mng_addcx)
{
	struct sm_td *td = call->td;
	struct sm_page page;
	u64 status;

	if (td->nr_tdcx == SM_MAX_TDCS_PAGES)
		return TDX_TDCX_NUM_INCORRECT;
	status = sm_page_get_free(call, call->in.rcx, 0, SM_RCX, &page);
	/* The pages that a TD needs at least can only be added while it is uninitialised. */
	if (!status && td->nr_tdcx >= SM_NR_TDCS_PAGES)
		status = sm_check_td(call, SM_OP_STATE);
	if (status)
		return status;
	sm_page_take(&page, TDX_PT_TDCX, td);
	memset(sm_va(page.pa), 0, SM_PAGE_SIZE);
	td->tdcx[td->nr_tdcx++] = page.pa;
	if (td->nr_tdcx == 1)
		td->tdcs = sm_va(page.pa);
	return TDX_SUCCESS;
}

SM_HANDLER(mng_init)
{
	struct sm_tdcs *tdcs = call->tdcs;
	struct sm_td *td = call->td;
	struct tdx_td_params *params;
	u64 bad_cpuid = 0, status;

	status = sm_host_operand(call->in.rdx, 1024, SM_RDX);
	if (status)
		return status;
	/* Work on a copy, which the host cannot change, in a TDCX page that nothing else uses. */
	params = sm_va(td->tdcx[4]);
	if (!sm_platform_read_host(params, call->in.rdx, sizeof(*params)))
		return TDX_OPERAND_INVALID | SM_RDX;

	tdcs->cpuid = sm_va(td->tdcx[1]);
	tdcs->x2apic_ids = sm_va(td->tdcx[2]);
	tdcs->root_pa = td->tdcx[3];
	tdcs->root = sm_va(td->tdcx[3]);
	status = sm_params_apply(tdcs, params, &bad_cpuid);
	memset(params, 0, sizeof(*params));
	if (status == (TDX_OPERAND_INVALID | TDX_OPERAND_ID_CPUID_CONFIG))
		call->out->rcx = bad_cpuid;
	if (status)
		return status;

	tdcs->epoch = 1;
	tdcs->topology_enum_configured = 1;
	sm_platform_sha384_init(&tdcs->mrtd_stream);
	tdcs->op_state = SM_OP_INITIALIZED;
	return TDX_SUCCESS;
}

SM_HANDLER(mng_rd)
{
	u64 next;
	u64 status;

	status = sm_metadata_read(SM_SIDE_HOST, SM_CONTEXT_TD, call->td, NULL, call->in.rdx,
				  &call->out->r8, call->version ? &next : NULL);
	if (call->version)
		call->out->rdx = next;
	return status;
}

SM_HANDLER(mng_wr)
{
	return sm_metadata_write(SM_SIDE_HOST, SM_CONTEXT_TD, call->td, NULL, call->in.rdx,
				 call->in.r8, call->in.r9, &call->out->r8);
}

SM_HANDLER(mng_vpflushdone)
{
	struct sm_td *td = call->td;
	u64 status;

	if (td->lifecycle != SM_TD_HKID_ASSIGNED && td->lifecycle != SM_TD_KEYS_CONFIGURED)
		return TDX_LIFECYCLE_STATE_INCORRECT;
	if (call->tdcs && atomic_read(&call->tdcs->nr_associated))
		return TDX_FLUSHVP_NOT_DONE;
	status = sm_kot_flush(call, td->hkid);
	if (status)
		return status;
	td->lifecycle = SM_TD_BLOCKED;
	return TDX_SUCCESS;
}

SM_HANDLER(mng_key_freeid)
{
	struct sm_td *td = call->td;
	u64 status;

	if (td->lifecycle != SM_TD_BLOCKED)
		return TDX_LIFECYCLE_STATE_INCORRECT;
	status = sm_kot_free(call, td->hkid);
	if (status)
		return status;
	td->lifecycle = SM_TD_TEARDOWN;
	return TDX_SUCCESS;
}

/* Does nothing, whatever RCX is. */
SM_HANDLER(mng_key_reclaimid)
{
	return TDX_SUCCESS;
}

void sm_td_kill(struct sm_td *td)
{
	WRITE_ONCE(td->fatal, 1);
}
