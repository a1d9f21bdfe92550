// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fault injection by debugfs, folder tdx_softmod:
 *
 *   leaf, status, times	what to return from which leaf, how often (0 and 1: once)
 *   nth			the call that it begins with; written last; 0: off
 *   no_entropy			times that there are no random numbers
 *   keyids			KeyIDs that can be had, the global one included; 0: all
 */

#include <linux/debugfs.h>

#include "module.h"

static struct dentry *folder;

void sm_inject_debugfs_load(void)
{
	folder = debugfs_create_dir("tdx_softmod", NULL);
	debugfs_create_u32("leaf", 0600, folder, &sm_injection.leaf);
	debugfs_create_x64("status", 0600, folder, &sm_injection.status);
	debugfs_create_u32("times", 0600, folder, &sm_injection.times);
	debugfs_create_u32("nth", 0600, folder, &sm_injection.nth);
	debugfs_create_u32("no_entropy", 0600, folder, &sm_injection.no_entropy);
	debugfs_create_u32("keyids", 0600, folder, &sm_kot_limit);
}

void sm_inject_debugfs_unload(void)
{
	debugfs_remove_recursive(folder);
}
