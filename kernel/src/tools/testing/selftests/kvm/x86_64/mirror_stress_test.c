// SPDX-License-Identifier: GPL-2.0-only
/*
 * Four vCPUs at once: they fault on the same range; they use pages on one side while the host
 * converts them to the other, and the private page table is busy or slow; the host punches
 * holes; the VM is killed at random moments.
 *
 *	mirror_stress_test [-s SEED] [-n ROUNDS]
 */
#include <getopt.h>
#include <signal.h>
#include <sys/wait.h>

#include "mirror_vm.h"

#define NR	1024ul

static unsigned int seed;

static u64 rnd(unsigned int *state, u64 below)
{
	return (u64)rand_r(state) % below;
}

struct thread {
	struct mirror_vm *m;
	int v, rounds;
	enum mirror_side side;
	unsigned int seed;
};

/* All vCPUs use the same range, but each has its own word in each page. */
static void *use_range(void *arg)
{
	struct thread *t = arg;

	mirror_do(t->m, t->v, JOB_WRITE, PRIVATE, 0, NR, 20 + t->v);
	mirror_do(t->m, t->v, JOB_CHECK, PRIVATE, 0, NR, 20 + t->v);
	return NULL;
}

/* Use random ranges on a random side; mirror_do() converts pages that are on the other side. */
static void *pull_pages(void *arg)
{
	struct thread *t = arg;
	int i;

	for (i = 1; i <= t->rounds; i++) {
		u64 page = rnd(&t->seed, NR), nr = 1 + rnd(&t->seed, min(NR - page, 64ul));
		enum mirror_side side = rnd(&t->seed, 2) ? SHARED : PRIVATE;

		mirror_do(t->m, t->v, JOB_WRITE, side, page, nr, i);
		mirror_do(t->m, t->v, JOB_CHECK, side, page, nr, i);
	}
	return NULL;
}

static void run_threads(struct mirror_vm *m, pthread_t *id, struct thread *t,
			void *(*fn)(void *), int rounds)
{
	int v;

	for (v = 0; v < MIRROR_MAX_VCPUS; v++) {
		t[v] = (struct thread) { .m = m, .v = v, .rounds = rounds, .seed = seed + v };
		pthread_create(&id[v], NULL, fn, &t[v]);
	}
}

static void join_threads(pthread_t *id)
{
	int v;

	for (v = 0; v < MIRROR_MAX_VCPUS; v++)
		pthread_join(id[v], NULL);
}

static void test_one_range(u64 flags, int busy)
{
	struct mirror_vm *m = mirror_create(MIRROR_MAX_VCPUS, flags);
	struct thread t[MIRROR_MAX_VCPUS];
	pthread_t id[MIRROR_MAX_VCPUS];
	struct kvm_mirror_test_counts c;

	if (busy) {
		/* Begin with the second call: with huge leaves the range needs only two. */
		mirror_script(m, KVM_MOCK_MAP, 1, busy, -EBUSY);
		mirror_script(m, KVM_MOCK_LINK, 1, 2, -EBUSY);
	}
	run_threads(m, id, t, use_range, 1);
	join_threads(id);

	c = mirror_counts(m);
	TEST_ASSERT_EQ(c.pages, NR);
	TEST_ASSERT(c.busy >= busy, "busy only %llu times", c.busy);
	/* Each leaf is mapped once, whichever vCPU faults first; busy calls count, too. */
	TEST_ASSERT_EQ(c.calls[KVM_MOCK_MAP] - (busy ?: 0),
		       NR - c.huge_pages + c.huge_pages / HUGE_PAGES);
	mirror_finish(m, "4 vCPUs fault one range, %d times busy, flags %lu", busy, flags);
}

/*
 * The host converts ranges that the vCPUs are using.  The data of both sides survives, because
 * nobody punches holes: guest_memfd and the host's memory keep it.
 */
static void test_convert_under_load(u64 flags, u64 slow, int rounds)
{
	struct mirror_vm *m = mirror_create(MIRROR_MAX_VCPUS, flags);
	struct thread t[MIRROR_MAX_VCPUS];
	pthread_t id[MIRROR_MAX_VCPUS];
	struct kvm_mirror_test_counts c;
	int i;

	mirror_cmd(m->vm, KVM_MIRROR_TEST_SLOW, slow);
	run_threads(m, id, t, pull_pages, rounds);
	for (i = 0; i < rounds; i++) {
		u64 page = rnd(&seed, NR), nr = 1 + rnd(&seed, NR - page);

		/* Busy less often than KVM retries an op, so that no conversion fails. */
		mirror_script(m, rnd(&seed, KVM_MOCK_READ), rnd(&seed, 4), 1 + rnd(&seed, 8),
			      -EBUSY);
		mirror_convert(m, page, nr, rnd(&seed, 2) ? SHARED : PRIVATE);
		if (!(i % 8))
			mirror_verify(m);
	}
	join_threads(id);

	mirror_verify(m);
	c = mirror_counts(m);
	TEST_ASSERT(c.busy && c.calls[KVM_MOCK_UNMAP] && atomic_load(&m->nr_converted),
		    "%llu busy, %llu unmaps, %lu conversions: not much of a load", c.busy,
		    c.calls[KVM_MOCK_UNMAP], atomic_load(&m->nr_converted));
	mirror_destroy(m);
	mirror_pass("conversions under 4 vCPUs, flags %lu: %llu maps, %llu unmaps, %llu splits",
		    flags, c.calls[KVM_MOCK_MAP], c.calls[KVM_MOCK_UNMAP],
		    c.calls[KVM_MOCK_SPLIT]);
	mirror_pass("... %llu tracks, %llu TLB flushes, %llu times busy, held out %llu times",
		    c.calls[KVM_MOCK_TRACK], c.flushes, c.busy, c.held);
}

/* Holes lose data, so the guests only write and do not check. */
static void *write_pages(void *arg)
{
	struct thread *t = arg;
	int i;

	for (i = 1; i <= t->rounds; i++) {
		u64 page = rnd(&t->seed, NR);

		mirror_do(t->m, t->v, JOB_WRITE, PRIVATE, page, min(NR - page, 64ul), i);
	}
	return NULL;
}

static void test_punch_under_load(int rounds)
{
	struct mirror_vm *m = mirror_create(MIRROR_MAX_VCPUS, 0);
	struct thread t[MIRROR_MAX_VCPUS];
	pthread_t id[MIRROR_MAX_VCPUS];
	int i;

	run_threads(m, id, t, write_pages, rounds);
	for (i = 0; i < rounds; i++) {
		u64 page = rnd(&seed, NR), nr = 1 + rnd(&seed, NR - page);

		vm_guest_mem_punch_hole(m->vm, MIRROR_GPA + page * PAGE_SIZE, nr * PAGE_SIZE);
	}
	join_threads(id);
	vm_guest_mem_punch_hole(m->vm, MIRROR_GPA, NR * PAGE_SIZE);
	mirror_do(m, 0, JOB_CHECK, PRIVATE, 0, NR, 0);
	mirror_finish(m, "holes under 4 vCPUs");
}

/* Kill a process with a VM whose vCPUs run and whose memory is being converted. */
static void test_kill(int rounds)
{
	int i, status;

	for (i = 0; i < rounds; i++) {
		int pipefd[2];
		char byte;
		pid_t pid;

		TEST_ASSERT(!pipe(pipefd), "pipe");
		pid = fork();
		if (!pid) {
			struct mirror_vm *m = mirror_create(MIRROR_MAX_VCPUS, 0);
			struct thread t[MIRROR_MAX_VCPUS];
			pthread_t id[MIRROR_MAX_VCPUS];

			seed += i;
			run_threads(m, id, t, pull_pages, INT32_MAX);
			TEST_ASSERT(write(pipefd[1], "", 1) == 1, "write");
			for (;;)
				mirror_convert(m, rnd(&seed, NR), 1 + rnd(&seed, 64),
					       rnd(&seed, 2) ? SHARED : PRIVATE);
		}
		close(pipefd[1]);
		TEST_ASSERT(read(pipefd[0], &byte, 1) == 1, "the child died on its own");
		close(pipefd[0]);
		usleep(rnd(&seed, 300000));
		kill(pid, SIGKILL);
		TEST_ASSERT(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
			    WTERMSIG(status) == SIGKILL, "the child's status is 0x%x", status);
	}
	mirror_pass("%d VMs killed at work", rounds);
}

int main(int argc, char *argv[])
{
	int opt, rounds = 40;

	seed = time(NULL);
	while ((opt = getopt(argc, argv, "s:n:")) != -1) {
		if (opt == 's')
			seed = atoi_positive("seed", optarg);
		else if (opt == 'n')
			rounds = atoi_positive("rounds", optarg);
		else
			return 2;
	}
	printf("mirror_stress_test -s %u -n %d\n", seed, rounds);

	test_one_range(0, 0);
	test_one_range(KVM_MIRROR_TEST_PENDING, 0);
	test_one_range(0, 100);
	test_convert_under_load(0, 0, rounds);
	test_convert_under_load(0, 200, rounds);
	test_convert_under_load(KVM_MIRROR_TEST_PENDING, 200, rounds);
	test_punch_under_load(rounds);
	test_kill(rounds / 5);
	return 0;
}
