// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs a vCPU with VMX.
 */
#define pr_fmt(fmt) "tdx_softmod: " fmt

#include <asm/cpufeature.h>
#include <asm/msr.h>
#include <asm/special_insns.h>

#include "../run.h"
#include "../switch.h"
#include "insn.h"

/* Pending debug exceptions: a single step. */
#define PENDING_BS		BIT(14)

static void write_guest(const struct sm_run *run)
{
	const struct sm_guest *guest = &run->guest;
	u32 entry = sm_vmx_controls.words[SM_VMX_ENTRY];

	sm_vmwrite(GUEST_RIP, guest->rip);
	sm_vmwrite(GUEST_RSP, run->regs[SM_GPR_RSP]);
	sm_vmwrite(GUEST_RFLAGS, guest->rflags);
	sm_vmwrite(GUEST_CR0, guest->cr0);
	sm_vmwrite(CR0_READ_SHADOW, guest->cr0);
	sm_vmwrite(GUEST_CR3, guest->cr3);
	sm_vmwrite(GUEST_CR4, guest->cr4 | X86_CR4_VMXE);
	sm_vmwrite(CR4_READ_SHADOW, guest->cr4);
	sm_vmwrite(GUEST_IA32_EFER, guest->efer);
	sm_vmwrite(GUEST_IA32_PAT, guest->pat);
	sm_vmwrite(GUEST_IA32_DEBUGCTL, run->msrs[SM_MSR_DEBUGCTL]);
	sm_vmwrite(VM_ENTRY_CONTROLS, entry | (guest->efer & EFER_LMA ? VM_ENTRY_IA32E_MODE : 0));
}

static void read_guest(struct sm_run *run)
{
	struct sm_guest *guest = &run->guest;

	run->regs[SM_GPR_RSP] = sm_vmread(GUEST_RSP);
	guest->rip = sm_vmread(GUEST_RIP);
	guest->rflags = sm_vmread(GUEST_RFLAGS);
	guest->cr3 = sm_vmread(GUEST_CR3);
	guest->cs_base = sm_vmread(GUEST_CS_BASE);
	guest->fs_base = sm_vmread(GUEST_FS_BASE);
	guest->gs_base = sm_vmread(GUEST_GS_BASE);
	guest->cs_is_64bit = sm_vmread(GUEST_CS_AR_BYTES) & VMX_AR_L_MASK;
	guest->cpl = VMX_AR_DPL(sm_vmread(GUEST_SS_AR_BYTES));
}

/* Guests must not find the host's data in the L1 cache of a CPU that leaks it. */
static void flush_l1d(void)
{
	if (boot_cpu_has_bug(X86_BUG_L1TF) && boot_cpu_has(X86_FEATURE_FLUSH_L1D))
		wrmsrl(MSR_IA32_FLUSH_CMD, L1D_FLUSH);
}

/* No code that can be instrumented may run between the two writes to SPEC_CTRL. */
static noinstr int run_once(struct sm_run *run)
{
	u64 spec_ctrl = sm_switch_to_guest(run);
	int r;

	native_write_cr2(run->vmx.cr2);
	r = sm_vmx_enter(run, run->vmx.is_launched);
	run->vmx.cr2 = native_read_cr2();
	sm_switch_to_host(run, spec_ctrl);
	return r;
}

static bool run(struct sm_vcpu *vcpu)
{
	struct sm_run *run = sm_run(vcpu);
	int r;

	if (run->flush_tlb)
		sm_vmx_invalidate(vcpu);
	write_guest(run);
	sm_vmx_write_events(run);
	flush_l1d();
	r = run_once(run);
	if (r < 0)
		return false;
	if (r) {
		/* The CPU refuses the VMCS.  Its guest state and exit fields have not changed. */
		pr_warn_ratelimited("VM entry fails: error %llu\n",
				    sm_vmread(VM_INSTRUCTION_ERROR));
		run->virq_taken = false;
		run->vmx.reason = EXIT_REASON_INVALID_STATE | VMX_EXIT_REASONS_FAILED_VMENTRY;
		return true;
	}
	run->vmx.is_launched = true;
	run->flush_tlb = false;
	read_guest(run);
	sm_vmx_read_events(vcpu);
	return true;
}

static bool begin(struct sm_vcpu *vcpu)
{
	if (!sm_vmcs_load(vcpu))
		return false;
	sm_vmx_host_leave(vcpu);
	return true;
}

static void end(struct sm_vcpu *vcpu)
{
	sm_vmx_host_return(vcpu);
	sm_vmcs_unload(vcpu);
}

static void single_step(struct sm_vcpu *vcpu)
{
	u64 pending = sm_vmread(GUEST_PENDING_DBG_EXCEPTIONS);

	sm_vmwrite(GUEST_PENDING_DBG_EXCEPTIONS, pending | PENDING_BS);
}

/* The host may use the page of the TD's root for a guest of its own, with the same EPTP. */
static void flush(struct sm_vcpu *vcpu)
{
	if (sm_vmx_is_enabled())
		sm_vmx_invalidate(vcpu);
}

static bool scales_tsc(void)
{
	return sm_vmx_controls.words[SM_VMX_SECONDARY] & SECONDARY_EXEC_TSC_SCALING;
}

const struct sm_world sm_vmx = {
	.name = "VMX",
	.feature = X86_FEATURE_VMX,
	.sept = &sm_sept_ept,
	.lacks = sm_vmx_lacks,
	.load = sm_vmx_load,
	.unload = sm_vmx_unload,
	.scales_tsc = scales_tsc,
	.is_enabled = sm_vmx_is_enabled,
	.init = sm_vmx_init,
	.begin = begin,
	.end = end,
	.run = run,
	.exit = sm_vmx_exit,
	.single_step = single_step,
	.flush = flush,
	.read_field = sm_vmx_read_field,
	.write_field = sm_vmx_write_field,
};
