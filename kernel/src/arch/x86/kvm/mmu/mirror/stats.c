// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VM's mirrored PT as seen from debugfs: mirror-stats and mirror-verify.
 */
#include "mirror_internal.h"

static const char * const counter_names[MIRROR_NR_COUNTERS] = {
	[MIRROR_NR_LEAVES_4K]	= "leaves_4k",
	[MIRROR_NR_LEAVES_2M]	= "leaves_2m",
	[MIRROR_NR_LEAVES_1G]	= "leaves_1g",
	[MIRROR_NR_TABLES]	= "tables",
	[MIRROR_NR_PINNED]	= "pinned",
	[MIRROR_NR_LEAKED]	= "leaked",
	[MIRROR_COUNT_RACES]	= "races",
	[MIRROR_COUNT_BUSY]	= "busy",
	[MIRROR_COUNT_RANGES]	= "ranges",
	[MIRROR_COUNT_ROUNDS]	= "rounds",
	[MIRROR_COUNT_KICKS]	= "kicks",
	[MIRROR_COUNT_HOLDS]	= "holds",
};

static int mirror_stats_show(struct seq_file *m, void *unused)
{
	struct kvm_mirror *mirror = ((struct kvm *)m->private)->arch.mirror;
	int i;

	seq_printf(m, "backend %s\n", mirror->ops->name);
	for (i = 0; i < MIRROR_NR_COUNTERS; i++)
		seq_printf(m, "%s %lld\n", counter_names[i],
			   (long long)atomic64_read(&mirror->counters[i]));
	for (i = 0; i < MIRROR_NR_OPS; i++) {
		seq_printf(m, "op_%s %lld\n", mirror_op_names[i],
			   (long long)atomic64_read(&mirror->op_count[i]));
		seq_printf(m, "op_%s_ns %lld\n", mirror_op_names[i],
			   (long long)atomic64_read(&mirror->op_ns[i]));
	}

	return 0;
}
DEFINE_SHOW_ATTRIBUTE(mirror_stats);

static int mirror_verify_show(struct seq_file *m, void *unused)
{
	struct kvm_mirror_report report;
	int ret;

	ret = kvm_mirror_verify(m->private, &report);
	if (ret)
		return ret;

	seq_printf(m, "entries %lu\nwrong %lu\nunread %lu\n",
		   report.nr_entries, report.nr_wrong, report.nr_unread);
	if (report.nr_wrong)
		seq_printf(m, "first_gfn 0x%llx\nfirst_level %d\n",
			   report.first_gfn, report.first_level);

	return 0;
}
DEFINE_SHOW_ATTRIBUTE(mirror_verify);

/* KVM removes the VM's folder before the VM: readers never see a stale mirror. */
void mirror_create_debugfs(struct kvm *kvm)
{
	if (IS_ERR_OR_NULL(kvm->debugfs_dentry))
		return;

	debugfs_create_file("mirror-stats", 0444, kvm->debugfs_dentry, kvm, &mirror_stats_fops);
	debugfs_create_file("mirror-verify", 0400, kvm->debugfs_dentry, kvm, &mirror_verify_fops);
}
