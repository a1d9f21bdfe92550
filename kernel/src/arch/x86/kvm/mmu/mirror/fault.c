// SPDX-License-Identifier: GPL-2.0-only
/*
 * Private faults: what the TDP MMU's walk does with an entry of the mirrored PT, and how
 * the walk's result is stored.
 */
#include "mirror_internal.h"

/*
 * Called by the TDP MMU's walk (kvm_tdp_mmu_map()) for each entry of the mirrored PT,
 * before the walk uses the entry.
 *
 * RET_PF_CONTINUE  the walk goes on
 * RET_PF_SPURIOUS  the GFN is mapped already, maybe by a larger leaf; a fault does not
 *                  split that, only kvm_mirror_split_gfn() does
 * RET_PF_RETRY     the entry is frozen or blocked by someone else; fault again
 * -EIO             the VM is dead, or ends at this moment; or the entry is blocked for ever
 */
int kvm_mirror_fault_step(struct kvm *kvm, struct kvm_page_fault *fault,
			  const struct tdp_iter *iter)
{
	gfn_t mask;

	/* Cannot change meanwhile: mmu_lock is held for read. */
	if (kvm->arch.mirror->life != MIRROR_LIVE)
		return -EIO;

	switch (mirror_state(iter->old_spte, iter->level)) {
	case KVM_MIRROR_LEAF:
		return RET_PF_SPURIOUS;
	case KVM_MIRROR_TABLE:
		/*
		 * The fault wants a huge leaf where a table is.  The private PT cannot
		 * replace a table by a leaf in one step: map a smaller leaf, one level
		 * down.
		 */
		if (iter->level != fault->goal_level)
			return RET_PF_CONTINUE;
		mask = KVM_PAGES_PER_HPAGE(iter->level) - KVM_PAGES_PER_HPAGE(iter->level - 1);
		fault->pfn |= fault->gfn & mask;
		fault->goal_level--;
		return RET_PF_CONTINUE;
	case KVM_MIRROR_EMPTY:
		return RET_PF_CONTINUE;
	case KVM_MIRROR_FROZEN:
		return RET_PF_RETRY;
	default:
		return mirror_blocked(kvm, 0) ? RET_PF_RETRY : -EIO;
	}
}

/* Give a new table of the mirrored PT the page for the same table of the private PT. */
void kvm_mirror_init_child(struct kvm_vcpu *vcpu, struct kvm_mmu_page *sp)
{
	sp->private_pt = kvm_mmu_memory_cache_alloc(&vcpu->arch.mmu_private_pt_cache);
}

void kvm_mirror_free_cache(struct kvm_vcpu *vcpu)
{
	kvm_mmu_free_memory_cache(&vcpu->arch.mmu_private_pt_cache);
}

/*
 * Map a leaf or link a table.  On -EBUSY (another vCPU changed the entry, or the private
 * PT is in use) the guest faults again.
 */
int kvm_mirror_set_spte(struct kvm *kvm, struct tdp_iter *iter, u64 new_spte)
{
	struct mirror_change change = mirror_change_at(iter, new_spte);
	int ret;

	lockdep_assert_held_read(&kvm->mmu_lock);

	ret = mirror_propagate(kvm, &change);
	iter->old_spte = change.old_spte;

	/* The caller accounts for the mirrored table itself. */
	if (!ret && !is_last_spte(new_spte, iter->level))
		kvm_account_pgtable_pages(spte_to_child_sp(new_spte)->private_pt, 1);

	return ret;
}

/*
 * Map @pfn at @gfn without a fault of the guest.  The caller holds slots_lock and
 * guest_memfd's invalidate lock, so that neither the memslot nor @pfn goes away.
 *
 * 0 if and only if the page belongs to the guest, even if the VM has died meanwhile or a signal is
 * pending: the host must not touch it.
 */
int kvm_mirror_map_gfn(struct kvm_vcpu *vcpu, gfn_t gfn, kvm_pfn_t pfn, int level)
{
	struct kvm *kvm = vcpu->kvm;
	int ret;

	do {
		struct kvm_page_fault fault = {
			.addr = gfn_to_gpa(gfn),
			.error_code = PFERR_PRIVATE_ACCESS | PFERR_WRITE_MASK,
			.write = true,
			.is_tdp = true,
			.is_private = true,
			.max_level = min(level, kvm->arch.mirror->ops->max_level),
			.req_level = PG_LEVEL_4K,
			.goal_level = PG_LEVEL_4K,
			.gfn = gfn,
			.slot = kvm_vcpu_gfn_to_memslot(vcpu, gfn),
			.pfn = pfn,
			.hva = KVM_HVA_ERR_BAD,
			.map_writable = true,
		};

		if (!fault.slot)
			return -ENOENT;

		ret = kvm_mmu_topup_memory_caches(vcpu);
		if (ret)
			return ret;

		read_lock(&kvm->mmu_lock);
		ret = kvm_tdp_mmu_map(vcpu, &fault);
		read_unlock(&kvm->mmu_lock);

		if (ret == RET_PF_FIXED || ret == RET_PF_SPURIOUS)
			return 0;
		if (ret != RET_PF_RETRY || READ_ONCE(kvm->vm_dead))
			return -EIO;
		cond_resched();
	} while (!signal_pending(current));

	return -EINTR;
}
EXPORT_SYMBOL_GPL(kvm_mirror_map_gfn);
