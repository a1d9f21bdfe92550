// SPDX-License-Identifier: GPL-2.0-only
/*
 * VP.INIT: the initial state of a vCPU, and its VMCB.
 */
#include <linux/atomic.h>

#include "run.h"

/* Initial values of registers, as in an x86 CPU after reset. */
#define RESET_RIP		0xfffffff0
#define RESET_PAT		0x0007040600070406ULL
#define RESET_FMASK		0x20200
#define RESET_DR6		0xffff0ff0
#define RESET_DR7		0x400
#define RESET_FCW		0x37f

/* Access rights in a VMCB: bits 7:0 and 15:12 of those in a descriptor, without the gap. */
#define ATTR_CODE		0xc9b
#define ATTR_DATA		0xc93
#define ATTR_LDT_UNUSABLE	0x002
#define ATTR_TSS_BUSY		0x08b

/* Offsets of the FXSAVE image. */
#define XSAVE_FCW		0
#define XSAVE_MXCSR		24

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

static void init_control(struct sm_vcpu *vcpu, struct vmcb_control_area *control)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sm_intercepts); i++)
		control->intercepts[sm_intercepts[i] / 32] |= BIT(sm_intercepts[i] % 32);
	/* DR0-DR3 are switched only after the guest has accessed a debug register. */
	control->intercepts[INTERCEPT_DR] = 0xff00ff;

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

	save->rip = RESET_RIP;
	save->rflags = X86_EFLAGS_FIXED;
	save->cr0 = X86_CR0_PE | X86_CR0_ET | X86_CR0_NE;
	save->cr4 = X86_CR4_MCE;
	/*
	 * The guest reads EFER.LME as 1 from the start, but the VMCB has it only while paging
	 * is on: there is a CPU that does not survive a #VMEXIT with LME but without PG and
	 * PAE.  Only RDMSR could tell the difference, and it exits.
	 */
	save->efer = EFER_SCE | EFER_NX | EFER_SVME;
	save->g_pat = RESET_PAT;
	save->sfmask = RESET_FMASK;
	save->dr6 = RESET_DR6;
	save->dr7 = RESET_DR7;
}

static void init_gprs(struct sm_vcpu *vcpu, u64 rcx)
{
	u64 *regs = sm_run(vcpu)->regs;
	u32 cpuid[4];

	sm_platform_cpuid(1, 0, cpuid);
	regs[SM_GPR_RBX] = vcpu->tdcs->config_flags & TDX_CONFIG_GPAW52 ? 52 : 48;
	regs[SM_GPR_RCX] = rcx;
	regs[SM_GPR_R8] = rcx;
	regs[SM_GPR_RDX] = cpuid[0];
	regs[SM_GPR_RSI] = vcpu->index;
}

/* After reset all extended state is zero, except for FCW and MXCSR. */
static void init_xsave(void *area)
{
	u16 fcw = RESET_FCW;
	u32 mxcsr = 0x1f80;

	memcpy(area + XSAVE_FCW, &fcw, sizeof(fcw));
	memcpy(area + XSAVE_MXCSR, &mxcsr, sizeof(mxcsr));
}

u64 sm_run_init(struct sm_vcpu *vcpu, u64 rcx)
{
	static atomic64_t last_id;
	struct sm_run *run = sm_run(vcpu);

	run->vmcb = sm_vcpu_page(vcpu, 1);
	run->apic = sm_vcpu_page(vcpu, 2);
	run->xsave = sm_vcpu_page(vcpu, 3);
	run->id = atomic64_inc_return(&last_id);
	run->efer = EFER_SCE | EFER_LME | EFER_NX;
	run->xcr0 = XFEATURE_MASK_FP;
	run->virq = -1;
	/* The MSR's ratio has 32 bits of fraction, the ABI's multiplier has 48. */
	run->msrs[SM_MSR_TSC_RATIO] = vcpu->tdcs->tsc_multiplier >> 16;

	init_control(vcpu, &run->vmcb->control);
	init_save(&run->vmcb->save);
	init_gprs(vcpu, rcx);
	init_xsave(run->xsave);
	sm_apic_init(vcpu);
	return TDX_SUCCESS;
}

void sm_run_flush(struct sm_vcpu *vcpu)
{
	/*
	 * After each VP.ENTER all state is in the TDVPS.  The CPU may still cache the VMCB and
	 * have TLB entries, but the next VP.ENTER uses neither of them.
	 */
	sm_run(vcpu)->flush_tlb = true;
}
