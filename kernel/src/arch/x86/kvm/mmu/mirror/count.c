// SPDX-License-Identifier: GPL-2.0-only
/*
 * Statistics.
 *
 * Each CPU counts in memory of its own: if all vCPUs that fault wrote to the same cache lines, each
 * fault would wait for those lines, and the longer the more vCPUs there are.  KVM shows the sums to
 * user space, and asks for them before it does.
 */
#include "mirror_internal.h"

static void add_counts(struct kvm *kvm, struct mirror_counts *counts)
{
	int i;

	for (i = 0; i < MIRROR_NR_VALUES; i++) {
		u64 value = READ_ONCE(counts->values[i]);
		s64 more = value - counts->added[i];

		counts->added[i] = value;
		atomic64_add(more, &kvm->stat.mirror.values[i]);
		if (i <= MIRROR_NR_LEAVES_1G)
			kvm_update_page_stats(kvm, PG_LEVEL_4K + i, more);
	}
}

/*
 * Add to the VM's statistics what the CPUs have counted since the last call.  KVM's own counts of
 * leaves by size (pages_4k and so on) get the private leaves here, too.
 *
 * The caller has a reference to the VM or finds it in vm_list, or destroys the VM: the mirrored PT
 * does not go away meanwhile.
 */
void kvm_mirror_sum_stat(struct kvm *kvm)
{
	/* Pairs with kvm_mirror_init(). */
	struct kvm_mirror *mirror = smp_load_acquire(&kvm->arch.mirror);
	int cpu;

	if (!mirror)
		return;

	mutex_lock(&mirror->stat_lock);
	for_each_possible_cpu(cpu)
		add_counts(kvm, per_cpu_ptr(mirror->counts, cpu));
	mutex_unlock(&mirror->stat_lock);
}
