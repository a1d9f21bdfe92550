// SPDX-License-Identifier: GPL-2.0-only
/* Strict mode: a page that the host gives without flushing it is refused. */
#include "test.h"

#define TDR	0
#define TABLES	32
#define GIVE(leaf, ...) \
	sm_flushed_seamcall(TDH_##leaf, &(struct tdx_module_args){ __VA_ARGS__ })

static bool start(void)
{
	world_reset();
	ASSERT(world_boot());
	ASSERT_EQ(sm_flushed_load(), 0);
	return true;
}

static bool small_pages(void)
{
	const u64 refused = TDX_OPERAND_INVALID | TDX_OPERAND_ID_RCX;

	ASSERT(start());
	ASSERT_EQ(GIVE(MNG_CREATE, .rcx = PAGE(TDR), .rdx = FIRST_HKID + 1), refused);
	/* The page beside it does not count. */
	sm_flushed(PAGE(TDR + 1), 1);
	ASSERT_EQ(GIVE(MNG_CREATE, .rcx = PAGE(TDR), .rdx = FIRST_HKID + 1), refused);
	ASSERT(!world_is_taken(PAGE(TDR)));
	sm_flushed(PAGE(TDR), 1);
	/* A call that fails gives nothing, and the page stays flushed. */
	ASSERT(GIVE(MNG_CREATE, .rcx = PAGE(TDR), .rdx = 0) != 0);
	ASSERT_EQ(GIVE(MNG_CREATE, .rcx = PAGE(TDR), .rdx = FIRST_HKID + 1), 0);
	/* Calls that give no page pass. */
	ASSERT(world_on_packages(TDH_MNG_KEY_CONFIG, PAGE(TDR)));
	ASSERT_EQ(GIVE(MNG_ADDCX, .rcx = PAGE(TDR + 1), .rdx = PAGE(TDR)), 0);
	ASSERT_EQ(GIVE(MNG_ADDCX, .rcx = PAGE(TDR + 2), .rdx = PAGE(TDR)), refused);
	return true;
}

/* Each 4K page of a page of 2M counts, and each page must be flushed again before it is given again. */
static bool large_pages(void)
{
	const u64 refused = TDX_OPERAND_INVALID | TDX_OPERAND_ID_R8, gpa = 2ULL << 20;
	struct tdx_module_args aug = { .rcx = gpa | TDX_PS_2M, .rdx = PAGE(TDR), .r8 = BIG(0) }, args;

	ASSERT(start());
	ASSERT(world_make_td(TDR, FIRST_HKID + 1));
	ASSERT(world_make_vcpu(TDR, 16, 0));
	ASSERT(world_make_tables(TDR, TABLES));
	ASSERT_EQ(CALL(MR_FINALIZE, .rcx = PAGE(TDR)), 0);

	sm_flushed(BIG(0), 511);
	args = aug;
	ASSERT_EQ(sm_flushed_seamcall(TDH_MEM_PAGE_AUG, &args), refused);
	sm_flushed(BIG(0) + 511 * 4096, 1);
	args = aug;
	ASSERT_EQ(sm_flushed_seamcall(TDH_MEM_PAGE_AUG, &args), 0);

	ASSERT_EQ(CALL(MEM_RANGE_BLOCK, .rcx = gpa | TDX_PS_2M, .rdx = PAGE(TDR)), 0);
	ASSERT_EQ(CALL(MEM_TRACK, .rcx = PAGE(TDR)), 0);
	ASSERT_EQ(CALL(MEM_PAGE_REMOVE, .rcx = gpa | TDX_PS_2M, .rdx = PAGE(TDR)), 0);
	args = aug;
	ASSERT_EQ(sm_flushed_seamcall(TDH_MEM_PAGE_AUG, &args), refused);
	return true;
}

void test_flushed(const struct options *options)
{
	report(small_pages(), "strict.flushed-small-pages", "MNG.CREATE, MNG.ADDCX");
	sm_flushed_unload();
	report(large_pages(), "strict.flushed-large-pages", "MEM.PAGE.AUG of 2M");
	sm_flushed_unload();
}
