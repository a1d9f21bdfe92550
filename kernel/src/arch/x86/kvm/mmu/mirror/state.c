// SPDX-License-Identifier: GPL-2.0-only
/*
 * The states of a mirrored entry, and the table of the changes of state that are legal
 * while the VM is live or dead.
 */
#include "mirror_internal.h"

#define LIVE	BIT(MIRROR_LIVE)
#define DEAD	BIT(MIRROR_DEAD)

/*
 * Row: state before.  Column: state after.  Fields: see struct mirror_transition.
 * A transition that is not in the table is a bug in KVM.  KVM_MIRROR_FROZEN has neither
 * row nor column: an entry is frozen only during a transition.
 */
static const struct mirror_transition transitions[KVM_MIRROR_NR_STATES][KVM_MIRROR_NR_STATES] = {
	[KVM_MIRROR_EMPTY] = {
		[KVM_MIRROR_LEAF]		= { MIRROR_OP_MAP,	LIVE },
		[KVM_MIRROR_TABLE]		= { MIRROR_OP_LINK,	LIVE },
	},
	[KVM_MIRROR_LEAF] = {
		[KVM_MIRROR_BLOCKED_LEAF]	= { MIRROR_OP_BLOCK,	LIVE },
		[KVM_MIRROR_EMPTY]		= { MIRROR_OP_UNMAP,	DEAD },
	},
	[KVM_MIRROR_TABLE] = {
		[KVM_MIRROR_BLOCKED_TABLE]	= { MIRROR_OP_BLOCK,	LIVE },
		[KVM_MIRROR_EMPTY]		= { MIRROR_OP_UNLINK,	DEAD },
	},
	[KVM_MIRROR_BLOCKED_LEAF] = {
		[KVM_MIRROR_EMPTY]		= { MIRROR_OP_UNMAP,	LIVE | DEAD, LIVE },
		[KVM_MIRROR_TABLE]		= { MIRROR_OP_SPLIT,	LIVE, LIVE },
	},
	[KVM_MIRROR_BLOCKED_TABLE] = {
		[KVM_MIRROR_EMPTY]		= { MIRROR_OP_UNLINK,	LIVE | DEAD, LIVE },
	},
};

enum kvm_mirror_state mirror_state(u64 spte, int level)
{
	if (is_frozen_spte(spte))
		return KVM_MIRROR_FROZEN;

	if (!is_shadow_present_pte(spte))
		return KVM_MIRROR_EMPTY;

	if (is_last_spte(spte, level))
		return spte & MIRROR_SPTE_BLOCKED ? KVM_MIRROR_BLOCKED_LEAF : KVM_MIRROR_LEAF;

	return spte & MIRROR_SPTE_BLOCKED ? KVM_MIRROR_BLOCKED_TABLE : KVM_MIRROR_TABLE;
}

u64 mirror_block_spte(u64 spte, unsigned int epoch)
{
	return (spte & ~MIRROR_SPTE_STAMP) | MIRROR_SPTE_BLOCKED |
	       FIELD_PREP(MIRROR_SPTE_STAMP, epoch & FIELD_MAX(MIRROR_SPTE_STAMP));
}

/* Returns NULL if the transition is not legal in this life. */
const struct mirror_transition *mirror_transition(enum kvm_mirror_state from,
						  enum kvm_mirror_state to,
						  enum mirror_life life)
{
	const struct mirror_transition *t = &transitions[from][to];

	return t->lives & BIT(life) ? t : NULL;
}

/*
 * A fault or a split has met a blocked entry, of which it is not the blocker.  Whoever blocks an
 * entry removes or splits it before it leaves, so if @nr_mine are all blockers that there are,
 * nobody will, and the guest would fault for ever.  Returns true if trying again makes sense.
 */
bool mirror_blocked(struct kvm *kvm, unsigned int nr_mine)
{
	lockdep_assert_held(&kvm->mmu_lock);

	if (READ_ONCE(kvm->vm_dead))
		return true;

	return !KVM_BUG_ON(kvm->arch.mirror->nr_blockers == nr_mine, kvm);
}

/*
 * Does somebody wait for mmu_lock or for the CPU?  This asks for contention itself, because
 * rwlock_needbreak() is false unless the kernel is fully preemptible.  Ask before each entry.
 */
bool mirror_must_yield(struct kvm *kvm)
{
	lockdep_assert_held_write(&kvm->mmu_lock);

	kvm->arch.mirror->nr_ops_held = 0;
	return need_resched() || rwlock_is_contended(&kvm->mmu_lock);
}

/* Let others have mmu_lock and the CPU. */
void mirror_break_lock(struct kvm *kvm)
	__must_hold(&kvm->mmu_lock)
{
	write_unlock(&kvm->mmu_lock);
	cond_resched();
	write_lock(&kvm->mmu_lock);
	mirror_wait_dying(kvm);
	kvm->arch.mirror->nr_ops_held = 0;
}

/*
 * Wait until ->die() has returned.  One task may release private memory (by closing its
 * guest_memfd) while another one ends the VM.  mmu_lock is held for write, and dropped
 * during the wait.
 */
void mirror_wait_dying(struct kvm *kvm)
	__must_hold(&kvm->mmu_lock)
{
	struct kvm_mirror *mirror = kvm->arch.mirror;

	while (mirror->life == MIRROR_DYING) {
		write_unlock(&kvm->mmu_lock);
		wait_var_event(&mirror->life, READ_ONCE(mirror->life) != MIRROR_DYING);
		write_lock(&kvm->mmu_lock);
	}
}

/*
 * Returns false if the VM is dead, or if another task was ending it, for which this has waited.
 * Takes mmu_lock.
 */
bool mirror_begin_dying(struct kvm *kvm)
{
	struct kvm_mirror *mirror = kvm->arch.mirror;
	bool ret;

	write_lock(&kvm->mmu_lock);
	ret = mirror->life == MIRROR_LIVE;
	if (ret)
		WRITE_ONCE(mirror->life, MIRROR_DYING);
	else
		mirror_wait_dying(kvm);
	write_unlock(&kvm->mmu_lock);
	return ret;
}

/* Takes mmu_lock. */
void mirror_end_dying(struct kvm *kvm, enum mirror_life life)
{
	struct kvm_mirror *mirror = kvm->arch.mirror;

	write_lock(&kvm->mmu_lock);
	WRITE_ONCE(mirror->life, life);
	write_unlock(&kvm->mmu_lock);
	/* wake_up_var() looks for sleepers: not before the new life is visible to them. */
	smp_mb();
	wake_up_var(&mirror->life);
}
