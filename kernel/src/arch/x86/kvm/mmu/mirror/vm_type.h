/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __KVM_X86_MMU_MIRROR_VM_TYPE_H
#define __KVM_X86_MMU_MIRROR_VM_TYPE_H

struct kvm_x86_ops;

#ifdef CONFIG_KVM_MIRROR
/*
 * Lets a VM type with a mirrored PT, other than TDs, wrap @ops: those of the vendor
 * module, before VMs exist.  Weak, and empty, because only tests have such a type:
 * what is built in for them replaces this function.
 */
void kvm_mirror_wrap_ops(struct kvm_x86_ops *ops);
#else
static inline void kvm_mirror_wrap_ops(struct kvm_x86_ops *ops) { }
#endif

#endif
