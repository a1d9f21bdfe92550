// SPDX-License-Identifier: GPL-2.0-only
/*
 * The initial memory of a TD: copied in by the TDX module, measured, sealed.
 */
#include <linux/kvm_host.h>
#include <linux/mm.h>
#include <linux/uaccess.h>

#include "mmu/mirror/mirror.h"
#include "tdx.h"

/* Bytes that one MR.EXTEND measures. */
#define TD_EXTEND_BYTES		256

/* One KVM_TDX_INIT_MEM_REGION. */
struct td_populate {
	/* Whose memory caches are used. */
	struct kvm_vcpu *vcpu;
	/* Measure the contents, not the address alone. */
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

	/* No vCPU runs, but the host may look at the TD, for debugfs. */
	for (i = 0; i < PAGE_SIZE; i += TD_EXTEND_BYTES) {
		ret = td_retry_busy(td_check(TDH_MR_EXTEND, *ret_status =
					     tdh_mr_extend(td->tdr, gpa + i, NULL)));
		/* Measured half: no measurement that user space expects can come of it. */
		if (KVM_BUG_ON(ret, kvm))
			return -EIO;
	}

	return 0;
}

/* guest_memfd keeps the page stable, slots_lock the slot. */
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

/* Page by page, so that @region says how far it came, whatever ends it. */
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

	/* Whoever is interrupted goes on with what is left. */
	if (copy_to_user(u64_to_user_ptr(cmd->data), &region, sizeof(region)))
		return -EFAULT;

	return ret;
}

/* No vCPU is what user space did wrong. */
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
	/* Who sees it must see what makes it possible. */
	smp_wmb();
	kvm->arch.pre_fault_allowed = true;
out:
	mutex_unlock(&kvm->slots_lock);
	return ret;
}
