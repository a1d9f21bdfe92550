// SPDX-License-Identifier: GPL-2.0-only
/*
 * State of the host that a TD exit destroys.
 *
 * The TDX module restores what the kernel needs to go on, and leaves fixed values
 * in the rest.  What only user space needs comes back when the CPU returns there,
 * if KVM has it in its list of such MSRs, or else when the vCPU is put.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kvm_host.h>

#include <asm/fpu/xcr.h>
#include <asm/msr.h>
#include <asm/pkru.h>

#include "x86.h"
#include "tdx.h"

/* Bits of DEBUGCTL that outlive a TD exit. */
#define DEBUGCTL_KEPT	(DEBUGCTLMSR_BTF | DEBUGCTLMSR_FREEZE_PERFMON_ON_PMI | \
			 DEBUGCTLMSR_FREEZE_IN_SMM)

/* MSRs that the kernel does not need until it leaves the task, or the kernel. */
static struct {
	u32 msr;
	/* What a TD exit leaves in it. */
	u64 after_exit;
	/* The CPU has it. */
	bool exists;
	/* Place in KVM's list, or negative. */
	int slot;
} lost_msrs[TD_NR_LOST_MSRS] = {
	{ .msr = MSR_KERNEL_GS_BASE },
	{ .msr = MSR_SYSCALL_MASK, .after_exit = 0x20200 },
	{ .msr = MSR_STAR },
	{ .msr = MSR_LSTAR },
	{ .msr = MSR_TSC_AUX },
};

/* The vendor module's list is complete. */
void td_host_setup(void)
{
	u64 value;
	int i;

	for (i = 0; i < TD_NR_LOST_MSRS; i++) {
		lost_msrs[i].exists = !rdmsrl_safe(lost_msrs[i].msr, &value);
		lost_msrs[i].slot = kvm_find_user_return_msr(lost_msrs[i].msr);
	}
}

/* Preemption off. */
void td_prepare_switch_to_guest(struct kvm_vcpu *vcpu)
{
	struct vcpu_tdx *td = to_vcpu_tdx(vcpu);
	int i;

	for (i = 0; i < TD_NR_LOST_MSRS; i++) {
		/* The value that it will have: from then on KVM knows that it is not the host's. */
		if (lost_msrs[i].slot >= 0)
			kvm_set_user_return_msr(lost_msrs[i].slot, lost_msrs[i].after_exit, -1ull);
		else if (lost_msrs[i].exists && !td->host_saved)
			rdmsrl(lost_msrs[i].msr, td->host_msrs[i]);
	}
	td->host_saved = true;
}

/* The vCPU is put. */
void td_host_restore(struct vcpu_tdx *td)
{
	int i;

	if (!td->host_saved)
		return;

	for (i = 0; i < TD_NR_LOST_MSRS; i++) {
		if (lost_msrs[i].slot < 0 && lost_msrs[i].exists)
			wrmsrl(lost_msrs[i].msr, td->host_msrs[i]);
	}
	td->host_saved = false;
}

/* IRQs off, right after a TD exit. */
void td_host_reload(struct kvm_vcpu *vcpu)
{
	u64 xfam = to_kvm_tdx(vcpu->kvm)->xfam;

	if (boot_cpu_has(X86_FEATURE_XSAVE) && xgetbv(XCR_XFEATURE_ENABLED_MASK) != kvm_host.xcr0)
		xsetbv(XCR_XFEATURE_ENABLED_MASK, kvm_host.xcr0);

	/* The TD's, as far as XFAM goes. */
	if (boot_cpu_has(X86_FEATURE_XSAVES) && kvm_host.xss != (xfam & kvm_caps.supported_xss))
		wrmsrl(MSR_IA32_XSS, kvm_host.xss);

	if (cpu_feature_enabled(X86_FEATURE_PKU) && (xfam & XFEATURE_MASK_PKRU))
		write_pkru(vcpu->arch.host_pkru);

	if (vcpu->arch.host_debugctl & ~DEBUGCTL_KEPT)
		update_debugctlmsr(vcpu->arch.host_debugctl);
}
