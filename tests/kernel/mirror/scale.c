// SPDX-License-Identifier: GPL-2.0-only
/*
 * How the MMU scales with vCPUs and with memory: prints "FIGURE VALUE" lines for tests/bench/mmu-scale.  Values that are no
 * counts are in thousandths.
 *
 * Each vCPU is a thread.  There are far fewer CPUs than threads, so nothing here is wall time: what each fault writes
 * and locks is counted, and CPU time is that of the thread itself.
 */
#include <time.h>
#include <unistd.h>

#include "mmu/mirror/mirror_internal.h"
#include "mmu/mirror/tests/mock.h"
#include "writes.h"

#define MAX_VCPUS	248
#define SHARED_GFN	(1ULL << (47 - PAGE_SHIFT))
#define GIB_PAGES	(1ULL << (30 - PAGE_SHIFT))
/* GFN and PFN of the first page that a vCPU maps, and how many 2 MiB lie between two vCPUs. */
#define FIRST_GFN	GIB_PAGES
#define FIRST_PFN	(4 * GIB_PAGES)
#define VCPU_BLOCKS	4
/* CPU time is the least of this many runs: others use the machine, too. */
#define NR_RUNS		3

/* A vCPU: a thread that faults, or is in the guest. */
struct sim_vcpu {
	struct kvm_vcpu vcpu;
	int id;
	pthread_t thread;
	/* In the guest; asked to leave it. */
	int inside, kicked;
	/* What it did: faults that were resolved, retries, locks taken, and its CPU time. */
	long nr_faults, nr_retries, nr_locks;
	double cpu_ns;
} __attribute__((aligned(128)));

static struct vm {
	struct kvm kvm;
	struct kvm_mock mock;
	struct sim_vcpu *vcpus[MAX_VCPUS];
	int nr_vcpus;
	/* Largest leaf that guest_memfd has memory for. */
	int max_level;
} *vm;

static atomic_t nr_done;
/* All vCPUs begin together, and end together. */
static pthread_barrier_t line;
static bool stop;
static struct kvm_memory_slot slot = { .npages = SHARED_GFN };
static struct kvm_memslots slots;

/* Functions of KVM that the code under test calls */

struct kvm_memory_slot *kvm_vcpu_gfn_to_memslot(struct kvm_vcpu *vcpu, gfn_t gfn) { return &slot; }
struct kvm_memslots *kvm_vcpu_memslots(struct kvm_vcpu *vcpu) { return &slots; }
struct kvm_memory_slot *kvm_memslots(struct kvm *kvm) { return &slot; }
void kvm_flush_remote_tlbs(struct kvm *kvm) { }
void kvm_flush_remote_tlbs_range(struct kvm *kvm, gfn_t gfn, u64 nr) { }

int kvm_mmu_max_mapping_level(struct kvm *kvm, const struct kvm_memory_slot *s, gfn_t gfn, int max_level)
{
	return PG_LEVEL_4K;
}

void kvm_mmu_hugepage_adjust(struct kvm_vcpu *vcpu, struct kvm_page_fault *fault)
{
	fault->req_level = fault->goal_level = vm->max_level;
	fault->pfn &= ~(KVM_PAGES_PER_HPAGE(vm->max_level) - 1);
}

int kvm_mmu_topup_memory_caches(struct kvm_vcpu *vcpu)
{
	return kvm_mmu_topup_memory_cache(&vcpu->arch.mmu_shadow_page_cache, PT64_ROOT_MAX_LEVEL) ?:
	       kvm_mirror_topup_cache(vcpu) ?:
	       kvm_mmu_topup_memory_cache(&vcpu->arch.mmu_page_header_cache, PT64_ROOT_MAX_LEVEL);
}

/* Every vCPU that is in the guest leaves it before this returns. */
bool kvm_make_all_cpus_request(struct kvm *kvm, unsigned int req)
{
	int i;

	for (i = 0; i < vm->nr_vcpus; i++) {
		if (vm->vcpus[i])
			WRITE_ONCE(vm->vcpus[i]->kicked, 1);
	}
	for (i = 0; i < vm->nr_vcpus; i++) {
		while (vm->vcpus[i] && READ_ONCE(vm->vcpus[i]->inside) && READ_ONCE(vm->vcpus[i]->kicked))
			usleep(20);
	}
	return true;
}

/* The VM */

static struct sim_vcpu *create_vcpu(int id)
{
	struct sim_vcpu *s = aligned_alloc(128, sizeof(*s));
	struct kvm_vcpu *vcpu = &s->vcpu;

	memset(s, 0, sizeof(*s));
	s->id = id;
	vcpu->kvm = &vm->kvm;
	vcpu->arch.mmu = &vcpu->arch.root_mmu;
	vcpu->arch.mmu->root.hpa = INVALID_PAGE;
	vcpu->arch.mmu->root_role.level = 4;
	vcpu->arch.mmu->root_role.direct = 1;
	vcpu->arch.mmu->root_role.access = ACC_ALL;
	vcpu->arch.mmu_page_header_cache.kmem_cache = mmu_page_header_cache;
	vcpu->arch.mmu_shadow_page_cache.init_value = SHADOW_NONPRESENT_VALUE;
	return s;
}

/* As for a TD: tables cannot be unlinked before the VM is dead. */
static void create_vm(int nr_vcpus, int max_level)
{
	struct kvm_mirror_config config = { .ops = &kvm_mock_strict_ops, .shared_gfn = SHARED_GFN, .root_level = 4 };
	struct kvm_mock_config mock = { .root_level = 4, .strict_walk = true };
	int i;

	vm = aligned_alloc(128, sizeof(*vm));
	memset(vm, 0, sizeof(*vm));
	vm->max_level = max_level;
	refcount_set(&vm->kvm.users_count, 1);
	shim_rwlock_init(&vm->kvm.mmu_lock);
	kvm_mmu_init_tdp_mmu(&vm->kvm);
	BUG_ON(kvm_mock_init(&vm->mock, &mock));
	config.backend = &vm->mock;
	kvm_mirror_use();
	BUG_ON(kvm_mirror_init(&vm->kvm, &config));
	for (i = 0; i < nr_vcpus; i++)
		vm->vcpus[i] = create_vcpu(i);
	vm->nr_vcpus = nr_vcpus;
}

/* As kvm_destroy_vm(). */
static void destroy_vm(void)
{
	int i;

	kvm_mirror_flush_all(&vm->kvm);
	for (i = 0; i < vm->nr_vcpus; i++) {
		struct kvm_vcpu *vcpu = &vm->vcpus[i]->vcpu;

		kvm_mmu_free_memory_cache(&vcpu->arch.mmu_page_header_cache);
		kvm_mmu_free_memory_cache(&vcpu->arch.mmu_shadow_page_cache);
		kvm_mirror_free_cache(vcpu);
		free(vm->vcpus[i]);
	}
	kvm_mirror_destroy(&vm->kvm);
	BUG_ON(vm->kvm.vm_bugged);
	kvm_mock_uninit(&vm->mock);
	free(vm);
	rcu_barrier();
}

static u64 counter(int value)
{
	kvm_mirror_sum_stat(&vm->kvm);
	return (u64)atomic64_read(&vm->kvm.stat.mirror.values[value]);
}

/* A private fault, as kvm_tdp_page_fault() resolves it. */
static void fault(struct sim_vcpu *s, gfn_t gfn)
{
	int ret;

	do {
		struct kvm_page_fault fault = {
			.addr = gfn_to_gpa(gfn), .error_code = PFERR_WRITE_MASK | PFERR_PRIVATE_ACCESS, .write = true,
			.is_tdp = true, .is_private = true, .max_level = PG_LEVEL_2M, .req_level = PG_LEVEL_4K,
			.goal_level = PG_LEVEL_4K, .gfn = gfn, .slot = &slot, .pfn = FIRST_PFN + gfn,
			.map_writable = true,
		};

		BUG_ON(kvm_mmu_topup_memory_caches(&s->vcpu));
		read_lock(&vm->kvm.mmu_lock);
		ret = kvm_tdp_mmu_map(&s->vcpu, &fault);
		read_unlock(&vm->kvm.mmu_lock);
		s->nr_retries += ret == RET_PF_RETRY;
	} while (ret == RET_PF_RETRY);
	BUG_ON(ret != RET_PF_FIXED);
	s->nr_faults++;
}

static gfn_t vcpu_gfn(int id)
{
	return FIRST_GFN + (gfn_t)id * VCPU_BLOCKS * 512;
}

/* Faults of vCPUs on pages of 4 KiB, each vCPU in 2 MiB of its own */

/* Count what the vCPUs do, not the time.  Alone: one vCPU after the other. */
static bool is_counting, is_alone;

static double cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void *run_faults(void *arg)
{
	struct sim_vcpu *s = arg;
	double start;
	gfn_t gfn;

	BUG_ON(kvm_mmu_topup_memory_caches(&s->vcpu));
	pthread_barrier_wait(&line);
	while (is_alone && atomic_read(&nr_done) < s->id)
		usleep(1000);

	shim_nr_locks = 0;
	if (is_counting)
		writes_begin(s->id);
	start = cpu_ns();
	for (gfn = vcpu_gfn(s->id); gfn < vcpu_gfn(s->id) + (is_counting ? 1 : VCPU_BLOCKS) * 512; gfn++)
		fault(s, gfn);
	s->cpu_ns = cpu_ns() - start;
	writes_end();
	s->nr_locks = shim_nr_locks;
	atomic_inc(&nr_done);
	/* A thread that ended now would leave its stack and its CPU to another one. */
	pthread_barrier_wait(&line);
	return NULL;
}

static void run_vcpus(void)
{
	int i;

	atomic_set(&nr_done, 0);
	pthread_barrier_init(&line, NULL, (unsigned int)vm->nr_vcpus);
	/* Where time counts, nothing yields the CPU on purpose. */
	shim_nr_threads = is_counting ? vm->nr_vcpus : 1;
	shim_rcu_is_free = true;
	for (i = 0; i < vm->nr_vcpus; i++)
		BUG_ON(pthread_create(&vm->vcpus[i]->thread, NULL, run_faults, vm->vcpus[i]));
	for (i = 0; i < vm->nr_vcpus; i++)
		pthread_join(vm->vcpus[i]->thread, NULL);
	pthread_barrier_destroy(&line);
	shim_nr_threads = 1;
	shim_rcu_is_free = false;
}

/* What each of @nr vCPUs did.  A vCPU that is alone is followed by another, to see what they share. */
static void count_faults(int nr, long *ret_writes, long *ret_locks, long *ret_retries, long *ret_faults)
{
	int i;

	create_vm(max(nr, 2), PG_LEVEL_4K);
	is_counting = true;
	is_alone = nr == 1;
	run_vcpus();
	is_counting = is_alone = false;
	*ret_writes = *ret_locks = *ret_retries = *ret_faults = 0;
	for (i = 0; i < nr; i++) {
		struct sim_vcpu *s = vm->vcpus[i];

		/* Taking a lock and releasing it writes the lock, which the shim has, twice. */
		*ret_writes += writes_shared(i) + 2 * s->nr_locks;
		*ret_locks += s->nr_locks;
		*ret_retries += s->nr_retries;
		*ret_faults += s->nr_faults;
	}
	BUG_ON(counter(MIRROR_NR_LEAVES_4K) != 512ULL * (u64)vm->nr_vcpus);
	BUG_ON(counter(MIRROR_OP_COUNT(MIRROR_OP_MAP)) != 512ULL * (u64)vm->nr_vcpus);
	writes_reset();
	destroy_vm();
}

/* CPU time of a fault, the mean of all vCPUs. */
static double time_faults(int nr)
{
	double least = 0;
	int run, i;

	for (run = 0; run < NR_RUNS; run++) {
		double sum = 0;

		create_vm(nr, PG_LEVEL_4K);
		run_vcpus();
		for (i = 0; i < nr; i++)
			sum += vm->vcpus[i]->cpu_ns / (double)vm->vcpus[i]->nr_faults / nr;
		if (!run || sum < least)
			least = sum;
		destroy_vm();
	}
	return least;
}

static void bench_faults(int nr)
{
	static double alone;
	long writes, locks, retries, faults;
	double ns;

	count_faults(nr, &writes, &locks, &retries, &faults);
	ns = time_faults(nr);
	if (nr == 1)
		alone = ns;
	printf("fault.shared-writes-%d %ld\n", nr, writes * 1000 / faults);
	printf("fault.locks-%d %ld\n", nr, locks * 1000 / faults);
	printf("fault.retries-%d %ld\n", nr, retries * 1000 / faults);
	printf("fault.vcpus-%d %ld\n", nr, (long)(ns * 1000 / alone));
}

/* Ranges are removed while vCPUs are in the guest */

#define NR_RANGES	8

static void *run_guest(void *arg)
{
	struct sim_vcpu *s = arg;
	u64 epoch;

	while (!READ_ONCE(stop)) {
		WRITE_ONCE(s->kicked, 0);
		__atomic_store_n(&s->inside, 1, __ATOMIC_SEQ_CST);
		if (!kvm_mirror_vcpus_held(&vm->kvm) && !kvm_mock_enter(&vm->mock, &epoch)) {
			while (!READ_ONCE(s->kicked) && !READ_ONCE(stop))
				usleep(100);
			kvm_mock_exit(&vm->mock, epoch);
		}
		WRITE_ONCE(s->inside, 0);
		usleep(100);
	}
	return NULL;
}

static void bench_ranges(int nr)
{
	int i;

	create_vm(nr, PG_LEVEL_4K);
	vm->max_level = PG_LEVEL_2M;
	for (i = 0; i < NR_RANGES * 4; i++)
		fault(vm->vcpus[0], FIRST_GFN + (gfn_t)i * 512);
	stop = false;
	shim_nr_threads = nr + 1;
	for (i = 0; i < nr; i++)
		BUG_ON(pthread_create(&vm->vcpus[i]->thread, NULL, run_guest, vm->vcpus[i]));
	for (i = 0; i < NR_RANGES; i++) {
		struct kvm_gfn_range range = {
			.slot = &slot, .start = FIRST_GFN + (gfn_t)i * 4 * 512, .may_block = true,
			.attr_filter = KVM_FILTER_PRIVATE,
		};

		range.end = range.start + 4 * 512;
		write_lock(&vm->kvm.mmu_lock);
		kvm_tdp_mmu_unmap_gfn_range(&vm->kvm, &range, false);
		write_unlock(&vm->kvm.mmu_lock);
	}
	WRITE_ONCE(stop, true);
	for (i = 0; i < nr; i++)
		pthread_join(vm->vcpus[i]->thread, NULL);
	shim_nr_threads = 1;
	BUG_ON(vm->kvm.vm_dead || counter(MIRROR_NR_LEAVES_2M));
	printf("kicks-per-range.vcpus-%d %llu\n", nr, (unsigned long long)counter(MIRROR_COUNT_KICKS) * 1000 / NR_RANGES);
	printf("holds-per-range.vcpus-%d %llu\n", nr, (unsigned long long)counter(MIRROR_COUNT_HOLDS) * 1000 / NR_RANGES);
	destroy_vm();
}

/* A TD's memory comes back when its guest_memfd is closed */

static long nr_ops(void)
{
	long sum = 0;

	for (int op = 0; op < KVM_MOCK_NR_OPS; op++)
		sum += (long)atomic64_read(&vm->mock.calls[op]);
	return sum;
}

/* What every process of the host that exits waits for, if it comes while another VM's process exits: cut out of KVM. */
#define __kvm_mmu_prepare_zap_page(kvm, sp, list, nr) ((void)(list), (void)(nr), false)
#define kvm_mmu_commit_zap_page(kvm, list) ((void)(kvm), (void)(list))
void kvm_arch_flush_shadow_all(struct kvm *kvm);
#define cond_resched_rwlock_write(lock) ((void)(lock), false)
#include "flush_shadow_all.h"
#undef cond_resched_rwlock_write

/* Returns how many operations were made in the MMU notifier. */
static long bench_teardown(int gib, const char *name)
{
	struct kvm_gfn_range range = {
		.slot = &slot, .start = FIRST_GFN, .end = FIRST_GFN + gib * GIB_PAGES, .may_block = true,
		.attr_filter = KVM_FILTER_PRIVATE,
	};
	long before, released, ops;
	gfn_t gfn;

	create_vm(1, PG_LEVEL_2M);
	for (gfn = range.start; gfn < range.end; gfn += 512)
		fault(vm->vcpus[0], gfn);

	/* The process exits: first the MMU notifier, under an SRCU lock that all VMs share, then its files. */
	before = nr_ops();
	INIT_LIST_HEAD(&vm->kvm.arch.active_mmu_pages);
	kvm_arch_flush_shadow_all(&vm->kvm);
	released = nr_ops() - before;

	before = nr_ops();
	kvm_mirror_lose_memory(&vm->kvm);
	write_lock(&vm->kvm.mmu_lock);
	kvm_tdp_mmu_unmap_gfn_range(&vm->kvm, &range, false);
	write_unlock(&vm->kvm.mmu_lock);
	kvm_mirror_flush_all(&vm->kvm);
	ops = nr_ops() - before;
	BUG_ON(atomic64_read(&vm->mock.nr_pages) || atomic64_read(&vm->mock.nr_tables));
	printf("teardown-%s.ops-per-gib %ld\n", name, ops * 1000 / gib);
	printf("teardown-%s.longest-hold.ops %llu\n", name, (unsigned long long)counter(MIRROR_MAX_HELD) * 1000);
	destroy_vm();
	return released;
}

int main(void)
{
	static const int nrs[] = { 1, 8, 64, 248 };

	setvbuf(stdout, NULL, _IOLBF, 0);
	shim_init();
	kvm_mmu_spte_module_init();
	kvm_mmu_reset_all_pte_masks();
	for (size_t i = 0; i < ARRAY_SIZE(nrs); i++)
		bench_faults(nrs[i]);
	for (size_t i = 0; i < ARRAY_SIZE(nrs); i++)
		bench_ranges(nrs[i]);
	/* Somebody always waits for the lock. */
	shim_contended = true;
	bench_teardown(64, "64gib");
	/* The exit of another VM is one operation itself; it waits for those of this one. */
	printf("other-vm-exit.ratio %ld\n", (1 + bench_teardown(1024, "tib")) * 1000);
	return atomic_read(&shim_nr_warnings) != 0;
}
