// SPDX-License-Identifier: GPL-2.0-only
/*
 * Private pages that can not be taken back.
 *
 * guest_memfd frees a page when the range zap returns.  If the private PT did
 * not let go of the page, a reference keeps it from the page allocator: the host
 * must not touch it, better to lose it.  Each page of a huge leaf gets its own,
 * the folio below may have been split.
 */
#include "mirror_internal.h"

/* The VM is dead, but the TD is not yet: teardown will try again. */
void mirror_pin(struct kvm *kvm, struct tdp_iter *iter)
{
	unsigned long i;

	lockdep_assert_held_write(&kvm->mmu_lock);

	if (iter->old_spte & MIRROR_SPTE_PINNED)
		return;

	for (i = 0; i < KVM_PAGES_PER_HPAGE(iter->level); i++)
		get_page(pfn_to_page(spte_to_pfn(iter->old_spte) + i));
	iter->old_spte |= MIRROR_SPTE_PINNED;
	__kvm_tdp_mmu_write_spte(iter->sptep, iter->old_spte);

	mirror_count(kvm, MIRROR_NR_PINNED, 1);
	trace_kvm_mirror_pin(iter->gfn, iter->level, spte_to_pfn(iter->old_spte));
}

/* Teardown took the page back after all. */
void mirror_unpin(struct kvm *kvm, u64 spte, int level)
{
	unsigned long i;

	if (!(spte & MIRROR_SPTE_PINNED))
		return;

	for (i = 0; i < KVM_PAGES_PER_HPAGE(level); i++)
		put_page(pfn_to_page(spte_to_pfn(spte) + i));
	mirror_count(kvm, MIRROR_NR_PINNED, -1);
}

/* Teardown failed too: forget the leaf and leak its page, on purpose. */
void mirror_leak_leaf(struct kvm *kvm, struct tdp_iter *iter)
{
	lockdep_assert_held_write(&kvm->mmu_lock);

	mirror_pin(kvm, iter);
	__kvm_tdp_mmu_write_spte(iter->sptep, SHADOW_NONPRESENT_VALUE);

	mirror_count(kvm, mirror_leaf_counter(iter->level), -1);
	mirror_count(kvm, MIRROR_NR_PINNED, -1);
	mirror_count(kvm, MIRROR_NR_LEAKED, KVM_PAGES_PER_HPAGE(iter->level));
}

/* The same for a page of the private PT, which stays accounted as one. */
void mirror_leak_table(struct kvm *kvm, struct tdp_iter *iter)
{
	lockdep_assert_held_write(&kvm->mmu_lock);

	spte_to_child_sp(iter->old_spte)->private_pt = NULL;
	__kvm_tdp_mmu_write_spte(iter->sptep, SHADOW_NONPRESENT_VALUE);

	mirror_count(kvm, MIRROR_NR_TABLES, -1);
	mirror_count(kvm, MIRROR_NR_LEAKED, 1);
}
