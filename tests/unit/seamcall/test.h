/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEAMCALL_TEST_H
#define SEAMCALL_TEST_H

#include "seamcall.h"

/* Ends the test, and says where. */
#define ASSERT(cond) do { \
	if (!(cond)) { \
		printf("# %s:%d: not true: %s\n", __FILE__, __LINE__, #cond); \
		return false; \
	} \
} while (0)

/* Answers tdx_call() of the files under test. */
extern u64 (*answer_call)(u64 fn, struct tdx_module_args *args);
/* Answers tdx_is_enabled(). */
extern bool enabled;

struct test {
	const char *name;
	bool (*run)(void);
};

extern const struct test keyid_tests[], private_page_tests[], status_tests[], sys_info_tests[];

#endif
