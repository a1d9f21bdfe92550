// SPDX-License-Identifier: GPL-2.0-only
/* The test module around the kernel's own initialisation, with a machine made up for it. */

#include "test.h"
#include "../../../kernel/src/tools/testing/tdx/seamcall/test.h"

/* 1 MiB is skipped; the hole is a reserved area. */
const unsigned long shim_ram[2][2] = { { 1, 0x3f000 }, { 0x40000, 0x90000 } };

static int suspend(void)
{
	return 0;
}

int (*acpi_suspend_lowlevel)(void) = suspend;

/* Its threads need a kernel; what is around the platform does not. */
void case_users_against_unregister(void)
{
	struct memory_notify in = { 0x50000, 0x100 }, outside = { 0x100000, 0x100 };

	expect(acpi_suspend_lowlevel == suspend && !shim_notifier);
	expect(bring_up() == 0);
	expect(!acpi_suspend_lowlevel && shim_notifier);
	expect(shim_notifier->notifier_call(NULL, MEM_GOING_ONLINE, &in) == NOTIFY_OK);
	expect(shim_notifier->notifier_call(NULL, MEM_GOING_ONLINE, &outside) == NOTIFY_BAD);
	expect(tdx_platform_stop() == 0);
	expect(acpi_suspend_lowlevel == suspend && !shim_notifier);
	expect(shim_contig_pages == 0);
	expect(tdx_platform_start(5, 9) == 0);
}

int main(void)
{
	int r;

	boot_cpu_data.x86_phys_bits = 46;
	shim_verbose = shim_expect_errors = true;
	r = shim_module_init();

	if (shim_contig_pages)
		printf("# %ld pages of PAMT are left\n", shim_contig_pages);
	return r || shim_contig_pages || atomic_read(&shim_nr_warnings);
}
