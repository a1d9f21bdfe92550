// SPDX-License-Identifier: GPL-2.0-only
/*
 * Removal of a range of private memory, with one track and one kick of the vCPUs however
 * many pages the range has:
 *
 * 1. Block every leaf of the range.  If there are any, block every table that is empty already.
 * 2. Track once.
 * 3. Remove the blocked leaves.
 * 4. Unlink the blocked tables.
 *
 * These steps are one round.  If leaves appeared while mmu_lock was dropped, another round removes
 * them.
 *
 * The private PT cannot remove leaves below a blocked table, so that a table which becomes empty in
 * step 3 would take a track of its own.  It stays, and goes with the next range that covers it.  At
 * the latest that is when the GFNs become private again, see kvm_mirror_unlink_tables(): the guest
 * may then get huge leaves.
 *
 * Before the first round the edges are cut: huge leaves that are only partly in the range are
 * blocked, tracked and split.  The guest needs the rest of such a leaf, and must not wait for the
 * whole range.
 */
#include "mirror_internal.h"

/* State of the removal of one range. */
struct mirror_zap {
	/* The VM; mmu_lock is held for write. */
	struct kvm *kvm;
	/* The ops. */
	struct mirror_batch batch;
	/* First GFN of the range, and the GFN after its last one. */
	gfn_t start, end;
	/* Pages for cuts, linked by kvm_mmu_page.link. */
	struct list_head pages;
	/* The range has entries that were blocked after the last track. */
	bool untracked;
	/* The range has entries that another round must remove. */
	bool again;
	/* A split was interrupted. */
	bool interrupted;
	/* How often a split may still be interrupted. */
	int split_tries;
	/* Tracking or a split failed: pin leaves that cannot be removed. */
	bool broken;
};

typedef void (*mirror_visit_t)(struct mirror_zap *zap, struct tdp_iter *iter);

static bool is_live(const struct mirror_zap *zap)
{
	return zap->kvm->arch.mirror->life == MIRROR_LIVE;
}

/* Does the range cover the whole entry? */
static bool is_covered(const struct mirror_zap *zap, const struct tdp_iter *iter)
{
	return iter->gfn >= zap->start &&
	       iter->gfn + KVM_PAGES_PER_HPAGE(iter->level) <= zap->end;
}

/*
 * Yield mmu_lock if somebody waits for it or for the CPU.  Returns true if the lock was
 * dropped: the caller must go on with the next iteration.
 */
static bool zap_resched(struct mirror_zap *zap, struct tdp_iter *iter)
{
	struct kvm *kvm = zap->kvm;

	/* Visit at least one entry before yielding again. */
	if (iter->next_last_level_gfn == iter->yielded_gfn)
		return false;

	if (!mirror_must_yield(kvm))
		return false;

	rcu_read_unlock();
	mirror_break_lock(kvm);
	rcu_read_lock();

	iter->yielded = true;
	return true;
}

/* Visit each present entry of some GFNs at @level and above, parents before children. */
static void walk_gfns(struct mirror_zap *zap, int level, gfn_t start, gfn_t end,
		      mirror_visit_t visit)
{
	struct tdp_iter iter;

	rcu_read_lock();

	for_each_tdp_pte_min_level(iter, zap->kvm->arch.mirror->root, level, start, end) {
		if (zap_resched(zap, &iter))
			continue;

		if (is_shadow_present_pte(iter.old_spte))
			visit(zap, &iter);
	}

	rcu_read_unlock();
}

static void walk(struct mirror_zap *zap, int level, mirror_visit_t visit)
{
	walk_gfns(zap, level, zap->start, zap->end, visit);
}

/* Does a huge leaf that crosses @gfn have to be cut there? */
static bool is_cut(const struct kvm *kvm, gfn_t gfn)
{
	return gfn & (KVM_PAGES_PER_HPAGE(kvm->arch.mirror->ops->max_level) - 1);
}

/* Visit the entries above 4 KiB on the way to the GFNs at which the range cuts huge leaves. */
static void walk_edges(struct mirror_zap *zap, mirror_visit_t visit)
{
	gfn_t last = zap->end - 1;
	bool cut_start = is_cut(zap->kvm, zap->start);

	if (cut_start)
		walk_gfns(zap, PG_LEVEL_2M, zap->start, zap->start + 1, visit);

	/* Both edges may be in one leaf. */
	if (cut_start && gfn_round_for_level(zap->start, PG_LEVEL_2M) ==
			 gfn_round_for_level(last, PG_LEVEL_2M))
		return;

	if (is_cut(zap->kvm, zap->end))
		walk_gfns(zap, PG_LEVEL_2M, last, last + 1, visit);
}

/*
 * Visit the entries that point to tables, in one walk for each level that fits into the
 * range.  The lowest level comes first, so that a table is done before its parent; each
 * walk visits the levels above, too.
 */
static void walk_tables(struct mirror_zap *zap, mirror_visit_t visit)
{
	int level, root_level = zap->kvm->arch.mirror->root->role.level;

	for (level = PG_LEVEL_2M; level <= root_level; level++) {
		if (zap->end - zap->start < KVM_PAGES_PER_HPAGE(level))
			return;
		walk(zap, level, visit);
	}
}

static int block(struct mirror_zap *zap, struct tdp_iter *iter)
{
	struct mirror_change change;

	change = mirror_change_at(iter, mirror_block_spte(iter->old_spte,
							  zap->kvm->arch.mirror->epoch));
	return mirror_propagate_exclusive(&zap->batch, &change);
}

static void block_leaf(struct mirror_zap *zap, struct tdp_iter *iter)
{
	struct kvm_mirror *mirror = zap->kvm->arch.mirror;

	/* If the VM died while mmu_lock was dropped, leaves are removed without a block. */
	if (!is_live(zap) || (iter->old_spte & MIRROR_SPTE_PINNED))
		return;

	switch (mirror_state(iter->old_spte, iter->level)) {
	case KVM_MIRROR_LEAF:
		if (block(zap, iter))
			mirror_pin(zap->kvm, iter);
		else
			zap->untracked = true;
		break;
	case KVM_MIRROR_BLOCKED_LEAF:
		/*
		 * Another zap blocked the leaf and then dropped mmu_lock.  Whichever zap
		 * comes to it first removes it.
		 */
		if (!is_tracked_spte(mirror, iter->old_spte))
			zap->untracked = true;
		break;
	default:
		break;
	}
}

static bool is_empty_table(const struct kvm_mmu_page *sp)
{
	int i;

	for (i = 0; i < SPTE_ENT_PER_PAGE; i++) {
		if (is_shadow_present_pte(READ_ONCE(sp->spt[i])))
			return false;
	}

	return true;
}

static void block_table(struct mirror_zap *zap, struct tdp_iter *iter)
{
	if (!is_live(zap) || !is_covered(zap, iter))
		return;

	switch (mirror_state(iter->old_spte, iter->level)) {
	case KVM_MIRROR_TABLE:
		if (is_empty_table(spte_to_child_sp(iter->old_spte)) && !block(zap, iter))
			zap->untracked = true;
		break;
	case KVM_MIRROR_BLOCKED_TABLE:
		if (!is_tracked_spte(zap->kvm->arch.mirror, iter->old_spte))
			zap->untracked = true;
		break;
	default:
		break;
	}
}

static void remove_leaf(struct mirror_zap *zap, struct tdp_iter *iter)
{
	struct mirror_change change = mirror_change_at(iter, SHADOW_NONPRESENT_VALUE);
	struct kvm *kvm = zap->kvm;
	int ret;

	ret = mirror_propagate_exclusive(&zap->batch, &change);
	if (ret && is_live(zap)) {
		mirror_pin(kvm, iter);
		return;
	}

	if (ret)
		mirror_leak_leaf(kvm, iter);
	else
		mirror_unpin(kvm, iter->old_spte, iter->level);
}

/* Split a huge leaf that is only partly in the range. */
static void cut_leaf(struct mirror_zap *zap, struct tdp_iter *iter)
{
	struct kvm_mmu_page *sp;
	int ret = -EIO;

	sp = list_first_entry_or_null(&zap->pages, struct kvm_mmu_page, link);
	if (!KVM_BUG_ON(!sp, zap->kvm)) {
		list_del(&sp->link);
		ret = mirror_split(&zap->batch, iter, sp);
		if (ret)
			list_add(&sp->link, &zap->pages);
	}

	if (!ret)
		return;

	if (ret == -EAGAIN && !zap->broken) {
		zap->interrupted = true;
		zap->again = true;
		return;
	}

	mirror_pin(zap->kvm, iter);
}

static void remove_or_cut_leaf(struct mirror_zap *zap, struct tdp_iter *iter)
{
	enum kvm_mirror_state state = mirror_state(iter->old_spte, iter->level);

	if (state != KVM_MIRROR_LEAF && state != KVM_MIRROR_BLOCKED_LEAF)
		return;

	if (!is_live(zap)) {
		remove_leaf(zap, iter);
		return;
	}

	if (iter->old_spte & MIRROR_SPTE_PINNED)
		return;

	if (state == KVM_MIRROR_BLOCKED_LEAF &&
	    is_tracked_spte(zap->kvm->arch.mirror, iter->old_spte)) {
		if (is_covered(zap, iter))
			remove_leaf(zap, iter);
		else
			cut_leaf(zap, iter);
		return;
	}

	/*
	 * The leaf is not tracked: it appeared while mmu_lock was dropped, is the result
	 * of a split, or the track failed.
	 */
	if (zap->broken)
		mirror_pin(zap->kvm, iter);
	else
		zap->again = true;
}

static void unlink_table(struct mirror_zap *zap, struct tdp_iter *iter)
{
	enum kvm_mirror_state state = mirror_state(iter->old_spte, iter->level);
	struct mirror_change change = mirror_change_at(iter, SHADOW_NONPRESENT_VALUE);
	struct kvm *kvm = zap->kvm;
	struct kvm_mmu_page *sp;

	if (state != KVM_MIRROR_TABLE && state != KVM_MIRROR_BLOCKED_TABLE)
		return;

	if (!is_covered(zap, iter))
		return;

	/* Keep a table that is not blocked. */
	if (is_live(zap) && state != KVM_MIRROR_BLOCKED_TABLE)
		return;

	/* Keep a table that still has entries, such as pinned leaves. */
	sp = spte_to_child_sp(iter->old_spte);
	if (!is_empty_table(sp))
		return;

	/*
	 * The table was blocked, but does not count as tracked (see is_tracked_spte()).
	 * Ask for another round: a blocked table that nobody removes would stop faults
	 * for good.
	 */
	if (is_live(zap) && !is_tracked_spte(kvm->arch.mirror, iter->old_spte)) {
		if (!zap->broken)
			zap->again = true;
		return;
	}

	if (mirror_propagate_exclusive(&zap->batch, &change)) {
		if (is_live(zap))
			return;
		mirror_leak_table(kvm, iter);
	}

	mirror_account_table(kvm, sp, -1);
	mirror_free_page_rcu(sp);
}

static void abandon_leaf(struct mirror_zap *zap, struct tdp_iter *iter)
{
	if (!is_last_spte(iter->old_spte, iter->level))
		return;

	mirror_leak_leaf(zap->kvm, iter);
}

static void abandon_table(struct mirror_zap *zap, struct tdp_iter *iter)
{
	struct kvm_mmu_page *sp = spte_to_child_sp(iter->old_spte);

	/* The tables below have not been abandoned yet: a later walk comes back here. */
	if (!is_empty_table(sp))
		return;

	mirror_leak_table(zap->kvm, iter);
	mirror_account_table(zap->kvm, sp, -1);
	mirror_free_page_rcu(sp);
}

/*
 * A split was interrupted.  Drop mmu_lock, so that neither the CPU nor those who wait for the lock
 * wait for a split that never ends; the next round makes the next attempt.
 */
static void resume_split(struct mirror_zap *zap)
{
	struct kvm *kvm = zap->kvm;

	zap->interrupted = false;

	if (!--zap->split_tries) {
		(void)mirror_split_failed(kvm);
		zap->broken = true;
		return;
	}

	mirror_break_lock(kvm);
}

static void track_blocked(struct mirror_zap *zap)
{
	if (zap->untracked && is_live(zap) && mirror_track(&zap->batch))
		zap->broken = true;
}

/* Split the huge leaves at the edges.  If a split is interrupted, begin again. */
static void cut_edges(struct mirror_zap *zap)
{
	do {
		if (!is_live(zap))
			return;

		zap->again = false;
		zap->untracked = false;
		walk_edges(zap, block_leaf);
		track_blocked(zap);
		walk_edges(zap, remove_or_cut_leaf);
		if (zap->interrupted)
			resume_split(zap);
	} while (zap->again);
}

static void zap_round(struct mirror_zap *zap)
{
	zap->again = false;
	zap->untracked = false;
	mirror_count(zap->kvm, MIRROR_COUNT_ROUNDS, 1);

	if (is_live(zap)) {
		walk(zap, PG_LEVEL_4K, block_leaf);
		/* Tables alone are not worth a kick: user space often removes a range twice. */
		if (zap->untracked)
			walk_tables(zap, block_table);
		track_blocked(zap);
	}

	walk(zap, PG_LEVEL_4K, remove_or_cut_leaf);
	walk_tables(zap, unlink_table);

	if (zap->interrupted)
		resume_split(zap);
}

/*
 * Take a page for each cut before the range blocks anything, so that no leaf stays blocked for
 * want of memory.  kvm_mirror_prepare_zap() has put the pages into the reserve.  If other zaps were
 * faster, wait for memory with mmu_lock dropped.
 */
static void take_pages(struct mirror_zap *zap)
{
	struct kvm *kvm = zap->kvm;
	int nr = is_cut(kvm, zap->start) + is_cut(kvm, zap->end);
	struct kvm_mmu_page *sp;

	while (nr--) {
		sp = mirror_take_reserve(kvm);
		if (!sp) {
			write_unlock(&kvm->mmu_lock);
			sp = mirror_alloc_page(GFP_KERNEL_ACCOUNT | __GFP_NOFAIL);
			write_lock(&kvm->mmu_lock);
		}
		list_add(&sp->link, &zap->pages);
	}
}

static void return_pages(struct mirror_zap *zap)
{
	struct kvm_mmu_page *sp, *next;

	list_for_each_entry_safe(sp, next, &zap->pages, link)
		mirror_return_reserve(zap->kvm, sp);
}

static void zap_gfns(struct kvm *kvm, gfn_t start, gfn_t end)
{
	struct mirror_zap zap = {
		.kvm = kvm,
		.batch.kvm = kvm,
		.start = start,
		.end = min(end, mirror_end_gfn(kvm)),
		.pages = LIST_HEAD_INIT(zap.pages),
		.split_tries = MIRROR_SPLIT_TRIES,
	};

	lockdep_assert_held_write(&kvm->mmu_lock);

	if (zap.start >= zap.end)
		return;

	kvm->arch.mirror->nr_blockers++;
	take_pages(&zap);
	mirror_wait_dying(kvm);
	if (mirror_must_yield(kvm))
		mirror_break_lock(kvm);

	mirror_count(kvm, MIRROR_COUNT_RANGES, 1);
	cut_edges(&zap);
	do {
		zap_round(&zap);
	} while (zap.again);

	mirror_end_batch(&zap.batch);
	return_pages(&zap);
	kvm->arch.mirror->nr_blockers--;
}

/*
 * Returns which sides of memory, private or shared, @range is about: a mask of
 * KVM_FILTER_*.  No filter means both: the memslot is being removed.
 */
unsigned int kvm_mirror_range_sides(struct kvm *kvm, const struct kvm_gfn_range *range)
{
	/* Without a mirrored PT the shared PT maps both sides, whatever the filter. */
	if (!kvm_has_mirror(kvm))
		return KVM_FILTER_SHARED;

	return range->attr_filter ?: KVM_FILTER_SHARED | KVM_FILTER_PRIVATE;
}

/*
 * Remove the range from the mirrored PT and from the private PT.  On return every page of
 * the range belongs to the host again, or is pinned because it could not be taken back.
 */
void kvm_mirror_zap_range(struct kvm *kvm, const struct kvm_gfn_range *range)
{
	/* Only events of the primary MMU may not sleep.  None of them is about private memory. */
	WARN_ON_ONCE(!range->may_block);

	zap_gfns(kvm, range->start, range->end);
}

/* Unlink the tables that earlier ranges have left empty, with one track if there are any. */
static void unlink_empty_tables(struct kvm *kvm, gfn_t start, gfn_t end)
{
	struct mirror_zap zap = {
		.kvm = kvm,
		.batch.kvm = kvm,
		.start = start,
		.end = end,
	};

	lockdep_assert_held_write(&kvm->mmu_lock);

	kvm->arch.mirror->nr_blockers++;
	mirror_wait_dying(kvm);
	do {
		zap.again = false;
		zap.untracked = false;
		walk_tables(&zap, block_table);
		track_blocked(&zap);
		walk_tables(&zap, unlink_table);
	} while (zap.again);

	mirror_end_batch(&zap.batch);
	kvm->arch.mirror->nr_blockers--;
}

/*
 * The range becomes private: the guest can have huge leaves where empty tables were.  mmu_lock is
 * held for write; it is dropped and taken again.  The range must have may_block.
 */
void kvm_mirror_unlink_tables(struct kvm *kvm, const struct kvm_gfn_range *range)
{
	if (kvm_has_mirror(kvm))
		unlink_empty_tables(kvm, range->start, range->end);
}

/* Remove all private memory.  Takes mmu_lock. */
void mirror_zap_all(struct kvm *kvm)
{
	int level, root_level = kvm->arch.mirror->root->role.level;

	write_lock(&kvm->mmu_lock);
	zap_gfns(kvm, 0, mirror_end_gfn(kvm));
	/* While the VM lives, a table goes when those below it have gone. */
	for (level = PG_LEVEL_2M; level <= root_level; level++) {
		if (kvm->arch.mirror->life == MIRROR_LIVE)
			unlink_empty_tables(kvm, 0, mirror_end_gfn(kvm));
	}
	write_unlock(&kvm->mmu_lock);
}

/*
 * Leak all pages that are still in the private PT, and empty the mirrored PT.  For a VM
 * that is being destroyed although ->die() failed.  Takes mmu_lock.
 */
void mirror_abandon_all(struct kvm *kvm)
{
	struct mirror_zap zap = { .kvm = kvm, .end = mirror_end_gfn(kvm) };

	write_lock(&kvm->mmu_lock);
	walk(&zap, PG_LEVEL_4K, abandon_leaf);
	walk_tables(&zap, abandon_table);
	write_unlock(&kvm->mmu_lock);
}

/*
 * Allocate the pages that a zap needs to split huge leaves.  The caller, an ioctl, can return an
 * error when memory is short; a zap cannot fail.  The pages are not this caller's: if another zap
 * takes them, the zap waits for memory.
 */
int kvm_mirror_prepare_zap(struct kvm *kvm)
{
	might_sleep();

	return kvm_mirror_is_used() ? mirror_fill_reserve(kvm) : 0;
}
EXPORT_SYMBOL_GPL(kvm_mirror_prepare_zap);
