/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __KVM_X86_MMU_MIRROR_MOCK_H
#define __KVM_X86_MMU_MIRROR_MOCK_H

/*
 * A private PT in plain memory, for tests ("the mock").  It behaves like the TDX module's
 * Secure EPT: the same entry states, the same preconditions, the same epochs.
 */

#include <linux/kvm_host.h>
#include "../private_pt_ops.h"
#include "abi.h"

/* States of an entry: those of the TDX module, without the ones of migration. */
enum kvm_mock_state {
	KVM_MOCK_FREE,
	KVM_MOCK_PENDING,
	KVM_MOCK_PENDING_BLOCKED,
	KVM_MOCK_MAPPED,
	KVM_MOCK_BLOCKED,
	KVM_MOCK_NL_MAPPED,
	KVM_MOCK_NL_BLOCKED,
};

/* How the mock behaves; the test chooses this before the VM runs. */
struct kvm_mock_config {
	/* Number of levels of the private PT. */
	int root_level;
	/* Entries have the format of Intel's EPT, not that of AMD's nested page tables. */
	bool ept;
	/* A new leaf is pending until the guest accepts it. */
	bool pending;
};

/* Which calls of one op fail, see kvm_mock_script(). */
struct kvm_mock_script {
	/* Calls that still work; counts down, calls fail when it is below zero. */
	atomic_t skip;
	/* Calls that fail after that; counts down. */
	atomic_t times;
	/* Error that a failing call returns; 0: no call fails. */
	int error;
};

struct kvm_mock {
	/* How the mock behaves. */
	struct kvm_mock_config config;
	/* Root of the private PT. */
	u64 *root;
	/*
	 * Lock of the whole private PT: -1 held exclusively, n held by n sharers.  Whoever
	 * cannot get it returns -EBUSY, as in the TDX module; nobody waits.
	 */
	atomic_t tree;
	/* Lock of the epoch; works like the lock above. */
	atomic_t epoch_lock;
	/* Number of the current epoch (the TDX module's TD_EPOCH); starts at 1. */
	atomic64_t epoch;
	/* vCPUs in the guest, by the epoch in which they entered: even [0] or odd [1]. */
	atomic_t nr_inside[2];
	/* ->die() succeeded. */
	bool dead;
	/* Which calls fail, for each op. */
	struct kvm_mock_script scripts[KVM_MOCK_NR_OPS];
	/* Loops that each op spins with its lock held, so that others find it taken. */
	int slow_loops;
	/* Calls that broke a precondition.  Tests expect none. */
	atomic_t violations;
	/* Calls of each op. */
	atomic64_t calls[KVM_MOCK_NR_OPS];
	/* Calls of all ops that returned -EBUSY: a lock was taken, or a script said so. */
	atomic64_t nr_busy;
	/* 4 KiB pages that the guest owns; those in huge leaves; tables of the private PT. */
	atomic64_t nr_pages;
	atomic64_t nr_huge_pages;
	atomic64_t nr_tables;
};

extern const struct kvm_private_pt_ops kvm_mock_ops;

/* The caller has zeroed @mock. */
int __must_check kvm_mock_init(struct kvm_mock *mock, const struct kvm_mock_config *config);
/* Every table must have been unlinked. */
void kvm_mock_uninit(struct kvm_mock *mock);

/* Let @times calls of @op fail with @error, after @skip calls that work. */
void kvm_mock_script(struct kvm_mock *mock, enum kvm_mock_op op, int skip, int times, int error);

/*
 * The guest's side.  kvm_mock_enter() lets a vCPU enter the guest and returns the current
 * epoch.  If that is not the epoch of the vCPU's last entry, the vCPU must flush its TLB.
 * -EBUSY: try again.
 */
int kvm_mock_enter(struct kvm_mock *mock, u64 *ret_epoch);
void kvm_mock_exit(struct kvm_mock *mock, u64 epoch);
/* Walk the private PT as the guest's access to @gfn does; between enter and exit. */
enum kvm_mock_state kvm_mock_walk(struct kvm_mock *mock, gfn_t gfn, kvm_pfn_t *ret_pfn,
				  int *ret_level);
/* Accept a pending leaf.  -EBUSY: try again; -ENOENT: not a pending leaf of that level. */
int kvm_mock_accept(struct kvm_mock *mock, gfn_t gfn, int level);

#endif
