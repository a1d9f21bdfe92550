/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __KVM_X86_PRIVATE_PT_OPS_H
#define __KVM_X86_PRIVATE_PT_OPS_H

#include <linux/kvm_host.h>

/* State of one entry, in the mirrored PT or in the private PT. */
enum kvm_mirror_state {
	KVM_MIRROR_EMPTY,
	KVM_MIRROR_LEAF,
	KVM_MIRROR_TABLE,
	KVM_MIRROR_BLOCKED_LEAF,
	KVM_MIRROR_BLOCKED_TABLE,
	KVM_MIRROR_FROZEN,
	KVM_MIRROR_NR_STATES,
};

/* One entry of the private PT, as ->read() returns it. */
struct kvm_private_pt_entry {
	/* State of the entry.  A leaf that the guest has not accepted yet is also a LEAF. */
	enum kvm_mirror_state state;
	/* The page that a leaf or a blocked leaf maps; undefined for the other states. */
	kvm_pfn_t pfn;
};

/*
 * KVM changes and reads the private PT by these ops only.
 *
 * @level is the level of the entry at @gfn, not of the table it points to.
 *
 * Every op but ->die() is called with mmu_lock held, and those that change an entry
 * with the mirrored entry frozen.  They must not sleep, allocate or take a lock that
 * a task may hold while it sleeps.  An op that returns an error has changed nothing
 * and has taken no page.
 *
 *   0       done
 *   -EBUSY  someone else is using the private PT, nothing has changed; try again
 *   -EAGAIN ->split() only: it was interrupted, nothing has changed; drop mmu_lock and try again
 *   other   the backend refuses: a bug or a broken VM, trying again is pointless
 *
 * A blocked entry is "tracked" once ->track() was called and all vCPUs were kicked
 * after the block: no CPU has a translation through the entry any more.  After ->die()
 * has succeeded no CPU has any translation of the VM: ->unmap() and ->unlink() then
 * accept entries that are not blocked.  ->unlink() always needs a table without entries.
 */
struct kvm_private_pt_ops {
	/* Name of the backend, for traces. */
	const char *name;
	/* Largest leaf the private PT can hold (PG_LEVEL_*). */
	int max_level;
	/*
	 * A page that ->map() gives to the guest is zeroed before the guest can read it, or gets
	 * its initial contents: guest_memfd need not zero it.
	 */
	bool zeroes_pages;

	/* Empty entry -> table.  @private_pt belongs to the private PT on success. */
	int (*link)(struct kvm *kvm, gfn_t gfn, int level, void *private_pt);
	/* Empty entry -> leaf.  The page belongs to the guest on success. */
	int (*map)(struct kvm *kvm, gfn_t gfn, int level, kvm_pfn_t pfn);
	/*
	 * Leaf or table without entries -> blocked.  CPUs make no new translation through the
	 * entry.
	 */
	int (*block)(struct kvm *kvm, gfn_t gfn, int level);
	/*
	 * Start a new epoch of the VM: a vCPU that enters the guest from here on does
	 * so without the translations of entries that were blocked before.  mmu_lock is
	 * held for write.
	 */
	int (*track)(struct kvm *kvm);
	/* Blocked and tracked leaf -> empty.  On success the page belongs to KVM again. */
	int (*unmap)(struct kvm *kvm, gfn_t gfn, int level, kvm_pfn_t pfn);
	/*
	 * Blocked and tracked leaf -> table of 512 leaves that map the same
	 * pages and are not blocked.  Takes @private_pt on success.
	 */
	int (*split)(struct kvm *kvm, gfn_t gfn, int level, void *private_pt);
	/* Blocked and tracked table without entries -> empty.  Returns @private_pt to KVM. */
	int (*unlink)(struct kvm *kvm, gfn_t gfn, int level, void *private_pt);
	/* Read one entry, for kvm_mirror_verify(). */
	int (*read)(struct kvm *kvm, gfn_t gfn, int level, struct kvm_private_pt_entry *ret_entry);
	/*
	 * Make sure that no vCPU can ever run again and release the VM's key.  May
	 * sleep, mmu_lock is not held.  Optional: without it, teardown removes each
	 * page as from a running VM, with block and track.
	 */
	int (*die)(struct kvm *kvm);
};

#endif
