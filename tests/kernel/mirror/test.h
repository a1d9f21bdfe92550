/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MIRROR_TEST_H
#define MIRROR_TEST_H

#include "world.h"

struct options {
	/* The same seed gives the same random operations. */
	u64 seed;
	/* Number of random operations. */
	long nr_ops;
};

struct test {
	/* Stable name: group.what */
	const char *name;
	/* Returns false on failure.  A short text in @ret_value becomes part of the result line. */
	bool (*run)(const struct options *options, char *ret_value, size_t size);
};

extern const struct test table_tests[], order_tests[], random_tests[], fail_tests[], thread_tests[];

/* Unless the condition holds, print file and line and return false. */
#define ASSERT(cond) do { \
	if (!(cond)) { \
		fprintf(stderr, "# %s:%d: failed: %s\n", __FILE__, __LINE__, #cond); \
		return false; \
	} \
} while (0)

#define ASSERT_EQ(a, b) do { \
	long long a_ = (long long)(a), b_ = (long long)(b); \
	if (a_ != b_) { \
		fprintf(stderr, "# %s:%d: failed: %s is %lld, not %s = %lld\n", __FILE__, __LINE__, \
			#a, a_, #b, b_); \
		return false; \
	} \
} while (0)

/* True if all memory was freed, the host owns every guest page and no WARN fired. */
bool nothing_leaks(void);

#endif
