// SPDX-License-Identifier: GPL-2.0-only
/* SEAMCALLs about a TD's private memory: the secure EPT. */

#include <linux/export.h>

#include "seamcall.h"

/*
 * Make the SEAMCALL of a leaf that works on the secure EPT entry at @gpa and @level.  RCX and
 * RDX return the entry; on success of a leaf that gives a page back, RCX is that page.
 */
static u64 sept_call(u64 fn, u64 gpa, int level, struct tdx_module_args *args,
		     struct tdx_sept_info *ret_sept)
{
	u64 status;

	args->rcx = gpa | level;
	status = tdx_call(fn, args);
	if (ret_sept)
		*ret_sept = (struct tdx_sept_info){ .entry = args->rcx, .info = args->rdx };
	return status;
}

/* Make the SEAMCALL of a leaf that gives a page, whose address is in R8, to the module. */
static u64 sept_give(u64 fn, u64 gpa, int level, struct tdx_module_args *args, int page_level,
		     struct tdx_sept_info *ret_sept)
{
	u64 status;

	args->rcx = gpa | level;
	status = tdx_call_giving(fn, args, args->r8, page_level);
	if (ret_sept)
		*ret_sept = (struct tdx_sept_info){ .entry = args->rcx, .info = args->rdx };
	return status;
}

/* Make the SEAMCALL of a leaf that gives a page back to the kernel. */
static u64 sept_take(u64 fn, phys_addr_t tdr, u64 gpa, int level, phys_addr_t *ret_page,
		     struct tdx_sept_info *ret_sept)
{
	struct tdx_module_args args = { .rdx = tdr };
	u64 status = sept_call(fn, gpa, level, &args, ret_sept);

	if (status == TDX_SUCCESS)
		*ret_page = args.rcx;
	return status;
}

u64 tdh_mem_sept_add(phys_addr_t tdr, u64 gpa, int level, phys_addr_t page,
		     struct tdx_sept_info *ret_sept)
{
	struct tdx_module_args args = { .rdx = tdr, .r8 = page };

	return sept_give(TDH_MEM_SEPT_ADD, gpa, level, &args, TDX_PS_4K, ret_sept);
}
EXPORT_SYMBOL_GPL(tdh_mem_sept_add);

u64 tdh_mem_page_add(phys_addr_t tdr, u64 gpa, phys_addr_t page, phys_addr_t source,
		     struct tdx_sept_info *ret_sept)
{
	struct tdx_module_args args = { .rdx = tdr, .r8 = page, .r9 = source };

	return sept_give(TDH_MEM_PAGE_ADD, gpa, TDX_PS_4K, &args, TDX_PS_4K, ret_sept);
}
EXPORT_SYMBOL_GPL(tdh_mem_page_add);

u64 tdh_mem_page_aug(phys_addr_t tdr, u64 gpa, int level, phys_addr_t page,
		     struct tdx_sept_info *ret_sept)
{
	struct tdx_module_args args = { .rdx = tdr, .r8 = page };

	return sept_give(TDH_MEM_PAGE_AUG, gpa, level, &args, level, ret_sept);
}
EXPORT_SYMBOL_GPL(tdh_mem_page_aug);

u64 tdh_mem_range_block(phys_addr_t tdr, u64 gpa, int level, struct tdx_sept_info *ret_sept)
{
	struct tdx_module_args args = { .rdx = tdr };

	return sept_call(TDH_MEM_RANGE_BLOCK, gpa, level, &args, ret_sept);
}
EXPORT_SYMBOL_GPL(tdh_mem_range_block);

u64 tdh_mem_page_remove(phys_addr_t tdr, u64 gpa, int level, phys_addr_t *ret_page,
			struct tdx_sept_info *ret_sept)
{
	return sept_take(TDH_MEM_PAGE_REMOVE, tdr, gpa, level, ret_page, ret_sept);
}
EXPORT_SYMBOL_GPL(tdh_mem_page_remove);

u64 tdh_mem_sept_remove(phys_addr_t tdr, u64 gpa, int level, phys_addr_t *ret_page,
			struct tdx_sept_info *ret_sept)
{
	return sept_take(TDH_MEM_SEPT_REMOVE, tdr, gpa, level, ret_page, ret_sept);
}
EXPORT_SYMBOL_GPL(tdh_mem_sept_remove);

u64 tdh_mem_page_demote(phys_addr_t tdr, u64 gpa, int level, phys_addr_t sept_page,
			struct tdx_sept_info *ret_sept)
{
	struct tdx_module_args args = { .rdx = tdr, .r8 = sept_page };

	return sept_give(TDH_MEM_PAGE_DEMOTE, gpa, level, &args, TDX_PS_4K, ret_sept);
}
EXPORT_SYMBOL_GPL(tdh_mem_page_demote);

u64 tdh_mem_sept_rd(phys_addr_t tdr, u64 gpa, int level, struct tdx_sept_info *ret_sept)
{
	struct tdx_module_args args = { .rdx = tdr };

	return sept_call(TDH_MEM_SEPT_RD, gpa, level, &args, ret_sept);
}
EXPORT_SYMBOL_GPL(tdh_mem_sept_rd);

u64 tdh_mem_track(phys_addr_t tdr)
{
	struct tdx_module_args args = { .rcx = tdr };

	return tdx_call(TDH_MEM_TRACK, &args);
}
EXPORT_SYMBOL_GPL(tdh_mem_track);
