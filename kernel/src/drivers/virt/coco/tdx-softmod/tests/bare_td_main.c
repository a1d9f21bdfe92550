// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test of a TD that is driven by SEAMCALLs alone, without KVM.  Reading the file "bare_td" in
 * debugfs runs the test for "rounds" TDs and returns KTAP.  Reading "bare_td_enter" returns
 * how many TSC ticks it takes to enter a TD that exits at once.  AMD-V or VMX must be on, for
 * which kvm_amd or kvm_intel has to be loaded.
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include <asm/tdx.h>

#include "bare_td_test.h"
#include "enable.h"

static unsigned int rounds = 100;
module_param(rounds, uint, 0644);
MODULE_PARM_DESC(rounds, "How many TDs to create and destroy, one after the other");

static struct dentry *debugfs_file, *enter_file;

void bare_td_result(struct bare_td *td, bool ok, const char *name)
{
	td->nr_tests++;
	td->nr_failed += !ok;
	if (!ok || !td->quiet)
		seq_printf(td->out, "%s %u %s\n", ok ? "ok" : "not ok", td->nr_tests, name);
}

void bare_td_equal(struct bare_td *td, const char *name, u64 got, u64 want)
{
	if (got != want)
		seq_printf(td->out, "# %s: %llx instead of %llx\n", name, got, want);
	bare_td_result(td, got == want, name);
}

/* Create a TD, run all cases, and destroy it. */
static void run_td(struct bare_td *td)
{
	td->keyid = -1;
	if (!bare_td_create(td))
		bare_td_run_cases(td);
	bare_td_destroy(td);
}

static int bare_td_show(struct seq_file *out, void *unused)
{
	unsigned int round, nr_failed_rounds = 0;
	struct bare_td *td;

	td = kzalloc(sizeof(*td), GFP_KERNEL);
	if (!td)
		return -ENOMEM;
	seq_puts(out, "KTAP version 1\n");
	migrate_disable();

	td->out = out;
	run_td(td);

	for (round = 1; round < rounds && !td->nr_failed; round++) {
		struct bare_td again = { .out = out, .quiet = true };

		run_td(&again);
		nr_failed_rounds += !!again.nr_failed;
		if (nr_failed_rounds)
			break;
	}
	seq_printf(out, "# %u rounds\n", round);
	bare_td_equal(td, "each round is like the first", nr_failed_rounds, 0);

	migrate_enable();
	seq_printf(out, "1..%u\n", td->nr_tests);
	kfree(td);
	return 0;
}

#define NR_ENTRIES	1000

static int bare_td_enter_show(struct seq_file *out, void *unused)
{
	struct bare_td_command command = { .nr = CMD_RDTSC };
	struct bare_td td = { .out = out, .quiet = true, .keyid = -1 };
	unsigned int i;
	u64 start = 0;

	migrate_disable();
	if (!bare_td_create(&td) && bare_td_resume(&td)) {
		/* Do not measure the first ones, which may wait for flushes of the host's TLBs. */
		for (i = 0; i < 2 * NR_ENTRIES; i++) {
			if (i == NR_ENTRIES)
				start = rdtsc();
			if (!bare_td_do(&td, command))
				break;
		}
		if (i == 2 * NR_ENTRIES)
			seq_printf(out, "%llu\n", (rdtsc() - start) / NR_ENTRIES);
	}
	bare_td_destroy(&td);
	migrate_enable();
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(bare_td_enter);

/* With a buffer that is too small, seq_file would run the test again with a larger one. */
static int bare_td_open(struct inode *inode, struct file *file)
{
	return single_open_size(file, bare_td_show, NULL, SZ_256K);
}

static const struct file_operations bare_td_fops = {
	.owner = THIS_MODULE,
	.open = bare_td_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = single_release,
};

static int __init bare_td_load(void)
{
	int r = tdx_test_enable();

	if (r) {
		pr_err("bare_td: no TDX: %d\n", r);
		return r;
	}
	debugfs_file = debugfs_create_file("bare_td", 0400, NULL, NULL, &bare_td_fops);
	enter_file = debugfs_create_file("bare_td_enter", 0400, NULL, NULL, &bare_td_enter_fops);
	return 0;
}
module_init(bare_td_load);

static void __exit bare_td_unload(void)
{
	debugfs_remove(debugfs_file);
	debugfs_remove(enter_file);
	tdx_put();
}
module_exit(bare_td_unload);

MODULE_DESCRIPTION("A TD driven by SEAMCALLs alone");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(TDX_SOFTMOD_TEST);
