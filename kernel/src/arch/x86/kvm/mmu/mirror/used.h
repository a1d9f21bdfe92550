/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __KVM_X86_MMU_MIRROR_USED_H
#define __KVM_X86_MMU_MIRROR_USED_H

/*
 * Whether any VM since boot may have had a mirrored PT.  Until then ordinary VMs do not
 * look for theirs: they run as on a kernel without the mirrored-PT MMU.
 */
#include <linux/jump_label.h>

#ifdef CONFIG_KVM_MIRROR

DECLARE_STATIC_KEY_FALSE(kvm_mirror_used);

static inline bool kvm_mirror_is_used(void)
{
	return static_branch_unlikely(&kvm_mirror_used);
}

/*
 * Before a VM is created that may have a mirrored PT.  Waits for CPU hotplug, so the
 * caller holds none of KVM's locks: kvm_lock and what nests in it are taken with the
 * hotplug lock held.
 */
static inline void kvm_mirror_use(void)
{
	static_branch_enable(&kvm_mirror_used);
}

#else

static inline bool kvm_mirror_is_used(void) { return false; }

#endif
#endif
