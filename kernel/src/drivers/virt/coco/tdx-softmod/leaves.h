/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDX_SOFTMOD_LEAVES_H
#define TDX_SOFTMOD_LEAVES_H

/*
 * The table of the host's leaves.  dispatch.c does what a leaf's row says, in this order:
 * it checks the state of the module, checks and locks the TDR or TDVPR operand, and checks
 * the state of the TD.  Then the handler runs, returns the completion status and writes
 * outputs to call->args.
 *
 * Each leaf of asm/tdx_leaves.h has a row:
 *
 *	LEAF(leaf, handler, other members of struct sm_leaf that are not 0)
 *	NO_LEAF(leaf)		not in module 1.5.05
 */

#include "core.h"

/* Bits 52 and 53 of RCX are flags in VP.ENTER, see softmod_vp_enter(). */
#define SM_ENTER_FLAGS	GENMASK_ULL(53, 52)

/* Leaves that initialise the module or describe it; they run before it is ready. */
#define SYS(flags)	.when = SM_WHEN_NOT_READY | (flags)
#define TDR(reg, mode)	.tdr = SM_##reg, .tdr_lock = SM_##mode
/* A leaf about a vCPU: its TDVPR is locked exclusively, then its TD's TDR as said. */
#define TDVPR(reg, tdr_mode) \
	.tdvpr = SM_##reg, .tdvpr_lock = SM_EXCLUSIVE, .tdr_lock = SM_##tdr_mode
#define TD(states)	.td = SM_TD_OP(states)
/* For MNG.ADDCX, which adds the TDCX pages. */
#define TD_NO_TDCX	.td = SM_TD_OP(SM_OP0) & ~SM_TD_ALL_TDCX
#define TREE(mode)	.sept_lock = SM_##mode
/* Outputs that do not keep their inputs when the leaf fails. */
#define R(reg)		BIT(SM_##reg)
#define ZERO(regs)	.zero = (regs)
#define ONES(regs)	.ones = (regs)
#define ONES_V1(regs)	.ones_v1 = (regs)
#define PAGE_INFO	(R(RCX) | R(RDX) | R(R8) | L2_PAGES)
#define L2_PAGES	(R(R9) | R(R10) | R(R11))
/* A leaf about an entry of the secure EPT. */
#define ENTRY(tree_mode) TREE(tree_mode), ZERO(R(RCX) | R(RDX))
#define MEM(tree_mode)	TDR(RDX, SHARED), TD(SM_OP12), ENTRY(tree_mode)
/* A leaf about 8 bytes in a debug TD. */
#define WORD(tree_mode)	TDR(RDX, SHARED), TD(SM_OP12), TREE(tree_mode), \
			ZERO(R(RCX) | R(RDX) | R(R8))

#define SM_LEAVES(LEAF, NO_LEAF)								\
	LEAF(SYS_INIT, sys_init, SYS(SM_WHEN_NO_LP_INIT),					\
	     ZERO(R(RCX) | R(RDX) | R(R8) | R(R9) | R(R10)))					\
	LEAF(SYS_LP_INIT, sys_lp_init, SYS(SM_WHEN_NO_LP_INIT), ZERO(R(RCX) | R(RDX) | R(R8)))	\
	LEAF(SYS_INFO, sys_info, SYS(0), ZERO(R(RDX) | R(R9)))					\
	LEAF(SYS_RD, sys_rd, SYS(0), ZERO(R(R8)), ONES(R(RDX)))					\
	LEAF(SYS_RDALL, sys_rdall, SYS(0), ONES(R(R8)))						\
	LEAF(SYS_CONFIG, sys_config, SYS(SM_WHEN_NO_LP_INIT | SM_MAY_SLEEP))			\
	LEAF(SYS_KEY_CONFIG, sys_key_config, SYS(SM_WHEN_NO_LP_INIT))				\
	LEAF(SYS_TDMR_INIT, sys_tdmr_init, .when = SM_MAY_SLEEP, ZERO(R(RDX)))			\
	LEAF(SYS_LP_SHUTDOWN, sys_lp_shutdown, SYS(SM_WHEN_NO_LP_INIT | SM_WHEN_SHUTDOWN))	\
	LEAF(SYS_SHUTDOWN, sys_shutdown)							\
	LEAF(SYS_UPDATE, sys_update, SYS(SM_WHEN_NO_LP_INIT))					\
	NO_LEAF(SYS_DISABLE)									\
												\
	LEAF(MNG_CREATE, mng_create)								\
	LEAF(MNG_KEY_CONFIG, mng_key_config, TDR(RCX, EXCLUSIVE), .td = SM_TD_ALIVE)		\
	LEAF(MNG_ADDCX, mng_addcx, TDR(RDX, EXCLUSIVE), TD_NO_TDCX)				\
	LEAF(MNG_INIT, mng_init, TDR(RCX, EXCLUSIVE), TD(SM_OP0), ZERO(R(RCX)))			\
	LEAF(MNG_RD, mng_rd, TDR(RCX, SHARED), TD(SM_OP12), .max_version = 1,			\
	     ZERO(R(R8)), ONES_V1(R(RDX)))							\
	LEAF(MNG_WR, mng_wr, TDR(RCX, SHARED), TD(SM_OP12), ZERO(R(R8)))			\
	LEAF(MNG_VPFLUSHDONE, mng_vpflushdone, TDR(RCX, EXCLUSIVE))				\
	LEAF(MNG_KEY_FREEID, mng_key_freeid, TDR(RCX, EXCLUSIVE))				\
	LEAF(MNG_KEY_RECLAIMID, mng_key_reclaimid, TDR(RCX, SHARED))				\
	LEAF(MR_EXTEND, mr_extend, TDR(RDX, EXCLUSIVE), TD(SM_OP1), ENTRY(SHARED))		\
	LEAF(MR_FINALIZE, mr_finalize, TDR(RCX, EXCLUSIVE), TD(SM_OP1))				\
												\
	LEAF(VP_CREATE, vp_create, TDR(RDX, SHARED), TD(SM_OP1))				\
	LEAF(VP_ADDCX, vp_addcx, TDVPR(RDX, SHARED), TD(SM_OP1))				\
	LEAF(VP_INIT, vp_init, TDVPR(RCX, EXCLUSIVE), TD(SM_OP1), .max_version = 1)		\
	LEAF(VP_RD, vp_rd, TDVPR(RCX, SHARED), TD(SM_OP12), .max_version = 1,			\
	     ZERO(R(R8)), ONES_V1(R(RDX)))							\
	LEAF(VP_WR, vp_wr, TDVPR(RCX, SHARED), TD(SM_OP12), ZERO(R(R8)))			\
	LEAF(VP_FLUSH, vp_flush, TDVPR(RCX, SHARED), .td = SM_TD_KEYED)				\
	LEAF(VP_ENTER, vp_enter, TDVPR(RCX, SHARED), TD(SM_OP2), .flags = SM_ENTER_FLAGS)	\
												\
	LEAF(MEM_SEPT_ADD, mem_sept_add, MEM(SHARED), .max_version = 1)				\
	LEAF(MEM_PAGE_ADD, mem_page_add, TDR(RDX, EXCLUSIVE), TD(SM_OP1), ENTRY(SHARED))	\
	LEAF(MEM_PAGE_AUG, mem_page_aug, MEM(SHARED))						\
	LEAF(MEM_RANGE_BLOCK, mem_range_block, MEM(EXCLUSIVE))					\
	LEAF(MEM_RANGE_UNBLOCK, mem_range_unblock, MEM(EXCLUSIVE))				\
	LEAF(MEM_PAGE_REMOVE, mem_page_remove, MEM(SHARED))					\
	LEAF(MEM_SEPT_REMOVE, mem_sept_remove, MEM(EXCLUSIVE), .max_version = 1,		\
	     ONES_V1(L2_PAGES))									\
	LEAF(MEM_SEPT_RD, mem_sept_rd, MEM(SHARED))						\
	LEAF(MEM_PAGE_RELOCATE, mem_page_relocate, MEM(SHARED))					\
	LEAF(MEM_PAGE_DEMOTE, mem_page_demote, MEM(SHARED))					\
	LEAF(MEM_PAGE_PROMOTE, mem_page_promote, MEM(EXCLUSIVE), .max_version = 1,		\
	     ONES_V1(L2_PAGES))									\
	LEAF(MEM_RD, mem_rd, WORD(SHARED))							\
	LEAF(MEM_WR, mem_wr, WORD(SHARED))							\
	LEAF(MEM_TRACK, mem_track, TDR(RCX, SHARED), TD(SM_OP12))				\
												\
	LEAF(PHYMEM_PAGE_RECLAIM, phymem_page_reclaim, ZERO(PAGE_INFO))				\
	LEAF(PHYMEM_PAGE_WBINVD, phymem_page_wbinvd)						\
	LEAF(PHYMEM_PAGE_RDMD, phymem_page_rdmd, ZERO(PAGE_INFO))				\
	LEAF(PHYMEM_CACHE_WB, phymem_cache_wb)

#define SM_HANDLER(name)	u64 softmod_##name(struct sm_call *call)
#define SM_DECLARE(id, fn, ...)	SM_HANDLER(fn);
#define SM_DECLARE_NONE(id)
SM_LEAVES(SM_DECLARE, SM_DECLARE_NONE)

#endif
