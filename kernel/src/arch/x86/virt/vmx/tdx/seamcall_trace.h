/* SPDX-License-Identifier: GPL-2.0-only */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM tdx

#if !defined(_TRACE_TDX_SEAMCALL_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_TDX_SEAMCALL_H

#include <linux/tracepoint.h>

#include <asm/tdx_abi.h>

/* The list needs a last row without a comma: the number 0xffff, which no leaf has. */
#define TDX_LEAF_SYMBOL(nr, id, name)	{ nr, name },
#define show_tdx_leaf(nr) \
	__print_symbolic(nr, TDX_HOST_LEAVES(TDX_LEAF_SYMBOL) { 0xffff, "unknown leaf" })

/*
 * One SEAMCALL.  If the wrapper repeats a call, each attempt is an event.
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
		      show_tdx_leaf(__entry->fn & TDX_LEAF_NR_MASK),
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
