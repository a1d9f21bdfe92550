// SPDX-License-Identifier: GPL-2.0-only
/* Allocation of private KeyIDs for TDs: they are the range after the global KeyID. */

#include <linux/export.h>
#include <linux/idr.h>

#include "seamcall.h"

static DEFINE_IDA(guest_keyids);
static u32 global_keyid;
static u32 nr_guest_keyids;

/* Called only while no TD can exist. */
void tdx_set_keyids(u32 first, u32 nr)
{
	global_keyid = first;
	nr_guest_keyids = nr ? nr - 1 : 0;
}

u16 tdx_global_hkid(void)
{
	return global_keyid;
}
EXPORT_SYMBOL_GPL(tdx_global_hkid);

int tdx_guest_keyid_alloc(void)
{
	if (!tdx_is_enabled())
		return -ENODEV;

	return ida_alloc_range(&guest_keyids, global_keyid + 1, global_keyid + nr_guest_keyids,
			       GFP_KERNEL);
}
EXPORT_SYMBOL_GPL(tdx_guest_keyid_alloc);

void tdx_guest_keyid_free(int keyid)
{
	ida_free(&guest_keyids, keyid);
}
EXPORT_SYMBOL_GPL(tdx_guest_keyid_free);

unsigned int tdx_nr_guest_keyids(void)
{
	return nr_guest_keyids;
}
EXPORT_SYMBOL_GPL(tdx_nr_guest_keyids);
