// SPDX-License-Identifier: GPL-2.0-only
/*
 * VP.INIT: the initial state of a vCPU.
 */
#include <linux/atomic.h>

#include "run.h"

/* Initial values of registers, as in an x86 CPU after reset. */
#define RESET_RIP		0xfffffff0
#define RESET_PAT		0x0007040600070406ULL
#define RESET_FCW		0x37f

/* Offsets of the FXSAVE image. */
#define XSAVE_FCW		0
#define XSAVE_MXCSR		24

static void init_guest(struct sm_guest *guest)
{
	guest->rip = RESET_RIP;
	guest->rflags = X86_EFLAGS_FIXED;
	guest->cr0 = X86_CR0_PE | X86_CR0_ET | X86_CR0_NE;
	guest->cr4 = X86_CR4_MCE;
	guest->efer = EFER_SCE | EFER_LME | EFER_NX;
	guest->pat = RESET_PAT;
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

	run->apic = sm_vcpu_page(vcpu, 2);
	run->xsave = sm_vcpu_page(vcpu, 3);
	run->id = atomic64_inc_return(&last_id);
	run->xcr0 = XFEATURE_MASK_FP;
	run->requested = -1;
	run->virq = -1;

	init_guest(&run->guest);
	init_gprs(vcpu, rcx);
	init_xsave(run->xsave);
	sm_apic_init(vcpu);
	sm_world->init(vcpu);
	return TDX_SUCCESS;
}

void sm_run_flush(struct sm_vcpu *vcpu)
{
	sm_world->flush(vcpu);
	sm_run(vcpu)->flush_tlb = true;
}
