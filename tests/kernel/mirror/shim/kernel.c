// SPDX-License-Identifier: GPL-2.0-only
/*
 * Behaviour of the kernel that the tests rely on.
 */
#include <sys/mman.h>

#include "shim.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#else
#define __asan_poison_memory_region(p, n) ((void)(p))
#define __asan_unpoison_memory_region(p, n) ((void)(p))
#endif

bool shim_verbose;
struct cpuinfo_x86 boot_cpu_data = { 0x80000008, 48, 48 };
struct kvm_x86_ops kvm_x86_ops;
struct kvm_host_values kvm_host;
bool tdp_enabled = true, tdp_mmu_enabled = true;
int nx_huge_pages;
__thread int shim_mmu_lock;
__thread int shim_in_op;
int shim_nr_threads = 1;

/* Failures that the test asked for */

atomic_t shim_nr_warnings;
bool shim_expect_bug;
/* A KVM_BUG_ON on purpose counts apart. */
atomic_t shim_nr_kvm_bugs;

void shim_warn(const char *file, int line, const char *what)
{
	atomic_inc(&shim_nr_warnings);
	fprintf(stderr, "# %s:%d: WARN: %s\n", file, line, what);
}

void shim_kvm_bug(struct kvm *kvm, const char *file, int line, const char *what)
{
	atomic_inc(&shim_nr_kvm_bugs);
	WRITE_ONCE(kvm->vm_bugged, true);
	if (!shim_expect_bug)
		shim_warn(file, line, what);
	else if (shim_verbose)
		fprintf(stderr, "# %s:%d: KVM_BUG_ON(%s), as asked for\n", file, line, what);
}

/* Random numbers, one stream a thread */

static __thread u64 rng_state = 1;

void shim_seed(u64 seed)
{
	rng_state = seed * 0x9e3779b97f4a7c15ULL + 1;
}

u64 shim_random(void)
{
	u64 z = rng_state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

/* Locks */

/* One in so many chances to give up the lock or the CPU; 0 = never. */
int shim_yield_chance;
void (*shim_on_yield)(void);

void shim_may_sleep(void)
{
	BUG_ON(shim_in_op);
}

void shim_relax(void)
{
	if (shim_nr_threads > 1 && shim_random() % 32 == 0)
		sched_yield();
}

/* Make room for others where they can win a race. */
void shim_jitter(void)
{
	if (shim_nr_threads > 1 && shim_random() % 128 == 0)
		sched_yield();
}

void shim_rwlock_init(rwlock_t *l)
{
	pthread_rwlockattr_t attr;

	pthread_rwlockattr_init(&attr);
	pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	pthread_rwlock_init(&l->lock, &attr);
	pthread_rwlockattr_destroy(&attr);
	l->waiters = 0;
}

void read_lock(rwlock_t *l)
{
	BUG_ON(shim_mmu_lock || shim_in_op);
	pthread_rwlock_rdlock(&l->lock);
	shim_mmu_lock = 1;
}

void read_unlock(rwlock_t *l)
{
	BUG_ON(shim_mmu_lock != 1 || shim_in_op);
	shim_mmu_lock = 0;
	pthread_rwlock_unlock(&l->lock);
}

void write_lock(rwlock_t *l)
{
	BUG_ON(shim_mmu_lock || shim_in_op);
	__atomic_fetch_add(&l->waiters, 1, __ATOMIC_SEQ_CST);
	pthread_rwlock_wrlock(&l->lock);
	__atomic_fetch_sub(&l->waiters, 1, __ATOMIC_SEQ_CST);
	shim_mmu_lock = 2;
}

void write_unlock(rwlock_t *l)
{
	BUG_ON(shim_mmu_lock != 2 || shim_in_op);
	shim_mmu_lock = 0;
	pthread_rwlock_unlock(&l->lock);
}

bool need_resched(void)
{
	return shim_yield_chance && shim_random() % shim_yield_chance == 0;
}

bool rwlock_needbreak(rwlock_t *l)
{
	return shim_nr_threads > 1 && READ_ONCE(l->waiters);
}

static void yield(void)
{
	if (shim_on_yield)
		shim_on_yield();
	if (shim_nr_threads > 1)
		sched_yield();
}

void cond_resched_rwlock_read(rwlock_t *l)
{
	read_unlock(l);
	yield();
	read_lock(l);
}

void cond_resched_rwlock_write(rwlock_t *l)
{
	write_unlock(l);
	yield();
	write_lock(l);
}

void spin_lock(spinlock_t *l)
{
	BUG_ON(shim_in_op);
	pthread_mutex_lock(&l->lock);
}

void spin_unlock(spinlock_t *l)
{
	pthread_mutex_unlock(&l->lock);
}

/* RCU: callbacks run as soon as nobody reads */

static pthread_rwlock_t rcu_lock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_mutex_t rcu_queue_lock = PTHREAD_MUTEX_INITIALIZER;
static struct rcu_head *rcu_queue;
static __thread int rcu_nesting;

static void rcu_run_queue(void)
{
	struct rcu_head *head, *next;

	pthread_mutex_lock(&rcu_queue_lock);
	head = rcu_queue;
	WRITE_ONCE(rcu_queue, NULL);
	pthread_mutex_unlock(&rcu_queue_lock);

	for (; head; head = next) {
		next = head->next;
		head->func(head);
	}
}

void rcu_read_lock(void)
{
	if (!rcu_nesting++)
		pthread_rwlock_rdlock(&rcu_lock);
}

void rcu_read_unlock(void)
{
	BUG_ON(rcu_nesting <= 0);
	if (--rcu_nesting)
		return;
	pthread_rwlock_unlock(&rcu_lock);

	/* The grace period is over if the lock can be had. */
	if (READ_ONCE(rcu_queue) && !pthread_rwlock_trywrlock(&rcu_lock)) {
		rcu_run_queue();
		pthread_rwlock_unlock(&rcu_lock);
	}
}

void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	head->func = func;
	pthread_mutex_lock(&rcu_queue_lock);
	head->next = rcu_queue;
	WRITE_ONCE(rcu_queue, head);
	pthread_mutex_unlock(&rcu_queue_lock);
}

void rcu_barrier(void)
{
	BUG_ON(rcu_nesting);
	pthread_rwlock_wrlock(&rcu_lock);
	rcu_run_queue();
	pthread_rwlock_unlock(&rcu_lock);
}

/* Memory */

#define ARENA_PAGES	16384

static char *arena;
static struct page arena_pages[ARENA_PAGES];
static int arena_free[ARENA_PAGES];
static int arena_nr_free;
static pthread_mutex_t arena_lock = PTHREAD_MUTEX_INITIALIZER;
static struct kmem_cache header_cache = { 0 };
struct kmem_cache *mmu_page_header_cache = &header_cache;

/* The guest's memory: pages without contents. */
static struct page guest_pages[SHIM_GUEST_PAGES];

atomic_t shim_nr_live;
atomic_t shim_nr_pgtables;
/* The Nth allocation from now fails; 0 = none. */
atomic_t shim_fail_nth;
/* Did it? */
atomic_t shim_failed;

void shim_init(void)
{
	int i;

	arena = mmap(NULL, ARENA_PAGES * PAGE_SIZE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (arena == MAP_FAILED)
		abort();
	for (i = 0; i < ARENA_PAGES; i++)
		arena_free[arena_nr_free++] = ARENA_PAGES - 1 - i;
	__asan_poison_memory_region(arena, ARENA_PAGES * PAGE_SIZE);
	header_cache.size = sizeof(struct kvm_mmu_page);
}

static bool alloc_fails(void)
{
	BUG_ON(shim_in_op);
	if (!atomic_read(&shim_fail_nth) || atomic_dec_return(&shim_fail_nth))
		return false;
	atomic_set(&shim_failed, 1);
	return true;
}

void *kzalloc(size_t size, gfp_t gfp)
{
	void *p;

	(void)gfp;
	if (alloc_fails())
		return NULL;
	p = calloc(1, size);
	if (!p)
		abort();
	atomic_inc(&shim_nr_live);
	return p;
}

void kfree(void *p)
{
	if (!p)
		return;
	atomic_dec(&shim_nr_live);
	free(p);
}

void *kmem_cache_zalloc(struct kmem_cache *c, gfp_t gfp)
{
	return kzalloc(c->size, gfp);
}

void kmem_cache_free(struct kmem_cache *c, void *obj)
{
	(void)c;
	kfree(obj);
}

unsigned long __get_free_page(gfp_t gfp)
{
	char *p;
	int i;

	if (alloc_fails())
		return 0;

	pthread_mutex_lock(&arena_lock);
	if (!arena_nr_free) {
		fprintf(stderr, "# shim: out of pages\n");
		abort();
	}
	i = arena_free[--arena_nr_free];
	pthread_mutex_unlock(&arena_lock);

	p = arena + i * PAGE_SIZE;
	__asan_unpoison_memory_region(p, PAGE_SIZE);
	memset(p, gfp & __GFP_ZERO ? 0 : 0x5a, PAGE_SIZE);
	atomic_inc(&shim_nr_live);
	return (unsigned long)p;
}

unsigned long get_zeroed_page(gfp_t gfp)
{
	return __get_free_page(gfp | __GFP_ZERO);
}

void free_page(unsigned long addr)
{
	if (!addr)
		return;
	BUG_ON(shim_in_op);
	set_page_private(virt_to_page((void *)addr), 0);
	__asan_poison_memory_region((void *)addr, PAGE_SIZE);
	atomic_dec(&shim_nr_live);

	pthread_mutex_lock(&arena_lock);
	arena_free[arena_nr_free++] = (int)((addr - (unsigned long)arena) / PAGE_SIZE);
	pthread_mutex_unlock(&arena_lock);
}

struct page *pfn_to_page(kvm_pfn_t pfn)
{
	kvm_pfn_t base = (unsigned long)arena >> PAGE_SHIFT;

	if (pfn >= SHIM_GUEST_PFN && pfn < SHIM_GUEST_PFN + SHIM_GUEST_PAGES)
		return &guest_pages[pfn - SHIM_GUEST_PFN];
	BUG_ON(pfn < base || pfn >= base + ARENA_PAGES);
	return &arena_pages[pfn - base];
}

/* KVM's helpers that live outside the MMU */

int kvm_mmu_topup_memory_cache(struct kvm_mmu_memory_cache *mc, int min)
{
	shim_may_sleep();

	if (!mc->objects) {
		mc->objects = calloc(2 * min, sizeof(*mc->objects));
		mc->capacity = 2 * min;
	}
	if (mc->nobjs >= min)
		return 0;

	while (mc->nobjs < mc->capacity) {
		void *obj = mc->kmem_cache ? kmem_cache_zalloc(mc->kmem_cache, 0) :
					     (void *)__get_free_page(mc->gfp_zero);

		if (!obj)
			return mc->nobjs >= min ? 0 : -ENOMEM;
		if (mc->init_value)
			memset64(obj, mc->init_value, PAGE_SIZE / sizeof(u64));
		mc->objects[mc->nobjs++] = obj;
	}
	return 0;
}

void *kvm_mmu_memory_cache_alloc(struct kvm_mmu_memory_cache *mc)
{
	BUG_ON(!mc->nobjs);
	return mc->objects[--mc->nobjs];
}

void kvm_mmu_free_memory_cache(struct kvm_mmu_memory_cache *mc)
{
	while (mc->nobjs) {
		void *obj = mc->objects[--mc->nobjs];

		if (mc->kmem_cache)
			kmem_cache_free(mc->kmem_cache, obj);
		else
			free_page((unsigned long)obj);
	}
	free(mc->objects);
	mc->objects = NULL;
}

void kvm_account_pgtable_pages(void *virt, int nr)
{
	BUG_ON(!virt_to_page(virt));
	__atomic_fetch_add(&shim_nr_pgtables.counter, nr, __ATOMIC_SEQ_CST);
}

int mmu_try_to_unsync_pages(struct kvm *kvm, const struct kvm_memory_slot *slot, gfn_t gfn,
			    bool can_unsync, bool prefetch)
{
	(void)kvm, (void)slot, (void)gfn, (void)can_unsync, (void)prefetch;
	return 0;
}

void track_possible_nx_huge_page(struct kvm *kvm, struct kvm_mmu_page *sp)
{
	(void)kvm, (void)sp;
	BUG();
}

void untrack_possible_nx_huge_page(struct kvm *kvm, struct kvm_mmu_page *sp)
{
	(void)kvm, (void)sp;
	BUG();
}

void disallowed_hugepage_adjust(struct kvm_page_fault *fault, u64 spte, int cur_level)
{
	(void)fault, (void)spte, (void)cur_level;
	BUG();
}

int kvm_tdp_page_fault(struct kvm_vcpu *vcpu, struct kvm_page_fault *fault)
{
	(void)vcpu, (void)fault;
	BUG();
	return 0;
}
