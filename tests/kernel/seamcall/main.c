// SPDX-License-Identifier: GPL-2.0-only
/* The shim's other half; runs the tests, speaks KTAP. */

#include "test.h"

struct shim_cpu boot_cpu_data = { .x86_phys_bits = 46 };
u8 shim_memory[SHIM_NR_PAGES][PAGE_SIZE];
const u8 shim_zero_page[PAGE_SIZE];
bool shim_no_memory, shim_has_erratum, shim_has_platform;
unsigned int shim_wbinvds;
struct module shim_module;

u64 __seamcall_saved_ret(u64 fn, struct tdx_module_args *args)
{
	return TDX_SEAMCALL_UD;
}

void answer_with(shim_seamcall_t seamcall)
{
	static_call_update(tdx_seamcall, seamcall);
}

void set_enabled(bool enabled)
{
	if (enabled == tdx_is_enabled())
		return;
	if (enabled)
		tdx_users_open();
	else
		tdx_users_close();
}

int ida_alloc_range(struct ida *ida, unsigned int min, unsigned int max, int gfp)
{
	for (unsigned int i = min; i <= max && i < ARRAY_SIZE(ida->used); i++) {
		if (ida->used[i])
			continue;
		ida->used[i] = true;
		return i;
	}
	return -ENOSPC;
}

void ida_free(struct ida *ida, unsigned int id)
{
	ida->used[id] = false;
}

int main(void)
{
	static const struct test *const groups[] = {
		status_tests, sys_info_tests, keyid_tests, private_page_tests, backend_tests,
		wrappers_tests,
	};
	unsigned int nr = 0, failed = 0;

	puts("KTAP version 1");
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++) {
		for (const struct test *test = groups[i]; test->name; test++) {
			bool ok = test->run();

			failed += !ok;
			printf("%sok %u - %s\n", ok ? "" : "not ", ++nr, test->name);
		}
	}
	printf("1..%u\n", nr);
	return failed ? 1 : 0;
}
