/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEAMCALL_TEST_H
#define SEAMCALL_TEST_H

#include "seamcall.h"

/* Unless the condition holds, prints file and line and ends the test. */
#define ASSERT(cond) do { \
	if (!(cond)) { \
		printf("# %s:%d: not true: %s\n", __FILE__, __LINE__, #cond); \
		return false; \
	} \
} while (0)

/* Sets the function that answers SEAMCALLs, whatever backend is registered. */
void answer_with(u64 (*seamcall)(u64 fn, struct tdx_module_args *args));
/* Sets whether TDX is enabled, as after tdx_enable(). */
void set_enabled(bool enabled);

/* The machine's memory, from physical address 0 on. */
extern u8 memory[SHIM_NR_PAGES][PAGE_SIZE];

struct test {
	const char *name;
	bool (*run)(void);
};

extern const struct test backend_tests[], wrappers_tests[], keyid_tests[], private_page_tests[],
	status_tests[], sys_info_tests[];

#endif
