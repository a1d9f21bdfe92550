// SPDX-License-Identifier: GPL-2.0-only
/* Allocates KeyIDs for TDs, up to the last one. */

#include "test.h"

static bool the_first_is_global(void)
{
	set_enabled(true);
	tdx_set_keyids(32, 4);
	ASSERT(tdx_global_hkid() == 32);
	ASSERT(tdx_nr_guest_keyids() == 3);
	ASSERT(tdx_guest_keyid_alloc() == 33);
	ASSERT(tdx_guest_keyid_alloc() == 34);
	ASSERT(tdx_guest_keyid_alloc() == 35);
	ASSERT(tdx_guest_keyid_alloc() == -ENOSPC);
	tdx_guest_keyid_free(34);
	ASSERT(tdx_guest_keyid_alloc() == 34);
	ASSERT(tdx_guest_keyid_alloc() == -ENOSPC);
	for (int i = 33; i < 36; i++)
		tdx_guest_keyid_free(i);
	return true;
}

static bool none_without_tdx(void)
{
	set_enabled(false);
	ASSERT(tdx_guest_keyid_alloc() == -ENODEV);
	tdx_set_keyids(0, 0);
	ASSERT(tdx_nr_guest_keyids() == 0);
	ASSERT(tdx_global_hkid() == 0);
	return true;
}

static bool the_whole_range(void)
{
	set_enabled(true);
	tdx_set_keyids(1, 0xffff);
	ASSERT(tdx_nr_guest_keyids() == 0xfffe);
	for (int i = 2; i <= 0xffff; i++)
		ASSERT(tdx_guest_keyid_alloc() == i);
	ASSERT(tdx_guest_keyid_alloc() == -ENOSPC);
	for (int i = 2; i <= 0xffff; i++)
		tdx_guest_keyid_free(i);
	tdx_set_keyids(0, 0);
	return true;
}

const struct test keyid_tests[] = {
	{ "seamcall.keyid.the-first-is-global", the_first_is_global },
	{ "seamcall.keyid.none-without-tdx", none_without_tdx },
	{ "seamcall.keyid.the-whole-range", the_whole_range },
	{}
};
