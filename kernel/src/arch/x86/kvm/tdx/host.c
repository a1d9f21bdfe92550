// SPDX-License-Identifier: GPL-2.0-only
/*
 * State of the host that a TD exit overwrites.
 *
 * At a TD exit the TDX module restores only the host state that the kernel needs to go on.
 * Some of the rest is restored right after the exit, in td_host_reload().  MSRs that only
 * matter for user space are restored later: when the CPU returns to user space if they are
 * in KVM's list of user-return MSRs, or else when the vCPU is put.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kvm_host.h>

#include <asm/fpu/xcr.h>
#include <asm/msr.h>
#include <asm/pkru.h>

#include "x86.h"
#include "tdx.h"

/* Bits of DEBUGCTL that a TD exit does not clear. */
#define DEBUGCTL_KEPT	(DEBUGCTLMSR_BTF | DEBUGCTLMSR_FREEZE_PERFMON_ON_PMI | \
			 DEBUGCTLMSR_FREEZE_IN_SMM)

/* MSRs that the kernel does not use before it returns to user space or switches the task. */
static struct {
	u32 msr;
	/* Value of the MSR after a TD exit. */
	u64 after_exit;
	/* The CPU has the MSR. */
	bool exists;
	/* Index in KVM's list of user-return MSRs; negative if it is not in the list. */
	int slot;
} lost_msrs[TD_NR_LOST_MSRS] = {
	{ .msr = MSR_KERNEL_GS_BASE },
	{ .msr = MSR_SYSCALL_MASK, .after_exit = 0x20200 },
	{ .msr = MSR_STAR },
	{ .msr = MSR_LSTAR },
	{ .msr = MSR_TSC_AUX },
};

/* Called after the vendor module has completed KVM's list of user-return MSRs. */
void td_host_setup(void)
{
	u64 value;
	int i;

	for (i = 0; i < TD_NR_LOST_MSRS; i++) {
		lost_msrs[i].exists = !rdmsrl_safe(lost_msrs[i].msr, &value);
		lost_msrs[i].slot = kvm_find_user_return_msr(lost_msrs[i].msr);
	}
}

/* Called with preemption off. */
void td_prepare_switch_to_guest(struct kvm_vcpu *vcpu)
{
	struct vcpu_tdx *td = to_vcpu_tdx(vcpu);
	int i;

	for (i = 0; i < TD_NR_LOST_MSRS; i++) {
		/*
		 * Set the value that the MSR will have after the TD exit, so that KVM knows
		 * that it has to restore the host's value.
		 */
		if (lost_msrs[i].slot >= 0)
			kvm_set_user_return_msr(lost_msrs[i].slot, lost_msrs[i].after_exit, -1ull);
		else if (lost_msrs[i].exists && !td->host_saved)
			rdmsrl(lost_msrs[i].msr, td->host_msrs[i]);
	}
	td->host_saved = true;
}

/* Called when the vCPU is put. */
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

/* Called with IRQs off, right after a TD exit. */
void td_host_reload(struct kvm_vcpu *vcpu)
{
	u64 xfam = to_kvm_tdx(vcpu->kvm)->xfam;

	if (boot_cpu_has(X86_FEATURE_XSAVE) && xgetbv(XCR_XFEATURE_ENABLED_MASK) != kvm_host.xcr0)
		xsetbv(XCR_XFEATURE_ENABLED_MASK, kvm_host.xcr0);

	/* After a TD exit XSS has the bits of the TD's XFAM. */
	if (boot_cpu_has(X86_FEATURE_XSAVES) && kvm_host.xss != (xfam & kvm_caps.supported_xss))
		wrmsrl(MSR_IA32_XSS, kvm_host.xss);

	if (cpu_feature_enabled(X86_FEATURE_PKU) && (xfam & XFEATURE_MASK_PKRU))
		write_pkru(vcpu->arch.host_pkru);

	if (vcpu->arch.host_debugctl & ~DEBUGCTL_KEPT)
		update_debugctlmsr(vcpu->arch.host_debugctl);
}
