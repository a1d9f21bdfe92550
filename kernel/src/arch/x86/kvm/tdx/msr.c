// SPDX-License-Identifier: GPL-2.0-only
/*
 * MSRs that KVM emulates for a TD, and the TD's TSC.
 *
 * The TDX module virtualizes most MSRs.  For the others the TD gets a #VE, and asks KVM by
 * TDVMCALL.  KVM emulates those that need no access to the vCPU's hardware state, and refuses
 * all others.
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

/* Number of fractional bits of the TSC multiplier. */
#define TSC_MULTIPLIER_SHIFT	48

/*
 * Upper limit of the ranges below.  The number of banks that a vCPU has is smaller, and
 * kvm_get_msr_common() and kvm_set_msr_common() check it.
 */
#define MAX_MCE_BANKS		32

enum {
	MSR_READ = BIT(0),
	MSR_WRITE = BIT(1),
};

struct msr_range {
	u32 first;
	u32 last;
	/*
	 * What the guest may do: mask of MSR_READ and MSR_WRITE.  User space may write each
	 * MSR that the guest may read.
	 */
	unsigned int access;
};

static const struct msr_range msr_ranges[] = {
	{ MSR_IA32_APICBASE, MSR_IA32_APICBASE, MSR_READ | MSR_WRITE },
	{ MSR_IA32_FEAT_CTL, MSR_IA32_FEAT_CTL, MSR_READ },
	/* Software writes zero to this MSR before it reads the revision. */
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
	/* TPR, PPR, EOI, ISR, TMR, IRR and SELF_IPI are not here: the TDX module has them. */
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

/* Returns 0, or 1 if the access must fail (a #GP for the guest). */
int td_get_msr(struct kvm_vcpu *vcpu, struct msr_data *msr)
{
	if (!(msr_access(msr->index) & MSR_READ))
		return 1;

	switch (msr->index) {
	case MSR_IA32_FEAT_CTL:
		/* The MSR is locked and no feature is enabled: the guest cannot enable any. */
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
		/* A TD is always in x2APIC mode: only a write of the same value succeeds. */
		return msr->data != vcpu->arch.apic_base;
	case MSR_IA32_FEAT_CTL:
	case MSR_EFER:
		return 1;
	default:
		return kvm_set_msr_common(vcpu, msr);
	}
}

/*
 * Ends kvm_emulate_rdmsr() and kvm_emulate_wrmsr(), which vmcall_msr() called; between the two
 * may be an exit to user space.
 */
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
