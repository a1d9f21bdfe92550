/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __KVM_X86_TDX_VCPU_H
#define __KVM_X86_TDX_VCPU_H

/*
 * vCPUs of a TD; included by tdx.h only.
 *
 *   vcpu.c   creation, association with a CPU, the end
 *   run.c    enter and leave the TD
 *   exit.c   what a TD exit means
 *   vmcall.c TDVMCALLs
 *   irq.c    interrupts and NMIs
 *   msr.c    MSRs that KVM answers for the TD
 */

/* vCPU of a TD; its struct kvm_vcpu belongs to the vendor module. */
struct vcpu_tdx {
	/* TD vCPU root page, the vCPU's name in every SEAMCALL; 0 without. */
	phys_addr_t tdvpr;
	/* The other pages of the vCPU; 0 where it has none. */
	phys_addr_t *tdcx;
	/* KVM_TDX_INIT_VCPU succeeded. */
	bool initialized;
};

static inline struct vcpu_tdx *to_vcpu_tdx(const struct kvm_vcpu *vcpu)
{
	return vcpu->arch.tdx;
}

/*
 * vcpu.c
 *
 * The vendor's op has run before td_vcpu_create() and runs after td_vcpu_free():
 * the vendor's vCPU exists, is never loaded and never entered.
 */
/* -EIO before KVM_TDX_INIT_VM, -EINVAL without a split irqchip.  kvm->lock held. */
int td_vcpu_precreate(struct kvm *kvm);
int td_vcpu_create(struct kvm_vcpu *vcpu);
/* The KeyID is gone: reclaims the vCPU's pages. */
void td_vcpu_free(struct kvm_vcpu *vcpu);
void td_vcpu_reset(struct kvm_vcpu *vcpu, bool init_event);
void td_vcpu_load(struct kvm_vcpu *vcpu, int cpu);
void td_vcpu_put(struct kvm_vcpu *vcpu);
void td_vcpu_after_set_cpuid(struct kvm_vcpu *vcpu);
/*
 * KVM_TDX_INIT_VCPU: VP.CREATE, VP.ADDCX, VP.INIT, posted interrupts.  vCPU loaded,
 * vcpu->mutex and slots_lock held, the TD is TD_INITIALIZED, the vCPU is not.
 */
int td_vcpu_init(struct kvm_vcpu *vcpu, u64 initial_rcx);
/*
 * VP.FLUSH on the CPU that the vCPU is associated with, if any.  May sleep; no
 * ioctl of the vCPU can run any more.
 */
void td_vcpu_flush(struct kvm_vcpu *vcpu);
/* This CPU stops to run guests: VP.FLUSH for all that are associated with it.  IRQs off. */
void td_disable_virtualization_cpu(void);
/* Once, for all possible CPUs. */
void td_vcpu_setup(void);

/* run.c */
int td_vcpu_pre_run(struct kvm_vcpu *vcpu);
fastpath_t td_vcpu_run(struct kvm_vcpu *vcpu, u64 run_flags);
void td_prepare_switch_to_guest(struct kvm_vcpu *vcpu);
void td_handle_exit_irqoff(struct kvm_vcpu *vcpu);
void td_load_mmu_pgd(struct kvm_vcpu *vcpu, hpa_t root_hpa, int root_level);
void td_flush_shared_pt(struct kvm_vcpu *vcpu);

/* exit.c */
int td_handle_exit(struct kvm_vcpu *vcpu, fastpath_t fastpath);
int td_check_emulate_instruction(struct kvm_vcpu *vcpu, int emul_type);
void td_get_exit_info(struct kvm_vcpu *vcpu, u32 *reason, u64 *info1, u64 *info2,
		      u32 *intr_info, u32 *error_code);

/* irq.c */
void td_deliver_interrupt(struct kvm_lapic *apic, int delivery_mode, int trig_mode, int vector);
void td_inject_nmi(struct kvm_vcpu *vcpu);
int td_interrupt_allowed(struct kvm_vcpu *vcpu, bool for_injection);
int td_nmi_allowed(struct kvm_vcpu *vcpu, bool for_injection);
/* Returns the highest vector in the vIRR, or -1. */
int td_sync_pir_to_irr(struct kvm_vcpu *vcpu);
bool td_has_pending_interrupt(struct kvm_vcpu *vcpu);

/* msr.c */
bool td_has_emulated_msr(struct kvm *kvm, u32 index);
int td_get_msr(struct kvm_vcpu *vcpu, struct msr_data *msr);
int td_set_msr(struct kvm_vcpu *vcpu, struct msr_data *msr);
int td_complete_emulated_msr(struct kvm_vcpu *vcpu, int err);

#endif
