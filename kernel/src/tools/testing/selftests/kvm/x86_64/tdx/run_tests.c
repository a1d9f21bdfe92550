// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs tests, each in a process of its own that has a time limit: a TD that hangs,
 * or a test that fails half way, leaves nothing to the next one.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "td.h"

#define LIMIT_S		120

static bool run_one(const struct td_test *test)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		/* Threads and all: SIGALRM ends the process. */
		signal(SIGALRM, SIG_DFL);
		alarm(LIMIT_S);
		test->run();
		fflush(stdout);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return false;
	if (WIFSIGNALED(status))
		printf("# ended by signal %d%s\n", WTERMSIG(status),
		       WTERMSIG(status) == SIGALRM ? ", took too long" : "");
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

int td_run_tests(const struct td_test *tests)
{
	unsigned int i, nr, nr_failed = 0;

	printf("KTAP version 1\n");
	td_skip_unless_available();
	for (nr = 0; tests[nr].name; nr++)
		;
	printf("1..%u\n", nr);
	for (i = 0; i < nr; i++) {
		bool ok = run_one(&tests[i]);

		printf("%s %u %s\n", ok ? "ok" : "not ok", i + 1, tests[i].name);
		fflush(stdout);
		nr_failed += !ok;
	}
	return nr_failed || !nr;
}
