/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDX_SOFTMOD_ENTRY_H
#define TDX_SOFTMOD_ENTRY_H

/* The secure EPT entry that a leaf is about. */

#include "core.h"

/* As the table of leaves says, until the leaf ends. */
u64 sm_mem_lock_tree(struct sm_call *call);
/* Check GPA and level in RCX, lock the tree, walk. */
u64 sm_mem_begin(struct sm_call *call, unsigned int min_level, unsigned int max_level,
		 struct sm_walk *ret_walk);
/* Lock the entry; it is unlocked when the leaf ends, with call->slot_value in it. */
u64 sm_mem_lock_entry(struct sm_call *call, struct sm_walk *walk);
/* Both, and the transition that @op is: @ret_state, or EPT_ENTRY_STATE_INCORRECT. */
u64 sm_mem_begin_op(struct sm_call *call, unsigned int min_level, unsigned int max_level,
		    enum sm_sept_op op, struct sm_walk *ret_walk, u8 *ret_state);
/* @status about RCX, with the entry in RCX and RDX. */
u64 sm_mem_fail(struct sm_call *call, u64 status, const struct sm_walk *walk);
/* What a locked entry points to: a page of its own size, or a table. */
void sm_mem_page(const struct sm_walk *walk, struct sm_page *ret_page);
/* The same, if the entry need not be blocked and tracked, or is. */
u64 sm_mem_tracked_page(struct sm_call *call, const struct sm_walk *walk,
			struct sm_page *ret_page);

#endif
