// SPDX-License-Identifier: GPL-2.0-only
/*
 * Secure EPT: how an entry is encoded, the states and their transitions, the walk.
 *
 * The CPU walks these tables as its nested page table.  An entry is present if the guest
 * may use what it points to, and not present otherwise, even if it points to a page.  The
 * accessed and dirty bits of AMD's format are set when an entry is made, so that the CPU never
 * has to write to one.
 */

#include "sept.h"

#define NPT_P		BIT_ULL(0)
#define NPT_U		BIT_ULL(2)
#define NPT_A		BIT_ULL(5)
#define NPT_D		BIT_ULL(6)
#define NPT_NX		BIT_ULL(63)

#define EPT_R		BIT_ULL(0)
#define EPT_X		BIT_ULL(2)
#define EPT_RWX		(EPT_R | SM_SEPT_W | EPT_X)
/* Memory type write-back, whatever the guest's PAT says. */
#define EPT_WB		(6ULL << 3)
#define EPT_IPAT	BIT_ULL(6)
#define EPT_A		BIT_ULL(8)
#define EPT_D		BIT_ULL(9)

#define STATE		GENMASK_ULL(55, 52)
#define STATE_SHIFT	52
/* Stands for TDX_SEPT_NON_LEAF in the state bits of an entry. */
#define NON_LEAF	8

/* Bits of an entry as the host sees it, for which the ABI header has no macro. */
#define ARCH_RWX	(TDX_SEPT_ENTRY_R | TDX_SEPT_ENTRY_W | TDX_SEPT_ENTRY_X)
#define ARCH_LEAF	(6ULL << 3 | BIT_ULL(6) | TDX_SEPT_ENTRY_PS | TDX_SEPT_ENTRY_SVE)

const struct sm_sept_format sm_sept_npt = {
	.table = NPT_P | SM_SEPT_W | NPT_U | NPT_A,
	.leaf = NPT_P | SM_SEPT_W | NPT_U | NPT_A | NPT_D,
	.present = NPT_P,
	.read = NPT_P | NPT_U,
	.exec_mask = NPT_NX,
	.accessed_dirty = NPT_A | NPT_D,
};

/* The EPTP that the host gives does not enable A and D, but KVM may set them. */
const struct sm_sept_format sm_sept_ept = {
	.table = EPT_RWX,
	.leaf = EPT_RWX | EPT_WB | EPT_IPAT,
	.present = EPT_RWX,
	.read = EPT_R,
	.exec_mask = EPT_X,
	.exec = EPT_X,
	.accessed_dirty = EPT_A | EPT_D,
};

const struct sm_sept_format *sm_sept_format = &sm_sept_npt;

static const struct {
	u8 op, from, to;
} transitions[] = {
	{ SM_SEPT_ADD,		TDX_SEPT_FREE,			TDX_SEPT_NL_MAPPED },
	/* Allowed with a flag; nothing changes. */
	{ SM_SEPT_ADD,		TDX_SEPT_NL_MAPPED,		TDX_SEPT_NL_MAPPED },
	{ SM_SEPT_PAGE_ADD,	TDX_SEPT_FREE,			TDX_SEPT_MAPPED },
	{ SM_SEPT_PAGE_AUG,	TDX_SEPT_FREE,			TDX_SEPT_PENDING },
	{ SM_SEPT_BLOCK,	TDX_SEPT_MAPPED,		TDX_SEPT_BLOCKED },
	{ SM_SEPT_BLOCK,	TDX_SEPT_PENDING,		TDX_SEPT_PENDING_BLOCKED },
	{ SM_SEPT_BLOCK,	TDX_SEPT_NL_MAPPED,		TDX_SEPT_NL_BLOCKED },
	/* Blocking an entry again does nothing; RANGE.BLOCK says so. */
	{ SM_SEPT_BLOCK,	TDX_SEPT_BLOCKED,		TDX_SEPT_BLOCKED },
	{ SM_SEPT_BLOCK,	TDX_SEPT_PENDING_BLOCKED,	TDX_SEPT_PENDING_BLOCKED },
	{ SM_SEPT_BLOCK,	TDX_SEPT_NL_BLOCKED,		TDX_SEPT_NL_BLOCKED },
	{ SM_SEPT_UNBLOCK,	TDX_SEPT_BLOCKED,		TDX_SEPT_MAPPED },
	{ SM_SEPT_UNBLOCK,	TDX_SEPT_PENDING_BLOCKED,	TDX_SEPT_PENDING },
	{ SM_SEPT_UNBLOCK,	TDX_SEPT_NL_BLOCKED,		TDX_SEPT_NL_MAPPED },
	{ SM_SEPT_PAGE_REMOVE,	TDX_SEPT_MAPPED,		TDX_SEPT_FREE },
	{ SM_SEPT_PAGE_REMOVE,	TDX_SEPT_BLOCKED,		TDX_SEPT_FREE },
	{ SM_SEPT_PAGE_REMOVE,	TDX_SEPT_PENDING,		TDX_SEPT_FREE },
	{ SM_SEPT_PAGE_REMOVE,	TDX_SEPT_PENDING_BLOCKED,	TDX_SEPT_FREE },
	{ SM_SEPT_REMOVE,	TDX_SEPT_NL_MAPPED,		TDX_SEPT_FREE },
	{ SM_SEPT_REMOVE,	TDX_SEPT_NL_BLOCKED,		TDX_SEPT_FREE },
	{ SM_SEPT_RELOCATE,	TDX_SEPT_MAPPED,		TDX_SEPT_MAPPED },
	{ SM_SEPT_RELOCATE,	TDX_SEPT_BLOCKED,		TDX_SEPT_MAPPED },
	{ SM_SEPT_RELOCATE,	TDX_SEPT_PENDING,		TDX_SEPT_PENDING },
	{ SM_SEPT_RELOCATE,	TDX_SEPT_PENDING_BLOCKED,	TDX_SEPT_PENDING },
	/* The last column is the state of the 512 new entries; this entry becomes NL_MAPPED. */
	{ SM_SEPT_DEMOTE,	TDX_SEPT_MAPPED,		TDX_SEPT_MAPPED },
	{ SM_SEPT_DEMOTE,	TDX_SEPT_BLOCKED,		TDX_SEPT_MAPPED },
	{ SM_SEPT_DEMOTE,	TDX_SEPT_PENDING,		TDX_SEPT_PENDING },
	{ SM_SEPT_DEMOTE,	TDX_SEPT_PENDING_BLOCKED,	TDX_SEPT_PENDING },
	/* The last column does not matter: the entry gets the state of the 512 below it. */
	{ SM_SEPT_PROMOTE,	TDX_SEPT_NL_MAPPED,		TDX_SEPT_NL_MAPPED },
	{ SM_SEPT_PROMOTE,	TDX_SEPT_NL_BLOCKED,		TDX_SEPT_NL_MAPPED },
	{ SM_SEPT_ACCEPT,	TDX_SEPT_PENDING,		TDX_SEPT_MAPPED },
};

u8 sm_sept_next(enum sm_sept_op op, u8 state)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(transitions); i++) {
		if (transitions[i].op == op && transitions[i].from == state)
			return transitions[i].to;
	}
	return SM_SEPT_NO_STATE;
}

u8 sm_sept_state(u64 entry)
{
	u8 bits = (entry & STATE) >> STATE_SHIFT;

	return bits & NON_LEAF ? (bits & ~NON_LEAF) | TDX_SEPT_NON_LEAF : bits;
}

u64 sm_sept_make(u8 state, phys_addr_t hpa, unsigned int level)
{
	u64 bits = state & TDX_SEPT_NON_LEAF ? (state & 7) | NON_LEAF : state;
	u64 entry = hpa | bits << STATE_SHIFT;

	if (state == TDX_SEPT_FREE)
		return 0;
	if (state == TDX_SEPT_MAPPED)
		return entry | sm_sept_format->leaf | (level ? SM_SEPT_PS : 0);
	return state == TDX_SEPT_NL_MAPPED ? entry | sm_sept_format->table : entry;
}

unsigned int sm_sept_access(u64 entry)
{
	const struct sm_sept_format *format = sm_sept_format;

	if (!(entry & format->present))
		return 0;
	return SM_ACCESS_READ | (entry & SM_SEPT_W ? SM_ACCESS_WRITE : 0) |
	       ((entry & format->exec_mask) == format->exec ? SM_ACCESS_EXEC : 0);
}

u64 sm_sept_arch_entry(u64 entry)
{
	u8 state = sm_sept_state(entry);

	if (state == TDX_SEPT_FREE)
		return TDX_SEPT_ENTRY_SVE;
	if (state & TDX_SEPT_NON_LEAF)
		return state == TDX_SEPT_NL_MAPPED ? ARCH_RWX : 0;
	return ARCH_LEAF | (entry & SM_SEPT_HPA) | (state == TDX_SEPT_MAPPED ? ARCH_RWX : 0);
}

u64 sm_sept_arch_info(u64 entry, unsigned int level)
{
	return level | (u64)sm_sept_state(entry) << 8;
}

void sm_sept_walk(const struct sm_tdcs *tdcs, u64 gpa, unsigned int level, struct sm_walk *ret)
{
	u64 *table = tdcs->root;

	for (ret->level = SM_TOP_LEVEL; ; ret->level--) {
		ret->slot = &table[sm_level_index(gpa, ret->level)];
		ret->entry = READ_ONCE(*ret->slot) & ~SM_SEPT_LOCK;
		if (ret->level == level || sm_sept_state(ret->entry) != TDX_SEPT_NL_MAPPED)
			return;
		table = sm_va(ret->entry & SM_SEPT_HPA);
	}
}

bool sm_sept_lock_entry(struct sm_walk *walk)
{
	u64 old = READ_ONCE(*walk->slot);

	do {
		if (old & SM_SEPT_LOCK)
			return false;
	} while (!try_cmpxchg(walk->slot, &old, old | SM_SEPT_LOCK));
	walk->entry = old;
	return true;
}

void sm_sept_unlock_entry(u64 *slot, u64 entry)
{
	WRITE_ONCE(*slot, entry);
}
