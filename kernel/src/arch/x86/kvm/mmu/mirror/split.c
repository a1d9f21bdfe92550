// SPDX-License-Identifier: GPL-2.0-only
/*
 * Replace a huge leaf by a table of smaller leaves.  The guest keeps its data.
 */
#include "mirror_internal.h"

/*
 * Split the blocked and tracked leaf at @iter.  @sp becomes the table on success, and is the
 * caller's again after an error.
 *
 * -EAGAIN  interrupted: the leaf is as before, drop mmu_lock and try again
 * -EIO     the private PT refused, the VM is dead
 */
int mirror_split(struct mirror_batch *batch, struct tdp_iter *iter, struct kvm_mmu_page *sp)
{
	u64 huge_spte = iter->old_spte & ~MIRROR_SPTE_MARKS;
	struct kvm *kvm = batch->kvm;
	struct mirror_change change;
	union kvm_mmu_page_role role;
	int i, ret;

	lockdep_assert_held_write(&kvm->mmu_lock);

	role = sptep_to_sp(rcu_dereference(iter->sptep))->role;
	role.level--;
	mirror_init_page(sp, iter->sptep, iter->gfn, role);
	for (i = 0; i < SPTE_ENT_PER_PAGE; i++)
		sp->spt[i] = make_huge_page_split_spte(kvm, huge_spte, role, i);

	change = mirror_change_at(iter, make_nonleaf_spte(sp->spt, !kvm_ad_enabled()));
	ret = mirror_propagate_exclusive(batch, &change);
	if (ret)
		return ret;

	mirror_account_table(kvm, sp, 1);
	return 0;
}

static int split_at(struct mirror_batch *batch, struct tdp_iter *iter, struct kvm_mmu_page *sp)
{
	struct mirror_change change;
	int ret;

	change = mirror_change_at(iter, mirror_block_spte(iter->old_spte,
							  batch->kvm->arch.mirror->epoch));
	ret = mirror_propagate_exclusive(batch, &change);
	if (ret)
		return ret;

	ret = mirror_track(batch);
	if (ret)
		return ret;

	iter->old_spte = change.new_spte;
	return mirror_split(batch, iter, sp);
}

/*
 * Go on with the split of a blocked leaf.  If a range zap has blocked it meanwhile, the zap finds
 * the smaller leaves and removes those.
 */
static int resume_at(struct mirror_batch *batch, struct tdp_iter *iter, struct kvm_mmu_page *sp)
{
	int ret;

	if (iter->old_spte & MIRROR_SPTE_PINNED)
		return -EIO;

	if (!is_tracked_spte(batch->kvm->arch.mirror, iter->old_spte)) {
		ret = mirror_track(batch);
		if (ret)
			return ret;
	}
	return mirror_split(batch, iter, sp);
}

/*
 * @resume: a call before this one has blocked the leaf.  Sets *@sp to NULL if it has become a
 * table.
 */
static int try_split(struct mirror_batch *batch, gfn_t gfn, bool resume, struct kvm_mmu_page **sp)
{
	struct kvm *kvm = batch->kvm;
	struct kvm_mirror *mirror = kvm->arch.mirror;
	struct tdp_iter iter;
	int ret = 0;

	lockdep_assert_held_write(&kvm->mmu_lock);

	mirror_wait_dying(kvm);
	if (mirror->life != MIRROR_LIVE)
		return -EIO;

	rcu_read_lock();

	for_each_tdp_pte_min_level(iter, mirror->root, PG_LEVEL_2M, gfn, gfn + 1) {
		enum kvm_mirror_state state = mirror_state(iter.old_spte, iter.level);

		if (state != KVM_MIRROR_LEAF && state != KVM_MIRROR_BLOCKED_LEAF)
			continue;

		if (state == KVM_MIRROR_LEAF)
			ret = split_at(batch, &iter, *sp);
		else if (resume)
			ret = resume_at(batch, &iter, *sp);
		else
			ret = mirror_blocked(kvm, 1) ? -EBUSY : -EIO;
		if (!ret)
			*sp = NULL;
		break;
	}

	rcu_read_unlock();
	return ret;
}

/*
 * If a huge leaf maps @gfn, split it: the guest has asked for a smaller leaf.  The page for the
 * table comes first, so that no leaf stays blocked for want of memory.
 *
 * -ENOMEM  nothing has changed
 * -EBUSY   somebody else has blocked the leaf, try again
 * -EIO     the VM is dead
 */
int kvm_mirror_split_gfn(struct kvm *kvm, gfn_t gfn)
{
	struct kvm_mirror *mirror = kvm->arch.mirror;
	struct mirror_batch batch = { .kvm = kvm };
	int tries = MIRROR_SPLIT_TRIES, ret;
	struct kvm_mmu_page *sp;

	sp = mirror_alloc_page(GFP_KERNEL_ACCOUNT);
	if (!sp)
		return -ENOMEM;

	write_lock(&kvm->mmu_lock);
	mirror->nr_blockers++;
	mirror->nr_ops_held = 0;
	ret = try_split(&batch, gfn, false, &sp);
	while (ret == -EAGAIN && --tries) {
		mirror_break_lock(kvm);
		ret = try_split(&batch, gfn, true, &sp);
	}
	if (ret == -EAGAIN)
		ret = mirror_split_failed(kvm);
	mirror_end_batch(&batch);
	mirror->nr_blockers--;
	write_unlock(&kvm->mmu_lock);

	if (sp)
		mirror_free_page(sp);
	return ret;
}
EXPORT_SYMBOL_GPL(kvm_mirror_split_gfn);
