// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts and NMIs, for the TD and for the host.
 *
 * KVM can access neither the TD's virtual APIC page nor its interrupt state.  To send an
 * interrupt, it sets the vector in the posted-interrupt descriptor; the CPU in the TD, or the
 * TDX module, merges the descriptor into the virtual APIC page.  To send an NMI, it asks the
 * TDX module for one.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kvm_host.h>

#include <asm/apic.h>
#include <asm/desc.h>
#include <asm/fred.h>
#include <asm/idtentry.h>
#include <asm/vmx.h>

#include "lapic.h"
#include "trace.h"
#include "x86.h"
#include "tdx.h"

/* May be called in any context that may kick a vCPU. */
void td_deliver_interrupt(struct kvm_lapic *apic, int delivery_mode, int trig_mode, int vector)
{
	struct kvm_vcpu *vcpu = apic->vcpu;
	struct pi_desc *pi = &to_vcpu_tdx(vcpu)->pi;

	trace_kvm_apicv_accept_irq(vcpu->vcpu_id, delivery_mode, trig_mode, vector);

	/* If the vector or ON is set already, whoever set it notifies the vCPU. */
	if (pi_test_and_set_pir(vector, pi) || pi_test_and_set_on(pi))
		return;

	/*
	 * The full barrier of pi_test_and_set_on() pairs with the one between
	 * vcpu->mode and td_sync_pir_to_irr() in vcpu_enter_guest(): either the
	 * vCPU sees the vector or it is seen in the guest.
	 */
	if (READ_ONCE(vcpu->mode) != IN_GUEST_MODE) {
		kvm_vcpu_wake_up(vcpu);
		return;
	}

	/* Called by the vCPU itself before it enters the TD: td_sync_pir_to_irr() will follow. */
	if (vcpu == kvm_get_running_vcpu())
		return;

	/*
	 * In the TD, the CPU processes the descriptor when this vector arrives.  If the vCPU
	 * has just left the TD, it looks at the descriptor before the next entry.
	 */
	__apic_send_IPI_mask(get_cpu_mask(vcpu->cpu), POSTED_INTR_VECTOR);
}

/*
 * Called with IRQs off before each entry.  The CPU processes the descriptor when the
 * notification vector arrives while it is in the TD.  Send the vector to this CPU: it stays
 * pending while IRQs are off, and arrives right after the entry.
 */
int td_sync_pir_to_irr(struct kvm_vcpu *vcpu)
{
	if (vcpu->mode == IN_GUEST_MODE && pi_test_on(&to_vcpu_tdx(vcpu)->pi))
		__apic_send_IPI_self(POSTED_INTR_VECTOR);

	return -1;
}

/*
 * Is an interrupt posted that the CPU or the TDX module has not merged yet?  Interrupts that
 * are in the virtual APIC page do not count: vmcall_halt() asks for those when the TD halts.
 */
bool td_has_pending_interrupt(struct kvm_vcpu *vcpu)
{
	return pi_test_on(&to_vcpu_tdx(vcpu)->pi);
}

/*
 * If the module refuses the NMI, because the TD has become fatal or the vCPU is disabled, it
 * refuses the entry that follows, too, which ends the run.
 */
void td_inject_nmi(struct kvm_vcpu *vcpu)
{
	bool busy = td_vp_wr(vcpu, TDX_MD_VP_PEND_NMI, 1, U8_MAX) == -EBUSY;

	vcpu->arch.nmi_injected = false;
	/* The TDX module can hold one NMI; KVM drops further ones. */
	vcpu->arch.nmi_pending = busy;
	if (busy)
		kvm_make_request(KVM_REQ_EVENT, vcpu);
	else
		++vcpu->stat.nmi_injections;
}

#if IS_ENABLED(CONFIG_KVM_INTEL)
static __always_inline void call_nmi_handler(void)
{
	if (cpu_feature_enabled(X86_FEATURE_FRED))
		fred_entry_from_kvm(EVENT_TYPE_NMI, NMI_VECTOR);
	else
		td_call_interrupt_gate((unsigned long)asm_exc_nmi_kvm_vmx);
}

static void call_interrupt_handler(unsigned int vector)
{
	struct desc_ptr idt;

	if (cpu_feature_enabled(X86_FEATURE_FRED)) {
		fred_entry_from_kvm(EVENT_TYPE_EXTINT, vector);
	} else {
		store_idt(&idt);
		td_call_interrupt_gate(gate_offset((gate_desc *)idt.address + vector));
	}
}
#else
/*
 * Without kvm-intel only a backend on AMD-V runs TDs.  AMD-V leaves the interrupt or NMI that
 * ends a run pending, so no TD exit reports one.  The base kernel then lacks its entry points.
 */
static __always_inline void call_nmi_handler(void) { }
static void call_interrupt_handler(unsigned int vector) { }
#endif

/* The TD exit has taken the NMI, and NMIs are blocked: run the host's NMI handler. */
noinstr void td_handle_nmi(struct kvm_vcpu *vcpu)
{
	kvm_before_interrupt(vcpu, KVM_HANDLING_NMI);
	call_nmi_handler();
	kvm_after_interrupt(vcpu);
}

bool td_is_interrupt(u32 intr_info)
{
	return (intr_info & (INTR_INFO_VALID_MASK | INTR_INFO_INTR_TYPE_MASK)) ==
	       (INTR_INFO_VALID_MASK | INTR_TYPE_EXT_INTR);
}

/*
 * The TD exit has acknowledged the interrupt: run the host's handler for it.  If there is none,
 * td_handle_exit() ends the TD, with IRQs on.
 */
void td_handle_interrupt_irqoff(struct kvm_vcpu *vcpu, u32 intr_info)
{
	if (!td_is_interrupt(intr_info))
		return;

	kvm_before_interrupt(vcpu, KVM_HANDLING_IRQ);
	call_interrupt_handler(intr_info & INTR_INFO_VECTOR_MASK);
	kvm_after_interrupt(vcpu);
}
