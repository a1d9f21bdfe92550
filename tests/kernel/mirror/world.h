/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MIRROR_WORLD_H
#define MIRROR_WORLD_H

/*
 * A simulated VM with its memory and vCPUs ("the world").  It stands in for what the code
 * under test meets in the kernel: kvm_main.c, mmu.c, guest_memfd.c and the VM type.
 *
 * The guest's pages of 4 KiB have numbers from 0 on; world_gfn() gives the GFN of a page.
 * A block is the pages that one 2M leaf can map.
 */

#include "mmu/mirror/mirror_internal.h"
#include "mmu/mirror/tests/mock.h"

#define BLOCK_PAGES	512
#define NR_BLOCKS	16
#define NR_PAGES	(NR_BLOCKS * BLOCK_PAGES)
#define MAX_VCPUS	4
/* Ops of the private PT that may be made with mmu_lock held for write, between two chances to yield it. */
#define MAX_HELD	64
#define SHARED_GFN	(1ULL << (47 - PAGE_SHIFT))

enum side { SHARED, PRIVATE };

/* Who owns a page of the guest's memory: values of struct page.owner. */
enum owner { OWNER_HOST, OWNER_GUEST };

struct sim_vcpu {
	/* The vCPU as the code under test knows it. */
	struct kvm_vcpu vcpu;
	/* Counts entries and exits: odd while the vCPU is in the guest. */
	unsigned int entries;
	/* A kick has asked the vCPU to leave the guest. */
	int kicked;
	/* Epoch of the last entry, from kvm_mock_enter(). */
	u64 epoch;
	/* Epoch of the TLB: an entry in another epoch flushes the TLB. */
	u64 tlb_epoch;
	/* For each page, the number of the page that it is translated to, plus 1; 0: none. */
	u32 tlb[NR_PAGES];
};

struct world_config {
	int nr_vcpus;
	/*
	 * pending: see struct kvm_mock_config.  ept: SPTEs have EPT's format, not
	 * NPT's.  no_die: the ops have no ->die().
	 */
	bool pending, ept, no_die;
};

struct world {
	struct kvm kvm;
	struct world_config config;
	struct kvm_mock *mock;
	/* The ops that the code under test calls: spy_ops in world.c, which call kvm_mock_ops. */
	struct kvm_private_pt_ops ops;
	struct sim_vcpu *vcpus[MAX_VCPUS];
	struct kvm_memory_slot slot;
	struct kvm_memslots slots;

	/* The fields from here to invalidate_seq need mmu_lock. */
	/* Side that user space has given each page (enum side). */
	u8 attr[NR_PAGES];
	/* Number of private pages in each block. */
	int nr_private[NR_BLOCKS];
	/* guest_memfd has a huge page for the block. */
	bool huge_ok[NR_BLOCKS];
	/* Like mmu_invalidate_* of struct kvm: faults in a range that changes are retried. */
	int invalidate_in_progress;
	gfn_t invalidate_start, invalidate_end;
	unsigned long invalidate_seq;

	/* Serialise changes of attributes and memslots; serialise the punching of holes. */
	pthread_mutex_t slots_lock, gmem_lock;

	/* Log of what the code under test did, see log_event(); NULL: no log. */
	char *log;
	size_t log_size;
	/* world_fault() does not look whether an invalidation makes the fault stale. */
	bool ignore_stale;
	/* For a negative test: kvm_make_all_cpus_request() kicks no vCPU. */
	bool lose_kicks;
	/* Counters; nr_stale: accesses by translations that should have been flushed. */
	atomic_t nr_kicks, nr_flushes, nr_stale;
	atomic_t nr_ops[MIRROR_NR_OPS];
};

/* Returns NULL if memory runs out; nothing stays allocated then. */
struct world *world_create(const struct world_config *config);
void world_destroy(struct world *w);

gfn_t world_gfn(int page);
/* Number of pages, from @page on, whose GFNs are contiguous; at most @nr. */
int world_run(int page, int nr);

/*
 * A fault of vCPU @v.  Returns RET_PF_*, -ENOMEM, or -EFAULT if user space has given the
 * page the other side.
 */
int world_fault(struct world *w, int v, int page, enum side side);
/*
 * Each function unmaps pages for one reason, as KVM does: user space converts them, a hole is
 * punched into guest_memfd, the MMU notifier unmaps them, a memslot is removed, all roots are
 * invalidated.
 */
int world_convert(struct world *w, int page, int nr, enum side to);
int world_punch(struct world *w, int page, int nr);
/* A hole in a file of its own: without the lock that world_punch() takes. */
int world_punch_unlocked(struct world *w, int page, int nr);
void world_hva_unmap(struct world *w, int page, int nr);
void world_slot_unmap(struct world *w, int page, int nr);
void world_zap_all_fast(struct world *w);

/*
 * The guest on vCPU @v accesses a page.  Returns RET_PF_FIXED if the access went through,
 * RET_PF_RETRY if the vCPU could not enter the guest, else what world_fault() returned.
 */
int world_access(struct world *w, int v, int page);
bool world_enter(struct world *w, int v);
void world_exit(struct world *w, int v);

/* True if both PTs are equal, or the VM is dead; otherwise prints what differs. */
bool world_verify(struct world *w);
s64 world_counter(struct world *w, enum mirror_counter counter);
/* The level at which the page is mapped on that side; 0: not mapped. */
int world_mapped(struct world *w, int page, enum side side);

#endif
