// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compare the mirrored PT with the private PT.
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

/* ->read() does not walk through a blocked table, but such a table is empty. */
static bool is_below_blocked_table(const struct tdp_iter *iter)
{
	tdp_ptep_t parent = sptep_to_sp(rcu_dereference(iter->sptep))->ptep;

	return parent && (READ_ONCE(*rcu_dereference(parent)) & MIRROR_SPTE_BLOCKED);
}

static void verify_entry(struct kvm *kvm, const struct tdp_iter *iter,
			 struct kvm_mirror_report *report)
{
	struct kvm_mirror *mirror = kvm->arch.mirror;
	struct kvm_private_pt_entry entry;
	u64 start = local_clock();
	int ret;

	if (is_below_blocked_table(iter) && !is_shadow_present_pte(iter->old_spte))
		return;

	ret = mirror->ops->read(kvm, iter->gfn, iter->level, &entry);
	mirror_count_op(kvm, MIRROR_OP_READ, start);
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
 * Compare the state, level and address of every entry of the mirrored PT, empty ones
 * included, with the private PT.  -ESRCH: the VM is dead, its private PT cannot be read.
 */
int kvm_mirror_verify(struct kvm *kvm, struct kvm_mirror_report *ret_report)
{
	struct kvm_mirror_report report = {};
	struct kvm_mirror *mirror = kvm->arch.mirror;
	struct tdp_iter iter;
	int ret = 0;

	write_lock(&kvm->mmu_lock);

	if (mirror->life != MIRROR_LIVE) {
		ret = -ESRCH;
		goto out_unlock;
	}

	rcu_read_lock();
	for_each_tdp_pte(iter, mirror->root, 0, mirror_end_gfn(kvm)) {
		if (iter.next_last_level_gfn != iter.yielded_gfn &&
		    mirror_must_yield(kvm)) {
			rcu_read_unlock();
			mirror_break_lock(kvm);
			rcu_read_lock();
			if (mirror->life != MIRROR_LIVE) {
				ret = -ESRCH;
				break;
			}
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

static int mirror_verify_show(struct seq_file *m, void *unused)
{
	struct kvm_mirror_report report;
	int ret;

	ret = kvm_mirror_verify(m->private, &report);
	if (ret)
		return ret;

	seq_printf(m, "entries %lu\nwrong %lu\nunread %lu\n",
		   report.nr_entries, report.nr_wrong, report.nr_unread);
	if (report.nr_wrong)
		seq_printf(m, "first_gfn 0x%llx\nfirst_level %d\n",
			   report.first_gfn, report.first_level);

	return 0;
}
DEFINE_SHOW_ATTRIBUTE(mirror_verify);

/*
 * Create the file mirror-verify in the VM's debugfs folder.  KVM removes that folder before
 * it frees the VM, so a reader never uses a mirrored PT that was freed.
 */
void mirror_create_debugfs(struct kvm *kvm)
{
	if (IS_ERR_OR_NULL(kvm->debugfs_dentry))
		return;

	debugfs_create_file("mirror-verify", 0400, kvm->debugfs_dentry, kvm, &mirror_verify_fops);
}
