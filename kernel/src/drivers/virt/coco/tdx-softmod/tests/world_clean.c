// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the host does to get all pages back, whatever a test has left: every TD is torn down and
 * every page reclaimed.
 */
#include "world.h"

/* The pages that a test may give to a TD. */
static const struct {
	phys_addr_t first;
	unsigned int nr;
} blocks[] = {
	{ PAGE(0), NR_WORLD_PAGES },
	{ BIG(0), SM_NR_ENTRIES },
	{ BIG(1), SM_NR_ENTRIES },
};

static u64 type_of(u64 page, u64 *ret_level)
{
	struct tdx_module_args args = { .rcx = page };

	if (world_call(TDH_PHYMEM_PAGE_RDMD, 0, &args))
		return TDX_PT_NDA;
	*ret_level = args.r8;
	return args.rcx;
}

/* Are all pages of the 2 MiB at @pa free, according to softmod's PAMT? */
static bool is_free(phys_addr_t pa)
{
	struct sm_page page;

	sm_page_at(world_real(pa), 1, &page);
	return page.entry->type == TDX_PT_NDA && !atomic64_read(&page.entry->nr_used);
}

/*
 * Call @what for each page that a TD has; if @type is not 0, only for pages of that type.
 * Returns how many.
 */
static unsigned int visit_pages(u64 type, void (*what)(u64 page))
{
	unsigned int block, i, nr = 0;
	u64 level, page, is;

	for (block = 0; block < ARRAY_SIZE(blocks); block++) {
		if (is_free(blocks[block].first))
			continue;
		for (i = 0; i < blocks[block].nr; i++) {
			page = blocks[block].first + i * SM_PAGE_SIZE;
			is = type_of(page, &level);
			if (is == TDX_PT_NDA || (type && type != is))
				continue;
			what(page);
			nr++;
			if (level)
				break;
		}
	}
	return nr;
}

/* VP.FLUSH has to be made on the LP that used the vCPU last, so try all of them. */
static void flush_vcpu(u64 page)
{
	world_on_lps(TDH_VP_FLUSH, page);
}

static void end_td(u64 page)
{
	CALL(MNG_VPFLUSHDONE, .rcx = page);
}

static void free_keyid(u64 page)
{
	CALL(MNG_KEY_FREEID, .rcx = page);
}

static void reclaim(u64 page)
{
	CALL(PHYMEM_PAGE_RECLAIM, .rcx = page);
}

static void nothing(u64 page)
{
}

/* PAGE.RDMD shows the last owner of a free page; a test begins with pages that had none. */
static void forget_owners(void)
{
	unsigned int block, i, level;
	struct sm_page page;

	for (block = 0; block < ARRAY_SIZE(blocks); block++) {
		for (i = 0; i < blocks[block].nr; i++) {
			for (level = 0; level < 2; level++) {
				sm_page_at(world_real(blocks[block].first + i * SM_PAGE_SIZE),
					   level, &page);
				sm_pamt_set(page.entry, page.entry->type, 0);
			}
		}
	}
}

unsigned int world_clean(void)
{
	unsigned int block, i, nr;

	visit_pages(TDX_PT_TDVPR, flush_vcpu);
	visit_pages(TDX_PT_TDR, end_td);
	/* If a CACHE.WB was interrupted by fault injection, it has to be resumed first. */
	world_on_lps(TDH_PHYMEM_CACHE_WB, 1);
	world_on_lps(TDH_PHYMEM_CACHE_WB, 0);
	visit_pages(TDX_PT_TDR, free_keyid);
	/* A TDR cannot be reclaimed before all other pages of its TD, so try TDRs again. */
	visit_pages(0, reclaim);
	visit_pages(TDX_PT_TDR, reclaim);

	nr = visit_pages(0, nothing);
	if (nr)
		return nr;
	forget_owners();
	for (block = 0; block < ARRAY_SIZE(blocks); block++) {
		for (i = 0; i < blocks[block].nr; i++)
			nr += !!memchr_inv(world_host_memory(blocks[block].first +
							     i * SM_PAGE_SIZE), 0, SM_PAGE_SIZE);
	}
	return nr;
}
