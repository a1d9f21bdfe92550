// SPDX-License-Identifier: GPL-2.0-only
/*
 * VP.ENTER: takes in the registers that the host passes, runs the guest until a TD exit,
 * and returns the registers that the host may see.
 *
 * On VMX an interrupt or NMI that ends the guest's run has been acknowledged: VP.ENTER returns
 * it, with its vector, and the host handles it.  On AMD-V it is still pending, and the host takes
 * it as soon as it enables interrupts.  If softmod returned it, the host would handle it twice.
 * So such a run ends with OPERAND_BUSY, "try again", which a host must expect from VP.ENTER
 * anyway.
 */
#include <asm/tdx.h>

#include "run.h"

/* Where the registers that TDG.VP.VMCALL can pass are in SEAMCALL's; -1: never passed. */
static const s16 arg_offsets[SM_NR_GPRS] = {
	[SM_GPR_RAX] = -1,
	[SM_GPR_RCX] = -1,
	[SM_GPR_RSP] = -1,
	[SM_GPR_RBP] = -1,
	[SM_GPR_RDX] = offsetof(struct tdx_module_args, rdx),
	[SM_GPR_RBX] = offsetof(struct tdx_module_args, rbx),
	[SM_GPR_RSI] = offsetof(struct tdx_module_args, rsi),
	[SM_GPR_RDI] = offsetof(struct tdx_module_args, rdi),
	[SM_GPR_R8] = offsetof(struct tdx_module_args, r8),
	[SM_GPR_R9] = offsetof(struct tdx_module_args, r9),
	[SM_GPR_R10] = offsetof(struct tdx_module_args, r10),
	[SM_GPR_R11] = offsetof(struct tdx_module_args, r11),
	[SM_GPR_R12] = offsetof(struct tdx_module_args, r12),
	[SM_GPR_R13] = offsetof(struct tdx_module_args, r13),
	[SM_GPR_R14] = offsetof(struct tdx_module_args, r14),
	[SM_GPR_R15] = offsetof(struct tdx_module_args, r15),
};

static u64 *arg(struct tdx_module_args *args, unsigned int gpr)
{
	return (void *)args + arg_offsets[gpr];
}

/* Give the guest the host's answer to its TDG.VP.VMCALL. */
static void import_vmcall(struct sm_vcpu *vcpu, struct tdx_module_args *args)
{
	struct sm_run *run = sm_run(vcpu);
	unsigned int i;

	for (i = 0; i < SM_NR_GPRS; i++) {
		if ((run->vmcall_mask & BIT(i)) && arg_offsets[i] >= 0)
			run->regs[i] = *arg(args, i);
	}
	run->regs[SM_GPR_RAX] = TDX_SUCCESS;
	sm_host_import_xmm(vcpu, run->vmcall_mask >> 16);
	/* If the guest does not get to run now, the next VP.ENTER must not do this again. */
	vcpu->last_exit = SM_EXIT_ASYNC_FAULT;
}

static void export_vmcall(struct sm_vcpu *vcpu, struct tdx_module_args *args)
{
	struct sm_run *run = sm_run(vcpu);
	unsigned int i;

	for (i = 0; i < SM_NR_GPRS; i++) {
		if (arg_offsets[i] >= 0)
			*arg(args, i) = run->vmcall_mask & BIT(i) ? run->regs[i] : 0;
	}
	args->rcx = run->vmcall_mask;
	sm_host_export_xmm(vcpu, run->vmcall_mask >> 16);
}

static void export_exit(struct sm_vcpu *vcpu, struct tdx_module_args *args)
{
	const struct sm_td_exit *exit = &sm_run(vcpu)->exit;

	/* OPERAND_BUSY tells nothing about the guest and leaves the registers as they were. */
	if (tdx_status_is(exit->rax, TDX_OPERAND_BUSY))
		return;
	*args = (struct tdx_module_args) {
		.rcx = exit->rcx,
		.rdx = exit->rdx,
		.r8 = exit->r8,
		.r9 = exit->r9,
	};
}

static enum sm_next run_once(struct sm_vcpu *vcpu)
{
	sm_event_prepare(vcpu);
	if (!sm_world->run(vcpu))
		return sm_td_exit(vcpu, (struct sm_td_exit) { .rax = TDX_SEAMCALL_UD });
	sm_event_collect(vcpu);
	return sm_handle_exit(vcpu);
}

/* The host may have switched VMX or SVM off meanwhile, as it does to reboot. */
static void run_guest(struct sm_vcpu *vcpu)
{
	if (!sm_world->begin(vcpu)) {
		sm_td_exit(vcpu, (struct sm_td_exit) { .rax = TDX_SEAMCALL_UD });
		return;
	}
	while (run_once(vcpu) == SM_ENTER)
		;
	sm_world->end(vcpu);
}

u64 sm_run_enter(struct sm_vcpu *vcpu, struct tdx_module_args *args)
{
	struct sm_run *run = sm_run(vcpu);
	struct sm_host host;

	/* SEAMCALL is #UD if VMX is not on; the same for SVM. */
	if (!sm_world->is_enabled())
		return TDX_SEAMCALL_UD;

	if (vcpu->last_exit == SM_EXIT_TDVMCALL)
		import_vmcall(vcpu, args);
	sm_apic_merge_posted(vcpu);
	sm_td_refresh_shared(vcpu);

	sm_host_leave(vcpu, &host);
	run_guest(vcpu);
	sm_host_return(vcpu, &host);

	if (vcpu->last_exit == SM_EXIT_TDVMCALL)
		export_vmcall(vcpu, args);
	else
		export_exit(vcpu, args);
	return run->exit.rax;
}
