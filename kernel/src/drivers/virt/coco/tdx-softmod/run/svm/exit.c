// SPDX-License-Identifier: GPL-2.0-only
/*
 * #VMEXIT: a table of what each exit code is in VMX's terms.
 *
 * Not each CPU, and not each kind of exit, reports the RIP of the next instruction, so the
 * length of the instruction is taken from its bytes.  If these are not what the CPU has
 * executed, the guest has changed them meanwhile.  Then it executes what is there now.
 */
#include <asm/trapnr.h>

#include "../run.h"

#define CR_OPCODE_CLTS		0x06
#define CR_OPCODE_LMSW		0x01
#define CR_OPCODE_WRITE		0x22

/* VMX's exit qualification of an I/O instruction. */
#define IO_IN			BIT_ULL(3)
#define IO_STRING		BIT_ULL(4)
#define IO_REP			BIT_ULL(5)
#define IO_IMMEDIATE		BIT_ULL(6)
#define IO_PORT_SHIFT		16

#define NPF_WRITE		BIT_ULL(1)
#define NPF_FETCH		BIT_ULL(4)

struct svm_exit {
	bool known;
	/* EXIT_REASON_* */
	u8 reason;
	u32 event;
	/* If not 0: the exit is due to this instruction, whose length is wanted. */
	u8 nr_opcode;
	u8 opcode[3];
	/* If not NULL: fills the rest; false: the guest goes on. */
	bool (*translate)(struct sm_vcpu *vcpu, struct sm_vmexit *exit);
};

static bool translate_io(struct sm_vcpu *vcpu, struct sm_vmexit *exit)
{
	const struct vmcb *vmcb = sm_run(vcpu)->svm.vmcb;
	u64 info = vmcb->control.exit_info_1;
	u64 qualification = ((info & SVM_IOIO_SIZE_MASK) >> SVM_IOIO_SIZE_SHIFT) - 1;
	struct sm_insn insn;

	if (!sm_insn_fetch(vcpu, 0, &insn))
		return false;
	if (info & SVM_IOIO_TYPE_MASK)
		qualification |= IO_IN;
	if (info & SVM_IOIO_STR_MASK)
		qualification |= IO_STRING;
	if (info & SVM_IOIO_REP_MASK)
		qualification |= IO_REP;
	/* Opcodes E4 to E7 have the port in the instruction, the others in DX. */
	if ((insn.bytes[insn.opcode] & 0xfc) == 0xe4)
		qualification |= IO_IMMEDIATE;
	exit->qualification = qualification | (info >> 16) << IO_PORT_SHIFT;
	/* EXITINFO2 is the RIP of the next instruction. */
	exit->length = vmcb->control.exit_info_2 - vmcb->save.rip;
	return true;
}

static bool translate_msr(struct sm_vcpu *vcpu, struct sm_vmexit *exit)
{
	static const u8 wrmsr[] = { 0x0f, 0x30 };
	static const u8 rdmsr[] = { 0x0f, 0x32 };
	bool is_write = sm_run(vcpu)->svm.vmcb->control.exit_info_1;
	struct sm_insn insn;

	if (!sm_insn_fetch(vcpu, 1, &insn))
		return false;
	exit->reason = is_write ? EXIT_REASON_MSR_WRITE : EXIT_REASON_MSR_READ;
	exit->length = sm_insn_match(&insn, is_write ? wrmsr : rdmsr, 2);
	return exit->length;
}

/* Decode MOV to @cr or, for CR0, also CLTS and LMSW. */
static bool translate_cr(struct sm_vcpu *vcpu, struct sm_vmexit *exit, unsigned int cr)
{
	struct sm_insn insn;
	unsigned int gpr;
	const u8 *op;

	if (!sm_insn_fetch(vcpu, 1, &insn))
		return false;
	op = insn.bytes + insn.opcode;
	if (op[0] != 0x0f)
		return false;

	if (op[1] == CR_OPCODE_CLTS && cr == 0) {
		exit->length = insn.opcode + 2;
		exit->qualification = SM_CR_CLTS;
		return true;
	}

	if (!sm_insn_fetch(vcpu, 2, &insn))
		return false;
	gpr = (op[2] & 7) | (insn.rex & 1) << 3;
	exit->length = insn.opcode + 3;

	if (op[1] == CR_OPCODE_LMSW && cr == 0 && ((op[2] >> 3) & 7) == 6) {
		exit->qualification = SM_CR_LMSW;
		/* An operand in memory is not read: such an LMSW is #VE. */
		if (op[2] >> 6 != 3)
			exit->qualification |= SM_CR_LMSW_MEMORY;
		else
			exit->qualification |= (sm_run(vcpu)->regs[gpr] & 0xffff) <<
					       SM_CR_LMSW_SOURCE_SHIFT;
		return true;
	}
	/* REX.R is bit 3 of the CR's number.  LOCK would be, too, for CR8 in 32-bit code only. */
	if (op[1] == CR_OPCODE_WRITE && (((op[2] >> 3) & 7) | (insn.rex & 4) << 1) == cr) {
		exit->qualification = cr | gpr << SM_CR_GPR_SHIFT;
		return true;
	}
	return false;
}

static bool translate_cr0(struct sm_vcpu *vcpu, struct sm_vmexit *exit)
{
	return translate_cr(vcpu, exit, 0);
}

static bool translate_cr4(struct sm_vcpu *vcpu, struct sm_vmexit *exit)
{
	return translate_cr(vcpu, exit, 4);
}

static bool translate_cr8(struct sm_vcpu *vcpu, struct sm_vmexit *exit)
{
	return translate_cr(vcpu, exit, 8);
}

static bool translate_task_switch(struct sm_vcpu *vcpu, struct sm_vmexit *exit)
{
	exit->qualification = sm_run(vcpu)->svm.vmcb->control.exit_info_1 & 0xffff;
	return true;
}

static void translate_npf(const struct vmcb_control_area *control, struct sm_vmexit *exit)
{
	exit->reason = EXIT_REASON_EPT_VIOLATION;
	exit->gpa = control->exit_info_2;
	if (control->exit_info_1 & NPF_FETCH)
		exit->qualification = SM_ACCESS_EXEC;
	else if (control->exit_info_1 & NPF_WRITE)
		exit->qualification = SM_ACCESS_WRITE;
	else
		exit->qualification = SM_ACCESS_READ;
}

/* The IRET of an NMI handler, before it executes.  Let it complete, then NMIs are unblocked. */
static bool iret(struct sm_vcpu *vcpu, struct sm_vmexit *exit)
{
	struct sm_run *run = sm_run(vcpu);

	sm_vmcb_set_intercept(&run->svm.vmcb->control, INTERCEPT_IRET, false);
	run->svm.nmi_in_iret = true;
	run->svm.nmi_iret_rip = run->guest.rip;
	return false;
}

#define PLAIN(r)		{ .known = true, .reason = EXIT_REASON_##r }
#define INSN(r, nr, ...)	{ .known = true, .reason = EXIT_REASON_##r, \
				  .nr_opcode = nr, .opcode = { __VA_ARGS__ } }
#define BY(r, fn)		{ .known = true, .reason = EXIT_REASON_##r, .translate = fn }
#define EXCEPTION(vector)	{ .known = true, .reason = EXIT_REASON_EXCEPTION_NMI, \
				  .event = SM_EVENT_VALID | SM_EVENT_EXCEPTION | (vector) }

static const struct svm_exit exits[] = {
	[SVM_EXIT_WRITE_CR0] = BY(CR_ACCESS, translate_cr0),
	[SVM_EXIT_WRITE_CR4] = BY(CR_ACCESS, translate_cr4),
	[SVM_EXIT_WRITE_CR8] = BY(CR_ACCESS, translate_cr8),
	[SVM_EXIT_READ_DR0 ... SVM_EXIT_READ_DR7] = PLAIN(DR_ACCESS),
	[SVM_EXIT_WRITE_DR0 ... SVM_EXIT_WRITE_DR7] = PLAIN(DR_ACCESS),
	[SVM_EXIT_EXCP_BASE + X86_TRAP_UD] = EXCEPTION(X86_TRAP_UD),
	[SVM_EXIT_EXCP_BASE + X86_TRAP_MC] = EXCEPTION(X86_TRAP_MC),
	/* These four are still pending. */
	[SVM_EXIT_INTR] = PLAIN(EXTERNAL_INTERRUPT),
	[SVM_EXIT_NMI] = PLAIN(EXCEPTION_NMI),
	[SVM_EXIT_SMI] = PLAIN(OTHER_SMI),
	[SVM_EXIT_INIT] = PLAIN(INIT_SIGNAL),
	[SVM_EXIT_RDPMC] = PLAIN(RDPMC),
	[SVM_EXIT_CPUID] = INSN(CPUID, 2, 0x0f, 0xa2),
	[SVM_EXIT_RSM] = PLAIN(RSM),
	[SVM_EXIT_IRET] = BY(EXCEPTION_NMI, iret),
	[SVM_EXIT_INVD] = INSN(INVD, 2, 0x0f, 0x08),
	[SVM_EXIT_HLT] = INSN(HLT, 1, 0xf4),
	[SVM_EXIT_IOIO] = BY(IO_INSTRUCTION, translate_io),
	[SVM_EXIT_MSR] = BY(MSR_READ, translate_msr),
	[SVM_EXIT_TASK_SWITCH] = BY(TASK_SWITCH, translate_task_switch),
	[SVM_EXIT_SHUTDOWN] = PLAIN(TRIPLE_FAULT),
	/* Instructions of AMD-V, and RDPRU: #UD in a TD, as those of VMX are. */
	[SVM_EXIT_INVLPGA] = PLAIN(VMLAUNCH),
	[SVM_EXIT_VMRUN] = PLAIN(VMLAUNCH),
	[SVM_EXIT_VMMCALL] = PLAIN(VMLAUNCH),
	[SVM_EXIT_VMLOAD] = PLAIN(VMLAUNCH),
	[SVM_EXIT_VMSAVE] = PLAIN(VMLAUNCH),
	[SVM_EXIT_STGI] = PLAIN(VMLAUNCH),
	[SVM_EXIT_CLGI] = PLAIN(VMLAUNCH),
	[SVM_EXIT_SKINIT] = PLAIN(VMLAUNCH),
	[SVM_EXIT_RDPRU] = PLAIN(VMLAUNCH),
	[SVM_EXIT_WBINVD] = INSN(WBINVD, 2, 0x0f, 0x09),
	[SVM_EXIT_MONITOR] = INSN(MONITOR_INSTRUCTION, 3, 0x0f, 0x01, 0xc8),
	[SVM_EXIT_MWAIT] = INSN(MWAIT_INSTRUCTION, 3, 0x0f, 0x01, 0xc9),
	[SVM_EXIT_XSETBV] = INSN(XSETBV, 3, 0x0f, 0x01, 0xd1),
};

static bool find_length(struct sm_vcpu *vcpu, const struct svm_exit *row, struct sm_vmexit *exit)
{
	struct sm_insn insn;

	if (!sm_insn_fetch(vcpu, row->nr_opcode - 1, &insn))
		return false;
	exit->length = sm_insn_match(&insn, row->opcode, row->nr_opcode);
	return exit->length;
}

bool sm_svm_exit(struct sm_vcpu *vcpu)
{
	struct sm_run *run = sm_run(vcpu);
	struct sm_vmexit *exit = &run->vmexit;
	u32 code = run->svm.vmcb->control.exit_code;
	const struct svm_exit *row = code < ARRAY_SIZE(exits) ? &exits[code] : NULL;

	if (code == SVM_EXIT_NPF) {
		translate_npf(&run->svm.vmcb->control, exit);
		return true;
	}
	if (!row || !row->known) {
		/* Among them is VMEXIT_INVALID: the CPU refuses the vCPU's state. */
		exit->reason = EXIT_REASON_INVALID_STATE;
		return true;
	}
	exit->reason = row->reason;
	exit->event = row->event;
	if (row->translate)
		return row->translate(vcpu, exit);
	return !row->nr_opcode || find_length(vcpu, row, exit);
}
