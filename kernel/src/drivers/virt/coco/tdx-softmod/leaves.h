/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDX_SOFTMOD_LEAVES_H
#define TDX_SOFTMOD_LEAVES_H

/*
 * The table of the host's leaves.  dispatch.c does what a leaf's row says: it checks the state
 * of the module, sets the outputs, and makes the row's CHECKS in their order.  Then the handler
 * runs, makes the checks that only this leaf has, and writes outputs to call->out.
 *
 * Each leaf of asm/tdx_leaves.h has a row:
 *
 *	LEAF(leaf, handler, other members of struct sm_leaf that are not 0)
 */

#include "core.h"

/* Leaves that initialise the module or describe it; they run before it is ready. */
#define SYS(flags)	.when = SM_WHEN_NOT_READY | (flags)

#define CHECKS(...)	.checks = { __VA_ARGS__ }
/* The TD has a key and is in the right state. */
#define TD_READY	SM_ALIVE, SM_KEYED, SM_ALL_TDCX, SM_OP_STATE
/* The vCPU can be used by this LP. */
#define VCPU_READY	SM_ALL_TDVPS, SM_VCPU_STATE, SM_ASSOCIATE
/* The secure EPT entry at RCX can be used. */
#define FIND_ENTRY	SM_GPA, SM_TREE, SM_WALK, SM_ENTRY

#define TDR(reg, mode)	.operand = SM_##reg, .tdr_lock = SM_##mode
#define TDVPR(reg, mode, tdr_mode) \
	.operand = SM_##reg, .tdvpr_lock = SM_##mode, .tdr_lock = SM_##tdr_mode
/* OP_STATEs and states of a vCPU in which the leaf may run. */
#define OP0		.op_states = BIT(SM_OP_UNINITIALIZED)
#define OP1		.op_states = BIT(SM_OP_INITIALIZED)
#define OP2		.op_states = BIT(SM_OP_RUNNABLE)
#define OP12		.op_states = BIT(SM_OP_INITIALIZED) | BIT(SM_OP_RUNNABLE)
#define NEW_VCPU	.vcpu_states = BIT(SM_VCPU_UNINITIALIZED)
#define LIVE_VCPU	.vcpu_states = BIT(SM_VCPU_READY)
#define DEAD_OR_LIVE	.vcpu_states = BIT(SM_VCPU_READY) | BIT(SM_VCPU_DISABLED)

/* Outputs that do not keep their inputs when the leaf fails. */
#define R(reg)		BIT(SM_##reg)
#define ZERO(regs)	.zero = (regs)
#define ONES(regs)	.ones = (regs)
#define ONES_V1(regs)	.ones_v1 = (regs)
#define L2_PAGES	(R(R9) | R(R10) | R(R11))
#define PAGE_INFO	(R(RCX) | R(RDX) | R(R8) | L2_PAGES)

/*
 * A leaf about an entry of the secure EPT, at these levels; bit 0 of RDX is a flag in some.
 * PAGE.ADD and MR.EXTEND lock the TDR exclusively, and so need no lock of the tree.
 */
#define SEPT_OP(o, min, max, tree_mode)							\
	.op = SM_SEPT_##o, .min_level = (min), .max_level = (max), .tree_lock = SM_##tree_mode, \
	ZERO(R(RCX) | R(RDX))
#define MEM(o, min, max, tree_mode)	TDR(RDX, SHARED), OP12, SEPT_OP(o, min, max, tree_mode)
#define FLAG			.flags = BIT_ULL(0)
/* A leaf about 8 bytes in a debug TD. */
#define WORD		TDR(RDX, SHARED), OP12, .tree_lock = SM_SHARED, \
			ZERO(R(RCX) | R(RDX) | R(R8)), CHECKS(SM_TDR, TD_READY)

#define SM_LEAVES(LEAF)									\
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
	LEAF(SYS_DISABLE, sys_disable, .when = SM_WHEN_NEWER)					\
												\
	LEAF(MNG_CREATE, mng_create)								\
	LEAF(MNG_KEY_CONFIG, mng_key_config, TDR(RCX, EXCLUSIVE),				\
	     CHECKS(SM_TDR, SM_ALIVE))								\
	LEAF(MNG_ADDCX, mng_addcx, TDR(RDX, EXCLUSIVE), OP0,					\
	     CHECKS(SM_TDR, SM_ALIVE, SM_KEYED))						\
	LEAF(MNG_INIT, mng_init, TDR(RCX, EXCLUSIVE), OP0, ZERO(R(RCX)),			\
	     CHECKS(SM_MISC_ENABLE, SM_TDR, TD_READY))						\
	LEAF(MNG_RD, mng_rd, TDR(RCX, SHARED), OP12, .max_version = 1,				\
	     ZERO(R(R8)), ONES_V1(R(RDX)), CHECKS(SM_TDR, TD_READY))				\
	LEAF(MNG_WR, mng_wr, TDR(RCX, SHARED), OP12, ZERO(R(R8)), CHECKS(SM_TDR, TD_READY))	\
	LEAF(MNG_VPFLUSHDONE, mng_vpflushdone, TDR(RCX, EXCLUSIVE), CHECKS(SM_TDR))		\
	LEAF(MNG_KEY_FREEID, mng_key_freeid, TDR(RCX, EXCLUSIVE), CHECKS(SM_TDR))		\
	LEAF(MNG_KEY_RECLAIMID, mng_key_reclaimid)						\
	LEAF(MR_EXTEND, mr_extend, TDR(RDX, EXCLUSIVE), OP1, ZERO(R(RCX) | R(RDX)),		\
	     CHECKS(SM_TDR, TD_READY))								\
	LEAF(MR_FINALIZE, mr_finalize, TDR(RCX, EXCLUSIVE), OP1, CHECKS(SM_TDR, TD_READY))	\
												\
	LEAF(VP_CREATE, vp_create, TDR(RDX, SHARED), OP1, CHECKS(SM_TDR, TD_READY))		\
	LEAF(VP_ADDCX, vp_addcx, TDVPR(RDX, EXCLUSIVE, SHARED), OP1, NEW_VCPU,			\
	     CHECKS(SM_TDVPR, TD_READY, SM_VCPU_STATE))						\
	LEAF(VP_INIT, vp_init, TDVPR(RCX, EXCLUSIVE, SHARED), .tdr_lock_v1 = SM_EXCLUSIVE, OP1,	\
	     NEW_VCPU, .max_version = 1, CHECKS(SM_TDVPR, TD_READY, SM_ALL_TDVPS, SM_VCPU_STATE)) \
	LEAF(VP_RD, vp_rd, TDVPR(RCX, SHARED, SHARED), OP12, DEAD_OR_LIVE, .max_version = 1,	\
	     ZERO(R(R8)), ONES_V1(R(RDX)), CHECKS(SM_TDVPR, TD_READY, VCPU_READY))		\
	LEAF(VP_WR, vp_wr, TDVPR(RCX, SHARED, SHARED), OP12, LIVE_VCPU, ZERO(R(R8)),		\
	     CHECKS(SM_TDVPR, TD_READY, VCPU_READY))						\
	LEAF(VP_FLUSH, vp_flush, TDVPR(RCX, EXCLUSIVE, SHARED),					\
	     CHECKS(SM_TDVPR, SM_KEYED, SM_ALL_TDVPS))						\
	LEAF(VP_ENTER, vp_enter, TDVPR(RCX, SHARED, SHARED), OP2, LIVE_VCPU,			\
	     .flags = SM_ENTER_FLAGS, CHECKS(SM_MISC_ENABLE, SM_TDVPR, TD_READY, VCPU_READY))	\
												\
	LEAF(MEM_SEPT_ADD, mem_sept_add, MEM(ADD, 1, SM_TOP_LEVEL, SHARED), FLAG,		\
	     .max_version = 1, CHECKS(SM_TDR, TD_READY, FIND_ENTRY))				\
	LEAF(MEM_PAGE_ADD, mem_page_add, TDR(RDX, EXCLUSIVE), OP1,				\
	     SEPT_OP(PAGE_ADD, 0, 0, LOCK_NONE),						\
	     CHECKS(SM_TDR, TD_READY, SM_GPA, SM_WALK, SM_ENTRY, SM_STATE))			\
	LEAF(MEM_PAGE_AUG, mem_page_aug, MEM(PAGE_AUG, 0, 1, SHARED),				\
	     CHECKS(SM_TDR, TD_READY, FIND_ENTRY, SM_STATE))					\
	LEAF(MEM_RANGE_BLOCK, mem_range_block, MEM(BLOCK, 0, SM_TOP_LEVEL, EXCLUSIVE),		\
	     CHECKS(SM_TDR, TD_READY, FIND_ENTRY, SM_STATE))					\
	LEAF(MEM_RANGE_UNBLOCK, mem_range_unblock, MEM(UNBLOCK, 0, SM_TOP_LEVEL, EXCLUSIVE),	\
	     CHECKS(SM_TDR, TD_READY, FIND_ENTRY, SM_STATE, SM_TRACKED))			\
	LEAF(MEM_PAGE_REMOVE, mem_page_remove, MEM(PAGE_REMOVE, 0, 2, SHARED),			\
	     CHECKS(SM_TDR, TD_READY, FIND_ENTRY, SM_STATE, SM_OLD_PAGE, SM_TRACKED))		\
	LEAF(MEM_SEPT_REMOVE, mem_sept_remove, MEM(REMOVE, 1, SM_TOP_LEVEL, EXCLUSIVE),		\
	     .max_version = 1, ONES_V1(L2_PAGES),						\
	     CHECKS(SM_TDR, TD_READY, FIND_ENTRY, SM_STATE, SM_OLD_PAGE, SM_TRACKED))		\
	LEAF(MEM_SEPT_RD, mem_sept_rd, MEM(RD, 0, SM_TOP_LEVEL, SHARED), FLAG,			\
	     CHECKS(SM_TDR, TD_READY, SM_DEBUG_FLAG, FIND_ENTRY))				\
	LEAF(MEM_PAGE_RELOCATE, mem_page_relocate, MEM(RELOCATE, 0, 0, SHARED),			\
	     CHECKS(SM_TDR, TD_READY, FIND_ENTRY, SM_STATE, SM_OTHER_PAGE, SM_OLD_PAGE,		\
		    SM_TRACKED, SM_NEW_PAGE))							\
	LEAF(MEM_PAGE_DEMOTE, mem_page_demote, MEM(DEMOTE, 1, 2, SHARED), FLAG,			\
	     CHECKS(SM_TDR, TD_READY, FIND_ENTRY, SM_STATE, SM_TRACKED, SM_NEW_PAGE, SM_OLD_PAGE)) \
	LEAF(MEM_PAGE_PROMOTE, mem_page_promote, MEM(PROMOTE, 1, 2, EXCLUSIVE),			\
	     .max_version = 1, ONES_V1(L2_PAGES),						\
	     CHECKS(SM_TDR, TD_READY, FIND_ENTRY, SM_STATE, SM_OLD_PAGE, SM_TRACKED))		\
	LEAF(MEM_RD, mem_rd, WORD)								\
	LEAF(MEM_WR, mem_wr, WORD)								\
	LEAF(MEM_TRACK, mem_track, TDR(RCX, SHARED), OP12, CHECKS(SM_TDR, TD_READY))		\
												\
	LEAF(PHYMEM_PAGE_RECLAIM, phymem_page_reclaim, ZERO(PAGE_INFO))				\
	LEAF(PHYMEM_PAGE_WBINVD, phymem_page_wbinvd)						\
	LEAF(PHYMEM_PAGE_RDMD, phymem_page_rdmd, ZERO(PAGE_INFO))				\
	LEAF(PHYMEM_CACHE_WB, phymem_cache_wb)

/* Bits 52 and 53 of RCX are flags in VP.ENTER, see softmod_vp_enter(). */
#define SM_ENTER_FLAGS	GENMASK_ULL(53, 52)

#define SM_HANDLER(name)	u64 softmod_##name(struct sm_call *call)
#define SM_DECLARE(id, fn, ...)	SM_HANDLER(fn);
SM_LEAVES(SM_DECLARE)

#endif
