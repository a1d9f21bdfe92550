/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __KVM_X86_MMU_MIRROR_TEST_ABI_H
#define __KVM_X86_MMU_MIRROR_TEST_ABI_H

/*
 * What the VM type for tests (vm.c) and its selftests share.  This is no
 * user API: it changes with the kernel.
 */

#include <linux/types.h>

/*
 * VM types count up from 0, and KVM_CAP_VM_TYPES answers with a bitmap in an int:
 * 30 is the last type that there can be, and the farthest from the next real one.
 */
#define KVM_X86_MIRROR_TEST_VM		30

/* The GPA bit that means "shared". */
#define KVM_MIRROR_TEST_SHARED_BIT	47

/* Ops of the private PT, as kvm_mirror_test_script and kvm_mirror_test_counts know them. */
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

/* Commands of KVM_MEMORY_ENCRYPT_OP; INIT comes first, and before the first vCPU. */
enum kvm_mirror_test_cmd_id {
	/* data: mask of KVM_MIRROR_TEST_* */
	KVM_MIRROR_TEST_INIT,
	/* data: pointer to struct kvm_mirror_test_script */
	KVM_MIRROR_TEST_SCRIPT,
	/* data: loops for which each op holds its lock, up to a million */
	KVM_MIRROR_TEST_SLOW,
	/* data: pointer to struct kvm_mirror_test_counts, filled in */
	KVM_MIRROR_TEST_COUNT,
	/* data: pointer to struct kvm_mirror_test_report, filled in */
	KVM_MIRROR_TEST_VERIFY,
	/* data: GPA below which no huge leaf shall be */
	KVM_MIRROR_TEST_SPLIT,
};

/* Tables of the private PT stay until the VM is dead, as with the TDX module. */
#define KVM_MIRROR_TEST_STRICT		0x1
/* The guest accepts each page before it can use it. */
#define KVM_MIRROR_TEST_PENDING		0x2

struct kvm_mirror_test_cmd {
	__u32 id;
	__u32 reserved;
	__u64 data;
};

/* Let @skip calls of @op pass, spoil the next @times with @error; 0 spoils nothing. */
struct kvm_mirror_test_script {
	__u32 op;
	__s32 skip;
	__s32 times;
	/* 0 or a negative errno */
	__s32 error;
};

struct kvm_mirror_test_counts {
	/* Calls of each op, spoiled ones too. */
	__u64 calls[KVM_MOCK_NR_OPS];
	/* Calls of all ops that answered -EBUSY. */
	__u64 busy;
	/* Calls that broke a precondition of the private PT: bugs of KVM. */
	__u64 violations;
	/* Pages that the guest owns now, in 4 KiB, and how many of them are in 2 MiB leaves. */
	__u64 pages;
	__u64 huge_pages;
	/* Tables of the private PT below its root. */
	__u64 tables;
	/* Epochs so far. */
	__u64 epoch;
	/* Times that a vCPU flushed its TLB because the epoch had changed. */
	__u64 flushes;
	/* Times that a vCPU was held out of the guest. */
	__u64 held;
};

struct kvm_mirror_test_report {
	__u64 entries;
	__u64 wrong;
	__u64 unread;
};

#endif
