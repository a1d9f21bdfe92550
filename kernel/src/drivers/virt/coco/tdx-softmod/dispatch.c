// SPDX-License-Identifier: GPL-2.0-only
/*
 * SEAMCALL: looks up the leaf in the table in leaves.h, makes the checks and takes the locks
 * that its row asks for, in the same order for all leaves, and calls its handler.
 */

#include "leaves.h"

static const struct sm_leaf leaves[SM_NR_LEAVES] = {
#define LEAF(id, fn, ...) \
	[TDH_##id] = { .name = #id, .handler = softmod_##fn, __VA_ARGS__ },
#define NO_LEAF(id)
	SM_LEAVES(LEAF, NO_LEAF)
#undef LEAF
#undef NO_LEAF
};

/*
 * Each leaf of asm/tdx_leaves.h must have a row.  If one has none, its ROW_OF_... is not
 * declared and this does not compile.
 */
#define ROW(id, ...)		ROW_OF_##id,
enum { SM_LEAVES(ROW, ROW) };
#define HAS_ROW(nr, id, name)	static_assert(ROW_OF_##id >= 0);
TDX_HOST_LEAVES(HAS_ROW)

const struct sm_leaf *sm_leaf(unsigned int nr)
{
	return nr < SM_NR_LEAVES && leaves[nr].handler ? &leaves[nr] : NULL;
}

/* May the leaf run in this state of the module? */
static u64 check_module(const struct sm_call *call)
{
	u32 state = READ_ONCE(sm_sys.state);
	u8 when = call->leaf->when;

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

	for_each_set_bit(reg, &regs, ARRAY_SIZE(offsets))
		*(u64 *)((void *)call->out + offsets[reg]) = ones & BIT(reg) ? ~0ULL : 0;
}

static u64 get_td(struct sm_call *call, phys_addr_t pa, u32 operand_id)
{
	struct sm_page page;
	u64 status;

	status = sm_page_get(call, pa, 0, TDX_PT_TDR, call->leaf->tdr_lock, operand_id, &page);
	if (status)
		return status;
	call->td = sm_va(pa);
	call->tdcs = call->td->tdcs;
	return 0;
}

static u64 get_vcpu(struct sm_call *call)
{
	phys_addr_t pa = operand(&call->in, call->leaf->tdvpr) & ~call->leaf->flags;
	struct sm_page page;
	u64 status;

	status = sm_page_get(call, pa, 0, TDX_PT_TDVPR, call->leaf->tdvpr_lock,
			     call->leaf->tdvpr, &page);
	if (status)
		return status;
	call->vcpu = sm_va(pa);
	return get_td(call, sm_pamt_owner(page.entry), TDX_OPERAND_ID_TDR);
}

static u64 check_td(const struct sm_call *call)
{
	u16 need = call->leaf->td;
	u32 op_state;

	if ((need & SM_TD_ALIVE) && READ_ONCE(call->td->fatal))
		return TDX_TD_FATAL;
	if ((need & SM_TD_KEYED) && call->td->lifecycle != SM_TD_KEYS_CONFIGURED)
		return TDX_TD_KEYS_NOT_CONFIGURED;
	if (!(need & (SM_OP0 | SM_OP1 | SM_OP2)))
		return 0;

	op_state = call->tdcs ? call->tdcs->op_state : SM_OP_UNINITIALIZED;
	if ((need & SM_TD_ALL_TDCX) && call->td->nr_tdcx < SM_NR_TDCS_PAGES)
		return TDX_TDCS_NOT_ALLOCATED;
	return need & BIT(op_state) ? 0 : TDX_OP_STATE_INCORRECT;
}

static u64 run_leaf(struct sm_call *call)
{
	u64 status = check_module(call);

	if (!status) {
		clear_outputs(call);
		if (!(call->leaf->when & SM_WHEN_NO_LP_INIT) && !test_bit(call->lp, sm_sys.lps))
			status = TDX_SYS_LP_INIT_NOT_DONE;
	}
	if (!status && call->leaf->tdvpr)
		status = get_vcpu(call);
	else if (!status && call->leaf->tdr)
		status = get_td(call, operand(&call->in, call->leaf->tdr), call->leaf->tdr);
	if (!status && call->td)
		status = check_td(call);
	if (!status)
		status = call->leaf->handler(call);

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

	if (fn & ~(TDX_LEAF_NR_MASK | TDX_LEAF_VERSION_MASK) || !call.leaf ||
	    call.version > call.leaf->max_version)
		return TDX_OPERAND_INVALID | TDX_OPERAND_ID_RAX;

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
