/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_KVM_H
#define SHIM_KVM_H

/*
 * Defines what KVM's MMU uses of the rest of KVM.  Definitions that must agree with the kernel's are in dup.h, which the
 * Makefile cuts out of the kernel's headers.
 */
#include "kernel.h"

#define CONFIG_KVM 1
#define CONFIG_KVM_MIRROR 1
#define CONFIG_KVM_PROVE_MMU 1
#define PT64_ROOT_MAX_LEVEL 5
#include "dup.h"
#include <asm/kvm_mirror_stat.h>

#define INVALID_PAGE ((hpa_t)-1)
#define KVM_PFN_ERR_FAULT (0x7ffULL << 52)
#define KVM_HVA_ERR_BAD ((hva_t)-1)
#define EMULTYPE_WRITE_PF_TO_SP BIT(8)
#define KVM_REQ_OUTSIDE_GUEST_MODE 0
static inline gfn_t gpa_to_gfn(gpa_t gpa) { return gpa >> PAGE_SHIFT; }
static inline gpa_t gfn_to_gpa(gfn_t gfn) { return gfn << PAGE_SHIFT; }
static inline hpa_t pfn_to_hpa(kvm_pfn_t pfn) { return (hpa_t)pfn << PAGE_SHIFT; }

struct kvm_vcpu;
struct kvm_page_fault;
struct kvm_mmu_page;
struct kvm_rmap_head { unsigned long val; };
struct rsvd_bits_validate { u64 rsvd_bits_mask[2][PT64_ROOT_MAX_LEVEL]; u64 bad_mt_xwr; };
struct kvm_memory_slot { int as_id; gfn_t base_gfn; unsigned long npages; };
struct kvm_memslots { u64 generation; };
struct kvm_mmu {
	struct { u64 pgd; hpa_t hpa; } root;
	union kvm_mmu_page_role root_role;
	struct rsvd_bits_validate shadow_zero_check;
	int (*page_fault)(struct kvm_vcpu *vcpu, struct kvm_page_fault *fault);
};
struct kvm_arch {
	struct list_head tdp_mmu_roots, active_mmu_pages;
	spinlock_t tdp_mmu_pages_lock;
	atomic64_t tdp_mmu_pages;
	u64 shadow_mmio_value;
	bool disable_nx_huge_pages;
	gfn_t shared_gfn;
	struct kvm_mirror *mirror;
};
struct kvm {
	rwlock_t mmu_lock;
	struct mutex lock;
	struct mutex slots_lock;
	struct kvm_arch arch;
	struct { atomic64_t pages[5]; struct kvm_mirror_stat mirror; } stat;
	refcount_t users_count;
	int created_vcpus;
	bool vm_bugged, vm_dead;
	struct dentry *debugfs_dentry;
	/* The test's struct world, which this VM is part of. */
	void *world;
};
struct kvm_vcpu {
	struct kvm *kvm;
	struct {
		struct kvm_mmu *mmu;
		struct kvm_mmu root_mmu;
		struct kvm_mmu_memory_cache mmu_shadow_page_cache;
		struct kvm_mmu_memory_cache mmu_page_header_cache;
		struct kvm_mmu_memory_cache mmu_private_pt_cache;
	} arch;
	struct { u64 pf_mmio_spte_created; } stat;
};
extern struct kmem_cache *mmu_page_header_cache;
struct kvm_x86_ops { int cpu_dirty_log_size; };
extern struct kvm_x86_ops kvm_x86_ops;
struct kvm_host_values { u8 maxphyaddr; };
extern struct kvm_host_values kvm_host;
extern bool tdp_enabled, tdp_mmu_enabled;
extern int nx_huge_pages;
#define kvm_x86_call(op) shim_kvm_##op

/*
 * Per-CPU memory.  Each thread has a CPU of its own, from the first time it asks until it ends: a thread that is preempted while
 * it counts is then the only one that counts there, as in the kernel, whose this_cpu_add() is one instruction.
 */
#define SHIM_MAX_CPUS 320
#define SHIM_PERCPU_SIZE 1024
int shim_this_cpu(void);
void *shim_alloc_percpu(size_t size);
/* CPUs that threads have had so far. */
extern int shim_nr_cpu_ids;
#define __percpu
#define alloc_percpu_gfp(type, gfp) ((type *)shim_alloc_percpu(sizeof(type)))
#define free_percpu(p) kfree(p)
#undef for_each_possible_cpu
#define for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < READ_ONCE(shim_nr_cpu_ids); (cpu)++)
#define per_cpu_ptr(p, cpu) ((__typeof__(p))(void *)((char *)(p) + (size_t)(cpu) * SHIM_PERCPU_SIZE))
#define this_cpu_add(v, by) ({ __typeof__(v) *p_ = per_cpu_ptr(&(v), shim_this_cpu()); __atomic_store_n(p_, *p_ + (by), __ATOMIC_RELAXED); })
#define shim_kvm_get_mt_mask(vcpu, gfn, mmio) ((u8)(X86_MEMTYPE_WB << 3))

/* A KVM_BUG_ON that fires is counted in shim_nr_kvm_bugs.  It is also a WARN, unless the test sets shim_expect_bug. */
extern atomic_t shim_nr_kvm_bugs, shim_nr_pgtables;
extern bool shim_expect_bug;
#define KVM_BUG_ON(cond, kvm) ({ bool b_ = !!(cond); if (unlikely(b_)) shim_kvm_bug(kvm, __FILE__, __LINE__, #cond); unlikely(b_); })
#define kvm_vm_dead(kvm) WRITE_ONCE((kvm)->vm_dead, true)
void shim_kvm_bug(struct kvm *kvm, const char *file, int line, const char *what);

int kvm_mmu_topup_memory_cache(struct kvm_mmu_memory_cache *mc, int min);
void *kvm_mmu_memory_cache_alloc(struct kvm_mmu_memory_cache *mc);
void kvm_mmu_free_memory_cache(struct kvm_mmu_memory_cache *mc);
void kvm_account_pgtable_pages(void *virt, int nr);
bool kvm_make_all_cpus_request(struct kvm *kvm, unsigned int req);
void kvm_flush_remote_tlbs(struct kvm *kvm);
void kvm_flush_remote_tlbs_range(struct kvm *kvm, gfn_t gfn, u64 nr);
struct kvm_memory_slot *kvm_vcpu_gfn_to_memslot(struct kvm_vcpu *vcpu, gfn_t gfn);
struct kvm_memslots *kvm_vcpu_memslots(struct kvm_vcpu *vcpu);
/* Returns the VM's only memslot, or NULL. */
struct kvm_memory_slot *kvm_memslots(struct kvm *kvm);
#define kvm_for_each_memslot(slot, bucket, slots) \
	for (bucket = 0, slot = (slots); slot && !bucket; bucket++)
#define kvm_slot_dirty_track_enabled(slot) false
#define mark_page_dirty_in_slot(kvm, slot, gfn) ((void)(slot))
#define kvm_set_pfn_dirty(pfn) ((void)(pfn))
#define kvm_set_pfn_accessed(pfn) ((void)(pfn))
#define kvm_prepare_memory_fault_exit(...) do { } while (0)

/* From arch/x86/kvm/mmu.h, which cannot be used as it is: it needs most of KVM. */
extern bool enable_mmio_caching;

static inline void kvm_update_page_stats(struct kvm *kvm, int level, int count)
{
	atomic64_add(count, &kvm->stat.pages[level - 1]);
}

static inline gfn_t kvm_mmu_max_gfn(void)
{
	return (1ULL << (kvm_host.maxphyaddr - PAGE_SHIFT)) - 1;
}

static inline gfn_t kvm_mmu_gpa_to_gfn(const struct kvm *kvm, gpa_t gpa)
{
	return gpa_to_gfn(gpa) & ~kvm->arch.shared_gfn;
}

static inline u64 rsvd_bits(int s, int e)
{
	return e < s ? 0 : ((2ULL << (e - s)) - 1) << s;
}

void kvm_mmu_set_mmio_spte_mask(u64 mmio_value, u64 mmio_mask, u64 access_mask);
void kvm_mmu_set_me_spte_mask(u64 me_value, u64 me_mask);
void kvm_mmu_set_ept_masks(bool has_ad_bits, bool has_exec_only);


/* Tracepoints of the base kernel */
#define trace_kvm_mmu_get_page(...) do { } while (0)
#define trace_kvm_mmu_prepare_zap_page(...) do { } while (0)
#define trace_kvm_tdp_mmu_spte_changed(...) do { } while (0)
#define trace_kvm_mmu_set_spte(...) do { } while (0)
#define trace_kvm_mmu_spte_requested(...) do { } while (0)
#define trace_kvm_mmu_split_huge_page(...) do { } while (0)
#define trace_mark_mmio_spte(...) do { } while (0)

#endif
