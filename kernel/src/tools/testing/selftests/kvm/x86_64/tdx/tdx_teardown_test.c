// SPDX-License-Identifier: GPL-2.0-only
/*
 * The end of TDs: before they are complete, with files closed in different order, killed.
 * After each test no page may be lost.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "td.h"

#define TD_PAGE		4096ULL
#define TD_HUGE		0x200000ULL
#define MEMORY		(32ULL << 20)
/* Private memory that is not part of the TD's initial memory. */
#define FREE_GPA	(16ULL << 20)
#define KILLS		200
/* The first kills fill caches of the kernel, which stay; do not measure them. */
#define WARM_UP		40
/* TDs with which measure_steps() finds out how long each step takes. */
#define MEASURED	6
/*
 * Accept that this much more memory is in use afterwards.  It is two pages for each kill; if
 * kills leaked TDs it would be much more, because the smallest TD has 26 pages.
 */
#define MARGIN_KIB	((KILLS - WARM_UP) * 8)
/* Time limit for memory that is freed later, by RCU and by work queues. */
#define FREE_S		20
#define SEED		0x5eed

/* The agent accepts memory, checks that it is zero, writes a pattern and checks it. */
static void use_memory(struct td *td, unsigned int index, uint64_t gpa, uint64_t bytes, int level)
{
	EXPECT_EQ(td_accept(td, index, gpa, bytes, level), 0);
	EXPECT_EQ(CALL(td, index, AGENT_CHECK, gpa, bytes, 0), 0);
	CALL(td, index, AGENT_FILL, gpa, bytes, SEED);
	EXPECT_EQ(CALL(td, index, AGENT_CHECK, gpa, bytes, SEED), 0);
}

static void half_way(void)
{
	struct td td;
	int until;

	for (until = TD_BEFORE_INIT_VM; until <= TD_BEFORE_RUN; until++) {
		struct td_options options = { .bytes = MEMORY, .nr_vcpus = 2, .until = until };

		td_create(&td, &options);
		td_destroy(&td);
	}
	td_expect_nothing_leaked();
}

static void vm_closed_first(void)
{
	struct td td;

	td_create(&td, &(struct td_options) { .bytes = MEMORY, .nr_vcpus = 2 });
	close(td.vm_fd);
	td.vm_fd = -1;
	td_destroy(&td);
	td_expect_nothing_leaked();
}

static void *run_until_dead(void *vcpu)
{
	int ret;

	do {
		ret = td_run_once(vcpu);
	} while (!ret || ret == -EINTR || ret == -EAGAIN);
	EXPECT_EQ(-ret, EIO);
	return NULL;
}

/*
 * The guest_memfd is closed while one vCPU runs and another one could.  The TD has lost its memory:
 * it is dead, and its KeyID is free although its other files are open.
 */
static void memory_closed_first(void)
{
	unsigned int keyids = td_count_keyids();
	pthread_t thread;
	struct td td;

	td_create(&td, &(struct td_options) { .bytes = MEMORY, .nr_vcpus = 2 });
	use_memory(&td, 0, FREE_GPA, 64 * TD_PAGE, 0);
	td.vcpus[1].box->op = AGENT_SPIN;
	td.vcpus[1].box->args[0] = FREE_GPA;
	td.vcpus[1].box->args[1] = TD_PAGE;
	td.vcpus[1].box->rounds = 0;
	EXPECT(!pthread_create(&thread, NULL, run_until_dead, &td.vcpus[1]));
	while (!td.vcpus[1].box->rounds)
		sched_yield();
	close(td.gmem_fd);
	td.gmem_fd = -1;
	EXPECT(!pthread_join(thread, NULL));
	EXPECT_EQ(-td_run_once(&td.vcpus[0]), EIO);
	EXPECT_EQ(td_count_keyids(), keyids);
	td_destroy(&td);
	td_expect_nothing_leaked();
}

/* SEAMCALLs that only a TD needs that goes on. */
static const char * const live_calls[] = {
	"MEM_RANGE_BLOCK", "MEM_TRACK", "MEM_PAGE_REMOVE",
};

struct calls {
	unsigned long live, wbinvd, reclaim, enter, all;
};

static struct calls read_calls(void)
{
	struct calls calls = {
		.wbinvd = td_nr_calls("PHYMEM_PAGE_WBINVD"),
		.reclaim = td_nr_calls("PHYMEM_PAGE_RECLAIM"),
		.enter = td_nr_calls("VP_ENTER"),
		.all = td_nr_calls(NULL),
	};
	unsigned int i;

	for (i = 0; i < sizeof(live_calls) / sizeof(live_calls[0]); i++)
		calls.live += td_nr_calls(live_calls[i]);
	return calls;
}

/*
 * A TD ends with one call for each page, PAGE.WBINVD for the TDR alone, and a few for its vCPUs and
 * its key.
 */
static void expect_few_calls(const struct calls *before, const char *how)
{
	struct calls after = read_calls();

	printf("# %s: %lu SEAMCALLs, %lu of them PAGE.RECLAIM\n", how,
	       after.all - before->all, after.reclaim - before->reclaim);
	EXPECT_EQ(after.live - before->live, 0);
	EXPECT_EQ(after.wbinvd - before->wbinvd, 1);
	/* A vCPU that spins was entered a few times more. */
	EXPECT(after.all - before->all - (after.enter - before->enter) <=
	       after.reclaim - before->reclaim + 10);
}

static void create_with_memory(struct td *td)
{
	td_create(td, &(struct td_options) { .bytes = MEMORY, .nr_vcpus = 2 });
	use_memory(td, 0, FREE_GPA, 16 * TD_PAGE, 0);
	use_memory(td, 0, FREE_GPA + TD_HUGE, 4 * TD_HUGE, 1);
}

/* The files of a TD are closed in each order, while its process lives.  Its vCPUs stay mapped. */
static void closed_in_any_order(void)
{
	static const char * const orders[] = { "vcg", "vgc", "cvg", "cgv", "gvc", "gcv" };
	struct calls before;
	struct td td;
	unsigned int i, j, k;

	for (i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		create_with_memory(&td);
		before = read_calls();
		for (j = 0; j < 3; j++) {
			switch (orders[i][j]) {
			case 'v':
				close(td.vm_fd);
				td.vm_fd = -1;
				break;
			case 'g':
				close(td.gmem_fd);
				td.gmem_fd = -1;
				break;
			default:
				for (k = 0; k < td.nr_vcpus; k++) {
					close(td.vcpus[k].fd);
					td.vcpus[k].fd = -1;
				}
			}
		}
		td_destroy(&td);
		expect_few_calls(&before, orders[i]);
		td_expect_nothing_leaked();
	}
}

static void live_spinning(void)
{
	struct td td;

	create_with_memory(&td);
	td_child_is_ready();
	CALL(&td, 1, AGENT_SPIN, FREE_GPA, TD_PAGE);
}

/* The process of a TD is killed.  When it is gone, the TD's memory is back, too. */
static void killed_calls(void)
{
	pid_t pid = td_child_start(live_spinning);
	struct calls before;

	EXPECT(td_child_wait_ready());
	before = read_calls();
	td_child_kill(pid);
	expect_few_calls(&before, "killed");
	td_expect_nothing_leaked();
}

/*
 * A TD is reset as QEMU does it: the new VM is created when the file of the old one is closed, but
 * not its vCPUs.  Its file has the same number, and it must always have statistics of its own.
 */
static void reset(void)
{
	struct td old, td;

	td_create(&old, &(struct td_options) { .bytes = MEMORY });
	close(old.vm_fd);
	close(old.kvm_fd);
	td_create(&td, &(struct td_options) { .bytes = MEMORY });
	EXPECT_EQ(td.vm_fd, old.vm_fd);
	old.vm_fd = -1;
	old.kvm_fd = dup(td.kvm_fd);
	use_memory(&td, 0, FREE_GPA, TD_HUGE, 1);
	EXPECT_EQ(td_stat(&td, "mirror_pages_2m"), 1);
	td_expect_verified(&td);
	td_destroy(&old);
	EXPECT_EQ(td_stat(&td, "mirror_pages_2m"), 1);
	td_expect_verified(&td);
	td_destroy(&td);
	td_expect_nothing_leaked();
}

/* As many TDs as there are KeyIDs, one more, which fails, and one after all are destroyed. */
static void keyids(void)
{
	struct td td;

	EXPECT(td_count_keyids());
	td_create(&td, &(struct td_options) { .bytes = MEMORY, .until = TD_BEFORE_VCPUS });
	td_destroy(&td);
	td_expect_nothing_leaked();
}

/* Steps at which the TD may be killed: TD_BEFORE_* of its creation, and these. */
enum { USING_MEMORY = TD_BEFORE_RUN + 1, CONVERTING, CONVERTED };

static const char * const steps[] = {
	[TD_BEFORE_INIT_VM] = "INIT_VM", [TD_BEFORE_VCPUS] = "new vCPUs",
	[TD_BEFORE_INIT_VCPU] = "INIT_VCPU", [TD_BEFORE_MEMORY] = "INIT_MEM_REGION",
	[TD_BEFORE_FINALIZE] = "FINALIZE_VM", [TD_BEFORE_RUN] = "first run",
	[USING_MEMORY] = "using memory", [CONVERTING] = "converting",
};

/* Shared memory of this process and the one that has the TD. */
static struct {
	/* When the TD is killed: @us microseconds after @step begins. */
	unsigned int step, us;
	/* When each step began for the first time, in microseconds; 0: not yet. */
	unsigned int began_us[CONVERTED + 1];
} *kill_at;

static unsigned int now_us(void)
{
	struct timespec now;

	EXPECT(!clock_gettime(CLOCK_MONOTONIC, &now));
	return now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void kill_in(unsigned int us)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL };
	struct itimerspec when = { .it_value = { us / 1000000, us % 1000000 * 1000 } };
	timer_t timer;

	/* A timer with 0 would never fire. */
	if (!us)
		kill(getpid(), SIGKILL);
	EXPECT(!timer_create(CLOCK_MONOTONIC, &event, &timer));
	EXPECT(!timer_settime(timer, 0, &when, NULL));
}

static void reached(unsigned int step)
{
	if (kill_at->began_us[step])
		return;
	kill_at->began_us[step] = now_us();
	if (step == kill_at->step)
		kill_in(kill_at->us);
}

static void *spin(void *td)
{
	CALL(td, 1, AGENT_SPIN, FREE_GPA, TD_PAGE);
	return NULL;
}

static void live_until_killed(unsigned int nr_vcpus)
{
	struct td_options options = { .bytes = MEMORY, .nr_vcpus = nr_vcpus, .reached = reached };
	uint64_t huge = FREE_GPA + TD_HUGE, hole = huge + 5 * TD_PAGE;
	pthread_t thread;
	struct td td;

	td_create(&td, &options);
	reached(USING_MEMORY);
	use_memory(&td, 0, FREE_GPA, 16 * TD_PAGE, 0);
	use_memory(&td, 0, huge, TD_HUGE, 1);
	if (nr_vcpus > 1)
		EXPECT(!pthread_create(&thread, NULL, spin, &td));

	reached(CONVERTING);
	for (;;) {
		EXPECT_EQ(td_map_gpa(&td, 0, hole, 8 * TD_PAGE, false), 0);
		EXPECT_EQ(td_map_gpa(&td, 0, hole, 8 * TD_PAGE, true), 0);
		use_memory(&td, 0, hole, 8 * TD_PAGE, 0);
		reached(CONVERTED);
	}
}

/* Start a TD and have it killed.  Returns the step at which that happened. */
static unsigned int kill_one(unsigned int nr_vcpus, unsigned int step, unsigned int us)
{
	int status;
	pid_t pid;

	memset(kill_at, 0, sizeof(*kill_at));
	kill_at->step = step;
	kill_at->us = us;
	fflush(stdout);
	pid = fork();
	EXPECT(pid >= 0);
	if (!pid)
		live_until_killed(nr_vcpus);
	EXPECT_EQ(waitpid(pid, &status, 0), pid);
	EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	while (step < CONVERTING && kill_at->began_us[step + 1])
		step++;
	return step;
}

/* Measure how long each step takes at least, with TDs that are killed after the last step. */
static void measure_steps(unsigned int *ret_us)
{
	unsigned int i, step, us;

	memset(ret_us, 0xff, CONVERTED * sizeof(*ret_us));
	for (i = 0; i < MEASURED; i++) {
		kill_one(1 + i % 2, CONVERTED, 0);
		for (step = TD_BEFORE_INIT_VM; step <= CONVERTING; step++) {
			us = kill_at->began_us[step + 1] - kill_at->began_us[step];
			if (us < ret_us[step])
				ret_us[step] = us;
		}
	}
}

/*
 * Kill TDs at each step in turn, in each round at a later moment of the step, up to its end.
 * Count in @hits at which steps they were killed.
 */
static void kill_many(const unsigned int *us, unsigned int from, unsigned int to,
		      unsigned int *hits)
{
	unsigned int i;

	for (i = from; i < to; i++) {
		unsigned int step = TD_BEFORE_INIT_VM + i % CONVERTING, round = i / CONVERTING;

		hits[kill_one(1 + round % 2, step, us[step] * round / (KILLS / CONVERTING))]++;
	}
}

/* Does free memory get back to about @kib? */
static bool is_free_again(unsigned long kib)
{
	unsigned long margin_kib = MARGIN_KIB + td_quarantine_kib();
	int i;

	for (i = 0; i < FREE_S && td_free_kib() + margin_kib < kib; i++)
		sleep(1);
	printf("# %lu KiB free, then %lu KiB\n", kib, td_free_kib());
	return i < FREE_S;
}

/* Kill TDs at each step.  A TD that lives meanwhile must not notice. */
static void kill_at_each_step(void)
{
	unsigned int keyids = td_count_keyids(), us[CONVERTED], hits[CONVERTED] = {}, step;
	unsigned long free_kib;
	struct td beside;

	kill_at = mmap(NULL, TD_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	EXPECT(kill_at != MAP_FAILED);
	td_create(&beside, &(struct td_options) { .bytes = MEMORY });
	use_memory(&beside, 0, FREE_GPA, TD_HUGE, 1);

	measure_steps(us);
	kill_many(us, 0, WARM_UP, hits);
	free_kib = td_free_kib();
	kill_many(us, WARM_UP, KILLS, hits);
	EXPECT(is_free_again(free_kib));

	for (step = TD_BEFORE_INIT_VM; step <= CONVERTING; step++) {
		printf("# %u killed at %s, which takes %u us\n", hits[step], steps[step], us[step]);
		EXPECT(hits[step]);
	}
	EXPECT_EQ(CALL(&beside, 0, AGENT_CHECK, FREE_GPA, TD_HUGE, SEED), 0);
	td_expect_verified(&beside);
	td_destroy(&beside);
	td_expect_nothing_leaked();
	EXPECT_EQ(td_count_keyids(), keyids);
}

int main(void)
{
	return td_run_tests((const struct td_test[]) {
		{ "half-way", half_way }, { "vm-closed-first", vm_closed_first },
		{ "memory-closed-first", memory_closed_first }, { "keyids", keyids },
		{ "closed-in-any-order", closed_in_any_order }, { "killed-calls", killed_calls },
		{ "reset", reset },
		{ "killed", kill_at_each_step },
		{},
	});
}
