// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handling of a TD exit by its reason.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kvm_host.h>

#include <asm/vmx.h>

#include "kvm_emulate.h"
#include "x86.h"
#include "tdx.h"

/* Exit reasons that <asm/vmx.h> does not define: an SMI, and a TDCALL, here a TDVMCALL. */
#define EXIT_REASON_SMI		6
#define EXIT_REASON_TD_VMCALL	77

/* The TDX module has refused to enter the TD. */
static int handle_refused_entry(struct kvm_vcpu *vcpu)
{
	struct vcpu_tdx *td = to_vcpu_tdx(vcpu);

	/*
	 * The SEAMCALL was not possible on this CPU.  That is normal during a reboot.  Otherwise
	 * the TDX module is gone: a machine check may have ended it.
	 */
	if (tdx_status_is_software(td->status) && !kvm_rebooting)
		td_end_vm(vcpu->kvm, "the TDX module does not answer");

	vcpu->run->exit_reason = KVM_EXIT_FAIL_ENTRY;
	vcpu->run->fail_entry.hardware_entry_failure_reason = td->status;
	vcpu->run->fail_entry.cpu = vcpu->arch.last_vmentry_cpu;
	return 0;
}

/* td_handle_exit_irqoff() has called the interrupt's handler already. */
static int handle_interrupt(struct kvm_vcpu *vcpu)
{
	if (!td_is_interrupt((u32)to_vcpu_tdx(vcpu)->args.r9))
		td_end_vm(vcpu->kvm, "the TDX module told of an interrupt that is none");

	++vcpu->stat.irq_exits;
	return 1;
}

/*
 * NMIs and machine checks have been handled already.  No other exception may cause an exit:
 * the TD handles its exceptions itself.
 */
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

/* An exit for an SMI, which the firmware has handled, or for an INIT to the host. */
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
 * There is no handler for EPT misconfigurations: KVM does not write misconfigured entries into
 * a TD's shared PT.  MMIO entries, which are misconfigured for other VMs, cause a #VE in a TD.
 */
int td_handle_exit(struct kvm_vcpu *vcpu, fastpath_t fastpath)
{
	struct vcpu_tdx *td = to_vcpu_tdx(vcpu);
	u16 reason = td_exit_reason(td);

	if (fastpath != EXIT_FASTPATH_NONE)
		return 1;

	if (!td_left_guest(td))
		return handle_refused_entry(vcpu);

	/*
	 * The TD or this vCPU can never run again.  That is unexpected, unless the guest has
	 * ended it by a triple fault.
	 */
	if (tdx_status_is_non_recoverable(td->status) && reason != EXIT_REASON_TRIPLE_FAULT)
		return td_unexpected_exit(vcpu);

	if (reason >= ARRAY_SIZE(exit_handlers) || !exit_handlers[reason])
		return td_unexpected_exit(vcpu);

	/* Any other exit between two EPT violations means that the TD makes progress. */
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
 * KVM cannot emulate a TD's instructions.  For a fault on MMIO it need not: the shared PT has
 * the MMIO entry now, and the TD gets a #VE when it executes the instruction again.
 */
int td_check_emulate_instruction(struct kvm_vcpu *vcpu, int type)
{
	return type & EMULTYPE_PF ? X86EMUL_RETRY_INSTR : X86EMUL_UNHANDLEABLE;
}
