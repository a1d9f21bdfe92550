/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __KVM_X86_MMU_H
#define __KVM_X86_MMU_H

/* arch/x86/kvm/mmu.h: the real one pulls in half of KVM. */

#include "kernel.h"
#include "dup_mmu.h"

extern bool enable_mmio_caching;

static inline void kvm_update_page_stats(struct kvm *kvm, int level, int count)
{
	atomic64_add(count, &kvm->stat.pages[level - 1]);
}

static inline gfn_t kvm_mmu_max_gfn(void)
{
	return (1ULL << (kvm_host.maxphyaddr - PAGE_SHIFT)) - 1;
}

static inline gfn_t kvm_mmu_gpa_to_gfn(const struct kvm *kvm, gpa_t gpa)
{
	return gpa_to_gfn(gpa) & ~kvm->arch.shared_gfn;
}

static inline u64 rsvd_bits(int s, int e)
{
	return e < s ? 0 : ((2ULL << (e - s)) - 1) << s;
}

void kvm_mmu_set_mmio_spte_mask(u64 mmio_value, u64 mmio_mask, u64 access_mask);
void kvm_mmu_set_me_spte_mask(u64 me_value, u64 me_mask);
void kvm_mmu_set_ept_masks(bool has_ad_bits, bool has_exec_only);

#endif
