// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process of its own for a TD that is going to be killed.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "td.h"

/* The child writes a byte when it is ready. */
static int ready_fds[2];

pid_t td_child_start(void (*live)(void))
{
	pid_t pid;

	EXPECT(!pipe(ready_fds));
	fflush(stdout);
	pid = fork();
	EXPECT(pid >= 0);
	if (!pid) {
		close(ready_fds[0]);
		live();
		_exit(1);
	}
	close(ready_fds[1]);
	return pid;
}

void td_child_is_ready(void)
{
	EXPECT_EQ(write(ready_fds[1], "r", 1), 1);
}

bool td_child_wait_ready(void)
{
	char byte;
	bool is_ready = read(ready_fds[0], &byte, 1) == 1;

	close(ready_fds[0]);
	return is_ready;
}

void td_child_expect_killed(pid_t pid)
{
	int status;

	EXPECT_EQ(waitpid(pid, &status, 0), pid);
	EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

void td_child_kill(pid_t pid)
{
	EXPECT(!kill(pid, SIGKILL));
	td_child_expect_killed(pid);
}
