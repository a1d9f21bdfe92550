// SPDX-License-Identifier: GPL-2.0-only
/* VMX: the events of a vCPU in its VMCS, and the exit record that is made from it. */

/* Instead of insn.h: a VMCS is an array. */
#define TDX_SOFTMOD_VMX_INSN_H
static unsigned long long vmcs[0x7000];
static unsigned long long sm_vmread(unsigned long field) { return vmcs[field]; }
static void sm_vmwrite(unsigned long field, unsigned long long value) { vmcs[field] = value; }

#include "vmx/event.c"
#include "vmx/exit.c"
#include "test.h"

#define INTR(vector)		(SM_EVENT_VALID | SM_EVENT_INTR | (vector))
#define NMI			(SM_EVENT_VALID | SM_EVENT_NMI | 2)
#define EXCEPTION(vector)	(SM_EVENT_VALID | SM_EVENT_EXCEPTION | (vector))
#define UNBLOCKED		BIT(12)
#define IRQ_WINDOW		CPU_BASED_INTR_WINDOW_EXITING
#define NMI_WINDOW		CPU_BASED_NMI_WINDOW_EXITING
#define DRS			CPU_BASED_MOV_DR_EXITING
#define STI			GUEST_INTR_STATE_STI
#define BLOCKED			GUEST_INTR_STATE_NMI

static struct sm_vcpu vcpu;
struct sm_vmx_controls sm_vmx_controls;

u8 sm_apic_tpr(struct sm_vcpu *vcpu)
{
	return 0x53;
}

/* What a run begins with, and with which exits. */
static const struct entry {
	const char *name;
	u32 event;
	int requested, virq;
	bool nmi_waits, nmi_blocked, in_shadow, interrupts_off, drs_live;
	u32 injected, primary, state, threshold;
	bool taken;
} entries[] = {
	{ "nothing", 0, -1, -1, .primary = DRS },
	{ "debug registers are the guest's", 0, -1, -1, .drs_live = true },
	{ "interrupt", 0, 0x41, 0x41, .injected = INTR(0x41), .primary = DRS, .taken = true },
	{ "interrupt, IF is 0", 0, 0x41, 0x41, .interrupts_off = true, .primary = DRS | IRQ_WINDOW },
	{ "interrupt, after STI", 0, 0x41, 0x41, .in_shadow = true, .primary = DRS | IRQ_WINDOW, .state = STI },
	{ "interrupt, TPR is higher", 0, 0x41, -1, .primary = DRS, .threshold = 4 },
	{ "exception", EXCEPTION(20), -1, -1, .injected = EXCEPTION(20), .primary = DRS },
	{ "exception and interrupt", EXCEPTION(20), 0x41, 0x41, .injected = EXCEPTION(20),
	  .primary = DRS | IRQ_WINDOW },
	{ "exception with error", EXCEPTION(13) | SM_EVENT_HAS_ERROR, -1, -1,
	  .injected = EXCEPTION(13) | SM_EVENT_HAS_ERROR, .primary = DRS },
	{ "what was interrupted, with a bit that has no meaning", INTR(0x41) | UNBLOCKED, -1, -1,
	  .injected = INTR(0x41), .primary = DRS },
	/* The entry itself blocks NMIs; the CPU refuses one that blocks them already. */
	{ "nmi", NMI, -1, -1, .nmi_blocked = true, .injected = NMI, .primary = DRS },
	{ "in the handler of an nmi", 0, -1, -1, .nmi_blocked = true, .primary = DRS, .state = BLOCKED },
	{ "another nmi waits", 0, -1, -1, .nmi_blocked = true, .nmi_waits = true,
	  .primary = DRS | NMI_WINDOW, .state = BLOCKED },
};

static bool check_entry(const struct entry *row)
{
	struct sm_run *run = sm_run(&vcpu);

	memset(run, 0, sizeof(*run));
	memset(vmcs, 0, sizeof(vmcs));
	run->event = row->event;
	run->event_error = 0x18;
	run->requested = row->requested;
	run->virq = row->virq;
	run->nmi_waits = row->nmi_waits;
	run->nmi_blocked = row->nmi_blocked;
	run->drs_live = row->drs_live;
	run->guest.in_shadow = row->in_shadow;
	run->guest.rflags = row->interrupts_off ? 2 : 2 | X86_EFLAGS_IF;
	/* As the last exit left it: all bits that can be set. */
	run->vmx.interruptibility = STI | BLOCKED;

	sm_vmx_write_events(run);
	SAME(vmcs[VM_ENTRY_INTR_INFO_FIELD], row->injected, row->name);
	SAME(vmcs[CPU_BASED_VM_EXEC_CONTROL], row->primary, row->name);
	SAME(vmcs[GUEST_INTERRUPTIBILITY_INFO], row->state, row->name);
	SAME(vmcs[TPR_THRESHOLD], row->threshold, row->name);
	SAME(vmcs[VM_ENTRY_EXCEPTION_ERROR_CODE], row->event & SM_EVENT_HAS_ERROR ? 0x18 : 0, row->name);
	SAME(run->virq_taken, row->taken, row->name);
	return true;
}

/* A VM exit: fields of the VMCS; what they say of events; the exit record. */
static const struct vm_exit {
	const char *name;
	u32 reason, intr_info, vectoring, state;
	u64 qualification;
	bool blocked, in_shadow, not_taken;
	u32 vectoring_left;
	struct sm_vmexit exit;
} vm_exits[] = {
	{ "cpuid", EXIT_REASON_CPUID, .exit = { EXIT_REASON_CPUID, 3 } },
	{ "hlt after sti", EXIT_REASON_HLT, .state = STI, .in_shadow = true, .exit = { EXIT_REASON_HLT, 3 } },
	{ "mov cr4", EXIT_REASON_CR_ACCESS, .qualification = 0x904,
	  .exit = { EXIT_REASON_CR_ACCESS, 3, 0x904 } },
	{ "interrupt", EXIT_REASON_EXTERNAL_INTERRUPT, INTR(0xec),
	  .exit = { EXIT_REASON_EXTERNAL_INTERRUPT, .event = INTR(0xec) } },
	{ "nmi", EXIT_REASON_EXCEPTION_NMI, NMI, .exit = { EXIT_REASON_EXCEPTION_NMI, .event = NMI } },
	{ "ud", EXIT_REASON_EXCEPTION_NMI, EXCEPTION(6),
	  .exit = { EXIT_REASON_EXCEPTION_NMI, .event = EXCEPTION(6) } },
	{ "ud at an iret", EXIT_REASON_EXCEPTION_NMI, EXCEPTION(6) | UNBLOCKED, .blocked = true,
	  .exit = { EXIT_REASON_EXCEPTION_NMI, .event = EXCEPTION(6) | UNBLOCKED } },
	{ "fault on a linear address", EXIT_REASON_EPT_VIOLATION, .qualification = 0x182,
	  .exit = { EXIT_REASON_EPT_VIOLATION, 0, 0x182, 0x7654321, 0xffff8880, true } },
	{ "fault in the guest's page walk", EXIT_REASON_EPT_VIOLATION, .qualification = 0x83,
	  .exit = { EXIT_REASON_EPT_VIOLATION, 0, 0x83, 0x7654321 } },
	{ "fault at an iret", EXIT_REASON_EPT_VIOLATION, .qualification = 0x1181, .blocked = true,
	  .exit = { EXIT_REASON_EPT_VIOLATION, 0, 0x1181, 0x7654321, 0xffff8880, true } },
	{ "fault in the delivery of an interrupt", EXIT_REASON_EPT_VIOLATION, .vectoring = INTR(0x41),
	  .qualification = 0x1181, .vectoring_left = INTR(0x41),
	  .exit = { EXIT_REASON_EPT_VIOLATION, 0, 0x1181, 0x7654321, 0xffff8880, true } },
	{ "fault in the handler of an nmi", EXIT_REASON_EPT_VIOLATION, .state = BLOCKED, .blocked = true,
	  .qualification = 0x182, .exit = { EXIT_REASON_EPT_VIOLATION, 0, 0x182, 0x7654321, 0xffff8880, true } },
	{ "misconfiguration", EXIT_REASON_EPT_MISCONFIG, .exit = { EXIT_REASON_EPT_MISCONFIG, .gpa = 0x7654321 } },
	/* Nothing else in the VMCS is valid then. */
	{ "entry refused", EXIT_REASON_INVALID_STATE | VMX_EXIT_REASONS_FAILED_VMENTRY, .vectoring = INTR(0x41),
	  .state = BLOCKED, .not_taken = true, .exit = { EXIT_REASON_INVALID_STATE } },
	{ "msr load fails", EXIT_REASON_MSR_LOAD_FAIL | VMX_EXIT_REASONS_FAILED_VMENTRY, .not_taken = true,
	  .exit = { EXIT_REASON_INVALID_STATE } },
	{ "machine check in the entry", EXIT_REASON_MCE_DURING_VMENTRY | VMX_EXIT_REASONS_FAILED_VMENTRY,
	  .not_taken = true, .exit = { EXIT_REASON_MCE_DURING_VMENTRY } },
};

static bool check_exit(const struct vm_exit *row)
{
	struct sm_run *run = sm_run(&vcpu);

	memset(run, 0, sizeof(*run));
	memset(vmcs, 0, sizeof(vmcs));
	vmcs[VM_EXIT_REASON] = row->reason;
	vmcs[VM_EXIT_INTR_INFO] = row->intr_info;
	vmcs[IDT_VECTORING_INFO_FIELD] = row->vectoring;
	vmcs[EXIT_QUALIFICATION] = row->qualification;
	vmcs[GUEST_INTERRUPTIBILITY_INFO] = row->state;
	vmcs[GUEST_PHYSICAL_ADDRESS] = 0x7654321;
	vmcs[GUEST_LINEAR_ADDRESS] = 0xffff8880;
	vmcs[VM_EXIT_INSTRUCTION_LEN] = 3;
	run->virq_taken = true;

	sm_vmx_read_events(&vcpu);
	SAME(run->nmi_blocked, row->blocked, row->name);
	SAME(run->guest.in_shadow, row->in_shadow, row->name);
	SAME(run->virq_taken, !row->not_taken, row->name);
	SAME(run->vectoring, row->vectoring_left, row->name);

	SAME(sm_vmx_exit(&vcpu), true, row->name);
	SAME(run->vmexit.reason, row->exit.reason, row->name);
	SAME(run->vmexit.length, row->exit.length, row->name);
	SAME(run->vmexit.qualification, row->exit.qualification, row->name);
	SAME(run->vmexit.gpa, row->exit.gpa, row->name);
	SAME(run->vmexit.gla, row->exit.gla, row->name);
	SAME(run->vmexit.has_gla, row->exit.has_gla, row->name);
	SAME(run->vmexit.event, row->exit.event, row->name);
	return true;
}

void test_vmx(void)
{
	unsigned int i, good = 0;

	for (i = 0; i < ARRAY_SIZE(entries); i++)
		good += check_entry(&entries[i]);
	report(good == ARRAY_SIZE(entries), "vmx.entries", "%u of %zu rows", good, ARRAY_SIZE(entries));
	good = 0;
	for (i = 0; i < ARRAY_SIZE(vm_exits); i++)
		good += check_exit(&vm_exits[i]);
	report(good == ARRAY_SIZE(vm_exits), "vmx.exits", "%u of %zu rows", good, ARRAY_SIZE(vm_exits));
}
