// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes of mirrored entries: only mirror_propagate() changes an entry of the mirrored
 * PT together with the same entry of the private PT.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "mirror_internal.h"

/*
 * End a VM that cannot go on for a reason that is not a bug of KVM: what the guest, user space or
 * the backend has done.  The host neither warns nor panics, whatever panic_on_warn says; it logs
 * one line.  IRQs are on, mmu_lock may be held.  Returns -EIO, for the caller to pass on.
 */
int mirror_end_vm(struct kvm *kvm, const char *why)
{
	if (!READ_ONCE(kvm->vm_dead))
		pr_warn_ratelimited("%s, the guest is dead\n", why);
	kvm_vm_dead(kvm);
	return -EIO;
}

static void *private_pt_of(u64 spte)
{
	return spte_to_child_sp(spte)->private_pt;
}

static int call_op(struct kvm *kvm, enum mirror_op op, const struct mirror_change *c)
{
	const struct kvm_private_pt_ops *ops = kvm->arch.mirror->ops;

	switch (op) {
	case MIRROR_OP_LINK:
		return ops->link(kvm, c->gfn, c->level, private_pt_of(c->new_spte));
	case MIRROR_OP_MAP:
		return ops->map(kvm, c->gfn, c->level, spte_to_pfn(c->new_spte));
	case MIRROR_OP_BLOCK:
		return ops->block(kvm, c->gfn, c->level);
	case MIRROR_OP_UNMAP:
		return ops->unmap(kvm, c->gfn, c->level, spte_to_pfn(c->old_spte));
	case MIRROR_OP_SPLIT:
		return ops->split(kvm, c->gfn, c->level, private_pt_of(c->new_spte));
	case MIRROR_OP_UNLINK:
		return ops->unlink(kvm, c->gfn, c->level, private_pt_of(c->old_spte));
	default:
		return -EIO;
	}
}

static void account_op(struct kvm *kvm, enum mirror_op op, int level)
{
	switch (op) {
	case MIRROR_OP_MAP:
		mirror_count(kvm, mirror_leaf_counter(level), 1);
		break;
	case MIRROR_OP_UNMAP:
		mirror_count(kvm, mirror_leaf_counter(level), -1);
		break;
	case MIRROR_OP_SPLIT:
		mirror_count(kvm, mirror_leaf_counter(level), -1);
		mirror_count(kvm, mirror_leaf_counter(level - 1), SPTE_ENT_PER_PAGE);
		fallthrough;
	case MIRROR_OP_LINK:
		mirror_count(kvm, MIRROR_NR_TABLES, 1);
		break;
	case MIRROR_OP_UNLINK:
		mirror_count(kvm, MIRROR_NR_TABLES, -1);
		break;
	default:
		break;
	}
}

/*
 * End of an op that changes the private PT: count it and its duration, trace it, and turn an
 * error after which trying again is pointless into the death of the VM.  It is no bug of KVM: the
 * backend may refuse because of what the guest, user space or the hardware has done.
 */
static int finish_op(struct kvm *kvm, enum mirror_op op, gfn_t gfn, int level, u64 start, int ret)
{
	mirror_count_op(kvm, op, start);
	trace_kvm_mirror_op(op, gfn, level, ret);

	if (ret == -EBUSY || (ret == -EAGAIN && op == MIRROR_OP_SPLIT))
		mirror_count(kvm, MIRROR_COUNT_BUSY, 1);
	else if (ret)
		return mirror_end_vm(kvm, "a change of a guest's private page table was refused");

	return ret;
}

/*
 * Change one mirrored entry and make the private PT follow:
 *
 * 1. Freeze the entry.  From now on nobody else changes it.
 * 2. Call the op.  It changes the private PT, or fails and changes nothing.
 * 3. Publish the new value, or restore the old one if the op failed.
 *
 * Nothing between 1 and 3 sleeps, allocates or takes a lock.
 *
 * 0       both tables have changed
 * -EBUSY  neither has changed: someone else changed or froze the entry first, or
 *         is using the private PT; @change->old_spte is the value that was found
 * -EAGAIN neither has changed: a split was interrupted
 * -EIO    neither has changed, and the VM is dead
 */
int mirror_propagate(struct kvm *kvm, struct mirror_change *change)
{
	struct kvm_mirror *mirror = kvm->arch.mirror;
	const struct mirror_transition *t;
	u64 start;
	int ret;

	lockdep_assert_held(&kvm->mmu_lock);

	t = mirror_transition(mirror_state(change->old_spte, change->level),
			      mirror_state(change->new_spte, change->level), mirror->life);
	if (KVM_BUG_ON(!t, kvm))
		return -EIO;

	if (KVM_BUG_ON((t->needs_track & BIT(mirror->life)) &&
		       !is_tracked_spte(mirror, change->old_spte), kvm))
		return -EIO;

	if (!try_cmpxchg64(rcu_dereference(change->sptep), &change->old_spte, FROZEN_SPTE)) {
		mirror_count(kvm, MIRROR_COUNT_RACES, 1);
		return -EBUSY;
	}

	start = local_clock();
	ret = call_op(kvm, t->op, change);

	/*
	 * No barrier is needed between filling a new table and this store, which makes
	 * it visible: the cmpxchg above is one.
	 */
	__kvm_tdp_mmu_write_spte(change->sptep, ret ? change->old_spte : change->new_spte);

	if (!ret)
		account_op(kvm, t->op, change->level);

	return finish_op(kvm, t->op, change->gfn, change->level, start, ret);
}

/*
 * The VM type asks this before it enters the guest.  If it is true, the vCPU must not
 * enter: it goes back through KVM's run loop and asks again.
 */
bool kvm_mirror_vcpus_held(struct kvm *kvm)
{
	return atomic_read(&kvm->arch.mirror->holds);
}
EXPORT_SYMBOL_GPL(kvm_mirror_vcpus_held);

/* Count an op that was made with mmu_lock held for write, and remember the longest run of them. */
static void count_held(struct kvm *kvm)
{
	atomic64_t *longest = &kvm->stat.mirror.values[MIRROR_MAX_HELD];

	if (++kvm->arch.mirror->nr_ops_held > atomic64_read(longest))
		atomic64_set(longest, kvm->arch.mirror->nr_ops_held);
}

/* Kick all vCPUs out of the guest, and let none enter until the batch ends: once for the batch. */
static void hold_vcpus(struct mirror_batch *batch)
{
	if (batch->holds_vcpus)
		return;

	batch->holds_vcpus = true;
	mirror_count(batch->kvm, MIRROR_COUNT_HOLDS, 1);
	atomic_inc(&batch->kvm->arch.mirror->holds);
	kvm_make_all_cpus_request(batch->kvm, KVM_REQ_OUTSIDE_GUEST_MODE);
}

void mirror_end_batch(struct mirror_batch *batch)
{
	if (batch->holds_vcpus)
		atomic_dec(&batch->kvm->arch.mirror->holds);
	batch->holds_vcpus = false;
}

/*
 * Call @try until it does not return -EBUSY.  mmu_lock is held for write, so only vCPUs
 * that run in the guest can make the private PT busy: hold them.  Give up after
 * MIRROR_BUSY_RETRIES more attempts.
 */
static int until_not_busy(struct mirror_batch *batch,
			  int (*try)(struct kvm *, struct mirror_change *),
			  struct mirror_change *change)
{
	struct kvm *kvm = batch->kvm;
	int i, ret;

	lockdep_assert_held_write(&kvm->mmu_lock);

	ret = try(kvm, change);
	count_held(kvm);
	if (likely(ret != -EBUSY))
		return ret;

	hold_vcpus(batch);
	for (i = 0; i < MIRROR_BUSY_RETRIES && ret == -EBUSY; i++) {
		cpu_relax();
		ret = try(kvm, change);
		count_held(kvm);
	}

	if (ret == -EBUSY)
		return mirror_end_vm(kvm, "a guest's private page table stays busy");

	return ret;
}

/* mirror_propagate() with mmu_lock held for write: never returns -EBUSY. */
int mirror_propagate_exclusive(struct mirror_batch *batch, struct mirror_change *change)
{
	return until_not_busy(batch, mirror_propagate, change);
}

static int track_once(struct kvm *kvm, struct mirror_change *unused)
{
	u64 start = local_clock();

	return finish_op(kvm, MIRROR_OP_TRACK, 0, 0, start, kvm->arch.mirror->ops->track(kvm));
}

/*
 * Make all blocked entries "tracked": start a new epoch, then kick every vCPU out of the
 * guest once.  A vCPU that enters in the new epoch flushes its TLB when it enters.
 */
int mirror_track(struct mirror_batch *batch)
{
	struct kvm *kvm = batch->kvm;
	int ret;

	ret = until_not_busy(batch, track_once, NULL);
	if (ret)
		return ret;

	kvm->arch.mirror->epoch++;
	mirror_count(kvm, MIRROR_COUNT_KICKS, 1);
	kvm_make_all_cpus_request(kvm, KVM_REQ_OUTSIDE_GUEST_MODE);
	return 0;
}
