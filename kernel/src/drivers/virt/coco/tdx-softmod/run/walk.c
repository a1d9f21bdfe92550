// SPDX-License-Identifier: GPL-2.0-only
/*
 * Walk of the guest's own page tables, to find the code at RIP.
 *
 * EFER.LME is always set in a TD, so paging is either long-mode paging or off.  Permissions
 * are not checked: the CPU has just fetched from there.  If the guest has changed the tables
 * since then, it gets what is mapped now.
 */
#include "run.h"

#define PTE_P		BIT_ULL(0)
#define PTE_PS		BIT_ULL(7)
#define PTE_ADDRESS	GENMASK_ULL(51, 12)

bool sm_walk(struct sm_vcpu *vcpu, u64 gva, u64 *ret_gpa)
{
	const struct sm_guest *guest = sm_guest(vcpu);
	unsigned int levels = guest->cr4 & X86_CR4_LA57 ? 5 : 4;
	u64 table = guest->cr3 & PTE_ADDRESS;
	struct sm_fault fault;
	unsigned int level;

	if (!(guest->cr0 & X86_CR0_PG)) {
		*ret_gpa = (u32)gva;
		return true;
	}

	for (level = levels; level > 0; level--) {
		u64 page_mask = sm_level_size(level - 1) - 1;
		const u64 *pte;
		u64 entry;

		pte = sm_gpa_map(vcpu, table + sm_level_index(gva, level - 1) * sizeof(*pte),
				 sizeof(*pte), false, &fault);
		if (!pte)
			return false;
		entry = READ_ONCE(*pte);
		if (!(entry & PTE_P))
			return false;
		if (level == 1 || (level <= 3 && (entry & PTE_PS))) {
			*ret_gpa = (entry & PTE_ADDRESS & ~page_mask) | (gva & page_mask);
			return true;
		}
		table = entry & PTE_ADDRESS;
	}
	return false;
}
