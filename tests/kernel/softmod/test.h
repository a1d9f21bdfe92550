/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SOFTMOD_TEST_H
#define SOFTMOD_TEST_H

#include "machine.h"

struct options {
	/* The same seed gives the same random SEAMCALLs. */
	u64 seed;
	/* Number of random SEAMCALLs. */
	long nr_ops;
	/* Folder of recorded answers to replay beside answers/; may be NULL. */
	const char *answers;
};

/* Prints one KTAP line and counts it. */
void report(bool ok, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Each runs a group of tests. */
void test_conformance(const struct options *options);
void test_cpuid(const struct options *options);
void test_exhaustive(const struct options *options);
void test_flushed(const struct options *options);
void test_keyed(const struct options *options);
void test_life(const struct options *options);
void test_sept(const struct options *options);
void test_random(const struct options *options);
void test_replay(const struct options *options);
void test_zero_step(const struct options *options);

/* Unless the condition holds, print file and line and return false. */
#define ASSERT(cond) do { \
	if (!(cond)) { \
		fprintf(stderr, "# %s:%d: failed: %s\n", __FILE__, __LINE__, #cond); \
		return false; \
	} \
} while (0)

#define ASSERT_EQ(a, b) do { \
	u64 a_ = (u64)(a), b_ = (u64)(b); \
	if (a_ != b_) { \
		fprintf(stderr, "# %s:%d: failed: %s is %#llx, not %s = %#llx\n", __FILE__, \
			__LINE__, #a, a_, #b, b_); \
		return false; \
	} \
} while (0)

#endif
