// SPDX-License-Identifier: GPL-2.0-only
/*
 * Teardown of a TD.
 *
 * First flush the vCPUs from the CPUs, write back the caches and release the KeyID.  After
 * that nothing can access the TD's memory, so that each page is reclaimed by one SEAMCALL,
 * without block, track and kick.  Every page of a TD names the TDR as its owner, so the TDR
 * is reclaimed last.
 *
 * A page that the TDX module does not give back is leaked on purpose: it may still hold
 * private data, and an access by the host may cause a machine check.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpu.h>

#include "mmu/mirror/mirror.h"
#include "tdx.h"

static int write_back_caches(void *unused)
{
	int tries = TD_BUSY_RETRIES;
	bool resume = false;
	u64 status;

	do {
		status = tdh_phymem_cache_wb(resume);
		if (tdx_status_is(status, TDX_INTERRUPTED_RESUMABLE))
			resume = true;
		else if (!tdx_status_is_busy(status) || !--tries)
			break;
		cond_resched();
	} while (true);

	return td_check(TDH_PHYMEM_CACHE_WB, status);
}

static void flush_vcpus(struct kvm *kvm)
{
	struct kvm_vcpu *vcpu;
	unsigned long i;

	kvm_for_each_vcpu(i, vcpu, kvm)
		td_vcpu_flush(vcpu);
}

/*
 * No vCPU enters the TD any more.  But one that has just left it may make another SEAMCALL, which
 * associates it with its CPU again: flush that one once more.
 */
static int finish_flush(struct kvm_tdx *td)
{
	int tries = TD_BUSY_RETRIES;
	u64 status;

	do {
		flush_vcpus(td->kvm);
		status = tdh_mng_vpflushdone(td->tdr);
	} while ((tdx_status_is_busy(status) || tdx_status_is(status, TDX_FLUSHVP_NOT_DONE)) &&
		 --tries);

	return td_check(TDH_MNG_VPFLUSHDONE, status);
}

/* On an error the KeyID stays in use.  It is lost for good unless teardown tries again. */
static int release_keyid(struct kvm_tdx *td)
{
	int ret;

	mutex_lock(&td_keys_lock);
	ret = finish_flush(td);
	if (!ret) {
		cpus_read_lock();
		ret = td_on_each_package(write_back_caches, NULL);
		cpus_read_unlock();
	}
	if (!ret)
		ret = td_retry_busy(td_check(TDH_MNG_KEY_FREEID, tdh_mng_key_freeid(td->tdr)));
	mutex_unlock(&td_keys_lock);

	if (ret) {
		pr_err("tdx: KeyID %d is not free: %d\n", td->keyid, ret);
		return -EIO;
	}

	td_put_keyid(td);
	return 0;
}

static void set_state(struct kvm_tdx *td, enum td_state state)
{
	mutex_lock(&td->kvm->slots_lock);
	WRITE_ONCE(td->state, state);
	mutex_unlock(&td->kvm->slots_lock);
}

/*
 * Other tasks may still be in ioctls of the VM.  Those that use the TDX module to build the TD do
 * so with slots_lock held, if the state allows it.  slots_lock is not held while the KeyID is
 * released, which waits for other CPUs to write back their caches.
 */
int td_die(struct kvm *kvm)
{
	struct kvm_tdx *td = to_kvm_tdx(kvm);
	int ret;

	set_state(td, TD_DYING);
	ret = release_keyid(td);
	if (!ret)
		set_state(td, TD_DEAD);

	return ret;
}

/*
 * The TDX module writes the TDR with its global KeyID.  The PHYMEM.CACHE.WB of the teardown
 * does not write back lines with that KeyID, so PAGE.WBINVD must do it for this page.
 */
static void reclaim_tdr(struct kvm_tdx *td)
{
	phys_addr_t tdr = td->tdr;

	if (!tdr)
		return;

	td->tdr = 0;
	if (td_reclaim(tdr) ||
	    td_retry_busy(td_check(TDH_PHYMEM_PAGE_WBINVD,
				   tdh_phymem_page_wbinvd(tdr, tdx_global_hkid())))) {
		td_count_leak(1);
		return;
	}

	tdx_scrub_pages(tdr, 1);
	td_free_page(tdr);
}

static void reclaim_tdcs(struct kvm_tdx *td)
{
	unsigned int i, nr = tdx_nr_tdcs_pages(tdx_get_sys_info());

	for (i = 0; i < nr; i++) {
		td_reclaim_page(td->tdcs[i]);
		td->tdcs[i] = 0;
	}
}

void td_destroy(struct kvm_tdx *td)
{
	if (!td->tdr)
		return;

	release_keyid(td);
	reclaim_tdcs(td);
	reclaim_tdr(td);
}

/* All vCPUs have been freed. */
void td_vm_destroy(struct kvm *kvm)
{
	struct kvm_tdx *td = to_kvm_tdx(kvm);

	/* Remove the private pages and tables that are left, before the TDR, their owner. */
	kvm_mirror_destroy(kvm);
	td_count_leak(atomic64_read(&kvm->stat.mirror.values[MIRROR_NR_LEAKED]));

	reclaim_tdcs(td);
	reclaim_tdr(td);

	kvm->arch.tdx = NULL;
	kfree(td->tdcs);
	kfree(td);
}
