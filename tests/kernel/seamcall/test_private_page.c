// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages are flushed before they are given to the module; and which pages the kernel writes before it
 * starts another one by kexec, on a CPU with X86_BUG_TDX_PW_MCE.  The order of the tests matters: the
 * map of private pages is never freed.
 */

#include "test.h"

static u64 status;
static unsigned int pamts_scrubbed;

void tdx_scrub_pamt(void)
{
	pamts_scrubbed++;
}

/* What had been flushed, and reported to the backend, when the SEAMCALL was made. */
static struct shim_flush flushed, reported, reported_now;

static u64 say_status(u64 fn, struct tdx_module_args *args)
{
	flushed = shim_flush;
	reported = reported_now;
	return status;
}

static void fill(void)
{
	memset(memory, 0xee, sizeof(memory));
	shim_wbinvds = 0;
	pamts_scrubbed = 0;
}

static bool is_zero(unsigned long pfn)
{
	return !memcmp(memory[pfn], shim_zero_page, PAGE_SIZE);
}

static unsigned int nr_zero(void)
{
	unsigned int nr = 0;

	for (unsigned long pfn = 0; pfn < SHIM_NR_PAGES; pfn++)
		nr += is_zero(pfn);
	return nr;
}

static u64 give(unsigned long pfn, int level, u64 with_status)
{
	struct tdx_module_args args = {};

	answer_with(say_status);
	status = with_status;
	return tdx_call_giving(TDH_MEM_PAGE_AUG, &args, PFN_PHYS(pfn), level);
}

static void note_flush(phys_addr_t page, unsigned long nr)
{
	reported_now = (struct shim_flush) { page, nr * PAGE_SIZE };
}

static bool was_flushed(const struct shim_flush *flush, phys_addr_t page, u64 size)
{
	return flush->from == page && flush->size == size;
}

static bool flushed_before_it_is_given(void)
{
	/* A backend that does not want to know. */
	static_call_update(tdx_flushed, NULL);
	shim_flush = flushed = reported = reported_now = (struct shim_flush) {};
	ASSERT(give(3, 0, TDX_SUCCESS) == TDX_SUCCESS);
	ASSERT(was_flushed(&flushed, PFN_PHYS(3), PAGE_SIZE));
	ASSERT(was_flushed(&reported, 0, 0));

	static_call_update(tdx_flushed, note_flush);
	/* Each attempt: the page may have been in other hands between two. */
	shim_flush = (struct shim_flush) {};
	ASSERT(give(3, 0, TDX_OPERAND_BUSY) == TDX_OPERAND_BUSY);
	ASSERT(was_flushed(&flushed, PFN_PHYS(3), PAGE_SIZE));
	ASSERT(was_flushed(&reported, PFN_PHYS(3), PAGE_SIZE));
	ASSERT(give(512, 1, TDX_SUCCESS) == TDX_SUCCESS);
	ASSERT(was_flushed(&flushed, PFN_PHYS(512), 512 * PAGE_SIZE));
	ASSERT(was_flushed(&reported, PFN_PHYS(512), 512 * PAGE_SIZE));
	static_call_update(tdx_flushed, NULL);
	return true;
}

/* What the backend was told that the host scrubs. */
static struct shim_flush scrubbed;

static void note_scrub(phys_addr_t page, unsigned long nr)
{
	scrubbed = (struct shim_flush) { page, nr * PAGE_SIZE };
}

static bool backend_knows_what_is_scrubbed(void)
{
	static_call_update(tdx_scrubbed, NULL);
	scrubbed = (struct shim_flush) {};
	tdx_scrub_pages(PFN_PHYS(7), 1);
	ASSERT(was_flushed(&scrubbed, 0, 0));
	static_call_update(tdx_scrubbed, note_scrub);
	tdx_scrub_pages(PFN_PHYS(512), 512);
	ASSERT(was_flushed(&scrubbed, PFN_PHYS(512), 512 * PAGE_SIZE));
	static_call_update(tdx_scrubbed, NULL);
	return true;
}

static bool nothing_without_the_erratum(void)
{
	fill();
	shim_has_erratum = false;
	ASSERT(tdx_private_map_init() == 0);
	ASSERT(give(7, 0, TDX_SUCCESS) == TDX_SUCCESS);
	tdx_scrub_pages(PFN_PHYS(7), 1);
	tdx_scrub_all_private();
	ASSERT(nr_zero() == 0);
	ASSERT(shim_wbinvds == 0 && pamts_scrubbed == 0);
	return true;
}

static bool no_memory_for_the_map(void)
{
	shim_has_erratum = true;
	atomic_set(&shim_fail_nth, 1);
	ASSERT(tdx_private_map_init() == -ENOMEM);
	return true;
}

static bool what_was_given_is_scrubbed(void)
{
	fill();
	ASSERT(tdx_private_map_init() == 0);
	ASSERT(give(7, 0, TDX_SUCCESS) == TDX_SUCCESS);
	ASSERT(give(512, 1, TDX_SUCCESS) == TDX_SUCCESS);
	/* The SEAMCALL fails: the page still belongs to the caller. */
	ASSERT(give(9, 0, TDX_OPERAND_BUSY) == TDX_OPERAND_BUSY);
	tdx_scrub_all_private();
	ASSERT(nr_zero() == 513);
	ASSERT(is_zero(7) && is_zero(512) && is_zero(1023));
	ASSERT(!is_zero(9) && !is_zero(511) && !is_zero(1024));
	ASSERT(shim_wbinvds == 1 && pamts_scrubbed == 1);
	return true;
}

static bool what_came_back_is_not(void)
{
	fill();
	/* The module gives back two pages of the 2M page that the previous test gave it. */
	tdx_scrub_pages(PFN_PHYS(600), 2);
	ASSERT(nr_zero() == 2 && is_zero(600) && is_zero(601));
	fill();
	tdx_scrub_all_private();
	ASSERT(nr_zero() == 511);
	ASSERT(!is_zero(600) && !is_zero(601) && is_zero(599) && is_zero(602));
	tdx_scrub_pages(PFN_PHYS(7), 1);
	tdx_scrub_pages(PFN_PHYS(512), 512);
	fill();
	tdx_scrub_all_private();
	ASSERT(nr_zero() == 0);
	return true;
}

static bool beyond_memory_is_nobodys(void)
{
	fill();
	ASSERT(give(SHIM_NR_PAGES - 1, 0, TDX_SUCCESS) == TDX_SUCCESS);
	ASSERT(give(SHIM_NR_PAGES, 0, TDX_SUCCESS) == TDX_SUCCESS);
	ASSERT(give(SHIM_NR_PAGES + 4096, 1, TDX_SUCCESS) == TDX_SUCCESS);
	tdx_scrub_all_private();
	ASSERT(nr_zero() == 1 && is_zero(SHIM_NR_PAGES - 1));
	/* When TDX is enabled once more, the map is kept. */
	ASSERT(tdx_private_map_init() == 0);
	fill();
	tdx_scrub_all_private();
	ASSERT(nr_zero() == 1);
	return true;
}

const struct test private_page_tests[] = {
	{ "seamcall.private-page.flushed-before-it-is-given", flushed_before_it_is_given },
	{ "seamcall.private-page.backend-knows-what-is-scrubbed", backend_knows_what_is_scrubbed },
	{ "seamcall.private-page.nothing-without-the-erratum", nothing_without_the_erratum },
	{ "seamcall.private-page.no-memory-for-the-map", no_memory_for_the_map },
	{ "seamcall.private-page.what-was-given-is-scrubbed", what_was_given_is_scrubbed },
	{ "seamcall.private-page.what-came-back-is-not", what_came_back_is_not },
	{ "seamcall.private-page.beyond-memory-is-nobodys", beyond_memory_is_nobodys },
	{}
};
