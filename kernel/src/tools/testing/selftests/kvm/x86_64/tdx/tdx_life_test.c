// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a TD: the order of the commands that create it, ioctls that KVM refuses for
 * TDs, vCPUs that move between CPUs and threads, and its end at any stage and with files
 * closed in any order.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "td.h"

#define TDG_VP_INFO	1

static void test_boot(void)
{
	struct td td;

	td_create(&td, &(struct td_options) { .nr_vcpus = 1 });
	CALL(&td, 0, AGENT_TDCALL, TDG_VP_INFO);
	EXPECT_EQ(td.vcpus[0].box->ret[0], 0);
	EXPECT_EQ(td.vcpus[0].box->ret[1] & 0x3f, 48);
	EXPECT_EQ(td.vcpus[0].box->ret[4], 0);
	td_destroy(&td);
}

static void test_vcpus(void)
{
	struct td td;
	unsigned int i;

	td_create(&td, &(struct td_options) { .nr_vcpus = 4 });
	for (i = 0; i < 4; i++) {
		CALL(&td, i, AGENT_TDCALL, TDG_VP_INFO);
		/* TDG.VP.INFO: NUM_VCPUS and VCPU_INDEX */
		EXPECT_EQ((uint32_t)td.vcpus[i].box->ret[3], 4);
		EXPECT_EQ(td.vcpus[i].box->ret[4], i);
	}
	td_destroy(&td);
}

/* Commands in states of the TD in which KVM must refuse them. */
static void test_order(void)
{
	struct td td;

	td_create(&td, &(struct td_options) { .until = TD_BEFORE_INIT_VM });
	EXPECT_EQ(-td_finalize(&td), EINVAL);
	EXPECT(ioctl(td.vm_fd, KVM_CREATE_VCPU, 0L) < 0 && errno == EIO);
	EXPECT_EQ(td_init_vm(&td), 0);
	EXPECT(td_init_vm(&td) < 0);
	td_destroy(&td);

	td_create(&td, &(struct td_options) { .nr_vcpus = 2, .until = TD_BEFORE_INIT_VCPU });
	EXPECT_EQ(-td_run_once(&td.vcpus[0]), EINVAL);
	EXPECT(td_finalize(&td) < 0);
	EXPECT_EQ(td_init_vcpu(&td, 0), 0);
	EXPECT(td_init_vcpu(&td, 0) < 0);
	EXPECT_EQ(-td_run_once(&td.vcpus[0]), EINVAL);
	td_destroy(&td);

	td_create(&td, &(struct td_options) { .until = TD_BEFORE_RUN });
	EXPECT(td_init_vcpu(&td, 0) < 0);
	EXPECT(td_finalize(&td) < 0);
	td_destroy(&td);
}

static int expect_errno(struct td *td, unsigned long request, void *arg)
{
	return ioctl(td->vcpus[0].fd, request, arg) < 0 ? errno : 0;
}

/* KVM does not have the registers of a TD's vCPU, so it refuses to get and set them. */
static void test_refuse(void)
{
	static uint64_t buffer[2048];
	struct td td;

	td_create(&td, &(struct td_options) { .nr_vcpus = 1 });
	EXPECT_EQ(expect_errno(&td, KVM_GET_REGS, buffer), EINVAL);
	EXPECT_EQ(expect_errno(&td, KVM_SET_REGS, buffer), EINVAL);
	EXPECT_EQ(expect_errno(&td, KVM_GET_SREGS, buffer), EINVAL);
	EXPECT_EQ(expect_errno(&td, KVM_SET_SREGS, buffer), EINVAL);
	EXPECT_EQ(expect_errno(&td, KVM_GET_SREGS2, buffer), EINVAL);
	EXPECT_EQ(expect_errno(&td, KVM_GET_FPU, buffer), EINVAL);
	EXPECT_EQ(expect_errno(&td, KVM_SET_FPU, buffer), EINVAL);
	EXPECT_EQ(expect_errno(&td, KVM_GET_XSAVE, buffer), EINVAL);
	EXPECT_EQ(expect_errno(&td, KVM_GET_XCRS, buffer), EINVAL);
	EXPECT_EQ(expect_errno(&td, KVM_GET_DEBUGREGS, buffer), EINVAL);
	EXPECT_EQ(expect_errno(&td, KVM_GET_LAPIC, buffer), EINVAL);
	EXPECT_EQ(expect_errno(&td, KVM_SET_LAPIC, buffer), EINVAL);
	EXPECT_EQ(expect_errno(&td, KVM_GET_VCPU_EVENTS, buffer), EINVAL);
	EXPECT_EQ(expect_errno(&td, KVM_SET_VCPU_EVENTS, buffer), EINVAL);
	EXPECT_EQ(expect_errno(&td, KVM_SET_GUEST_DEBUG, buffer), EINVAL);
	EXPECT_EQ(expect_errno(&td, KVM_INTERRUPT, &(struct kvm_interrupt) { .irq = 32 }), ENXIO);
	EXPECT(ioctl(td.vcpus[0].fd, KVM_SET_TSC_KHZ, 1000000L) < 0 && errno == EINVAL);
	/* The vCPU still runs. */
	CALL(&td, 0, AGENT_NOP);
	td_destroy(&td);
}

static void test_triple_fault(void)
{
	struct td td;

	td_create(&td, &(struct td_options) { .nr_vcpus = 1 });
	EXPECT(!START(&td, 0, AGENT_DIE));
	EXPECT_EQ(td.vcpus[0].run->exit_reason, KVM_EXIT_SHUTDOWN);
	/* The vCPU can never run again, and KVM_RUN says so. */
	EXPECT_EQ(td_run_once(&td.vcpus[0]), 0);
	EXPECT_EQ(td.vcpus[0].run->exit_reason, KVM_EXIT_FAIL_ENTRY);
	td_destroy(&td);
}

static void test_immediate_exit(void)
{
	struct td td;
	int i;

	td_create(&td, &(struct td_options) { .nr_vcpus = 1 });
	td.vcpus[0].run->immediate_exit = 1;
	for (i = 0; i < 10; i++)
		EXPECT_EQ(-td_run_once(&td.vcpus[0]), EINTR);
	td.vcpus[0].run->immediate_exit = 0;
	CALL(&td, 0, AGENT_NOP);
	td_destroy(&td);
}

static void do_nothing(int signal)
{
	(void)signal;
}

struct runner {
	struct td *td;
	unsigned int index;
	pthread_t thread;
	int ret;
};

static void *spin(void *arg)
{
	struct runner *runner = arg;

	CALL(runner->td, runner->index, AGENT_SPIN, 0, 0);
	return NULL;
}

/* Wait until the agent has gone through its loop at least once more. */
static void wait_for_rounds(struct td *td)
{
	uint64_t last = td->vcpus[0].box->rounds;

	while (td->vcpus[0].box->rounds == last)
		sched_yield();
}

/* A vCPU that moves between CPUs and is interrupted by signals all the time. */
static void test_move(void)
{
	struct runner runner = {};
	struct td td;
	int i, nr_cpus = sysconf(_SC_NPROCESSORS_ONLN);

	signal(SIGUSR1, do_nothing);
	td_create(&td, &(struct td_options) { .nr_vcpus = 1 });
	runner.td = &td;
	EXPECT_EQ(pthread_create(&runner.thread, NULL, spin, &runner), 0);
	for (i = 0; i < 60; i++) {
		cpu_set_t cpus;

		CPU_ZERO(&cpus);
		CPU_SET(i % nr_cpus, &cpus);
		EXPECT_EQ(pthread_setaffinity_np(runner.thread, sizeof(cpus), &cpus), 0);
		pthread_kill(runner.thread, SIGUSR1);
		wait_for_rounds(&td);
	}
	td.vcpus[0].box->stop = 1;
	EXPECT_EQ(pthread_join(runner.thread, NULL), 0);
	td_destroy(&td);
}

static bool set_online(int cpu, bool online)
{
	char path[64];
	bool done;
	int fd;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/online", cpu);
	fd = open(path, O_WRONLY);
	EXPECT(fd >= 0);
	done = write(fd, online ? "1" : "0", 1) == 1;
	close(fd);
	return done;
}

/* The CPU on which a vCPU runs goes offline and comes back; the vCPU goes on. */
static void test_cpu_offline(void)
{
	int i, cpu = sysconf(_SC_NPROCESSORS_ONLN) - 1;
	struct runner runner = {};
	cpu_set_t cpus;
	struct td td;

	EXPECT(cpu > 1);
	td_create(&td, &(struct td_options) { .nr_vcpus = 1 });
	runner.td = &td;
	EXPECT_EQ(pthread_create(&runner.thread, NULL, spin, &runner), 0);
	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	for (i = 0; i < 6; i++) {
		if (i % 2 == 0)
			EXPECT_EQ(pthread_setaffinity_np(runner.thread, sizeof(cpus), &cpus), 0);
		wait_for_rounds(&td);
		EXPECT(set_online(cpu, i % 2));
		wait_for_rounds(&td);
	}
	td.vcpus[0].box->stop = 1;
	EXPECT_EQ(pthread_join(runner.thread, NULL), 0);
	td_expect_verified(&td);
	td_destroy(&td);
}

/* The CPU on which a vCPU ran last is offline when the vCPU runs again. */
static void test_cpu_gone(void)
{
	int cpu = sysconf(_SC_NPROCESSORS_ONLN) - 1;
	cpu_set_t cpus, before;
	struct td td;

	EXPECT_EQ(sched_getaffinity(0, sizeof(before), &before), 0);
	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	EXPECT_EQ(sched_setaffinity(0, sizeof(cpus), &cpus), 0);
	td_create(&td, &(struct td_options) { .nr_vcpus = 1 });
	CALL(&td, 0, AGENT_NOP);

	EXPECT_EQ(sched_setaffinity(0, sizeof(before), &before), 0);
	EXPECT(set_online(cpu, false));
	CALL(&td, 0, AGENT_NOP);
	EXPECT(set_online(cpu, true));
	td_destroy(&td);
}

/* Several threads run the same vCPU, one after the other. */
static void test_threads(void)
{
	struct td td;
	int i;

	td_create(&td, &(struct td_options) { .nr_vcpus = 1 });
	for (i = 0; i < 8; i++) {
		struct runner runner = { .td = &td };

		EXPECT_EQ(pthread_create(&runner.thread, NULL, spin, &runner), 0);
		while (!td.vcpus[0].box->rounds)
			sched_yield();
		td.vcpus[0].box->stop = 1;
		EXPECT_EQ(pthread_join(runner.thread, NULL), 0);
		td.vcpus[0].box->rounds = 0;
	}
	td_destroy(&td);
}

/* VM, vCPU and guest_memfd are closed in each possible order. */
static void test_close_order(void)
{
	int order, i;

	for (order = 0; order < 6; order++) {
		struct td td;
		int *fds[3] = { &td.vm_fd, &td.vcpus[0].fd, &td.gmem_fd };
		static const int orders[6][3] = {
			{ 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
			{ 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 },
		};

		td_create(&td, &(struct td_options) { .nr_vcpus = 2 });
		td_accept(&td, 0, 0x400000, 0x10000, 0);
		for (i = 0; i < 3; i++) {
			close(*fds[orders[order][i]]);
			*fds[orders[order][i]] = -1;
		}
		td_destroy(&td);
	}
}

/* The TD is destroyed before each step of its creation. */
static void test_unfinished(void)
{
	int until;

	for (until = TD_BEFORE_INIT_VM; until <= TD_BEFORE_RUN; until++) {
		struct td td;

		td_create(&td, &(struct td_options) { .nr_vcpus = 2, .until = until });
		td_destroy(&td);
	}
}

int main(void)
{
	static const struct td_test tests[] = {
		{ "boot", test_boot }, { "vcpus", test_vcpus }, { "order", test_order },
		{ "refuse", test_refuse }, { "triple-fault", test_triple_fault },
		{ "immediate-exit", test_immediate_exit }, { "move", test_move },
		{ "cpu-offline", test_cpu_offline }, { "cpu-gone", test_cpu_gone },
		{ "threads", test_threads }, { "close-order", test_close_order },
		{ "unfinished", test_unfinished }, {},
	};

	return td_run_tests(tests);
}
