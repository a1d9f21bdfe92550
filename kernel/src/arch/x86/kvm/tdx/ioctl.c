// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_MEMORY_ENCRYPT_OP of a TD and of its vCPUs.
 */
#include <linux/uaccess.h>

#include "tdx.h"

/* Copy the command in; checks that all commands share. */
static int get_cmd(struct kvm_tdx_cmd *cmd, void __user *argp)
{
	if (copy_from_user(cmd, argp, sizeof(*cmd)))
		return -EFAULT;

	if (cmd->hw_error)
		return -EINVAL;

	return 0;
}

/* Copy the command out: hw_error may have a SEAMCALL status, which says more than @ret. */
static int put_cmd(const struct kvm_tdx_cmd *cmd, void __user *argp, int ret)
{
	if (copy_to_user(argp, cmd, sizeof(*cmd)))
		return -EFAULT;

	return ret;
}

int td_vm_ioctl(struct kvm *kvm, void __user *argp)
{
	struct kvm_tdx_cmd cmd;
	int ret;

	ret = get_cmd(&cmd, argp);
	if (ret)
		return ret;

	mutex_lock(&kvm->lock);
	switch (cmd.id) {
	case KVM_TDX_CAPABILITIES:
		ret = td_get_capabilities(&cmd);
		break;
	case KVM_TDX_INIT_VM:
		ret = td_init_vm(kvm, &cmd);
		break;
	case KVM_TDX_FINALIZE_VM:
		ret = td_finalize(kvm, &cmd);
		break;
	default:
		ret = -EINVAL;
	}
	mutex_unlock(&kvm->lock);

	return put_cmd(&cmd, argp, ret);
}

static int init_vcpu(struct kvm_vcpu *vcpu, const struct kvm_tdx_cmd *cmd)
{
	struct kvm *kvm = vcpu->kvm;
	int ret = -EINVAL;

	if (cmd->flags)
		return -EINVAL;

	mutex_lock(&kvm->slots_lock);
	if (to_kvm_tdx(kvm)->state == TD_INITIALIZED && !to_vcpu_tdx(vcpu)->initialized)
		ret = td_vcpu_init(vcpu, cmd->data);
	mutex_unlock(&kvm->slots_lock);

	return ret;
}

/* Called with vcpu->mutex held, while the vCPU is loaded. */
int td_vcpu_ioctl(struct kvm_vcpu *vcpu, void __user *argp)
{
	struct kvm_tdx_cmd cmd;
	int ret;

	if (to_kvm_tdx(vcpu->kvm)->state == TD_UNINITIALIZED)
		return -EINVAL;

	ret = get_cmd(&cmd, argp);
	if (ret)
		return ret;

	switch (cmd.id) {
	case KVM_TDX_INIT_VCPU:
		ret = init_vcpu(vcpu, &cmd);
		break;
	case KVM_TDX_INIT_MEM_REGION:
		ret = td_init_mem_region(vcpu, &cmd);
		break;
	case KVM_TDX_GET_CPUID:
		ret = td_get_cpuid(vcpu, &cmd);
		break;
	default:
		ret = -EINVAL;
	}

	return put_cmd(&cmd, argp, ret);
}
