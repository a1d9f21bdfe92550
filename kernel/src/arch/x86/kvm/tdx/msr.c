// SPDX-License-Identifier: GPL-2.0-only
/*
 * MSRs that KVM answers for a TD, and its TSC.
 *
 * The TDX module virtualizes most MSRs; for the rest the TD gets a #VE and asks
 * KVM by TDVMCALL.  KVM answers for those that it keeps outside of the vCPU's
 * hardware state, and refuses all others.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kvm_host.h>
#include <linux/math64.h>

#include <asm/apicdef.h>
#include <asm/msr-index.h>
#include <asm/mtrr.h>

#include "lapic.h"
#include "x86.h"
#include "ghci.h"
#include "tdx.h"

#define MSR_X2APIC(reg)		(APIC_BASE_MSR + ((reg) >> 4))

/* Fractional bits of the TSC multiplier. */
#define TSC_MULTIPLIER_SHIFT	48

/* More than KVM has: it looks at the number that user space set up. */
#define MAX_MCE_BANKS		32

enum {
	MSR_READ = BIT(0),
	MSR_WRITE = BIT(1),
};

struct msr_range {
	u32 first;
	u32 last;
	/* Mask of MSR_READ and MSR_WRITE; user space may write what the guest may read. */
	unsigned int access;
};

static const struct msr_range msr_ranges[] = {
	{ MSR_IA32_APICBASE, MSR_IA32_APICBASE, MSR_READ | MSR_WRITE },
	{ MSR_IA32_FEAT_CTL, MSR_IA32_FEAT_CTL, MSR_READ },
	/* Who wants to read it writes zero first. */
	{ MSR_IA32_UCODE_REV, MSR_IA32_UCODE_REV, MSR_READ | MSR_WRITE },
	{ MSR_PLATFORM_INFO, MSR_PLATFORM_INFO, MSR_READ | MSR_WRITE },
	{ MSR_MTRRcap, MSR_MTRRcap, MSR_READ },
	{ MSR_IA32_ARCH_CAPABILITIES, MSR_IA32_ARCH_CAPABILITIES, MSR_READ },
	{ MSR_MISC_FEATURES_ENABLES, MSR_MISC_FEATURES_ENABLES, MSR_READ | MSR_WRITE },
	{ MSR_IA32_MCG_CAP, MSR_IA32_MCG_CTL, MSR_READ | MSR_WRITE },
	{ MSR_IA32_MISC_ENABLE, MSR_IA32_MISC_ENABLE, MSR_READ | MSR_WRITE },
	{ MSR_IA32_POWER_CTL, MSR_IA32_POWER_CTL, MSR_READ | MSR_WRITE },
	{ MTRRphysBase_MSR(0), MTRRphysMask_MSR(KVM_NR_VAR_MTRR - 1), MSR_READ | MSR_WRITE },
	{ MSR_MTRRfix64K_00000, MSR_MTRRfix64K_00000, MSR_READ | MSR_WRITE },
	{ MSR_MTRRfix16K_80000, MSR_MTRRfix16K_A0000, MSR_READ | MSR_WRITE },
	{ MSR_MTRRfix4K_C0000, MSR_MTRRfix4K_F8000, MSR_READ | MSR_WRITE },
	{ MSR_IA32_CR_PAT, MSR_IA32_CR_PAT, MSR_READ | MSR_WRITE },
	{ MSR_IA32_MC0_CTL2, MSR_IA32_MCx_CTL2(MAX_MCE_BANKS - 1), MSR_READ | MSR_WRITE },
	{ MSR_MTRRdefType, MSR_MTRRdefType, MSR_READ | MSR_WRITE },
	{ MSR_IA32_MC0_CTL, MSR_IA32_MCx_MISC(MAX_MCE_BANKS - 1), MSR_READ | MSR_WRITE },
	{ MSR_IA32_TSC_DEADLINE, MSR_IA32_TSC_DEADLINE, MSR_READ | MSR_WRITE },
	/* The TDX module keeps TPR, PPR, EOI, ISR, TMR, IRR and SELF_IPI. */
	{ MSR_X2APIC(APIC_ID), MSR_X2APIC(APIC_LVR), MSR_READ },
	{ MSR_X2APIC(APIC_LDR), MSR_X2APIC(APIC_LDR), MSR_READ },
	{ MSR_X2APIC(APIC_SPIV), MSR_X2APIC(APIC_SPIV), MSR_READ | MSR_WRITE },
	{ MSR_X2APIC(APIC_ESR), MSR_X2APIC(APIC_ESR), MSR_READ | MSR_WRITE },
	{ MSR_X2APIC(APIC_LVTCMCI), MSR_X2APIC(APIC_ICR), MSR_READ | MSR_WRITE },
	{ MSR_X2APIC(APIC_LVTT), MSR_X2APIC(APIC_TMICT), MSR_READ | MSR_WRITE },
	{ MSR_X2APIC(APIC_TMCCT), MSR_X2APIC(APIC_TMCCT), MSR_READ },
	{ MSR_X2APIC(APIC_TDCR), MSR_X2APIC(APIC_TDCR), MSR_READ | MSR_WRITE },
	{ MSR_KVM_POLL_CONTROL, MSR_KVM_POLL_CONTROL, MSR_READ | MSR_WRITE },
	{ MSR_EFER, MSR_EFER, MSR_READ },
};

static unsigned int msr_access(u32 index)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(msr_ranges); i++) {
		if (index >= msr_ranges[i].first && index <= msr_ranges[i].last)
			return msr_ranges[i].access;
	}

	return 0;
}

bool td_has_emulated_msr(struct kvm *kvm, u32 index)
{
	return msr_access(index);
}

/* 0, or 1 for what the guest sees as a #GP. */
int td_get_msr(struct kvm_vcpu *vcpu, struct msr_data *msr)
{
	if (!(msr_access(msr->index) & MSR_READ))
		return 1;

	switch (msr->index) {
	case MSR_IA32_FEAT_CTL:
		/* Locked: there is nothing for the guest to enable. */
		msr->data = FEAT_CTL_LOCKED;
		return 0;
	case MSR_EFER:
		msr->data = EFER_SCE | EFER_LME | EFER_LMA | EFER_NX;
		return 0;
	default:
		return kvm_get_msr_common(vcpu, msr);
	}
}

int td_set_msr(struct kvm_vcpu *vcpu, struct msr_data *msr)
{
	unsigned int access = msr_access(msr->index);

	if (!(access & (msr->host_initiated ? MSR_READ : MSR_WRITE)))
		return 1;

	switch (msr->index) {
	case MSR_IA32_APICBASE:
		/* x2APIC for good. */
		return msr->data != vcpu->arch.apic_base;
	case MSR_IA32_FEAT_CTL:
	case MSR_EFER:
		return 1;
	default:
		return kvm_set_msr_common(vcpu, msr);
	}
}

/* End of kvm_emulate_rdmsr() and of kvm_emulate_wrmsr(), maybe after an exit. */
int td_complete_emulated_msr(struct kvm_vcpu *vcpu, int err)
{
	struct vcpu_tdx *td = to_vcpu_tdx(vcpu);

	if (err) {
		td_vmcall_return(vcpu, GHCI_INVALID_OPERAND);
		return 1;
	}

	if (td->msr_read)
		td->args.r11 = kvm_read_edx_eax(vcpu);
	td_vmcall_return(vcpu, GHCI_SUCCESS);
	return 1;
}

u64 td_read_tsc(struct kvm_vcpu *vcpu, u64 host_tsc)
{
	struct kvm_tdx *kvm_tdx = to_kvm_tdx(vcpu->kvm);

	return mul_u64_u64_shr(host_tsc, kvm_tdx->tsc_multiplier, TSC_MULTIPLIER_SHIFT) +
	       kvm_tdx->tsc_offset;
}
