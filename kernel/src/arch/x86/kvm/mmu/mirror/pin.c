// SPDX-License-Identifier: GPL-2.0-only
/*
 * Private pages that cannot be taken back.
 *
 * guest_memfd frees a page as soon as the range zap returns.  If the private PT still
 * owns the page, the host must not touch it: KVM takes a reference, so that the page never
 * returns to the page allocator.  Losing the page is better than using it.  KVM takes one
 * reference for each 4 KiB page of a huge leaf, because the folio may have been split.
 */
#include "mirror_internal.h"

/*
 * Keep the page of a leaf that could not be removed.  KVM has marked the VM as dead, but
 * the private PT still exists: teardown tries again to remove the leaf.
 */
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

/* Drop the references of mirror_pin(): teardown has removed the leaf. */
void mirror_unpin(struct kvm *kvm, u64 spte, int level)
{
	unsigned long i;

	if (!(spte & MIRROR_SPTE_PINNED))
		return;

	for (i = 0; i < KVM_PAGES_PER_HPAGE(level); i++)
		put_page(pfn_to_page(spte_to_pfn(spte) + i));
	mirror_count(kvm, MIRROR_NR_PINNED, -1);
}

/*
 * Empty the mirrored entry of a leaf that teardown could not remove either, and leak its
 * page on purpose: the references of mirror_pin() stay.
 */
void mirror_leak_leaf(struct kvm *kvm, struct tdp_iter *iter)
{
	lockdep_assert_held_write(&kvm->mmu_lock);

	mirror_pin(kvm, iter);
	__kvm_tdp_mmu_write_spte(iter->sptep, SHADOW_NONPRESENT_VALUE);

	mirror_count(kvm, mirror_leaf_counter(iter->level), -1);
	mirror_count(kvm, MIRROR_NR_PINNED, -1);
	mirror_count(kvm, MIRROR_NR_LEAKED, KVM_PAGES_PER_HPAGE(iter->level));
}

/*
 * Empty the mirrored entry of a table that teardown could not unlink, and leak its private
 * PT page on purpose.  The page stays accounted as page table memory.
 */
void mirror_leak_table(struct kvm *kvm, struct tdp_iter *iter)
{
	lockdep_assert_held_write(&kvm->mmu_lock);

	spte_to_child_sp(iter->old_spte)->private_pt = NULL;
	__kvm_tdp_mmu_write_spte(iter->sptep, SHADOW_NONPRESENT_VALUE);

	mirror_count(kvm, MIRROR_NR_TABLES, -1);
	mirror_count(kvm, MIRROR_NR_LEAKED, 1);
}
