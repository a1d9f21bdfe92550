// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a TD exit means, and what to do about it.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kvm_host.h>

#include <asm/vmx.h>

#include "kvm_emulate.h"
#include "x86.h"
#include "tdx.h"

/* Exit reasons that KVM has no name for: an SMI; TDCALL, which is a TDVMCALL. */
#define EXIT_REASON_SMI		6
#define EXIT_REASON_TD_VMCALL	77

/* The TDX module did not run the TD, and will not. */
static int handle_refused_entry(struct kvm_vcpu *vcpu)
{
	struct vcpu_tdx *td = to_vcpu_tdx(vcpu);

	/* The CPU is no longer one that runs guests: only when the machine goes down. */
	if (tdx_status_is_software(td->status))
		KVM_BUG_ON(!kvm_rebooting, vcpu->kvm);

	vcpu->run->exit_reason = KVM_EXIT_FAIL_ENTRY;
	vcpu->run->fail_entry.hardware_entry_failure_reason = td->status;
	vcpu->run->fail_entry.cpu = vcpu->arch.last_vmentry_cpu;
	return 0;
}

/* td_handle_exit_irqoff() has done it. */
static int handle_interrupt(struct kvm_vcpu *vcpu)
{
	++vcpu->stat.irq_exits;
	return 1;
}

/* NMIs and machine checks are handled; the TD's exceptions are its own. */
static int handle_exception(struct kvm_vcpu *vcpu)
{
	u32 intr_info = (u32)to_vcpu_tdx(vcpu)->args.r9;

	if ((intr_info & INTR_INFO_INTR_TYPE_MASK) == INTR_TYPE_NMI_INTR ||
	    (intr_info & INTR_INFO_VECTOR_MASK) == MC_VECTOR)
		return 1;

	return td_unexpected_exit(vcpu);
}

static int handle_triple_fault(struct kvm_vcpu *vcpu)
{
	vcpu->run->exit_reason = KVM_EXIT_SHUTDOWN;
	return 0;
}

/* The firmware has handled an SMI, or an INIT is for the host. */
static int handle_nothing(struct kvm_vcpu *vcpu)
{
	return 1;
}

static int (*const exit_handlers[])(struct kvm_vcpu *vcpu) = {
	[EXIT_REASON_EXCEPTION_NMI]	 = handle_exception,
	[EXIT_REASON_EXTERNAL_INTERRUPT] = handle_interrupt,
	[EXIT_REASON_TRIPLE_FAULT]	 = handle_triple_fault,
	[EXIT_REASON_SMI]		 = handle_nothing,
	[EXIT_REASON_EPT_VIOLATION]	 = td_handle_ept_violation,
	[EXIT_REASON_TD_VMCALL]		 = td_handle_vmcall,
};

/*
 * An EPT misconfiguration has no handler: MMIO reaches a TD as #VE, and no entry
 * that KVM writes in a TD's shared PT is one.
 */
int td_handle_exit(struct kvm_vcpu *vcpu, fastpath_t fastpath)
{
	struct vcpu_tdx *td = to_vcpu_tdx(vcpu);
	u16 reason = td_exit_reason(td);

	if (fastpath != EXIT_FASTPATH_NONE)
		return 1;

	if (!td_left_guest(td))
		return handle_refused_entry(vcpu);

	/* The TD, or this vCPU, is over; a triple fault is the guest's own way to end. */
	if (tdx_status_is_non_recoverable(td->status) && reason != EXIT_REASON_TRIPLE_FAULT)
		return td_unexpected_exit(vcpu);

	if (reason >= ARRAY_SIZE(exit_handlers) || !exit_handlers[reason])
		return td_unexpected_exit(vcpu);

	/* Anything else in between: the TD makes progress. */
	if (reason != EXIT_REASON_EPT_VIOLATION && reason != EXIT_REASON_EXTERNAL_INTERRUPT)
		td->nr_stuck = 0;

	return exit_handlers[reason](vcpu);
}

/* For tracepoints. */
void td_get_exit_info(struct kvm_vcpu *vcpu, u32 *reason, u64 *info1, u64 *info2,
		      u32 *intr_info, u32 *error_code)
{
	struct vcpu_tdx *td = to_vcpu_tdx(vcpu);

	*reason = (u32)td->status;
	*info1 = *info2 = 0;
	*intr_info = *error_code = 0;

	if (!td_left_guest(td) || td_exit_reason(td) == EXIT_REASON_TD_VMCALL)
		return;

	*info1 = td->args.rcx;
	*info2 = td->args.rdx;
	*intr_info = (u32)td->args.r9;
}

/*
 * KVM can not emulate a TD's instructions.  After a fault it does not have to: the
 * entry for MMIO is there now, and the TD gets a #VE when it tries again.
 */
int td_check_emulate_instruction(struct kvm_vcpu *vcpu, int type)
{
	return type & EMULTYPE_PF ? X86EMUL_RETRY_INSTR : X86EMUL_UNHANDLEABLE;
}
