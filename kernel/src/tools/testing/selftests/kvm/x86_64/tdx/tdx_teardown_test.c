// SPDX-License-Identifier: GPL-2.0-only
/*
 * TDs go: half made, in any order of close(), killed.  After each test no page may be
 * lost, and every KeyID must be free again.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "td.h"

#define TD_PAGE		4096ULL
#define MEMORY		(32ULL << 20)
/* Private memory that nothing was loaded to. */
#define FREE_GPA	(16ULL << 20)
#define MAX_TDS		128
#define KILLS		10
#define SEED		0x5eed

/* The agent accepts, finds zeroes, writes a pattern and finds it again. */
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

/* Without its file the private memory goes while the TD could still run. */
static void memory_closed_first(void)
{
	struct td td;

	td_create(&td, &(struct td_options) { .bytes = MEMORY });
	use_memory(&td, 0, FREE_GPA, 64 * TD_PAGE, 0);
	close(td.gmem_fd);
	td.gmem_fd = -1;
	td_expect_verified(&td);
	td_destroy(&td);
	td_expect_nothing_leaked();
}

/* As many TDs as there are KeyIDs, one more, and one after all are gone. */
static void keyids(void)
{
	static struct td tds[MAX_TDS];
	int i, nr, ret = 0;

	for (nr = 0; nr < MAX_TDS && !ret; nr++) {
		struct td_options options = { .bytes = MEMORY, .until = TD_BEFORE_INIT_VM };

		td_create(&tds[nr], &options);
		ret = td_init_vm(&tds[nr]);
	}
	EXPECT(nr > 1);
	EXPECT_EQ(-ret, ENOSPC);
	for (i = 0; i < nr; i++)
		td_destroy(&tds[i]);

	td_create(&tds[0], &(struct td_options) { .bytes = MEMORY, .until = TD_BEFORE_VCPUS });
	td_destroy(&tds[0]);
	td_expect_nothing_leaked();
}

/* Tells that it runs, and runs. */
static void run_until_killed(int tell)
{
	struct td td;

	td_create(&td, &(struct td_options) { .bytes = MEMORY });
	use_memory(&td, 0, FREE_GPA, 16 * TD_PAGE, 0);
	EXPECT_EQ(write(tell, "", 1), 1);
	CALL(&td, 0, AGENT_SPIN, FREE_GPA, TD_PAGE);
	_exit(1);
}

static void kill_one(void)
{
	int status, tell[2];
	char byte;
	pid_t pid;

	EXPECT(!pipe(tell));
	pid = fork();
	EXPECT(pid >= 0);
	if (!pid)
		run_until_killed(tell[1]);

	close(tell[1]);
	EXPECT_EQ(read(tell[0], &byte, 1), 1);
	close(tell[0]);
	kill(pid, SIGKILL);
	EXPECT(waitpid(pid, &status, 0) == pid);
	EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void killed(void)
{
	int i;

	for (i = 0; i < KILLS; i++)
		kill_one();
	td_expect_nothing_leaked();
}

int main(void)
{
	return td_run_tests((const struct td_test[]) {
		{ "half-way", half_way }, { "vm-closed-first", vm_closed_first },
		{ "memory-closed-first", memory_closed_first }, { "keyids", keyids },
		{ "killed", killed },
		{},
	});
}
