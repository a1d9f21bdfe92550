/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MIRROR_SHIM_H
#define MIRROR_SHIM_H

/* Handles of the shim for the tests. */

#include "mmu/mirror/mirror_internal.h"
#include "mmu/mirror/tests/mock.h"

/* PFNs of the guest's memory; no page of the arena has one of these. */
#define SHIM_GUEST_PFN		(1ULL << 36)
#define SHIM_GUEST_PAGES	16384

/* Inside an op: sleeping, allocating and locking are bugs. */
extern __thread int shim_in_op;
extern int shim_nr_threads;
extern atomic_t shim_nr_warnings, shim_nr_kvm_bugs, shim_nr_live, shim_nr_pgtables;
extern atomic_t shim_fail_nth, shim_failed;
extern bool shim_expect_bug;
extern int shim_yield_chance;
extern void (*shim_on_yield)(void);

void shim_init(void);
void shim_seed(u64 seed);
u64 shim_random(void);

/* spte.c */
void kvm_mmu_spte_module_init(void);
void kvm_mmu_reset_all_pte_masks(void);

#endif
