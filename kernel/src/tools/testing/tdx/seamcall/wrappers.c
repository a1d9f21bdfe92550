// SPDX-License-Identifier: GPL-2.0-only
/* Tests of each wrapper: are its arguments and results in the right registers? */

#include <linux/string.h>

#include "fake.h"
#include "test.h"

#define TDR	0x11000ULL
#define VP	0x12000ULL
#define PAGE	0x13000ULL
#define PAGE2	0x14000ULL
#define FIELD	0x9110000300000010ULL
#define GPA	0x40200000ULL

/* Values that the fake backend returns in the output registers. */
#define OUT_RCX	0x1c000ULL
#define OUT_RDX	0x1d004ULL
#define OUT_R8	0x1e000ULL

static struct tdx_sept_info sept;
static phys_addr_t page;
static u64 value, type, level;

#define ROW(leaf, call, _rcx, _rdx, _r8, _r9)				\
	{ #call, leaf, { .rcx = _rcx, .rdx = _rdx, .r8 = _r8, .r9 = _r9 } }

static const struct {
	const char *name;
	u64 fn;
	struct tdx_module_args in;
} rows[] = {
	ROW(TDH_MNG_CREATE, tdh_mng_create, TDR, 7, 0, 0),
	ROW(TDH_MNG_KEY_CONFIG, tdh_mng_key_config, TDR, 0, 0, 0),
	ROW(TDH_MNG_ADDCX, tdh_mng_addcx, PAGE, TDR, 0, 0),
	ROW(TDH_MNG_INIT, tdh_mng_init, TDR, PAGE, 0, 0),
	ROW(TDH_MNG_RD, tdh_mng_rd, TDR, FIELD, 0, 0),
	ROW(TDH_MNG_VPFLUSHDONE, tdh_mng_vpflushdone, TDR, 0, 0, 0),
	ROW(TDH_MNG_KEY_FREEID, tdh_mng_key_freeid, TDR, 0, 0, 0),
	ROW(TDH_MR_EXTEND, tdh_mr_extend, GPA + 256, TDR, 0, 0),
	ROW(TDH_MR_FINALIZE, tdh_mr_finalize, TDR, 0, 0, 0),
	ROW(TDH_VP_CREATE, tdh_vp_create, VP, TDR, 0, 0),
	ROW(TDH_VP_ADDCX, tdh_vp_addcx, PAGE, VP, 0, 0),
	ROW(TDH_VP_INIT | 1 << 16, tdh_vp_init, VP, 0x809000, 3, 0),
	ROW(TDH_VP_RD, tdh_vp_rd, VP, FIELD, 0, 0),
	ROW(TDH_VP_WR, tdh_vp_wr, VP, FIELD, 0xab, 0xff),
	ROW(TDH_VP_FLUSH, tdh_vp_flush, VP, 0, 0, 0),
	ROW(TDH_MEM_SEPT_ADD, tdh_mem_sept_add, GPA | 2, TDR, PAGE, 0),
	ROW(TDH_MEM_PAGE_ADD, tdh_mem_page_add, GPA, TDR, PAGE, PAGE2),
	ROW(TDH_MEM_PAGE_AUG, tdh_mem_page_aug, GPA | 1, TDR, PAGE, 0),
	ROW(TDH_MEM_RANGE_BLOCK, tdh_mem_range_block, GPA | 1, TDR, 0, 0),
	ROW(TDH_MEM_PAGE_REMOVE, tdh_mem_page_remove, GPA | 1, TDR, 0, 0),
	ROW(TDH_MEM_SEPT_REMOVE, tdh_mem_sept_remove, GPA | 1, TDR, 0, 0),
	ROW(TDH_MEM_PAGE_DEMOTE, tdh_mem_page_demote, GPA | 1, TDR, PAGE, 0),
	ROW(TDH_MEM_SEPT_RD, tdh_mem_sept_rd, GPA | 3, TDR, 0, 0),
	ROW(TDH_MEM_TRACK, tdh_mem_track, TDR, 0, 0, 0),
	ROW(TDH_PHYMEM_PAGE_RECLAIM, tdh_phymem_page_reclaim, PAGE, 0, 0, 0),
	ROW(TDH_PHYMEM_CACHE_WB, tdh_phymem_cache_wb, 1, 0, 0, 0),
};

/* Call the wrapper of @leaf with the arguments that @rows expects; results go to variables. */
static u64 make_call(u64 leaf)
{
	switch (leaf) {
	case TDH_MNG_CREATE: return tdh_mng_create(TDR, 7);
	case TDH_MNG_KEY_CONFIG: return tdh_mng_key_config(TDR);
	case TDH_MNG_ADDCX: return tdh_mng_addcx(TDR, PAGE);
	case TDH_MNG_INIT: return tdh_mng_init(TDR, PAGE, &value);
	case TDH_MNG_RD: return tdh_mng_rd(TDR, FIELD, &value);
	case TDH_MNG_VPFLUSHDONE: return tdh_mng_vpflushdone(TDR);
	case TDH_MNG_KEY_FREEID: return tdh_mng_key_freeid(TDR);
	case TDH_MR_EXTEND: return tdh_mr_extend(TDR, GPA + 256, &sept);
	case TDH_MR_FINALIZE: return tdh_mr_finalize(TDR);
	case TDH_VP_CREATE: return tdh_vp_create(TDR, VP);
	case TDH_VP_ADDCX: return tdh_vp_addcx(VP, PAGE);
	case TDH_VP_INIT: return tdh_vp_init(VP, 0x809000, 3);
	case TDH_VP_RD: return tdh_vp_rd(VP, FIELD, &value);
	case TDH_VP_WR: return tdh_vp_wr(VP, FIELD, 0xab, 0xff);
	case TDH_VP_FLUSH: return tdh_vp_flush(VP);
	case TDH_MEM_SEPT_ADD: return tdh_mem_sept_add(TDR, GPA, 2, PAGE, &sept);
	case TDH_MEM_PAGE_ADD: return tdh_mem_page_add(TDR, GPA, PAGE, PAGE2, &sept);
	case TDH_MEM_PAGE_AUG: return tdh_mem_page_aug(TDR, GPA, 1, PAGE, &sept);
	case TDH_MEM_RANGE_BLOCK: return tdh_mem_range_block(TDR, GPA, 1, &sept);
	case TDH_MEM_PAGE_REMOVE: return tdh_mem_page_remove(TDR, GPA, 1, &page, &sept);
	case TDH_MEM_SEPT_REMOVE: return tdh_mem_sept_remove(TDR, GPA, 1, &page, &sept);
	case TDH_MEM_PAGE_DEMOTE: return tdh_mem_page_demote(TDR, GPA, 1, PAGE, &sept);
	case TDH_MEM_SEPT_RD: return tdh_mem_sept_rd(TDR, GPA, 3, &sept);
	case TDH_MEM_TRACK: return tdh_mem_track(TDR);
	case TDH_PHYMEM_PAGE_RECLAIM: return tdh_phymem_page_reclaim(PAGE, &type, &page, &level);
	case TDH_PHYMEM_CACHE_WB: return tdh_phymem_cache_wb(true);
	}
	return ~0ULL;
}

/* Did the wrapper of @leaf return all outputs, and, if the leaf has none, write nothing? */
static bool outputs_right(u64 leaf, bool success)
{
	bool sept_set = sept.entry == OUT_RCX && sept.info == OUT_RDX;

	switch (leaf) {
	case TDH_MNG_INIT:
		return value == OUT_RCX;
	case TDH_MNG_RD:
	case TDH_VP_RD:
		return value == OUT_R8;
	case TDH_MEM_PAGE_REMOVE:
	case TDH_MEM_SEPT_REMOVE:
		return sept_set && page == (success ? OUT_RCX : 0);
	case TDH_MR_EXTEND:
	case TDH_MEM_SEPT_ADD:
	case TDH_MEM_PAGE_ADD:
	case TDH_MEM_PAGE_AUG:
	case TDH_MEM_RANGE_BLOCK:
	case TDH_MEM_PAGE_DEMOTE:
	case TDH_MEM_SEPT_RD:
		return sept_set && tdx_sept_level(&sept) == 4 && tdx_sept_state(&sept) == 0xd0;
	case TDH_PHYMEM_PAGE_RECLAIM:
		return type == OUT_RCX && page == OUT_RDX && level == OUT_R8;
	}
	return !value && !page && !type && !level && !sept.entry;
}

void case_wrappers_pass_registers(void)
{
	static const u64 statuses[] = { TDX_SUCCESS, TDX_EPT_WALK_FAILED | TDX_OPERAND_ID_RCX };
	unsigned int i, j;

	expect(bring_up() == 0);
	fake.answer = (struct tdx_module_args){ .rcx = OUT_RCX, .rdx = OUT_RDX, .r8 = OUT_R8 };

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		for (j = 0; j < ARRAY_SIZE(statuses); j++) {
			u64 leaf = rows[i].fn & TDX_LEAF_NR_MASK;

			sept = (struct tdx_sept_info){};
			page = 0;
			value = 0;
			type = 0;
			level = 0;
			fake.answer_status = statuses[j];
			if (make_call(leaf) != statuses[j] || fake.last_fn != rows[i].fn ||
			    memcmp(&fake.last_in, &rows[i].in, sizeof(fake.last_in)) ||
			    !outputs_right(leaf, statuses[j] == TDX_SUCCESS)) {
				say("# %s, status 0x%llx", rows[i].name, statuses[j]);
				expect(!"registers as in the interface");
			}
		}
	}
	/* A caller may pass NULL for outputs that it does not need. */
	expect(tdh_mem_range_block(TDR, GPA, 1, NULL) == fake.answer_status);

	/* The KeyID is in the bits above the physical address. */
	fake.answer_status = TDX_SUCCESS;
	expect(tdh_phymem_page_wbinvd(PAGE, 6) == TDX_SUCCESS);
	expect(fake.last_fn == TDH_PHYMEM_PAGE_WBINVD);
	expect(fake.last_in.rcx == (PAGE | 6ULL << boot_cpu_data.x86_phys_bits));
}

void case_vp_enter_passes_all_registers(void)
{
	struct tdx_module_args args, in, out;

	expect(bring_up() == 0);
	memset(&in, 0x3c, sizeof(in));
	memset(&out, 0xc3, sizeof(out));
	fake.answer = out;
	/* VP.ENTER is not retried: each status is returned to the caller. */
	fake.answer_status = TDX_RND_NO_ENTROPY;
	args = in;
	expect(tdh_vp_enter(VP, &args) == TDX_RND_NO_ENTROPY);
	expect(fake.calls[TDH_VP_ENTER] == 1);
	expect(fake.last_fn == TDH_VP_ENTER);
	in.rcx = VP;
	expect(!memcmp(&fake.last_in, &in, sizeof(in)));
	expect(!memcmp(&args, &out, sizeof(out)));
}
