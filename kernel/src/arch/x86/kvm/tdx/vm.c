// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_CREATE_VM of a TD.  teardown.c is the counterpart.
 */
#include "mmu.h"
#include "mmu/spte.h"
#include "tdx.h"

int td_vm_init(struct kvm *kvm)
{
	const struct tdx_sys_info *sys = tdx_get_sys_info();
	struct kvm_tdx *td;

	kvm_mirror_use();

	td = kzalloc(sizeof(*td), GFP_KERNEL_ACCOUNT);
	if (!td)
		return -ENOMEM;

	td->tdcs = kcalloc(tdx_nr_tdcs_pages(sys), sizeof(*td->tdcs), GFP_KERNEL_ACCOUNT);
	if (!td->tdcs) {
		kfree(td);
		return -ENOMEM;
	}

	td->kvm = kvm;
	td->keyid = -1;
	kvm->arch.tdx = td;

	kvm->arch.has_private_mem = true;
	kvm->arch.has_protected_state = true;
	/*
	 * The vendor's vcpu_create() would add a memslot for the APIC access page.  A TD uses
	 * x2APIC only, and the page would be ordinary memory at a GPA of user space's.
	 */
	kvm->arch.apic_access_memslot_inhibited = true;
	/* All pages that a TD has before it runs are measured: only populate.c adds them. */
	kvm->arch.pre_fault_allowed = false;
	kvm->max_vcpus = min3((unsigned int)kvm->max_vcpus, (unsigned int)sys->max_vcpus_per_td,
			      num_present_cpus());

	/*
	 * KVM cannot decode a TD's instructions, so a TD must ask for MMIO by TDVMCALL.
	 * It does so in its #VE handler, and an access gives a #VE if the EPT entry does
	 * not have the suppress-#VE bit: let MMIO entries be zero.  Other formats of page
	 * tables (AMD's) have no such bit.
	 */
	if (shadow_mmio_mask & SHADOW_NONPRESENT_VALUE)
		kvm->arch.shadow_mmio_value = 0;

	/* The CPU does not log a TD's writes to shared memory: KVM has to write-protect it. */
	kvm->arch.cpu_dirty_log_size = 0;

	return 0;
}
