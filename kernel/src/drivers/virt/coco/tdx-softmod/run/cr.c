// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes to control registers.  Reads do not exit: the CPU gives the guest the values that it is
 * to see.  EFER.LME is always 1 for the guest, so paging means long mode.
 */
#include <asm/trapnr.h>

#include "run.h"

#define CR0_GUEST		(X86_CR0_PE | X86_CR0_MP | X86_CR0_EM | X86_CR0_TS | X86_CR0_NE | \
				 X86_CR0_WP | X86_CR0_AM | X86_CR0_NW | X86_CR0_CD | X86_CR0_PG)
#define LMSW_BITS		(X86_CR0_PE | X86_CR0_MP | X86_CR0_EM | X86_CR0_TS)

/* Bits that any CPU with long mode has. */
#define CR4_BASE		(X86_CR4_VME | X86_CR4_PVI | X86_CR4_TSD | X86_CR4_DE | \
				 X86_CR4_PSE | X86_CR4_PAE | X86_CR4_MCE | X86_CR4_PGE | \
				 X86_CR4_PCE | X86_CR4_OSFXSR | X86_CR4_OSXMMEXCPT | \
				 X86_CR4_OSXSAVE)
/* Bits on which translations do not depend, so that their change needs no TLB flush. */
#define CR4_NO_FLUSH		(X86_CR4_TSD | X86_CR4_DE | X86_CR4_OSFXSR | X86_CR4_OSXMMEXCPT | \
				 X86_CR4_OSXSAVE | X86_CR4_FSGSBASE | X86_CR4_UMIP | X86_CR4_PCE)

/* CR4 bits that the guest may set only if its CPUID has this bit; @reg: 1 EBX, 2 ECX. */
static const struct {
	u64 cr4;
	u32 leaf;
	u8 reg;
	u8 bit;
} cr4_features[] = {
	{ X86_CR4_PCIDE, 1, 2, 17 },
	{ X86_CR4_FSGSBASE, 7, 1, 0 },
	{ X86_CR4_SMEP, 7, 1, 7 },
	{ X86_CR4_SMAP, 7, 1, 20 },
	{ X86_CR4_UMIP, 7, 2, 2 },
	{ X86_CR4_PKE, 7, 2, 3 },
	{ X86_CR4_LA57, 7, 2, 16 },
};

static enum sm_next inject_ve_cr(struct sm_vcpu *vcpu, const struct sm_vmexit *exit)
{
	return sm_inject_ve_insn(vcpu, EXIT_REASON_CR_ACCESS, exit->qualification, exit->length);
}

/* What MOV writes to the CR. */
static u64 mov_source(struct sm_vcpu *vcpu, const struct sm_vmexit *exit)
{
	u64 value = sm_run(vcpu)->regs[(exit->qualification & SM_CR_GPR) >> SM_CR_GPR_SHIFT];

	return sm_is_64bit(vcpu) ? value : (u32)value;
}

/* What MOV, CLTS or LMSW writes to CR0. */
static u64 cr0_value(struct sm_vcpu *vcpu, const struct sm_vmexit *exit)
{
	u64 cr0 = sm_guest(vcpu)->cr0, source = exit->qualification >> SM_CR_LMSW_SOURCE_SHIFT;

	switch (exit->qualification & SM_CR_TYPE) {
	case SM_CR_CLTS:
		return cr0 & ~X86_CR0_TS;
	case SM_CR_LMSW:
		return (cr0 & ~(u64)LMSW_BITS) | (source & LMSW_BITS) | X86_CR0_PE;
	default:
		return mov_source(vcpu, exit);
	}
}

static bool is_lmsw_from_memory(const struct sm_vmexit *exit)
{
	return (exit->qualification & SM_CR_TYPE) == SM_CR_LMSW &&
	       (exit->qualification & SM_CR_LMSW_MEMORY);
}

static enum sm_next handle_cr0_write(struct sm_vcpu *vcpu, const struct sm_vmexit *exit)
{
	struct sm_guest *guest = sm_guest(vcpu);
	u64 value, changed;

	/* Not each CPU reports the operand, and no guest does this. */
	if (is_lmsw_from_memory(exit))
		return inject_ve_cr(vcpu, exit);

	/* First what a CPU with VMX refuses, then what the module does not let the guest do. */
	value = cr0_value(vcpu, exit);
	if (!(value & X86_CR0_NE) || ((value & X86_CR0_PG) && !(value & X86_CR0_PE)))
		return sm_inject_gp(vcpu);
	if (!(value & X86_CR0_PE) || (value & (X86_CR0_NW | X86_CR0_CD)) || value >> 32)
		return inject_ve_cr(vcpu, exit);

	value = (value & CR0_GUEST) | X86_CR0_ET;
	changed = value ^ guest->cr0;
	if (changed & X86_CR0_PG) {
		bool on = value & X86_CR0_PG;

		/* Long mode begins only with PAE, and ends only from compatibility mode. */
		if ((on && (!(guest->cr4 & X86_CR4_PAE) || guest->cs_is_64bit)) ||
		    (!on && (sm_is_64bit(vcpu) || (guest->cr4 & X86_CR4_PCIDE))))
			return sm_inject_gp(vcpu);
		guest->efer ^= EFER_LMA;
	}
	if (changed & (X86_CR0_PG | X86_CR0_WP))
		sm_run(vcpu)->flush_tlb = true;
	guest->cr0 = value;
	sm_insn_skip(vcpu, exit->length);
	return SM_ENTER;
}

static u64 cr4_allowed(struct sm_vcpu *vcpu)
{
	u64 allowed = CR4_BASE;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cr4_features); i++) {
		if (sm_cpuid_bit(vcpu, cr4_features[i].leaf, 0, cr4_features[i].reg,
				 cr4_features[i].bit))
			allowed |= cr4_features[i].cr4;
	}
	if (!(vcpu->tdcs->xfam & XFEATURE_MASK_PKRU))
		allowed &= ~(u64)X86_CR4_PKE;
	return allowed;
}

static enum sm_next handle_cr4_write(struct sm_vcpu *vcpu, const struct sm_vmexit *exit)
{
	struct sm_guest *guest = sm_guest(vcpu);
	bool long_mode = guest->efer & EFER_LMA;
	u64 allowed = cr4_allowed(vcpu);
	u64 value = mov_source(vcpu, exit), changed;

	/*
	 * CPUs with TDX have PCIDs and OVMF relies on that: it toggles PCIDE when it takes a CPU
	 * back from the OS.  On a CPU without PCIDs this would be #GP and kill each TD with
	 * several vCPUs when it powers off, so there setting PCIDE has no effect instead.
	 */
	if (!(allowed & X86_CR4_PCIDE))
		value &= ~(u64)X86_CR4_PCIDE;

	changed = value ^ guest->cr4;
	if ((value & ~(allowed | X86_CR4_VMXE | X86_CR4_SMXE)) ||
	    (long_mode && ((changed & X86_CR4_LA57) || !(value & X86_CR4_PAE))) ||
	    ((changed & value & X86_CR4_PCIDE) && (!long_mode || (guest->cr3 & 0xfff))))
		return sm_inject_gp(vcpu);
	if (!(value & X86_CR4_MCE) || (value & (X86_CR4_VMXE | X86_CR4_SMXE)))
		return inject_ve_cr(vcpu, exit);

	if (changed & ~(u64)CR4_NO_FLUSH)
		sm_run(vcpu)->flush_tlb = true;
	guest->cr4 = value;
	sm_insn_skip(vcpu, exit->length);
	return SM_ENTER;
}

static enum sm_next handle_cr8_write(struct sm_vcpu *vcpu, const struct sm_vmexit *exit)
{
	u64 value = mov_source(vcpu, exit);

	if (value > 15)
		return sm_inject_gp(vcpu);
	sm_apic_set_tpr(vcpu, value << 4);
	sm_insn_skip(vcpu, exit->length);
	return SM_ENTER;
}

enum sm_next sm_handle_cr(struct sm_vcpu *vcpu, const struct sm_vmexit *exit)
{
	switch (exit->qualification & SM_CR_NUMBER) {
	case 0:
		return handle_cr0_write(vcpu, exit);
	case 4:
		return handle_cr4_write(vcpu, exit);
	default:
		return handle_cr8_write(vcpu, exit);
	}
}

/* The architecture allows some state components only together with others. */
static bool xcr0_is_valid(u64 xcr0)
{
	const u64 avx512 = XFEATURE_MASK_AVX512;

	if (!(xcr0 & XFEATURE_MASK_FP))
		return false;
	if ((xcr0 & XFEATURE_MASK_YMM) && !(xcr0 & XFEATURE_MASK_SSE))
		return false;
	if ((xcr0 & avx512) && ((xcr0 & avx512) != avx512 || !(xcr0 & XFEATURE_MASK_YMM)))
		return false;
	return true;
}

enum sm_next sm_handle_xsetbv(struct sm_vcpu *vcpu, const struct sm_vmexit *exit)
{
	struct sm_run *run = sm_run(vcpu);
	u64 value = (u32)run->regs[SM_GPR_RAX] | run->regs[SM_GPR_RDX] << 32;

	if (!(run->guest.cr4 & X86_CR4_OSXSAVE))
		return sm_inject_ud(vcpu);
	if (sm_cpl(vcpu) || (u32)run->regs[SM_GPR_RCX] || (value & ~vcpu->tdcs->xfam) ||
	    !xcr0_is_valid(value))
		return sm_inject_gp(vcpu);
	if (value != run->xcr0) {
		sm_host_set_guest_xcr0(value);
		run->xcr0 = value;
	}
	sm_insn_skip(vcpu, exit->length);
	return SM_ENTER;
}
