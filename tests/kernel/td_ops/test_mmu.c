// SPDX-License-Identifier: GPL-2.0-only
/*
 * What KVM's MMU and its dirty logging do for a TD and for an ordinary VM, over a vendor that
 * has what kvm-intel has: MMIO entries that are EPT misconfigurations, and a log of dirty pages
 * (PML).  The functions under test are cut out of the patched kernel.
 */
#include "tdx.h"
#include "vendor.h"

struct kvm_memory_slot {
	u32 flags;
	u64 base_gfn;
};

enum kvm_mr_change { KVM_MR_FLAGS_ONLY };
#define PMD_SIZE BIT(PMD_SHIFT)
#define __fls(x) (63 - __builtin_clzl(x))
#define KVM_REQ_UPDATE_CPU_DIRTY_LOGGING 4

/* What the cut functions call. */
#define kvm_dirty_log_manual_protect_and_init_set(kvm)	false
#define kvm_mmu_try_split_huge_pages(...)		BUG()
#define kvm_mmu_slot_gfn_write_protect(...)		BUG()
#define kvm_mmu_zap_collapsible_sptes(...)		BUG()
#define kvm_mmu_slot_try_split_huge_pages(...)		BUG()
#define kvm_flush_remote_tlbs_memslot(kvm, slot)	((void)(slot))
#define kvm_for_each_vcpu(i, vcpu, kvm)			for ((i) = 0, (vcpu) = NULL; !(i); (i)++)
#define kvm_vcpu_kick(vcpu)				((void)(vcpu), record("kick "))
#define kvm_make_all_cpus_request(kvm, request)		record("start-log ")
#define kvm_mmu_clear_dirty_pt_masked(...)		record("clear-dirty ")
#define kvm_mmu_write_protect_pt_masked(...)		record("write-protect ")
#define kvm_mmu_slot_leaf_clear_dirty(kvm, slot)	record("clear-dirty-slot ")
#define kvm_mmu_slot_remove_write_access(kvm, slot, level) \
	record((level) == PG_LEVEL_4K ? "write-protect-slot " : "write-protect-huge ")
#define kvm_vcpu_memslots(vcpu)				(&memslots)
static bool eager_page_split;
static struct { u64 generation; } memslots;
static struct kvm_x86_ops kvm_x86_ops;

/* They are global in the kernel. */
u64 make_mmio_spte(struct kvm_vcpu *vcpu, u64 gfn, unsigned int access);
void kvm_mmu_set_mmio_spte_mask(u64 mmio_value, u64 mmio_mask, u64 access_mask);
void kvm_arch_mmu_enable_log_dirty_pt_masked(struct kvm *kvm, struct kvm_memory_slot *slot,
					     gfn_t gfn_offset, unsigned long mask);
void kvm_arch_sync_dirty_log(struct kvm *kvm, struct kvm_memory_slot *memslot);
void init_mmu_of_vm(struct kvm *kvm);
#include "kvm_mmu_parts.h"

/* Has variables with names that the cut functions give to their parameters. */
#include "test.h"

/* KVM_CREATE_VM over a vendor with this log of dirty pages. */
static void create_vm(unsigned long type, int cpu_dirty_log_size)
{
	kvm_x86_ops.cpu_dirty_log_size = cpu_dirty_log_size;
	make_vm(type, true);
	atomic_set(&kvm.nr_memslots_dirty_logging, 1);
}

/* The kernel's masks for EPT; the MMIO of a VM of this type must, or must not, give the guest a #VE. */
static bool mmio_gives_ve(unsigned long type)
{
	u64 spte;

	memslots.generation = 5;
	create_vm(type, 0);
	spte = make_mmio_spte(&vcpu, 0xfed00, 0);
	ASSERT(!atomic_read(&shim_nr_warnings));
	ASSERT(is_mmio_spte(&kvm, spte));
	ASSERT(!is_mmio_spte(&kvm, SHADOW_NONPRESENT_VALUE));
	ASSERT(!is_mmio_spte(&kvm, FROZEN_SPTE));
	free_vm();
	/* Neither suppressed (bit 63), nor another kind of exit than an EPT violation. */
	return !(spte & (BIT_ULL(63) | 7));
}

/* The vendor sets up its format of MMIO entries. */
static void set_mmio(u64 value, u64 mask)
{
	allow_mmio_caching = true;
	kvm_mmu_set_mmio_spte_mask(value, mask, 0);
}

static bool mmio_over_ept(void)
{
	set_mmio(6, BIT_ULL(63) | 7);
	ASSERT(mmio_gives_ve(KVM_X86_TDX_VM));
	ASSERT(!mmio_gives_ve(KVM_X86_DEFAULT_VM));
	return true;
}

/* Without the suppress-#VE bit in the mask, all VMs have the same value. */
static bool mmio_over_npt(void)
{
	set_mmio(BIT_ULL(51) | 1, BIT_ULL(51) | 1);
	ASSERT(!mmio_gives_ve(KVM_X86_TDX_VM));
	ASSERT(!mmio_gives_ve(KVM_X86_DEFAULT_VM));
	return true;
}

/* User space starts to log, reads the log and starts anew. */
static void log_dirty_pages(void)
{
	struct kvm_memory_slot slot = { .flags = 0 }, logged = { .flags = KVM_MEM_LOG_DIRTY_PAGES };

	kvm_mmu_slot_apply_flags(&kvm, &slot, &logged, KVM_MR_FLAGS_ONLY);
	kvm_arch_sync_dirty_log(&kvm, &logged);
	kvm_arch_mmu_enable_log_dirty_pt_masked(&kvm, &logged, 0, 1);
}

/* The CPU does not log what a TD writes, so only write protection finds it. */
static bool dirty_log_of_td(void)
{
	create_vm(KVM_X86_TDX_VM, 512);
	log_dirty_pages();
	free_vm();
	ASSERT(!strcmp(calls, "write-protect-slot write-protect "));
	return true;
}

static bool dirty_log_of_ordinary_vm(void)
{
	create_vm(KVM_X86_DEFAULT_VM, 512);
	log_dirty_pages();
	ASSERT(!strcmp(calls, "start-log clear-dirty-slot write-protect-huge kick clear-dirty "));

	create_vm(KVM_X86_DEFAULT_VM, 0);
	log_dirty_pages();
	ASSERT(!strcmp(calls, "write-protect-slot write-protect "));
	return true;
}

const struct test mmu_tests[] = {
	{ "mmio-over-ept", mmio_over_ept },
	{ "mmio-over-npt", mmio_over_npt },
	{ "dirty-log-of-td", dirty_log_of_td },
	{ "dirty-log-of-ordinary-vm", dirty_log_of_ordinary_vm },
	{}
};
