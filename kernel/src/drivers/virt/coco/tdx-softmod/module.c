// SPDX-License-Identifier: GPL-2.0-only
/*
 * softmod as a kernel module: decide whether it may load, and register it with the kernel
 * as the one that answers SEAMCALLs.
 */

#define pr_fmt(fmt) "tdx_softmod: " fmt

#include <linux/module.h>
#include <linux/panic.h>

#include <asm/cpufeature.h>
#include <asm/tdx_host.h>

#include "module.h"

/* First private KeyID.  On a real platform with a few MKTME KeyIDs those are below it. */
#define FIRST_KEYID	32

static bool i_know_this_is_not_tdx;
module_param(i_know_this_is_not_tdx, bool, 0444);
MODULE_PARM_DESC(i_know_this_is_not_tdx, "Load a TDX module that protects nothing");

static unsigned int keyids = 64;
module_param(keyids, uint, 0444);
MODULE_PARM_DESC(keyids, "Number of private KeyIDs, the global one included: 2 to 1024");

static bool strict;
module_param(strict, bool, 0444);
MODULE_PARM_DESC(strict, "Do to the host all that a TDX module does, although softmod need not");

static bool sys_disable;
module_param(sys_disable, bool, 0444);
MODULE_PARM_DESC(sys_disable, "Have TDH.SYS.DISABLE, as TDX modules newer than 1.5.05 do");

static struct tdx_backend backend = {
	.name = "softmod",
	.owner = THIS_MODULE,
	.first_keyid = FIRST_KEYID,
	.copies_shared_root = true,
};

static int check(void)
{
	const char *reason;

	if (!i_know_this_is_not_tdx) {
		pr_err("not loaded: it protects nothing; give i_know_this_is_not_tdx=1\n");
		return -EPERM;
	}
	if (keyids < 2 || keyids > SM_MAX_HKIDS) {
		pr_err("not loaded: keyids=%u; give 2 to %d\n", keyids, SM_MAX_HKIDS);
		return -EINVAL;
	}
	if (boot_cpu_has(X86_FEATURE_TDX_HOST_PLATFORM)) {
		pr_err("not loaded: the CPU has TDX\n");
		return -ENODEV;
	}
	reason = sm_run_check();
	if (reason) {
		pr_err("not loaded: %s\n", reason);
		return -ENODEV;
	}
	return 0;
}

static int __init softmod_load(void)
{
	int ret = check();

	if (ret)
		return ret;
	ret = sm_platform_load();
	if (ret)
		return ret;
	ret = sm_alias_load();
	if (ret)
		goto unload_platform;
	ret = sm_core_load(FIRST_KEYID, keyids);
	if (ret)
		goto unload_alias;
	sm_sys.is_newer = sys_disable;
	sm_sys.is_strict = strict;
	ret = sm_run_load();
	if (ret)
		goto unload_alias;

	if (strict) {
		ret = sm_flushed_load() ?: sm_keyed_load();
		if (ret)
			goto unload_strict;
		backend.flushed = sm_flushed;
		backend.scrubbed = sm_scrubbed;
	}

	backend.nr_keyids = keyids;
	backend.seamcall = strict ? sm_strict_seamcall : sm_run_seamcall;
	ret = tdx_register_backend(&backend);
	if (ret) {
		pr_err("not loaded: the kernel refuses another TDX module: %d\n", ret);
		goto unload_strict;
	}
	sm_debugfs_load();
	add_taint(TAINT_TEST, LOCKDEP_STILL_OK);
	pr_info("TDs run with %s\n", sm_run_world());
	pr_warn("software TDX module 1.5.05 for tests: TDs are NOT protected from this host\n");
	return 0;

unload_strict:
	sm_keyed_unload();
	sm_flushed_unload();
	sm_run_unload();
unload_alias:
	sm_alias_unload();
unload_platform:
	sm_platform_unload();
	return ret;
}
module_init(softmod_load);

static void __exit softmod_unload(void)
{
	sm_debugfs_unload();
	/* This cannot fail: each user of the backend holds a reference to this module. */
	WARN_ON(tdx_unregister_backend(&backend));
	sm_keyed_unload();
	sm_flushed_unload();
	sm_run_unload();
	sm_alias_unload();
	sm_platform_unload();
}
module_exit(softmod_unload);

MODULE_DESCRIPTION("Software TDX module (development and tests only)");
MODULE_LICENSE("GPL");
MODULE_SOFTDEP("pre: sha512_generic");
