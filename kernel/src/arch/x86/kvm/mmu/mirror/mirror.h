/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __KVM_X86_MMU_MIRROR_H
#define __KVM_X86_MMU_MIRROR_H

/*
 * The mirrored-PT MMU's interface to the rest of KVM.
 * Documentation/virt/kvm/x86/mirrored-page-table.rst explains the design.
 */

#include "../mmu_internal.h"
#include "../spte.h"
#include "private_pt_ops.h"
#include "used.h"

struct tdp_iter;

/* How a VM wants its private memory to be mapped. */
struct kvm_mirror_config {
	/* How to change and read the private PT. */
	const struct kvm_private_pt_ops *ops;
	/* Data of the ops, which get it by kvm_mirror_backend(); nothing else uses it. */
	void *backend;
	/* The GPA bit that means "shared", as a GFN.  Must be an index bit of the root. */
	gfn_t shared_gfn;
	/* Level of the mirrored root and of the shared root. */
	int root_level;
};

/* Result of kvm_mirror_verify(). */
struct kvm_mirror_report {
	/* Entries compared. */
	unsigned long nr_entries;
	/* Entries that differ in state, level or address. */
	unsigned long nr_wrong;
	/* Entries that ->read() could not read. */
	unsigned long nr_unread;
	/* GFN and level of the first wrong entry. */
	gfn_t first_gfn;
	int first_level;
};

#ifdef CONFIG_KVM_MIRROR

/* Life cycle; all may sleep.  Call kvm_mirror_use() before kvm_mirror_init(). */
int __must_check kvm_mirror_init(struct kvm *kvm, const struct kvm_mirror_config *config);
void kvm_mirror_lose_memory(struct kvm *kvm);
void kvm_mirror_flush_all(struct kvm *kvm);
void kvm_mirror_destroy(struct kvm *kvm);
void *kvm_mirror_backend(struct kvm *kvm);

/* Faults; mmu_lock is held for read unless a comment says otherwise. */
int kvm_mirror_fault_step(struct kvm *kvm, struct kvm_page_fault *fault,
			  const struct tdp_iter *iter);
void kvm_mirror_init_child(struct kvm_vcpu *vcpu, struct kvm_mmu_page *sp);
int __must_check kvm_mirror_set_spte(struct kvm *kvm, struct tdp_iter *iter, u64 new_spte);
/* Takes mmu_lock.  Maps a page without a fault: for the initial memory of a VM. */
int __must_check kvm_mirror_map_gfn(struct kvm_vcpu *vcpu, gfn_t gfn, kvm_pfn_t pfn, int level);

/* Ranges. */
unsigned int kvm_mirror_range_sides(struct kvm *kvm, const struct kvm_gfn_range *range);
/* mmu_lock is held for write; it is dropped and taken again.  The range must have may_block. */
void kvm_mirror_zap_range(struct kvm *kvm, const struct kvm_gfn_range *range);
void kvm_mirror_unlink_tables(struct kvm *kvm, const struct kvm_gfn_range *range);
/* May sleep.  Call it before zapping a range, where -ENOMEM can still be returned. */
int __must_check kvm_mirror_prepare_zap(struct kvm *kvm);
/* Takes mmu_lock, may sleep. */
int __must_check kvm_mirror_split_gfn(struct kvm *kvm, gfn_t gfn);

/* May sleep; takes mmu_lock. */
int __must_check kvm_mirror_verify(struct kvm *kvm, struct kvm_mirror_report *ret_report);

struct kvm_mmu_page *kvm_mirror_root(struct kvm *kvm);
int kvm_mirror_root_level(struct kvm *kvm);
int kvm_mirror_max_level(struct kvm *kvm);
bool kvm_mirror_zeroes_pages(struct kvm *kvm);
bool kvm_mirror_vcpus_held(struct kvm *kvm);
void kvm_mirror_free_cache(struct kvm_vcpu *vcpu);
/* May sleep.  Brings kvm->stat up to date. */
void kvm_mirror_sum_stat(struct kvm *kvm);

static inline bool kvm_has_mirror(const struct kvm *kvm)
{
	return kvm_mirror_is_used() && kvm->arch.mirror;
}

/* Is @gpa private, that is: the VM has a mirrored PT and the shared bit is clear? */
static inline bool kvm_mirror_is_private_gpa(const struct kvm *kvm, gpa_t gpa)
{
	return kvm_has_mirror(kvm) && !(gpa_to_gfn(gpa) & kvm->arch.shared_gfn);
}

#else

static inline void kvm_mirror_lose_memory(struct kvm *kvm) { }
static inline void kvm_mirror_flush_all(struct kvm *kvm) { }
static inline void kvm_mirror_destroy(struct kvm *kvm) { }
static inline int kvm_mirror_fault_step(struct kvm *kvm, struct kvm_page_fault *fault,
					const struct tdp_iter *iter)
{
	return RET_PF_CONTINUE;
}

static inline void kvm_mirror_init_child(struct kvm_vcpu *vcpu, struct kvm_mmu_page *sp) { }
static inline int kvm_mirror_set_spte(struct kvm *kvm, struct tdp_iter *iter, u64 new_spte)
{
	return -EIO;
}

static inline unsigned int kvm_mirror_range_sides(struct kvm *kvm,
						  const struct kvm_gfn_range *range)
{
	return KVM_FILTER_SHARED;
}

static inline void kvm_mirror_zap_range(struct kvm *kvm, const struct kvm_gfn_range *range) { }
static inline void kvm_mirror_unlink_tables(struct kvm *kvm, const struct kvm_gfn_range *range) { }
static inline int kvm_mirror_prepare_zap(struct kvm *kvm) { return 0; }
static inline struct kvm_mmu_page *kvm_mirror_root(struct kvm *kvm) { return NULL; }
static inline int kvm_mirror_root_level(struct kvm *kvm) { return 0; }
static inline int kvm_mirror_max_level(struct kvm *kvm) { return KVM_MAX_HUGEPAGE_LEVEL; }
static inline bool kvm_mirror_zeroes_pages(struct kvm *kvm) { return false; }
static inline void kvm_mirror_free_cache(struct kvm_vcpu *vcpu) { }
static inline void kvm_mirror_sum_stat(struct kvm *kvm) { }
static inline bool kvm_has_mirror(const struct kvm *kvm) { return false; }
static inline bool kvm_mirror_is_private_gpa(const struct kvm *kvm, gpa_t gpa) { return false; }

#endif /* CONFIG_KVM_MIRROR */

static inline bool is_mirrored_sp(const struct kvm_mmu_page *sp)
{
	return kvm_mirror_is_used() && sp->role.mirrored;
}

/* Is the fault resolved on the mirrored PT, and not on the shared PT? */
static inline bool is_mirrored_fault(const struct kvm *kvm, const struct kvm_page_fault *fault)
{
	return kvm_has_mirror(kvm) && fault->is_private;
}

/*
 * The root on which the fault is resolved.  This function and the next one are inline
 * because the faults of ordinary VMs call them too.
 */
static inline struct kvm_mmu_page *kvm_mirror_fault_root(struct kvm_vcpu *vcpu,
							 const struct kvm_page_fault *fault)
{
	if (is_mirrored_fault(vcpu->kvm, fault))
		return kvm_mirror_root(vcpu->kvm);

	return root_to_sp(vcpu->arch.mmu->root.hpa);
}

static inline int __must_check kvm_mirror_topup_cache(struct kvm_vcpu *vcpu)
{
	if (!kvm_has_mirror(vcpu->kvm))
		return 0;

	return kvm_mmu_topup_memory_cache(&vcpu->arch.mmu_private_pt_cache, PT64_ROOT_MAX_LEVEL);
}

#endif
