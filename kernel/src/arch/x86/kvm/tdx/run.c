// SPDX-License-Identifier: GPL-2.0-only
/*
 * Entry to a TD and exit from it.
 *
 * TDH.VP.ENTER runs the vCPU until something happens that the TDX module leaves to the host.
 * Its status says whether the guest ran, and why it stopped.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bits.h>
#include <linux/kvm_host.h>
#include <trace/events/ipi.h>

#include <asm/vmx.h>

#include "../mmu/mirror/mirror.h"
#include "trace.h"
#include "x86.h"
#include "tdx.h"

/*
 * Did the last VP.ENTER end with a TD exit?  If so, bits 31:0 of its status are the exit
 * reason, also if the TD cannot be entered again.
 */
bool td_left_guest(const struct vcpu_tdx *td)
{
	/* Look at class and detail only: the severity bits differ between modules. */
	switch ((td->status >> 32) & 0xffff) {
	case TDX_SUCCESS >> 32:
	case (TDX_NON_RECOVERABLE_VCPU >> 32) & 0xffff:
	case (TDX_NON_RECOVERABLE_TD >> 32) & 0xffff:
	case (TDX_NON_RECOVERABLE_TD_NON_ACCESSIBLE >> 32) & 0xffff:
	case (TDX_NON_RECOVERABLE_TD_WRONG_APIC_MODE >> 32) & 0xffff:
		return true;
	default:
		return false;
	}
}

/* Basic exit reason (EXIT_REASON_*).  Valid only if td_left_guest(). */
u16 td_exit_reason(const struct vcpu_tdx *td)
{
	return (u16)td->status;
}

/* Return to user space with an internal error: KVM cannot handle the exit. */
int td_unexpected_exit(struct kvm_vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;

	run->exit_reason = KVM_EXIT_INTERNAL_ERROR;
	run->internal.suberror = KVM_INTERNAL_ERROR_UNEXPECTED_EXIT_REASON;
	run->internal.ndata = 5;
	run->internal.data[0] = to_vcpu_tdx(vcpu)->status;
	run->internal.data[1] = vcpu->arch.last_vmentry_cpu;
	run->internal.data[2] = to_vcpu_tdx(vcpu)->args.rcx;
	run->internal.data[3] = to_vcpu_tdx(vcpu)->args.rdx;
	run->internal.data[4] = to_vcpu_tdx(vcpu)->args.r8;
	return 0;
}

/* Statuses after which KVM has nothing to handle and enters the TD again. */
static bool must_reenter(const struct vcpu_tdx *td)
{
	return tdx_status_is_busy(td->status) ||
	       tdx_status_is(td->status, TDX_CROSS_TD_FAULT) ||
	       tdx_status_is(td->status, TDX_CROSS_TD_TRAP);
}

/* Bits 31:16 of the status tell more about an exit, for example that a bus lock came before it. */
static __always_inline bool is_nmi_exit(const struct vcpu_tdx *td)
{
	return (td->status & ~GENMASK_ULL(31, 16)) == EXIT_REASON_EXCEPTION_NMI &&
	       (td->args.r9 & (INTR_INFO_VALID_MASK | INTR_INFO_INTR_TYPE_MASK)) ==
	       (INTR_INFO_VALID_MASK | INTR_TYPE_NMI_INTR);
}

static noinstr void enter_exit(struct kvm_vcpu *vcpu, struct vcpu_tdx *td)
{
	guest_state_enter_irqoff();

	td->status = tdh_vp_enter(td->tdvpr, &td->args);

	/*
	 * The exit has blocked NMIs until the next IRET.  Call the host's NMI handler now:
	 * the IRET of a fault would unblock NMIs before the handler has run.
	 */
	if (unlikely(is_nmi_exit(td)))
		td_handle_nmi(vcpu);

	guest_state_exit_irqoff();
}

/*
 * -EINVAL if KVM_TDX_FINALIZE_VM or the vCPU's KVM_TDX_INIT_VCPU has not succeeded yet.  -EIO if
 * the VM is dead: this task has waited for the vCPU while another one took the request that says
 * so.
 */
int td_vcpu_pre_run(struct kvm_vcpu *vcpu)
{
	if (READ_ONCE(vcpu->kvm->vm_dead))
		return -EIO;

	if (to_kvm_tdx(vcpu->kvm)->state != TD_RUNNABLE || !to_vcpu_tdx(vcpu)->initialized)
		return -EINVAL;

	return 1;
}

/*
 * Do not enter the TD again from td_vcpu_run(), even if there is nothing to handle: a pending
 * interrupt must be taken first, and that needs IRQs on.
 */
static fastpath_t after_exit(const struct vcpu_tdx *td)
{
	return unlikely(must_reenter(td)) ? EXIT_FASTPATH_EXIT_HANDLED : EXIT_FASTPATH_NONE;
}

/* Called with IRQs off, and with vcpu->mode IN_GUEST_MODE. */
fastpath_t td_vcpu_run(struct kvm_vcpu *vcpu, u64 run_flags)
{
	bool force_immediate_exit = run_flags & KVM_RUN_FORCE_IMMEDIATE_EXIT;
	struct vcpu_tdx *td = to_vcpu_tdx(vcpu);

	/* Someone needs the private PT without vCPUs in the guest, see until_not_busy(). */
	if (unlikely(kvm_mirror_vcpus_held(vcpu->kvm))) {
		td->status = TDX_OPERAND_BUSY;
		return EXIT_FASTPATH_EXIT_HANDLED;
	}

	td_associate(td);
	if (unlikely(td->root_changed)) {
		td->status = td_write_shared_root(td);
		/*
		 * If another vCPU has made the TD fatal, or the module has disabled this vCPU, the
		 * module refuses the write as it would refuse the entry.  End the run as if it had.
		 */
		if (unlikely(tdx_status_is_error(td->status)))
			return after_exit(td);
	}

	trace_kvm_entry(vcpu, force_immediate_exit);

	if (unlikely(force_immediate_exit))
		smp_send_reschedule(vcpu->cpu);

	enter_exit(vcpu, td);
	td_host_reload(vcpu);

	trace_kvm_exit(vcpu, KVM_ISA_VMX);

	return after_exit(td);
}

/* Called with IRQs off, on the CPU on which the TD exit was. */
void td_handle_exit_irqoff(struct kvm_vcpu *vcpu)
{
	struct vcpu_tdx *td = to_vcpu_tdx(vcpu);
	u32 intr_info = (u32)td->args.r9;

	if (!td_left_guest(td))
		return;

	switch (td_exit_reason(td)) {
	case EXIT_REASON_EXTERNAL_INTERRUPT:
		td_handle_interrupt_irqoff(vcpu, intr_info);
		vcpu->arch.at_instruction_boundary = true;
		break;
	case EXIT_REASON_EXCEPTION_NMI:
		if ((intr_info & (INTR_INFO_VALID_MASK | INTR_INFO_VECTOR_MASK)) ==
		    (INTR_INFO_VALID_MASK | MC_VECTOR))
			kvm_machine_check();
		break;
	case EXIT_REASON_MCE_DURING_VMENTRY:
		kvm_machine_check();
		break;
	}
}
