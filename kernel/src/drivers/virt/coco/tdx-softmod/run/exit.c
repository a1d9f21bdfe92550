// SPDX-License-Identifier: GPL-2.0-only
/*
 * #VMEXIT: a table of what follows from each exit code.
 */
#include <asm/trapnr.h>

#include "run.h"

enum exit_kind {
	/* Not in the table.  softmod did not ask for such an exit: the TD is killed. */
	KIND_UNKNOWN,
	/* An interrupt, NMI, SMI or INIT for the host: VP.ENTER ends with OPERAND_BUSY. */
	KIND_HOST,
	/* An instruction for which the guest gets #VE with VMX's exit reason. */
	KIND_VE,
	/* An instruction that is #UD in a TD. */
	KIND_UD,
	/* An instruction that is #GP in a TD. */
	KIND_GP,
	/* An instruction: call ->handle_insn() with its length. */
	KIND_INSN,
	/* Anything else: call ->handle(). */
	KIND_HANDLER,
};

struct exit {
	enum exit_kind kind;
	u16 vmx_reason;
	u8 nr_opcode;
	u8 opcode[3];
	union {
		enum sm_next (*handle)(struct sm_vcpu *vcpu);
		enum sm_next (*handle_insn)(struct sm_vcpu *vcpu, unsigned int length);
	};
};

/* VMX's exit qualification of an I/O instruction. */
#define IO_IN			BIT_ULL(3)
#define IO_STRING		BIT_ULL(4)
#define IO_REP			BIT_ULL(5)
#define IO_IMMEDIATE		BIT_ULL(6)
#define IO_PORT_SHIFT		16

static enum sm_next handle_io(struct sm_vcpu *vcpu)
{
	const struct vmcb *vmcb = sm_vmcb(vcpu);
	u64 info = vmcb->control.exit_info_1;
	u64 qualification = ((info & SVM_IOIO_SIZE_MASK) >> SVM_IOIO_SIZE_SHIFT) - 1;
	struct sm_insn insn;

	if (!sm_insn_fetch(vcpu, 0, &insn))
		return SM_ENTER;
	if (info & SVM_IOIO_TYPE_MASK)
		qualification |= IO_IN;
	if (info & SVM_IOIO_STR_MASK)
		qualification |= IO_STRING;
	if (info & SVM_IOIO_REP_MASK)
		qualification |= IO_REP;
	/* Opcodes E4 to E7 have the port in the instruction, the others in DX. */
	if ((insn.bytes[insn.opcode] & 0xfc) == 0xe4)
		qualification |= IO_IMMEDIATE;
	qualification |= (info >> 16) << IO_PORT_SHIFT;
	/* EXITINFO2 is the RIP of the next instruction. */
	return sm_inject_ve_insn(vcpu, EXIT_REASON_IO_INSTRUCTION, qualification,
				 vmcb->control.exit_info_2 - vmcb->save.rip);
}

/* Make sure that @more bytes after the first byte of the opcode have been read, too. */
static bool fetch_more(struct sm_vcpu *vcpu, unsigned int more, struct sm_insn *insn)
{
	return insn->opcode + more < insn->nr_bytes || sm_insn_fetch(vcpu, more, insn);
}

/* CPUs with AMD-V do not know TDCALL and VMCALL: they are #UD, which is intercepted. */
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

static enum sm_next handle_msr(struct sm_vcpu *vcpu)
{
	static const u8 wrmsr[] = { 0x0f, 0x30 };
	static const u8 rdmsr[] = { 0x0f, 0x32 };
	bool is_write = sm_vmcb(vcpu)->control.exit_info_1;
	struct sm_insn insn;
	unsigned int length;

	if (!sm_insn_fetch(vcpu, 1, &insn))
		return SM_ENTER;
	length = sm_insn_match(&insn, is_write ? wrmsr : rdmsr, 2);
	return length ? sm_handle_msr(vcpu, is_write, length) : SM_ENTER;
}

static enum sm_next handle_machine_check(struct sm_vcpu *vcpu)
{
	sm_host_machine_check();
	return sm_td_exit_fatal(vcpu, TDX_NON_RECOVERABLE_TD_NON_ACCESSIBLE,
				EXIT_REASON_MCE_DURING_VMENTRY);
}

static enum sm_next handle_shutdown(struct sm_vcpu *vcpu)
{
	return sm_td_exit(vcpu, (struct sm_td_exit) {
		.rax = TDX_NON_RECOVERABLE_VCPU | EXIT_REASON_TRIPLE_FAULT,
	});
}

static enum sm_next handle_task_switch(struct sm_vcpu *vcpu)
{
	return sm_td_exit(vcpu, (struct sm_td_exit) {
		.rax = EXIT_REASON_TASK_SWITCH,
		.rcx = sm_vmcb(vcpu)->control.exit_info_1 & 0xffff,
	});
}

static enum sm_next handle_dr(struct sm_vcpu *vcpu)
{
	sm_host_use_drs(vcpu);
	return SM_ENTER;
}

#define HOST()			{ .kind = KIND_HOST }
#define UD()			{ .kind = KIND_UD }
#define VE(reason, nr, ...)	{ .kind = KIND_VE, .vmx_reason = reason, \
				  .nr_opcode = nr, .opcode = { __VA_ARGS__ } }
#define INSN(fn, nr, ...)	{ .kind = KIND_INSN, .handle_insn = fn, \
				  .nr_opcode = nr, .opcode = { __VA_ARGS__ } }
#define HANDLER(fn)		{ .kind = KIND_HANDLER, .handle = fn }

static const struct exit exits[] = {
	[SVM_EXIT_WRITE_CR0] = HANDLER(sm_handle_cr0_write),
	[SVM_EXIT_WRITE_CR4] = HANDLER(sm_handle_cr4_write),
	[SVM_EXIT_WRITE_CR8] = HANDLER(sm_handle_cr8_write),
	[SVM_EXIT_READ_DR0 ... SVM_EXIT_READ_DR7] = HANDLER(handle_dr),
	[SVM_EXIT_WRITE_DR0 ... SVM_EXIT_WRITE_DR7] = HANDLER(handle_dr),
	[SVM_EXIT_EXCP_BASE + X86_TRAP_UD] = HANDLER(handle_ud),
	[SVM_EXIT_EXCP_BASE + X86_TRAP_MC] = HANDLER(handle_machine_check),
	[SVM_EXIT_INTR] = HOST(),
	[SVM_EXIT_NMI] = HOST(),
	[SVM_EXIT_SMI] = HOST(),
	[SVM_EXIT_INIT] = HOST(),
	[SVM_EXIT_RDPMC] = { .kind = KIND_GP },
	[SVM_EXIT_CPUID] = INSN(sm_handle_cpuid, 2, 0x0f, 0xa2),
	[SVM_EXIT_RSM] = UD(),
	[SVM_EXIT_IRET] = HANDLER(sm_event_iret),
	[SVM_EXIT_INVD] = VE(EXIT_REASON_INVD, 2, 0x0f, 0x08),
	[SVM_EXIT_HLT] = VE(EXIT_REASON_HLT, 1, 0xf4),
	[SVM_EXIT_INVLPGA] = UD(),
	[SVM_EXIT_IOIO] = HANDLER(handle_io),
	[SVM_EXIT_MSR] = HANDLER(handle_msr),
	[SVM_EXIT_TASK_SWITCH] = HANDLER(handle_task_switch),
	[SVM_EXIT_SHUTDOWN] = HANDLER(handle_shutdown),
	[SVM_EXIT_VMRUN] = UD(),
	[SVM_EXIT_VMMCALL] = UD(),
	[SVM_EXIT_VMLOAD] = UD(),
	[SVM_EXIT_VMSAVE] = UD(),
	[SVM_EXIT_STGI] = UD(),
	[SVM_EXIT_CLGI] = UD(),
	[SVM_EXIT_SKINIT] = UD(),
	[SVM_EXIT_WBINVD] = VE(EXIT_REASON_WBINVD, 2, 0x0f, 0x09),
	[SVM_EXIT_MONITOR] = VE(EXIT_REASON_MONITOR_INSTRUCTION, 3, 0x0f, 0x01, 0xc8),
	[SVM_EXIT_MWAIT] = VE(EXIT_REASON_MWAIT_INSTRUCTION, 3, 0x0f, 0x01, 0xc9),
	[SVM_EXIT_XSETBV] = INSN(sm_handle_xsetbv, 3, 0x0f, 0x01, 0xd1),
	[SVM_EXIT_RDPRU] = UD(),
};

enum sm_next sm_handle_exit(struct sm_vcpu *vcpu)
{
	const struct vmcb_control_area *control = &sm_vmcb(vcpu)->control;
	u32 code = control->exit_code;
	struct exit exit = {};
	struct sm_insn insn;
	unsigned int length;

	if (code == SVM_EXIT_NPF)
		return sm_handle_npf(vcpu);
	if (code < ARRAY_SIZE(exits))
		exit = exits[code];

	switch (exit.kind) {
	case KIND_HOST:
		return sm_td_exit_busy(vcpu);
	case KIND_UD:
		return sm_inject_ud(vcpu);
	case KIND_GP:
		return sm_inject_gp(vcpu);
	case KIND_HANDLER:
		return exit.handle(vcpu);
	case KIND_VE:
	case KIND_INSN:
		/*
		 * If the bytes are not what the CPU has executed, the guest has changed them
		 * meanwhile.  Then let it execute what is there now.
		 */
		if (!sm_insn_fetch(vcpu, exit.nr_opcode - 1, &insn))
			return SM_ENTER;
		length = sm_insn_match(&insn, exit.opcode, exit.nr_opcode);
		if (!length)
			return SM_ENTER;
		if (exit.kind == KIND_VE)
			return sm_inject_ve_insn(vcpu, exit.vmx_reason, 0, length);
		return exit.handle_insn(vcpu, length);
	case KIND_UNKNOWN:
		break;
	}
	/* Among them is VMEXIT_INVALID: the CPU refuses to run the vCPU in its state. */
	return sm_td_exit_fatal(vcpu, TDX_NON_RECOVERABLE_TD,
				EXIT_REASON_INVALID_STATE | VMX_EXIT_REASONS_FAILED_VMENTRY);
}
