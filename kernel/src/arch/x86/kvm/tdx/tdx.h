/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __KVM_X86_TDX_H
#define __KVM_X86_TDX_H

/*
 * The TDX VM type.  It lives in kvm.ko, stacked over whichever vendor module is
 * loaded: ops.c sends what concerns a TD here and everything else to the vendor.
 *
 *   setup.c      the host: TDX module, CPUs, capabilities
 *   vm.c         a TD from KVM_CREATE_VM to the last reference
 *   keyid.c      its KeyID and the cgroup that pays for it
 *   seamcall.c   how a SEAMCALL ended
 *   page.c       pages that the TDX module owns for a while
 *   create.c     KeyID, TDR, TDCS
 *   teardown.c   the keys go first, then everything else is reclaimed
 *   memory.c     its private PT, by SEAMCALL
 *   populate.c   its initial memory
 *   params.c     TD_PARAMS: pure functions
 *   ioctl.c      KVM_MEMORY_ENCRYPT_OP, init_vm.c and cpuid.c some of its commands
 *
 * Its vCPUs:
 *
 *   vcpu.c       creation, association with a CPU, the end
 *   host.c       MSRs of the host that a TD exit destroys
 *   run.c        enter and leave the TD
 *   exit.c       what a TD exit means
 *   fault.c      EPT violations
 *   vmcall.c     TDVMCALLs
 *   mapgpa.c     one of them: MapGPA
 *   ghci.c       arguments of TDVMCALLs: pure functions
 *   irq.c        interrupts and NMIs
 *   msr.c        MSRs and the TSC
 */

#include <linux/kvm_host.h>

#include "../mmu/mirror/used.h"

#ifdef CONFIG_KVM_TDX

#include <asm/posted_intr.h>
#include <asm/shared/tdx.h>
#include <asm/tdx_host.h>
#include "params.h"

struct misc_cg;

/* Life of a TD, in this order; never backwards. */
enum td_state {
	/* KVM_CREATE_VM: no KeyID, no pages. */
	TD_UNINITIALIZED,
	/* KVM_TDX_INIT_VM: vCPUs and initial memory may be added. */
	TD_INITIALIZED,
	/* KVM_TDX_FINALIZE_VM: measured, may run. */
	TD_RUNNABLE,
	/* KeyID released: nothing runs, pages can be reclaimed. */
	TD_DEAD,
};

struct kvm_tdx {
	/* Back pointer. */
	struct kvm *kvm;
	/* Written with kvm->lock and slots_lock held, or when nobody else can reach the VM. */
	enum td_state state;
	/* KeyID of the TD; -1 without. */
	int keyid;
	/* The cgroup that is charged for the KeyID; NULL without. */
	struct misc_cg *misc_cg;
	/* TD root page, the TD's name in every SEAMCALL; 0 without. */
	phys_addr_t tdr;
	/* Pages of the TD's control structure; 0 where the TD has none yet. */
	phys_addr_t *tdcs;
	/* What user space asked for in KVM_TDX_INIT_VM. */
	u64 attributes;
	u64 xfam;
	/* GPA width, 48 or 52. */
	int gpaw;
	/* Virtual TSC, as the TDX module computes it. */
	u64 tsc_offset;
	u64 tsc_multiplier;
	/* Page that the next leaf of the private PT is filled from, see populate.c; 0 without. */
	phys_addr_t source;
};

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

/* Parameter "tdx" of the vendor module, see setup.c. */
extern bool enable_tdx;

static inline struct kvm_tdx *to_kvm_tdx(const struct kvm *kvm)
{
	return kvm->arch.tdx;
}

static inline bool is_td(const struct kvm *kvm)
{
	return kvm->arch.vm_type == KVM_X86_TDX_VM;
}

static inline bool is_td_vcpu(const struct kvm_vcpu *vcpu)
{
	return kvm_mirror_is_used() && is_td(vcpu->kvm);
}

/* KVM_TDX_INIT_VM has set what the TD is. */
static inline bool td_is_initialized(const struct kvm *kvm)
{
	return is_td(kvm) && to_kvm_tdx(kvm)->state != TD_UNINITIALIZED;
}

static inline struct vcpu_tdx *to_vcpu_tdx(const struct kvm_vcpu *vcpu)
{
	return vcpu->arch.tdx;
}

/* What the guest gets for its TDVMCALL: GHCI_SUCCESS or why not. */
static inline void td_vmcall_return(struct kvm_vcpu *vcpu, u64 status)
{
	to_vcpu_tdx(vcpu)->args.r10 = status;
}

/* ops.c: called when the vendor module is complete; sets TDs up. */
void td_wrap_ops(struct kvm_x86_ops *ops);

/* setup.c: called by td_wrap_ops(), and before the vendor module goes. */
int td_setup(void);
void td_unsetup(void);
/* Calls @fn(@arg) on one CPU of each package, until one of them returns an error.  May sleep. */
int td_on_each_package(int (*fn)(void *), void *arg);

/* vm.c; the vendor's op has run before (destroy: runs after). */
int td_vm_init(struct kvm *kvm);
void td_vm_destroy(struct kvm *kvm);

/* ioctl.c: KVM_MEMORY_ENCRYPT_OP of a VM and of a vCPU */
int td_vm_ioctl(struct kvm *kvm, void __user *argp);
int td_vcpu_ioctl(struct kvm_vcpu *vcpu, void __user *argp);

/* keyid.c: the KeyID of a TD, charged to the cgroup of the caller; may sleep. */
int td_take_keyid(struct kvm_tdx *td);
void td_put_keyid(struct kvm_tdx *td);
/* TDs that have a KeyID. */
int td_nr_keyids_used(void);
/* What td_create() and teardown do to the TDX module's keys, one at a time. */
extern struct mutex td_keys_lock;

/*
 * page.c: pages for the TDX module.
 *
 * td_alloc_page() returns the physical address of a page, on the node that the
 * caller's memory policy says and charged to its memory cgroup, or 0.
 * td_free_page() takes back what the module never had, td_reclaim_page() what it
 * has: the TD's KeyID is released.  Pages that the module does not give back are
 * leaked on purpose.  0 is no page, for both.
 */
phys_addr_t td_alloc_page(void);
void td_free_page(phys_addr_t page);
void td_reclaim_page(phys_addr_t page);
/* Takes back, frees nothing: a page, or a huge one that starts at @page.  Any context. */
int td_reclaim(phys_addr_t page);

/* Pages that are lost until the next boot. */
void td_count_leak(unsigned long nr);
void td_create_debugfs(void);

/*
 * seamcall.c: how a SEAMCALL ended, as an errno: 0, -EBUSY if trying again is
 * meaningful, or -EIO, of which the log is told.
 */
int td_check(enum tdx_host_leaf leaf, u64 status);

/* Attempts for what others hold for a moment only. */
#define TD_BUSY_RETRIES		1000

/* Evaluates @call, which is a td_check(), until it is not -EBUSY. */
#define td_retry_busy(call)					\
({								\
	int __tries = TD_BUSY_RETRIES, __ret;			\
								\
	while ((__ret = (call)) == -EBUSY && --__tries)		\
		cpu_relax();					\
	__ret;							\
})

/* create.c, teardown.c: a TD in the TDX module; kvm->lock held, may sleep. */
int td_create(struct kvm_tdx *td, const struct tdx_td_params *params, u64 *ret_status);
/* Undoes td_create() while there is neither a vCPU nor memory. */
void td_destroy(struct kvm_tdx *td);
/* ->die() of the private PT: no vCPU can run, the KeyID is free. */
int td_die(struct kvm *kvm);

/* memory.c */
extern const struct kvm_private_pt_ops td_private_pt_ops;

/*
 * populate.c: KVM_TDX_INIT_MEM_REGION of a vCPU, vcpu->mutex held, and
 * KVM_TDX_FINALIZE_VM, kvm->lock held.  Both take slots_lock.
 */
int td_init_mem_region(struct kvm_vcpu *vcpu, struct kvm_tdx_cmd *cmd);
int td_finalize(struct kvm *kvm, struct kvm_tdx_cmd *cmd);

/* cpuid.c: KVM_TDX_GET_CPUID */
int td_get_cpuid(struct kvm_vcpu *vcpu, struct kvm_tdx_cmd *cmd);

/* init_vm.c: KVM_TDX_INIT_VM, kvm->lock held, and KVM_TDX_CAPABILITIES. */
int td_init_vm(struct kvm *kvm, struct kvm_tdx_cmd *cmd);
int td_get_capabilities(struct kvm_tdx_cmd *cmd);

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
/* KVM has another root of the shared PT, or entries of it went away. */
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

#else /* !CONFIG_KVM_TDX */

static inline bool is_td(const struct kvm *kvm) { return false; }
static inline bool is_td_vcpu(const struct kvm_vcpu *vcpu) { return false; }
static inline bool td_is_initialized(const struct kvm *kvm) { return false; }
static inline int td_vcpu_ioctl(struct kvm_vcpu *vcpu, void __user *argp) { return -ENOTTY; }
static inline void td_wrap_ops(struct kvm_x86_ops *ops) { }
static inline void td_unsetup(void) { }
static inline bool td_has_pending_interrupt(struct kvm_vcpu *vcpu) { return false; }
static inline u64 td_read_tsc(struct kvm_vcpu *vcpu, u64 host_tsc) { return host_tsc; }

#endif /* CONFIG_KVM_TDX */
#endif
