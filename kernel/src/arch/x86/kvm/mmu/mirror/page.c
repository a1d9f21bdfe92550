// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages of the mirrored PT, each with the page of the private PT that it mirrors.
 */
#include "mirror_internal.h"

/* Returns a page with an empty table and a private PT page, or NULL. */
struct kvm_mmu_page *mirror_alloc_page(gfp_t gfp)
{
	struct kvm_mmu_page *sp;

	sp = kmem_cache_zalloc(mmu_page_header_cache, gfp);
	if (!sp)
		return NULL;

	sp->spt = (u64 *)__get_free_page(gfp);
	sp->private_pt = (void *)__get_free_page(gfp);
	if (!sp->spt || !sp->private_pt) {
		mirror_free_page(sp);
		return NULL;
	}

	memset64(sp->spt, SHADOW_NONPRESENT_VALUE, SPTE_ENT_PER_PAGE);
	return sp;
}

void mirror_init_page(struct kvm_mmu_page *sp, tdp_ptep_t sptep, gfn_t gfn,
		      union kvm_mmu_page_role role)
{
	INIT_LIST_HEAD(&sp->possible_nx_huge_page_link);
	set_page_private(virt_to_page(sp->spt), (unsigned long)sp);

	sp->role = role;
	sp->gfn = gfn;
	sp->ptep = sptep;
	sp->tdp_mmu_page = true;
}

/*
 * Frees the private PT page too: it must never have been linked, or have been returned by
 * ->unlink().  A page that was leaked is NULL here.
 */
void mirror_free_page(struct kvm_mmu_page *sp)
{
	free_page((unsigned long)sp->private_pt);
	free_page((unsigned long)sp->spt);
	kmem_cache_free(mmu_page_header_cache, sp);
}

static void free_page_callback(struct rcu_head *head)
{
	mirror_free_page(container_of(head, struct kvm_mmu_page, rcu_head));
}

/* Frees @sp after a grace period: a walk of the mirrored PT may still be reading it. */
void mirror_free_page_rcu(struct kvm_mmu_page *sp)
{
	call_rcu(&sp->rcu_head, free_page_callback);
}

/* Update statistics for a table that was linked (@nr = 1) or unlinked (@nr = -1). */
void mirror_account_table(struct kvm *kvm, struct kvm_mmu_page *sp, int nr)
{
	kvm_account_pgtable_pages(sp->spt, nr);
	if (sp->private_pt)
		kvm_account_pgtable_pages(sp->private_pt, nr);
	atomic64_add(nr, &kvm->arch.tdp_mmu_pages);
}

/* Returns NULL if the reserve is empty. */
struct kvm_mmu_page *mirror_take_reserve(struct kvm *kvm)
{
	struct kvm_mirror *mirror = kvm->arch.mirror;
	struct kvm_mmu_page *sp;

	lockdep_assert_held_write(&kvm->mmu_lock);

	sp = list_first_entry_or_null(&mirror->reserve, struct kvm_mmu_page, link);
	if (!sp)
		return NULL;

	list_del(&sp->link);
	mirror->nr_reserve--;
	return sp;
}

/* Frees the page if the reserve is full. */
void mirror_return_reserve(struct kvm *kvm, struct kvm_mmu_page *sp)
{
	struct kvm_mirror *mirror = kvm->arch.mirror;

	lockdep_assert_held_write(&kvm->mmu_lock);

	if (mirror->nr_reserve >= MIRROR_RESERVE) {
		mirror_free_page(sp);
		return;
	}

	list_add(&sp->link, &mirror->reserve);
	mirror->nr_reserve++;
}

static bool needs_reserve(struct kvm *kvm)
{
	struct kvm_mirror *mirror;
	bool ret;

	read_lock(&kvm->mmu_lock);
	mirror = kvm->arch.mirror;
	ret = mirror && mirror->ops->max_level > PG_LEVEL_4K && mirror->nr_reserve < MIRROR_RESERVE;
	read_unlock(&kvm->mmu_lock);
	return ret;
}

/*
 * Fill the reserve with as many pages as zapping one range can need.  May sleep.  The pages are
 * promised to nobody: another zap may take them.  The caller need not know that the VM has a
 * mirrored PT: a hole in a guest_memfd may come before it is created.
 */
int mirror_fill_reserve(struct kvm *kvm)
{
	struct kvm_mmu_page *sp;

	while (needs_reserve(kvm)) {
		sp = mirror_alloc_page(GFP_KERNEL_ACCOUNT);
		if (!sp)
			return -ENOMEM;

		write_lock(&kvm->mmu_lock);
		if (kvm->arch.mirror)
			mirror_return_reserve(kvm, sp);
		else
			mirror_free_page(sp);
		write_unlock(&kvm->mmu_lock);
	}

	return 0;
}
