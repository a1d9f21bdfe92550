/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ASM_X86_KVM_MIRROR_STAT_H
#define _ASM_X86_KVM_MIRROR_STAT_H

/*
 * What KVM counts about the mirrored page table of a VM: part of the VM's binary
 * statistics, and so of its debugfs folder.
 */

#include <linux/atomic.h>

/* Calls of the private page table. */
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
	/* Leaves now, by size. */
	MIRROR_NR_LEAVES_4K,
	MIRROR_NR_LEAVES_2M,
	MIRROR_NR_LEAVES_1G,
	/* Page table pages now, the root not included. */
	MIRROR_NR_TABLES,
	/* Leaves that the private page table does not let go of, now. */
	MIRROR_NR_PINNED,
	/* Pages lost for good. */
	MIRROR_NR_LEAKED,
	/* Changes that lost against another CPU's. */
	MIRROR_COUNT_RACES,
	/* Calls that found the private page table busy. */
	MIRROR_COUNT_BUSY,
	/* Ranges removed, and rounds that took. */
	MIRROR_COUNT_RANGES,
	MIRROR_COUNT_ROUNDS,
	/* Times that all vCPUs were kicked after a track, or held out of the guest. */
	MIRROR_COUNT_KICKS,
	MIRROR_COUNT_HOLDS,
	MIRROR_NR_COUNTERS,
};

struct kvm_mirror_stat {
	atomic64_t counters[MIRROR_NR_COUNTERS];
	/* Calls of each op, and nanoseconds inside of it. */
	atomic64_t op_count[MIRROR_NR_OPS];
	atomic64_t op_ns[MIRROR_NR_OPS];
};

#define KVM_MIRROR_STAT(member, what, type, unit, exponent)				\
{											\
	STATS_DESC_COMMON(KVM_STATS_TYPE_##type, KVM_STATS_UNIT_##unit,			\
			  KVM_STATS_BASE_POW10, exponent, 1, 0),			\
	.offset = offsetof(struct kvm_vm_stat, mirror.member),				\
	.name = "mirror_" what,								\
}

#define KVM_MIRROR_NOW(counter, what)							\
	KVM_MIRROR_STAT(counters[MIRROR_NR_##counter], what, INSTANT, NONE, 0)
#define KVM_MIRROR_COUNT(counter, what)							\
	KVM_MIRROR_STAT(counters[MIRROR_COUNT_##counter], what, CUMULATIVE, NONE, 0)
#define KVM_MIRROR_OP(op, what)								\
	KVM_MIRROR_STAT(op_count[MIRROR_OP_##op], what, CUMULATIVE, NONE, 0),		\
	KVM_MIRROR_STAT(op_ns[MIRROR_OP_##op], what "_ns", CUMULATIVE, SECONDS, -9)

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
	KVM_MIRROR_OP(LINK, "link"),							\
	KVM_MIRROR_OP(MAP, "map"),							\
	KVM_MIRROR_OP(BLOCK, "block"),							\
	KVM_MIRROR_OP(TRACK, "track"),							\
	KVM_MIRROR_OP(UNMAP, "unmap"),							\
	KVM_MIRROR_OP(SPLIT, "split"),							\
	KVM_MIRROR_OP(UNLINK, "unlink"),						\
	KVM_MIRROR_OP(READ, "read")

#endif
