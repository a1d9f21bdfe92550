// SPDX-License-Identifier: GPL-2.0-only
/*
 * SEAMCALL: looks up the leaf in the table in leaves.h, makes the checks and takes the locks
 * that its row lists, in that order, and calls its handler.
 */

#include "leaves.h"

static const struct sm_leaf leaves[SM_NR_LEAVES] = {
#define LEAF(id, fn, ...) \
	[TDH_##id] = { .name = #id, .handler = softmod_##fn, __VA_ARGS__ },
	SM_LEAVES(LEAF)
#undef LEAF
};

/*
 * Each leaf of asm/tdx_leaves.h must have a row.  If one has none, its ROW_OF_... is not
 * declared and this does not compile.
 */
#define ROW(id, ...)		ROW_OF_##id,
enum { SM_LEAVES(ROW) };
#define HAS_ROW(nr, id, name)	static_assert(ROW_OF_##id >= 0);
TDX_HOST_LEAVES(HAS_ROW)

const struct sm_leaf *sm_leaf(unsigned int nr)
{
	if (nr >= SM_NR_LEAVES || !leaves[nr].handler ||
	    ((leaves[nr].when & SM_WHEN_NEWER) && !sm_sys.is_newer))
		return NULL;
	return &leaves[nr];
}

/* May a leaf run in this state of the module? */
static u64 check_module(u8 when)
{
	u32 state = READ_ONCE(sm_sys.state);

	if (state == SM_SYS_SHUTDOWN && !(when & SM_WHEN_SHUTDOWN))
		return TDX_SYS_SHUTDOWN;
	if (state < SM_SYS_READY && !(when & SM_WHEN_NOT_READY))
		return TDX_SYS_NOT_READY;
	return 0;
}

static u64 operand(const struct tdx_module_args *args, u8 reg)
{
	return reg == SM_RCX ? args->rcx : args->rdx;
}

/* Set the outputs that do not keep their inputs when the leaf fails. */
static void clear_outputs(struct sm_call *call)
{
	static const u8 offsets[] = {
		[SM_RCX] = offsetof(struct tdx_module_args, rcx),
		[SM_RDX] = offsetof(struct tdx_module_args, rdx),
		[SM_R8] = offsetof(struct tdx_module_args, r8),
		[SM_R9] = offsetof(struct tdx_module_args, r9),
		[SM_R10] = offsetof(struct tdx_module_args, r10),
		[SM_R11] = offsetof(struct tdx_module_args, r11),
	};
	u16 ones = call->leaf->ones | (call->version ? call->leaf->ones_v1 : 0);
	unsigned long regs = call->leaf->zero | ones;
	unsigned int reg;

	for_each_set_bit(reg, &regs, ARRAY_SIZE(offsets)) {
		u64 *out = (void *)call->out + offsets[reg];

		*out = ones & BIT(reg) ? ~0ULL : 0;
	}
}

static u64 get_td(struct sm_call *call, phys_addr_t pa, u32 operand_id)
{
	const struct sm_leaf *leaf = call->leaf;
	enum sm_lock_mode mode = leaf->tdr_lock;
	struct sm_page page;
	u64 status;

	if (call->version && leaf->tdr_lock_v1 != SM_LOCK_NONE)
		mode = leaf->tdr_lock_v1;
	status = sm_page_get(call, pa, 0, TDX_PT_TDR, mode, operand_id, &page);
	if (status)
		return status;
	call->td = sm_va(pa);
	call->tdcs = call->td->tdcs;
	return 0;
}

static u64 get_vcpu(struct sm_call *call, phys_addr_t pa)
{
	struct sm_page page;
	u64 status;

	status = sm_page_get(call, pa, 0, TDX_PT_TDVPR, call->leaf->tdvpr_lock,
			     call->leaf->operand, &page);
	if (status)
		return status;
	call->vcpu = sm_va(pa);
	return get_td(call, sm_pamt_owner(page.entry), TDX_OPERAND_ID_TDR);
}

static u64 make_check(struct sm_call *call, enum sm_check check)
{
	phys_addr_t pa = operand(&call->in, call->leaf->operand) & ~call->leaf->flags;

	if (check == SM_MISC_ENABLE)
		return sm_check_misc_enable(call->lp);
	if (check == SM_TDR)
		return get_td(call, pa, call->leaf->operand);
	if (check == SM_TDVPR)
		return get_vcpu(call, pa);
	if (check <= SM_DEBUG_FLAG)
		return sm_check_td(call, check);
	return check <= SM_ASSOCIATE ? sm_check_vcpu(call, check) : sm_check_entry(call, check);
}

static u64 run_leaf(struct sm_call *call)
{
	const struct sm_leaf *leaf = call->leaf;
	u64 status = check_module(leaf->when);
	unsigned int i;

	if (status)
		return status;
	clear_outputs(call);
	if (!(leaf->when & SM_WHEN_NO_LP_INIT) && !test_bit(call->lp, sm_sys.lps))
		return TDX_SYS_LP_INIT_NOT_DONE;
	if (call->version > leaf->max_version)
		return TDX_OPERAND_INVALID | TDX_OPERAND_ID_RAX;

	for (i = 0; !status && i < SM_MAX_CHECKS && leaf->checks[i]; i++)
		status = make_check(call, leaf->checks[i]);
	if (!status)
		status = leaf->handler(call);

	if (call->slot)
		sm_sept_unlock_entry(call->slot, call->slot_value);
	while (call->nr_held)
		sm_call_unlock(call);
	return status;
}

u64 sm_seamcall(u64 fn, struct tdx_module_args *args)
{
	unsigned int nr = fn & TDX_LEAF_NR_MASK;
	struct sm_call call = {
		.leaf = sm_leaf(nr),
		.in = *args,
		.out = args,
		.version = (fn & TDX_LEAF_VERSION_MASK) >> TDX_LEAF_VERSION_SHIFT,
	};
	unsigned long flags = 0;
	bool sleeps;
	u64 status;

	/* A leaf that has versions checks its version itself, after it has set its outputs. */
	if (fn & ~(TDX_LEAF_NR_MASK | TDX_LEAF_VERSION_MASK) || !call.leaf ||
	    (call.version && !call.leaf->max_version))
		return check_module(call.leaf ? call.leaf->when : 0) ?:
		       TDX_OPERAND_INVALID | TDX_OPERAND_ID_RAX;

	sleeps = call.leaf->when & SM_MAY_SLEEP;
	if (!sleeps)
		flags = sm_platform_irq_save();
	call.lp = sm_platform_lp();
	if (!sm_injection_take(&call, nr, &status))
		status = run_leaf(&call);
	if (!sleeps)
		sm_platform_irq_restore(flags);
	return status;
}
