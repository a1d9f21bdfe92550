// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs the cases of the test module in user space, on a simulated machine.  They test the
 * kernel's own initialisation of the TDX module (tdx.c).
 */

#include "test.h"
#include "../../../kernel/src/tools/testing/tdx/seamcall/test.h"

/* tdx.c leaves the first MiB out; the hole becomes a reserved area of a TDMR. */
const unsigned long shim_ram[2][2] = { { 1, 0x3f000 }, { 0x40000, 0x90000 } };

static int suspend(void)
{
	return 0;
}

int (*acpi_suspend_lowlevel)(void) = suspend;

/*
 * Takes the place of the module's case of this name, whose threads need a kernel.  Tests how
 * enabling TDX changes suspend and memory hotplug, and whether stopping it undoes that.
 */
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
