// SPDX-License-Identifier: GPL-2.0-only
/*
 * VP leaves: the life of a vCPU, and its association with a logical processor (LP).
 */

#include "leaves.h"

#define NO_LP	(-1)

/* What these controls of a VMX CPU are at first. */
#define PIN_CONTROLS	0x29
#define PROC_CONTROLS2	0x133cb3fa

/* Associate @vcpu with @lp.  Returns 0, or VCPU_ASSOCIATED if another LP has it. */
static u64 associate(struct sm_vcpu *vcpu, unsigned int lp)
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

u64 sm_check_vcpu(struct sm_call *call, enum sm_check check)
{
	struct sm_vcpu *vcpu = call->vcpu;

	switch (check) {
	case SM_ALL_TDVPS:
		return vcpu->nr_pages >= SM_NR_TDVPS_PAGES ? 0 : TDX_TDCX_NUM_INCORRECT;
	case SM_VCPU_STATE:
		return call->leaf->vcpu_states & BIT(READ_ONCE(vcpu->state)) ? 0 :
		       TDX_VCPU_STATE_INCORRECT;
	default: /* SM_ASSOCIATE */
		return associate(vcpu, call->lp);
	}
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
	vcpu->host.pin_controls = PIN_CONTROLS;
	vcpu->host.proc_controls2 = PROC_CONTROLS2;
	return TDX_SUCCESS;
}

SM_HANDLER(vp_addcx)
{
	struct sm_vcpu *vcpu = call->vcpu;
	struct sm_page page;
	u64 status;

	if (vcpu->nr_pages == SM_MAX_TDVPS_PAGES)
		return TDX_TDCX_NUM_INCORRECT;
	status = sm_page_get_free(call, call->in.rcx, 0, SM_RCX, &page);
	if (status)
		return status;
	sm_page_take(&page, TDX_PT_TDCX, call->td);
	memset(sm_va(page.pa), 0, SM_PAGE_SIZE);
	vcpu->pages[vcpu->nr_pages++] = page.pa;
	return TDX_SUCCESS;
}

/*
 * Take the next index for a vCPU.  The TDR is locked shared by version 0, so another vCPU of the
 * TD may do the same.
 */
static bool take_index(struct sm_tdcs *tdcs, u32 *ret_index)
{
	u32 nr = READ_ONCE(tdcs->nr_vcpus);

	do {
		if (nr >= tdcs->max_vcpus)
			return false;
	} while (!try_cmpxchg(&tdcs->nr_vcpus, &nr, nr + 1));
	*ret_index = nr;
	return true;
}

SM_HANDLER(vp_init)
{
	const struct tdx_module_args *in = &call->in;
	struct sm_tdcs *tdcs = call->tdcs;
	struct sm_vcpu *vcpu = call->vcpu;
	u32 index, i;
	u64 status;

	/* Once taken, the index is used up, also if the call fails. */
	if (!take_index(tdcs, &index))
		return TDX_MAX_VCPUS_EXCEEDED;
	if (call->version && in->r8 >> 32)
		return TDX_OPERAND_INVALID | SM_R8;
	for (i = 0; call->version && i < index; i++) {
		if (tdcs->x2apic_ids[i] == in->r8)
			return TDX_X2APIC_ID_NOT_UNIQUE | in->r8;
	}
	status = sm_check_tsc_adjust(call->lp);
	if (status)
		return status;

	vcpu->index = index;
	vcpu->x2apic_id = call->version ? in->r8 : index;
	status = sm_run_init(vcpu, in->rdx);
	if (status)
		return status;
	if (call->version)
		tdcs->x2apic_ids[index] = in->r8;
	else
		tdcs->topology_enum_configured = 0;
	vcpu->state = SM_VCPU_READY;
	return associate(vcpu, call->lp);
}

SM_HANDLER(vp_rd)
{
	u64 next, status;

	status = sm_metadata_read(SM_SIDE_HOST, SM_CONTEXT_VP, call->td, call->vcpu, call->in.rdx,
				  &call->out->r8, call->version ? &next : NULL);
	if (call->version)
		call->out->rdx = next;
	return status;
}

SM_HANDLER(vp_wr)
{
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
	status = sm_check_tsc_adjust(call->lp);
	if (status)
		return status;
	if (sm_platform_tsc() < vcpu->last_exit_tsc)
		return TDX_TSC_ROLLBACK;
	/*
	 * With a stale TLB entry the host could still read a page of the TD.  alias.c allows
	 * that for a short time; after it the vCPU does not run until CPUs have flushed.
	 */
	if (!sm_platform_host_is_flushed())
		return TDX_OPERAND_BUSY | TDX_OPERAND_ID_SEPT_TREE;
	status = sm_epoch_enter(vcpu);
	if (status)
		return status;
	/*
	 * The TDVPR is locked shared.  No other LP uses the vCPU, because it is associated with
	 * this one; this state tells them why.
	 */
	WRITE_ONCE(vcpu->state, SM_VCPU_ACTIVE);
	status = sm_zero_step_check(call);
	if (!status) {
		status = sm_run_enter(vcpu, call->out);
		vcpu->last_exit_tsc = sm_platform_tsc();
		sm_zero_step_note(vcpu, status, call->out);
	}
	sm_epoch_exit(vcpu);
	WRITE_ONCE(vcpu->state, tdx_status_is(status, TDX_NON_RECOVERABLE_VCPU) ?
		   SM_VCPU_DISABLED : SM_VCPU_READY);
	return status;
}
