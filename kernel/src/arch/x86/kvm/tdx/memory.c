// SPDX-License-Identifier: GPL-2.0-only
/*
 * The private PT of a TD is the Secure EPT (SEPT).  These ops change and read it by SEAMCALL.
 * private_pt_ops.h says in which contexts they are called, and what their errors mean.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kvm_host.h>

#include <asm/smp.h>
#include <asm/special_insns.h>

#include "mmu/mirror/private_pt_ops.h"
#include "tdx.h"

/*
 * Attempts at a split (TDH.MEM.PAGE.DEMOTE), which the TDX module gives up when an interrupt
 * is pending.  After these the split returns -EAGAIN, and its caller drops mmu_lock and tries
 * again.  A module without bit 51 of FEATURES0 may give up any number of times.
 */
#define TD_SPLIT_RESTARTS	16

/* Level of an entry as SEAMCALLs count: 4 KiB is 0, 2 MiB is 1. */
static int sept_level(int level)
{
	return level - PG_LEVEL_4K;
}

static bool is_dead(const struct kvm_tdx *td)
{
	return READ_ONCE(td->state) == TD_DEAD;
}

static int td_link(struct kvm *kvm, gfn_t gfn, int level, void *private_pt)
{
	struct kvm_tdx *td = to_kvm_tdx(kvm);

	return td_check(TDH_MEM_SEPT_ADD,
			tdh_mem_sept_add(td->tdr, gfn_to_gpa(gfn), sept_level(level),
					 __pa(private_pt), NULL));
}

static int td_map(struct kvm *kvm, gfn_t gfn, int level, kvm_pfn_t pfn)
{
	struct kvm_tdx *td = to_kvm_tdx(kvm);

	if (READ_ONCE(td->state) >= TD_RUNNABLE)
		return td_check(TDH_MEM_PAGE_AUG,
				tdh_mem_page_aug(td->tdr, gfn_to_gpa(gfn), sept_level(level),
						 PFN_PHYS(pfn), NULL));

	/* Only add_page() in populate.c maps before the TD is finalized; it sets td->source. */
	if (!td->source || level != PG_LEVEL_4K)
		return -EIO;

	return td_check(TDH_MEM_PAGE_ADD,
			tdh_mem_page_add(td->tdr, gfn_to_gpa(gfn), PFN_PHYS(pfn), td->source,
					 NULL));
}

static int td_block(struct kvm *kvm, gfn_t gfn, int level)
{
	struct kvm_tdx *td = to_kvm_tdx(kvm);

	return td_check(TDH_MEM_RANGE_BLOCK,
			tdh_mem_range_block(td->tdr, gfn_to_gpa(gfn), sept_level(level), NULL));
}

static int td_track(struct kvm *kvm)
{
	return td_check(TDH_MEM_TRACK, tdh_mem_track(to_kvm_tdx(kvm)->tdr));
}

/*
 * Write back and invalidate all cache lines of the pages that carry the TD's KeyID: a line
 * that is written back later would overwrite data of the pages' next owner.  This must not
 * fail: if the SEAMCALL does, all CPUs flush all of their caches.
 */
static void flush_caches(struct kvm_tdx *td, kvm_pfn_t pfn, unsigned long nr)
{
	unsigned long i;

	for (i = 0; i < nr; i++) {
		if (td_retry_busy(td_check(TDH_PHYMEM_PAGE_WBINVD,
					   tdh_phymem_page_wbinvd(PFN_PHYS(pfn + i),
								  td->keyid)))) {
			wbinvd_on_all_cpus();
			return;
		}
	}
}

/* Make pages ordinary memory again, which were written with the TD's KeyID. */
static void take_back(struct kvm_tdx *td, kvm_pfn_t pfn, unsigned long nr)
{
	flush_caches(td, pfn, nr);
	tdx_scrub_pages(PFN_PHYS(pfn), nr);
}

static int td_unmap(struct kvm *kvm, gfn_t gfn, int level, kvm_pfn_t pfn)
{
	unsigned long nr = KVM_PAGES_PER_HPAGE(level);
	struct kvm_tdx *td = to_kvm_tdx(kvm);
	phys_addr_t page;
	int ret;

	if (is_dead(td)) {
		ret = td_reclaim(PFN_PHYS(pfn));
		if (!ret)
			tdx_scrub_pages(PFN_PHYS(pfn), nr);
	} else {
		ret = td_check(TDH_MEM_PAGE_REMOVE,
			       tdh_mem_page_remove(td->tdr, gfn_to_gpa(gfn), sept_level(level),
						   &page, NULL));
		if (!ret)
			take_back(td, pfn, nr);
	}
	return ret;
}

static int td_split(struct kvm *kvm, gfn_t gfn, int level, void *private_pt)
{
	struct kvm_tdx *td = to_kvm_tdx(kvm);
	int i;
	u64 status;

	for (i = 0; i < TD_SPLIT_RESTARTS; i++) {
		status = tdh_mem_page_demote(td->tdr, gfn_to_gpa(gfn), sept_level(level),
					     __pa(private_pt), NULL);
		if (!tdx_status_is(status, TDX_INTERRUPTED_RESTARTABLE))
			break;
	}
	if (!tdx_status_is_error(status))
		return 0;

	/* The module may have begun to fill the table, which the caller may free now. */
	take_back(td, PHYS_PFN(__pa(private_pt)), 1);
	if (tdx_status_is(status, TDX_INTERRUPTED_RESTARTABLE))
		return -EAGAIN;
	return td_check(TDH_MEM_PAGE_DEMOTE, status);
}

/* The table is empty, see private_pt_ops.h.  The module has written it with the TD's KeyID. */
static int td_unlink(struct kvm *kvm, gfn_t gfn, int level, void *private_pt)
{
	struct kvm_tdx *td = to_kvm_tdx(kvm);
	phys_addr_t page;
	int ret;

	if (is_dead(td)) {
		ret = td_reclaim(__pa(private_pt));
		if (!ret)
			tdx_scrub_pages(__pa(private_pt), 1);
	} else {
		ret = td_check(TDH_MEM_SEPT_REMOVE,
			       tdh_mem_sept_remove(td->tdr, gfn_to_gpa(gfn), sept_level(level),
						   &page, NULL));
		if (!ret)
			take_back(td, PHYS_PFN(__pa(private_pt)), 1);
	}
	return ret;
}

static int td_read(struct kvm *kvm, gfn_t gfn, int level, struct kvm_private_pt_entry *ret_entry)
{
	struct kvm_tdx *td = to_kvm_tdx(kvm);
	struct tdx_sept_info sept;
	int ret;

	ret = td_check(TDH_MEM_SEPT_RD,
		       tdh_mem_sept_rd(td->tdr, gfn_to_gpa(gfn), sept_level(level), &sept));
	if (ret)
		return ret;

	ret_entry->pfn = PHYS_PFN(sept.entry & TDX_SEPT_ENTRY_HPA);

	switch (tdx_sept_state(&sept)) {
	case TDX_SEPT_FREE:
		ret_entry->state = KVM_MIRROR_EMPTY;
		return 0;
	case TDX_SEPT_PENDING:
	case TDX_SEPT_MAPPED:
		ret_entry->state = KVM_MIRROR_LEAF;
		return 0;
	case TDX_SEPT_PENDING_BLOCKED:
	case TDX_SEPT_BLOCKED:
		ret_entry->state = KVM_MIRROR_BLOCKED_LEAF;
		return 0;
	case TDX_SEPT_NL_MAPPED:
		ret_entry->state = KVM_MIRROR_TABLE;
		return 0;
	case TDX_SEPT_NL_BLOCKED:
		ret_entry->state = KVM_MIRROR_BLOCKED_TABLE;
		return 0;
	default:
		return -EIO;
	}
}

const struct kvm_private_pt_ops td_private_pt_ops = {
	.name		= "sept",
	.max_level	= PG_LEVEL_2M,
	/* TDG.MEM.PAGE.ACCEPT zeroes the page, and TDH.MEM.PAGE.ADD copies the initial contents. */
	.zeroes_pages	= true,
	.link		= td_link,
	.map		= td_map,
	.block		= td_block,
	.track		= td_track,
	.unmap		= td_unmap,
	.split		= td_split,
	.unlink		= td_unlink,
	.read		= td_read,
	.die		= td_die,
};
