/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __KVM_X86_TDX_H
#define __KVM_X86_TDX_H

/*
 * The TDX VM type.  It is part of kvm.ko and works with whichever vendor module is loaded:
 * the functions of ops.c stand in front of the vendor's ops, handle calls for a TD with the
 * code of this folder, and pass all other calls on to the vendor.
 *
 * The host and the TD:
 *
 *   ops.c        the dispatchers; td-ops.h is their table
 *   setup.c      what a host needs: TDX module, CPUs, capabilities
 *   vm.c         KVM_CREATE_VM
 *   package.c    CPU packages, for SEAMCALLs that are made once on each
 *   keyid.c      the TD's KeyID and the cgroup that is charged for it
 *   seamcall.c   turns the status of a SEAMCALL into an errno; ends a TD
 *   page.c       pages that KVM lends to the TDX module
 *   create.c     creation of the TD in the TDX module: KeyID, TDR, TDCS
 *   teardown.c   releases the KeyID, then reclaims all pages
 *   memory.c     the private PT: changes and reads it by SEAMCALL
 *   populate.c   the initial memory
 *   params.c     fills in TD_PARAMS: pure functions
 *   ioctl.c      KVM_MEMORY_ENCRYPT_OP; some commands are in init_vm.c and cpuid.c
 *
 * The vCPUs of a TD:
 *
 *   vcpu.c       creation, association with a CPU, freeing
 *   host.c       MSRs of the host that a TD exit overwrites
 *   run.c        enters and leaves the TD
 *   exit.c       handles a TD exit by its reason
 *   fault.c      EPT violations
 *   vmcall.c     TDVMCALLs
 *   mapgpa.c     TDVMCALL<MapGPA>
 *   ghci.c       checks the arguments of TDVMCALLs: pure functions
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

/* Life of a TD.  The state only moves forward in this list. */
enum td_state {
	/* After KVM_CREATE_VM: the TD has no KeyID and no pages. */
	TD_UNINITIALIZED,
	/* After KVM_TDX_INIT_VM: vCPUs and initial memory may be added. */
	TD_INITIALIZED,
	/* After KVM_TDX_FINALIZE_VM: the TD is measured and may run. */
	TD_RUNNABLE,
	/* The TD ends: no ioctl uses it any more, see td_die(). */
	TD_DYING,
	/* The KeyID is released: the TD cannot run, its pages can be reclaimed. */
	TD_DEAD,
};

struct kvm_tdx {
	/* Back pointer. */
	struct kvm *kvm;
	/* Written with slots_lock held, and up to TD_INITIALIZED with kvm->lock, too. */
	enum td_state state;
	/* KeyID of the TD; -1 if it has none. */
	int keyid;
	/* The cgroup that is charged for the KeyID; NULL if the TD has no KeyID. */
	struct misc_cg *misc_cg;
	/* TDR (TD root page): SEAMCALLs name the TD by its address; 0 if there is none. */
	phys_addr_t tdr;
	/* Pages of the TDCS (the TD's control structure); 0 for a page not added yet. */
	phys_addr_t *tdcs;
	/* ATTRIBUTES and XFAM that user space asked for in KVM_TDX_INIT_VM. */
	u64 attributes;
	u64 xfam;
	/* GPA width, 48 or 52. */
	int gpaw;
	/* Virtual TSC: the values by which the TDX module computes it from the host's. */
	u64 tsc_offset;
	u64 tsc_multiplier;
	/* Page whose contents td_map() copies into the new private page; 0: see populate.c. */
	phys_addr_t source;
};

#define TD_NR_LOST_MSRS		5

/* vCPU of a TD; its struct kvm_vcpu belongs to the vendor module. */
struct vcpu_tdx {
	/* Back pointer. */
	struct kvm_vcpu *vcpu;
	/* Unique among all vCPUs of TDs ever; not 0. */
	u64 id;
	/* TDVPR (vCPU root page): SEAMCALLs name the vCPU by its address; 0 if there is none. */
	phys_addr_t tdvpr;
	/* The other pages of the vCPU in the TDX module; 0 for a page not added yet. */
	phys_addr_t *tdcx;
	/* KVM_TDX_INIT_VCPU succeeded. */
	bool initialized;
	/* host_msrs has the host's MSRs that TD exits overwrite, see host.c. */
	bool host_saved;
	u64 host_msrs[TD_NR_LOST_MSRS];

	/* CPU that the vCPU is associated with, or -1; changes with IRQs off on that CPU. */
	int assoc_cpu;
	/* Entry in the list associated_vcpus of that CPU. */
	struct list_head assoc_node;
	/* TDH.VP.FLUSH failed: the vCPU can never run on another CPU. */
	bool stuck_on_cpu;

	/* Root of the shared PT. */
	hpa_t shared_root;
	/* The root has to be written to the vCPU before the next entry. */
	bool root_changed;
	/* Posted-interrupt descriptor: KVM sets bits for interrupts, the TDX module takes them. */
	struct pi_desc pi;

	/*
	 * Registers of TDH.VP.ENTER: its output after a TD exit, its input for the next
	 * entry.  A TDVMCALL's arguments and results are passed in them.
	 */
	struct tdx_module_args args;
	/* RAX of the last TDH.VP.ENTER. */
	u64 status;

	/* GPA of the last EPT violation that changed nothing, see is_stuck() in fault.c. */
	gpa_t stuck_gpa;
	/* How many such violations the GPA had in a row. */
	unsigned int nr_stuck;

	/* The rest of the range of a TDVMCALL<MapGPA>, without the shared bit. */
	gpa_t map_gpa;
	gpa_t map_end;
	/* The MSR access in progress is a read, see td_complete_emulated_msr(). */
	bool msr_read;
	/* Buffer for the data of a port access, see vmcall_io(). */
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

/* Has KVM_TDX_INIT_VM succeeded? */
static inline bool td_is_initialized(const struct kvm *kvm)
{
	return is_td(kvm) && to_kvm_tdx(kvm)->state != TD_UNINITIALIZED;
}

static inline struct vcpu_tdx *to_vcpu_tdx(const struct kvm_vcpu *vcpu)
{
	return vcpu->arch.tdx;
}

/* Set the status that the guest gets for its TDVMCALL: GHCI_SUCCESS or an error. */
static inline void td_vmcall_return(struct kvm_vcpu *vcpu, u64 status)
{
	to_vcpu_tdx(vcpu)->args.r10 = status;
}

/* ops.c: called when the vendor module has set up its ops; enables TDs on this host. */
void td_wrap_ops(struct kvm_x86_ops *ops);

/* setup.c: td_wrap_ops() calls td_setup(); td_unsetup() runs before the vendor module goes. */
int td_setup(void);
void td_unsetup(void);

/*
 * package.c: calls @fn(@arg) on one CPU of each package that has a present CPU, until one of them
 * returns an error; -EIO if no CPU of a package is online.  Without @fn it only checks that.  May
 * sleep; the caller holds cpus_read_lock(), and a result is good for as long as it does.
 */
int td_on_each_package(int (*fn)(void *), void *arg);

/* vm.c: called after the vendor's ->vm_init(); teardown.c: before its ->vm_destroy(). */
int td_vm_init(struct kvm *kvm);
void td_vm_destroy(struct kvm *kvm);

/* ioctl.c: KVM_MEMORY_ENCRYPT_OP of a VM and of a vCPU */
int td_vm_ioctl(struct kvm *kvm, void __user *argp);
int td_vcpu_ioctl(struct kvm_vcpu *vcpu, void __user *argp);

/* keyid.c: the KeyID of a TD, charged to the cgroup of the caller; may sleep. */
int td_take_keyid(struct kvm_tdx *td);
void td_put_keyid(struct kvm_tdx *td);
/* Number of TDs that have a KeyID. */
int td_nr_keyids_used(void);
/*
 * Lets one task at a time use the TDX module's table of KeyIDs, and write caches back before
 * a KeyID is released.  The module would return busy to a second one.
 */
extern struct mutex td_keys_lock;

/*
 * page.c: pages for the TDX module.
 *
 * td_alloc_page() returns the physical address of a page, or 0 without memory.  The
 * caller's memory policy chooses the node, and its memory cgroup is charged.
 *
 * td_free_page() frees a page that the module does not own.  td_reclaim_page() takes a page
 * back from the module and frees it; the TD's KeyID must have been released.  A page that
 * the module does not return is leaked on purpose.  Both ignore the address 0.
 */
phys_addr_t td_alloc_page(void);
void td_free_page(phys_addr_t page);
void td_reclaim_page(phys_addr_t page);
/*
 * Takes a page, or a huge page that starts at @page, back from the module without freeing
 * it.  Any context.
 */
int td_reclaim(phys_addr_t page);

/* Counts @nr pages as leaked: they are lost until the next boot. */
void td_count_leak(unsigned long nr);
/* How many pages were leaked; debugfs shows it, and tests expect 0. */
extern atomic_t td_nr_leaked;

/*
 * seamcall.c: turns the status of a SEAMCALL into an errno: 0, -EBUSY if trying again is
 * meaningful, or -EIO, which is also logged.
 */
int td_check(enum tdx_host_leaf leaf, u64 status);
/*
 * Ends a TD that cannot go on because of what the TDX module, the guest or user space has done: a
 * line in the log, once.  KVM_BUG_ON(), which panics a host with panic_on_warn, is for bugs of KVM.
 * IRQs are on: it waits for other CPUs.
 */
void td_end_vm(struct kvm *kvm, const char *why);

/* Attempts at a SEAMCALL that needs something which others hold for a moment only. */
#define TD_BUSY_RETRIES		1000

/* Evaluates @call, a td_check() of a SEAMCALL, again and again until it is not -EBUSY. */
#define td_retry_busy(call)					\
({								\
	int __tries = TD_BUSY_RETRIES, __ret;			\
								\
	while ((__ret = (call)) == -EBUSY && --__tries)		\
		cpu_relax();					\
	__ret;							\
})

/* create.c: creates the TD in the TDX module; kvm->lock held, may sleep. */
int td_create(struct kvm_tdx *td, const struct tdx_td_params *params, u64 *ret_status);
/* teardown.c: undoes td_create(), for a TD without vCPUs and memory. */
void td_destroy(struct kvm_tdx *td);
/* teardown.c: ->die() of the private PT: makes sure that no vCPU runs, releases the KeyID. */
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
 * A TD's vCPU is also a vCPU of the vendor module, so that ops of the vendor that have no
 * dispatcher find the data they expect.  That vCPU is never entered, and the vendor's load,
 * put and reset are not called.
 */
/*
 * kvm->lock held.  -EIO unless the TD is TD_INITIALIZED (vCPUs are created after
 * KVM_TDX_INIT_VM and before KVM_TDX_FINALIZE_VM), -EINVAL without a split irqchip.
 */
int td_vcpu_precreate(struct kvm *kvm);
/* Called after the vendor's ->vcpu_create(). */
int td_vcpu_create(struct kvm_vcpu *vcpu);
/*
 * Called after the vendor's ->vcpu_free().  Reclaims the vCPU's pages; the KeyID has been
 * released.
 */
void td_vcpu_free(struct kvm_vcpu *vcpu);
void td_vcpu_reset(struct kvm_vcpu *vcpu, bool init_event);
/* Called before a vCPU of any VM is loaded, with preemption off. */
void td_switch_vcpu(struct kvm_vcpu *vcpu);
/* How often td_switch_vcpu() issued a barrier; debugfs shows it. */
extern atomic_t td_nr_branch_barriers;
void td_vcpu_load(struct kvm_vcpu *vcpu, int cpu);
void td_vcpu_put(struct kvm_vcpu *vcpu);
/*
 * KVM_TDX_INIT_VCPU: creates the vCPU in the TDX module (VP.CREATE, VP.ADDCX, VP.INIT) and
 * sets up posted interrupts.  The vCPU is loaded, vcpu->mutex and slots_lock are held, the
 * TD is TD_INITIALIZED and the vCPU was not initialized before.
 */
int td_vcpu_init(struct kvm_vcpu *vcpu, u64 initial_rcx);
/*
 * Ends the association of the vCPU with a CPU, by VP.FLUSH on that CPU.  Waits for that CPU.
 * Nothing else may associate the vCPU meanwhile.
 */
void td_vcpu_flush(struct kvm_vcpu *vcpu);
/* This CPU will not run guests any more: VP.FLUSH of all vCPUs associated with it. */
void td_disable_virtualization_cpu(void);
/* Called once, before the first VM exists: sets up the data of all possible CPUs. */
void td_vcpu_setup(void);

/*
 * Write and read a field of the vCPU in the TDX module, by VP.WR and VP.RD.  The vCPU is
 * loaded; preemption and IRQs may be on.  Return 0, -EBUSY or -EIO, see td_check().
 */
int td_vp_wr(struct kvm_vcpu *vcpu, u64 field, u64 value, u64 mask);
int td_vp_rd(struct kvm_vcpu *vcpu, u64 field, u64 *ret_value);
/* Called when KVM has a new root of the shared PT, or has removed entries of it. */
void td_load_mmu_pgd(struct kvm_vcpu *vcpu, hpa_t root_hpa, int root_level);
void td_flush_shared_pt(struct kvm_vcpu *vcpu);
/*
 * Called before an entry if td->root_changed, with IRQs off and the vCPU associated.  Returns the
 * status of VP.WR; after an error the vCPU must not be entered.
 */
u64 td_write_shared_root(struct vcpu_tdx *td);
/* Call with IRQs off, before a SEAMCALL that associates the vCPU with this CPU. */
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
/*
 * Makes the CPU process the posted interrupts once it is in the TD.  Returns -1 ("no
 * pending interrupt"), because KVM cannot read the TD's virtual IRR.
 */
int td_sync_pir_to_irr(struct kvm_vcpu *vcpu);
bool td_has_pending_interrupt(struct kvm_vcpu *vcpu);
void td_handle_nmi(struct kvm_vcpu *vcpu);
/* Does this field of a TD exit describe an interrupt for the host? */
bool td_is_interrupt(u32 intr_info);
void td_handle_interrupt_irqoff(struct kvm_vcpu *vcpu, u32 intr_info);
/* entry.S: calls the handler of an interrupt gate, with the stack frame that the CPU makes. */
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
