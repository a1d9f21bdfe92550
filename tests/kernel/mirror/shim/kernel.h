/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MIRROR_SHIM_KERNEL_H
#define MIRROR_SHIM_KERNEL_H

/*
 * The kernel, as far as the mirrored-PT MMU and the TDP MMU ask for it.
 *
 * Behaviour that tests rely on is real: atomics, locks, RCU, memory that can run
 * out and can leak.  Definitions that must agree with the kernel come from its own
 * headers by way of dup.h, which the Makefile cuts out of them.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONFIG_X86_64 1
#define CONFIG_KVM 1
#define CONFIG_KVM_MIRROR 1
#define CONFIG_KVM_MIRROR_MOCK 1
#define CONFIG_KVM_PROVE_MMU 1
#define CONFIG_PROVE_LOCKING 1
#define KBUILD_MODNAME "kvm"

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64;
typedef int32_t s32;
typedef long long s64;
typedef u64 gfn_t;
typedef u64 gpa_t;
typedef u64 hpa_t;
typedef u64 kvm_pfn_t;
typedef unsigned long hva_t;
typedef unsigned int gfp_t;
typedef unsigned long ulong;
typedef unsigned int uint;

/* Compiler */
#define __rcu
#define __init
#define __read_mostly
#define __ro_after_init
#define __user
#define __weak __attribute__((weak))
#define __must_check __attribute__((warn_unused_result))
#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif
#define fallthrough __attribute__((fallthrough))
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define static_assert(...) _Static_assert(__VA_ARGS__, "static_assert")
#define BUILD_BUG_ON_INVALID(e) ((void)(sizeof((long)(e))))
#define __ARG_PLACEHOLDER_1 0,
#define __TAKE_SECOND(ignored, val, ...) val
#define __IS_DEFINED(arg_or_junk) __TAKE_SECOND(arg_or_junk 1, 0, 0)
#define __IS_DEFINED_(val) __IS_DEFINED(__ARG_PLACEHOLDER_##val)
#define IS_BUILTIN(option) __IS_DEFINED_(option)
#define IS_MODULE(option) 0
#define IS_ENABLED(option) IS_BUILTIN(option)
#define EXPORT_SYMBOL_GPL(symbol)
#define module_param_named(name, value, type, perm)
#define container_of(ptr, type, member) ((type *)((char *)(ptr) - offsetof(type, member)))
#define min(a, b) ({ __typeof__(a) a_ = (a); __typeof__(b) b_ = (b); a_ < b_ ? a_ : b_; })
#define max(a, b) ({ __typeof__(a) a_ = (a); __typeof__(b) b_ = (b); a_ > b_ ? a_ : b_; })
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Bits */
#define BITS_PER_LONG 64
#define BIT(n) (1UL << (n))
#define BIT_ULL(n) (1ULL << (n))
#define GENMASK(h, l) ((~0UL << (l)) & (~0UL >> (63 - (h))))
#define GENMASK_ULL(h, l) ((~0ULL << (l)) & (~0ULL >> (63 - (h))))
#define FIELD_GET(mask, value) (((value) & (mask)) >> __builtin_ctzll(mask))
#define FIELD_PREP(mask, value) (((u64)(value) << __builtin_ctzll(mask)) & (mask))
#define FIELD_MAX(mask) ((mask) >> __builtin_ctzll(mask))
#define DECLARE_BITMAP(name, bits) unsigned long name[(bits) / 64]
#define __ffs(x) ((unsigned long)__builtin_ctzl(x))
static inline bool is_power_of_2(u64 n) { return n && !(n & (n - 1)); }
static inline void memset64(u64 *p, u64 v, size_t n) { while (n--) *p++ = v; }

/* Once a WARN or BUG fires, the test that runs has failed, unless it asked for it. */
void shim_warn(const char *file, int line, const char *what);
#define WARN_ON(x) ({ bool warn_ = !!(x); if (unlikely(warn_)) shim_warn(__FILE__, __LINE__, #x); unlikely(warn_); })
#define WARN_ON_ONCE(x) WARN_ON(x)
#define WARN_ONCE(x, ...) WARN_ON(x)
#define BUG_ON(x) do { if (WARN_ON(x)) abort(); } while (0)
#define BUG() BUG_ON(1)
#define pr_err(...) shim_warn(__FILE__, __LINE__, "pr_err")
#define pr_warn_ratelimited(...) do { if (shim_verbose) fprintf(stderr, "# " __VA_ARGS__); } while (0)
extern bool shim_verbose;

/*
 * Memory order: reads acquire, writes release.  That is what x86 does, and what
 * ThreadSanitizer understands (it does not see address dependencies).
 */
#define READ_ONCE(x) __atomic_load_n(&(x), __ATOMIC_ACQUIRE)
#define WRITE_ONCE(x, v) __atomic_store_n(&(x), (v), __ATOMIC_RELEASE)
#define smp_load_acquire(p) __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define smp_rmb() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_store_release(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)
#define xchg(p, v) __atomic_exchange_n((p), (v), __ATOMIC_SEQ_CST)
#define try_cmpxchg64(p, old, new) \
	(shim_jitter(), \
	 __atomic_compare_exchange_n((p), (old), (new), false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
void shim_jitter(void);
#define cpu_relax() shim_relax()

struct static_key_false { bool on; };
#define DECLARE_STATIC_KEY_FALSE(key) extern struct static_key_false key
#define STATIC_KEY_FALSE_INIT { false }
#define static_branch_unlikely(key) READ_ONCE((key)->on)
#define static_branch_enable(key) WRITE_ONCE((key)->on, true)

void shim_relax(void);

typedef struct { int counter; } atomic_t;
typedef struct { s64 counter; } atomic64_t;
typedef struct { atomic_t refs; } refcount_t;
#define atomic_read(v) READ_ONCE((v)->counter)
#define atomic_set(v, i) WRITE_ONCE((v)->counter, (i))
#define atomic_set_release(v, i) WRITE_ONCE((v)->counter, (i))
#define atomic_inc(v) ((void)__atomic_fetch_add(&(v)->counter, 1, __ATOMIC_SEQ_CST))
#define atomic_dec(v) ((void)__atomic_fetch_sub(&(v)->counter, 1, __ATOMIC_SEQ_CST))
#define atomic_dec_return(v) __atomic_sub_fetch(&(v)->counter, 1, __ATOMIC_SEQ_CST)
#define atomic_inc_return(v) __atomic_add_fetch(&(v)->counter, 1, __ATOMIC_SEQ_CST)
#define atomic_try_cmpxchg(v, old, new) try_cmpxchg64(&(v)->counter, (old), (new))
#define atomic64_read(v) READ_ONCE((v)->counter)
#define atomic64_set(v, i) WRITE_ONCE((v)->counter, (i))
#define atomic64_inc(v) ((void)__atomic_fetch_add(&(v)->counter, 1, __ATOMIC_SEQ_CST))
#define atomic64_dec(v) ((void)__atomic_fetch_sub(&(v)->counter, 1, __ATOMIC_SEQ_CST))
#define atomic64_add(i, v) ((void)__atomic_fetch_add(&(v)->counter, (i), __ATOMIC_SEQ_CST))
#define atomic64_sub(i, v) ((void)__atomic_fetch_sub(&(v)->counter, (i), __ATOMIC_SEQ_CST))
#define atomic64_fetch_and(i, v) __atomic_fetch_and(&(v)->counter, (i), __ATOMIC_SEQ_CST)
#define refcount_set(r, n) atomic_set(&(r)->refs, (n))
#define refcount_read(r) atomic_read(&(r)->refs)
#define refcount_dec_and_test(r) (atomic_dec_return(&(r)->refs) == 0)
static inline bool refcount_inc_not_zero(refcount_t *r)
{
	int old = atomic_read(&r->refs);

	do {
		if (!old)
			return false;
	} while (!atomic_try_cmpxchg(&r->refs, &old, old + 1));
	return true;
}

/* Lists */
struct list_head { struct list_head *next, *prev; };
struct hlist_node { struct hlist_node *next, **pprev; };
struct rcu_head { struct rcu_head *next; void (*func)(struct rcu_head *head); };
static inline void INIT_LIST_HEAD(struct list_head *l) { l->next = l; l->prev = l; }
static inline bool list_empty(const struct list_head *l) { return READ_ONCE(l->next) == l; }
static inline void list_add(struct list_head *n, struct list_head *h)
{
	n->next = h->next;
	n->prev = h;
	h->next->prev = n;
	WRITE_ONCE(h->next, n);
}
static inline void list_del(struct list_head *e)
{
	e->next->prev = e->prev;
	WRITE_ONCE(e->prev->next, e->next);
}
#define list_add_rcu list_add
#define list_del_rcu list_del
#define list_entry(p, type, member) container_of(p, type, member)
#define list_first_entry_or_null(h, type, member) \
	(list_empty(h) ? NULL : list_entry((h)->next, type, member))
#define list_next_or_null_rcu(head, ptr, type, member) \
	({ struct list_head *n_ = READ_ONCE((ptr)->next); n_ == (head) ? NULL : list_entry(n_, type, member); })
#define list_first_or_null_rcu(head, type, member) list_next_or_null_rcu(head, head, type, member)
#define list_for_each_entry(pos, head, member) \
	for (pos = list_entry(READ_ONCE((head)->next), __typeof__(*pos), member); &pos->member != (head); \
	     pos = list_entry(READ_ONCE(pos->member.next), __typeof__(*pos), member))
#define list_for_each_entry_safe(pos, n, head, member) \
	for (pos = list_entry((head)->next, __typeof__(*pos), member), \
	     n = list_entry(pos->member.next, __typeof__(*pos), member); &pos->member != (head); \
	     pos = n, n = list_entry(n->member.next, __typeof__(*n), member))

/* Locks; each knows whether this thread holds it. */
typedef struct { pthread_rwlock_t lock; int waiters; } rwlock_t;
typedef struct { pthread_mutex_t lock; } spinlock_t;
struct mutex { int held; };
void shim_rwlock_init(rwlock_t *l);
void read_lock(rwlock_t *l);
void read_unlock(rwlock_t *l);
void write_lock(rwlock_t *l);
void write_unlock(rwlock_t *l);
void cond_resched_rwlock_read(rwlock_t *l);
void cond_resched_rwlock_write(rwlock_t *l);
bool rwlock_needbreak(rwlock_t *l);
bool need_resched(void);
/* What this thread holds: 0, 1 = read, 2 = write. */
extern __thread int shim_mmu_lock;
#define lockdep_assert_held(l) BUG_ON(!shim_mmu_lock && !shim_is_mutex(l))
#define lockdep_assert_held_read(l) BUG_ON(shim_mmu_lock != 1)
#define lockdep_assert_held_write(l) BUG_ON(shim_mmu_lock != 2)
#define shim_is_mutex(l) __builtin_types_compatible_p(__typeof__(*(l)), struct mutex)
#define spin_lock_init(l) pthread_mutex_init(&(l)->lock, NULL)
void spin_lock(spinlock_t *l);
void spin_unlock(spinlock_t *l);
void shim_may_sleep(void);
#define might_sleep() shim_may_sleep()
#define cond_resched() shim_may_sleep()
#define signal_pending(task) false
#define wait_var_event(var, condition) do { while (!(condition)) shim_may_sleep(); } while (0)
#define wake_up_var(var) ((void)(var))
#define __must_hold(lock)
#define local_clock() 0

/* RCU */
void rcu_read_lock(void);
void rcu_read_unlock(void);
void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head));
void rcu_barrier(void);
#define rcu_dereference(p) (p)

/* Memory.  Pages come from an arena with a struct page for each. */
#define PAGE_SHIFT 12
#define PAGE_SIZE 4096UL
#define GFP_KERNEL_ACCOUNT 1u
#define __GFP_ZERO 2u
struct page { unsigned long private; atomic_t refs; int owner; };
struct kmem_cache { size_t size; };
extern struct kmem_cache *mmu_page_header_cache;
void *kmem_cache_zalloc(struct kmem_cache *c, gfp_t gfp);
void kmem_cache_free(struct kmem_cache *c, void *obj);
void *kzalloc(size_t size, gfp_t gfp);
void kfree(void *p);
unsigned long __get_free_page(gfp_t gfp);
unsigned long get_zeroed_page(gfp_t gfp);
void free_page(unsigned long addr);
struct page *pfn_to_page(kvm_pfn_t pfn);
#define __pa(p) ((hpa_t)(uintptr_t)(p))
#define __va(pa) ((void *)(uintptr_t)(pa))
#define virt_to_page(p) pfn_to_page(__pa(p) >> PAGE_SHIFT)
#define page_private(page) READ_ONCE((page)->private)
#define set_page_private(page, v) WRITE_ONCE((page)->private, (v))
#define get_page(page) atomic_inc(&(page)->refs)
#define put_page(page) atomic_dec(&(page)->refs)
#define pfn_valid(pfn) true
#define PageReserved(page) false
#define pfn_to_hpa(pfn) ((hpa_t)(pfn) << PAGE_SHIFT)
#define my_zero_pfn(x) 0
#define is_zero_pfn(pfn) ((pfn) == 0)

/* x86 */
enum pg_level { PG_LEVEL_NONE, PG_LEVEL_4K, PG_LEVEL_2M, PG_LEVEL_1G, PG_LEVEL_512G, PG_LEVEL_256T, PG_LEVEL_NUM };
struct cpuinfo_x86 { u32 extended_cpuid_level; u8 x86_phys_bits, x86_cache_bits; };
extern struct cpuinfo_x86 boot_cpu_data;
#define cpuid_eax(leaf) 48u
#define X86_BUG_L1TF 0
#define boot_cpu_has_bug(bug) false
#define pat_enabled() true
#define pat_pfn_immune_to_uc_mtrr(pfn) false
#define e820__mapped_raw_any(start, end, type) true
#define E820_TYPE_RAM 1
#define X86_MEMTYPE_WB 6

/* Debugfs and friends: absent. */
struct dentry;
struct seq_file { void *private; };
#define seq_printf(m, ...) ((void)(m), (void)snprintf((char[8]){ 0 }, 8, __VA_ARGS__))
struct file_operations { int unused; };
#define DEFINE_SHOW_ATTRIBUTE(name) \
	static const struct file_operations name##_fops = { (int)sizeof(&name##_show) }
#define IS_ERR_OR_NULL(p) (!(p))
#define debugfs_create_file(name, mode, parent, data, fops) ((void)(fops))

/* KVM */
#define PT64_ROOT_MAX_LEVEL 5
#include "dup.h"
#include <asm/kvm_mirror_stat.h>

#define INVALID_PAGE ((hpa_t)-1)
#define KVM_PFN_ERR_FAULT (0x7ffULL << 52)
#define KVM_HVA_ERR_BAD ((hva_t)-1)
#define EMULTYPE_WRITE_PF_TO_SP BIT(8)
#define KVM_REQ_OUTSIDE_GUEST_MODE 0
#define KVM_REQ_VM_DEAD 1
static inline gfn_t gpa_to_gfn(gpa_t gpa) { return gpa >> PAGE_SHIFT; }
static inline gpa_t gfn_to_gpa(gfn_t gfn) { return gfn << PAGE_SHIFT; }

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
	struct list_head tdp_mmu_roots;
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
	bool vm_bugged;
	struct dentry *debugfs_dentry;
	/* The world that this VM is part of. */
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
struct kvm_x86_ops { int cpu_dirty_log_size; };
extern struct kvm_x86_ops kvm_x86_ops;
struct kvm_host_values { u8 maxphyaddr; };
extern struct kvm_host_values kvm_host;
extern bool tdp_enabled, tdp_mmu_enabled;
extern int nx_huge_pages;
#define kvm_x86_call(op) shim_kvm_##op
#define shim_kvm_get_mt_mask(vcpu, gfn, mmio) ((u8)(X86_MEMTYPE_WB << 3))

#define KVM_BUG_ON(cond, kvm) ({ bool b_ = !!(cond); if (unlikely(b_)) shim_kvm_bug(kvm, __FILE__, __LINE__, #cond); unlikely(b_); })
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
/* One slot, or none. */
struct kvm_memory_slot *kvm_memslots(struct kvm *kvm);
#define kvm_for_each_memslot(slot, bucket, slots) \
	for (bucket = 0, slot = (slots); slot && !bucket; bucket++)
#define kvm_slot_dirty_track_enabled(slot) false
#define mark_page_dirty_in_slot(kvm, slot, gfn) ((void)(slot))
#define kvm_set_pfn_dirty(pfn) ((void)(pfn))
#define kvm_set_pfn_accessed(pfn) ((void)(pfn))
#define kvm_prepare_memory_fault_exit(...) do { } while (0)
#define kvm_test_request(req, vcpu) READ_ONCE((vcpu)->kvm->vm_bugged)

#endif
