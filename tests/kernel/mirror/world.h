/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MIRROR_WORLD_H
#define MIRROR_WORLD_H

/*
 * A VM, its memory and its vCPUs, around the code under test: what kvm_main.c,
 * mmu.c, guest_memfd.c and the VM type are in the kernel.
 */

#include "mmu/mirror/mirror_internal.h"
#include "mmu/mirror/tests/mock.h"

#define BLOCK_PAGES	512
#define NR_BLOCKS	16
#define NR_PAGES	(NR_BLOCKS * BLOCK_PAGES)
#define MAX_VCPUS	4
#define SHARED_GFN	(1ULL << (47 - PAGE_SHIFT))

enum side { SHARED, PRIVATE };

/* Whose page is it; struct page.owner. */
enum owner { OWNER_HOST, OWNER_GUEST };

struct sim_vcpu {
	/* What the code under test sees. */
	struct kvm_vcpu vcpu;
	/* Odd while inside the guest. */
	unsigned int entries;
	/* Asked to leave the guest. */
	int kicked;
	/* Epoch that the mock gave at entry. */
	u64 epoch;
	/* Epoch that the TLB is good for. */
	u64 tlb_epoch;
	/* Page number + 1 of each cached translation. */
	u32 tlb[NR_PAGES];
};

struct world_config {
	int nr_vcpus;
	bool pending, strict, ept, no_die;
};

struct world {
	struct kvm kvm;
	struct world_config config;
	struct kvm_mock *mock;
	/* The mock's ops behind checks; see world.c. */
	struct kvm_private_pt_ops ops;
	const struct kvm_private_pt_ops *mock_ops;
	struct sim_vcpu *vcpus[MAX_VCPUS];
	struct kvm_memory_slot slot;
	struct kvm_memslots slots;

	/* Under mmu_lock. */
	u8 attr[NR_PAGES];
	int nr_private[NR_BLOCKS];
	bool huge_ok[NR_BLOCKS];
	int invalidate_in_progress;
	gfn_t invalidate_start, invalidate_end;
	unsigned long invalidate_seq;

	/* Serialise attribute changes, and hole punching. */
	pthread_mutex_t slots_lock, gmem_lock;

	/* What the code under test did, one letter each: see world.c; NULL = no log. */
	char *log;
	size_t log_size;
	/* Faults do not look for invalidations: a memslot that goes away has its own ways. */
	bool ignore_stale;
	/* Negative control: kicks are lost. */
	bool lose_kicks;
	/* Counters. */
	atomic_t nr_kicks, nr_flushes, nr_stale;
	atomic_t nr_ops[MIRROR_NR_OPS];
};

/* Returns NULL if memory runs out, and nothing is left behind then. */
struct world *world_create(const struct world_config *config);
void world_destroy(struct world *w);

gfn_t world_gfn(int page);
/* Number of pages from @page on whose GFNs are contiguous, at most @nr. */
int world_run(int page, int nr);

/* RET_PF_*, or -ENOMEM, or -EFAULT if the page is on the other side. */
int world_fault(struct world *w, int v, int page, enum side side);
/* Unmap as the kernel does for that reason. */
int world_convert(struct world *w, int page, int nr, enum side to);
int world_punch(struct world *w, int page, int nr);
void world_hva_unmap(struct world *w, int page, int nr);
void world_slot_unmap(struct world *w, int page, int nr);
void world_zap_all_fast(struct world *w);

/* A guest's access: RET_PF_FIXED if it went through, else what world_fault() said. */
int world_access(struct world *w, int v, int page);
bool world_enter(struct world *w, int v);
void world_exit(struct world *w, int v);

/* True if both PTs are equal; says what is wrong. */
bool world_verify(struct world *w);
s64 world_counter(struct world *w, enum mirror_counter counter);
/* Is the page mapped on that side, and at which level?  0 = no. */
int world_mapped(struct world *w, int page, enum side side);

#endif
