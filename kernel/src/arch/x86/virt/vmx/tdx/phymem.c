// SPDX-License-Identifier: GPL-2.0-only
/* SEAMCALLs about physical pages and caches. */

#include <linux/export.h>

#include <asm/processor.h>

#include "seamcall.h"

u64 tdh_phymem_page_reclaim(phys_addr_t page, u64 *ret_type, phys_addr_t *ret_owner,
			    u64 *ret_level)
{
	struct tdx_module_args args = { .rcx = page };
	u64 status = tdx_call(TDH_PHYMEM_PAGE_RECLAIM, &args);

	*ret_type = args.rcx;
	*ret_owner = args.rdx;
	*ret_level = args.r8;
	return status;
}
EXPORT_SYMBOL_GPL(tdh_phymem_page_reclaim);

u64 tdh_phymem_page_wbinvd(phys_addr_t page, u16 hkid)
{
	struct tdx_module_args args = { .rcx = tdx_hkid_pa(page, hkid) };

	return tdx_call(TDH_PHYMEM_PAGE_WBINVD, &args);
}
EXPORT_SYMBOL_GPL(tdh_phymem_page_wbinvd);

u64 tdh_phymem_cache_wb(bool resume)
{
	struct tdx_module_args args = { .rcx = resume };

	return tdx_call(TDH_PHYMEM_CACHE_WB, &args);
}
EXPORT_SYMBOL_GPL(tdh_phymem_cache_wb);
