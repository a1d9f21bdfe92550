// SPDX-License-Identifier: GPL-2.0-only
/*
 * Birth and death of a VM's mirrored PT.
 */
#include "mirror_internal.h"

static int check_config(const struct kvm_mirror_config *config)
{
	gpa_t shared = gfn_to_gpa(config->shared_gfn);
	int level = config->root_level;

	/*
	 * No CPU sets A/D bits in a mirrored PT.  Without A/D bits KVM would
	 * track accesses by faults that never come.
	 */
	if (!tdp_mmu_enabled || !kvm_ad_enabled())
		return -EOPNOTSUPP;

	if (level != PT64_ROOT_4LEVEL && level != PT64_ROOT_5LEVEL)
		return -EINVAL;

	/* One bit, and all of it in the root's index. */
	if (!is_power_of_2(shared) ||
	    shared != (gpa_t)SPTE_INDEX(shared, level) << SPTE_LEVEL_SHIFT(level))
		return -EINVAL;

	return 0;
}

/* A walk of the shared root must not start behind its end. */
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

	/* The private PT brings its own root. */
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
	kfree(mirror);
}

/* Before the first vCPU; no memslot comes or goes meanwhile. */
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

	mirror->root = alloc_root(config->root_level);
	if (!mirror->root)
		goto out_nomem;

	kvm->arch.mirror = mirror;
	kvm->arch.shared_gfn = config->shared_gfn;
	if (mirror_fill_reserve(kvm))
		goto out_nomem;

	/*
	 * NX recovery zaps pages that it finds on a list of the VM.  Private
	 * memory must not be zapped, and CPUs that run TDs need no mitigation.
	 */
	kvm->arch.disable_nx_huge_pages = true;

	mirror_create_debugfs(kvm);
	return 0;

out_nomem:
	kvm->arch.mirror = NULL;
	kvm->arch.shared_gfn = 0;
	free_mirror(mirror);
	return -ENOMEM;
}
EXPORT_SYMBOL_GPL(kvm_mirror_init);

static void mirror_die(struct kvm *kvm)
{
	struct kvm_mirror *mirror = kvm->arch.mirror;

	if (mirror->life == MIRROR_DEAD || !mirror->ops->die)
		return;

	mirror_set_life(kvm, MIRROR_DYING);
	mirror_set_life(kvm, mirror->ops->die(kvm) ? MIRROR_LIVE : MIRROR_DEAD);
}

/* No vCPU can run again: the VM goes away, or the process that owns it has. */
void kvm_mirror_flush_all(struct kvm *kvm)
{
	if (!kvm_has_mirror(kvm))
		return;

	mirror_die(kvm);
	mirror_zap_all(kvm);
}

/* All vCPUs are gone. */
void kvm_mirror_destroy(struct kvm *kvm)
{
	struct kvm_mirror *mirror = kvm->arch.mirror;

	if (!mirror)
		return;

	kvm_mirror_flush_all(kvm);
	if (mirror->life != MIRROR_DEAD)
		mirror_abandon_all(kvm);
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

/* Largest private leaf (PG_LEVEL_*). */
int kvm_mirror_max_level(struct kvm *kvm)
{
	return kvm_has_mirror(kvm) ? kvm->arch.mirror->ops->max_level : KVM_MAX_HUGEPAGE_LEVEL;
}
