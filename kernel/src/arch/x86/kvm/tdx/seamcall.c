// SPDX-License-Identifier: GPL-2.0-only
/*
 * Turns the status of a SEAMCALL into an errno, and ends a TD for which one was refused, for all
 * files of this folder.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "tdx.h"

int td_check(enum tdx_host_leaf leaf, u64 status)
{
	if (!tdx_status_is_error(status))
		return 0;

	if (tdx_status_is_busy(status))
		return -EBUSY;

	pr_warn_ratelimited("tdx: %s failed: 0x%llx\n", tdx_leaf_name(leaf), status);
	return -EIO;
}

void td_end_vm(struct kvm *kvm, const char *why)
{
	if (!READ_ONCE(kvm->vm_dead))
		pr_warn_ratelimited("tdx: %s, the TD is dead\n", why);
	kvm_vm_dead(kvm);
}
