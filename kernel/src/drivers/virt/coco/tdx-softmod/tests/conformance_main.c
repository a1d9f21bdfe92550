// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs the rows of conformance_rows.c on the loaded module, and makes random SEAMCALLs from
 * all CPUs at once.  Reading "softmod_conformance" or "softmod_race" in debugfs runs the test
 * and returns KTAP.  No TD may exist meanwhile.
 */
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>

#include "conformance.h"
#include "conformance_race.h"
#include "enable.h"
#include "world_kernel.h"

static unsigned long seed = 1;
module_param(seed, ulong, 0644);
MODULE_PARM_DESC(seed, "Repeats a run of softmod_race");

static unsigned int calls = 20000;
module_param(calls, uint, 0644);
MODULE_PARM_DESC(calls, "Random SEAMCALLs of softmod_race, all CPUs together");

static DEFINE_MUTEX(one_at_a_time);
static struct dentry *files[2];

static unsigned int nr_good[SM_NR_LEAVES], nr_bad[SM_NR_LEAVES];
/* Which codes of conformance_listed a leaf has returned. */
static bool saw[512];

static void note(unsigned int leaf, u64 status)
{
	unsigned int i;

	for (i = 0; i < min(conformance_nr_listed, ARRAY_SIZE(saw)); i++)
		saw[i] |= conformance_is(&conformance_listed[i], leaf, status);
}

/* Bring the module to @stage.  world_clean() has removed what was there before. */
static bool build(enum stage stage)
{
	enum stage next;

	world_lp = 0;
	for (next = READY; next <= stage; next++) {
		if (!conformance_reach(next))
			return false;
	}
	return true;
}

/*
 * Run a row.  VP.ENTER is busy until the host's TLBs are flushed after pages were taken from
 * it, so try again.
 */
static bool run_when_flushed(const struct conformance_row *row)
{
	unsigned int tries;
	bool ok;

	for (tries = 0; tries < 100; tries++) {
		ok = conformance_run(row);
		if (ok || row->leaf != TDH_VP_ENTER ||
		    conformance_result.status != BUSY(TDX_OPERAND_ID_SEPT_TREE))
			return ok;
		msleep(20);
	}
	return false;
}

static bool run_row(struct seq_file *out, unsigned int i)
{
	const struct conformance_row *row = &conformance_rows[i];
	unsigned int nr_left;
	bool ok;

	if (!build(row->stage)) {
		seq_printf(out, "# row %u: stage %u is not reached\n", i, row->stage);
		world_clean();
		return false;
	}
	ok = run_when_flushed(row);
	if (!ok)
		seq_printf(out, "# row %u: status %llx (%llx), RCX %llx (%llx), RDX %llx (%llx)\n",
			   i, conformance_result.status, row->status, conformance_result.out.rcx,
			   row->out.rcx, conformance_result.out.rdx, row->out.rdx);
	if (row->leaf < SM_NR_LEAVES)
		note(row->leaf, conformance_result.status);
	nr_left = world_clean();
	if (nr_left)
		seq_printf(out, "# row %u: %u pages are not back, or not zero\n", i, nr_left);
	return ok && !nr_left;
}

static int conformance_show(struct seq_file *out, void *unused)
{
	unsigned int i, nr = 0, nr_seen = 0;
	char name[64];

	if (mutex_lock_interruptible(&one_at_a_time))
		return -EINTR;
	memset(nr_good, 0, sizeof(nr_good));
	memset(nr_bad, 0, sizeof(nr_bad));
	memset(saw, 0, sizeof(saw));
	world_enter();
	seq_puts(out, "KTAP version 1\n");
	for (i = 0; i < conformance_nr_rows; i++) {
		unsigned int leaf = conformance_rows[i].leaf;

		/* Count rows of leaves that do not exist for leaf 0. */
		if (!sm_leaf(leaf))
			leaf = 0;
		if (run_row(out, i))
			nr_good[leaf]++;
		else
			nr_bad[leaf]++;
	}
	world_leave();

	for (i = 0; i < SM_NR_LEAVES; i++) {
		if (!sm_leaf(i) || !(nr_good[i] + nr_bad[i]))
			continue;
		conformance_name(i, name, sizeof(name));
		seq_printf(out, "%s %u %s # %u of %u rows\n", nr_bad[i] ? "not ok" : "ok", ++nr,
			   name, nr_good[i], nr_good[i] + nr_bad[i]);
	}
	for (i = 0; i < conformance_nr_listed; i++)
		nr_seen += saw[i];
	seq_printf(out, "# %u rows, %u leaves, %u of %u listed codes\n1..%u\n",
		   conformance_nr_rows, nr, nr_seen, conformance_nr_listed, nr);
	mutex_unlock(&one_at_a_time);
	return 0;
}

static int race_show(struct seq_file *out, void *unused)
{
	unsigned int nr_left;
	bool ok;

	if (mutex_lock_interruptible(&one_at_a_time))
		return -EINTR;
	world_enter();
	seq_puts(out, "KTAP version 1\n");
	ok = build(RUNNABLE);
	if (ok)
		ok = conformance_race(out, seed, calls);
	else
		seq_puts(out, "# no TD\n");
	seq_printf(out, "%s 1 race.codes-are-listed # seed %lu, %u SEAMCALLs\n",
		   ok ? "ok" : "not ok", seed, calls);
	nr_left = world_clean();
	seq_printf(out, "%s 2 race.nothing-is-left # %u pages are not back, or not zero\n1..2\n",
		   nr_left ? "not ok" : "ok", nr_left);
	world_leave();
	mutex_unlock(&one_at_a_time);
	return 0;
}

/* With a buffer that is too small, seq_file would run the test again with a larger one. */
static int conformance_open(struct inode *inode, struct file *file)
{
	return single_open_size(file, inode->i_private, NULL, SZ_256K);
}

static const struct file_operations fops = {
	.owner = THIS_MODULE,
	.open = conformance_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = single_release,
};

static int __init conformance_load(void)
{
	int r = tdx_test_enable();

	if (r)
		return r;
	r = world_load();
	if (r) {
		pr_err("softmod_conformance: needs 48 address bits, 2 CPUs and no TD: %d\n", r);
		tdx_put();
		return r;
	}
	files[0] = debugfs_create_file("softmod_conformance", 0400, NULL, conformance_show, &fops);
	files[1] = debugfs_create_file("softmod_race", 0400, NULL, race_show, &fops);
	return 0;
}
module_init(conformance_load);

static void __exit conformance_unload(void)
{
	debugfs_remove(files[0]);
	debugfs_remove(files[1]);
	world_unload();
	tdx_put();
}
module_exit(conformance_unload);

MODULE_DESCRIPTION("Is the software TDX module as the ABI says?");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(TDX_SOFTMOD_TEST);
