/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __KVM_X86_MMU_MIRROR_TEST_ABI_H
#define __KVM_X86_MMU_MIRROR_TEST_ABI_H

/*
 * Interface between the VM type for tests (vm.c) and its selftests.  It is no stable user
 * API: it may change with each kernel.
 */

#include <linux/types.h>

/*
 * Number of the VM type.  KVM_CAP_VM_TYPES returns a bitmap of VM types in an int, so 30 is
 * the largest possible number.  Real types count up from 0 and will reach it last.
 */
#define KVM_X86_MIRROR_TEST_VM		30

/* The GPA bit that means "shared". */
#define KVM_MIRROR_TEST_SHARED_BIT	47

/* Ops of the private PT, as numbered in kvm_mirror_test_script and kvm_mirror_test_counts. */
enum kvm_mock_op {
	KVM_MOCK_LINK,
	KVM_MOCK_MAP,
	KVM_MOCK_BLOCK,
	KVM_MOCK_TRACK,
	KVM_MOCK_UNMAP,
	KVM_MOCK_SPLIT,
	KVM_MOCK_UNLINK,
	KVM_MOCK_READ,
	KVM_MOCK_DIE,
	KVM_MOCK_NR_OPS,
};

/* Commands of KVM_MEMORY_ENCRYPT_OP.  INIT is the first one, before the first vCPU. */
enum kvm_mirror_test_cmd_id {
	/* data: mask of KVM_MIRROR_TEST_* */
	KVM_MIRROR_TEST_INIT,
	/* data: pointer to struct kvm_mirror_test_script */
	KVM_MIRROR_TEST_SCRIPT,
	/* data: number of loops that each op spins with its lock held, up to a million */
	KVM_MIRROR_TEST_SLOW,
	/* data: pointer to struct kvm_mirror_test_counts, filled in */
	KVM_MIRROR_TEST_COUNT,
	/* data: pointer to struct kvm_mirror_test_report, filled in */
	KVM_MIRROR_TEST_VERIFY,
	/* data: GPA; split the huge leaf that maps it, if one does */
	KVM_MIRROR_TEST_SPLIT,
};

/* A new page is pending: the guest must accept it before use, as in a TD. */
#define KVM_MIRROR_TEST_PENDING		0x1

struct kvm_mirror_test_cmd {
	__u32 id;
	__u32 reserved;
	__u64 data;
};

/*
 * Let @skip calls of @op work, then let @times calls fail with @error.  If @error is 0, no
 * call fails.
 */
struct kvm_mirror_test_script {
	__u32 op;
	__s32 skip;
	__s32 times;
	/* 0 or a negative errno */
	__s32 error;
};

struct kvm_mirror_test_counts {
	/* Calls of each op, with those that were made to fail. */
	__u64 calls[KVM_MOCK_NR_OPS];
	/* Calls of all ops that returned -EBUSY. */
	__u64 busy;
	/* Calls that broke a precondition of the private PT: bugs in KVM. */
	__u64 violations;
	/* 4 KiB pages that the guest owns now, and how many of them are in 2 MiB leaves. */
	__u64 pages;
	__u64 huge_pages;
	/* Tables of the private PT below its root. */
	__u64 tables;
	/* Number of the current epoch. */
	__u64 epoch;
	/* How often a vCPU flushed its TLB because the epoch had changed. */
	__u64 flushes;
	/* How often a vCPU was held out of the guest. */
	__u64 held;
	/* TSC ticks in which entries to the guest copied the root, which no real VM type does. */
	__u64 copy_ticks;
};

struct kvm_mirror_test_report {
	__u64 entries;
	__u64 wrong;
	__u64 unread;
};

#endif
