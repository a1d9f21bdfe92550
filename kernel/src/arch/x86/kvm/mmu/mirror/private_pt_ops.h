/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __KVM_X86_PRIVATE_PT_OPS_H
#define __KVM_X86_PRIVATE_PT_OPS_H

#include <linux/kvm_host.h>

/* What one entry of a mirrored PT stands for, or one entry of the private PT is. */
enum kvm_mirror_state {
	KVM_MIRROR_EMPTY,
	KVM_MIRROR_LEAF,
	KVM_MIRROR_TABLE,
	KVM_MIRROR_BLOCKED_LEAF,
	KVM_MIRROR_BLOCKED_TABLE,
	KVM_MIRROR_FROZEN,
	KVM_MIRROR_NR_STATES,
};

/* Backend's answer to ->read(). */
struct kvm_private_pt_entry {
	/* State of the entry; a leaf that the guest did not accept yet is a LEAF too. */
	enum kvm_mirror_state state;
	/* Page that a leaf maps; undefined for the other states. */
	kvm_pfn_t pfn;
};

/* Leaves may be removed below a blocked table: leaves and tables share one track. */
#define KVM_PRIVATE_PT_LIVE_UNLINK	BIT(0)

/*
 * The private PT as KVM sees it: the only way to change or read it.
 *
 * @level is the level of the entry at @gfn, not of what it points to.
 *
 * Every op is called with the mirrored entry frozen and mmu_lock held: it must
 * not sleep, allocate or take a lock that can be held by a sleeper.  An op that
 * returns an error has changed nothing and has taken no page.
 *
 *   0       done
 *   -EBUSY  the private PT is in use by someone else, nothing changed; try again
 *   other   the backend refuses: a bug or a broken VM, trying again is pointless
 *
 * "Tracked" means that ->track() and a kick of all vCPUs came after the block.
 * Once ->die() succeeded there is no translation left to invalidate: ->unmap()
 * and ->unlink() take any leaf and any table whose entries are all empty.
 */
struct kvm_private_pt_ops {
	/* Name of the backend, for traces. */
	const char *name;
	/* Largest leaf the private PT can hold (PG_LEVEL_*). */
	int max_level;
	/* KVM_PRIVATE_PT_* */
	unsigned long traits;

	/* Empty entry -> table.  @private_pt belongs to the private PT on success. */
	int (*link)(struct kvm *kvm, gfn_t gfn, int level, void *private_pt);
	/* Empty entry -> leaf.  The page belongs to the guest on success. */
	int (*map)(struct kvm *kvm, gfn_t gfn, int level, kvm_pfn_t pfn);
	/* No new translation is made through this leaf or table from here on. */
	int (*block)(struct kvm *kvm, gfn_t gfn, int level);
	/* Start a new epoch.  mmu_lock is held for write. */
	int (*track)(struct kvm *kvm);
	/* Blocked and tracked leaf -> empty.  The page is KVM's again on success. */
	int (*unmap)(struct kvm *kvm, gfn_t gfn, int level, kvm_pfn_t pfn);
	/*
	 * Blocked and tracked leaf -> table of 512 leaves that map the same
	 * pages and are not blocked.  Takes @private_pt on success.
	 */
	int (*split)(struct kvm *kvm, gfn_t gfn, int level, void *private_pt);
	/* Blocked and tracked table without entries -> empty.  Gives @private_pt back. */
	int (*unlink)(struct kvm *kvm, gfn_t gfn, int level, void *private_pt);
	/* Read one entry, for kvm_mirror_verify(). */
	int (*read)(struct kvm *kvm, gfn_t gfn, int level, struct kvm_private_pt_entry *ret_entry);
	/*
	 * Make sure that no vCPU can ever run again and give up the keys.  May
	 * sleep, mmu_lock is not held.  Optional: without it, teardown is live.
	 */
	int (*die)(struct kvm *kvm);
};

#endif
