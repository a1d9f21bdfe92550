/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __KVM_X86_MMU_MIRROR_TEST_INTERNAL_H
#define __KVM_X86_MMU_MIRROR_TEST_INTERNAL_H

/* Declarations shared by the files of the VM type for tests, see vm.c. */

#include <linux/kvm_host.h>
#include <linux/xarray.h>
#include "../mirror_internal.h"
#include "mock.h"

struct mirror_test_vm {
	/* The private PT. */
	struct kvm_mock mock;
	/* struct mirror_test_vcpu of each vCPU, by ID. */
	struct xarray vcpus;
	/* See struct kvm_mirror_test_counts. */
	atomic64_t nr_flushes;
	atomic64_t nr_held;
	atomic64_t copy_ticks;
};

struct mirror_test_vcpu {
	/* The nested root page that the CPU walks. */
	u64 *root;
	/* KVM's shared root. */
	const u64 *shared_root;
	/* Epoch of the vCPU's last entry.  The TLB has no older translations. */
	u64 epoch;
};

static inline bool is_mirror_test_vm(const struct kvm *kvm)
{
	return kvm_mirror_is_used() && kvm->arch.vm_type == KVM_X86_MIRROR_TEST_VM;
}

static inline struct mirror_test_vm *to_mirror_test_vm(struct kvm *kvm)
{
	return container_of(kvm_mirror_backend(kvm), struct mirror_test_vm, mock);
}

static inline struct mirror_test_vcpu *to_mirror_test_vcpu(struct kvm_vcpu *vcpu)
{
	return xa_load(&to_mirror_test_vm(vcpu->kvm)->vcpus, vcpu->vcpu_id);
}

/* EPT entries have no user bit: KVM takes the read bit for it. */
static inline bool mirror_test_has_ept(void)
{
	return shadow_user_mask != PT_USER_MASK;
}

/* vcpu.c */
int mirror_test_vcpu_create(struct kvm_vcpu *vcpu);
void mirror_test_vcpu_free(struct kvm_vcpu *vcpu);
void mirror_test_load_pgd(struct kvm_vcpu *vcpu, hpa_t *root_hpa, int root_level);
fastpath_t mirror_test_vcpu_run(struct kvm_vcpu *vcpu, u64 run_flags,
				const struct kvm_x86_ops *vendor);

/* control.c */
int mirror_test_ioctl(struct kvm *kvm, void __user *argp);

#endif
