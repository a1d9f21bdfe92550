// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages that are given to the module, and pages that it gives back.
 *
 * Before a page is given, its cache lines are written back and invalidated: the module and the
 * TD write to the page with another KeyID, and a line with KeyID 0 that is written back later
 * would overwrite what they wrote.
 *
 * On a CPU with X86_BUG_TDX_PW_MCE, a partial write to a page that was last written with a
 * private KeyID poisons the page, and the next read causes a machine check.  So a page that the
 * module gives back is first written in whole cache lines, by MOVDIR64B.  A kernel started by
 * kexec does not know which pages the module still owned.  This kernel keeps a map of those, with
 * one bit for each page of memory, and writes them before kexec.  CPUs without the bug have no map.
 */

#include <linux/bitmap.h>
#include <linux/export.h>
#include <linux/jump_label.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>

#include <asm/cacheflush.h>
#include <asm/cpufeature.h>
#include <asm/special_insns.h>

#include "seamcall.h"

#define LINE_BYTES	64

static DEFINE_STATIC_KEY_FALSE(map_in_use);

/* Bit N: the page with PFN N belongs to the module.  Changed atomically. */
static unsigned long *private_map;
static unsigned long nr_map_bits;

int tdx_private_map_init(void)
{
	if (!boot_cpu_has_bug(X86_BUG_TDX_PW_MCE) || private_map)
		return 0;

	nr_map_bits = max_pfn;
	private_map = vcalloc(BITS_TO_LONGS(nr_map_bits), sizeof(long));
	if (!private_map)
		return -ENOMEM;
	static_branch_enable(&map_in_use);
	return 0;
}

static void mark(phys_addr_t page, unsigned long nr, bool private)
{
	unsigned long pfn = PHYS_PFN(page), end = pfn + nr;

	for (; pfn < end && pfn < nr_map_bits; pfn++) {
		if (private)
			set_bit(pfn, private_map);
		else
			clear_bit(pfn, private_map);
	}
}

/*
 * FEATURES0 says, in bit 23, whether the module relies on this.  Do it for every module: an older
 * one may rely on it too, and a page is given only once.
 */
static void flush(phys_addr_t page, unsigned long nr)
{
	clflush_cache_range(__va(page), nr * PAGE_SIZE);
	static_call_cond(tdx_flushed)(page, nr);
}

u64 tdx_call_giving(u64 fn, struct tdx_module_args *args, phys_addr_t page, int level)
{
	unsigned long nr = 1UL << (9 * level);
	u64 status;

	flush(page, nr);
	/* Mark the page before the call, so that every page that the module owns is marked. */
	if (static_branch_unlikely(&map_in_use))
		mark(page, nr, true);
	status = tdx_call(fn, args);
	if (static_branch_unlikely(&map_in_use) && status != TDX_SUCCESS)
		mark(page, nr, false);
	return status;
}

static void scrub(void *va, unsigned long size_bytes)
{
	const void *zero = page_address(ZERO_PAGE(0));
	unsigned long at;

	for (at = 0; at < size_bytes; at += LINE_BYTES)
		movdir64b(va + at, zero);
}

void tdx_scrub_pages(phys_addr_t page, unsigned long nr)
{
	static_call_cond(tdx_scrubbed)(page, nr);
	if (!static_branch_unlikely(&map_in_use))
		return;

	scrub(__va(page), nr * PAGE_SIZE);
	/* MOVDIR64B is weakly ordered: complete the writes before the mark goes. */
	mb();
	mark(page, nr, false);
}
EXPORT_SYMBOL_GPL(tdx_scrub_pages);

/*
 * Called on the last CPU, right before the jump to the next kernel.  All other CPUs have written
 * back their caches and are halted.
 */
void tdx_scrub_all_private(void)
{
	unsigned long pfn;

	if (!static_branch_unlikely(&map_in_use))
		return;

	native_wbinvd();
	for_each_set_bit(pfn, private_map, nr_map_bits)
		scrub(__va(PFN_PHYS(pfn)), PAGE_SIZE);
	/* MOVDIR64B is weakly ordered. */
	mb();
	tdx_scrub_pamt();
}
