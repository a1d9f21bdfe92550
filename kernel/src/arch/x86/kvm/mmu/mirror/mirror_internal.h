/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __KVM_X86_MMU_MIRROR_INTERNAL_H
#define __KVM_X86_MMU_MIRROR_INTERNAL_H

/* The only header that the .c files of this folder include. */

#include <linux/kvm_host.h>
#include <linux/bitfield.h>
#include <linux/debugfs.h>
#include <linux/mm.h>
#include <linux/sched/clock.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/wait_bit.h>

#include "mmu.h"
#include "../mmu_internal.h"
#include "../spte.h"
#include "../tdp_iter.h"
#include "../tdp_mmu.h"
#include "mirror.h"
#include "vm_type.h"

/*
 * Marks in a mirrored SPTE.  No CPU walks a mirrored PT, so they may sit beside
 * the present bit; A/D bits are required, so bits 56:54 are not needed to save
 * permissions for access tracking.  62:59 are free in EPT and NPT leaves.
 */
#define MIRROR_SPTE_BLOCKED	BIT_ULL(54)
#define MIRROR_SPTE_PINNED	BIT_ULL(55)
#define MIRROR_SPTE_STAMP	GENMASK_ULL(62, 59)
#define MIRROR_SPTE_MARKS	(MIRROR_SPTE_BLOCKED | MIRROR_SPTE_PINNED | MIRROR_SPTE_STAMP)

static_assert(!(MIRROR_SPTE_MARKS & (SPTE_MMU_PRESENT_MASK | SPTE_TDP_AD_MASK |
				     SHADOW_NONPRESENT_VALUE)));
static_assert(!(MIRROR_SPTE_MARKS & (EPT_SPTE_HOST_WRITABLE | EPT_SPTE_MMU_WRITABLE)));

enum mirror_life {
	/* The guest may run: block, track and kick before anything is removed. */
	MIRROR_LIVE,
	/* ->die() is at work: the private PT can not be changed. */
	MIRROR_DYING,
	/* The guest can never run again: remove without ceremony. */
	MIRROR_DEAD,
	MIRROR_NR_LIVES,
};

/* Ready pages for one range: it can cut a leaf at its start and one at its end. */
#define MIRROR_RESERVE		2

/* Attempts while the vCPUs are held out; on silicon the first one succeeds. */
#define MIRROR_BUSY_RETRIES	16

/* Mirrored PT of one VM. */
struct kvm_mirror {
	/* The private PT; set at creation. */
	const struct kvm_private_pt_ops *ops;
	/* For ops; set at creation. */
	void *backend;
	/* Root of the mirrored PT; lives as long as this struct. */
	struct kvm_mmu_page *root;
	/* Changes under mmu_lock held for write; see mirror_wait_dying(). */
	enum mirror_life life;
	/* Tracks so far; changes under mmu_lock held for write. */
	unsigned int epoch;
	/* Pages for splits, on kvm_mmu_page.link; mmu_lock held for write. */
	struct list_head reserve;
	/* Length of the list; written with mmu_lock held for write. */
	unsigned int nr_reserve;
	/* vCPUs must not enter the guest while not zero. */
	atomic_t holds;
};

/* One change of one entry, see mirror_propagate(). */
struct mirror_change {
	/* The entry. */
	tdp_ptep_t sptep;
	/* First GFN that the entry covers. */
	gfn_t gfn;
	/* Level of the entry. */
	int level;
	/* Value before; updated if the entry changed meanwhile. */
	u64 old_spte;
	/* Value after. */
	u64 new_spte;
};

/* state.c */
struct mirror_transition {
	/* The op that makes the private PT follow. */
	enum mirror_op op;
	/* Lives in which the transition is legal: mask of BIT(enum mirror_life). */
	u8 lives;
	/* Only after a track. */
	u8 needs_track;
};

enum kvm_mirror_state mirror_state(u64 spte, int level);
u64 mirror_block_spte(u64 spte, unsigned int epoch);
const struct mirror_transition *mirror_transition(enum kvm_mirror_state from,
						  enum kvm_mirror_state to,
						  enum mirror_life life);
void mirror_set_life(struct kvm *kvm, enum mirror_life life);
void mirror_wait_dying(struct kvm *kvm);

/*
 * Was @spte blocked before the VM's last track?
 *
 * The stamp is the epoch of the block, modulo 16.  An entry that is not tracked has
 * the VM's epoch for a stamp, so the answer is never true too early.  A removal that
 * lets 16 tracks of others go by while it yields finds false instead of true: it
 * tracks once more.
 */
static inline bool is_tracked_spte(const struct kvm_mirror *mirror, u64 spte)
{
	return FIELD_GET(MIRROR_SPTE_STAMP, spte) !=
	       (mirror->epoch & FIELD_MAX(MIRROR_SPTE_STAMP));
}

/* propagate.c */
int __must_check mirror_propagate(struct kvm *kvm, struct mirror_change *change);
int __must_check mirror_propagate_exclusive(struct kvm *kvm, struct mirror_change *change);
int __must_check mirror_track(struct kvm *kvm);

static inline struct mirror_change mirror_change_at(const struct tdp_iter *iter, u64 new_spte)
{
	return (struct mirror_change) {
		.sptep = iter->sptep,
		.gfn = iter->gfn,
		.level = iter->level,
		.old_spte = iter->old_spte,
		.new_spte = new_spte,
	};
}

/* page.c */
struct kvm_mmu_page *mirror_alloc_page(gfp_t gfp);
void mirror_init_page(struct kvm_mmu_page *sp, tdp_ptep_t sptep, gfn_t gfn,
		      union kvm_mmu_page_role role);
void mirror_free_page(struct kvm_mmu_page *sp);
void mirror_free_page_rcu(struct kvm_mmu_page *sp);
void mirror_account_table(struct kvm *kvm, struct kvm_mmu_page *sp, int nr);
int __must_check mirror_fill_reserve(struct kvm *kvm);
struct kvm_mmu_page *mirror_take_reserve(struct kvm *kvm);
void mirror_return_reserve(struct kvm *kvm, struct kvm_mmu_page *sp);

/* range.c */
void mirror_zap_all(struct kvm *kvm);
void mirror_abandon_all(struct kvm *kvm);

/* split.c */
int __must_check mirror_split(struct kvm *kvm, struct tdp_iter *iter);

/* pin.c */
void mirror_pin(struct kvm *kvm, struct tdp_iter *iter);
void mirror_unpin(struct kvm *kvm, u64 spte, int level);
void mirror_leak_leaf(struct kvm *kvm, struct tdp_iter *iter);
void mirror_leak_table(struct kvm *kvm, struct tdp_iter *iter);

/* verify.c */
void mirror_create_debugfs(struct kvm *kvm);

static inline void mirror_count(struct kvm *kvm, enum mirror_counter counter, long by)
{
	atomic64_add(by, &kvm->stat.mirror.counters[counter]);
}

/* One call of the private PT that began at @start (local_clock()). */
static inline void mirror_count_op(struct kvm *kvm, enum mirror_op op, u64 start)
{
	atomic64_inc(&kvm->stat.mirror.op_count[op]);
	atomic64_add(local_clock() - start, &kvm->stat.mirror.op_ns[op]);
}

static inline enum mirror_counter mirror_leaf_counter(int level)
{
	return MIRROR_NR_LEAVES_4K + level - PG_LEVEL_4K;
}

/* Last GFN + 1 that a private mapping can have. */
static inline gfn_t mirror_end_gfn(const struct kvm *kvm)
{
	return kvm->arch.shared_gfn;
}

#include "mirror_trace.h"

#endif
