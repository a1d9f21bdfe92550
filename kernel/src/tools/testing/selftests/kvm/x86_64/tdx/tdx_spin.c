// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeps a TD with two vCPUs running until this program or the machine ends, for tests that
 * need a TD at work.  Prints "TD runs" when it does.
 */
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "td.h"

#define NR_VCPUS	2
#define AT		0x800000ULL
#define BYTES		0x200000ULL

static struct td td;

static void *spin(void *index)
{
	CALL(&td, (long)index, AGENT_SPIN, AT, BYTES);
	return NULL;
}

int main(void)
{
	pthread_t threads[NR_VCPUS];
	long i;

	td_create(&td, &(struct td_options) { .nr_vcpus = NR_VCPUS });
	EXPECT_EQ(td_accept(&td, 0, AT, BYTES, 0), 0);
	for (i = 0; i < NR_VCPUS; i++)
		EXPECT_EQ(pthread_create(&threads[i], NULL, spin, (void *)i), 0);
	sleep(1);
	puts("TD runs");
	fflush(stdout);
	for (i = 0; i < NR_VCPUS; i++)
		pthread_join(threads[i], NULL);
	return 1;
}
