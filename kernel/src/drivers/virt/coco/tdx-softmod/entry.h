/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDX_SOFTMOD_ENTRY_H
#define TDX_SOFTMOD_ENTRY_H

/*
 * For leaves that work on one secure EPT entry.  Functions that return u64 return 0 or
 * the status that the leaf is to return.
 */

#include "core.h"

/* Lock the tree in the mode that the table of leaves says, until the leaf ends. */
u64 sm_mem_lock_tree(struct sm_call *call);
/* Check the GPA and the level in RCX, lock the tree, walk to the entry. */
u64 sm_mem_begin(struct sm_call *call, unsigned int min_level, unsigned int max_level,
		 struct sm_walk *ret_walk);
/* Lock the entry.  When the leaf ends it is unlocked and becomes call->slot_value. */
u64 sm_mem_lock_entry(struct sm_call *call, struct sm_walk *walk);
/*
 * sm_mem_begin() and sm_mem_lock_entry(), then look up the state that the entry has
 * after @op; EPT_ENTRY_STATE_INCORRECT if its state does not allow @op.
 */
u64 sm_mem_begin_op(struct sm_call *call, unsigned int min_level, unsigned int max_level,
		    enum sm_sept_op op, struct sm_walk *ret_walk, u8 *ret_state);
/* Put the entry into RCX and RDX, as the host sees it, and return @status about RCX. */
u64 sm_mem_fail(struct sm_call *call, u64 status, const struct sm_walk *walk);
/* What a locked entry points to: a page of the entry's level, or a table. */
void sm_mem_page(const struct sm_walk *walk, struct sm_page *ret_page);
/* The same; fails if the TD is runnable and the entry not blocked and tracked. */
u64 sm_mem_tracked_page(struct sm_call *call, const struct sm_walk *walk,
			struct sm_page *ret_page);

#endif
