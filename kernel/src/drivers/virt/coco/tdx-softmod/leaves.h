/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDX_SOFTMOD_LEAVES_H
#define TDX_SOFTMOD_LEAVES_H

/*
 * Handlers of the host's leaves.  dispatch.c has checked the state of the module, and
 * TDR or TDVPR operand, lock, and state of the TD as its table says.  A handler returns
 * the completion status and writes outputs to call->args.
 */

#include "core.h"

/* Bits 52 and 53 of VP.ENTER's RCX. */
#define SM_ENTER_FLAGS	GENMASK_ULL(53, 52)

/* sys.c */
SM_HANDLER(sys_init);
SM_HANDLER(sys_lp_init);
SM_HANDLER(sys_info);
SM_HANDLER(sys_rd);
SM_HANDLER(sys_rdall);
SM_HANDLER(sys_config);
SM_HANDLER(sys_key_config);
SM_HANDLER(sys_lp_shutdown);
SM_HANDLER(sys_shutdown);
SM_HANDLER(sys_update);

/* tdmr.c */
SM_HANDLER(sys_tdmr_init);

/* mng.c */
SM_HANDLER(mng_create);
SM_HANDLER(mng_key_config);
SM_HANDLER(mng_addcx);
SM_HANDLER(mng_init);
SM_HANDLER(mng_rd);
SM_HANDLER(mng_wr);
SM_HANDLER(mng_vpflushdone);
SM_HANDLER(mng_key_freeid);
SM_HANDLER(mng_key_reclaimid);

/* mr.c */
SM_HANDLER(mr_extend);
SM_HANDLER(mr_finalize);

/* vp.c */
SM_HANDLER(vp_create);
SM_HANDLER(vp_addcx);
SM_HANDLER(vp_init);
SM_HANDLER(vp_rd);
SM_HANDLER(vp_wr);
SM_HANDLER(vp_flush);
SM_HANDLER(vp_enter);

/* mem.c */
SM_HANDLER(mem_sept_add);
SM_HANDLER(mem_page_add);
SM_HANDLER(mem_page_aug);
SM_HANDLER(mem_range_block);
SM_HANDLER(mem_range_unblock);
SM_HANDLER(mem_page_remove);
SM_HANDLER(mem_sept_remove);
SM_HANDLER(mem_sept_rd);
SM_HANDLER(mem_rd);
SM_HANDLER(mem_wr);
SM_HANDLER(mem_track);

/* resize.c */
SM_HANDLER(mem_page_relocate);
SM_HANDLER(mem_page_demote);
SM_HANDLER(mem_page_promote);

/* phymem.c, kot.c */
SM_HANDLER(phymem_page_reclaim);
SM_HANDLER(phymem_page_wbinvd);
SM_HANDLER(phymem_page_rdmd);
SM_HANDLER(phymem_cache_wb);

#endif
