// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs tests.  Each runs in a process of its own, so that a test that fails half way does not
 * affect the next one.  There is no time limit: whoever runs the program knows how fast the
 * machine is.  With TD_ONLY=NAME in the environment only that test runs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "td.h"

static bool run_one(const struct td_test *test)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		test->run();
		fflush(stdout);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return false;
	if (WIFSIGNALED(status))
		printf("# ended by signal %d\n", WTERMSIG(status));
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

int td_run_tests(const struct td_test *tests)
{
	const char *only = getenv("TD_ONLY");
	unsigned int nr = 0, nr_failed = 0;

	printf("KTAP version 1\n");
	td_skip_unless_available();
	for (; tests->name; tests++) {
		bool ok;

		if (only && strcmp(only, tests->name))
			continue;
		ok = run_one(tests);
		printf("%s %u %s\n", ok ? "ok" : "not ok", ++nr, tests->name);
		fflush(stdout);
		nr_failed += !ok;
	}
	printf("1..%u\n", nr);
	return nr_failed || !nr;
}
