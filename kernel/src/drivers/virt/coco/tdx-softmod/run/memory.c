// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults in the nested page table.  For a private GPA the core decides what follows.  A shared
 * GPA that KVM has not mapped is either MMIO or memory.  For MMIO the guest gets #VE, and then
 * asks the host by TDG.VP.VMCALL; for memory there is a TD exit, upon which KVM maps it.
 *
 * VMX tells the two apart by the bit suppress-#VE (63) of the EPT entry.  KVM sets it in each
 * entry that maps nothing (SHADOW_NONPRESENT_VALUE) and clears it in MMIO SPTEs of a TD.
 * AMD-V has no such bit, so KVM's entry is looked up here, in both worlds.  An MMIO SPTE can
 * also be, as kvm_amd makes them, a present one with an address beyond all physical memory.
 */
#include <asm/processor.h>

#include "run.h"

/* An entry that is not present: KVM maps nothing there, or, without this bit, MMIO. */
#define SHARED_SUPPRESS_VE	BIT_ULL(63)

/* Bits 5:3 of the qualification: which accesses the entry allows. */
#define QUALIFICATION_ENTRY_SHIFT	3

/* Bits 8:7: the linear address is valid, and the access was to its translation. */
#define QUALIFICATION_GLA		GENMASK_ULL(8, 7)

#define EXT_PENDING		6

/* KVM's entry for @gpa: the leaf, or the first entry on the way that is not present. */
static u64 shared_entry(struct sm_vcpu *vcpu, u64 gpa)
{
	u64 table = vcpu->host.shared_eptp;
	int level;

	if (table == U64_MAX)
		return SHARED_SUPPRESS_VE;
	for (level = SM_TOP_LEVEL;; level--) {
		const u64 *entries = sm_platform_host_va(table & SM_SEPT_HPA);
		u64 entry;

		/* A table must be in RAM.  KVM's is not, so let KVM see the fault. */
		if (!entries)
			return SHARED_SUPPRESS_VE;
		entry = READ_ONCE(entries[sm_level_index(gpa, level)]);
		if (!sm_sept_access(entry) || (entry & SM_SEPT_PS) || level == 0)
			return entry;
		table = entry;
	}
}

static bool is_mmio(u64 entry)
{
	if (!sm_sept_access(entry))
		return !(entry & SHARED_SUPPRESS_VE);
	return boot_cpu_data.x86_phys_bits < 52 &&
	       entry & GENMASK_ULL(51, boot_cpu_data.x86_phys_bits);
}

static enum sm_next exit_violation(struct sm_vcpu *vcpu, u64 gpa, u64 qualification,
				   u64 ext_qualification)
{
	return sm_td_exit(vcpu, (struct sm_td_exit) {
		.rax = EXIT_REASON_EPT_VIOLATION,
		.rcx = qualification,
		.rdx = ext_qualification,
		.r8 = gpa & PAGE_MASK,
	});
}

static enum sm_next inject_violation(struct sm_vcpu *vcpu, u64 gpa, u64 qualification)
{
	const struct sm_vmexit *exit = &sm_run(vcpu)->vmexit;
	struct sm_ve_info ve = {
		.exit_reason = EXIT_REASON_EPT_VIOLATION,
		.exit_qualification = qualification,
		.gla = exit->has_gla ? exit->gla : sm_operand_address(vcpu, gpa),
		.gpa = gpa,
	};

	if (ve.gla)
		ve.exit_qualification |= QUALIFICATION_GLA;
	return sm_inject_ve(vcpu, &ve);
}

static enum sm_next handle_shared(struct sm_vcpu *vcpu, u64 gpa, unsigned int access)
{
	u64 entry = shared_entry(vcpu, gpa);
	unsigned int allowed = sm_sept_access(entry);

	/* The qualification says that the entry allows no access. */
	if (is_mmio(entry))
		return inject_violation(vcpu, gpa, access);
	/* KVM has mapped it meanwhile. */
	if ((allowed & access) == access)
		return SM_ENTER;
	return exit_violation(vcpu, gpa, access | allowed << QUALIFICATION_ENTRY_SHIFT, 0);
}

enum sm_next sm_handle_fault(struct sm_vcpu *vcpu, const struct sm_fault *fault,
			     unsigned int access)
{
	switch (fault->kind) {
	case SM_FAULT_EXIT:
		return exit_violation(vcpu, fault->gpa, fault->qualification,
				      fault->ext_qualification);
	case SM_FAULT_PENDING:
		if (sm_td_has_pending_ve(vcpu->tdcs))
			return inject_violation(vcpu, fault->gpa, access);
		return exit_violation(vcpu, fault->gpa, access, EXT_PENDING);
	case SM_FAULT_SHARED:
		if (sm_td_copy_shared(vcpu, fault->gpa))
			return SM_ENTER;
		return handle_shared(vcpu, fault->gpa, access);
	case SM_FAULT_BUSY:
		return sm_td_exit_busy(vcpu);
	case SM_FAULT_INVALID:
		return sm_inject_gp(vcpu);
	case SM_FAULT_NONE:
		break;
	}
	return SM_ENTER;
}

enum sm_next sm_handle_violation(struct sm_vcpu *vcpu, const struct sm_vmexit *exit)
{
	u64 gpa = exit->gpa;
	unsigned int access = SM_ACCESS_READ;
	struct sm_fault fault = { .gpa = gpa };

	if (exit->qualification & SM_ACCESS_EXEC)
		access = SM_ACCESS_EXEC;
	else if (exit->qualification & SM_ACCESS_WRITE)
		access = SM_ACCESS_WRITE;

	/*
	 * The address is wider than the TD's GPAs.  A TDX module gives the guest #PF with RSVD,
	 * but that needs the linear address, which AMD-V does not report; so it gets #GP.
	 */
	if (gpa >> SM_GPAW)
		fault.kind = SM_FAULT_INVALID;
	else if (gpa & SM_SHARED_BIT)
		fault.kind = SM_FAULT_SHARED;
	else
		sm_sept_fault(vcpu, gpa, access, &fault);
	return sm_handle_fault(vcpu, &fault, access);
}
