// SPDX-License-Identifier: GPL-2.0-only
/* Strict mode: a page that comes back from a TD can be read only after it was scrubbed. */
#include "test.h"

#define TDR		0
#define TABLES		32
#define NEW_PAGE	48
#define HKID		(FIRST_HKID + 1)
#define GPA		0x5000ULL
#define BIG_GPA		(2ULL << 20)
#define WITH_KEY(page, hkid)	((page) | (u64)(hkid) << 48)

/* A SEAMCALL in strict mode, of a host that flushes each page that it gives. */
#define STRICT(leaf, ...) strict(TDH_##leaf, &(struct tdx_module_args){ __VA_ARGS__ })

static u64 strict(u64 leaf, struct tdx_module_args *args)
{
	unsigned long pfn, nr;

	if (sm_gives_pages(leaf, args, &pfn, &nr))
		sm_flushed(PFN_PHYS(pfn), nr);
	return sm_keyed_seamcall(leaf, args);
}

static bool start(void)
{
	world_reset();
	ASSERT(world_boot());
	ASSERT_EQ(sm_flushed_load(), 0);
	ASSERT_EQ(sm_keyed_load(), 0);
	ASSERT(world_make_td(TDR, HKID));
	ASSERT(world_make_vcpu(TDR, 16, 0));
	ASSERT(world_make_tables(TDR, TABLES));
	ASSERT_EQ(CALL(MR_FINALIZE, .rcx = PAGE(TDR)), 0);
	return true;
}

/* Add a page and remove it again. */
static bool add_and_remove(u64 gpa, unsigned int level, phys_addr_t page)
{
	ASSERT_EQ(STRICT(MEM_PAGE_AUG, .rcx = gpa | level, .rdx = PAGE(TDR), .r8 = page), 0);
	ASSERT_EQ(STRICT(MEM_RANGE_BLOCK, .rcx = gpa | level, .rdx = PAGE(TDR)), 0);
	ASSERT_EQ(STRICT(MEM_TRACK, .rcx = PAGE(TDR)), 0);
	ASSERT_EQ(STRICT(MEM_PAGE_REMOVE, .rcx = gpa | level, .rdx = PAGE(TDR)), 0);
	return true;
}

static bool removed(void)
{
	phys_addr_t page = PAGE(NEW_PAGE);
	u8 *bytes;

	ASSERT(start());
	ASSERT(add_and_remove(GPA, 0, page));
	ASSERT(world_is_taken(page));
	/* Scrubbing does not help while lines with the TD's key are in a cache. */
	sm_scrubbed(page, 1);
	ASSERT(world_is_taken(page));
	ASSERT_EQ(STRICT(PHYMEM_PAGE_WBINVD, .rcx = WITH_KEY(page, GLOBAL_HKID)), 0);
	sm_scrubbed(page, 1);
	ASSERT(world_is_taken(page));
	ASSERT_EQ(STRICT(PHYMEM_PAGE_WBINVD, .rcx = WITH_KEY(page, HKID)), 0);
	ASSERT(world_is_taken(page));
	sm_scrubbed(page, 1);
	ASSERT(!world_is_taken(page));
	/* The host must not rely on zeros. */
	bytes = world_memory(page);
	ASSERT(bytes[0] && !memcmp(bytes, bytes + 1, 4095));
	/* A page that is the host's can be scrubbed as often as it likes. */
	sm_scrubbed(page, 1);
	ASSERT(!world_is_taken(page));

	/* A page that the host gives again need not be scrubbed in between. */
	ASSERT(add_and_remove(GPA, 0, page));
	ASSERT(add_and_remove(GPA, 0, page));
	ASSERT(world_is_taken(page));
	return true;
}

/* Each 4K page of a page of 2M counts. */
static bool large(void)
{
	unsigned int i;

	ASSERT(start());
	ASSERT(add_and_remove(BIG_GPA, TDX_PS_2M, BIG(0)));
	for (i = 0; i < 511; i++)
		ASSERT_EQ(STRICT(PHYMEM_PAGE_WBINVD, .rcx = WITH_KEY(BIG(0) + i * 4096, HKID)), 0);
	sm_scrubbed(BIG(0), 512);
	ASSERT(!world_is_taken(BIG(0) + 510 * 4096));
	ASSERT(world_is_taken(BIG(0) + 511 * 4096));
	/* If the call fails, the host has all CPUs write back all lines, which softmod cannot see. */
	sm_injection = (struct sm_injection) {
		.leaf = TDH_PHYMEM_PAGE_WBINVD, .nth = 1, .status = TDX_OPERAND_BUSY,
	};
	ASSERT_EQ(STRICT(PHYMEM_PAGE_WBINVD, .rcx = WITH_KEY(BIG(0), HKID)), TDX_OPERAND_BUSY);
	sm_scrubbed(BIG(0), 512);
	ASSERT(!world_is_taken(BIG(0) + 511 * 4096));
	return true;
}

static bool reclaimed(void)
{
	struct tdx_module_args args = { .rcx = PAGE(TABLES) };

	ASSERT(start());
	/* A reclaim that fails gives nothing back. */
	ASSERT(strict(TDH_PHYMEM_PAGE_RECLAIM, &args) != 0);
	sm_scrubbed(PAGE(TABLES), 1);
	ASSERT(world_is_taken(PAGE(TABLES)));

	/* Of this page the host does not write back the lines before the TD dies. */
	ASSERT(add_and_remove(GPA, 0, PAGE(NEW_PAGE)));
	world_on_lps(TDH_VP_FLUSH, PAGE(16));
	ASSERT_EQ(STRICT(MNG_VPFLUSHDONE, .rcx = PAGE(TDR)), 0);
	world_on_lps(TDH_PHYMEM_CACHE_WB, 0);
	ASSERT_EQ(STRICT(MNG_KEY_FREEID, .rcx = PAGE(TDR)), 0);
	/* CACHE.WB has written back the TD's lines. */
	ASSERT_EQ(STRICT(PHYMEM_PAGE_RECLAIM, .rcx = PAGE(TABLES)), 0);
	ASSERT(world_is_taken(PAGE(TABLES)));
	sm_scrubbed(PAGE(TABLES), 1);
	ASSERT(!world_is_taken(PAGE(TABLES)));
	sm_scrubbed(PAGE(NEW_PAGE), 1);
	ASSERT(!world_is_taken(PAGE(NEW_PAGE)));
	return true;
}

/* The TDR has the module's own key. */
static bool reclaimed_tdr(void)
{
	unsigned int i;

	ASSERT(reclaimed());
	for (i = 1; i < 64; i++)
		CALL(PHYMEM_PAGE_RECLAIM, .rcx = PAGE(i));
	ASSERT_EQ(STRICT(PHYMEM_PAGE_RECLAIM, .rcx = PAGE(TDR)), 0);
	sm_scrubbed(PAGE(TDR), 1);
	ASSERT(world_is_taken(PAGE(TDR)));
	ASSERT_EQ(STRICT(PHYMEM_PAGE_WBINVD, .rcx = WITH_KEY(PAGE(TDR), GLOBAL_HKID)), 0);
	sm_scrubbed(PAGE(TDR), 1);
	ASSERT(!world_is_taken(PAGE(TDR)));
	return true;
}

/* What the host has freed unscrubbed is the host's again when softmod is unloaded. */
static bool unloaded(void)
{
	ASSERT(start());
	ASSERT(add_and_remove(GPA, 0, PAGE(NEW_PAGE)));
	ASSERT(world_is_taken(PAGE(NEW_PAGE)));
	sm_keyed_unload();
	ASSERT(!world_is_taken(PAGE(NEW_PAGE)));
	return true;
}

static void run(bool (*test)(void), const char *name, const char *what)
{
	report(test(), name, "%s", what);
	sm_keyed_unload();
	sm_flushed_unload();
}

void test_keyed(const struct options *options)
{
	run(removed, "strict.keyed-removed", "PAGE.WBINVD with the TD's key, then scrubbed");
	run(large, "strict.keyed-large", "512 times PAGE.WBINVD, or one that fails");
	run(reclaimed, "strict.keyed-reclaimed", "scrubbed");
	run(reclaimed_tdr, "strict.keyed-tdr", "PAGE.WBINVD with the module's key, then scrubbed");
	run(unloaded, "strict.keyed-unload", "the pages are back");
}
