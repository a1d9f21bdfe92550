// SPDX-License-Identifier: GPL-2.0-only
/*
 * Strict mode: refuses pages whose cache lines the host has not flushed before it gives them.
 *
 * With a TDX module such a line, written back later, overwrites data of the TD.  AMD-V has no
 * KeyIDs and cannot do so, and no call would fail on it; this notes which pages were flushed.
 */

#define pr_fmt(fmt) "tdx_softmod: " fmt

#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/vmalloc.h>

#include "core.h"

#define LEVEL_BITS	GENMASK_ULL(2, 0)

/* Bit N: the page with PFN N was flushed, and has not been given since.  Changed atomically. */
static unsigned long *flushed;
static unsigned long nr_bits;

/* Leaves that give a page: the register with its address. */
static const u8 giving[SM_NR_LEAVES] = {
	[TDH_MNG_CREATE] = SM_RCX,
	[TDH_MNG_ADDCX] = SM_RCX,
	[TDH_VP_CREATE] = SM_RCX,
	[TDH_VP_ADDCX] = SM_RCX,
	[TDH_MEM_SEPT_ADD] = SM_R8,
	[TDH_MEM_PAGE_ADD] = SM_R8,
	[TDH_MEM_PAGE_AUG] = SM_R8,
	[TDH_MEM_PAGE_DEMOTE] = SM_R8,
	[TDH_MEM_PAGE_RELOCATE] = SM_R8,
};

int sm_flushed_load(void)
{
	const struct sm_range *last = &sm_sys.cmrs[sm_sys.nr_cmrs - 1];

	nr_bits = PHYS_PFN(last->base + last->size);
	flushed = vcalloc(BITS_TO_LONGS(nr_bits), sizeof(long));
	return flushed ? 0 : -ENOMEM;
}

void sm_flushed_unload(void)
{
	vfree(flushed);
	flushed = NULL;
}

void sm_flushed(phys_addr_t page, unsigned long nr)
{
	unsigned long pfn = PHYS_PFN(page), end = pfn + nr;

	for (; pfn < end && pfn < nr_bits; pfn++)
		set_bit(pfn, flushed);
}

static bool all_flushed(unsigned long pfn, unsigned long nr)
{
	unsigned long end = pfn + nr;

	for (; pfn < end && pfn < nr_bits; pfn++) {
		if (!test_bit(pfn, flushed))
			return false;
	}
	return true;
}

bool sm_gives_pages(u64 fn, const struct tdx_module_args *args, unsigned long *ret_pfn,
		    unsigned long *ret_nr)
{
	unsigned int leaf = fn & TDX_LEAF_NR_MASK;
	u8 reg = leaf < SM_NR_LEAVES ? giving[leaf] : 0;

	if (!reg)
		return false;
	*ret_pfn = PHYS_PFN(reg == SM_RCX ? args->rcx : args->r8);
	*ret_nr = 1;
	if (leaf == TDH_MEM_PAGE_AUG && (args->rcx & LEVEL_BITS) < SM_NR_LEVELS)
		*ret_nr = sm_level_pages(args->rcx & LEVEL_BITS);
	return true;
}

u64 sm_flushed_seamcall(u64 fn, struct tdx_module_args *args)
{
	unsigned int leaf = fn & TDX_LEAF_NR_MASK;
	unsigned long pfn, nr, i;
	u64 status;

	if (!sm_gives_pages(fn, args, &pfn, &nr))
		return sm_run_seamcall(fn, args);
	if (!all_flushed(pfn, nr)) {
		pr_warn_ratelimited("%s: the page 0x%llx was not flushed\n",
				    sm_leaf(leaf)->name, PFN_PHYS(pfn));
		return TDX_OPERAND_INVALID | giving[leaf];
	}

	status = sm_run_seamcall(fn, args);
	for (i = pfn; status == TDX_SUCCESS && i < pfn + nr && i < nr_bits; i++)
		clear_bit(i, flushed);
	return status;
}
