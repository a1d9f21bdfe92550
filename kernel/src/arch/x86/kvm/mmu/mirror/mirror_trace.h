/* SPDX-License-Identifier: GPL-2.0-only */
#if !defined(__KVM_X86_MMU_MIRROR_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define __KVM_X86_MMU_MIRROR_TRACE_H

#include <linux/tracepoint.h>

#undef TRACE_SYSTEM
#define TRACE_SYSTEM kvm_mirror

/* One call of a private-PT op; gfn and level are 0 for a track. */
TRACE_EVENT(kvm_mirror_op,
	    TP_PROTO(int op, gfn_t gfn, int level, int ret),
	    TP_ARGS(op, gfn, level, ret),

	    TP_STRUCT__entry(__field(u64, gfn)
			     __field(int, op)
			     __field(int, level)
			     __field(int, ret)
	    ),

	    TP_fast_assign(__entry->gfn = gfn;
			   __entry->op = op;
			   __entry->level = level;
			   __entry->ret = ret;
	    ),

	    TP_printk("op %d gfn 0x%llx level %d ret %d",
		      __entry->op, __entry->gfn, __entry->level, __entry->ret)
);

/* A private page was pinned because it could not be taken back, see pin.c. */
TRACE_EVENT(kvm_mirror_pin,
	    TP_PROTO(gfn_t gfn, int level, kvm_pfn_t pfn),
	    TP_ARGS(gfn, level, pfn),

	    TP_STRUCT__entry(__field(u64, gfn)
			     __field(u64, pfn)
			     __field(int, level)
	    ),

	    TP_fast_assign(__entry->gfn = gfn;
			   __entry->pfn = pfn;
			   __entry->level = level;
	    ),

	    TP_printk("gfn 0x%llx level %d pfn 0x%llx",
		      __entry->gfn, __entry->level, __entry->pfn)
);

/* kvm_mirror_verify() found a difference. */
TRACE_EVENT(kvm_mirror_mismatch,
	    TP_PROTO(gfn_t gfn, int level, u64 spte, int state, kvm_pfn_t pfn),
	    TP_ARGS(gfn, level, spte, state, pfn),

	    TP_STRUCT__entry(__field(u64, gfn)
			     __field(u64, spte)
			     __field(u64, pfn)
			     __field(int, level)
			     __field(int, state)
	    ),

	    TP_fast_assign(__entry->gfn = gfn;
			   __entry->spte = spte;
			   __entry->pfn = pfn;
			   __entry->level = level;
			   __entry->state = state;
	    ),

	    TP_printk("gfn 0x%llx level %d spte 0x%llx private state %d pfn 0x%llx",
		      __entry->gfn, __entry->level, __entry->spte, __entry->state, __entry->pfn)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE mirror_trace

/* This part must be outside protection. */
#include <trace/define_trace.h>
