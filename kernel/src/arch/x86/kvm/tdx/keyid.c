// SPDX-License-Identifier: GPL-2.0-only
/*
 * KeyIDs: each TD needs one and a host has few of them, so they are charged to the misc cgroup.
 */
#include <linux/misc_cgroup.h>

#include "tdx.h"

/* Held while a KeyID is assigned to a TD or released, see tdx.h. */
DEFINE_MUTEX(td_keys_lock);

/* Number of KeyIDs in use; td_offline_cpu() reads it. */
static atomic_t nr_used = ATOMIC_INIT(0);

int td_nr_keyids_used(void)
{
	return atomic_read(&nr_used);
}

/* Returns 0, -ENOSPC if all KeyIDs are in use, -EBUSY if the cgroup may have no more. */
int td_take_keyid(struct kvm_tdx *td)
{
	int keyid, ret;

	/*
	 * Allocate before charging.  If no KeyID is free, the charge would fail too, because
	 * the capacity is also a limit; user space would get -EBUSY instead of -ENOSPC.
	 */
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

/* Free the KeyID.  The TDX module has released it before. */
void td_put_keyid(struct kvm_tdx *td)
{
	tdx_guest_keyid_free(td->keyid);
	td->keyid = -1;

	misc_cg_uncharge(MISC_CG_RES_TDX, td->misc_cg, 1);
	put_misc_cg(td->misc_cg);
	td->misc_cg = NULL;
	atomic_dec(&nr_used);
}
