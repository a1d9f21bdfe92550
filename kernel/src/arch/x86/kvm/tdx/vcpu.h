/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __KVM_X86_TDX_VCPU_H
#define __KVM_X86_TDX_VCPU_H

/*
 * vCPUs of a TD; included by tdx.h only.
 *
 *   vcpu.c     creation, association with a CPU, the end
 *   host.c     MSRs of the host that a TD exit destroys
 *   run.c      enter and leave the TD
 *   exit.c     what a TD exit means
 *   fault.c    EPT violations
 *   vmcall.c   TDVMCALLs
 *   mapgpa.c   one of them: MapGPA
 *   ghci.c     arguments of TDVMCALLs: pure functions
 *   irq.c      interrupts and NMIs
 *   msr.c      MSRs and the TSC
 */

#include <asm/posted_intr.h>
#include <asm/shared/tdx.h>

#define TD_NR_LOST_MSRS		5

/* vCPU of a TD; its struct kvm_vcpu belongs to the vendor module. */
struct vcpu_tdx {
	/* Back pointer. */
	struct kvm_vcpu *vcpu;
	/* TD vCPU root page, the vCPU's name in every SEAMCALL; 0 without. */
	phys_addr_t tdvpr;
	/* The other pages of the vCPU; 0 where it has none. */
	phys_addr_t *tdcx;
	/* KVM_TDX_INIT_VCPU succeeded. */
	bool initialized;
	/* MSRs of the host that it will not find again, see host.c; while the vCPU is loaded. */
	bool host_saved;
	u64 host_msrs[TD_NR_LOST_MSRS];

	/* CPU that the vCPU is associated with, or -1; changes with IRQs off on that CPU. */
	int assoc_cpu;
	/* In associated_vcpus of that CPU. */
	struct list_head assoc_node;
	/* VP.FLUSH failed: the vCPU can run nowhere any more. */
	bool stuck_on_cpu;

	/* Root of the shared PT as the TD has it, or has to get it; 0 without. */
	hpa_t shared_root;
	/* Interrupts for the TD; the TDX module and KVM write it. */
	struct pi_desc pi;

	/* Registers of the last TDVMCALL: what the guest gave, then what it gets. */
	struct tdx_module_args args;
	/* RAX of the last TDH.VP.ENTER. */
	u64 status;

	/* GPA of the last EPT violation that changed nothing, see fault.c. */
	gpa_t stuck_gpa;
	/* How often in a row. */
	unsigned int nr_stuck;

	/* The part of a MapGPA that is still to do, without the shared bit. */
	gpa_t map_gpa;
	gpa_t map_end;
	/* The MSR access at work is a read, see td_complete_emulated_msr(). */
	bool msr_read;
	/* What KVM reads for a port, see vmcall.c. */
	u32 pio_value;
};

static inline struct vcpu_tdx *to_vcpu_tdx(const struct kvm_vcpu *vcpu)
{
	return vcpu->arch.tdx;
}

/* What the guest gets for its TDVMCALL: GHCI_SUCCESS or why not. */
static inline void td_vmcall_return(struct kvm_vcpu *vcpu, u64 status)
{
	to_vcpu_tdx(vcpu)->args.r10 = status;
}

/*
 * vcpu.c
 *
 * The vendor's vCPU exists around the TD's and is never entered: it makes ops
 * that are not wrapped harmless.  The vendor's load, put and reset do not run.
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
/* This CPU stops to run guests: VP.FLUSH for all that are associated with it. */
void td_disable_virtualization_cpu(void);
/* Once, before the first VM, for all possible CPUs. */
void td_vcpu_setup(void);

/*
 * VP.WR and VP.RD for the vCPU that is loaded; preemption and IRQs may be on.  0,
 * -EBUSY or -EIO, see td_check().
 */
int td_vp_wr(struct kvm_vcpu *vcpu, u64 field, u64 value, u64 mask);
int td_vp_rd(struct kvm_vcpu *vcpu, u64 field, u64 *ret_value);
void td_load_mmu_pgd(struct kvm_vcpu *vcpu, hpa_t root_hpa, int root_level);
void td_flush_shared_pt(struct kvm_vcpu *vcpu);
/* IRQs off: from here on the vCPU may be associated with this CPU. */
void td_associate(struct vcpu_tdx *td);

/* host.c */
void td_host_setup(void);
void td_prepare_switch_to_guest(struct kvm_vcpu *vcpu);
void td_host_restore(struct vcpu_tdx *td);
void td_host_reload(struct kvm_vcpu *vcpu);

/* run.c */
int td_vcpu_pre_run(struct kvm_vcpu *vcpu);
fastpath_t td_vcpu_run(struct kvm_vcpu *vcpu, u64 run_flags);
void td_handle_exit_irqoff(struct kvm_vcpu *vcpu);
bool td_left_guest(const struct vcpu_tdx *td);
u16 td_exit_reason(const struct vcpu_tdx *td);
int td_unexpected_exit(struct kvm_vcpu *vcpu);

/* exit.c */
int td_handle_exit(struct kvm_vcpu *vcpu, fastpath_t fastpath);
void td_get_exit_info(struct kvm_vcpu *vcpu, u32 *reason, u64 *info1, u64 *info2,
		      u32 *intr_info, u32 *error_code);
int td_check_emulate_instruction(struct kvm_vcpu *vcpu, int type);

/* fault.c */
int td_handle_ept_violation(struct kvm_vcpu *vcpu);

/* vmcall.c */
int td_handle_vmcall(struct kvm_vcpu *vcpu);

/* mapgpa.c */
int td_vmcall_map_gpa(struct kvm_vcpu *vcpu);

/* irq.c */
void td_deliver_interrupt(struct kvm_lapic *apic, int delivery_mode, int trig_mode, int vector);
void td_inject_nmi(struct kvm_vcpu *vcpu);
int td_interrupt_allowed(struct kvm_vcpu *vcpu, bool for_injection);
int td_nmi_allowed(struct kvm_vcpu *vcpu, bool for_injection);
/* Makes the CPU look at the posted interrupts; returns -1, KVM does not see the vIRR. */
int td_sync_pir_to_irr(struct kvm_vcpu *vcpu);
bool td_has_pending_interrupt(struct kvm_vcpu *vcpu);
void td_handle_nmi(struct kvm_vcpu *vcpu);
void td_handle_interrupt_irqoff(struct kvm_vcpu *vcpu, u32 intr_info);
/* entry.S: call the handler of an interrupt gate as the CPU would. */
void td_call_interrupt_gate(unsigned long handler);

/* msr.c */
bool td_has_emulated_msr(struct kvm *kvm, u32 index);
int td_get_msr(struct kvm_vcpu *vcpu, struct msr_data *msr);
int td_set_msr(struct kvm_vcpu *vcpu, struct msr_data *msr);
int td_complete_emulated_msr(struct kvm_vcpu *vcpu, int err);
/* The TD's TSC at @host_tsc. */
u64 td_read_tsc(struct kvm_vcpu *vcpu, u64 host_tsc);

#endif
