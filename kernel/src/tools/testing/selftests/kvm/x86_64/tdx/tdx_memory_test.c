// SPDX-License-Identifier: GPL-2.0-only
/*
 * Private and shared memory of a TD: accept it and convert it, check the data on both sides,
 * let several vCPUs use the same pages, take pages away, and try to read private memory.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "td.h"

#define PAGE		0x1000ULL
#define HUGE		0x200000ULL
/* Start of memory that the TD has not used yet, 2 MiB aligned. */
#define AT		0x800000ULL

#define STATUS(status)	((status) >> 32)
#define ALREADY_ACCEPTED 0x00000b0aULL
#define SIZE_MISMATCH	0xc0000b0bULL

static struct td td;

static void create(unsigned int nr_vcpus)
{
	td_create(&td, &(struct td_options) { .nr_vcpus = nr_vcpus });
}

static void expect_private(unsigned int index, uint64_t gpa, uint64_t bytes, uint64_t seed)
{
	EXPECT_EQ(CALL(&td, index, AGENT_CHECK, gpa, bytes, seed), 0);
}

static void fill_private(unsigned int index, uint64_t gpa, uint64_t bytes, uint64_t seed)
{
	CALL(&td, index, AGENT_FILL, gpa, bytes, seed);
}

static void expect_host(uint64_t gpa, uint64_t bytes, uint64_t seed)
{
	uint64_t at;

	for (at = 0; at < bytes; at += 8)
		EXPECT_EQ(*(uint64_t *)(td.shared + gpa + at), agent_pattern(seed, at));
}

static void fill_host(uint64_t gpa, uint64_t bytes, uint64_t seed)
{
	uint64_t at;

	for (at = 0; at < bytes; at += 8)
		*(uint64_t *)(td.shared + gpa + at) = agent_pattern(seed, at);
}

/* Accepted memory is zero, keeps its data, and cannot be accepted again. */
static void test_accept(void)
{
	create(1);
	EXPECT_EQ(td_accept(&td, 0, AT, 16 * PAGE, 0), 0);
	expect_private(0, AT, 16 * PAGE, 0);
	fill_private(0, AT, 16 * PAGE, 1);
	EXPECT_EQ(STATUS(td_accept(&td, 0, AT, 16 * PAGE, 0)), ALREADY_ACCEPTED);
	expect_private(0, AT, 16 * PAGE, 1);
	td_destroy(&td);
}

/* Accept by 2M and, if that is a size mismatch, by 4K, as firmware does. */
static void test_accept_huge(void)
{
	uint64_t status;

	create(1);
	status = td_accept(&td, 0, AT, HUGE, 1);
	if (STATUS(status) == SIZE_MISMATCH)
		status = td_accept(&td, 0, AT, HUGE, 0);
	EXPECT(!(status >> 63));
	fill_private(0, AT, HUGE, 2);
	expect_private(0, AT, HUGE, 2);
	td_destroy(&td);
}

/* Accept by 4K in the middle of memory that the host may have mapped by 2M. */
static void test_accept_small(void)
{
	create(1);
	EXPECT_EQ(td_accept(&td, 0, AT + 100 * PAGE, PAGE, 0), 0);
	fill_private(0, AT + 100 * PAGE, PAGE, 3);
	EXPECT_EQ(td_accept(&td, 0, AT + 101 * PAGE, 411 * PAGE, 0), 0);
	EXPECT_EQ(td_accept(&td, 0, AT, 100 * PAGE, 0), 0);
	expect_private(0, AT + 100 * PAGE, PAGE, 3);
	expect_private(0, AT, 100 * PAGE, 0);
	td_destroy(&td);
}

/* Convert private -> shared -> private; neither side may ever see the other's data. */
static void convert(uint64_t gpa, uint64_t bytes)
{
	EXPECT(!(td_accept(&td, 0, gpa, bytes, 0) >> 63));
	fill_private(0, gpa, bytes, 10);
	expect_host(gpa, bytes, 0);

	EXPECT_EQ(td_map_gpa(&td, 0, gpa, bytes, false), 0);
	fill_host(gpa, bytes, 11);
	EXPECT_EQ(CALL(&td, 0, AGENT_CHECK, AGENT_SHARED_VA + gpa, bytes, 11), 0);
	CALL(&td, 0, AGENT_FILL, AGENT_SHARED_VA + gpa, bytes, 12);
	expect_host(gpa, bytes, 12);

	EXPECT_EQ(td_map_gpa(&td, 0, gpa, bytes, true), 0);
	EXPECT(!(td_accept(&td, 0, gpa, bytes, 0) >> 63));
	expect_private(0, gpa, bytes, 0);
	fill_private(0, gpa, bytes, 13);
	expect_private(0, gpa, bytes, 13);
	expect_host(gpa, bytes, 0);
}

static void test_convert(void)
{
	static const struct { uint64_t gpa, bytes; } ranges[] = {
		{ AT, PAGE }, { AT + 7 * PAGE, 9 * PAGE }, { AT, HUGE },
		{ AT + HUGE - PAGE, 2 * PAGE },
		{ AT + PAGE, HUGE }, { AT + 2 * HUGE, 2 * HUGE },
	};
	unsigned int i;

	create(1);
	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		convert(ranges[i].gpa, ranges[i].bytes);
		convert(ranges[i].gpa, ranges[i].bytes);
	}
	/* The neighbours of a converted page keep their data. */
	td_accept(&td, 0, AT + 8 * HUGE, HUGE, 0);
	fill_private(0, AT + 8 * HUGE, HUGE, 20);
	convert(AT + 8 * HUGE + 5 * PAGE, PAGE);
	EXPECT_EQ(CALL(&td, 0, AGENT_CHECK, AT + 8 * HUGE, 5 * PAGE, 20), 0);
	td_destroy(&td);
}

static void test_map_gpa_arguments(void)
{
	create(1);
	EXPECT_EQ(CALL(&td, 0, AGENT_VMCALL, 0, 0x10001, AT, 0), 0x8000000000000000ULL);
	EXPECT_EQ(CALL(&td, 0, AGENT_VMCALL, 0, 0x10001, AT + 1, PAGE), 0x8000000000000002ULL);
	EXPECT_EQ(CALL(&td, 0, AGENT_VMCALL, 0, 0x10001, AT, PAGE + 1), 0x8000000000000002ULL);
	EXPECT_EQ(CALL(&td, 0, AGENT_VMCALL, 0, 0x10001, TD_SHARED_BIT - PAGE, 2 * PAGE),
		  0x8000000000000000ULL);
	EXPECT_EQ(CALL(&td, 0, AGENT_VMCALL, 0, 0x10001, AT, ~0xfffULL), 0x8000000000000000ULL);
	/* User space refuses to convert the second 2 MiB: the guest learns the address. */
	EXPECT(!START(&td, 0, AGENT_VMCALL, 0, 0x10001, AT | TD_SHARED_BIT, 2 * HUGE));
	td.vcpus[0].run->hypercall.ret = 0;
	EXPECT(!td_resume(&td, 0));
	EXPECT_EQ(td.vcpus[0].run->hypercall.args[0], AT + HUGE);
	td.vcpus[0].run->hypercall.ret = EINVAL;
	EXPECT(td_resume(&td, 0));
	EXPECT_EQ(td.vcpus[0].box->ret[0], 0x8000000000000000ULL);
	EXPECT_EQ(td.vcpus[0].box->ret[1], (AT + HUGE) | TD_SHARED_BIT);
	td_destroy(&td);
}

/* The host removes a private page of a TD by punching a hole; the TD has to accept it again. */
static void test_punch(void)
{
	create(1);
	EXPECT_EQ(td_accept(&td, 0, AT, 4 * PAGE, 0), 0);
	fill_private(0, AT, 4 * PAGE, 5);
	EXPECT_EQ(fallocate(td.gmem_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, AT, PAGE), 0);
	/* The TD accepts the removed page again, and it is zero. */
	EXPECT_EQ(td_accept(&td, 0, AT, PAGE, 0), 0);
	expect_private(0, AT, PAGE, 0);
	td_destroy(&td);
}

/* A TD with #VE disabled accesses a page that it has not accepted: only this TD dies. */
static void test_not_accepted(void)
{
	struct td_vcpu *vcpu = &td.vcpus[0];
	int ret;

	create(1);
	vcpu->box->op = AGENT_READ;
	vcpu->box->args[0] = AT;
	vcpu->box->args[1] = 8;
	do {
		ret = td_run_once(vcpu);
	} while (!ret || ret == -EINTR);
	EXPECT_EQ(-ret, EIO);
	EXPECT_EQ(-td_run_once(vcpu), EIO);
	td_destroy(&td);
	create(1);
	td_destroy(&td);
}

struct worker {
	unsigned int index;
	uint64_t gpa, bytes;
	pthread_t thread;
};

static void *accept_worker(void *arg)
{
	struct worker *worker = arg;

	EXPECT(!(td_accept(&td, worker->index, worker->gpa, worker->bytes, 0) >> 63));
	return NULL;
}

/* Four vCPUs accept the same pages at once; each page is accepted once, and is zero. */
static void test_accept_race(void)
{
	struct worker workers[4];
	int round, i;

	create(4);
	for (round = 0; round < 4; round++) {
		uint64_t gpa = AT + round * 2 * HUGE;

		for (i = 0; i < 4; i++) {
			workers[i] = (struct worker) { .index = i, .gpa = gpa, .bytes = HUGE };
			EXPECT_EQ(pthread_create(&workers[i].thread, NULL, accept_worker,
						 &workers[i]), 0);
		}
		for (i = 0; i < 4; i++)
			EXPECT_EQ(pthread_join(workers[i].thread, NULL), 0);
		expect_private(round, gpa, HUGE, 0);
	}
	td_destroy(&td);
}

static void *convert_worker(void *arg)
{
	struct worker *worker = arg;
	int i;

	for (i = 0; i < 6; i++) {
		unsigned int index = worker->index;

		EXPECT(!(td_accept(&td, index, worker->gpa, worker->bytes, 0) >> 63));
		fill_private(index, worker->gpa, worker->bytes, 100 + index);
		expect_private(index, worker->gpa, worker->bytes, 100 + index);
		EXPECT_EQ(td_map_gpa(&td, index, worker->gpa, worker->bytes, false), 0);
		fill_host(worker->gpa, worker->bytes, 200 + index);
		EXPECT_EQ(CALL(&td, index, AGENT_CHECK, AGENT_SHARED_VA + worker->gpa,
			       worker->bytes, 200 + index), 0);
		EXPECT_EQ(td_map_gpa(&td, index, worker->gpa, worker->bytes, true), 0);
	}
	return NULL;
}

/* vCPUs convert adjacent ranges at once, which are in the same huge page. */
static void test_convert_race(void)
{
	struct worker workers[3];
	int i;

	create(3);
	for (i = 0; i < 3; i++) {
		workers[i] = (struct worker) {
			.index = i, .gpa = AT + i * 40 * PAGE, .bytes = 40 * PAGE,
		};
		EXPECT_EQ(pthread_create(&workers[i].thread, NULL, convert_worker, &workers[i]), 0);
	}
	for (i = 0; i < 3; i++)
		EXPECT_EQ(pthread_join(workers[i].thread, NULL), 0);
	td_destroy(&td);
}

/* KVM maps memory before the TD accesses it. */
static void test_pre_fault(void)
{
	create(1);
	td_pre_fault(&td, 0, AT, HUGE);
	EXPECT_EQ(td_accept(&td, 0, AT, HUGE, 0), 0);
	expect_private(0, AT, HUGE, 0);
	td_destroy(&td);
}

static void read_by_proc(void *at, void *page)
{
	int fd = open("/proc/self/mem", O_RDONLY);

	EXPECT(fd >= 0);
	EXPECT_EQ(pread(fd, page, PAGE, (off_t)(uintptr_t)at), PAGE);
	close(fd);
}

static void read_by_process(void *at, void *page)
{
	struct iovec to = { page, PAGE }, from = { at, PAGE };

	EXPECT_EQ(process_vm_readv(getpid(), &to, 1, &from, 1, 0), PAGE);
}

static void read_by_vmsplice(void *at, void *page)
{
	struct iovec from = { at, PAGE };
	int ends[2];

	EXPECT(!pipe(ends));
	EXPECT_EQ(vmsplice(ends[1], &from, 1, 0), PAGE);
	EXPECT_EQ(read(ends[0], page, PAGE), PAGE);
	close(ends[0]);
	close(ends[1]);
}

/* A child process reads the page of its parent by ptrace(). */
static void read_by_ptrace(void *at, void *page)
{
	int ends[2], status;
	pid_t child;
	size_t i;

	EXPECT(!pipe(ends));
	child = fork();
	EXPECT(child >= 0);
	if (!child) {
		pid_t parent = getppid();
		long word;

		if (ptrace(PTRACE_ATTACH, parent, 0, 0) || waitpid(parent, &status, 0) != parent)
			_exit(1);
		for (i = 0; i < PAGE / sizeof(word); i++) {
			word = ptrace(PTRACE_PEEKDATA, parent, (long *)at + i, 0);
			if (write(ends[1], &word, sizeof(word)) != sizeof(word))
				_exit(1);
		}
		_exit(!!ptrace(PTRACE_DETACH, parent, 0, 0));
	}
	EXPECT_EQ(waitpid(child, &status, 0), child);
	EXPECT_EQ(status, 0);
	EXPECT_EQ(read(ends[0], page, PAGE), PAGE);
	close(ends[0]);
	close(ends[1]);
}

/* The guest_memfd can be neither mapped nor read nor written. */
static void expect_no_way_by_file(void *page)
{
	loff_t at = AT;
	int ends[2];

	EXPECT(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, td.gmem_fd, AT) == MAP_FAILED);
	EXPECT(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, td.gmem_fd, AT) == MAP_FAILED);
	EXPECT(pread(td.gmem_fd, page, PAGE, AT) < 0);
	EXPECT(pwrite(td.gmem_fd, page, PAGE, AT) < 0);
	EXPECT(!pipe(ends));
	EXPECT(splice(td.gmem_fd, &at, ends[1], NULL, PAGE, 0) < 0);
	close(ends[0]);
	close(ends[1]);
}

/*
 * However user space reads the addresses at which the TD's memory is mapped, it reads the
 * shared side and finds what the host has written there, never private memory.
 */
static void test_host_reads(void)
{
	static void (*const ways[])(void *at, void *page) = {
		read_by_proc, read_by_process, read_by_vmsplice, read_by_ptrace,
	};
	static uint64_t page[PAGE / 8];
	unsigned int way;
	uint64_t i;

	create(1);
	EXPECT_EQ(td_accept(&td, 0, AT, PAGE, 0), 0);
	fill_private(0, AT, PAGE, 7);
	fill_host(AT, PAGE, 8);
	for (way = 0; way < sizeof(ways) / sizeof(ways[0]); way++) {
		memset(page, 0, PAGE);
		ways[way](td.shared + AT, page);
		for (i = 0; i < PAGE; i += 8)
			EXPECT_EQ(page[i / 8], agent_pattern(8, i));
	}
	expect_no_way_by_file(page);
	expect_private(0, AT, PAGE, 7);
	td_destroy(&td);
}

int main(void)
{
	static const struct td_test tests[] = {
		{ "accept", test_accept }, { "accept-huge", test_accept_huge },
		{ "accept-small", test_accept_small }, { "convert", test_convert },
		{ "map-gpa-arguments", test_map_gpa_arguments }, { "punch", test_punch },
		{ "not-accepted", test_not_accepted }, { "accept-race", test_accept_race },
		{ "convert-race", test_convert_race }, { "pre-fault", test_pre_fault },
		{ "host-reads", test_host_reads }, {},
	};

	return td_run_tests(tests);
}
