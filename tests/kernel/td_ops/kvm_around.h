/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TD_OPS_KVM_AROUND_H
#define TD_OPS_KVM_AROUND_H

/*
 * KVM around the dispatchers: as much of its structures as they, and a TD's vCPUs, use.
 * struct kvm_x86_ops is the kernel's own: the Makefile cuts it out of the header.
 */
#include <uapi/linux/kvm.h>
#include <uapi/asm/vmx.h>

#define CONFIG_KVM_MIRROR 1
#define CONFIG_KVM_TDX 1
#define CONFIG_KVM_SMM 1
#define CONFIG_KVM_PROVE_MMU 1

typedef unsigned long gva_t;
typedef void cpu_emergency_virt_cb(void);
typedef enum exit_fastpath_completion { EXIT_FASTPATH_NONE, EXIT_FASTPATH_EXIT_HANDLED } fastpath_t;
enum kvm_reg { VCPU_REGS_RAX };
enum x86_intercept_stage { X86_ICPT_PRE_EXCEPT };
#define X86EMUL_UNHANDLEABLE 1
struct desc_ptr { u16 size; unsigned long address; };
struct msr_data { bool host_initiated; u32 index; u64 data; };
struct pi_desc { u64 pir[4], on; };
struct fpu_guest;
struct x86_exception;
struct x86_instruction_info;
union kvm_smram;
struct kvm;
struct kvm_vcpu;
struct kvm_lapic;
struct kvm_private_pt_ops;
#include "kvm_x86_ops.h"

struct kvm_lapic {
	struct kvm_vcpu *vcpu;
	bool apicv_active;
	struct { u32 timer_advance_ns; } lapic_timer;
};

struct kvm {
	rwlock_t mmu_lock;
	struct mutex slots_lock;
	int srcu;
	struct {
		unsigned long vm_type;
		struct kvm_tdx *tdx;
		unsigned long apicv_inhibit_reasons;
		int apicv_update_lock;
		bool has_private_mem, has_protected_state, pre_fault_allowed, apic_access_memslot_inhibited;
		u64 shadow_mmio_value;
		int cpu_dirty_log_size;
		gfn_t shared_gfn;
		unsigned long hypercall_exit_enabled;
	} arch;
	int max_vcpus;
	bool vm_dead;
	atomic_t nr_memslots_dirty_logging;
	/* For the vendor: it has added the memslot of the APIC access page. */
	bool has_apic_access_page;
	/* For the vendor: a table with an entry for each vCPU. */
	u64 *pid_table;
};

struct kvm_vcpu {
	struct kvm *kvm;
	int vcpu_id, cpu, mode;
	/* Bits of KVM_REQ_*. */
	unsigned long requests;
	struct kvm_run *run;
	struct {
		struct kvm_lapic *apic;
		struct vcpu_tdx *tdx;
		struct { void *page_fault; } *mmu;
		int (*complete_userspace_io)(struct kvm_vcpu *vcpu);
		int guest_fpu, mp_state, last_vmentry_cpu;
		bool guest_state_protected, xfd_no_write_intercept, at_instruction_boundary, nmi_injected;
		unsigned int nmi_pending;
	} arch;
	struct { u64 host_state_reload, irq_exits, nmi_injections, pf_fixed, pf_spurious; } stat;
};

/* Locks that one thread needs not */
#define down_write(lock) ((void)(lock))
#define up_write(lock) ((void)(lock))
#define local_irq_save(flags) ((flags) = 0)
#define local_irq_restore(flags) ((void)(flags))
#undef guard
#define guard(type) shim_guard_##type
static inline void shim_guard_irqsave(void) { }
#define smp_call_function_single(cpu, fn, arg, wait) (shim_cpu_now = (cpu), (fn)(arg))
#define DECLARE_PER_CPU(type, name) extern __typeof__(type) name[SHIM_NR_CPUS]
#define EXPORT_PER_CPU_SYMBOL_GPL(name)
#define raw_cpu_read(name) ((name)[shim_cpu_now])
#define this_cpu_ptr(p) (&(*(p))[shim_cpu_now])
#define per_cpu_ptr(p, cpu) (&(*(p))[cpu])
extern bool kvm_rebooting;

#define KVM_BUG_ON(cond, kvm) ((void)(kvm), WARN_ON(cond))
#define kcalloc(n, size, gfp) kzalloc((n) * (size), gfp)
#define fpstate_set_confidential(fpu) ((void)(fpu))
#define irqchip_split(kvm) true
#define kvm_vcpu_is_reset_bsp(vcpu) ((vcpu)->vcpu_id == 0)
#define kvm_apic_set_base(vcpu, base) ((void)(vcpu), (void)(base), 0)
#define kvm_lapic_find_highest_irr(vcpu) ((void)(vcpu), -1)
#define MSR_IA32_APICBASE 0x1b
#define MSR_IA32_APICBASE_BSP BIT(8)
#define APIC_DEFAULT_PHYS_BASE 0xfee00000
#define LAPIC_MODE_X2APIC 0xc00
#define POSTED_INTR_VECTOR 0xf2
#define PIN_BASED_POSTED_INTR 0x80
struct kvm_caps { u32 supported_vm_types; };
extern struct kvm_caps kvm_caps;

/* Entry to a TD and exit from it */
enum { IN_GUEST_MODE = 1 };
enum { KVM_REQ_EVENT, KVM_REQ_NMI, KVM_REQ_VM_DEAD, KVM_REQ_MMU_FREE_OBSOLETE_ROOTS };
#define kvm_test_request(request, vcpu) (!!((vcpu)->requests & BIT(request)))
#define kvm_make_request(request, vcpu) ((vcpu)->requests |= BIT(request))
#define KVM_RUN_FORCE_IMMEDIATE_EXIT BIT(0)
#define INTR_INFO_VECTOR_MASK 0xff
#define INTR_INFO_INTR_TYPE_MASK 0x700
#define INTR_INFO_VALID_MASK 0x80000000
#define INTR_TYPE_EXT_INTR 0
#define INTR_TYPE_NMI_INTR (2 << 8)
#define MC_VECTOR 18
#define EMULTYPE_PF BIT(6)
#define X86EMUL_RETRY_INSTR 3
#define guest_state_enter_irqoff() ((void)0)
#define guest_state_exit_irqoff() ((void)0)
#define trace_kvm_entry(vcpu, immediate) ((void)(immediate))
#define trace_kvm_exit(vcpu, isa) ((void)0)
#define trace_kvm_apicv_accept_irq(id, mode, trig, vector) ((void)0)
#define smp_send_reschedule(cpu) ((void)0)
#define kvm_machine_check() ((void)0)
bool kvm_mirror_vcpus_held(struct kvm *kvm);

/* Faults */
#define EPT_VIOLATION_ACC_READ BIT(0)
#define EPT_VIOLATION_ACC_WRITE BIT(1)
#define EPT_VIOLATION_ACC_INSTR BIT(2)
#define PFERR_PRESENT_MASK BIT(0)
#define PFERR_WRITE_MASK BIT(1)
#define PFERR_USER_MASK BIT(2)
#define PFERR_FETCH_MASK BIT(4)
#define PFERR_GUEST_FINAL_MASK BIT_ULL(32)
#define PFERR_PRIVATE_ACCESS BIT_ULL(49)
#define trace_kvm_page_fault(vcpu, gpa, code) ((void)(code))
#define kvm_request_pending(vcpu) READ_ONCE((vcpu)->requests)
#define kvm_vm_dead(kvm) ((kvm)->vm_dead = true)
#define gpa_to_gfn(gpa) ((gfn_t)((gpa) >> PAGE_SHIFT))
int kvm_mmu_page_fault(struct kvm_vcpu *vcpu, gpa_t gpa, u64 error_code, void *insn, int insn_len);
int kvm_mirror_split_gfn(struct kvm *kvm, gfn_t gfn);
/* A vCPU lets go of the memslots, and takes them again. */
void kvm_vcpu_srcu_read_unlock(struct kvm_vcpu *vcpu);
#define kvm_vcpu_srcu_read_lock(vcpu) ((void)(vcpu))

/* Initial memory */
#define PAGE_ALIGNED(x) IS_ALIGNED(x, PAGE_SIZE)
#define u64_to_user_ptr(x) ((void *)(uintptr_t)(x))
#define copy_from_user(to, from, n) (memcpy(to, from, n), 0)
#define copy_to_user copy_from_user
#define get_user_pages_fast(address, nr, flags, page) ((void)(address), *(page) = NULL, 1)
#define page_to_phys(page) ((void)(page), (phys_addr_t)PAGE_SIZE)
#undef put_page
#define put_page(page) ((void)(page))
typedef int (*kvm_gmem_populate_cb)(struct kvm *kvm, gfn_t gfn, kvm_pfn_t pfn, void *src, int order, void *opaque);
long kvm_gmem_populate(struct kvm *kvm, gfn_t gfn, void *src, long npages, kvm_gmem_populate_cb cb, void *opaque);
int kvm_mirror_map_gfn(struct kvm_vcpu *vcpu, gfn_t gfn, kvm_pfn_t pfn, int level);

/* Interrupts */
#define pi_test_and_set_pir(vector, pi) ((void)(pi), false)
#define pi_test_and_set_on(pi) false
#define pi_test_on(pi) ((pi)->on & 1)
#define kvm_vcpu_wake_up(vcpu) ((void)(vcpu))
#define kvm_get_running_vcpu() NULL
#define get_cpu_mask(cpu) (cpu)
#define __apic_send_IPI_mask(mask, vector) ((void)(mask))
#define __apic_send_IPI_self(vector) ((void)0)
/* How often a handler of the host was called for what ended a run. */
extern unsigned int nr_interrupts;
#define kvm_before_interrupt(vcpu, what) ((void)(vcpu), (void)nr_interrupts++)
#define kvm_after_interrupt(vcpu) ((void)(vcpu))

/* KVM_CREATE_VM */
#define min3(a, b, c) min(min(a, b), c)
#define num_present_cpus() 4u
extern u64 shadow_mmio_mask;
#define SHADOW_NONPRESENT_VALUE BIT_ULL(63)

/* TDVMCALL<MapGPA> */
#define SZ_2M 0x200000UL
#define KVM_HC_MAP_GPA_RANGE 12
#define KVM_MAP_GPA_RANGE_PAGE_SZ_4K 0
#define KVM_MAP_GPA_RANGE_ENCRYPTED BIT(4)
#define KVM_MAP_GPA_RANGE_DECRYPTED 0

/* Private memory */
/* How often all CPUs wrote back their caches. */
extern unsigned int nr_wbinvds;
#undef wbinvd_on_all_cpus
#define wbinvd_on_all_cpus() ((void)nr_wbinvds++)
#define gfn_to_gpa(gfn) ((gpa_t)(gfn) << PAGE_SHIFT)
#define KVM_PAGES_PER_HPAGE(level) (1UL << (9 * ((level) - 1)))

/* CPUs: the packages of CPUs 0 and 1, and 2 and 3; the test says which CPUs are there. */
extern unsigned int present_cpus, online_cpus;
#define nr_cpu_ids 4u
#define cpu_present_mask (&(struct cpumask) { present_cpus })
#define cpu_online(cpu) (online_cpus >> (cpu) & 1)
#define alloc_cpumask_var(mask, gfp) zalloc_cpumask_var(mask, gfp)
#define cpumask_copy(to, from) ((to)->bits = (from)->bits)
#define cpumask_empty(mask) (!(mask)->bits)
#define cpumask_first(mask) ((mask)->bits ? (unsigned int)__builtin_ctzll((mask)->bits) : nr_cpu_ids)
#define cpumask_clear_cpu(cpu, mask) ((mask)->bits &= ~BIT_ULL(cpu))
#define for_each_cpu(cpu, mask) \
	for ((cpu) = 0; (cpu) < nr_cpu_ids; (cpu)++) \
		if ((mask)->bits >> (cpu) & 1)

/* How often the branch predictors were flushed. */
extern unsigned int nr_barriers;
#define indirect_branch_prediction_barrier() ((void)nr_barriers++)

/* Static calls of ops that the vendor may not have */
static inline long __static_call_return0(void) { return 0; }

#endif
