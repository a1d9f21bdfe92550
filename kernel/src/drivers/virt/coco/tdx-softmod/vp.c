// SPDX-License-Identifier: GPL-2.0-only
/*
 * VP leaves: the life of a vCPU, and its association with a logical processor (LP).
 */

#include "leaves.h"

#define NO_LP	(-1)

u64 sm_vcpu_associate(struct sm_vcpu *vcpu, unsigned int lp)
{
	int old = atomic_cmpxchg(&vcpu->assoc_lp, NO_LP, lp);

	if (old == (int)lp)
		return 0;
	if (old != NO_LP)
		return TDX_VCPU_ASSOCIATED;
	atomic_inc(&vcpu->tdcs->nr_associated);
	/* This LP's TLB may still have translations of the TD from long ago. */
	vcpu->flush_tlb = true;
	return 0;
}

SM_HANDLER(vp_create)
{
	struct sm_page page;
	struct sm_vcpu *vcpu;
	u64 status;

	status = sm_page_get_free(call, call->in.rcx, 0, SM_RCX, &page);
	if (status)
		return status;
	sm_page_take(&page, TDX_PT_TDVPR, call->td);
	vcpu = sm_va(page.pa);
	memset(vcpu, 0, SM_PAGE_SIZE);
	vcpu->td = call->td;
	vcpu->tdcs = call->tdcs;
	vcpu->pages[0] = page.pa;
	vcpu->nr_pages = 1;
	atomic_set(&vcpu->assoc_lp, NO_LP);
	vcpu->host.posted_vector = ~0ULL;
	vcpu->host.posted_desc = ~0ULL;
	vcpu->host.shared_eptp = ~0ULL;
	return TDX_SUCCESS;
}

SM_HANDLER(vp_addcx)
{
	struct sm_vcpu *vcpu = call->vcpu;
	struct sm_page page;
	u64 status;

	if (vcpu->state != SM_VCPU_UNINITIALIZED)
		return TDX_VCPU_STATE_INCORRECT;
	status = sm_page_get_free(call, call->in.rcx, 0, SM_RCX, &page);
	if (status)
		return status;
	if (vcpu->nr_pages == SM_MAX_TDVPS_PAGES)
		return TDX_TDCX_NUM_INCORRECT;
	sm_page_take(&page, TDX_PT_TDCX, call->td);
	memset(sm_va(page.pa), 0, SM_PAGE_SIZE);
	vcpu->pages[vcpu->nr_pages++] = page.pa;
	return TDX_SUCCESS;
}

SM_HANDLER(vp_init)
{
	const struct tdx_module_args *in = &call->in;
	struct sm_tdcs *tdcs = call->tdcs;
	struct sm_vcpu *vcpu = call->vcpu;
	u32 id = tdcs->nr_vcpus, i;
	u64 status;

	if (call->version && in->r8 >> 32)
		return TDX_OPERAND_INVALID | SM_R8;
	if (vcpu->state != SM_VCPU_UNINITIALIZED)
		return TDX_VCPU_STATE_INCORRECT;
	if (vcpu->nr_pages < SM_NR_TDVPS_PAGES)
		return TDX_TDCX_NUM_INCORRECT;
	if (tdcs->nr_vcpus == tdcs->max_vcpus)
		return TDX_MAX_VCPUS_EXCEEDED;
	if (call->version)
		id = in->r8;
	for (i = 0; call->version && i < tdcs->nr_vcpus; i++) {
		if (tdcs->x2apic_ids[i] == id)
			return TDX_X2APIC_ID_NOT_UNIQUE | id;
	}

	vcpu->index = tdcs->nr_vcpus;
	vcpu->x2apic_id = id;
	status = sm_run_init(vcpu, in->rdx);
	if (status)
		return status;
	if (!call->version)
		tdcs->topology_enum_configured = 0;
	tdcs->x2apic_ids[vcpu->index] = id;
	tdcs->nr_vcpus++;
	vcpu->state = SM_VCPU_READY;
	return sm_vcpu_associate(vcpu, call->lp);
}

/* Is the vCPU READY or, if that is allowed too, DISABLED?  Returns 0 or a status. */
static u64 check_ready(const struct sm_call *call, bool or_disabled)
{
	u8 state = call->vcpu->state;

	return state == SM_VCPU_READY || (or_disabled && state == SM_VCPU_DISABLED) ? 0 :
	       TDX_VCPU_STATE_INCORRECT;
}

SM_HANDLER(vp_rd)
{
	u64 next, status = check_ready(call, true);

	if (!status)
		status = sm_vcpu_associate(call->vcpu, call->lp);
	if (status)
		return status;
	status = sm_metadata_read(SM_SIDE_HOST, SM_CONTEXT_VP, call->td, call->vcpu, call->in.rdx,
				  &call->out->r8, &next);
	if (call->version)
		call->out->rdx = next;
	return status;
}

SM_HANDLER(vp_wr)
{
	u64 status = check_ready(call, false);

	if (!status)
		status = sm_vcpu_associate(call->vcpu, call->lp);
	if (status)
		return status;
	return sm_metadata_write(SM_SIDE_HOST, SM_CONTEXT_VP, call->td, call->vcpu, call->in.rdx,
				 call->in.r8, call->in.r9, &call->out->r8);
}

SM_HANDLER(vp_flush)
{
	struct sm_vcpu *vcpu = call->vcpu;

	if (atomic_read(&vcpu->assoc_lp) != (int)call->lp)
		return TDX_VCPU_NOT_ASSOCIATED;
	sm_run_flush(vcpu);
	atomic_set(&vcpu->assoc_lp, NO_LP);
	atomic_dec(&vcpu->tdcs->nr_associated);
	return TDX_SUCCESS;
}

SM_HANDLER(vp_enter)
{
	struct sm_vcpu *vcpu = call->vcpu;
	u64 flags = call->in.rcx & SM_ENTER_FLAGS, status;

	/*
	 * Bit 53 resumes L1 after an exit of a nested VM, and softmod has no nested VMs.
	 * Bit 52 is only allowed after a trap-like exit.
	 */
	if ((flags & BIT_ULL(53)) || (flags && vcpu->last_exit != SM_EXIT_ASYNC_TRAP))
		return TDX_OPERAND_INVALID | SM_RCX;
	status = check_ready(call, false);
	if (!status)
		status = sm_vcpu_associate(vcpu, call->lp);
	/*
	 * With a stale TLB entry the host could still read a page of the TD.  alias.c allows
	 * that for a short time; after it the vCPU does not run until CPUs have flushed.
	 */
	if (!status && !sm_platform_host_is_flushed())
		status = TDX_OPERAND_BUSY | TDX_OPERAND_ID_SEPT_TREE;
	if (!status)
		status = sm_epoch_enter(vcpu);
	if (status)
		return status;
	status = sm_run_enter(vcpu, call->out);
	sm_epoch_exit(vcpu);
	if (tdx_status_is(status, TDX_NON_RECOVERABLE_VCPU))
		vcpu->state = SM_VCPU_DISABLED;
	return status;
}
