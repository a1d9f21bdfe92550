// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs vCPUs, which access pages and fault, and removals of every kind in threads.
 *
 * When all threads of a phase have ended, both PTs must be equal.
 */
#include "test.h"

#define NR_PHASES	8

struct job {
	/* What the thread does, with this job as its argument. */
	void *(*run)(void *job);
	struct world *w;
	int id;
	u64 seed;
	long nr_ops;
	/* vCPU accesses that went through; removals that were done. */
	long nr_done;
	pthread_t thread;
};

/* Few pages, so that the threads often meet on the same ones. */
static int random_page(void)
{
	int page = (int)(shim_random() % (4 * BLOCK_PAGES));

	return shim_random() & 1 ? page : page + 5 * BLOCK_PAGES;
}

static void *run_vcpu(void *arg)
{
	struct job *job = arg;
	long i;

	shim_seed(job->seed);
	for (i = 0; i < job->nr_ops; i++) {
		int page = random_page(), ret;

		switch (shim_random() % 8) {
		case 0:
			world_exit(job->w, job->id);
			ret = world_fault(job->w, job->id, page, SHARED);
			break;
		case 1:
			/* One of four pages, so that several vCPUs fault on the same one. */
			page = (int)(shim_random() % 4) * BLOCK_PAGES;
			fallthrough;
		default:
			ret = world_access(job->w, job->id, page);
			break;
		}
		job->nr_done += ret == RET_PF_FIXED;
		BUG_ON(ret < 0 && ret != -EFAULT);
	}
	world_exit(job->w, job->id);
	return NULL;
}

/* Where the jobs of run_jobs() wait for each other. */
static pthread_barrier_t start_line;

static struct job *at_start_line(void *arg)
{
	struct job *job = arg;

	shim_seed(job->seed);
	pthread_barrier_wait(&start_line);
	return job;
}

/* Jobs 0 to @nr - 1, each with a seed of its own; the caller says what each runs. */
static void set_jobs(struct job *jobs, int nr, struct world *w, u64 seed)
{
	int i;

	for (i = 0; i < nr; i++)
		jobs[i] = (struct job){ .w = w, .id = i, .seed = seed + i };
}

/* Runs each job in a thread of its own.  Returns the sum of their nr_done. */
static long run_jobs(struct job *jobs, int nr, int yield_chance)
{
	long nr_done = 0;
	int i;

	pthread_barrier_init(&start_line, NULL, nr);
	shim_nr_threads = nr;
	shim_yield_chance = yield_chance;
	for (i = 0; i < nr; i++)
		pthread_create(&jobs[i].thread, NULL, jobs[i].run, &jobs[i]);
	for (i = 0; i < nr; i++) {
		pthread_join(jobs[i].thread, NULL);
		nr_done += jobs[i].nr_done;
	}
	shim_nr_threads = 1;
	shim_yield_chance = 0;
	pthread_barrier_destroy(&start_line);
	return nr_done;
}

/* All vCPUs fault the same pages in the same order, at the same time. */
static void *run_march(void *arg)
{
	struct job *job = at_start_line(arg);
	int page;

	for (page = 0; page < 3 * BLOCK_PAGES; page++) {
		int ret;

		do {
			ret = world_fault(job->w, job->id, page, PRIVATE);
		} while (ret == RET_PF_RETRY);
		BUG_ON(ret != RET_PF_FIXED && ret != RET_PF_SPURIOUS);
		job->nr_done += ret == RET_PF_FIXED;
	}
	return NULL;
}

static void *run_remover(void *arg)
{
	struct job *job = arg;
	struct world *w = job->w;
	long i;

	shim_seed(job->seed);
	for (i = 0; i < job->nr_ops / 16; i++) {
		int page = random_page(), nr = 1 + (int)(shim_random() % 700);
		int ret = 0;

		nr = min(nr, NR_PAGES - page);
		switch (shim_random() % 8) {
		case 0:
			ret = world_convert(w, page, nr, SHARED);
			break;
		case 1 ... 2:
			ret = world_convert(w, page, nr, PRIVATE);
			break;
		case 3:
			ret = world_punch(w, page, nr);
			break;
		case 4:
			ret = world_punch(w, page / BLOCK_PAGES * BLOCK_PAGES, 2 * BLOCK_PAGES);
			break;
		case 5:
			world_hva_unmap(w, page, nr);
			break;
		case 6:
			ret = kvm_mirror_split_gfn(&w->kvm, world_gfn(page));
			BUG_ON(ret && ret != -EBUSY);
			ret = 0;
			break;
		default:
			world_zap_all_fast(w);
			break;
		}
		BUG_ON(ret);
		job->nr_done++;
	}
	return NULL;
}

/* What must hold whenever no thread runs. */
static bool at_rest(struct world *w)
{
	ASSERT(world_verify(w));
	ASSERT_EQ(atomic_read(&w->mock->violations), 0);
	ASSERT_EQ(atomic_read(&w->nr_stale), 0);
	ASSERT_EQ(atomic_read(&shim_nr_warnings), 0);
	ASSERT_EQ(atomic_read(&shim_nr_kvm_bugs), 0);
	ASSERT(!w->kvm.vm_dead);
	ASSERT(world_counter(w, MIRROR_MAX_HELD) <= MAX_HELD);
	ASSERT_EQ(atomic64_read(&w->mock->nr_pages), world_counter(w, MIRROR_NR_LEAVES_4K) +
		  512 * world_counter(w, MIRROR_NR_LEAVES_2M));
	ASSERT_EQ(atomic_read(&w->kvm.arch.mirror->holds), 0);
	ASSERT_EQ(w->invalidate_in_progress, 0);
	return true;
}

static bool run(const struct options *options, struct world_config config, int nr_removers,
		char *ret_value, size_t size)
{
	struct world *w = world_create(&config);
	long nr_access = 0, nr_removed = 0;
	struct job jobs[MAX_VCPUS + 4] = {};
	int i, phase, nr_jobs = config.nr_vcpus + nr_removers;

	ASSERT(w);
	for (phase = 0; phase < NR_PHASES; phase++) {
		/* In every other phase ops are slow, so that others find the private PT busy. */
		w->mock->slow_loops = phase & 1;
		for (i = 0; i < nr_jobs; i++) {
			jobs[i] = (struct job){
				.run = i < config.nr_vcpus ? run_vcpu : run_remover,
				.w = w, .id = i, .seed = options->seed + phase * 100 + i,
				.nr_ops = options->nr_ops / NR_PHASES,
			};
		}
		run_jobs(jobs, nr_jobs, 64);
		for (i = 0; i < nr_jobs; i++)
			*(i < config.nr_vcpus ? &nr_access : &nr_removed) += jobs[i].nr_done;
		ASSERT(at_rest(w));
	}

	snprintf(ret_value, size,
		 "%d vCPUs %ld accesses, %d removers %ld ranges, races %lld busy %lld holds %lld",
		 config.nr_vcpus, nr_access, nr_removers, nr_removed,
		 world_counter(w, MIRROR_COUNT_RACES), world_counter(w, MIRROR_COUNT_BUSY),
		 world_counter(w, MIRROR_COUNT_HOLDS));
	world_destroy(w);
	return nothing_leaks();
}

static bool test_faults(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 4 };
	struct job jobs[MAX_VCPUS];
	long nr_fixed = 0, nr_races = 0;
	/* Many VMs, because the first fault on a page happens once in a VM. */
	int i, life, nr_lives = (int)max(options->nr_ops / 1000, 4L);

	nr_lives = min(nr_lives, 50);
	for (life = 0; life < nr_lives; life++) {
		struct world *w = world_create(&config);

		ASSERT(w);
		/* The second of three blocks gets a huge leaf, the others small ones. */
		w->huge_ok[0] = w->huge_ok[2] = false;
		w->mock->slow_loops = life & 1;
		set_jobs(jobs, config.nr_vcpus, w, options->seed + life * 10);
		for (i = 0; i < config.nr_vcpus; i++)
			jobs[i].run = run_march;
		nr_fixed += run_jobs(jobs, config.nr_vcpus, 0);
		ASSERT(at_rest(w));
		/* Each leaf was mapped exactly once, by one of the vCPUs. */
		ASSERT_EQ(world_counter(w, MIRROR_NR_LEAVES_4K), 2 * BLOCK_PAGES);
		ASSERT_EQ(world_counter(w, MIRROR_NR_LEAVES_2M), 1);
		ASSERT_EQ(atomic_read(&w->nr_ops[MIRROR_OP_MAP]), 2 * BLOCK_PAGES + 1);
		ASSERT_EQ(nr_fixed, (life + 1) * (2 * BLOCK_PAGES + 1));
		nr_races += world_counter(w, MIRROR_COUNT_RACES);
		world_destroy(w);
		ASSERT(nothing_leaks());
	}
	snprintf(ret_value, size, "%d vCPUs, %d lives, %ld pages, races %ld", config.nr_vcpus,
		 nr_lives, nr_fixed, nr_races);
	return true;
}

static bool has_ended;

/* Reads the statistics all the time, as two monitors do.  Sums only grow. */
static void *run_monitor(void *arg)
{
	struct job *job = arg;
	s64 last = 0;

	shim_seed(job->seed);
	while (!READ_ONCE(has_ended)) {
		s64 now = world_counter(job->w, MIRROR_OP_COUNT(MIRROR_OP_MAP));

		BUG_ON(now < last);
		last = now;
		job->nr_done++;
		sched_yield();
	}
	return NULL;
}

/* Nothing that vCPUs count gets lost, or is counted twice, while others sum it up; nor after the VM's end. */
static bool test_counters(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 4 };
	struct world *w = world_create(&config);
	struct job jobs[MAX_VCPUS + 2];
	int i;

	ASSERT(w);
	memset(w->huge_ok, 0, sizeof(w->huge_ok));
	has_ended = false;
	pthread_barrier_init(&start_line, NULL, config.nr_vcpus);
	shim_nr_threads = ARRAY_SIZE(jobs);
	for (i = 0; i < (int)ARRAY_SIZE(jobs); i++) {
		jobs[i] = (struct job){ .w = w, .id = i, .seed = options->seed + i };
		pthread_create(&jobs[i].thread, NULL, i < config.nr_vcpus ? run_march : run_monitor, &jobs[i]);
	}
	for (i = 0; i < (int)ARRAY_SIZE(jobs); i++) {
		if (i == config.nr_vcpus)
			WRITE_ONCE(has_ended, true);
		pthread_join(jobs[i].thread, NULL);
	}
	shim_nr_threads = 1;
	pthread_barrier_destroy(&start_line);
	ASSERT(at_rest(w));
	ASSERT_EQ(world_counter(w, MIRROR_OP_COUNT(MIRROR_OP_MAP)), 3 * BLOCK_PAGES);
	ASSERT_EQ(world_counter(w, MIRROR_NR_LEAVES_4K), 3 * BLOCK_PAGES);
	ASSERT_EQ(atomic64_read(&w->kvm.stat.pages[0]), 3 * BLOCK_PAGES);
	kvm_mirror_destroy(&w->kvm);
	ASSERT_EQ(atomic64_read(&w->kvm.stat.mirror.values[MIRROR_OP_COUNT(MIRROR_OP_UNMAP)]), 3 * BLOCK_PAGES);
	ASSERT_EQ(world_counter(w, MIRROR_NR_LEAVES_4K), 0);
	ASSERT_EQ(atomic64_read(&w->kvm.stat.pages[0]), 0);
	snprintf(ret_value, size, "%ld sums", jobs[config.nr_vcpus].nr_done + jobs[config.nr_vcpus + 1].nr_done);
	world_destroy(w);
	return nothing_leaks();
}

static bool test_removals(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 3 };

	return run(options, config, 3, ret_value, size);
}

static bool test_pending(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 4, .pending = true, .ept = true };

	return run(options, config, 2, ret_value, size);
}

static void *run_punch(void *arg)
{
	struct job *job = at_start_line(arg);

	BUG_ON(world_punch(job->w, 200 * job->id, 2 * BLOCK_PAGES));
	return NULL;
}

static void *run_end(void *arg)
{
	struct job *job = at_start_line(arg);

	kvm_mirror_flush_all(&job->w->kvm);
	return NULL;
}

/* QEMU is killed: two of its tasks free guest_memfd's pages while another ends the VM. */
static bool test_end(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 1 };
	int i, life, nr_lives = (int)max(options->nr_ops / 200, 10L);
	long nr_blocked = 0;
	struct job jobs[3];

	nr_lives = min(nr_lives, 200);
	for (life = 0; life < nr_lives; life++) {
		struct world *w = world_create(&config);

		ASSERT(w);
		w->huge_ok[1] = false;
		for (i = 0; i < 3 * BLOCK_PAGES; i += 32)
			ASSERT(world_fault(w, 0, i, PRIVATE) <= RET_PF_SPURIOUS);
		set_jobs(jobs, ARRAY_SIZE(jobs), w, options->seed + life * 10);
		for (i = 0; i < (int)ARRAY_SIZE(jobs); i++)
			jobs[i].run = i ? run_punch : run_end;
		run_jobs(jobs, ARRAY_SIZE(jobs), 2);
		ASSERT(at_rest(w));
		ASSERT_EQ(atomic64_read(&w->mock->nr_pages), 0);
		ASSERT_EQ(atomic64_read(&w->mock->nr_tables), 0);
		nr_blocked += atomic_read(&w->nr_ops[MIRROR_OP_BLOCK]) != 0;
		world_destroy(w);
		ASSERT(nothing_leaks());
	}
	snprintf(ret_value, size, "%d lives, %ld of them ended with blocked entries", nr_lives, nr_blocked);
	return true;
}

/* A thread that waits for the VM to die, and the one that wakes it, meet at the worst moment. */
static struct {
	struct world *w;
	atomic_t about_to_sleep, may_sleep;
} wake;

static void stop_before_sleep(void)
{
	atomic_set(&wake.about_to_sleep, 1);
	while (!atomic_read(&wake.may_sleep))
		sched_yield();
}

static int slow_die(struct kvm *kvm)
{
	while (!atomic_read(&wake.about_to_sleep))
		sched_yield();
	return kvm_mock_ops.die(kvm);
}

/* The life is going to change: let the other thread look at it for the last time, and sleep. */
static void let_sleep(void)
{
	if (!atomic_read(&wake.about_to_sleep) || atomic_read(&wake.may_sleep))
		return;
	atomic_set(&wake.may_sleep, 1);
	while (!atomic_read(&shim_nr_asleep))
		sched_yield();
}

static void *run_late_punch(void *arg)
{
	struct world *w = arg;

	while (READ_ONCE(w->kvm.arch.mirror->life) == MIRROR_LIVE)
		sched_yield();
	BUG_ON(world_punch(w, 0, BLOCK_PAGES));
	return NULL;
}

static bool test_wake_up(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 1 };
	struct world *w = world_create(&config);
	pthread_t thread;

	ASSERT(w);
	wake.w = w;
	atomic_set(&wake.about_to_sleep, 0);
	atomic_set(&wake.may_sleep, 0);
	w->ops.die = slow_die;
	shim_nr_threads = 2;
	shim_on_wait = stop_before_sleep;
	shim_on_write_lock = let_sleep;
	pthread_create(&thread, NULL, run_late_punch, w);
	kvm_mirror_flush_all(&w->kvm);
	pthread_join(thread, NULL);
	shim_nr_threads = 1;
	shim_on_wait = shim_on_write_lock = NULL;
	ASSERT(at_rest(w));
	world_destroy(w);
	return nothing_leaks();
}

/* Closes a file that has half of the memory of three blocks. */
static void *run_close(void *arg)
{
	struct job *job = at_start_line(arg);

	kvm_mirror_lose_memory(&job->w->kvm);
	BUG_ON(world_punch_unlocked(job->w, job->id * 3 * BLOCK_PAGES / 2, 3 * BLOCK_PAGES / 2));
	return NULL;
}

/* A vCPU that does not know yet that its VM ends: each fault is resolved or fails, and none is a bug. */
static void *run_last_faults(void *arg)
{
	struct job *job = at_start_line(arg);
	int i, ret;

	for (i = 0; i < 200; i++) {
		ret = world_fault(job->w, 0, (int)(shim_random() % (3 * BLOCK_PAGES)), PRIVATE);
		BUG_ON(ret < 0 && ret != -EIO);
		job->nr_done += ret == -EIO;
	}
	return NULL;
}

/*
 * Two files of a VM are closed at the same time, because its process was killed or has had enough of it,
 * while a vCPU still faults.  The VM is dead before the first leaf is removed, and so none is blocked.
 */
static bool test_closed(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 1 };
	int i, life, nr_lives = options->nr_ops > 5000 ? 100 : 10;
	struct job jobs[3];
	long nr_late = 0;

	for (life = 0; life < nr_lives; life++) {
		struct world *w = world_create(&config);

		ASSERT(w);
		memset(w->huge_ok, 0, sizeof(w->huge_ok));
		for (i = 0; i < 3 * BLOCK_PAGES; i += 32)
			ASSERT(world_fault(w, 0, i, PRIVATE) <= RET_PF_SPURIOUS);
		set_jobs(jobs, ARRAY_SIZE(jobs), w, options->seed + life * 10);
		for (i = 0; i < (int)ARRAY_SIZE(jobs); i++)
			jobs[i].run = i < 2 ? run_close : run_last_faults;
		run_jobs(jobs, ARRAY_SIZE(jobs), 2);
		nr_late += jobs[2].nr_done;
		ASSERT(w->kvm.vm_dead && !w->kvm.vm_bugged);
		w->kvm.vm_dead = false;
		ASSERT(at_rest(w));
		ASSERT_EQ(atomic64_read(&w->mock->nr_pages), 0);
		ASSERT_EQ(atomic_read(&w->nr_ops[MIRROR_OP_BLOCK]), 0);
		ASSERT_EQ(atomic_read(&w->nr_ops[MIRROR_OP_TRACK]), 0);
		ASSERT_EQ(atomic64_read(&w->mock->calls[KVM_MOCK_DIE]), 1);
		world_destroy(w);
		ASSERT(nothing_leaks());
	}
	ASSERT(nr_late);
	snprintf(ret_value, size, "%d lives, %ld faults came too late", nr_lives, nr_late);
	return true;
}

/* A vCPU accepts 4 KiB in one block after the other: the huge leaf of each has to be split. */
static void *run_split(void *arg)
{
	struct job *job = at_start_line(arg);
	int block, ret;

	for (block = job->id; block < 6; block += 2) {
		do {
			ret = kvm_mirror_split_gfn(&job->w->kvm, world_gfn(block * BLOCK_PAGES));
			job->nr_done += ret == -ENOMEM;
		} while (ret == -EBUSY || ret == -ENOMEM);
		BUG_ON(ret);
	}
	return NULL;
}

/* Two edges of each hole cut huge leaves. */
static void *run_cut(void *arg)
{
	struct job *job = at_start_line(arg);
	int block, ret;

	for (block = 6 + 2 * job->id; block < 10; block += 4) {
		do {
			/* Two files of guest_memfd: their holes have no lock in common. */
			ret = world_punch_unlocked(job->w, block * BLOCK_PAGES + 10, BLOCK_PAGES);
			job->nr_done += ret == -ENOMEM;
		} while (ret);
	}
	return NULL;
}

/*
 * Splits and holes at the same time, while every other allocation of each of them fails.  An error that user space can
 * repeat is right; the VM lives, and no leaf stays blocked.
 */
static bool test_no_memory(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 1 };
	int i, life, nr_lives = options->nr_ops > 5000 ? 100 : 5;
	long nr_failed = 0;
	struct job jobs[4];

	for (life = 0; life < nr_lives; life++) {
		struct world *w = world_create(&config);

		ASSERT(w);
		for (i = 0; i < 12; i++)
			ASSERT(world_fault(w, 0, i * BLOCK_PAGES, PRIVATE) <= RET_PF_SPURIOUS);
		set_jobs(jobs, ARRAY_SIZE(jobs), w, options->seed + life * 10);
		for (i = 0; i < (int)ARRAY_SIZE(jobs); i++) {
			jobs[i].run = i < 2 ? run_split : run_cut;
			jobs[i].id &= 1;
		}
		shim_fail_chance = 2;
		nr_failed += run_jobs(jobs, ARRAY_SIZE(jobs), 4);
		shim_fail_chance = 0;
		ASSERT(at_rest(w));
		for (i = 0; i < 6; i++)
			ASSERT_EQ(world_mapped(w, i * BLOCK_PAGES, PRIVATE), PG_LEVEL_4K);
		for (i = 6; i < 10; i++)
			ASSERT_EQ(world_mapped(w, i * BLOCK_PAGES + 9, PRIVATE), i & 1 ? 0 : PG_LEVEL_4K);
		world_destroy(w);
		ASSERT(nothing_leaks());
	}
	snprintf(ret_value, size, "%d lives, %ld errors -ENOMEM", nr_lives, nr_failed);
	return true;
}

const struct test thread_tests[] = {
	{ "threads.faults", test_faults },
	{ "threads.counters", test_counters },
	{ "threads.removals", test_removals },
	{ "threads.pending", test_pending },
	{ "threads.end", test_end },
	{ "threads.no-memory", test_no_memory },
	{ "threads.wake-up", test_wake_up },
	{ "threads.closed", test_closed },
	{ NULL, NULL },
};
