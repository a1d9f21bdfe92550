// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a SEAMCALL ended, for all files that make them.
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
