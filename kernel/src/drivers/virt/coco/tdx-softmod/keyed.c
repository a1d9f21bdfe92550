// SPDX-License-Identifier: GPL-2.0-only
/*
 * Strict mode: pages that come back from a TD still have content under the TD's key.
 *
 * Before the host uses or frees such a page it must write back the cache lines with that key, by
 * PHYMEM.PAGE.WBINVD or, when the TD dies, PHYMEM.CACHE.WB, and then write the page without
 * reading it, by tdx_scrub_pages().  A CPU with TDX answers a read before that with a machine
 * check or with garbage, and lines that are written back later overwrite what the host wrote.
 * softmod has no keys, and would give the page back zeroed.
 *
 * So here the page stays out of the host's direct map until the host has scrubbed it, and for
 * good if lines with a key were not written back.  Then it has bytes that nobody expects.
 */

#define pr_fmt(fmt) "tdx_softmod: " fmt

#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/vmalloc.h>

#include "core.h"

#define LEVEL_BITS	GENMASK_ULL(2, 0)

/* What the host reads from a page that it has only just scrubbed. */
#define GARBAGE		0x5a

/* Of each page of RAM. */
static struct keyed {
	/* The page is out of the direct map. */
	u8 is_withheld;
	/* KeyID of cache lines that the host has to write back; 0: none. */
	u16 dirty;
} *keyed;
static unsigned long nr_keyed;
/* Number of pages with dirty lines: nearly always 0. */
static atomic64_t nr_dirty;

int sm_keyed_load(void)
{
	const struct sm_range *last = &sm_sys.cmrs[sm_sys.nr_cmrs - 1];

	nr_keyed = PHYS_PFN(last->base + last->size);
	atomic64_set(&nr_dirty, 0);
	keyed = vcalloc(nr_keyed, sizeof(*keyed));
	return keyed ? 0 : -ENOMEM;
}

void sm_keyed_unload(void)
{
	unsigned long pfn, nr = 0;

	for (pfn = 0; keyed && pfn < nr_keyed; pfn++) {
		if (!keyed[pfn].is_withheld)
			continue;
		sm_platform_show(PFN_PHYS(pfn));
		nr++;
	}
	if (nr)
		pr_warn("%lu pages were not scrubbed\n", nr);
	vfree(keyed);
	keyed = NULL;
}

static void set_dirty(unsigned long pfn, u16 hkid)
{
	u16 old = xchg(&keyed[pfn].dirty, hkid);

	atomic64_add(!!hkid - !!old, &nr_dirty);
}

static void show(unsigned long pfn)
{
	if (!keyed[pfn].is_withheld)
		return;
	keyed[pfn].is_withheld = false;
	memset(sm_va(PFN_PHYS(pfn)), GARBAGE, SM_PAGE_SIZE);
	sm_platform_show(PFN_PHYS(pfn));
}

void sm_scrubbed(phys_addr_t page, unsigned long nr)
{
	unsigned long pfn = PHYS_PFN(page), end = min(pfn + nr, nr_keyed);

	for (; pfn < end; pfn++) {
		if (!keyed[pfn].dirty)
			show(pfn);
		else
			pr_warn_ratelimited("the page 0x%llx was not written back with KeyID %u\n",
					    PFN_PHYS(pfn), keyed[pfn].dirty);
	}
}

/* The call has given back [@page, + @nr pages), whose cache lines may have the KeyID @hkid. */
static void withhold(phys_addr_t page, unsigned long nr, u16 hkid)
{
	unsigned long pfn = PHYS_PFN(page), end = min(pfn + nr, nr_keyed);

	for (; pfn < end; pfn++) {
		keyed[pfn].is_withheld = true;
		set_dirty(pfn, hkid);
		sm_platform_hide(PFN_PHYS(pfn));
	}
}

/* A TDR has the module's own KeyID, with which CACHE.WB has nothing to do. */
static void note_reclaimed(const struct tdx_module_args *in, const struct tdx_module_args *out)
{
	withhold(in->rcx, sm_level_pages(out->r8),
		 out->rcx == TDX_PT_TDR ? sm_kot_global_hkid() : 0);
}

/* A page that a living TD had. */
static void note_removed(const struct tdx_module_args *in, const struct tdx_module_args *out,
			 unsigned int level)
{
	const struct sm_td *td = sm_va(in->rdx & PAGE_MASK);

	withhold(out->rcx, sm_level_pages(level), td->hkid);
}

/*
 * A WBINVD that fails leaves the host nothing but WBINVD on all CPUs, which softmod cannot see.
 * That is then for all pages that were removed with this one: at most 2M.
 */
static void note_written_back(u64 rcx, u64 status)
{
	unsigned int shift = sm_platform_pa_bits();
	unsigned long pfn = PHYS_PFN(rcx & GENMASK_ULL(shift - 1, 0)), end = pfn + 1;
	u16 hkid = rcx >> shift;

	if (status) {
		pfn = ALIGN_DOWN(pfn, SM_NR_ENTRIES);
		end = pfn + SM_NR_ENTRIES;
	}
	for (end = min(end, nr_keyed); pfn < end; pfn++) {
		if (status || keyed[pfn].dirty == hkid)
			set_dirty(pfn, 0);
	}
}

/* Before a KeyID is free, CACHE.WB has written back all lines that have it. */
static void note_freed_keyid(const struct tdx_module_args *in)
{
	const struct sm_td *td = sm_va(in->rcx);
	unsigned long pfn;

	for (pfn = 0; atomic64_read(&nr_dirty) && pfn < nr_keyed; pfn++) {
		if (keyed[pfn].dirty == td->hkid)
			set_dirty(pfn, 0);
	}
}

static void note(unsigned int leaf, const struct tdx_module_args *in,
		 const struct tdx_module_args *out, u64 status)
{
	if (leaf == TDH_PHYMEM_PAGE_WBINVD)
		note_written_back(in->rcx, status);
	if (status)
		return;
	switch (leaf) {
	case TDH_MNG_KEY_FREEID:
		note_freed_keyid(in);
		break;
	case TDH_PHYMEM_PAGE_RECLAIM:
		note_reclaimed(in, out);
		break;
	case TDH_MEM_PAGE_REMOVE:
		note_removed(in, out, in->rcx & LEVEL_BITS);
		break;
	case TDH_MEM_SEPT_REMOVE:
	case TDH_MEM_PAGE_PROMOTE:
	case TDH_MEM_PAGE_RELOCATE:
		note_removed(in, out, 0);
		break;
	}
}

u64 sm_keyed_seamcall(u64 fn, struct tdx_module_args *args)
{
	struct tdx_module_args in = *args;
	unsigned long pfn, nr;
	u64 status;

	/* The host gives a page back as it got it: then it need not have been scrubbed. */
	if (sm_gives_pages(fn, args, &pfn, &nr)) {
		for (; nr && pfn < nr_keyed; pfn++, nr--)
			show(pfn);
	}
	status = sm_flushed_seamcall(fn, args);
	note(fn & TDX_LEAF_NR_MASK, &in, args, status);
	return status;
}
