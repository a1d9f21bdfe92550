// SPDX-License-Identifier: GPL-2.0-only
/*
 * Switches, once for each VP.ENTER, parts of the CPU's state that a VM entry does not switch:
 * extended state, debug registers, some MSRs.
 *
 * According to the ABI, when VP.ENTER returns, the extended state in XFAM is in its initial
 * state, XCR0 and XSS are what XFAM says, and debug registers are disabled; the caller
 * restores its own.  The ABI allows VP.ENTER to change some MSRs, too.  softmod gives them back
 * as they were, but in strict mode, in which the host loses them.
 */
#include <asm/cpufeature.h>
#include <asm/debugreg.h>
#include <asm/fpu/xcr.h>
#include <asm/mce.h>
#include <asm/msr.h>
#include <asm/nospec-branch.h>
#include <asm/special_insns.h>

#include "../core.h"
#include "run.h"

#define DR6_RESET	0xffff0ff0UL
#define DR7_RESET	0x400UL

/* Offsets in an XSAVE area: XMM0, and XSTATE_BV in the header. */
#define XSAVE_XMM	160
#define XSAVE_BV	512
#define XSTATE_SSE	BIT_ULL(1)

#define SM_NR_XMM	16

struct switched_msr {
	u32 msr;
	/* CPUs without this feature do not have the MSR. */
	u16 feature;
};

static const struct switched_msr switched_msrs[SM_NR_MSRS] = {
	[SM_MSR_TSC_AUX] = { MSR_TSC_AUX, X86_FEATURE_RDTSCP },
	[SM_MSR_TSC_RATIO] = { MSR_AMD64_TSC_RATIO, X86_FEATURE_TSCRATEMSR },
	[SM_MSR_XSS] = { MSR_IA32_XSS, X86_FEATURE_XSAVES },
	[SM_MSR_DEBUGCTL] = { MSR_IA32_DEBUGCTLMSR, X86_FEATURE_ALWAYS },
	/* Switched by switch.h, right before the guest runs and right after. */
	[SM_MSR_SPEC_CTRL] = { MSR_IA32_SPEC_CTRL, X86_FEATURE_MSR_SPEC_CTRL },
};

/* MSRs that strict mode does not give back, and their values after VP.ENTER. */
static const struct {
	u32 msr;
	u32 value;
	u16 feature;
} lost_msrs[] = {
	{ MSR_STAR, 0, X86_FEATURE_ALWAYS },
	{ MSR_LSTAR, 0, X86_FEATURE_ALWAYS },
	{ MSR_SYSCALL_MASK, 0x20200, X86_FEATURE_ALWAYS },
	{ MSR_KERNEL_GS_BASE, 0, X86_FEATURE_ALWAYS },
	{ MSR_TSC_AUX, 0, X86_FEATURE_RDTSCP },
};

/* sm_run.id of the vCPU that ran last on this CPU. */
static DEFINE_PER_CPU(u64, last_run_id);

/* An XSAVE area whose header, all zero, says that all components are in initial state. */
static const struct {
	u16 fcw;
	u8 pad[22];
	u32 mxcsr;
	u8 rest[SM_PAGE_SIZE - 28];
} initial_xstate __aligned(64) = {
	.fcw = 0x37f,
	.mxcsr = 0x1f80,
};

bool sm_host_has_msr(unsigned int sm_msr)
{
	return boot_cpu_has(switched_msrs[sm_msr].feature);
}

static void set_xcr0(u64 now, u64 want)
{
	if (now != want)
		xsetbv(XCR_XFEATURE_ENABLED_MASK, want);
}

void sm_host_set_guest_xcr0(u64 xcr0)
{
	xsetbv(XCR_XFEATURE_ENABLED_MASK, xcr0);
}

static void xsave(void *area, u64 mask)
{
	asm volatile("xsave64 (%0)" : : "r" (area), "a" ((u32)mask), "d" ((u32)(mask >> 32))
		     : "memory");
}

static void xrstor(const void *area, u64 mask)
{
	asm volatile("xrstor64 (%0)" : : "r" (area), "a" ((u32)mask), "d" ((u32)(mask >> 32))
		     : "memory");
}

/* Store XMM0-XMM15 of the CPU. */
static void store_xmm(u8 (*to)[16])
{
#define STORE(n) "movdqu %%xmm" #n ", " #n "*16(%0)\n\t"
	asm volatile(STORE(0) STORE(1) STORE(2) STORE(3) STORE(4) STORE(5) STORE(6) STORE(7)
		     STORE(8) STORE(9) STORE(10) STORE(11) STORE(12) STORE(13) STORE(14) STORE(15)
		     : : "r" (to) : "memory");
#undef STORE
}

static void load_xmm(u8 (*from)[16])
{
#define LOAD(n) "movdqu " #n "*16(%0), %%xmm" #n "\n\t"
	asm volatile(LOAD(0) LOAD(1) LOAD(2) LOAD(3) LOAD(4) LOAD(5) LOAD(6) LOAD(7)
		     LOAD(8) LOAD(9) LOAD(10) LOAD(11) LOAD(12) LOAD(13) LOAD(14) LOAD(15)
		     : : "r" (from) : "memory");
#undef LOAD
}

void sm_host_import_xmm(struct sm_vcpu *vcpu, u16 mask)
{
	struct sm_run *run = sm_run(vcpu);
	u8 xmm[SM_NR_XMM][16];
	unsigned int i;
	u64 *bv = run->xsave + XSAVE_BV;

	if (!mask)
		return;
	store_xmm(xmm);
	if (!(*bv & XSTATE_SSE))
		memset(run->xsave + XSAVE_XMM, 0, sizeof(xmm));
	*bv |= XSTATE_SSE;
	for (i = 0; i < SM_NR_XMM; i++) {
		if (mask & BIT(i))
			memcpy(run->xsave + XSAVE_XMM + i * 16, xmm[i], 16);
	}
}

void sm_host_export_xmm(struct sm_vcpu *vcpu, u16 mask)
{
	struct sm_run *run = sm_run(vcpu);
	u8 xmm[SM_NR_XMM][16] = {};
	unsigned int i;
	u64 *bv = run->xsave + XSAVE_BV;

	if (!mask || !(*bv & XSTATE_SSE))
		return;
	for (i = 0; i < SM_NR_XMM; i++) {
		if (mask & BIT(i))
			memcpy(xmm[i], run->xsave + XSAVE_XMM + i * 16, 16);
	}
	load_xmm(xmm);
}

static void load_drs(const u64 drs[4])
{
	set_debugreg(drs[0], 0);
	set_debugreg(drs[1], 1);
	set_debugreg(drs[2], 2);
	set_debugreg(drs[3], 3);
}

static void store_drs(u64 drs[4])
{
	get_debugreg(drs[0], 0);
	get_debugreg(drs[1], 1);
	get_debugreg(drs[2], 2);
	get_debugreg(drs[3], 3);
}

void sm_host_use_drs(struct sm_vcpu *vcpu)
{
	struct sm_run *run = sm_run(vcpu);

	run->drs_live = true;
	load_drs(run->drs);
}

void sm_host_leave(struct sm_vcpu *vcpu, struct sm_host *host)
{
	struct sm_run *run = sm_run(vcpu);
	u64 xfam = vcpu->tdcs->xfam;
	unsigned int i;

	set_xcr0(xgetbv(XCR_XFEATURE_ENABLED_MASK), xfam);
	xrstor(run->xsave, xfam);
	set_xcr0(xfam, run->xcr0);

	for (i = 0; i < SM_MSR_SPEC_CTRL; i++) {
		if (!sm_host_has_msr(i))
			continue;
		rdmsrl(switched_msrs[i].msr, host->msrs[i]);
		if (host->msrs[i] != run->msrs[i])
			wrmsrl(switched_msrs[i].msr, run->msrs[i]);
	}

	/* Disable the host's breakpoints before DR0-DR3 change. */
	set_debugreg(DR7_RESET, 7);
	if (run->drs_live)
		load_drs(run->drs);

	/* Branch predictions that another vCPU has trained must not affect this one. */
	if (this_cpu_read(last_run_id) != run->id) {
		this_cpu_write(last_run_id, run->id);
		indirect_branch_prediction_barrier();
	}

	/*
	 * Flush at each entry.  KVM may have changed its page table for shared memory while
	 * the vCPU did not run, and has no means to invalidate a TD's TLB entries.  The flush
	 * also removes entries of other vCPUs with the same ASID, and is all that TD epochs
	 * ask for.
	 */
	run->flush_tlb = true;
	vcpu->flush_tlb = false;
}

static void lose_msrs(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lost_msrs); i++) {
		if (boot_cpu_has(lost_msrs[i].feature))
			wrmsrl(lost_msrs[i].msr, lost_msrs[i].value);
	}
}

void sm_host_return(struct sm_vcpu *vcpu, struct sm_host *host)
{
	static u64 zero[4];
	struct sm_run *run = sm_run(vcpu);
	u64 xfam = vcpu->tdcs->xfam;
	unsigned int i;

	/* The VM exit has disabled the guest's breakpoints in DR7. */
	if (run->drs_live) {
		store_drs(run->drs);
		load_drs(zero);
	}
	set_debugreg(DR6_RESET, 6);

	for (i = 0; i < SM_MSR_SPEC_CTRL; i++) {
		if (sm_host_has_msr(i) && host->msrs[i] != run->msrs[i])
			wrmsrl(switched_msrs[i].msr, host->msrs[i]);
	}
	if (sm_sys.is_strict)
		lose_msrs();

	set_xcr0(run->xcr0, xfam);
	xsave(run->xsave, xfam);
	xrstor(&initial_xstate, xfam);
}

void sm_host_machine_check(void)
{
	/* Pretend that #MC came from user space: the kernel's own state is intact. */
	struct pt_regs regs = {
		.cs = 3,
		.flags = X86_EFLAGS_IF,
	};

	do_machine_check(&regs);
}
