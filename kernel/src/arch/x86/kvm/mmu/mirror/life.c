// SPDX-License-Identifier: GPL-2.0-only
/*
 * Creation and teardown of a VM's mirrored PT.
 */
#include "mirror_internal.h"

static int check_config(const struct kvm_mirror_config *config)
{
	gpa_t shared = gfn_to_gpa(config->shared_gfn);
	int level = config->root_level;

	/*
	 * Without A/D bits KVM would track accesses by removing permissions from SPTEs
	 * and waiting for faults.  On a mirrored PT such faults never come: no CPU walks it.
	 */
	if (!tdp_mmu_enabled || !kvm_ad_enabled())
		return -EOPNOTSUPP;

	if (level != PT64_ROOT_4LEVEL && level != PT64_ROOT_5LEVEL)
		return -EINVAL;

	/* The shared bit is one bit, and one of those that index the root table. */
	if (!is_power_of_2(shared) ||
	    shared != (gpa_t)SPTE_INDEX(shared, level) << SPTE_LEVEL_SHIFT(level))
		return -EINVAL;

	return 0;
}

/*
 * Are all memslots below the shared bit?  The walk of the shared root ends at the shared
 * bit and must not start behind its end.
 */
static bool is_below_shared_bit(struct kvm *kvm, gfn_t shared_gfn)
{
	struct kvm_memory_slot *slot;
	int bucket;

	kvm_for_each_memslot(slot, bucket, kvm_memslots(kvm)) {
		if (slot->base_gfn + slot->npages > shared_gfn)
			return false;
	}

	return true;
}

static struct kvm_mmu_page *alloc_root(int level)
{
	union kvm_mmu_page_role role = {
		.level = level,
		.direct = true,
		.access = ACC_ALL,
		.cr0_wp = true,
		.efer_nx = true,
		.mirrored = true,
	};
	struct kvm_mmu_page *root;

	root = mirror_alloc_page(GFP_KERNEL_ACCOUNT);
	if (!root)
		return NULL;

	/* The backend has allocated the root page of the private PT itself. */
	free_page((unsigned long)root->private_pt);
	root->private_pt = NULL;

	mirror_init_page(root, NULL, 0, role);
	return root;
}

static void free_mirror(struct kvm_mirror *mirror)
{
	struct kvm_mmu_page *sp, *next;

	list_for_each_entry_safe(sp, next, &mirror->reserve, link)
		mirror_free_page(sp);
	if (mirror->root)
		mirror_free_page(mirror->root);
	free_percpu(mirror->counts);
	kfree(mirror);
}

/* Called before the first vCPU exists; slots_lock keeps the memslots as they are. */
int kvm_mirror_init(struct kvm *kvm, const struct kvm_mirror_config *config)
{
	struct kvm_mirror *mirror;
	int ret;

	lockdep_assert_held(&kvm->lock);
	lockdep_assert_held(&kvm->slots_lock);

	if (WARN_ON_ONCE(!kvm_mirror_is_used()))
		return -EINVAL;

	if (kvm->arch.mirror || kvm->created_vcpus)
		return -EEXIST;

	ret = check_config(config);
	if (ret)
		return ret;

	if (!is_below_shared_bit(kvm, config->shared_gfn))
		return -EINVAL;

	mirror = kzalloc(sizeof(*mirror), GFP_KERNEL_ACCOUNT);
	if (!mirror)
		return -ENOMEM;

	mirror->ops = config->ops;
	mirror->backend = config->backend;
	INIT_LIST_HEAD(&mirror->reserve);
	mutex_init(&mirror->stat_lock);

	mirror->counts = alloc_percpu_gfp(struct mirror_counts, GFP_KERNEL_ACCOUNT);
	mirror->root = alloc_root(config->root_level);
	if (!mirror->counts || !mirror->root) {
		free_mirror(mirror);
		return -ENOMEM;
	}

	/*
	 * KVM's NX recovery zaps page tables that stand where a huge page could be.
	 * It must not zap private memory, and CPUs that run TDs do not have the bug
	 * (iTLB multihit) that these page tables work around.
	 */
	kvm->arch.disable_nx_huge_pages = true;

	/*
	 * Nothing can fail from here on.  Others may use the mirrored PT at once: a guest_memfd
	 * that is bound to a memslot already may get a hole.
	 */
	write_lock(&kvm->mmu_lock);
	kvm->arch.shared_gfn = config->shared_gfn;
	/* Pairs with kvm_mirror_sum_stat(), which does not take mmu_lock. */
	smp_store_release(&kvm->arch.mirror, mirror);
	write_unlock(&kvm->mmu_lock);

	mirror_create_debugfs(kvm);
	return 0;
}
EXPORT_SYMBOL_GPL(kvm_mirror_init);

/*
 * No vCPU can run again: from here on private memory is removed without block, track and kick.  Two
 * tasks that close files of the VM may come here at the same time: one calls ->die(), the other
 * waits until it has returned.
 */
static void mirror_die(struct kvm *kvm)
{
	struct kvm_mirror *mirror = kvm->arch.mirror;

	if (!mirror->ops->die || !mirror_begin_dying(kvm))
		return;

	mirror_end_dying(kvm, mirror->ops->die(kvm) ? MIRROR_LIVE : MIRROR_DEAD);
}

/*
 * The last reference to a guest_memfd is gone, while memslots still use it.  What the guest had
 * there is lost for good and every access to it would fail, so end the VM now, before its memory
 * is removed.  All ways in which a VM ends come here: its files are closed in any order, or the
 * process that owns it is killed.  The caller holds neither slots_lock nor an invalidate lock.
 */
void kvm_mirror_lose_memory(struct kvm *kvm)
{
	if (!kvm_has_mirror(kvm))
		return;

	/* When this returns, no vCPU is in the guest, and none enters it any more. */
	kvm_vm_dead(kvm);
	mirror_die(kvm);
}

/*
 * End the VM, which is being destroyed, and remove what is left of its private memory and of the
 * private PT.  Its vCPUs still exist.
 *
 * The MMU notifier does nothing of this when the process that owns the VM exits: every process of
 * the host that exits waits for what runs there.
 */
void kvm_mirror_flush_all(struct kvm *kvm)
{
	if (!kvm_has_mirror(kvm))
		return;

	mirror_die(kvm);
	mirror_zap_all(kvm);
}

/*
 * Free the mirrored PT.  All vCPUs have been freed before.  Each guest_memfd has a reference to the
 * VM, so that none is left that could get a hole.
 */
void kvm_mirror_destroy(struct kvm *kvm)
{
	struct kvm_mirror *mirror = kvm->arch.mirror;

	if (!mirror)
		return;

	kvm_mirror_flush_all(kvm);

	if (mirror->life != MIRROR_DEAD)
		mirror_abandon_all(kvm);
	WARN_ON_ONCE(mirror->nr_blockers);
	kvm_mirror_sum_stat(kvm);
	kvm->arch.mirror = NULL;

	free_mirror(mirror);
}

void *kvm_mirror_backend(struct kvm *kvm)
{
	return kvm->arch.mirror->backend;
}
EXPORT_SYMBOL_GPL(kvm_mirror_backend);

struct kvm_mmu_page *kvm_mirror_root(struct kvm *kvm)
{
	return kvm->arch.mirror->root;
}

/* Level of the mirrored root and of the shared root. */
int kvm_mirror_root_level(struct kvm *kvm)
{
	return kvm->arch.mirror->root->role.level;
}

/* The largest private leaf that the VM can have (PG_LEVEL_*). */
int kvm_mirror_max_level(struct kvm *kvm)
{
	return kvm_has_mirror(kvm) ? kvm->arch.mirror->ops->max_level : KVM_MAX_HUGEPAGE_LEVEL;
}

bool kvm_mirror_zeroes_pages(struct kvm *kvm)
{
	return kvm_has_mirror(kvm) && kvm->arch.mirror->ops->zeroes_pages;
}
