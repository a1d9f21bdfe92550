// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts of a TD: from user space, from its own timer, from another vCPU, and NMIs; while
 * the vCPU runs, and while it halts.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "td.h"

#define VECTOR		0x51
/* Data of an MSI: delivery mode NMI. */
#define MSI_IS_NMI	0x400
#define TIMER_VECTOR	0x61
#define WRMSR		32

#define X2APIC_ICR	0x830
#define X2APIC_LVTT	0x832
#define X2APIC_TMICT	0x838
#define X2APIC_TDCR	0x83e
#define X2APIC_SELF_IPI	0x83f

static struct td td;

static void create(unsigned int nr_vcpus)
{
	unsigned int i;

	td_create(&td, &(struct td_options) { .nr_vcpus = nr_vcpus });
	for (i = 0; i < nr_vcpus; i++)
		EXPECT_EQ(CALL(&td, i, AGENT_APIC_ON), i);
}

static void signal_msi(unsigned int index, unsigned int vector)
{
	struct kvm_msi msi = { .address_lo = 0xfee00000 | index << 12, .data = vector };

	EXPECT_EQ(ioctl(td.vm_fd, KVM_SIGNAL_MSI, &msi), 1);
}

struct waiter {
	unsigned int index;
	uint64_t vector, count, halt;
	pthread_t thread;
};

static void *wait_irq(void *arg)
{
	struct waiter *waiter = arg;

	CALL(&td, waiter->index, AGENT_WAIT_IRQ, waiter->vector, waiter->count, waiter->halt);
	return NULL;
}

static void start_waiter(struct waiter *waiter)
{
	EXPECT_EQ(pthread_create(&waiter->thread, NULL, wait_irq, waiter), 0);
	/* Wait until the vCPU is in the loop of AGENT_WAIT_IRQ, or about to halt. */
	while (!td.vcpus[waiter->index].box->rounds)
		sched_yield();
}

static void one_by_one(uint64_t halt)
{
	struct waiter waiter = { .vector = VECTOR, .halt = halt };
	int i;

	create(1);
	for (i = 1; i <= 30; i++) {
		waiter.count = i;
		start_waiter(&waiter);
		signal_msi(0, VECTOR);
		EXPECT_EQ(pthread_join(waiter.thread, NULL), 0);
		EXPECT_EQ(td.vcpus[0].box->ret[0], i);
	}
	td_destroy(&td);
}

/* Interrupts for a vCPU that executes guest code. */
static void test_running(void)
{
	one_by_one(0);
}

/* Interrupts for a vCPU that halts. */
static void test_halted(void)
{
	one_by_one(1);
}

/* Interrupts that come while the vCPU is not in KVM_RUN. */
static void test_posted_before(void)
{
	create(1);
	signal_msi(0, VECTOR);
	signal_msi(0, VECTOR + 1);
	/* The same vector twice, before it is delivered, is one interrupt. */
	signal_msi(0, VECTOR);
	EXPECT_EQ(CALL(&td, 0, AGENT_WAIT_IRQ, VECTOR, 1, 1), 1);
	EXPECT_EQ(CALL(&td, 0, AGENT_WAIT_IRQ, VECTOR + 1, 1, 1), 1);
	EXPECT_EQ(CALL(&td, 0, AGENT_COUNT_IRQ, VECTOR), 1);
	td_destroy(&td);
}

/* All vectors that a device can use. */
static void test_vectors(void)
{
	int vector;

	create(1);
	for (vector = 32; vector < 256; vector++)
		signal_msi(0, vector);
	for (vector = 32; vector < 256; vector++)
		EXPECT_EQ(CALL(&td, 0, AGENT_WAIT_IRQ, vector, 1, 1), 1);
	td_destroy(&td);
}

static void wrmsr(unsigned int index, uint64_t msr, uint64_t value)
{
	EXPECT_EQ(CALL(&td, index, AGENT_VMCALL, 0, WRMSR, msr, value), 0);
}

/* The timer of the TD's APIC, one-shot and periodic, ends a halt. */
static void test_timer(void)
{
	int i;

	create(1);
	wrmsr(0, X2APIC_TDCR, 0xb);
	wrmsr(0, X2APIC_LVTT, TIMER_VECTOR);
	for (i = 1; i <= 10; i++) {
		/* The timer counts at 25 MHz, so this is 2 ms. */
		wrmsr(0, X2APIC_TMICT, 50000);
		EXPECT_EQ(CALL(&td, 0, AGENT_WAIT_IRQ, TIMER_VECTOR, i, 1), i);
	}
	/* Periodic: bit 17 of LVTT. */
	wrmsr(0, X2APIC_LVTT, 1 << 17 | TIMER_VECTOR);
	wrmsr(0, X2APIC_TMICT, 50000);
	EXPECT(CALL(&td, 0, AGENT_WAIT_IRQ, TIMER_VECTOR, 20, 1) >= 20);
	td_destroy(&td);
}

/* A self IPI does not exit from the TD; an IPI to another vCPU goes through KVM. */
static void test_ipi(void)
{
	struct waiter waiter = { .index = 1, .vector = VECTOR, .count = 1 };
	int i;

	create(2);
	EXPECT_EQ(CALL(&td, 0, AGENT_WRMSR, X2APIC_SELF_IPI, VECTOR), 0);
	EXPECT_EQ(CALL(&td, 0, AGENT_WAIT_IRQ, VECTOR, 1, 0), 1);

	for (i = 1; i <= 20; i++) {
		waiter.count = i;
		waiter.halt = i & 1;
		start_waiter(&waiter);
		wrmsr(0, X2APIC_ICR, 1ULL << 32 | VECTOR);
		EXPECT_EQ(pthread_join(waiter.thread, NULL), 0);
	}
	/* INIT and SIPI have no effect in a TD. */
	wrmsr(0, X2APIC_ICR, 1ULL << 32 | 0x4500);
	wrmsr(0, X2APIC_ICR, 1ULL << 32 | 0x4601);
	CALL(&td, 1, AGENT_NOP);
	td_destroy(&td);
}

static void test_nmi(void)
{
	struct waiter waiter = { .vector = 2 };
	int i;

	create(1);
	for (i = 1; i <= 10; i++) {
		waiter.count = i;
		waiter.halt = i & 1;
		start_waiter(&waiter);
		signal_msi(0, MSI_IS_NMI);
		EXPECT_EQ(pthread_join(waiter.thread, NULL), 0);
	}
	td_destroy(&td);
}

static void *storm(void *arg)
{
	int i;

	for (i = 0; i < 3000; i++)
		signal_msi(*(unsigned int *)arg, VECTOR + i % 8);
	return NULL;
}

/* The host sends interrupts as fast as it can, while the vCPUs make TDVMCALLs. */
static void test_storm(void)
{
	unsigned int index[2] = { 0, 1 };
	pthread_t threads[2];
	int i, vector;

	create(2);
	for (i = 0; i < 2; i++)
		EXPECT_EQ(pthread_create(&threads[i], NULL, storm, &index[i]), 0);
	for (i = 0; i < 200; i++)
		EXPECT_EQ(CALL(&td, i & 1, AGENT_VMCALL, 0, 10, 0x40000000, 0), 0);
	for (i = 0; i < 2; i++)
		EXPECT_EQ(pthread_join(threads[i], NULL), 0);
	for (i = 0; i < 2; i++) {
		for (vector = VECTOR; vector < VECTOR + 8; vector++)
			EXPECT(CALL(&td, i, AGENT_WAIT_IRQ, vector, 1, 1) >= 1);
	}
	td_destroy(&td);
}

int main(void)
{
	static const struct td_test tests[] = {
		{ "running", test_running }, { "halted", test_halted },
		{ "posted-before", test_posted_before }, { "vectors", test_vectors },
		{ "timer", test_timer }, { "ipi", test_ipi }, { "nmi", test_nmi },
		{ "storm", test_storm }, {},
	};

	return td_run_tests(tests);
}
