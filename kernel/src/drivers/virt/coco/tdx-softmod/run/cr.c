// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes to control registers.  Reads do not exit: the CPU gives the guest the values that it is
 * to see.  EFER.LME is always 1 for the guest, so paging means long mode.
 */
#include <asm/trapnr.h>

#include "cr_rows.h"
#include "run.h"

#define LMSW_BITS		(X86_CR0_PE | X86_CR0_MP | X86_CR0_EM | X86_CR0_TS)

/* Bits on which translations do not depend, so that their change needs no TLB flush. */
#define CR4_NO_FLUSH		(X86_CR4_TSD | X86_CR4_DE | X86_CR4_OSFXSR | X86_CR4_OSXMMEXCPT | \
				 X86_CR4_OSXSAVE | X86_CR4_FSGSBASE | X86_CR4_UMIP | X86_CR4_PCE)

static enum sm_cr_effect set_effect(struct sm_vcpu *vcpu, const struct sm_cr_row *row)
{
	if (row->unless.leaf && sm_cpuid_bit(vcpu, row->unless.leaf, row->unless.subleaf,
					     row->unless.reg, row->unless.bit))
		return SM_CR_FREE;
	return row->set;
}

/*
 * What writing *@value to a CR ends in by its rows: SM_CR_GP, SM_CR_VE, or less if it is allowed.
 * Bits of *@value that are ignored become those of @old.
 */
static enum sm_cr_effect apply_rows(struct sm_vcpu *vcpu, unsigned int cr, u64 old, u64 *value)
{
	enum sm_cr_effect worst = SM_CR_FREE;
	const struct sm_cr_row *row;

	for (row = sm_cr_rows; row < sm_cr_rows + ARRAY_SIZE(sm_cr_rows); row++) {
		enum sm_cr_effect effect = SM_CR_FREE;

		if (row->cr != cr)
			continue;
		if (*value & row->bits)
			effect = set_effect(vcpu, row);
		if (~*value & row->bits)
			effect = max_t(unsigned int, effect, row->clear);
		if (effect == SM_CR_IGNORED)
			*value = (*value & ~row->bits) | (old & row->bits);
		worst = max(worst, effect);
	}
	return worst;
}

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
	enum sm_cr_effect effect;
	u64 value, changed;

	/* Not each CPU reports the operand, and no guest does this. */
	if (is_lmsw_from_memory(exit))
		return inject_ve_cr(vcpu, exit);

	/* First what a CPU with VMX refuses, then what the module does not let the guest do. */
	value = cr0_value(vcpu, exit);
	effect = apply_rows(vcpu, 0, guest->cr0, &value);
	if (effect == SM_CR_GP || ((value & X86_CR0_PG) && !(value & X86_CR0_PE)))
		return sm_inject_gp(vcpu);
	if (effect == SM_CR_VE)
		return inject_ve_cr(vcpu, exit);

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

static enum sm_next handle_cr4_write(struct sm_vcpu *vcpu, const struct sm_vmexit *exit)
{
	struct sm_guest *guest = sm_guest(vcpu);
	bool long_mode = guest->efer & EFER_LMA;
	u64 value = mov_source(vcpu, exit), changed;
	enum sm_cr_effect effect = apply_rows(vcpu, 4, guest->cr4, &value);

	changed = value ^ guest->cr4;
	if (effect == SM_CR_GP ||
	    (long_mode && ((changed & X86_CR4_LA57) || !(value & X86_CR4_PAE))) ||
	    ((changed & value & X86_CR4_PCIDE) && (!long_mode || (guest->cr3 & 0xfff))))
		return sm_inject_gp(vcpu);
	if (effect == SM_CR_VE)
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
