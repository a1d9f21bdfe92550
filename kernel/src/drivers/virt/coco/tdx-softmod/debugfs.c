// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files in debugfs, folder tdx_softmod.
 *
 *   calls			how often the host has called each leaf
 *
 * Fault injection:
 *
 *   leaf, status, times	number of the leaf, what it returns, for how many calls
 *				(0 and 1: once)
 *   nth			the call that is the first to fail, 1: the next one, 0: none;
 *				written last, because writing it starts the injection
 *   no_entropy			how many requests for random numbers fail
 *   keyids			how many KeyIDs can be assigned, the global one included;
 *				0: all
 */

#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include "module.h"

DEFINE_PER_CPU(unsigned long[SM_NR_LEAVES], sm_nr_calls);

static struct dentry *folder;

static int calls_show(struct seq_file *out, void *unused)
{
	unsigned int nr, cpu;

	for (nr = 0; nr < SM_NR_LEAVES; nr++) {
		const struct sm_leaf *leaf = sm_leaf(nr);
		unsigned long sum = 0;

		for_each_possible_cpu(cpu)
			sum += per_cpu(sm_nr_calls, cpu)[nr];
		if (leaf && sum)
			seq_printf(out, "%s %lu\n", leaf->name, sum);
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(calls);

void sm_debugfs_load(void)
{
	folder = debugfs_create_dir("tdx_softmod", NULL);
	debugfs_create_file("calls", 0400, folder, NULL, &calls_fops);
	debugfs_create_u32("leaf", 0600, folder, &sm_injection.leaf);
	debugfs_create_x64("status", 0600, folder, &sm_injection.status);
	debugfs_create_u32("times", 0600, folder, &sm_injection.times);
	debugfs_create_u32("nth", 0600, folder, &sm_injection.nth);
	debugfs_create_u32("no_entropy", 0600, folder, &sm_injection.no_entropy);
	debugfs_create_u32("keyids", 0600, folder, &sm_kot_limit);
}

void sm_debugfs_unload(void)
{
	debugfs_remove_recursive(folder);
}
