/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WORLDS_TEST_H
#define WORLDS_TEST_H

/* Prints one KTAP line and counts it. */
void report(bool ok, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

void test_controls(void);
void test_msr(void);
void test_svm(void);
void test_tables(void);
void test_vmx(void);

/* Unless both are equal, print file, line and @what and return false. */
#define SAME(a, b, what) do { \
	u64 a_ = (u64)(a), b_ = (u64)(b); \
	if (a_ != b_) { \
		fprintf(stderr, "# %s:%d: %s: %s is %#llx, not %#llx\n", __FILE__, __LINE__, \
			what, #a, a_, b_); \
		return false; \
	} \
} while (0)

#endif
