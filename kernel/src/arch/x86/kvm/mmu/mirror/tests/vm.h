/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __KVM_X86_MMU_MIRROR_TEST_VM_H
#define __KVM_X86_MMU_MIRROR_TEST_VM_H

/*
 * A VM type for tests of the mirrored-PT MMU: the guest's private memory is mapped
 * by the mock private PT, which the CPU really walks.  It protects nothing.
 *
 * Such a VM stacks over kvm-amd: nested page tables are what the mock writes.  Each
 * vCPU has a nested root page of its own.  Its lower half is copied from the root of
 * the private PT, its upper half, where GPA bit 47 is set, from KVM's shared root.
 * The copy is made at each entry to the guest, after the vCPU counts as inside:
 *
 *  - KVM's root and the private PT stay what they are without a guest, nobody has
 *    to be told about the other, and roots may come and go;
 *  - an entry that appears after the copy costs a spurious fault;
 *  - an entry that disappears was blocked first, and the vCPUs were kicked.
 *
 * TLBs follow the rules of the TDX module: KVM never flushes for the private PT, a
 * vCPU that enters the guest in a new epoch does.
 */

struct kvm_x86_ops;

#ifdef CONFIG_KVM_MIRROR_TEST_VM
/* Before the vendor's ops become KVM's. */
void kvm_mirror_test_wrap_ops(struct kvm_x86_ops *ops);
#else
static inline void kvm_mirror_test_wrap_ops(struct kvm_x86_ops *ops) { }
#endif

#endif
