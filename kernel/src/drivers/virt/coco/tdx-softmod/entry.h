/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDX_SOFTMOD_ENTRY_H
#define TDX_SOFTMOD_ENTRY_H

/*
 * For leaves that work on one secure EPT entry, call->walk.  Functions that return u64 return 0
 * or the status that the leaf is to return.
 */

#include "core.h"

/* Lock the entry.  When the leaf ends it is unlocked and becomes call->slot_value. */
u64 sm_mem_lock_entry(struct sm_call *call);
/* When the leaf ends, the entry is to be in call->next_state and point to @hpa. */
void sm_mem_set_entry(struct sm_call *call, phys_addr_t hpa);
/* Put the entry into RCX and RDX, as the host sees it, and return @status about RCX. */
u64 sm_mem_fail(struct sm_call *call, u64 status);
/*
 * For leaves that access the content of private memory at @gpa: walk to its page and lock the
 * entry.  *@ret_va is where softmod has the memory.
 */
u64 sm_mem_find_content(struct sm_call *call, u64 gpa, void **ret_va);

#endif
