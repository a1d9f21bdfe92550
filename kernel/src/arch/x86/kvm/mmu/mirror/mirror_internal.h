/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __KVM_X86_MMU_MIRROR_INTERNAL_H
#define __KVM_X86_MMU_MIRROR_INTERNAL_H

/* The only header that the .c files of this folder include. */

#include <linux/kvm_host.h>
#include <linux/bitfield.h>
#include <linux/debugfs.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
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
 * Bits that this MMU keeps in a mirrored SPTE.  They may be set in a present SPTE
 * because no CPU walks a mirrored PT.  KVM saves permissions in bits 56:54 when it
 * tracks accesses without A/D bits; a mirrored PT requires A/D bits, so bits 54 and 55
 * are free here.  Bits 62:59 are free in EPT and NPT leaves.
 *
 * BLOCKED  the private PT's entry is blocked
 * PINNED   the leaf could not be removed, see pin.c
 * STAMP    epoch in which the entry was blocked, see is_tracked_spte()
 */
#define MIRROR_SPTE_BLOCKED	BIT_ULL(54)
#define MIRROR_SPTE_PINNED	BIT_ULL(55)
#define MIRROR_SPTE_STAMP	GENMASK_ULL(62, 59)
#define MIRROR_SPTE_MARKS	(MIRROR_SPTE_BLOCKED | MIRROR_SPTE_PINNED | MIRROR_SPTE_STAMP)

static_assert(!(MIRROR_SPTE_MARKS & (SPTE_MMU_PRESENT_MASK | SPTE_TDP_AD_MASK |
				     SHADOW_NONPRESENT_VALUE)));
static_assert(!(MIRROR_SPTE_MARKS & (EPT_SPTE_HOST_WRITABLE | EPT_SPTE_MMU_WRITABLE)));

enum mirror_life {
	/* The guest may run: entries are blocked and tracked before they are removed. */
	MIRROR_LIVE,
	/* ->die() is running: the private PT cannot be changed. */
	MIRROR_DYING,
	/* The guest can never run again: entries are removed without block and track. */
	MIRROR_DEAD,
	MIRROR_NR_LIVES,
};

/*
 * Pages kept ready for splits.  Zapping one range splits at most two huge leaves: one
 * that crosses the start of the range and one that crosses its end.  No leaf is larger than 2 MiB.
 */
#define MIRROR_RESERVE		2

/*
 * Attempts at a busy op while the vCPUs are held out of the guest.  On silicon the
 * first one succeeds.
 */
#define MIRROR_BUSY_RETRIES	16

/*
 * Attempts at a split that is interrupted, with mmu_lock dropped in between.  The TDX module gives
 * up a split when an interrupt is pending.  Interrupts are handled between two attempts, so that
 * one of a few succeeds, unless the module is broken.
 */
#define MIRROR_SPLIT_TRIES	1000

/* Statistics of one VM on one CPU: each vCPU that faults changes some of them. */
struct mirror_counts {
	/* What this CPU has counted. */
	u64 values[MIRROR_NR_VALUES];
	/* How much of that kvm_mirror_sum_stat() has added to the VM's statistics. */
	u64 added[MIRROR_NR_VALUES];
};

/* Mirrored PT of one VM. */
struct kvm_mirror {
	/* How to change and read the private PT; set at creation. */
	const struct kvm_private_pt_ops *ops;
	/* Data of the ops; set at creation. */
	void *backend;
	/* Statistics; set at creation. */
	struct mirror_counts __percpu *counts;
	/* Held by whoever sums the statistics up: protects mirror_counts.added. */
	struct mutex stat_lock;
	/* Root of the mirrored PT; lives as long as this struct. */
	struct kvm_mmu_page *root;
	/* Changes with mmu_lock held for write; see mirror_wait_dying(). */
	enum mirror_life life;
	/* Number of tracks so far; changes with mmu_lock held for write. */
	unsigned int epoch;
	/* Pages for splits, linked by kvm_mmu_page.link; needs mmu_lock held for write. */
	struct list_head reserve;
	/* Length of the list; changes with mmu_lock held for write. */
	unsigned int nr_reserve;
	/*
	 * Zaps and splits at work.  An entry is blocked only while there is one, unless the VM
	 * is dead.  Changes with mmu_lock held for write.
	 */
	unsigned int nr_blockers;
	/* Ops made since mmu_lock could last be yielded; needs mmu_lock held for write. */
	unsigned int nr_ops_held;
	/* Number of batches that keep vCPUs out of the guest, see until_not_busy(). */
	atomic_t holds;
};

/* The ops of one range, or of one split.  They are made with mmu_lock held for write. */
struct mirror_batch {
	struct kvm *kvm;
	/* An op was busy: vCPUs are kept out of the guest until mirror_end_batch(). */
	bool holds_vcpus;
};

/* One change of one entry, see mirror_propagate(). */
struct mirror_change {
	/* The entry in the mirrored PT. */
	tdp_ptep_t sptep;
	/* First GFN that the entry covers. */
	gfn_t gfn;
	/* Level of the entry. */
	int level;
	/* Expected value before the change; if it differs, the value that was found. */
	u64 old_spte;
	/* Value after the change. */
	u64 new_spte;
};

/* state.c */
struct mirror_transition {
	/* The op that makes the same change in the private PT. */
	enum mirror_op op;
	/* Lives in which the transition is legal: mask of BIT(enum mirror_life). */
	u8 lives;
	/* Lives in which the entry must have been tracked since its block: same mask. */
	u8 needs_track;
};

enum kvm_mirror_state mirror_state(u64 spte, int level);
u64 mirror_block_spte(u64 spte, unsigned int epoch);
const struct mirror_transition *mirror_transition(enum kvm_mirror_state from,
						  enum kvm_mirror_state to,
						  enum mirror_life life);
bool mirror_blocked(struct kvm *kvm, unsigned int nr_mine);
bool mirror_must_yield(struct kvm *kvm);
void mirror_break_lock(struct kvm *kvm);
bool mirror_begin_dying(struct kvm *kvm);
void mirror_end_dying(struct kvm *kvm, enum mirror_life life);
void mirror_wait_dying(struct kvm *kvm);

/*
 * Was the blocked entry @spte blocked before the VM's last track?
 *
 * The stamp is the epoch of the block, modulo 16.  An entry that is not tracked yet has
 * the VM's current epoch as its stamp, so the answer is never true too early.  It can be
 * false too late: a zap that yields mmu_lock while other zaps track 16 times finds the
 * stamp equal to the epoch again, and tracks once more.
 */
static inline bool is_tracked_spte(const struct kvm_mirror *mirror, u64 spte)
{
	return FIELD_GET(MIRROR_SPTE_STAMP, spte) !=
	       (mirror->epoch & FIELD_MAX(MIRROR_SPTE_STAMP));
}

/* propagate.c */
int mirror_end_vm(struct kvm *kvm, const char *why);

/* The VM cannot go on: a leaf is blocked and cannot be split. */
static inline int mirror_split_failed(struct kvm *kvm)
{
	return mirror_end_vm(kvm, "a huge page of a guest cannot be split");
}

int __must_check mirror_propagate(struct kvm *kvm, struct mirror_change *change);
int __must_check mirror_propagate_exclusive(struct mirror_batch *batch,
					    struct mirror_change *change);
int __must_check mirror_track(struct mirror_batch *batch);
void mirror_end_batch(struct mirror_batch *batch);

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
int __must_check mirror_split(struct mirror_batch *batch, struct tdp_iter *iter,
			      struct kvm_mmu_page *sp);

/* pin.c */
void mirror_pin(struct kvm *kvm, struct tdp_iter *iter);
void mirror_unpin(struct kvm *kvm, u64 spte, int level);
void mirror_leak_leaf(struct kvm *kvm, struct tdp_iter *iter);
void mirror_leak_table(struct kvm *kvm, struct tdp_iter *iter);

/* verify.c */
void mirror_create_debugfs(struct kvm *kvm);

static inline void mirror_count(struct kvm *kvm, enum mirror_counter counter, long by)
{
	this_cpu_add(kvm->arch.mirror->counts->values[counter], by);
}

/* Count one call of @op that began at @start (local_clock()), and its duration. */
static inline void mirror_count_op(struct kvm *kvm, enum mirror_op op, u64 start)
{
	struct mirror_counts __percpu *counts = kvm->arch.mirror->counts;

	this_cpu_add(counts->values[MIRROR_OP_COUNT(op)], 1);
	this_cpu_add(counts->values[MIRROR_OP_NS(op)], local_clock() - start);
}

static inline enum mirror_counter mirror_leaf_counter(int level)
{
	return MIRROR_NR_LEAVES_4K + level - PG_LEVEL_4K;
}

/* The GFN after the last one that can be private. */
static inline gfn_t mirror_end_gfn(const struct kvm *kvm)
{
	return kvm->arch.shared_gfn;
}

#include "mirror_trace.h"

#endif
