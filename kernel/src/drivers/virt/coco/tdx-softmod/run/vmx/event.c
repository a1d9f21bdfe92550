// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events of a vCPU in its VMCS.
 *
 * A run begins with at most one event.  An interrupt is one, if the guest can take it now; if
 * not, an exit follows as soon as it can.
 */
#include <asm/processor-flags.h>
#include <asm/trapnr.h>

#include "../run.h"
#include "insn.h"

#define EVENT_MASK		(SM_EVENT_VALID | SM_EVENT_HAS_ERROR | SM_EVENT_TYPE | \
				 SM_EVENT_VECTOR)
#define SHADOW_MASK		(GUEST_INTR_STATE_STI | GUEST_INTR_STATE_MOV_SS)

/* What the guest takes at the start of the run: the chosen event, or else an interrupt. */
static u32 entry_event(struct sm_run *run)
{
	const struct sm_guest *guest = &run->guest;

	run->virq_taken = false;
	if (run->event & SM_EVENT_VALID)
		return run->event & EVENT_MASK;
	if (run->virq < 0 || guest->in_shadow || !(guest->rflags & X86_EFLAGS_IF))
		return 0;
	run->virq_taken = true;
	return SM_EVENT_VALID | SM_EVENT_INTR | run->virq;
}

void sm_vmx_write_events(struct sm_run *run)
{
	u32 primary = sm_vmx_controls.words[SM_VMX_PRIMARY], event = entry_event(run);
	u32 state = run->guest.in_shadow ? run->vmx.interruptibility & SHADOW_MASK : 0;

	if (run->virq >= 0 && !run->virq_taken)
		primary |= CPU_BASED_INTR_WINDOW_EXITING;
	if (run->nmi_waits)
		primary |= CPU_BASED_NMI_WINDOW_EXITING;
	/* DR0-DR3 are switched only after the guest has accessed a debug register. */
	if (!run->drs_live)
		primary |= CPU_BASED_MOV_DR_EXITING;
	/* An NMI that the entry injects blocks NMIs by itself. */
	if (run->nmi_blocked && !sm_event_is(event, SM_EVENT_NMI))
		state |= GUEST_INTR_STATE_NMI;

	sm_vmwrite(CPU_BASED_VM_EXEC_CONTROL, primary);
	sm_vmwrite(GUEST_INTERRUPTIBILITY_INFO, state);
	sm_vmwrite(VM_ENTRY_INTR_INFO_FIELD, event);
	if (event & SM_EVENT_HAS_ERROR)
		sm_vmwrite(VM_ENTRY_EXCEPTION_ERROR_CODE, run->event_error);
	/* If TPR holds back the requested interrupt: exit when the guest lowers it. */
	sm_vmwrite(TPR_THRESHOLD, run->requested >= 0 && run->virq < 0 ? run->requested >> 4 : 0);
}

/*
 * The exit interrupted an IRET that had unblocked NMIs.  The IRET is executed again, so NMIs
 * are still blocked.  If the exit interrupted the delivery of an event, the bit has no meaning.
 */
static bool undoes_iret(const struct sm_vmx_vcpu *vmx, u32 vectoring)
{
	if (vectoring & SM_EVENT_VALID)
		return false;
	switch (vmx->reason) {
	case EXIT_REASON_EPT_VIOLATION:
		return vmx->qualification & INTR_INFO_UNBLOCK_NMI;
	case EXIT_REASON_EXCEPTION_NMI:
		return sm_event_is(vmx->event, SM_EVENT_EXCEPTION) &&
		       (vmx->event & SM_EVENT_VECTOR) != X86_TRAP_DF &&
		       (vmx->event & INTR_INFO_UNBLOCK_NMI);
	default:
		return false;
	}
}

void sm_vmx_read_events(struct sm_vcpu *vcpu)
{
	struct sm_run *run = sm_run(vcpu);
	struct sm_vmx_vcpu *vmx = &run->vmx;
	u32 vectoring;

	vmx->reason = sm_vmread(VM_EXIT_REASON);
	if (vmx->reason & VMX_EXIT_REASONS_FAILED_VMENTRY) {
		/* The guest has not run, and no other field is valid. */
		run->virq_taken = false;
		return;
	}
	vmx->event = sm_vmread(VM_EXIT_INTR_INFO);
	vmx->qualification = sm_vmread(EXIT_QUALIFICATION);
	vmx->interruptibility = sm_vmread(GUEST_INTERRUPTIBILITY_INFO);
	vectoring = sm_vmread(IDT_VECTORING_INFO_FIELD);

	run->guest.in_shadow = vmx->interruptibility & SHADOW_MASK;
	run->nmi_blocked = (vmx->interruptibility & GUEST_INTR_STATE_NMI) ||
			   undoes_iret(vmx, vectoring);
	/* The CPU keeps TPR in the virtual-APIC page, where the run loop has it too. */
	run->tpr = sm_apic_tpr(vcpu);
	if (vectoring & SM_EVENT_VALID) {
		run->vectoring = vectoring;
		run->vectoring_error = sm_vmread(IDT_VECTORING_ERROR_CODE);
	}
}
