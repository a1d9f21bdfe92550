/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __KVM_X86_MMU_MIRROR_USED_H
#define __KVM_X86_MMU_MIRROR_USED_H

/*
 * A static key that is false until the first VM that may have a mirrored PT is created.
 * Until then ordinary VMs skip all checks for a mirrored PT, and cost what they cost on a
 * kernel without the mirrored-PT MMU.
 */
#include <linux/jump_label.h>

#ifdef CONFIG_KVM_MIRROR

DECLARE_STATIC_KEY_FALSE(kvm_mirror_used);

static inline bool kvm_mirror_is_used(void)
{
	return static_branch_unlikely(&kvm_mirror_used);
}

/*
 * Call this before creating a VM that may have a mirrored PT.  Setting the key takes the
 * CPU hotplug lock.  The caller must hold none of KVM's locks, because KVM takes kvm_lock
 * (and the locks inside it) while it holds the hotplug lock.
 */
static inline void kvm_mirror_use(void)
{
	static_branch_enable(&kvm_mirror_used);
}

#else

static inline bool kvm_mirror_is_used(void) { return false; }

#endif
#endif
