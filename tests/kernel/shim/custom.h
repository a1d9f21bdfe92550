/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_CUSTOM_H
#define SHIM_CUSTOM_H

/* Functions whose behaviour tests rely on: they work as in the kernel, or as the test sets them. */

/* A WARN that fires is counted in shim_nr_warnings and fails the test; a BUG ends the program. */
void shim_warn(const char *file, int line, const char *what);
#define WARN_ON(x) ({ bool warn_ = !!(x); if (unlikely(warn_)) shim_warn(__FILE__, __LINE__, #x); unlikely(warn_); })
#define WARN_ON_ONCE(x) WARN_ON(x)
#define WARN_ONCE(x, ...) WARN_ON(x)
#define BUG_ON(x) do { if (WARN_ON(x)) abort(); } while (0)
#define BUG() BUG_ON(1)

/* pr_err() counts as a warning unless the test sets shim_expect_errors; other messages are printed if shim_verbose is set. */
void shim_print(FILE *to, const char *format, ...);
extern bool shim_verbose, shim_expect_errors;
#define pr_err(...) (shim_expect_errors ? (void)0 : shim_warn(__FILE__, __LINE__, "pr_err"))
#define pr_warn(...) shim_print(stderr, "# " __VA_ARGS__)
#define pr_warn_ratelimited(...) (atomic_inc(&shim_nr_lines), pr_warn(__VA_ARGS__))
#define pr_info(...) shim_print(stdout, __VA_ARGS__)

/* Number of threads.  With more than one, a thread that waits yields the CPU, so that others can win a race. */
extern int shim_nr_threads;
void shim_seed(u64 seed);
u64 shim_random(void);
void shim_relax(void);
void shim_jitter(void);
#define cpu_relax() shim_relax()

/*
 * Memory order: reads acquire, writes release.  That is what x86 does, and what
 * ThreadSanitizer understands (it does not see address dependencies).
 */
#define READ_ONCE(x) __atomic_load_n(&(x), __ATOMIC_ACQUIRE)
#define WRITE_ONCE(x, v) __atomic_store_n(&(x), (v), __ATOMIC_RELEASE)
#define smp_store_release(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)
#define smp_load_acquire(p) __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define smp_rmb() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_wmb() __atomic_thread_fence(__ATOMIC_RELEASE)
#define mb() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define smp_mb() shim_full_barrier()
void shim_full_barrier(void);
#define xchg(p, v) __atomic_exchange_n((p), (v), __ATOMIC_SEQ_CST)
#define try_cmpxchg(p, old, new) \
	(shim_jitter(), \
	 __atomic_compare_exchange_n((p), (old), (new), false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
#define try_cmpxchg64 try_cmpxchg

typedef struct { int counter; } atomic_t;
typedef struct { s64 counter; } atomic64_t;
typedef struct { atomic_t refs; } refcount_t;
#define atomic_read(v) READ_ONCE((v)->counter)
#define atomic_set(v, i) WRITE_ONCE((v)->counter, (i))
#define atomic_set_release atomic_set
#define atomic_add_return(i, v) __atomic_add_fetch(&(v)->counter, (i), __ATOMIC_SEQ_CST)
#define atomic_inc_return(v) atomic_add_return(1, v)
#define atomic_dec_return(v) atomic_add_return(-1, v)
#define atomic_inc(v) ((void)atomic_inc_return(v))
#define atomic_dec(v) ((void)atomic_dec_return(v))
#define atomic_try_cmpxchg(v, old, new) try_cmpxchg(&(v)->counter, (old), (new))
#define atomic_cmpxchg(v, old, new) ({ int old_ = (old); atomic_try_cmpxchg(v, &old_, new); old_; })
#define ATOMIC_INIT(n) { n }
#define ATOMIC64_INIT(n) { n }
#define atomic64_inc_return(v) atomic_add_return(1, v)
#define atomic64_read atomic_read
#define atomic64_set atomic_set
#define atomic64_inc atomic_inc
#define atomic64_dec atomic_dec
#define atomic64_add(i, v) ((void)atomic_add_return((i), v))
#define atomic64_sub(i, v) ((void)__atomic_sub_fetch(&(v)->counter, (i), __ATOMIC_SEQ_CST))
#define atomic64_fetch_and(i, v) __atomic_fetch_and(&(v)->counter, (i), __ATOMIC_SEQ_CST)
#define REFCOUNT_INIT(n) { { n } }
#define refcount_set(r, n) atomic_set(&(r)->refs, (n))
#define refcount_read(r) atomic_read(&(r)->refs)
#define refcount_dec(r) atomic_dec(&(r)->refs)
#define refcount_dec_and_test(r) (atomic_dec_return(&(r)->refs) == 0)
#define refcount_dec_if_one(r) (atomic_cmpxchg(&(r)->refs, 1, 0) == 1)
static inline bool refcount_inc_not_zero(refcount_t *r)
{
	int old = atomic_read(&r->refs);

	do {
		if (!old)
			return false;
	} while (!atomic_try_cmpxchg(&r->refs, &old, old + 1));
	return true;
}

/* Bitmaps */
static inline bool test_bit(unsigned long n, const unsigned long *map)
{
	return map[n / BITS_PER_LONG] >> n % BITS_PER_LONG & 1;
}
static inline bool test_and_set_bit(unsigned long n, unsigned long *map)
{
	return __atomic_fetch_or(&map[n / BITS_PER_LONG], BIT(n % BITS_PER_LONG), __ATOMIC_SEQ_CST) >> n % BITS_PER_LONG & 1;
}
static inline void set_bit(unsigned long n, unsigned long *map) { (void)test_and_set_bit(n, map); }
static inline void clear_bit(unsigned long n, unsigned long *map)
{
	__atomic_fetch_and(&map[n / BITS_PER_LONG], ~BIT(n % BITS_PER_LONG), __ATOMIC_SEQ_CST);
}
#define __assign_bit(n, map, value) ((value) ? set_bit(n, map) : clear_bit(n, map))
#define for_each_set_bit(n, map, size) \
	for ((n) = 0; (n) < (size); (n)++) \
		if (test_bit(n, map))

static inline void memset64(u64 *p, u64 v, size_t n) { while (n--) *p++ = v; }
static inline void *memchr_inv(const void *from, int c, size_t size)
{
	for (const u8 *p = from; size; p++, size--) {
		if (*p != (u8)c)
			return (void *)(uintptr_t)p;
	}
	return NULL;
}
#define sort(base, n, size, cmp, swap) qsort(base, n, size, cmp)

/* Static keys and calls */
struct static_key_false { bool on; };
#define STATIC_KEY_FALSE_INIT { false }
#define DECLARE_STATIC_KEY_FALSE(key) extern struct static_key_false key
#define DEFINE_STATIC_KEY_FALSE(key) struct static_key_false key
#define static_branch_unlikely(key) READ_ONCE((key)->on)
#define static_branch_enable(key) WRITE_ONCE((key)->on, true)
/* As in the kernel, static_call() is a function whose only instruction is a jump to the target. */
#define DECLARE_STATIC_CALL(name, function) \
	extern __typeof__(&function) name##_target; \
	extern __typeof__(function) name##_trampoline __attribute__((visibility("hidden")))
#define SHIM_TRAMPOLINE(name) \
	asm(".pushsection .text; .globl " #name "_trampoline; " \
	    #name "_trampoline: jmp *" #name "_target(%rip); .popsection")
#define DEFINE_STATIC_CALL(name, function) \
	__typeof__(&function) name##_target = function; \
	SHIM_TRAMPOLINE(name)
#define DEFINE_STATIC_CALL_NULL(name, function) \
	__typeof__(&function) name##_target; \
	SHIM_TRAMPOLINE(name)
#define static_call(name) (&name##_trampoline)
#define static_call_cond(name) if (name##_target) name##_trampoline
#define ASM_CALL_CONSTRAINT "+r" (shim_stack_pointer)
register unsigned long shim_stack_pointer asm("rsp");
#define static_call_update(name, function) (name##_target = (function))

/* Lists */
struct list_head { struct list_head *next, *prev; };
struct hlist_node { struct hlist_node *next, **pprev; };
struct rcu_head { struct rcu_head *next; void (*func)(struct rcu_head *head); };
#define LIST_HEAD_INIT(name) { &(name), &(name) }
#define LIST_HEAD(name) struct list_head name = LIST_HEAD_INIT(name)
static inline void INIT_LIST_HEAD(struct list_head *l) { l->next = l; l->prev = l; }
static inline bool list_empty(const struct list_head *l) { return READ_ONCE(l->next) == l; }
static inline void list_add(struct list_head *n, struct list_head *h)
{
	n->next = h->next;
	n->prev = h;
	h->next->prev = n;
	WRITE_ONCE(h->next, n);
}
static inline void list_add_tail(struct list_head *n, struct list_head *h) { list_add(n, h->prev); }
static inline void list_del(struct list_head *e)
{
	e->next->prev = e->prev;
	WRITE_ONCE(e->prev->next, e->next);
}
#define list_add_rcu list_add
#define list_del_rcu list_del
#define list_entry(p, type, member) container_of(p, type, member)
#define list_first_entry(h, type, member) list_entry((h)->next, type, member)
#define list_first_entry_or_null(h, type, member) (list_empty(h) ? NULL : list_first_entry(h, type, member))
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

/* Locks.  To take or release a lock where the kernel must not do so is a BUG. */
typedef struct { pthread_rwlock_t lock; int waiters; } rwlock_t;
typedef struct { pthread_mutex_t lock; } spinlock_t;
struct mutex { pthread_mutex_t lock; };
#define DEFINE_MUTEX(name) struct mutex name
#define mutex_init(l) pthread_mutex_init(&(l)->lock, NULL)
void mutex_lock(struct mutex *l);
void mutex_unlock(struct mutex *l);
void shim_rwlock_init(rwlock_t *l);
void read_lock(rwlock_t *l);
void read_unlock(rwlock_t *l);
void write_lock(rwlock_t *l);
void write_unlock(rwlock_t *l);
void cond_resched_rwlock_read(rwlock_t *l);
void cond_resched_rwlock_write(rwlock_t *l);
bool rwlock_needbreak(rwlock_t *l);
bool rwlock_is_contended(rwlock_t *l);
/* The kernel is fully preemptible; the shipped one is not, and its rwlock_needbreak() is always false. */
extern bool shim_preempt;
/* Somebody always waits for the lock, as far as its holder can see. */
extern bool shim_contended;
bool need_resched(void);
/* How this thread holds mmu_lock: 0 not at all, 1 for read, 2 for write. */
extern __thread int shim_mmu_lock;
/* How many locks this thread has taken. */
extern __thread long shim_nr_locks;
/* How often a lock was taken for write.  Changed with the lock held. */
extern int shim_nr_write_locks;
/* Not 0 while an op of the private PT runs: to sleep, to allocate and to take a lock are BUGs. */
extern __thread int shim_in_op;
/* need_resched() is true at random, about once in this many calls; 0: never. */
extern int shim_yield_chance;
/* Called whenever mmu_lock is dropped for somebody else; NULL: nothing. */
extern void (*shim_on_yield)(void);
#define lockdep_assert_held(l) BUG_ON(!shim_mmu_lock && !shim_is_mutex(l))
#define lockdep_assert_held_read(l) BUG_ON(shim_mmu_lock != 1)
#define lockdep_assert_held_write(l) BUG_ON(shim_mmu_lock != 2)
#define shim_is_mutex(l) __builtin_types_compatible_p(__typeof__(*(l)), struct mutex)
#define spin_lock_init(l) pthread_mutex_init(&(l)->lock, NULL)
void spin_lock(spinlock_t *l);
void spin_unlock(spinlock_t *l);
void shim_may_sleep(void);
#define might_sleep() shim_may_sleep()
void shim_cond_resched(void);
#define cond_resched() shim_cond_resched()

/*
 * Wait queues.  As on x86, a load may be done before a store that precedes it becomes visible to others, unless a full barrier
 * is between the two: wake_up_var() sees the sleepers that there were at its thread's last smp_mb() or write_lock().
 * A thread that nobody wakes sleeps for ever, and the watchdog ends the program.
 */
#define wait_var_event(var, condition) do { \
	(void)(var); \
	shim_may_sleep(); \
	BUG_ON(shim_mmu_lock); \
	if (condition) \
		break; \
	if (shim_on_wait) \
		shim_on_wait(); \
	for (int wakes_ = shim_wait_begin(); !(condition); wakes_ = shim_wait(wakes_)) \
		; \
	shim_wait_end(); \
} while (0)
#define wake_up_var(var) ((void)(var), shim_wake())
int shim_wait_begin(void);
int shim_wait(int wakes);
void shim_wait_end(void);
void shim_wake(void);
/* Called by a thread that is going to sleep, and by one that has taken a lock for write; NULL: nothing. */
extern void (*shim_on_wait)(void), (*shim_on_write_lock)(void);
extern atomic_t shim_nr_asleep;
/* Starts a thread that ends the program if every other thread sleeps and nothing will happen any more. */
void shim_start_watchdog(void);

/* A signal comes before the Nth look at signal_pending() from now, and stays; 0: none.  -1: it is pending. */
extern int shim_signal_nth;
bool shim_signal_pending(void);
#define signal_pending(task) shim_signal_pending()

/*
 * RCU.  shim_rcu_is_free: a reader does nothing, as in the kernel; while it is set, nothing may be freed.
 */
extern bool shim_rcu_is_free;
void rcu_read_lock(void);
void rcu_read_unlock(void);
void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head));
void rcu_barrier(void);
#define synchronize_rcu() rcu_barrier()
#define rcu_dereference(p) (p)
#define rcu_access_pointer(p) (p)
#define rcu_dereference_protected(p, condition) (p)
#define rcu_assign_pointer(p, v) smp_store_release(&(p), (v))
#define RCU_INIT_POINTER(p, v) ((p) = (v))

/*
 * Memory.  Pages come from an arena that has a struct page for each page.  A physical address is the virtual address
 * minus shim_page_offset, which is 0 unless the test sets it.
 */
extern unsigned long shim_page_offset;
#define __pa(p) ((phys_addr_t)(uintptr_t)(p) - shim_page_offset)
#define __va(pa) ((void *)(uintptr_t)((pa) + shim_page_offset))
#define __GFP_ZERO 2u
#define __GFP_NOFAIL 4u
struct page { unsigned long private; atomic_t refs; int owner; };
struct kmem_cache { size_t size; };
/* shim_nr_lines: lines that pr_warn_ratelimited() has logged. */
extern atomic_t shim_nr_warnings, shim_nr_lines, shim_nr_live;
/*
 * shim_fail_nth: the Nth allocation from now fails; 0 = none.  shim_fail_chance: in any thread, about one allocation in this
 * many fails; 0 = none.  shim_failed: how many have failed.
 */
extern atomic_t shim_fail_nth, shim_failed;
extern int shim_fail_chance;
/* Called at each allocation; NULL: nothing. */
extern void (*shim_on_alloc)(void);
void shim_init(void);
void *kzalloc(size_t size, gfp_t gfp);
void kfree(const void *p);
unsigned long __get_free_page(gfp_t gfp);
void free_page(unsigned long addr);
struct page *pfn_to_page(kvm_pfn_t pfn);
#define kmalloc(size, gfp) kzalloc(size, gfp)
#define vcalloc(n, size) kzalloc((n) * (size), GFP_KERNEL)
#define vfree(p) kfree(p)
#define kmem_cache_zalloc(cache, gfp) kzalloc((cache)->size, gfp)
#define kmem_cache_free(cache, p) kfree(p)
#define get_zeroed_page(gfp) __get_free_page((gfp) | __GFP_ZERO)
#define alloc_pages_exact(size, gfp) kzalloc(roundup_pow_of_two(size), gfp)
#define free_pages_exact(p, size) kfree(p)
#define virt_to_page(p) pfn_to_page(PHYS_PFN(__pa(p)))
#define page_private(page) READ_ONCE((page)->private)
#define set_page_private(page, v) WRITE_ONCE((page)->private, (v))
#define get_page(page) atomic_inc(&(page)->refs)
#define put_page(page) atomic_dec(&(page)->refs)
/* The guest's memory: its PFNs are outside of the arena; its pages have a struct page, but no contents. */
#define SHIM_GUEST_PFN (1ULL << 36)
#define SHIM_GUEST_PAGES 16384

/* Contiguous pages, as for a PAMT.  They have no struct page: the pointer to it points to the memory itself. */
extern long shim_contig_pages;
struct page *shim_contig(unsigned long nr);
void free_contig_range(unsigned long pfn, unsigned long nr);
#define alloc_contig_pages(nr, gfp, nid, mask) shim_contig(nr)
#define page_to_pfn(page) PHYS_PFN(__pa(page))
#define global_zone_page_state(item) (1000000 - shim_contig_pages)

/* The machine's RAM: the first PFN and the end of two ranges with a hole between them; the test defines it. */
extern const unsigned long shim_ram[2][2];
#define for_each_mem_pfn_range(i, nodes, s, e, n) \
	for ((i) = 0; (i) < 2 && (*(s) = shim_ram[i][0], *(e) = shim_ram[i][1], *(n) = 0, true); (i)++)
#define SHIM_NR_PAGES 1536
#define max_pfn ((unsigned long)SHIM_NR_PAGES)
extern const u8 shim_zero_page[PAGE_SIZE];
#define ZERO_PAGE(va) shim_zero_page
#define page_address(page) ((const void *)(page))

/* The CPU: its properties, and instructions that tests count or replace */
struct cpuinfo_x86 { u32 extended_cpuid_level, x86_vfm; u8 x86_phys_bits, x86_cache_bits; };
extern struct cpuinfo_x86 boot_cpu_data;
extern bool shim_has_platform, shim_has_erratum;
extern unsigned int shim_wbinvds;
enum { X86_BUG_L1TF, X86_BUG_TDX_PW_MCE };
#define boot_cpu_has(feature) shim_has_platform
#define boot_cpu_has_bug(bug) ((bug) == X86_BUG_TDX_PW_MCE && shim_has_erratum)
#define cpuid_eax(leaf) 48u
#define native_wbinvd() ((void)shim_wbinvds++)
void clflush_cache_range(void *va, unsigned int size);
/* What clflush_cache_range() was called for last. */
extern struct shim_flush { phys_addr_t from; u64 size; } shim_flush;
#define movdir64b(to, from) memcpy(to, from, 64)
/* Stands in for the SEAMCALL instruction: fails as on a CPU without TDX. */
u64 __seamcall_saved_ret(u64 fn, struct tdx_module_args *args);

/* Four CPUs in two packages.  The test has one thread; shim_cpu_now is the CPU on which it runs at the moment. */
#define SHIM_NR_CPUS 4
extern unsigned int shim_cpu_now;
#define DEFINE_PER_CPU(type, name) __typeof__(type) name[SHIM_NR_CPUS]
#define __this_cpu_read(name) (name[shim_cpu_now])
#define __this_cpu_write(name, v) (name[shim_cpu_now] = (v))
#define per_cpu(name, cpu) (name[cpu])
#define smp_processor_id() shim_cpu_now
#define num_online_cpus() SHIM_NR_CPUS
#define for_each_online_cpu(cpu) for ((cpu) = 0; (cpu) < SHIM_NR_CPUS; (cpu)++)
#define for_each_possible_cpu for_each_online_cpu
#define topology_physical_package_id(cpu) ((int)(cpu) / 2)
#define smp_call_on_cpu(cpu, fn, arg, phys) (shim_cpu_now = (cpu), (fn)(arg))
void on_each_cpu(void (*fn)(void *), void *arg, int wait);
struct cpumask { u64 bits; };
typedef struct cpumask cpumask_var_t[1];
extern const struct cpumask shim_online;
#define cpu_online_mask (&shim_online)
#define zalloc_cpumask_var(mask, gfp) ((*(mask))[0].bits = 0, true)
#define free_cpumask_var(mask) ((void)0)
#define cpumask_equal(a, b) ((a)->bits == (b)->bits)
bool cpumask_test_and_set_cpu(unsigned int cpu, struct cpumask *mask);

/* Modules */
struct module { int refs; bool going; };
#define THIS_MODULE (&shim_module)
extern struct module shim_module;
static inline bool try_module_get(struct module *m) { return !m || (!m->going && ++m->refs); }
static inline void module_put(struct module *m) { if (m) m->refs--; }
int shim_module_init(void);
#define module_init(fn) int shim_module_init(void) { return fn(); }
#define module_exit(fn) void shim_module_exit(void) { fn(); }

/* IDs */
struct ida { bool used[0x10000]; };
#define DEFINE_IDA(name) struct ida name
int ida_alloc_range(struct ida *ida, unsigned int min, unsigned int max, gfp_t gfp);
#define ida_free(ida, id) ((ida)->used[id] = false)

/* Memory hotplug and suspend to RAM, in which the TDX code of the kernel takes part */
extern struct notifier_block *shim_notifier;
int register_memory_notifier(struct notifier_block *nb);
void unregister_memory_notifier(struct notifier_block *nb);
extern int (*acpi_suspend_lowlevel)(void);

#endif
