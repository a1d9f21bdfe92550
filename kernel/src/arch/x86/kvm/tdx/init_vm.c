// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_TDX_CAPABILITIES tells user space what it can ask for in a TD; KVM_TDX_INIT_VM creates
 * the TD that it asks for.
 */
#include <linux/kvm_host.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "mmu.h"
#include "mmu/mirror/mirror.h"
#include "tdx.h"

/* -E2BIG if the buffer of user space is too small for all configurable CPUID leaves. */
int td_get_capabilities(struct kvm_tdx_cmd *cmd)
{
	struct kvm_tdx_capabilities __user *user = u64_to_user_ptr(cmd->data);
	const struct tdx_sys_info *sys = tdx_get_sys_info();
	struct kvm_tdx_capabilities *caps;
	size_t size;
	u32 nent;
	int ret = 0;

	if (cmd->flags)
		return -EINVAL;

	if (get_user(nent, &user->cpuid.nent))
		return -EFAULT;

	if (nent < sys->nr_cpuid_configs)
		return -E2BIG;

	size = struct_size(caps, cpuid.entries, sys->nr_cpuid_configs);
	caps = kzalloc(size, GFP_KERNEL);
	if (!caps)
		return -ENOMEM;

	td_fill_capabilities(sys, caps);
	if (copy_to_user(user, caps, size))
		ret = -EFAULT;

	kfree(caps);
	return ret;
}

/* Copy the argument, so that user space cannot change it any more, and check its form. */
static struct kvm_tdx_init_vm *get_init_vm(const struct kvm_tdx_cmd *cmd)
{
	struct kvm_tdx_init_vm __user *user = u64_to_user_ptr(cmd->data);
	struct kvm_tdx_init_vm *init;
	u32 nent;

	if (get_user(nent, &user->cpuid.nent))
		return ERR_PTR(-EFAULT);

	if (nent > KVM_MAX_CPUID_ENTRIES)
		return ERR_PTR(-E2BIG);

	init = memdup_user(user, struct_size(user, cpuid.entries, nent));
	if (IS_ERR(init))
		return init;

	if (init->cpuid.nent != nent || init->cpuid.padding ||
	    memchr_inv(init->reserved, 0, sizeof(init->reserved))) {
		kfree(init);
		return ERR_PTR(-EINVAL);
	}

	return init;
}

/* Create the mirrored PT.  The TDX module has created the root of the private PT. */
static int init_memory(struct kvm_tdx *td)
{
	const struct kvm_mirror_config mirror = {
		.ops = &td_private_pt_ops,
		.backend = td,
		.shared_gfn = gpa_to_gfn(BIT_ULL(td->gpaw - 1)),
		.root_level = td->gpaw == 52 ? PT64_ROOT_5LEVEL : PT64_ROOT_4LEVEL,
	};

	return kvm_mirror_init(td->kvm, &mirror);
}

static int init_vm(struct kvm *kvm, const struct kvm_tdx_init_vm *init, u64 *ret_status)
{
	struct kvm_tdx *td = to_kvm_tdx(kvm);
	struct td_config config = {
		.max_vcpus = kvm->max_vcpus,
		.tsc_khz = kvm->arch.default_tsc_khz,
		.max_level = kvm_mmu_get_max_tdp_level(),
	};
	struct tdx_td_params *params;
	int ret;

	/* kzalloc() aligns to the size, a power of two, as TDH.MNG.INIT requires. */
	params = kzalloc(sizeof(*params), GFP_KERNEL);
	if (!params)
		return -ENOMEM;

	ret = td_fill_params(tdx_get_sys_info(), init, &config, params);
	if (!ret)
		ret = td_create(td, params, ret_status);
	if (ret)
		goto out;

	td->attributes = init->attributes;
	td->xfam = init->xfam;
	td->gpaw = config.gpaw;
	ret = init_memory(td);
	if (ret) {
		td_destroy(td);
		goto out;
	}

	/*
	 * The frequency that the TD is told: rounded to TDX_TSC_UNIT_KHZ.  User space may
	 * read it and ask for the same in another TD, and QEMU accepts multiples of the
	 * unit only.  If the module does not scale the TSC, the TD's TSC counts as fast as
	 * the host's, which may differ a little from this frequency.
	 */
	kvm->arch.default_tsc_khz = params->tsc_frequency * TDX_TSC_UNIT_KHZ;
	td->state = TD_INITIALIZED;
out:
	kfree(params);
	return ret;
}

int td_init_vm(struct kvm *kvm, struct kvm_tdx_cmd *cmd)
{
	struct kvm_tdx_init_vm *init;
	u64 status = 0;
	int ret;

	if (cmd->flags || to_kvm_tdx(kvm)->state != TD_UNINITIALIZED)
		return -EINVAL;

	/* The mirrored PT must exist before the first vCPU. */
	if (kvm->created_vcpus)
		return -EBUSY;

	init = get_init_vm(cmd);
	if (IS_ERR(init))
		return PTR_ERR(init);

	mutex_lock(&kvm->slots_lock);
	ret = init_vm(kvm, init, &status);
	mutex_unlock(&kvm->slots_lock);

	if (ret)
		cmd->hw_error = status;
	kfree(init);
	return ret;
}
