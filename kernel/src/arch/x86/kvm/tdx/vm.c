// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_CREATE_VM of a TD; its end is in teardown.c.
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
	/* Pages that are there before the TD runs are measured: see populate.c. */
	kvm->arch.pre_fault_allowed = false;
	kvm->max_vcpus = min3((unsigned int)kvm->max_vcpus, (unsigned int)sys->max_vcpus_per_td,
			      num_present_cpus());

	/*
	 * An EPT entry without the suppress-#VE bit gives the guest a #VE, upon
	 * which it asks for MMIO by TDVMCALL; KVM can not decode its instruction.
	 * Other page tables have no such bit.
	 */
	if (shadow_mmio_mask & SHADOW_NONPRESENT_VALUE)
		kvm->arch.shadow_mmio_value = 0;

	return 0;
}
