// SPDX-License-Identifier: GPL-2.0-only
/*
 * SEAMCALL: one table of leaves, one order of checks.
 */

#include "core.h"
#include "leaves.h"

#define LEAF(nr, fn, ...) \
	[TDH_##nr] = { .name = #nr, .handler = softmod_##fn, __VA_ARGS__ }

/* Boot-time leaves, in any state but shutdown. */
#define SYS(flags)	.when = SM_WHEN_NOT_READY | (flags)
#define TDR(reg, mode)	.tdr = SM_##reg, .tdr_lock = SM_##mode
/* A vCPU's leaf: the TDR is locked behind the TDVPR. */
#define TDVPR(reg, mode, tdr_mode) \
	.tdvpr = SM_##reg, .tdvpr_lock = SM_##mode, .tdr_lock = SM_##tdr_mode
#define TD(states)	.td = SM_TD_OP(states)
#define TREE(mode)	.sept_lock = SM_##mode

static const struct sm_leaf leaves[SM_NR_LEAVES] = {
	LEAF(SYS_INIT, sys_init, SYS(SM_WHEN_NO_LP_INIT)),
	LEAF(SYS_LP_INIT, sys_lp_init, SYS(SM_WHEN_NO_LP_INIT)),
	LEAF(SYS_INFO, sys_info, SYS(0)),
	LEAF(SYS_RD, sys_rd, SYS(0)),
	LEAF(SYS_RDALL, sys_rdall, SYS(0)),
	LEAF(SYS_CONFIG, sys_config, SYS(SM_WHEN_NO_LP_INIT | SM_MAY_SLEEP)),
	LEAF(SYS_KEY_CONFIG, sys_key_config, SYS(SM_WHEN_NO_LP_INIT)),
	LEAF(SYS_TDMR_INIT, sys_tdmr_init, .when = SM_MAY_SLEEP),
	LEAF(SYS_LP_SHUTDOWN, sys_lp_shutdown, SYS(SM_WHEN_NO_LP_INIT | SM_WHEN_SHUTDOWN)),
	LEAF(SYS_SHUTDOWN, sys_shutdown),
	LEAF(SYS_UPDATE, sys_update, SYS(SM_WHEN_NO_LP_INIT)),

	LEAF(MNG_CREATE, mng_create),
	LEAF(MNG_KEY_CONFIG, mng_key_config, TDR(RCX, EXCLUSIVE), .td = SM_TD_ALIVE),
	LEAF(MNG_ADDCX, mng_addcx, TDR(RDX, EXCLUSIVE), TD(SM_OP0)),
	LEAF(MNG_INIT, mng_init, TDR(RCX, EXCLUSIVE), TD(SM_OP0)),
	LEAF(MNG_RD, mng_rd, TDR(RCX, SHARED), TD(SM_OP1 | SM_OP2), .max_version = 1),
	LEAF(MNG_WR, mng_wr, TDR(RCX, SHARED), TD(SM_OP1 | SM_OP2)),
	LEAF(MNG_VPFLUSHDONE, mng_vpflushdone, TDR(RCX, EXCLUSIVE)),
	LEAF(MNG_KEY_FREEID, mng_key_freeid, TDR(RCX, EXCLUSIVE)),
	LEAF(MNG_KEY_RECLAIMID, mng_key_reclaimid, TDR(RCX, SHARED)),
	LEAF(MR_EXTEND, mr_extend, TDR(RDX, EXCLUSIVE), TD(SM_OP1), TREE(SHARED)),
	LEAF(MR_FINALIZE, mr_finalize, TDR(RCX, EXCLUSIVE), TD(SM_OP1)),

	LEAF(VP_CREATE, vp_create, TDR(RDX, SHARED), TD(SM_OP1)),
	LEAF(VP_ADDCX, vp_addcx, TDVPR(RDX, EXCLUSIVE, SHARED), TD(SM_OP1)),
	LEAF(VP_INIT, vp_init, TDVPR(RCX, EXCLUSIVE, EXCLUSIVE), TD(SM_OP1), .max_version = 1),
	LEAF(VP_RD, vp_rd, TDVPR(RCX, EXCLUSIVE, SHARED), TD(SM_OP1 | SM_OP2), .max_version = 1),
	LEAF(VP_WR, vp_wr, TDVPR(RCX, EXCLUSIVE, SHARED), TD(SM_OP1 | SM_OP2)),
	LEAF(VP_FLUSH, vp_flush, TDVPR(RCX, EXCLUSIVE, SHARED), .td = SM_TD_KEYED),
	LEAF(VP_ENTER, vp_enter, TDVPR(RCX, EXCLUSIVE, SHARED), TD(SM_OP2)),

	LEAF(MEM_SEPT_ADD, mem_sept_add, TDR(RDX, SHARED), TD(SM_OP1 | SM_OP2), TREE(SHARED),
	     .max_version = 1),
	LEAF(MEM_PAGE_ADD, mem_page_add, TDR(RDX, EXCLUSIVE), TD(SM_OP1), TREE(SHARED)),
	LEAF(MEM_PAGE_AUG, mem_page_aug, TDR(RDX, SHARED), TD(SM_OP1 | SM_OP2), TREE(SHARED)),
	LEAF(MEM_RANGE_BLOCK, mem_range_block, TDR(RDX, SHARED), TD(SM_OP1 | SM_OP2),
	     TREE(EXCLUSIVE)),
	LEAF(MEM_RANGE_UNBLOCK, mem_range_unblock, TDR(RDX, SHARED), TD(SM_OP1 | SM_OP2),
	     TREE(EXCLUSIVE)),
	LEAF(MEM_PAGE_REMOVE, mem_page_remove, TDR(RDX, SHARED), TD(SM_OP1 | SM_OP2), TREE(SHARED)),
	LEAF(MEM_SEPT_REMOVE, mem_sept_remove, TDR(RDX, SHARED), TD(SM_OP1 | SM_OP2),
	     TREE(EXCLUSIVE), .max_version = 1),
	LEAF(MEM_SEPT_RD, mem_sept_rd, TDR(RDX, SHARED), TD(SM_OP1 | SM_OP2), TREE(SHARED)),
	LEAF(MEM_PAGE_RELOCATE, mem_page_relocate, TDR(RDX, SHARED), TD(SM_OP1 | SM_OP2),
	     TREE(SHARED)),
	LEAF(MEM_PAGE_DEMOTE, mem_page_demote, TDR(RDX, SHARED), TD(SM_OP1 | SM_OP2), TREE(SHARED)),
	LEAF(MEM_PAGE_PROMOTE, mem_page_promote, TDR(RDX, SHARED), TD(SM_OP1 | SM_OP2),
	     TREE(EXCLUSIVE), .max_version = 1),
	LEAF(MEM_RD, mem_rd, TDR(RDX, SHARED), TD(SM_OP1 | SM_OP2), TREE(SHARED)),
	LEAF(MEM_WR, mem_wr, TDR(RDX, SHARED), TD(SM_OP1 | SM_OP2), TREE(SHARED)),
	LEAF(MEM_TRACK, mem_track, TDR(RCX, SHARED), TD(SM_OP1 | SM_OP2)),

	LEAF(PHYMEM_PAGE_RECLAIM, phymem_page_reclaim),
	LEAF(PHYMEM_PAGE_WBINVD, phymem_page_wbinvd),
	LEAF(PHYMEM_PAGE_RDMD, phymem_page_rdmd),
	LEAF(PHYMEM_CACHE_WB, phymem_cache_wb),
};

const struct sm_leaf *sm_leaf(unsigned int nr)
{
	return nr < SM_NR_LEAVES && leaves[nr].handler ? &leaves[nr] : NULL;
}

/* May the leaf run, as the module and this LP are? */
static u64 check_module(const struct sm_call *call)
{
	u32 state = READ_ONCE(sm_sys.state);
	u8 when = call->leaf->when;

	if (state == SM_SYS_SHUTDOWN && !(when & SM_WHEN_SHUTDOWN))
		return TDX_SYS_SHUTDOWN;
	if (state < SM_SYS_READY && !(when & SM_WHEN_NOT_READY))
		return TDX_SYS_NOT_READY;
	if (!(when & SM_WHEN_NO_LP_INIT) && !test_bit(call->lp, sm_sys.lps))
		return TDX_SYS_LP_INIT_NOT_DONE;
	return 0;
}

static u64 operand(const struct tdx_module_args *args, u8 reg)
{
	return reg == SM_RCX ? args->rcx : args->rdx;
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
	phys_addr_t pa = operand(call->args, call->leaf->tdvpr);
	struct sm_page page;
	u64 status;

	/* VP.ENTER has flags above the address; its handler checks them. */
	if (call->leaf->handler == softmod_vp_enter)
		pa &= ~SM_ENTER_FLAGS;
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
	/* ADDCX is how the TDCS comes to be. */
	if (call->td->nr_tdcx < SM_NR_TDCS_PAGES && call->leaf->handler != softmod_mng_addcx)
		return TDX_TDCS_NOT_ALLOCATED;
	return need & BIT(op_state) ? 0 : TDX_OP_STATE_INCORRECT;
}

static u64 run_leaf(struct sm_call *call)
{
	u64 status = check_module(call);

	if (!status && call->leaf->tdvpr)
		status = get_vcpu(call);
	else if (!status && call->leaf->tdr)
		status = get_td(call, operand(call->args, call->leaf->tdr), call->leaf->tdr);
	if (!status && call->td)
		status = check_td(call);
	if (!status)
		status = call->leaf->handler(call);

	if (call->slot)
		WRITE_ONCE(*call->slot, call->slot_value);
	while (call->nr_held)
		sm_call_unlock(call);
	return status;
}

u64 sm_seamcall(u64 fn, struct tdx_module_args *args)
{
	unsigned int nr = fn & TDX_LEAF_NR_MASK;
	struct sm_call call = {
		.leaf = sm_leaf(nr),
		.args = args,
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
