// SPDX-License-Identifier: GPL-2.0-only
/*
 * KeyIDs: the scarce thing of a host that runs TDs, and the cgroup that pays.
 */
#include <linux/misc_cgroup.h>

#include "tdx.h"

/* The key table, and the caches that are written back before a key is free again. */
DEFINE_MUTEX(td_keys_lock);

/* A CPU that goes offline looks at it. */
static atomic_t nr_used = ATOMIC_INIT(0);

int td_nr_keyids_used(void)
{
	return atomic_read(&nr_used);
}

/* Returns 0, -ENOSPC if all KeyIDs are in use, -EBUSY if the cgroup may have no more. */
int td_take_keyid(struct kvm_tdx *td)
{
	int keyid, ret;

	/* First: all in use is another thing to hear than a limit, and the capacity is one too. */
	keyid = tdx_guest_keyid_alloc();
	if (keyid < 0)
		return keyid;

	td->misc_cg = get_current_misc_cg();
	ret = misc_cg_try_charge(MISC_CG_RES_TDX, td->misc_cg, 1);
	if (ret) {
		put_misc_cg(td->misc_cg);
		td->misc_cg = NULL;
		tdx_guest_keyid_free(keyid);
		return ret;
	}

	td->keyid = keyid;
	atomic_inc(&nr_used);
	return 0;
}

/* The TDX module must have let go of it. */
void td_put_keyid(struct kvm_tdx *td)
{
	tdx_guest_keyid_free(td->keyid);
	td->keyid = -1;

	misc_cg_uncharge(MISC_CG_RES_TDX, td->misc_cg, 1);
	put_misc_cg(td->misc_cg);
	td->misc_cg = NULL;
	atomic_dec(&nr_used);
}
