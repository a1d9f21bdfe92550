// SPDX-License-Identifier: GPL-2.0-only
/*
 * Injection of events into the guest.  An exception or NMI goes through EVENTINJ, one at a
 * time.  An interrupt goes through V_IRQ: the CPU delivers it, without an exit, as soon as
 * RFLAGS.IF, the shadow of STI and TPR allow that.  The run loop learns that it was delivered
 * at the next #VMEXIT.  That is early enough, because each access of the guest to its APIC
 * exits, so it cannot see IRR and ISR out of date.
 */
#include <asm/trapnr.h>

#include "run.h"

#define EVENTINJ_VALID		BIT(31)
#define EVENTINJ_HAS_ERROR		BIT(11)
#define EVENTINJ_TYPE		GENMASK(10, 8)
#define EVENTINJ_VECTOR		GENMASK(7, 0)
#define EVENTINJ_TYPE_INTR		(0 << 8)
#define EVENTINJ_TYPE_NMI		(2 << 8)
#define EVENTINJ_TYPE_EXCEPTION	(3 << 8)
#define EVENTINJ_TYPE_SOFT		(4 << 8)

static bool is_type(u32 event, u32 type)
{
	return (event & EVENTINJ_VALID) && (event & EVENTINJ_TYPE) == type;
}

/* If another exception occurs while such an exception is delivered, it is a double fault. */
static bool is_contributory(u32 event)
{
	u32 vector = event & EVENTINJ_VECTOR;

	return is_type(event, EVENTINJ_TYPE_EXCEPTION) &&
	       (vector == X86_TRAP_DE || (vector >= X86_TRAP_TS && vector <= X86_TRAP_PF) ||
		vector == X86_TRAP_DF || vector == SM_VE_VECTOR);
}

static bool is_software(u32 event)
{
	u32 vector = event & EVENTINJ_VECTOR;

	return is_type(event, EVENTINJ_TYPE_SOFT) ||
	       (is_type(event, EVENTINJ_TYPE_EXCEPTION) &&
		(vector == X86_TRAP_BP || vector == X86_TRAP_OF));
}

/*
 * A new exception occurred during the delivery of another event.  The exception comes first,
 * and the event is delivered later.
 */
static void drop_vectoring(struct sm_vcpu *vcpu)
{
	struct sm_run *run = sm_run(vcpu);

	if (is_type(run->vectoring, EVENTINJ_TYPE_INTR)) {
		sm_apic_withdraw(vcpu, run->vectoring & EVENTINJ_VECTOR);
	} else if (is_type(run->vectoring, EVENTINJ_TYPE_NMI)) {
		vcpu->pend_nmi = 1;
		run->nmi_blocked = false;
	}
	/* A software event needs nothing: RIP is still at its instruction, which repeats it. */
	run->vectoring = 0;
}

static enum sm_next inject(struct sm_vcpu *vcpu, u32 event, u32 error)
{
	struct sm_run *run = sm_run(vcpu);
	struct vmcb_control_area *control = &run->vmcb->control;

	if (is_contributory(run->vectoring)) {
		if ((run->vectoring & EVENTINJ_VECTOR) == X86_TRAP_DF)
			return sm_td_exit(vcpu, (struct sm_td_exit) {
				.rax = TDX_NON_RECOVERABLE_VCPU | EXIT_REASON_TRIPLE_FAULT,
			});
		run->vectoring = 0;
		event = EVENTINJ_VALID | EVENTINJ_HAS_ERROR | EVENTINJ_TYPE_EXCEPTION | X86_TRAP_DF;
		error = 0;
	}
	drop_vectoring(vcpu);
	control->event_inj = event;
	control->event_inj_err = error;
	return SM_ENTER;
}

/* After a fault the instruction is executed again, but its breakpoint must not hit again. */
static void set_rf(struct sm_vcpu *vcpu, unsigned int vector)
{
	if (vector != X86_TRAP_DB)
		sm_vmcb(vcpu)->save.rflags |= X86_EFLAGS_RF;
}

enum sm_next sm_inject(struct sm_vcpu *vcpu, unsigned int vector)
{
	set_rf(vcpu, vector);
	return inject(vcpu, EVENTINJ_VALID | EVENTINJ_TYPE_EXCEPTION | vector, 0);
}

enum sm_next sm_inject_error(struct sm_vcpu *vcpu, unsigned int vector, u32 error)
{
	set_rf(vcpu, vector);
	return inject(vcpu, EVENTINJ_VALID | EVENTINJ_HAS_ERROR | EVENTINJ_TYPE_EXCEPTION | vector,
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

static void set_intercept(struct vmcb_control_area *control, unsigned int bit, bool on)
{
	if (on)
		control->intercepts[bit / 32] |= BIT(bit % 32);
	else
		control->intercepts[bit / 32] &= ~BIT(bit % 32);
}

/*
 * Inject a pending NMI, but not while the guest handles another one, has #VE information that
 * it has not fetched yet, or is in an interrupt shadow.
 */
static void prepare_nmi(struct sm_vcpu *vcpu)
{
	struct sm_run *run = sm_run(vcpu);
	struct vmcb_control_area *control = &run->vmcb->control;

	if (!READ_ONCE(vcpu->pend_nmi) || run->nmi_blocked || vcpu->ve_info.valid ||
	    (control->event_inj & EVENTINJ_VALID) ||
	    (control->int_state & SVM_INTERRUPT_SHADOW_MASK))
		return;
	WRITE_ONCE(vcpu->pend_nmi, 0);
	run->nmi_blocked = true;
	set_intercept(control, INTERCEPT_IRET, true);
	control->event_inj = EVENTINJ_VALID | EVENTINJ_TYPE_NMI | X86_TRAP_NMI;
}

static void prepare_interrupt(struct sm_vcpu *vcpu)
{
	struct sm_run *run = sm_run(vcpu);
	struct vmcb_control_area *control = &run->vmcb->control;
	u8 tpr = sm_apic_tpr(vcpu);
	int vector = sm_apic_pending(vcpu);

	control->int_ctl &= ~(V_IRQ_INJECTION_BITS_MASK | V_TPR_MASK);
	control->int_ctl |= tpr >> 4;
	/* While an interrupt is requested, a new TPR may allow or prevent its delivery. */
	set_intercept(control, INTERCEPT_CR8_WRITE, vector >= 0);

	run->virq = -1;
	if (vector < 0 || vector >> 4 <= tpr >> 4)
		return;
	run->virq = vector;
	control->int_ctl |= V_IRQ_MASK | ((vector >> 4) << V_INTR_PRIO_SHIFT);
	control->int_vector = vector;
}

void sm_event_prepare(struct sm_vcpu *vcpu)
{
	struct sm_run *run = sm_run(vcpu);
	struct vmcb_control_area *control = &run->vmcb->control;

	if (run->vectoring) {
		control->event_inj = run->vectoring;
		control->event_inj_err = run->vectoring_error;
		run->vectoring = 0;
	}
	prepare_nmi(vcpu);
	prepare_interrupt(vcpu);
}

void sm_event_collect(struct sm_vcpu *vcpu)
{
	struct sm_run *run = sm_run(vcpu);
	struct vmcb_control_area *control = &run->vmcb->control;
	u32 event = control->exit_int_info;
	int virq = run->virq;

	control->event_inj = 0;
	if (run->nmi_in_iret && run->vmcb->save.rip != run->nmi_iret_rip) {
		run->nmi_in_iret = false;
		run->nmi_blocked = false;
	}

	sm_apic_set_tpr(vcpu, (control->int_ctl & V_TPR_MASK) << 4);
	if (virq >= 0 && !(control->int_ctl & V_IRQ_MASK))
		sm_apic_accept(vcpu, virq);

	if (!(event & EVENTINJ_VALID))
		return;
	/*
	 * If V_IRQ is still set, the guest has not taken the interrupt, even if the CPU reports
	 * its delivery here, which some do with a type that EVENTINJ does not accept.
	 */
	if (virq >= 0 && (control->int_ctl & V_IRQ_MASK) && (event & EVENTINJ_VECTOR) == virq)
		return;
	/* A software event need not be injected: RIP is still at its instruction. */
	if (is_software(event))
		return;
	run->vectoring = event;
	run->vectoring_error = control->exit_int_info_err;
}

enum sm_next sm_event_iret(struct sm_vcpu *vcpu)
{
	struct sm_run *run = sm_run(vcpu);

	set_intercept(&run->vmcb->control, INTERCEPT_IRET, false);
	run->nmi_in_iret = true;
	run->nmi_iret_rip = run->vmcb->save.rip;
	return SM_ENTER;
}
