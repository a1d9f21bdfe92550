/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDX_SOFTMOD_SEPT_H
#define TDX_SOFTMOD_SEPT_H

/*
 * Secure EPT.  An entry has the format of the CPU's nested page table, because the CPU walks
 * these tables; the state of the entry is in bits that the CPU ignores.  Only sept.c knows
 * the encoding.
 */

#include "softmod.h"

/* Bits that mean the same in each format. */
#define SM_SEPT_W		BIT_ULL(1)
#define SM_SEPT_PS		BIT_ULL(7)
#define SM_SEPT_HPA		GENMASK_ULL(51, 12)
#define SM_SEPT_LOCK		BIT_ULL(56)

/* How the CPU wants the entries of its nested page table. */
struct sm_sept_format {
	/* Bits of an entry that points to a table, and of one that maps a page. */
	u64 table, leaf;
	/* One of these is set in an entry that is present. */
	u64 present;
	/* The guest may read if all these are set. */
	u64 read;
	/* The guest may execute if these bits have this value. */
	u64 exec_mask, exec;
	/* Bits that the CPU sets when it walks the table. */
	u64 accessed_dirty;
};

/* AMD's nested page table; Intel's EPT, without accessed and dirty bits. */
extern const struct sm_sept_format sm_sept_npt, sm_sept_ept;
/* The one that this CPU uses. */
extern const struct sm_sept_format *sm_sept_format;

/* Which accesses (SM_ACCESS_*) an entry allows, KVM's or a secure EPT's; 0: not present. */
unsigned int sm_sept_access(u64 entry);

/* Where a walk ended. */
struct sm_walk {
	/* The entry in its table, and its value without SM_SEPT_LOCK. */
	u64 *slot;
	u64 entry;
	/* The wanted level, or a higher one if a table on the way is missing or blocked. */
	unsigned int level;
};

/* Operations on an entry; the table of transitions in sept.c says which state follows. */
enum sm_sept_op {
	SM_SEPT_ADD,
	SM_SEPT_PAGE_ADD,
	SM_SEPT_PAGE_AUG,
	SM_SEPT_BLOCK,
	SM_SEPT_UNBLOCK,
	SM_SEPT_PAGE_REMOVE,
	SM_SEPT_REMOVE,
	SM_SEPT_RELOCATE,
	SM_SEPT_DEMOTE,
	SM_SEPT_PROMOTE,
	SM_SEPT_RD,
	SM_SEPT_ACCEPT,
};

#define SM_SEPT_NO_STATE	0xff

/* State of an entry after @op; SM_SEPT_NO_STATE if @op is not allowed in @state. */
u8 sm_sept_next(enum sm_sept_op op, u8 state);

static inline bool sm_sept_is_blocked(u8 state)
{
	return state == TDX_SEPT_BLOCKED || state == TDX_SEPT_PENDING_BLOCKED ||
	       state == TDX_SEPT_NL_BLOCKED;
}

/* State of @entry as one of the ABI's TDX_SEPT_*. */
u8 sm_sept_state(u64 entry);

static inline bool sm_sept_is_table(u64 entry)
{
	return sm_sept_state(entry) & TDX_SEPT_NON_LEAF;
}

static inline bool sm_sept_is_leaf(u64 entry)
{
	return sm_sept_state(entry) != TDX_SEPT_FREE && !sm_sept_is_table(entry);
}

/*
 * Physical address of @gpa, which the leaf @entry of @level maps.  Works for entries of
 * KVM's nested page table too.
 */
static inline phys_addr_t sm_leaf_pa(u64 entry, unsigned int level, u64 gpa)
{
	u64 in_page = sm_level_size(level) - 1;

	return (entry & SM_SEPT_HPA & ~in_page) | (gpa & in_page);
}

/* Make an entry in @state, for a page or table at @hpa. */
u64 sm_sept_make(u8 state, phys_addr_t hpa, unsigned int level);
/* The entry as leaves return it to the host in RCX and RDX. */
u64 sm_sept_arch_entry(u64 entry);
u64 sm_sept_arch_info(u64 entry, unsigned int level);

/* Walk from the root down to @level, or until an entry has no table; locks nothing. */
void sm_sept_walk(const struct sm_tdcs *tdcs, u64 gpa, unsigned int level, struct sm_walk *ret);
/* False if the entry is locked already.  Updates walk->entry. */
bool sm_sept_lock_entry(struct sm_walk *walk);
/* Unlock the entry and write its new value @entry. */
void sm_sept_unlock_entry(u64 *slot, u64 entry);

#endif
