// SPDX-License-Identifier: GPL-2.0-only
/* Runs the tests, prints KTAP. */
#include <stdarg.h>
#include <sys/mman.h>
#include <time.h>

#include "test.h"

static int nr_tests, nr_failed;
static const char *label;

void report(bool ok, const char *name, const char *format, ...)
{
	va_list args;

	if (world_nr_errors || atomic_read(&shim_nr_warnings))
		ok = false;
	nr_failed += !ok;
	printf("%s %d - softmod.%s%s%s # ", ok ? "ok" : "not ok", ++nr_tests, label ?: "",
	       label ? "." : "", name);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
}

static const struct {
	const char *name;
	void (*run)(const struct options *options);
	/* Runs only if --only names it. */
	bool on_demand;
} groups[] = {
	{ "life", test_life },
	{ "flushed", test_flushed },
	{ "keyed", test_keyed },
	{ "zero-step", test_zero_step },
	{ "sept", test_sept },
	{ "cpuid", test_cpuid },
	{ "conformance", test_conformance },
	{ "exhaustive", test_exhaustive },
	{ "random", test_random },
	{ "replay", test_replay, true },
};

int main(int argc, char **argv)
{
	struct options options = { .seed = (u64)time(NULL), .nr_ops = 20000 };
	const char *only = NULL;
	int i;

	for (i = 1; i + 1 < argc; i += 2) {
		if (!strcmp(argv[i], "--seed"))
			options.seed = strtoull(argv[i + 1], NULL, 0);
		else if (!strcmp(argv[i], "--ops"))
			options.nr_ops = strtol(argv[i + 1], NULL, 0);
		else if (!strcmp(argv[i], "--only"))
			only = argv[i + 1];
		else if (!strcmp(argv[i], "--label"))
			label = argv[i + 1];
		else if (!strcmp(argv[i], "--answers"))
			options.answers = argv[i + 1];
		else
			break;
	}
	if (i < argc) {
		fprintf(stderr, "usage: run [--seed N] [--ops N] [--only GROUP] [--label NAME] "
			"[--answers FOLDER]\n");
		return 2;
	}

	setvbuf(stdout, NULL, _IOLBF, 0);
	coverage = mmap(NULL, sizeof(*coverage), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			-1, 0);
	printf("KTAP version 1\n# seed %llu, %ld random SEAMCALLs\n", options.seed, options.nr_ops);
	world_seed(options.seed);
	for (i = 0; i < (int)ARRAY_SIZE(groups); i++) {
		if (only ? !strcmp(only, groups[i].name) : !groups[i].on_demand)
			groups[i].run(&options);
	}
	printf("1..%d\n", nr_tests);
	if (!nr_tests)
		fprintf(stderr, "error: no test ran\n");
	if (nr_failed)
		fprintf(stderr, "error: %d of %d tests failed; repeat with --seed %llu\n", nr_failed,
			nr_tests, options.seed);
	return nr_tests && !nr_failed ? 0 : 1;
}
