// SPDX-License-Identifier: GPL-2.0-only
/*
 * VM exits: a table of what follows from each exit reason.
 */
#include <asm/trapnr.h>

#include "run.h"

enum exit_kind {
	/* Not in the table.  softmod did not ask for such an exit: the TD is killed. */
	KIND_UNKNOWN,
	/* The guest goes on: the exit was only to ask for events. */
	KIND_NOTHING,
	/* An interrupt, NMI, SMI or INIT for the host. */
	KIND_HOST,
	/* An instruction for which the guest gets #VE. */
	KIND_VE,
	/* An instruction that is #UD in a TD. */
	KIND_UD,
	/* An instruction that is #GP in a TD. */
	KIND_GP,
	/* Anything else: call ->handle(). */
	KIND_HANDLER,
};

struct exit {
	enum exit_kind kind;
	enum sm_next (*handle)(struct sm_vcpu *vcpu, const struct sm_vmexit *exit);
};

/* Make sure that @more bytes after the first byte of the opcode have been read, too. */
static bool fetch_more(struct sm_vcpu *vcpu, unsigned int more, struct sm_insn *insn)
{
	return insn->opcode + more < insn->nr_bytes || sm_insn_fetch(vcpu, more, insn);
}

/*
 * This CPU does not know TDCALL, and AMD-V does not know VMCALL: they are #UD, which is
 * intercepted.
 */
static enum sm_next handle_ud(struct sm_vcpu *vcpu)
{
	static const u8 tdcall[] = { 0x0f, 0x01, 0xcc };
	static const u8 vmcall[] = { 0x0f, 0x01, 0xc1 };
	struct sm_insn insn;
	unsigned int length;

	/*
	 * Read no more bytes than the CPU has: UD2 may be at the end of a page, with no page
	 * mapped behind it.
	 */
	if (!sm_insn_fetch(vcpu, 0, &insn))
		return SM_ENTER;
	if (insn.bytes[insn.opcode] == 0x0f && !fetch_more(vcpu, 1, &insn))
		return SM_ENTER;
	if (sm_insn_match(&insn, tdcall, 2) && !fetch_more(vcpu, 2, &insn))
		return SM_ENTER;

	length = sm_insn_match(&insn, tdcall, sizeof(tdcall));
	if (length && insn.has_66 && !insn.has_rep)
		return sm_handle_tdcall(vcpu, length);
	length = sm_insn_match(&insn, vmcall, sizeof(vmcall));
	if (length && !insn.has_66 && !insn.has_rep)
		return sm_inject_ve_insn(vcpu, EXIT_REASON_VMCALL, 0, length);
	return sm_inject_ud(vcpu);
}

static enum sm_next handle_machine_check(struct sm_vcpu *vcpu, const struct sm_vmexit *exit)
{
	sm_host_machine_check();
	return sm_td_exit_fatal(vcpu, TDX_NON_RECOVERABLE_TD_NON_ACCESSIBLE,
				EXIT_REASON_MCE_DURING_VMENTRY);
}

static enum sm_next unknown(struct sm_vcpu *vcpu)
{
	return sm_td_exit_fatal(vcpu, TDX_NON_RECOVERABLE_TD,
				EXIT_REASON_INVALID_STATE | VMX_EXIT_REASONS_FAILED_VMENTRY);
}

/* If the CPU has left the event pending, the host takes it after OPERAND_BUSY. */
static enum sm_next to_host(struct sm_vcpu *vcpu, const struct sm_vmexit *exit)
{
	if (!(exit->event & SM_EVENT_VALID))
		return sm_td_exit_busy(vcpu);
	return sm_td_exit(vcpu, (struct sm_td_exit) { .rax = exit->reason, .r9 = exit->event });
}

static enum sm_next handle_exception(struct sm_vcpu *vcpu, const struct sm_vmexit *exit)
{
	if (!sm_event_is(exit->event, SM_EVENT_EXCEPTION))
		return to_host(vcpu, exit);
	switch (exit->event & SM_EVENT_VECTOR) {
	case X86_TRAP_UD:
		return handle_ud(vcpu);
	case X86_TRAP_MC:
		return handle_machine_check(vcpu, exit);
	default:
		return unknown(vcpu);
	}
}

static enum sm_next handle_triple_fault(struct sm_vcpu *vcpu, const struct sm_vmexit *exit)
{
	return sm_td_exit(vcpu, (struct sm_td_exit) {
		.rax = TDX_NON_RECOVERABLE_VCPU | EXIT_REASON_TRIPLE_FAULT,
	});
}

static enum sm_next handle_task_switch(struct sm_vcpu *vcpu, const struct sm_vmexit *exit)
{
	return sm_td_exit(vcpu, (struct sm_td_exit) {
		.rax = EXIT_REASON_TASK_SWITCH,
		.rcx = exit->qualification,
	});
}

static enum sm_next handle_dr(struct sm_vcpu *vcpu, const struct sm_vmexit *exit)
{
	sm_host_use_drs(vcpu);
	return SM_ENTER;
}

/* KVM's entry for a shared page is not valid: KVM is to look at it. */
static enum sm_next handle_misconfig(struct sm_vcpu *vcpu, const struct sm_vmexit *exit)
{
	if (!(exit->gpa & SM_SHARED_BIT))
		return unknown(vcpu);
	return sm_td_exit(vcpu, (struct sm_td_exit) {
		.rax = EXIT_REASON_EPT_MISCONFIG,
		.r8 = exit->gpa & ~(SM_PAGE_SIZE - 1),
	});
}

/* On a CPU that knows TDCALL, which has no module. */
static enum sm_next handle_tdcall(struct sm_vcpu *vcpu, const struct sm_vmexit *exit)
{
	return sm_handle_tdcall(vcpu, exit->length);
}

#define NOTHING()		{ .kind = KIND_NOTHING }
#define HOST()			{ .kind = KIND_HOST }
#define VE()			{ .kind = KIND_VE }
#define UD()			{ .kind = KIND_UD }
#define GP()			{ .kind = KIND_GP }
#define HANDLER(fn)		{ .kind = KIND_HANDLER, .handle = fn }

static const struct exit exits[] = {
	[EXIT_REASON_EXCEPTION_NMI] = HANDLER(handle_exception),
	[EXIT_REASON_EXTERNAL_INTERRUPT] = HOST(),
	[EXIT_REASON_TRIPLE_FAULT] = HANDLER(handle_triple_fault),
	[EXIT_REASON_INIT_SIGNAL] = HOST(),
	[EXIT_REASON_OTHER_SMI] = HOST(),
	[EXIT_REASON_INTERRUPT_WINDOW] = NOTHING(),
	[EXIT_REASON_NMI_WINDOW] = NOTHING(),
	[EXIT_REASON_TASK_SWITCH] = HANDLER(handle_task_switch),
	[EXIT_REASON_CPUID] = HANDLER(sm_handle_cpuid),
	[EXIT_REASON_GETSEC] = UD(),
	[EXIT_REASON_HLT] = VE(),
	[EXIT_REASON_INVD] = VE(),
	[EXIT_REASON_RDPMC] = GP(),
	[EXIT_REASON_RSM] = UD(),
	[EXIT_REASON_VMCALL] = VE(),
	[EXIT_REASON_VMCLEAR ... EXIT_REASON_VMON] = UD(),
	[EXIT_REASON_CR_ACCESS] = HANDLER(sm_handle_cr),
	[EXIT_REASON_DR_ACCESS] = HANDLER(handle_dr),
	[EXIT_REASON_IO_INSTRUCTION] = VE(),
	[EXIT_REASON_MSR_READ] = HANDLER(sm_handle_msr),
	[EXIT_REASON_MSR_WRITE] = HANDLER(sm_handle_msr),
	[EXIT_REASON_MWAIT_INSTRUCTION] = VE(),
	[EXIT_REASON_MONITOR_INSTRUCTION] = VE(),
	[EXIT_REASON_MCE_DURING_VMENTRY] = HANDLER(handle_machine_check),
	[EXIT_REASON_TPR_BELOW_THRESHOLD] = NOTHING(),
	[EXIT_REASON_EPT_VIOLATION] = HANDLER(sm_handle_violation),
	[EXIT_REASON_EPT_MISCONFIG] = HANDLER(handle_misconfig),
	[EXIT_REASON_INVEPT] = UD(),
	[EXIT_REASON_INVVPID] = UD(),
	[EXIT_REASON_WBINVD] = VE(),
	[EXIT_REASON_XSETBV] = HANDLER(sm_handle_xsetbv),
	[EXIT_REASON_VMFUNC] = UD(),
	[EXIT_REASON_ENCLS] = UD(),
	[EXIT_REASON_SEAMCALL] = UD(),
	[EXIT_REASON_TDCALL] = HANDLER(handle_tdcall),
};

enum sm_next sm_handle_exit(struct sm_vcpu *vcpu)
{
	struct sm_vmexit *exit = &sm_run(vcpu)->vmexit;
	const struct exit *row;

	*exit = (struct sm_vmexit) {};
	if (!sm_world->exit(vcpu))
		return SM_ENTER;
	if (exit->reason >= ARRAY_SIZE(exits))
		return unknown(vcpu);

	row = &exits[exit->reason];
	switch (row->kind) {
	case KIND_NOTHING:
		return SM_ENTER;
	case KIND_HOST:
		return to_host(vcpu, exit);
	case KIND_VE:
		return sm_inject_ve_insn(vcpu, exit->reason, exit->qualification, exit->length);
	case KIND_UD:
		return sm_inject_ud(vcpu);
	case KIND_GP:
		return sm_inject_gp(vcpu);
	case KIND_HANDLER:
		return row->handle(vcpu, exit);
	case KIND_UNKNOWN:
		break;
	}
	return unknown(vcpu);
}
