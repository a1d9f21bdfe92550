// SPDX-License-Identifier: GPL-2.0-only
/*
 * Injection of events into the guest.  A run can begin with one event: an exception, an NMI, or
 * what was interrupted in the last run.  An interrupt is left to the world, which delivers it as
 * soon as RFLAGS.IF, the shadow of STI and TPR allow that.  The run loop learns at the next exit
 * that it was delivered.  That is early enough, because each access of the guest to its APIC
 * exits, except for TPR, so it cannot see IRR and ISR out of date.
 */
#include <asm/trapnr.h>

#include "run.h"

/* If another exception occurs while such an exception is delivered, it is a double fault. */
static bool is_contributory(u32 event)
{
	u32 vector = event & SM_EVENT_VECTOR;

	return sm_event_is(event, SM_EVENT_EXCEPTION) &&
	       (vector == X86_TRAP_DE || (vector >= X86_TRAP_TS && vector <= X86_TRAP_PF) ||
		vector == X86_TRAP_DF || vector == SM_VE_VECTOR);
}

static bool is_software(u32 event)
{
	u32 vector = event & SM_EVENT_VECTOR;

	return sm_event_is(event, SM_EVENT_SOFT) || sm_event_is(event, SM_EVENT_INT1) ||
	       sm_event_is(event, SM_EVENT_INT3) ||
	       (sm_event_is(event, SM_EVENT_EXCEPTION) &&
		(vector == X86_TRAP_BP || vector == X86_TRAP_OF));
}

/*
 * A new exception occurred during the delivery of another event.  The exception comes first,
 * and the event is delivered later.
 */
static void drop_vectoring(struct sm_vcpu *vcpu)
{
	struct sm_run *run = sm_run(vcpu);

	if (sm_event_is(run->vectoring, SM_EVENT_INTR)) {
		sm_apic_withdraw(vcpu, run->vectoring & SM_EVENT_VECTOR);
	} else if (sm_event_is(run->vectoring, SM_EVENT_NMI)) {
		vcpu->pend_nmi = 1;
		run->nmi_blocked = false;
	}
	/* A software event needs nothing: RIP is still at its instruction, which repeats it. */
	run->vectoring = 0;
}

static enum sm_next inject(struct sm_vcpu *vcpu, u32 event, u32 error)
{
	struct sm_run *run = sm_run(vcpu);

	if (is_contributory(run->vectoring)) {
		if ((run->vectoring & SM_EVENT_VECTOR) == X86_TRAP_DF)
			return sm_td_exit(vcpu, (struct sm_td_exit) {
				.rax = TDX_NON_RECOVERABLE_VCPU | EXIT_REASON_TRIPLE_FAULT,
			});
		run->vectoring = 0;
		event = SM_EVENT_VALID | SM_EVENT_HAS_ERROR | SM_EVENT_EXCEPTION | X86_TRAP_DF;
		error = 0;
	}
	drop_vectoring(vcpu);
	run->event = event;
	run->event_error = error;
	return SM_ENTER;
}

/* After a fault the instruction is executed again, but its breakpoint must not hit again. */
static void set_rf(struct sm_vcpu *vcpu, unsigned int vector)
{
	if (vector != X86_TRAP_DB)
		sm_guest(vcpu)->rflags |= X86_EFLAGS_RF;
}

enum sm_next sm_inject(struct sm_vcpu *vcpu, unsigned int vector)
{
	set_rf(vcpu, vector);
	return inject(vcpu, SM_EVENT_VALID | SM_EVENT_EXCEPTION | vector, 0);
}

enum sm_next sm_inject_error(struct sm_vcpu *vcpu, unsigned int vector, u32 error)
{
	set_rf(vcpu, vector);
	return inject(vcpu, SM_EVENT_VALID | SM_EVENT_HAS_ERROR | SM_EVENT_EXCEPTION | vector,
		      error);
}

enum sm_next sm_inject_gp(struct sm_vcpu *vcpu)
{
	return sm_inject_error(vcpu, X86_TRAP_GP, 0);
}

enum sm_next sm_inject_ud(struct sm_vcpu *vcpu)
{
	return sm_inject(vcpu, X86_TRAP_UD);
}

enum sm_next sm_inject_ve(struct sm_vcpu *vcpu, const struct sm_ve_info *ve)
{
	/* The guest has not fetched the information of the last #VE yet. */
	if (vcpu->ve_info.valid)
		return sm_inject_error(vcpu, SM_DF_VECTOR, 0);
	vcpu->ve_info = *ve;
	vcpu->ve_info.valid = U32_MAX;
	return sm_inject(vcpu, SM_VE_VECTOR);
}

enum sm_next sm_inject_ve_insn(struct sm_vcpu *vcpu, u32 reason, u64 qualification,
			       unsigned int length)
{
	struct sm_ve_info ve = {
		.exit_reason = reason,
		.exit_qualification = qualification,
		.instruction_length = length,
	};

	return sm_inject_ve(vcpu, &ve);
}

/*
 * Inject a pending NMI, but not while the guest handles another one, has #VE information that
 * it has not fetched yet, or is in an interrupt shadow.  It gets that information by TDCALL, which
 * exits; for the rest VMX can tell when the guest can take the NMI.
 */
static void prepare_nmi(struct sm_vcpu *vcpu)
{
	struct sm_run *run = sm_run(vcpu);

	run->nmi_waits = false;
	if (!READ_ONCE(vcpu->pend_nmi) || vcpu->ve_info.valid)
		return;
	if (run->nmi_blocked || (run->event & SM_EVENT_VALID) || run->guest.in_shadow) {
		run->nmi_waits = true;
		return;
	}
	WRITE_ONCE(vcpu->pend_nmi, 0);
	run->nmi_blocked = true;
	run->event = SM_EVENT_VALID | SM_EVENT_NMI | X86_TRAP_NMI;
}

static void prepare_interrupt(struct sm_vcpu *vcpu)
{
	struct sm_run *run = sm_run(vcpu);
	int vector = sm_apic_pending(vcpu);

	run->requested = vector;
	run->virq = vector >= 0 && vector >> 4 > sm_apic_tpr(vcpu) >> 4 ? vector : -1;
}

void sm_event_prepare(struct sm_vcpu *vcpu)
{
	struct sm_run *run = sm_run(vcpu);

	if (run->vectoring) {
		run->event = run->vectoring;
		run->event_error = run->vectoring_error;
		run->vectoring = 0;
	}
	prepare_nmi(vcpu);
	prepare_interrupt(vcpu);
}

void sm_event_collect(struct sm_vcpu *vcpu)
{
	struct sm_run *run = sm_run(vcpu);

	run->event = 0;
	sm_apic_set_tpr(vcpu, run->tpr);
	if (run->virq_taken)
		sm_apic_accept(vcpu, run->virq);
	/* A software event need not be injected: RIP is still at its instruction. */
	if (is_software(run->vectoring))
		run->vectoring = 0;
}
