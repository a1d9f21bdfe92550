// SPDX-License-Identifier: GPL-2.0-only
/*
 * The initial memory of a TD: the TDX module copies pages into the TD, measures them, and
 * finally closes the measurement (KVM_TDX_FINALIZE_VM).
 */
#include <linux/kvm_host.h>
#include <linux/mm.h>
#include <linux/uaccess.h>

#include "mmu/mirror/mirror.h"
#include "tdx.h"

/* Bytes that one MR.EXTEND measures. */
#define TD_EXTEND_BYTES		256

/* State of one KVM_TDX_INIT_MEM_REGION. */
struct td_populate {
	/* The vCPU whose ioctl this is; pages of page tables come from its caches. */
	struct kvm_vcpu *vcpu;
	/* Measure the contents of the pages too; their addresses are always measured. */
	bool measure;
	/* Status of the last SEAMCALL. */
	u64 status;
};

static int measure(struct kvm *kvm, gfn_t gfn, u64 *ret_status)
{
	struct kvm_tdx *td = to_kvm_tdx(kvm);
	gpa_t gpa = gfn_to_gpa(gfn);
	unsigned int i;
	int ret;

	for (i = 0; i < PAGE_SIZE; i += TD_EXTEND_BYTES) {
		/*
		 * The SEAMCALLs that change an entry of the SEPT, or read it for verification, are
		 * made with mmu_lock held for write: let none of them find the SEPT busy, nor this
		 * one.
		 */
		read_lock(&kvm->mmu_lock);
		ret = td_retry_busy(td_check(TDH_MR_EXTEND, *ret_status =
					     tdh_mr_extend(td->tdr, gpa + i, NULL)));
		read_unlock(&kvm->mmu_lock);
		if (ret)
			break;
	}
	if (!ret)
		return 0;

	/* A page measured by half: the TD will never have the expected measurement. */
	td_end_vm(kvm, "a page of a TD cannot be measured");
	return -EIO;
}

/*
 * Add the page @pfn to the TD, with the contents of the user page @src.  Called by
 * kvm_gmem_populate(), which holds guest_memfd's invalidate lock; slots_lock is held too.
 */
static int add_page(struct kvm *kvm, gfn_t gfn, kvm_pfn_t pfn, void __user *src, int order,
		    void *opaque)
{
	struct kvm_tdx *td = to_kvm_tdx(kvm);
	struct td_populate *populate = opaque;
	struct page *source;
	int ret;

	ret = get_user_pages_fast((unsigned long)src, 1, 0, &source);
	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;

	td->source = page_to_phys(source);
	ret = kvm_mirror_map_gfn(populate->vcpu, gfn, pfn, PG_LEVEL_4K);
	td->source = 0;
	put_page(source);

	if (!ret && populate->measure)
		ret = measure(kvm, gfn, &populate->status);

	return ret;
}

static bool is_valid_region(const struct kvm *kvm, const struct kvm_tdx_init_mem_region *region)
{
	u64 end = gfn_to_gpa(kvm->arch.shared_gfn);

	return PAGE_ALIGNED(region->source_addr) && PAGE_ALIGNED(region->gpa) &&
	       region->nr_pages && region->gpa < end &&
	       region->nr_pages <= (end - region->gpa) >> PAGE_SHIFT;
}

/*
 * Populate page by page, so that @region is always the part that is still to do, even when a
 * signal or an error ends the loop.
 */
static int populate_region(struct td_populate *populate, struct kvm_tdx_init_mem_region *region)
{
	struct kvm *kvm = populate->vcpu->kvm;
	long done;

	while (region->nr_pages) {
		if (signal_pending(current))
			return -EINTR;

		done = kvm_gmem_populate(kvm, gpa_to_gfn(region->gpa),
					 u64_to_user_ptr(region->source_addr), 1,
					 add_page, populate);
		if (done != 1)
			return done < 0 ? done : -EIO;

		region->source_addr += PAGE_SIZE;
		region->gpa += PAGE_SIZE;
		region->nr_pages--;
		cond_resched();
	}

	return 0;
}

int td_init_mem_region(struct kvm_vcpu *vcpu, struct kvm_tdx_cmd *cmd)
{
	struct kvm_tdx_init_mem_region region;
	struct td_populate populate = {
		.vcpu = vcpu,
		.measure = cmd->flags & KVM_TDX_MEASURE_MEMORY_REGION,
	};
	struct kvm *kvm = vcpu->kvm;
	int ret;

	if (cmd->flags & ~KVM_TDX_MEASURE_MEMORY_REGION)
		return -EINVAL;

	if (copy_from_user(&region, u64_to_user_ptr(cmd->data), sizeof(region)))
		return -EFAULT;

	if (!is_valid_region(kvm, &region))
		return -EINVAL;

	mutex_lock(&kvm->slots_lock);
	if (to_kvm_tdx(kvm)->state != TD_INITIALIZED || !to_vcpu_tdx(vcpu)->initialized)
		ret = -EINVAL;
	else
		ret = populate_region(&populate, &region);
	mutex_unlock(&kvm->slots_lock);

	cmd->hw_error = ret ? populate.status : 0;

	/* Tell user space what is left: after -EINTR it calls again with that. */
	if (copy_to_user(u64_to_user_ptr(cmd->data), &region, sizeof(region)))
		return -EFAULT;

	return ret;
}

/* TDX_NO_VCPUS is a mistake of user space: -EINVAL, and no message in the log. */
static int check_finalize(u64 status)
{
	return tdx_status_is(status, TDX_NO_VCPUS) ? -EINVAL : td_check(TDH_MR_FINALIZE, status);
}

int td_finalize(struct kvm *kvm, struct kvm_tdx_cmd *cmd)
{
	struct kvm_tdx *td = to_kvm_tdx(kvm);
	u64 status;
	int ret = -EINVAL;

	if (cmd->flags)
		return -EINVAL;

	mutex_lock(&kvm->slots_lock);
	if (td->state != TD_INITIALIZED)
		goto out;

	ret = td_retry_busy(check_finalize(status = tdh_mr_finalize(td->tdr)));
	if (ret) {
		cmd->hw_error = status;
		goto out;
	}

	td->state = TD_RUNNABLE;
	/* A vCPU that sees pre_fault_allowed must also see that the TD is TD_RUNNABLE. */
	smp_wmb();
	kvm->arch.pre_fault_allowed = true;
out:
	mutex_unlock(&kvm->slots_lock);
	return ret;
}
