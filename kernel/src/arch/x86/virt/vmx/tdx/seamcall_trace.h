/* SPDX-License-Identifier: GPL-2.0-only */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM tdx

#if !defined(_TRACE_TDX_SEAMCALL_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_TDX_SEAMCALL_H

#include <linux/tracepoint.h>

#include <asm/tdx_abi.h>

/*
 * One SEAMCALL; a retry is an event of its own.
 *
 *   leaf RCX RDX R8 R9 -> status: RCX RDX R8, time
 */
TRACE_EVENT(tdx_seamcall,
	    TP_PROTO(u64 fn, const struct tdx_module_args *in, const struct tdx_module_args *out,
		     u64 status, u64 ns),
	    TP_ARGS(fn, in, out, status, ns),

	    TP_STRUCT__entry(__field(u64, fn)
			     __field(u64, rcx)
			     __field(u64, rdx)
			     __field(u64, r8)
			     __field(u64, r9)
			     __field(u64, status)
			     __field(u64, ret_rcx)
			     __field(u64, ret_rdx)
			     __field(u64, ret_r8)
			     __field(u64, ns)
	    ),

	    TP_fast_assign(__entry->fn = fn;
			   __entry->rcx = in->rcx;
			   __entry->rdx = in->rdx;
			   __entry->r8 = in->r8;
			   __entry->r9 = in->r9;
			   __entry->status = status;
			   __entry->ret_rcx = out->rcx;
			   __entry->ret_rdx = out->rdx;
			   __entry->ret_r8 = out->r8;
			   __entry->ns = ns;
	    ),

	    TP_printk("%s %llx %llx %llx %llx -> %llx: %llx %llx %llx, %llu ns",
		      __print_symbolic(__entry->fn & TDX_LEAF_NR_MASK,
				       { TDH_MNG_ADDCX, "MNG.ADDCX" },
				       { TDH_MEM_PAGE_ADD, "MEM.PAGE.ADD" },
				       { TDH_MEM_SEPT_ADD, "MEM.SEPT.ADD" },
				       { TDH_VP_ADDCX, "VP.ADDCX" },
				       { TDH_MEM_PAGE_AUG, "MEM.PAGE.AUG" },
				       { TDH_MEM_RANGE_BLOCK, "MEM.RANGE.BLOCK" },
				       { TDH_MNG_KEY_CONFIG, "MNG.KEY.CONFIG" },
				       { TDH_MNG_CREATE, "MNG.CREATE" },
				       { TDH_VP_CREATE, "VP.CREATE" },
				       { TDH_MNG_RD, "MNG.RD" },
				       { TDH_MNG_WR, "MNG.WR" },
				       { TDH_MEM_PAGE_DEMOTE, "MEM.PAGE.DEMOTE" },
				       { TDH_MR_EXTEND, "MR.EXTEND" },
				       { TDH_MR_FINALIZE, "MR.FINALIZE" },
				       { TDH_VP_FLUSH, "VP.FLUSH" },
				       { TDH_MNG_VPFLUSHDONE, "MNG.VPFLUSHDONE" },
				       { TDH_MNG_KEY_FREEID, "MNG.KEY.FREEID" },
				       { TDH_MNG_INIT, "MNG.INIT" },
				       { TDH_VP_INIT, "VP.INIT" },
				       { TDH_MEM_PAGE_PROMOTE, "MEM.PAGE.PROMOTE" },
				       { TDH_PHYMEM_PAGE_RDMD, "PHYMEM.PAGE.RDMD" },
				       { TDH_MEM_SEPT_RD, "MEM.SEPT.RD" },
				       { TDH_VP_RD, "VP.RD" },
				       { TDH_PHYMEM_PAGE_RECLAIM, "PHYMEM.PAGE.RECLAIM" },
				       { TDH_MEM_PAGE_REMOVE, "MEM.PAGE.REMOVE" },
				       { TDH_MEM_SEPT_REMOVE, "MEM.SEPT.REMOVE" },
				       { TDH_SYS_KEY_CONFIG, "SYS.KEY.CONFIG" },
				       { TDH_SYS_INIT, "SYS.INIT" },
				       { TDH_SYS_RD, "SYS.RD" },
				       { TDH_SYS_LP_INIT, "SYS.LP.INIT" },
				       { TDH_SYS_TDMR_INIT, "SYS.TDMR.INIT" },
				       { TDH_MEM_TRACK, "MEM.TRACK" },
				       { TDH_MEM_RANGE_UNBLOCK, "MEM.RANGE.UNBLOCK" },
				       { TDH_PHYMEM_CACHE_WB, "PHYMEM.CACHE.WB" },
				       { TDH_PHYMEM_PAGE_WBINVD, "PHYMEM.PAGE.WBINVD" },
				       { TDH_VP_WR, "VP.WR" },
				       { TDH_SYS_CONFIG, "SYS.CONFIG" },
				       { TDH_SYS_DISABLE, "SYS.DISABLE" }),
		      __entry->rcx, __entry->rdx, __entry->r8, __entry->r9,
		      __entry->status, __entry->ret_rcx, __entry->ret_rdx, __entry->ret_r8,
		      __entry->ns)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE seamcall_trace

/* This part must be outside protection. */
#include <trace/define_trace.h>
