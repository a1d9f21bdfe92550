// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages that KVM gives to the TDX module and takes back, see tdx.h.
 */
#include <linux/gfp.h>
#include <linux/mm.h>

#include "tdx.h"

atomic_t td_nr_leaked = ATOMIC_INIT(0);

void td_count_leak(unsigned long nr)
{
	atomic_add(nr, &td_nr_leaked);
}

phys_addr_t td_alloc_page(void)
{
	struct page *page = alloc_page(GFP_KERNEL_ACCOUNT);

	return page ? page_to_phys(page) : 0;
}

void td_free_page(phys_addr_t page)
{
	if (page)
		__free_page(pfn_to_page(PHYS_PFN(page)));
}

int td_reclaim(phys_addr_t page)
{
	phys_addr_t owner;
	u64 type, level;

	return td_retry_busy(td_check(TDH_PHYMEM_PAGE_RECLAIM,
				      tdh_phymem_page_reclaim(page, &type, &owner, &level)));
}

void td_reclaim_page(phys_addr_t page)
{
	if (!page)
		return;

	/* The module still owns the page: leak it, because nobody may use it any more. */
	if (td_reclaim(page)) {
		td_count_leak(1);
		return;
	}

	tdx_scrub_pages(page, 1);
	__free_page(pfn_to_page(PHYS_PFN(page)));
}
