// SPDX-License-Identifier: GPL-2.0-only
/*
 * A TD is created on a host of which not each CPU is online or present.  The shim has four CPUs in two
 * packages: 0 and 1, 2 and 3.
 */
#include "test.h"

unsigned int present_cpus, online_cpus;
struct mutex td_keys_lock;
static int nr_keyids_taken;

int td_take_keyid(struct kvm_tdx *td)
{
	nr_keyids_taken++;
	return 0;
}

void td_put_keyid(struct kvm_tdx *td)
{
	nr_keyids_taken--;
}

void td_destroy(struct kvm_tdx *td)
{
	if (td->tdr)
		nr_keyids_taken = 0;
}

/* KVM_TDX_INIT_VM with these CPUs, a bit each. */
static int create(unsigned int present, unsigned int online)
{
	static const struct tdx_td_params params;
	phys_addr_t tdcs[6] = {};
	struct kvm_tdx td = { .tdcs = tdcs };
	u64 status;

	memset(&module, 0, sizeof(module));
	nr_keyids_taken = 0;
	present_cpus = present;
	online_cpus = online;
	shim_cpu_now = 0;
	return td_create(&td, &params, &status);
}

static bool all_online(void)
{
	ASSERT(create(0xf, 0xf) == 0);
	ASSERT(module.nr_calls[TDH_MNG_KEY_CONFIG] == 2 && nr_keyids_taken == 1);
	/* One CPU of each package is enough, whichever. */
	ASSERT(create(0xf, 0x6) == 0);
	ASSERT(module.nr_calls[TDH_MNG_KEY_CONFIG] == 2);
	return true;
}

/* The firmware describes two sockets, and one is empty. */
static bool empty_socket(void)
{
	ASSERT(create(0x3, 0x3) == 0);
	ASSERT(module.nr_calls[TDH_MNG_KEY_CONFIG] == 1);
	ASSERT(create(0xc, 0x8) == 0);
	ASSERT(module.nr_calls[TDH_MNG_KEY_CONFIG] == 1);
	return true;
}

/* Refused before the TDX module and the KeyIDs know of the TD. */
static bool offline_package(void)
{
	ASSERT(create(0xf, 0x3) == -EIO);
	ASSERT(!module.nr_calls[TDH_MNG_CREATE] && !nr_keyids_taken);
	return true;
}

const struct test package_tests[] = {
	{ "packages-all-online", all_online },
	{ "packages-empty-socket", empty_socket },
	{ "packages-offline", offline_package },
	{}
};
