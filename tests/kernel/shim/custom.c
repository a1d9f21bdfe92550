// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#else
#define __asan_poison_memory_region(p, n) ((void)(p))
#define __asan_unpoison_memory_region(p, n) ((void)(p))
#endif

bool shim_preempt, shim_contended, shim_verbose, shim_expect_errors, shim_has_platform, shim_has_erratum;
int shim_nr_threads = 1, shim_yield_chance, shim_fail_chance;
void (*shim_on_yield)(void), (*shim_on_wait)(void), (*shim_on_write_lock)(void), (*shim_on_alloc)(void);
__thread int shim_mmu_lock, shim_in_op;
__thread long shim_nr_locks;
int shim_nr_write_locks, shim_signal_nth;
atomic_t shim_nr_warnings, shim_nr_lines, shim_nr_live, shim_fail_nth, shim_failed;
unsigned long shim_page_offset;
long shim_contig_pages;
unsigned int shim_wbinvds, shim_cpu_now;
const u8 shim_zero_page[PAGE_SIZE];
struct cpuinfo_x86 boot_cpu_data = { .extended_cpuid_level = 0x80000008, .x86_phys_bits = 48, .x86_cache_bits = 48 };
const struct cpumask shim_online = { (1 << SHIM_NR_CPUS) - 1 };
struct module shim_module;
struct notifier_block *shim_notifier;

void shim_warn(const char *file, int line, const char *what)
{
	atomic_inc(&shim_nr_warnings);
	fprintf(stderr, "# %s:%d: WARN: %s\n", file, line, what);
}

void shim_print(FILE *to, const char *format, ...)
{
	va_list arguments;

	if (!shim_verbose)
		return;
	va_start(arguments, format);
	vfprintf(to, format, arguments);
	va_end(arguments);
}

/* Random numbers; each thread has a sequence of its own */

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

void shim_relax(void)
{
	if (shim_nr_threads > 1 && shim_random() % 32 == 0)
		sched_yield();
}

/* Yield the CPU now and then, at a place where another thread can win a race. */
void shim_jitter(void)
{
	if (shim_nr_threads > 1 && shim_random() % 128 == 0)
		sched_yield();
}

/* Locks */

void shim_may_sleep(void)
{
	BUG_ON(shim_in_op);
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
	shim_nr_locks++;
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
	shim_nr_locks++;
	BUG_ON(shim_mmu_lock || shim_in_op);
	__atomic_fetch_add(&l->waiters, 1, __ATOMIC_SEQ_CST);
	pthread_rwlock_wrlock(&l->lock);
	__atomic_fetch_sub(&l->waiters, 1, __ATOMIC_SEQ_CST);
	shim_mmu_lock = 2;
	shim_nr_write_locks++;
	shim_full_barrier();
	if (shim_on_write_lock)
		shim_on_write_lock();
}

void write_unlock(rwlock_t *l)
{
	BUG_ON(shim_mmu_lock != 2 || shim_in_op);
	shim_mmu_lock = 0;
	pthread_rwlock_unlock(&l->lock);
}

/* True until this thread has yielded the CPU. */
static __thread bool resched;

bool need_resched(void)
{
	resched = resched || (shim_yield_chance && shim_random() % shim_yield_chance == 0);
	return resched;
}

bool rwlock_is_contended(rwlock_t *l)
{
	return shim_contended || (shim_nr_threads > 1 && READ_ONCE(l->waiters));
}

bool rwlock_needbreak(rwlock_t *l)
{
	return shim_preempt && rwlock_is_contended(l);
}

static void yield(void)
{
	resched = false;
	if (shim_on_yield)
		shim_on_yield();
	if (shim_nr_threads > 1)
		sched_yield();
}

void cond_resched_rwlock_read(rwlock_t *l)
{
	if (!resched && !rwlock_needbreak(l))
		return;
	read_unlock(l);
	yield();
	read_lock(l);
}

void cond_resched_rwlock_write(rwlock_t *l)
{
	if (!resched && !rwlock_needbreak(l))
		return;
	write_unlock(l);
	yield();
	write_lock(l);
}

void shim_cond_resched(void)
{
	shim_may_sleep();
	BUG_ON(shim_mmu_lock);
	yield();
}

void spin_lock(spinlock_t *l)
{
	shim_nr_locks++;
	BUG_ON(shim_in_op);
	pthread_mutex_lock(&l->lock);
}

void spin_unlock(spinlock_t *l)
{
	pthread_mutex_unlock(&l->lock);
}

void mutex_lock(struct mutex *l)
{
	shim_nr_locks++;
	shim_may_sleep();
	BUG_ON(shim_mmu_lock);
	pthread_mutex_lock(&l->lock);
}

void mutex_unlock(struct mutex *l)
{
	pthread_mutex_unlock(&l->lock);
}

/* Wait queues: one for all variables, as they may share one in the kernel */

static pthread_mutex_t wait_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wait_cond = PTHREAD_COND_INITIALIZER;
static int nr_wakes;
/* Threads in the queue, and those of them that have looked at their condition and sleep. */
static atomic_t nr_queued;
atomic_t shim_nr_asleep;
/* Threads in the queue at this thread's last full barrier. */
static __thread int seen_queued;

void shim_full_barrier(void)
{
	/* An atomic operation that changes nothing is a full barrier, and ThreadSanitizer knows it. */
	seen_queued = atomic_add_return(0, &nr_queued);
}

int shim_wait_begin(void)
{
	int wakes;

	pthread_mutex_lock(&wait_lock);
	wakes = nr_wakes;
	pthread_mutex_unlock(&wait_lock);
	atomic_inc(&nr_queued);
	return wakes;
}

int shim_wait(int wakes)
{
	pthread_mutex_lock(&wait_lock);
	atomic_inc(&shim_nr_asleep);
	while (nr_wakes == wakes)
		pthread_cond_wait(&wait_cond, &wait_lock);
	atomic_dec(&shim_nr_asleep);
	wakes = nr_wakes;
	pthread_mutex_unlock(&wait_lock);
	return wakes;
}

void shim_wait_end(void)
{
	atomic_dec(&nr_queued);
}

void shim_wake(void)
{
	if (!seen_queued)
		return;
	pthread_mutex_lock(&wait_lock);
	nr_wakes++;
	pthread_cond_broadcast(&wait_cond);
	pthread_mutex_unlock(&wait_lock);
}

bool shim_signal_pending(void)
{
	if (shim_signal_nth > 0 && !--shim_signal_nth)
		shim_signal_nth = -1;
	return shim_signal_nth < 0;
}

/* Watchdog */

/* How often in a row, 50 ms apart, all other threads must be found asleep. */
#define ASLEEP_FOR	40

static bool is_asleep(const char *thread)
{
	char path[300], state = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%s/stat", thread);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
		state = 'R';
	if (f)
		fclose(f);
	return state == 'S';
}

/* A thread that could run, however slow the machine is, is not asleep. */
static bool others_sleep(void)
{
	DIR *dir = opendir("/proc/self/task");
	struct dirent *entry;
	bool asleep = dir && atomic_read(&shim_nr_asleep);

	while (asleep && (entry = readdir(dir))) {
		if (entry->d_name[0] != '.' && atoi(entry->d_name) != gettid())
			asleep = is_asleep(entry->d_name);
	}
	if (dir)
		closedir(dir);
	return asleep;
}

static void *watch(void *unused)
{
	int asleep_for = 0;

	for (;;) {
		usleep(50000);
		asleep_for = others_sleep() ? asleep_for + 1 : 0;
		if (asleep_for < ASLEEP_FOR)
			continue;
		fprintf(stderr, "# watchdog: all threads sleep, %d of them in a wait queue\n",
			atomic_read(&shim_nr_asleep));
		abort();
	}
}

void shim_start_watchdog(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, watch, NULL))
		abort();
	pthread_detach(thread);
}

/* RCU: callbacks run as soon as nobody reads */

static pthread_rwlock_t rcu_lock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_mutex_t rcu_queue_lock = PTHREAD_MUTEX_INITIALIZER;
static struct rcu_head *rcu_queue;
static __thread int rcu_nesting;
bool shim_rcu_is_free;

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
	if (!rcu_nesting++ && !shim_rcu_is_free)
		pthread_rwlock_rdlock(&rcu_lock);
}

void rcu_read_unlock(void)
{
	BUG_ON(rcu_nesting <= 0);
	if (--rcu_nesting || shim_rcu_is_free)
		return;
	pthread_rwlock_unlock(&rcu_lock);

	/* If the lock can be taken for write, there is no reader: the grace period is over. */
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

/* The guest's memory: pages without contents. */
static struct page guest_pages[SHIM_GUEST_PAGES];

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
}

static bool alloc_fails(gfp_t gfp)
{
	BUG_ON(shim_mmu_lock || shim_in_op);
	if (shim_on_alloc)
		shim_on_alloc();
	if (gfp & __GFP_NOFAIL)
		return false;
	if (!(shim_fail_chance && shim_random() % shim_fail_chance == 0) &&
	    (!atomic_read(&shim_fail_nth) || atomic_dec_return(&shim_fail_nth)))
		return false;
	atomic_inc(&shim_failed);
	return true;
}

void *kzalloc(size_t size, gfp_t gfp)
{
	void *p;

	if (alloc_fails(gfp))
		return NULL;
	/* As in the kernel, memory whose size is a power of two is aligned to its size. */
	if (posix_memalign(&p, is_power_of_2(size) && size > 16 ? size : 16, size))
		abort();
	atomic_inc(&shim_nr_live);
	return memset(p, 0, size);
}

void kfree(const void *p)
{
	if (!p)
		return;
	atomic_dec(&shim_nr_live);
	free((void *)p);
}

unsigned long __get_free_page(gfp_t gfp)
{
	char *p;
	int i;

	if (alloc_fails(gfp))
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

struct page *shim_contig(unsigned long nr)
{
	shim_contig_pages += (long)nr;
	return aligned_alloc(PAGE_SIZE, nr * PAGE_SIZE);
}

void free_contig_range(unsigned long pfn, unsigned long nr)
{
	shim_contig_pages -= (long)nr;
	free(__va(PFN_PHYS(pfn)));
}

/* The CPU and what is around it */

u64 __seamcall_saved_ret(u64 fn, struct tdx_module_args *args)
{
	return TDX_SEAMCALL_UD;
}

struct shim_flush shim_flush;

void clflush_cache_range(void *va, unsigned int size)
{
	shim_flush = (struct shim_flush) { __pa(va), size };
}

void on_each_cpu(void (*fn)(void *), void *arg, int wait)
{
	for (shim_cpu_now = 0; shim_cpu_now < SHIM_NR_CPUS; shim_cpu_now++)
		fn(arg);
	shim_cpu_now = 0;
}

bool cpumask_test_and_set_cpu(unsigned int cpu, struct cpumask *mask)
{
	bool was = mask->bits >> cpu & 1;

	mask->bits |= 1ULL << cpu;
	return was;
}

int ida_alloc_range(struct ida *ida, unsigned int min, unsigned int max, gfp_t gfp)
{
	for (unsigned int i = min; i <= max && i < ARRAY_SIZE(ida->used); i++) {
		if (ida->used[i])
			continue;
		ida->used[i] = true;
		return (int)i;
	}
	return -ENOSPC;
}

int register_memory_notifier(struct notifier_block *nb)
{
	BUG_ON(shim_notifier);
	shim_notifier = nb;
	return 0;
}

void unregister_memory_notifier(struct notifier_block *nb)
{
	BUG_ON(shim_notifier != nb);
	shim_notifier = NULL;
}
