/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ASM_X86_KVM_MIRROR_STAT_H
#define _ASM_X86_KVM_MIRROR_STAT_H

/*
 * Statistics of the mirrored page table of a VM.  They are part of KVM's binary statistics of
 * the VM, and are files in the VM's debugfs folder.  The values are sums over all CPUs, see
 * kvm_mirror_sum_stat().
 */

#include <linux/atomic.h>

/* Ops of the private page table, see struct kvm_private_pt_ops. */
enum mirror_op {
	MIRROR_OP_LINK,
	MIRROR_OP_MAP,
	MIRROR_OP_BLOCK,
	MIRROR_OP_TRACK,
	MIRROR_OP_UNMAP,
	MIRROR_OP_SPLIT,
	MIRROR_OP_UNLINK,
	MIRROR_OP_READ,
	MIRROR_NR_OPS,
};

enum mirror_counter {
	/* Current number of leaves, by size. */
	MIRROR_NR_LEAVES_4K,
	MIRROR_NR_LEAVES_2M,
	MIRROR_NR_LEAVES_1G,
	/* Current number of page table pages, without the root. */
	MIRROR_NR_TABLES,
	/* Current number of leaves that are pinned because they could not be removed. */
	MIRROR_NR_PINNED,
	/* 4 KiB pages that are lost until the next boot. */
	MIRROR_NR_LEAKED,
	/* Changes that failed because another CPU had changed the entry first. */
	MIRROR_COUNT_RACES,
	/* Ops that found the private page table busy. */
	MIRROR_COUNT_BUSY,
	/* Ranges that were zapped, and the rounds that this took (see range.c). */
	MIRROR_COUNT_RANGES,
	MIRROR_COUNT_ROUNDS,
	/* How often all vCPUs were kicked after a track, and held out of the guest. */
	MIRROR_COUNT_KICKS,
	MIRROR_COUNT_HOLDS,
	/* The most ops made with mmu_lock held for write between two chances to yield it. */
	MIRROR_MAX_HELD,
	MIRROR_NR_COUNTERS,
};

/* Behind the counters: the calls of each op, and the nanoseconds spent in them. */
#define MIRROR_OP_COUNT(op)	(MIRROR_NR_COUNTERS + (op))
#define MIRROR_OP_NS(op)	(MIRROR_OP_COUNT(MIRROR_NR_OPS) + (op))
#define MIRROR_NR_VALUES	MIRROR_OP_NS(MIRROR_NR_OPS)

struct kvm_mirror_stat {
	atomic64_t values[MIRROR_NR_VALUES];
};

#define KVM_MIRROR_STAT(value, what, type, unit, exponent)				\
{											\
	STATS_DESC_COMMON(KVM_STATS_TYPE_##type, KVM_STATS_UNIT_##unit,			\
			  KVM_STATS_BASE_POW10, exponent, 1, 0),			\
	.offset = offsetof(struct kvm_vm_stat, mirror.values[value]),			\
	.name = "mirror_" what,								\
}

#define KVM_MIRROR_NOW(counter, what)							\
	KVM_MIRROR_STAT(MIRROR_NR_##counter, what, INSTANT, NONE, 0)
#define KVM_MIRROR_COUNT(counter, what)							\
	KVM_MIRROR_STAT(MIRROR_COUNT_##counter, what, CUMULATIVE, NONE, 0)
#define KVM_MIRROR_OP(op, what)								\
	KVM_MIRROR_STAT(MIRROR_OP_COUNT(MIRROR_OP_##op), what, CUMULATIVE, NONE, 0),	\
	KVM_MIRROR_STAT(MIRROR_OP_NS(MIRROR_OP_##op), what "_ns", CUMULATIVE, SECONDS, -9)

#define KVM_MIRROR_STATS_DESC								\
	KVM_MIRROR_NOW(LEAVES_4K, "pages_4k"),						\
	KVM_MIRROR_NOW(LEAVES_2M, "pages_2m"),						\
	KVM_MIRROR_NOW(LEAVES_1G, "pages_1g"),						\
	KVM_MIRROR_NOW(TABLES, "tables"),						\
	KVM_MIRROR_NOW(PINNED, "pinned"),						\
	KVM_MIRROR_NOW(LEAKED, "leaked"),						\
	KVM_MIRROR_COUNT(RACES, "races"),						\
	KVM_MIRROR_COUNT(BUSY, "busy_retries"),						\
	KVM_MIRROR_COUNT(RANGES, "ranges"),						\
	KVM_MIRROR_COUNT(ROUNDS, "rounds"),						\
	KVM_MIRROR_COUNT(KICKS, "kicks"),						\
	KVM_MIRROR_COUNT(HOLDS, "holds"),						\
	KVM_MIRROR_STAT(MIRROR_MAX_HELD, "longest_hold", PEAK, NONE, 0),	\
	KVM_MIRROR_OP(LINK, "link"),							\
	KVM_MIRROR_OP(MAP, "map"),							\
	KVM_MIRROR_OP(BLOCK, "block"),							\
	KVM_MIRROR_OP(TRACK, "track"),							\
	KVM_MIRROR_OP(UNMAP, "unmap"),							\
	KVM_MIRROR_OP(SPLIT, "split"),							\
	KVM_MIRROR_OP(UNLINK, "unlink"),						\
	KVM_MIRROR_OP(READ, "read")

#endif
