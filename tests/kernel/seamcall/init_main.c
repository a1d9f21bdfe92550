// SPDX-License-Identifier: GPL-2.0-only
/* The test module around the kernel's own initialisation, with a machine made up for it. */

#include "shim_init.h"
#include "test.h"
#include "../../../kernel/src/tools/testing/tdx/seamcall/test.h"

int shim_module_init(void);

struct shim_cpu boot_cpu_data = { .x86_phys_bits = 46 };
const u8 shim_zero_page[PAGE_SIZE];
bool shim_no_memory, shim_has_erratum, shim_has_platform;
unsigned int shim_wbinvds, shim_cpu_now;
struct module shim_module;
long shim_pamt_pages;
struct notifier_block *shim_notifier;
const struct cpumask shim_online = { (1 << SHIM_NR_CPUS) - 1 };
/* 1 MiB is skipped; the hole is a reserved area. */
const unsigned long shim_ram[2][2] = { { 1, 0x3f000 }, { 0x40000, 0x90000 } };

static int suspend(void)
{
	return 0;
}

int (*acpi_suspend_lowlevel)(void) = suspend;

u64 __seamcall_saved_ret(u64 fn, struct tdx_module_args *args)
{
	return TDX_SEAMCALL_UD;
}

int ida_alloc_range(struct ida *ida, unsigned int min, unsigned int max, int gfp)
{
	for (unsigned int i = min; i <= max; i++) {
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

struct page *shim_contig(unsigned long nr)
{
	shim_pamt_pages += nr;
	return aligned_alloc(PAGE_SIZE, nr * PAGE_SIZE);
}

void free_contig_range(unsigned long pfn, unsigned long nr)
{
	shim_pamt_pages -= nr;
	free((void *)(pfn << PAGE_SHIFT));
}

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
	expect(shim_pamt_pages == 0);
	expect(tdx_platform_start(5, 9) == 0);
}

int main(void)
{
	int r = shim_module_init();

	if (shim_pamt_pages)
		printf("# %ld pages of PAMT are left\n", shim_pamt_pages);
	return r || shim_pamt_pages;
}
