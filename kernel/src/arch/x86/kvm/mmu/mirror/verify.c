// SPDX-License-Identifier: GPL-2.0-only
/*
 * Are the mirrored PT and the private PT the same?
 */
#include "mirror_internal.h"

static bool is_same(const struct tdp_iter *iter, const struct kvm_private_pt_entry *entry)
{
	enum kvm_mirror_state state = mirror_state(iter->old_spte, iter->level);

	if (state != entry->state)
		return false;

	if (state == KVM_MIRROR_LEAF || state == KVM_MIRROR_BLOCKED_LEAF)
		return entry->pfn == spte_to_pfn(iter->old_spte);

	return true;
}

static void verify_entry(struct kvm *kvm, const struct tdp_iter *iter,
			 struct kvm_mirror_report *report)
{
	struct kvm_mirror *mirror = kvm->arch.mirror;
	struct kvm_private_pt_entry entry;
	u64 start = local_clock();
	int ret;

	ret = mirror->ops->read(kvm, iter->gfn, iter->level, &entry);
	atomic64_add(local_clock() - start, &mirror->op_ns[MIRROR_OP_READ]);
	atomic64_inc(&mirror->op_count[MIRROR_OP_READ]);
	if (ret) {
		report->nr_unread++;
		return;
	}

	report->nr_entries++;
	if (is_same(iter, &entry))
		return;

	if (!report->nr_wrong++) {
		report->first_gfn = iter->gfn;
		report->first_level = iter->level;
	}
	trace_kvm_mirror_mismatch(iter->gfn, iter->level, iter->old_spte, entry.state, entry.pfn);
}

/*
 * Compare every entry of the mirrored PT, the empty ones too, with the private
 * PT: state, level, address.  A dead TD has no private PT to read: -ESRCH.
 */
int kvm_mirror_verify(struct kvm *kvm, struct kvm_mirror_report *ret_report)
{
	struct kvm_mirror_report report = {};
	struct kvm_mirror *mirror = kvm->arch.mirror;
	struct tdp_iter iter;
	int ret = 0;

	write_lock(&kvm->mmu_lock);

	if (mirror->life == MIRROR_DEAD) {
		ret = -ESRCH;
		goto out_unlock;
	}

	rcu_read_lock();
	for_each_tdp_pte(iter, mirror->root, 0, mirror_end_gfn(kvm)) {
		if (iter.next_last_level_gfn != iter.yielded_gfn &&
		    (need_resched() || rwlock_needbreak(&kvm->mmu_lock))) {
			rcu_read_unlock();
			cond_resched_rwlock_write(&kvm->mmu_lock);
			rcu_read_lock();
			iter.yielded = true;
			continue;
		}
		verify_entry(kvm, &iter, &report);
	}
	rcu_read_unlock();

	*ret_report = report;

out_unlock:
	write_unlock(&kvm->mmu_lock);
	return ret;
}
EXPORT_SYMBOL_GPL(kvm_mirror_verify);
