// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VMCB of a vCPU.
 *
 * An exception or NMI goes to the guest through EVENTINJ.  An interrupt goes through V_IRQ:
 * the CPU delivers it, without an exit, as soon as RFLAGS.IF, the shadow of STI and TPR allow
 * that.  The run loop learns that it was delivered at the next #VMEXIT.
 */
#include <asm/debugreg.h>
#include <asm/trapnr.h>

#include "../run.h"

#define RESET_FMASK		0x20200
#define RESET_DR6		0xffff0ff0
#define RESET_DR7		0x400

/* Access rights in a VMCB: bits 7:0 and 15:12 of those in a descriptor, without the gap. */
#define ATTR_CODE		0xc9b
#define ATTR_DATA		0xc93
#define ATTR_LDT_UNUSABLE	0x002
#define ATTR_TSS_BUSY		0x08b

/*
 * What ends the guest's run.  This includes all instructions of SVM, each of which becomes
 * #UD: a TD must not be able to do what it could not do on a CPU with TDX.
 */
static const u8 sm_intercepts[] = {
	INTERCEPT_CR0_WRITE, INTERCEPT_CR4_WRITE,
	INTERCEPT_EXCEPTION_OFFSET + 6,		/* #UD: TDCALL is one on this CPU */
	INTERCEPT_EXCEPTION_OFFSET + 18,	/* #MC */
	INTERCEPT_INTR, INTERCEPT_NMI, INTERCEPT_SMI, INTERCEPT_INIT,
	INTERCEPT_CPUID, INTERCEPT_INVD, INTERCEPT_WBINVD, INTERCEPT_HLT,
	INTERCEPT_MONITOR, INTERCEPT_MWAIT, INTERCEPT_RDPMC, INTERCEPT_RSM,
	INTERCEPT_IOIO_PROT, INTERCEPT_MSR_PROT, INTERCEPT_XSETBV,
	INTERCEPT_TASK_SWITCH, INTERCEPT_SHUTDOWN,
	INTERCEPT_VMRUN, INTERCEPT_VMMCALL, INTERCEPT_VMLOAD, INTERCEPT_VMSAVE,
	INTERCEPT_STGI, INTERCEPT_CLGI, INTERCEPT_SKINIT, INTERCEPT_INVLPGA,
	INTERCEPT_RDPRU,
};

static void set_segment(struct vmcb_seg *seg, u16 attrib, u32 limit)
{
	seg->selector = 0;
	seg->attrib = attrib;
	seg->limit = limit;
	seg->base = 0;
}

void sm_vmcb_set_intercept(struct vmcb_control_area *control, unsigned int bit, bool on)
{
	if (on)
		control->intercepts[bit / 32] |= BIT(bit % 32);
	else
		control->intercepts[bit / 32] &= ~BIT(bit % 32);
}

static void init_control(struct sm_vcpu *vcpu, struct vmcb_control_area *control)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sm_intercepts); i++)
		sm_vmcb_set_intercept(control, sm_intercepts[i], true);

	control->iopm_base_pa = sm_iopm_pa;
	control->msrpm_base_pa = sm_msrpm_pa;
	control->asid = sm_asid;
	/* The guest's IF must not hold back physical interrupts. */
	control->int_ctl = V_INTR_MASKING_MASK;
	control->nested_ctl = SVM_NESTED_CTL_NP_ENABLE;
	control->nested_cr3 = sm_td_root(vcpu);
	control->tsc_offset = vcpu->tdcs->tsc_offset;
}

static void init_save(struct vmcb_save_area *save)
{
	set_segment(&save->cs, ATTR_CODE, 0xffffffff);
	set_segment(&save->ds, ATTR_DATA, 0xffffffff);
	set_segment(&save->es, ATTR_DATA, 0xffffffff);
	set_segment(&save->fs, ATTR_DATA, 0xffffffff);
	set_segment(&save->gs, ATTR_DATA, 0xffffffff);
	set_segment(&save->ss, ATTR_DATA, 0xffffffff);
	set_segment(&save->ldtr, ATTR_LDT_UNUSABLE, 0xffff);
	set_segment(&save->tr, ATTR_TSS_BUSY, 0xffff);
	save->gdtr.limit = 0xffff;

	save->sfmask = RESET_FMASK;
	save->dr6 = RESET_DR6;
	save->dr7 = RESET_DR7;
}

void sm_svm_init(struct sm_vcpu *vcpu)
{
	struct sm_run *run = sm_run(vcpu);

	run->svm.vmcb = sm_vcpu_page(vcpu, 1);
	/* The MSR's ratio has 32 bits of fraction, the ABI's multiplier has 48. */
	run->msrs[SM_MSR_TSC_RATIO] = vcpu->tdcs->tsc_multiplier >> 16;
	init_control(vcpu, &run->svm.vmcb->control);
	init_save(&run->svm.vmcb->save);
}

static void write_events(struct sm_vcpu *vcpu, struct vmcb_control_area *control)
{
	struct sm_run *run = sm_run(vcpu);

	control->event_inj = run->event;
	control->event_inj_err = run->event_error;
	/* The IRET that ends the NMI's handler unblocks NMIs. */
	if (sm_event_is(run->event, SM_EVENT_NMI))
		sm_vmcb_set_intercept(control, INTERCEPT_IRET, true);

	control->int_ctl &= ~(V_IRQ_INJECTION_BITS_MASK | V_TPR_MASK);
	control->int_ctl |= sm_apic_tpr(vcpu) >> 4;
	/* While an interrupt is requested, a new TPR may allow or prevent its delivery. */
	sm_vmcb_set_intercept(control, INTERCEPT_CR8_WRITE, run->requested >= 0);
	if (run->virq < 0)
		return;
	control->int_ctl |= V_IRQ_MASK | ((run->virq >> 4) << V_INTR_PRIO_SHIFT);
	control->int_vector = run->virq;
}

/*
 * The guest reads EFER.LME as 1 from the start, but the VMCB has it only while paging is on:
 * there is a CPU that does not survive a #VMEXIT with LME but without PG and PAE.  Only RDMSR
 * could tell the difference, and it exits.
 */
static u64 vmcb_efer(u64 efer)
{
	return EFER_SVME | (efer & EFER_LMA ? efer : efer & ~(u64)EFER_LME);
}

void sm_vmcb_write(struct sm_vcpu *vcpu)
{
	struct sm_run *run = sm_run(vcpu);
	const struct sm_guest *guest = &run->guest;
	struct vmcb_control_area *control = &run->svm.vmcb->control;
	struct vmcb_save_area *save = &run->svm.vmcb->save;

	save->rax = run->regs[SM_GPR_RAX];
	save->rsp = run->regs[SM_GPR_RSP];
	save->rip = guest->rip;
	save->rflags = guest->rflags;
	save->cr0 = guest->cr0;
	save->cr3 = guest->cr3;
	save->cr4 = guest->cr4;
	save->efer = vmcb_efer(guest->efer);
	save->g_pat = guest->pat;
	save->spec_ctrl = run->msrs[SM_MSR_SPEC_CTRL];

	control->int_state &= ~SVM_INTERRUPT_SHADOW_MASK;
	if (guest->in_shadow)
		control->int_state |= SVM_INTERRUPT_SHADOW_MASK;
	/* DR0-DR3 are switched only after the guest has accessed a debug register. */
	control->intercepts[INTERCEPT_DR] = run->drs_live ? 0 : 0xff00ff;
	write_events(vcpu, control);

	control->tlb_ctl = TLB_CONTROL_DO_NOTHING;
	if (run->flush_tlb)
		control->tlb_ctl = boot_cpu_has(X86_FEATURE_FLUSHBYASID) ?
			TLB_CONTROL_FLUSH_ASID : TLB_CONTROL_FLUSH_ALL_ASID;
	/* The CPU must not use a cached VMCB: the host may have reclaimed and reused its page. */
	control->clean = 0;
}

static void read_events(struct sm_vcpu *vcpu, const struct vmcb_control_area *control)
{
	struct sm_run *run = sm_run(vcpu);
	bool virq_waits = run->virq >= 0 && (control->int_ctl & V_IRQ_MASK);
	u32 event = control->exit_int_info;

	if (run->svm.nmi_in_iret && run->guest.rip != run->svm.nmi_iret_rip) {
		run->svm.nmi_in_iret = false;
		run->nmi_blocked = false;
	}
	run->tpr = (control->int_ctl & V_TPR_MASK) << 4;
	run->virq_taken = run->virq >= 0 && !virq_waits;

	if (!(event & SM_EVENT_VALID))
		return;
	/*
	 * If V_IRQ is still set, the guest has not taken the interrupt, even if the CPU reports
	 * its delivery here, which some do with a type that EVENTINJ does not accept.
	 */
	if (virq_waits && (event & SM_EVENT_VECTOR) == run->virq)
		return;
	run->vectoring = event;
	run->vectoring_error = control->exit_int_info_err;
}

void sm_vmcb_read(struct sm_vcpu *vcpu)
{
	struct sm_run *run = sm_run(vcpu);
	struct sm_guest *guest = &run->guest;
	const struct vmcb_control_area *control = &run->svm.vmcb->control;
	const struct vmcb_save_area *save = &run->svm.vmcb->save;

	run->flush_tlb = false;
	run->regs[SM_GPR_RAX] = save->rax;
	run->regs[SM_GPR_RSP] = save->rsp;
	guest->rip = save->rip;
	guest->rflags = save->rflags;
	guest->cr0 = save->cr0;
	guest->cr3 = save->cr3;
	guest->cr4 = save->cr4;
	guest->pat = save->g_pat;
	guest->in_shadow = control->int_state & SVM_INTERRUPT_SHADOW_MASK;
	guest->cs_base = save->cs.base;
	guest->fs_base = save->fs.base;
	guest->gs_base = save->gs.base;
	guest->cs_is_64bit = save->cs.attrib & SVM_SELECTOR_L_MASK;
	guest->cpl = save->cpl;
	read_events(vcpu, control);
}
