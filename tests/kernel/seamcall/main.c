// SPDX-License-Identifier: GPL-2.0-only
/* Runs the tests, prints KTAP. */

#include "test.h"

u8 memory[SHIM_NR_PAGES][PAGE_SIZE];

void answer_with(u64 (*seamcall)(u64 fn, struct tdx_module_args *args))
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

int main(void)
{
	static const struct test *const groups[] = {
		status_tests, sys_info_tests, keyid_tests, private_page_tests, backend_tests,
		wrappers_tests,
	};
	unsigned int nr = 0, failed = 0;

	shim_page_offset = (unsigned long)memory;
	boot_cpu_data.x86_phys_bits = 46;
	shim_expect_errors = true;
	puts("KTAP version 1");
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++) {
		for (const struct test *test = groups[i]; test->name; test++) {
			bool ok = test->run();

			failed += !ok;
			printf("%sok %u - %s\n", ok ? "" : "not ", ++nr, test->name);
		}
	}
	printf("1..%u\n", nr);
	return failed || atomic_read(&shim_nr_warnings);
}
