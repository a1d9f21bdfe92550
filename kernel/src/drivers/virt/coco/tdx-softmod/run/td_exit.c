// SPDX-License-Identifier: GPL-2.0-only
/*
 * The end of a run.  Handlers of a VM exit note here what VP.ENTER is to return; enter.c
 * gives it to the host.
 */
#include "run.h"

enum sm_next sm_td_exit(struct sm_vcpu *vcpu, struct sm_td_exit exit)
{
	sm_run(vcpu)->exit = exit;
	vcpu->last_exit = SM_EXIT_ASYNC_FAULT;
	/* After a triple fault the vCPU never runs again. */
	if (tdx_status_is(exit.rax, TDX_NON_RECOVERABLE_VCPU))
		vcpu->state = SM_VCPU_DISABLED;
	return SM_EXIT;
}

enum sm_next sm_td_exit_busy(struct sm_vcpu *vcpu)
{
	return sm_td_exit(vcpu, (struct sm_td_exit) {
		.rax = TDX_OPERAND_BUSY | TDX_OPERAND_ID_RCX,
	});
}

enum sm_next sm_td_exit_fatal(struct sm_vcpu *vcpu, u64 code, u32 reason)
{
	sm_td_kill(vcpu->td);
	return sm_td_exit(vcpu, (struct sm_td_exit) { .rax = code | reason });
}

enum sm_next sm_td_exit_vmcall(struct sm_vcpu *vcpu, u64 mask)
{
	struct sm_run *run = sm_run(vcpu);

	run->vmcall_mask = mask;
	run->exit = (struct sm_td_exit) { .rax = EXIT_REASON_TDCALL, .rcx = mask };
	vcpu->last_exit = SM_EXIT_TDVMCALL;
	return SM_EXIT;
}
