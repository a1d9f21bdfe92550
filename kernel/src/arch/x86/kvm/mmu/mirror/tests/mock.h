/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __KVM_X86_MMU_MIRROR_MOCK_H
#define __KVM_X86_MMU_MIRROR_MOCK_H

/*
 * A private PT in plain memory, with the manners of the TDX module's Secure EPT:
 * the same entry states, the same preconditions, the same epochs.  For tests.
 */

#include <linux/kvm_host.h>
#include "../private_pt_ops.h"
#include "abi.h"

/* States of an entry; as in the TDX module, without migration. */
enum kvm_mock_state {
	KVM_MOCK_FREE,
	KVM_MOCK_PENDING,
	KVM_MOCK_PENDING_BLOCKED,
	KVM_MOCK_MAPPED,
	KVM_MOCK_BLOCKED,
	KVM_MOCK_NL_MAPPED,
	KVM_MOCK_NL_BLOCKED,
};

/* What the mock does, by the test's choice; set before the VM runs. */
struct kvm_mock_config {
	/* Levels of the private PT. */
	int root_level;
	/* A mapped leaf is pending until the guest accepts it. */
	bool pending;
	/* A walk stops at a blocked table: leaves can not be removed below it. */
	bool strict_walk;
};

/* What to do wrong; see kvm_mock_script(). */
struct kvm_mock_script {
	/* Calls to let pass; counts down, acts below zero. */
	atomic_t skip;
	/* Calls to spoil then. */
	atomic_t times;
	/* Error of a spoiled call; 0 spoils nothing. */
	int error;
};

struct kvm_mock {
	/* The test's choice. */
	struct kvm_mock_config config;
	/* Root of the private PT. */
	u64 *root;
	/* Lock of the tree: -1 exclusive, n shared; busy is an error, nobody waits. */
	atomic_t tree;
	/* Lock of the epoch, the same way. */
	atomic_t epoch_lock;
	/* TD_EPOCH; starts at 1. */
	atomic64_t epoch;
	/* vCPUs inside the guest that entered in an even, an odd epoch. */
	atomic_t nr_inside[2];
	/* ->die() succeeded. */
	bool dead;
	/* Scripted results, one for each op. */
	struct kvm_mock_script scripts[KVM_MOCK_NR_OPS];
	/* Loops for which each op holds its lock, to be slow and in the way. */
	int slow_loops;
	/* Calls that broke a precondition; zero is the test's goal. */
	atomic_t violations;
	/* Calls of each op; calls of all ops that found a lock taken or were told to. */
	atomic64_t calls[KVM_MOCK_NR_OPS];
	atomic64_t nr_busy;
	/* Pages that the guest owns, in 4 KiB; those in huge leaves; tables of the private PT. */
	atomic64_t nr_pages;
	atomic64_t nr_huge_pages;
	atomic64_t nr_tables;
};

extern const struct kvm_private_pt_ops kvm_mock_ops;
extern const struct kvm_private_pt_ops kvm_mock_strict_ops;

/* @mock is zeroed memory. */
int __must_check kvm_mock_init(struct kvm_mock *mock, const struct kvm_mock_config *config);
/* Every table must have been unlinked. */
void kvm_mock_uninit(struct kvm_mock *mock);

/* Spoil @times calls of @op with @error, after @skip calls. */
void kvm_mock_script(struct kvm_mock *mock, enum kvm_mock_op op, int skip, int times, int error);

/*
 * The guest's side.  A vCPU enters, and gets the epoch that its TLB is good for:
 * it must flush if that changed.  -EBUSY: try again.
 */
int kvm_mock_enter(struct kvm_mock *mock, u64 *ret_epoch);
void kvm_mock_exit(struct kvm_mock *mock, u64 epoch);
/* What the guest's access to @gfn meets; between enter and exit. */
enum kvm_mock_state kvm_mock_walk(struct kvm_mock *mock, gfn_t gfn, kvm_pfn_t *ret_pfn,
				  int *ret_level);
/* Accept a pending leaf.  -EBUSY: try again; -ENOENT: not a pending leaf of that level. */
int kvm_mock_accept(struct kvm_mock *mock, gfn_t gfn, int level);

#endif
