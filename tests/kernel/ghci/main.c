// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests KVM's checks of TDVMCALL arguments: edge cases from a table, and random arguments
 * against an oracle whose arithmetic does not wrap.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "ghci.h"

#define SHARED_47	(1ULL << 47)
#define SHARED_51	(1ULL << 51)
#define NR_RANDOM	2000000

static int nr_tests, nr_failed;

static void result(bool ok, const char *name)
{
	printf("%s %d %s\n", ok ? "ok" : "not ok", ++nr_tests, name);
	nr_failed += !ok;
}

struct row {
	u64 a, b, c, shared;
	u64 want;
};

enum { IO, MMIO, MAP_GPA, GET_QUOTE, INFO, EVENT_NOTIFY, MSR, NR_FUNCTIONS };

static u64 call(int function, const struct row *row)
{
	switch (function) {
	case IO:
		return ghci_check_io(row->a, row->b, row->c);
	case MMIO:
		return ghci_check_mmio(row->a, row->b, row->c, row->shared);
	case MAP_GPA:
		return ghci_check_map_gpa(row->a, row->b, row->shared);
	case GET_QUOTE:
		return ghci_check_get_quote(row->a, row->b, row->shared);
	case INFO:
		return ghci_check_info(row->a);
	case EVENT_NOTIFY:
		return ghci_check_event_notify(row->a);
	case MSR:
		return ghci_check_msr(row->a);
	default:
		abort();
	}
}

#define OK	GHCI_SUCCESS
#define BAD	GHCI_INVALID_OPERAND
#define UNALIGNED	GHCI_ALIGN_ERROR
#define S	SHARED_47
#define ALL	(~0ULL)
#define END	{ .want = 42 }

static const struct row rows[NR_FUNCTIONS][24] = {
	/* size, is_write, port */
	[IO] = {
		{ 1, 0, 0, 0, OK }, { 2, 1, 0xffff, 0, OK }, { 4, 0, 0x3f8, 0, OK },
		{ 0, 0, 0, 0, BAD }, { 3, 0, 0, 0, BAD }, { 8, 0, 0, 0, BAD }, { ALL, 0, 0, 0, BAD },
		{ 1, 2, 0, 0, BAD }, { 1, 0, 0x10000, 0, BAD }, { 1ULL << 32 | 1, 0, 0, 0, BAD },
		{ 1, 1ULL << 32, 0, 0, BAD }, END,
	},
	/* size, is_write, gpa */
	[MMIO] = {
		{ 1, 0, S, S, OK }, { 8, 1, S | 0xfec00000, S, OK }, { 4, 0, SHARED_51 | 4, SHARED_51, OK },
		{ 8, 0, 2 * S - 8, S, OK }, { 8, 0, 2 * S - 4, S, BAD }, { 8, 0, 2 * S, S, BAD },
		{ 8, 0, S | SHARED_51, S, BAD }, { 1, 0, 0xfec00000, S, BAD }, { 1, 0, ALL, S, BAD },
		{ 16, 0, S, S, BAD }, { 0, 0, S, S, BAD }, { 3, 0, S, S, BAD }, { 4, 2, S, S, BAD }, END,
	},
	/* gpa, size */
	[MAP_GPA] = {
		{ 0, 0x1000, 0, S, OK }, { S, 0x1000, 0, S, OK }, { 0, S, 0, S, OK }, { S, S, 0, S, OK },
		{ S - 0x1000, 0x1000, 0, S, OK }, { S - 0x1000, 0x2000, 0, S, BAD },
		{ 2 * S - 0x1000, 0x2000, 0, S, BAD }, { 0, 0, 0, S, BAD }, { 2 * S, 0x1000, 0, S, BAD },
		{ 0x1000, ALL - 0xfff, 0, S, BAD }, { 0, S + 0x1000, 0, S, BAD },
		{ 0x800, 0x1000, 0, S, UNALIGNED }, { 0, 0x1001, 0, S, UNALIGNED }, { S | 1, 0x1000, 0, S, UNALIGNED }, END,
	},
	[GET_QUOTE] = {
		{ S, 0x1000, 0, S, OK }, { S | 0x12345000, 0x4000, 0, S, OK },
		{ 0x12345000, 0x4000, 0, S, BAD }, { S, 0, 0, S, BAD }, { 2 * S - 0x1000, 0x2000, 0, S, BAD },
		{ S | 8, 0x1000, 0, S, UNALIGNED }, { S, 0x1800, 0, S, UNALIGNED }, { S, ALL, 0, S, BAD }, END,
	},
	[INFO] = {
		{ 0, 0, 0, 0, OK }, { 1, 0, 0, 0, OK }, { 2, 0, 0, 0, BAD }, { 1ULL << 32, 0, 0, 0, BAD }, END,
	},
	[EVENT_NOTIFY] = {
		{ 32, 0, 0, 0, OK }, { 255, 0, 0, 0, OK }, { 31, 0, 0, 0, BAD }, { 0, 0, 0, 0, BAD },
		{ 256, 0, 0, 0, BAD }, { 1ULL << 32 | 64, 0, 0, 0, BAD }, END,
	},
	[MSR] = {
		{ 0, 0, 0, 0, OK }, { 0xffffffff, 0, 0, 0, OK }, { 1ULL << 32, 0, 0, 0, BAD },
		{ 1ULL << 32 | 0x10, 0, 0, 0, BAD }, END,
	},
};

static void test_table(int function, const char *name)
{
	const struct row *row;
	bool ok = true;

	for (row = rows[function]; row->want != 42; row++) {
		u64 got = call(function, row);

		if (got == row->want)
			continue;
		ok = false;
		printf("# %s row %d: 0x%llx, expected 0x%llx\n", name, (int)(row - rows[function]),
		       (unsigned long long)got, (unsigned long long)row->want);
	}
	result(ok, name);
}

static u64 random_state;

static u64 random_u64(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

/* Random values near the limits of the checks: powers of two and their sums; also any others. */
static u64 random_value(void)
{
	u64 value = 1ULL << (random_u64() % 64);

	switch (random_u64() % 5) {
	case 0:
		return value;
	case 1:
		return value - 0x1000;
	case 2:
		return value + (1ULL << (random_u64() % 64));
	case 3:
		return value | (random_u64() & 0xffffff000ULL);
	default:
		return random_u64() >> (random_u64() % 64);
	}
}

/* Every byte of the range has one and the same side, and is a GPA. */
static bool oracle_range(u64 gpa, u64 size, u64 shared)
{
	unsigned __int128 last = (unsigned __int128)gpa + size - 1;

	return size && last < (unsigned __int128)2 * shared && !(gpa & shared) == !(last & shared) &&
	       last - gpa < shared;
}

static void test_random(u64 seed)
{
	bool ok = true;
	int i;

	random_state = seed;
	for (i = 0; i < NR_RANDOM && ok; i++) {
		u64 shared = random_u64() & 1 ? SHARED_47 : SHARED_51;
		u64 gpa = random_value(), size = random_value();
		bool range = oracle_range(gpa, size, shared), aligned = !((gpa | size) & 0xfff);
		u64 want = !range ? BAD : aligned ? OK : UNALIGNED;
		u64 access = 1ULL << (random_u64() % 4);

		ok = ghci_check_map_gpa(gpa, size, shared) == want &&
		     ghci_check_get_quote(gpa, size, shared) == (gpa & shared ? want : BAD) &&
		     ghci_check_mmio(access, 0, gpa, shared) ==
		     (gpa & shared && oracle_range(gpa, access, shared) ? OK : BAD);
		if (!ok)
			printf("# gpa 0x%llx size 0x%llx shared 0x%llx\n", (unsigned long long)gpa,
			       (unsigned long long)size, (unsigned long long)shared);
	}
	result(ok, "random");
}

int main(int argc, char **argv)
{
	static const char * const names[NR_FUNCTIONS] = {
		"io", "mmio", "map-gpa", "get-quote", "info", "event-notify", "msr",
	};
	u64 seed = argc > 1 ? strtoull(argv[1], NULL, 0) : (u64)time(NULL);
	int i;

	printf("KTAP version 1\n# seed %llu\n1..%d\n", (unsigned long long)seed, NR_FUNCTIONS + 1);
	for (i = 0; i < NR_FUNCTIONS; i++)
		test_table(i, names[i]);
	test_random(seed ? seed : 1);

	return nr_failed || nr_tests != NR_FUNCTIONS + 1;
}
