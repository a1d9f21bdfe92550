// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs the tests, prints KTAP.
 */
#include <time.h>
#include <unistd.h>

#include "test.h"

static const struct { const char *name; const struct test *tests; } groups[] = {
	{ "table", table_tests },
	{ "order", order_tests },
	{ "fail", fail_tests },
	{ "random", random_tests },
	{ "threads", thread_tests },
};

bool nothing_leaks(void)
{
	int i;

	rcu_barrier();
	ASSERT_EQ(atomic_read(&shim_nr_live), 0);
	ASSERT_EQ(atomic_read(&shim_nr_pgtables), 0);
	ASSERT_EQ(atomic_read(&shim_nr_warnings), 0);
	for (i = 0; i < SHIM_GUEST_PAGES; i++) {
		ASSERT_EQ(atomic_read(&pfn_to_page(SHIM_GUEST_PFN + i)->refs), 0);
		ASSERT_EQ(pfn_to_page(SHIM_GUEST_PFN + i)->owner, OWNER_HOST);
	}
	return true;
}

/* Resets the shim's state, so that a test does not depend on what the one before left. */
static void reset(const struct options *options)
{
	int i;

	shim_seed(options->seed);
	shim_nr_threads = 1;
	shim_yield_chance = shim_fail_chance = 0;
	shim_on_yield = shim_on_wait = shim_on_write_lock = shim_on_alloc = NULL;
	shim_signal_nth = 0;
	shim_expect_bug = shim_preempt = shim_contended = false;
	atomic_set(&shim_fail_nth, 0);
	atomic_set(&shim_nr_warnings, 0);
	atomic_set(&shim_nr_lines, 0);
	atomic_set(&shim_nr_kvm_bugs, 0);
	atomic_set(&shim_nr_live, 0);
	atomic_set(&shim_nr_pgtables, 0);
	for (i = 0; i < SHIM_GUEST_PAGES; i++)
		memset(pfn_to_page(SHIM_GUEST_PFN + i), 0, sizeof(struct page));
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int usage(FILE *out, int ret)
{
	fprintf(out, "usage: run [--seed N] [--ops N] [--only GROUP] [--skip GROUP]\n"
		     "           [--label NAME] [--verbose]\n");
	return ret;
}

int main(int argc, char **argv)
{
	struct options options = { .seed = (u64)time(NULL), .nr_ops = 20000 };
	const char *only = NULL, *skip = NULL, *label = NULL;
	int i, g, n = 0, failed = 0;

	for (i = 1; i < argc; i++) {
		bool more = i + 1 < argc;

		if (!strcmp(argv[i], "--seed") && more)
			options.seed = strtoull(argv[++i], NULL, 0);
		else if (!strcmp(argv[i], "--ops") && more)
			options.nr_ops = strtol(argv[++i], NULL, 0);
		else if (!strcmp(argv[i], "--only") && more)
			only = argv[++i];
		else if (!strcmp(argv[i], "--skip") && more)
			skip = argv[++i];
		else if (!strcmp(argv[i], "--label") && more)
			label = argv[++i];
		else if (!strcmp(argv[i], "--verbose"))
			shim_verbose = true;
		else
			return usage(stderr, 2);
	}

	setvbuf(stdout, NULL, _IOLBF, 0);
	shim_init();
	shim_start_watchdog();
	printf("KTAP version 1\n# seed %llu, %ld random operations\n",
	       (unsigned long long)options.seed, options.nr_ops);

	for (g = 0; g < (int)ARRAY_SIZE(groups); g++) {
		const struct test *t;

		if ((only && strcmp(only, groups[g].name)) || (skip && !strcmp(skip, groups[g].name)))
			continue;
		for (t = groups[g].tests; t->name; t++) {
			char value[160] = "";
			double start = seconds();
			bool ok;

			reset(&options);
			ok = t->run(&options, value, sizeof(value));
			failed += !ok;
			printf("%s %d - mirror.%s%s%s # %s%s%.2f s\n", ok ? "ok" : "not ok", ++n,
			       label ?: "", label ? "." : "", t->name, value, value[0] ? ", " : "",
			       seconds() - start);
		}
	}

	printf("1..%d\n", n);
	if (!n)
		fprintf(stderr, "error: no test ran\n");
	if (failed)
		fprintf(stderr, "error: %d of %d tests failed; repeat with --seed %llu\n", failed, n,
			(unsigned long long)options.seed);
	return n && !failed ? 0 : 1;
}
