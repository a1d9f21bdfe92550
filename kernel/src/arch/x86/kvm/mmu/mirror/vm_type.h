/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __KVM_X86_MMU_MIRROR_VM_TYPE_H
#define __KVM_X86_MMU_MIRROR_VM_TYPE_H

struct kvm_x86_ops;

#ifdef CONFIG_KVM_MIRROR
/*
 * Lets a VM type other than TDs that has a mirrored PT replace some of @ops, the vendor
 * module's ops, before any VM exists.  Only tests have such a VM type: the default
 * function is weak and does nothing, and tests/vm.c, where it is built in, overrides it.
 */
void kvm_mirror_wrap_ops(struct kvm_x86_ops *ops);
#else
static inline void kvm_mirror_wrap_ops(struct kvm_x86_ops *ops) { }
#endif

#endif
