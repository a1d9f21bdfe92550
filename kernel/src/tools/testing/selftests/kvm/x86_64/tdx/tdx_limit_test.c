// SPDX-License-Identifier: GPL-2.0-only
/*
 * No memory for a TD: the limit of its cgroup, or the end of the host's memory, while the TD is
 * created, accepts memory, converts it or has it split.  The TD's process is killed, no other,
 * and the host has all memory and the KeyID back.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "td.h"

#define PAGE		4096ULL
#define HUGE		0x200000ULL
#define SEED		0x5eed
/* Start of memory that the TD has not used yet, 2 MiB aligned, and how much a test uses. */
#define AT		0x800000ULL
#define USED		(64 * HUGE)
#define MEMORY		(AT + USED + (64ULL << 20))

#define CGROUPS		"/sys/fs/cgroup"
#define GROUP		CGROUPS "/tdx-limit"
/* A TD that does nothing needs more than the first of these limits, and less than the last. */
#define SWEEP_FROM	(64ULL << 10)
#define SWEEP_TO	(64ULL << 20)

static void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		td_fail(__FILE__, __LINE__, "%s > %s: %m", text, path);
	close(fd);
}

static void write_number(const char *path, uint64_t number)
{
	char text[32];

	snprintf(text, sizeof(text), "%lu", number);
	write_text(path, text);
}

static void create_group(void)
{
	if (access(CGROUPS "/cgroup.controllers", F_OK))
		EXPECT(!mount("none", CGROUPS, "cgroup2", 0, NULL));
	write_text(CGROUPS "/cgroup.subtree_control", "+memory");
	/* A test that failed may have left it behind. */
	rmdir(GROUP);
	EXPECT(!mkdir(GROUP, 0755));
}

static void enter_group(void)
{
	write_text(GROUP "/cgroup.procs", "0");
}

/* How many processes of the group were killed for want of memory. */
static uint64_t nr_killed(void)
{
	return td_read_number(GROUP "/memory.events", "oom_kill ");
}

/* The group gets nothing more, but for what its CPUs were charged ahead. */
static void allow_no_more(void)
{
	write_number(GROUP "/memory.max", td_read_number(GROUP "/memory.current", ""));
}

static void create(struct td *td)
{
	enter_group();
	td_create(td, &(struct td_options) { .bytes = MEMORY });
}

/* The TD accepts memory by 2 MiB, or by 4 KiB where the host has no 2 MiB in one piece for it. */
static void accept_until_killed(struct td *td, uint64_t end)
{
	uint64_t gpa;

	for (gpa = AT; gpa < end; gpa += HUGE) {
		if (td_accept(td, 0, gpa, HUGE, 1))
			td_accept(td, 0, gpa, HUGE, 0);
	}
}

static void live_accepting(void)
{
	struct td td;

	create(&td);
	td_child_is_ready();
	allow_no_more();
	accept_until_killed(&td, AT + USED);
}

static void live_converting(void)
{
	uint64_t gpa;
	struct td td;

	create(&td);
	EXPECT_EQ(td_accept(&td, 0, AT, USED, 1), 0);
	td_child_is_ready();
	allow_no_more();
	/* A page of each 2 MiB is converted, which splits these; and shared memory is used. */
	for (gpa = AT; gpa < AT + USED; gpa += HUGE) {
		EXPECT_EQ(td_map_gpa(&td, 0, gpa + 7 * PAGE, PAGE, false), 0);
		CALL(&td, 0, AGENT_FILL, AGENT_SHARED_VA + gpa + 7 * PAGE, PAGE, SEED);
	}
	EXPECT_EQ(td_map_gpa(&td, 0, AT + USED, MEMORY - AT - USED, false), 0);
	CALL(&td, 0, AGENT_FILL, AGENT_SHARED_VA + AT + USED, MEMORY - AT - USED, SEED);
}

static void live_splitting(void)
{
	uint64_t gpa;
	struct td td;

	create(&td);
	td_pre_fault(&td, 0, AT, USED);
	EXPECT_EQ(td_stat(&td, "mirror_pages_2m"), USED / HUGE);
	td_child_is_ready();
	allow_no_more();
	/* The TD accepts one page of each 2 MiB, which splits them. */
	for (gpa = AT; gpa < AT + USED; gpa += HUGE)
		td_accept(&td, 0, gpa, PAGE, 0);
}

/* A TD of this process, which no limit concerns, and how many KeyIDs are free beside it. */
static struct {
	struct td td;
	unsigned int keyids;
} beside;

static void begin(void)
{
	create_group();
	td_create(&beside.td, &(struct td_options) { .bytes = MEMORY });
	EXPECT_EQ(td_accept(&beside.td, 0, AT, HUGE, 1), 0);
	CALL(&beside.td, 0, AGENT_FILL, AT, HUGE, SEED);
	beside.keyids = td_count_keyids();
}

/* @nr processes of the group were killed, and nothing is left of their TDs. */
static void end(uint64_t nr)
{
	EXPECT_EQ(nr_killed(), nr);
	EXPECT_EQ(td_count_keyids(), beside.keyids);
	EXPECT_EQ(CALL(&beside.td, 0, AGENT_CHECK, AT, HUGE, SEED), 0);
	td_expect_verified(&beside.td);
	td_destroy(&beside.td);
	td_expect_nothing_leaked();
	EXPECT(!rmdir(GROUP));
}

static void killed_while(void (*live)(void))
{
	pid_t pid;

	begin();
	pid = td_child_start(live);
	EXPECT(td_child_wait_ready());
	td_child_expect_killed(pid);
	end(1);
}

static void accepting(void)
{
	killed_while(live_accepting);
}

static void converting(void)
{
	killed_while(live_converting);
}

static void splitting(void)
{
	killed_while(live_splitting);
}

static void live_a_little(void)
{
	struct td td;

	create(&td);
	EXPECT_EQ(td_accept(&td, 0, AT, 16 * PAGE, 0), 0);
	td_destroy(&td);
	_exit(0);
}

/*
 * Creates TDs under a limit that grows by an eighth each time, until one has enough.  Under the
 * others TDs end at each of their steps; which, depends on the kernel.
 */
static void sweep(void)
{
	uint64_t limit, nr = 0;
	int status = -1;

	begin();
	for (limit = SWEEP_FROM; status && limit < SWEEP_TO; limit += limit / 8) {
		pid_t pid;

		write_number(GROUP "/memory.max", limit / PAGE * PAGE);
		pid = td_child_start(live_a_little);
		EXPECT_EQ(waitpid(pid, &status, 0), pid);
		/* A process of the group is killed, or it was refused memory and says so. */
		nr += WIFSIGNALED(status);
		EXPECT_EQ(nr_killed(), nr);
		td_expect_nothing_leaked();
	}
	printf("# %lu killed; a TD has enough with %lu KiB\n", nr, limit >> 10);
	EXPECT(nr);
	EXPECT_EQ(status, 0);
	end(nr);
}

static void live_beyond_host(void)
{
	uint64_t bytes = td_read_number("/proc/meminfo", "MemTotal:") << 10;
	struct td td;

	/* The host does not see how much memory a TD has: a VMM that may be killed says so. */
	write_text("/proc/self/oom_score_adj", "1000");
	enter_group();
	bytes = (AT + bytes) / HUGE * HUGE;
	td_create(&td, &(struct td_options) { .bytes = bytes });
	td_child_is_ready();
	accept_until_killed(&td, bytes);
}

/* All memory of the host is gone. */
static void host_memory(void)
{
	killed_while(live_beyond_host);
}

int main(void)
{
	return td_run_tests((const struct td_test[]) {
		{ "accepting", accepting }, { "converting", converting },
		{ "splitting", splitting }, { "sweep", sweep },
		{ "host-memory", host_memory }, {},
	});
}
