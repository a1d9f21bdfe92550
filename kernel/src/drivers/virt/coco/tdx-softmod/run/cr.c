// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes to control registers.  Reads do not exit, because the VMCB holds the values that the
 * guest is to see.  EFER.LME is always 1 for the guest, so paging means long mode.
 */
#include <asm/trapnr.h>

#include "run.h"

#define CR_OPCODE_CLTS		0x06
#define CR_OPCODE_LMSW		0x01
#define CR_OPCODE_WRITE		0x22

/* VMX's qualification of a CR access: bits 3:0 the CR, 5:4 the kind of access, 11:8 the GPR. */
#define CR_ACCESS_LMSW		(3 << 4)
#define CR_GPR_SHIFT		8
#define CR_LMSW_SOURCE_SHIFT	16

#define CR0_GUEST		(X86_CR0_PE | X86_CR0_MP | X86_CR0_EM | X86_CR0_TS | X86_CR0_NE | \
				 X86_CR0_WP | X86_CR0_AM | X86_CR0_NW | X86_CR0_CD | X86_CR0_PG)
#define CR0_FIXED		(X86_CR0_PE | X86_CR0_NE)
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

/* A decoded instruction that writes a CR. */
struct cr_write {
	unsigned int length;
	u64 value;
	u64 qualification;
};

/*
 * Decode MOV to @cr or, for CR0, also CLTS and LMSW.  Returns false if it is none of these,
 * because the guest has changed the bytes meanwhile and is to execute what is there now; and
 * if it is LMSW with a memory operand, for which @ret->length is not 0.
 */
static bool decode(struct sm_vcpu *vcpu, unsigned int cr, struct cr_write *ret)
{
	struct sm_run *run = sm_run(vcpu);
	struct sm_insn insn;
	unsigned int gpr;
	const u8 *op;

	ret->length = 0;
	if (!sm_insn_fetch(vcpu, 1, &insn))
		return false;
	op = insn.bytes + insn.opcode;
	if (op[0] != 0x0f)
		return false;

	if (op[1] == CR_OPCODE_CLTS && cr == 0) {
		ret->length = insn.opcode + 2;
		ret->value = run->vmcb->save.cr0 & ~X86_CR0_TS;
		return true;
	}

	if (!sm_insn_fetch(vcpu, 2, &insn))
		return false;
	gpr = (op[2] & 7) | (insn.rex & 1) << 3;
	ret->length = insn.opcode + 3;

	if (op[1] == CR_OPCODE_LMSW && cr == 0 && ((op[2] >> 3) & 7) == 6) {
		u64 source = run->regs[gpr];

		ret->qualification = CR_ACCESS_LMSW | (source & 0xffff) << CR_LMSW_SOURCE_SHIFT;
		ret->value = (run->vmcb->save.cr0 & ~(u64)LMSW_BITS) | (source & LMSW_BITS) |
			     X86_CR0_PE;
		return op[2] >> 6 == 3;
	}
	/* REX.R is bit 3 of the CR's number.  LOCK would be, too, for CR8 in 32-bit code only. */
	if (op[1] == CR_OPCODE_WRITE && (((op[2] >> 3) & 7) | (insn.rex & 4) << 1) == cr) {
		ret->qualification = cr | gpr << CR_GPR_SHIFT;
		ret->value = sm_is_64bit(vcpu) ? run->regs[gpr] : (u32)run->regs[gpr];
		return true;
	}
	ret->length = 0;
	return false;
}

static enum sm_next inject_ve_cr(struct sm_vcpu *vcpu, const struct cr_write *cr)
{
	return sm_inject_ve_insn(vcpu, EXIT_REASON_CR_ACCESS, cr->qualification, cr->length);
}

/* Paging goes on or off.  The VMCB's EFER has LME and LMA only while it is on, see init.c. */
static void set_paging(struct sm_vcpu *vcpu, bool on)
{
	struct sm_run *run = sm_run(vcpu);

	if (on) {
		run->efer |= EFER_LMA;
		run->vmcb->save.efer |= EFER_LMA | EFER_LME;
	} else {
		run->efer &= ~EFER_LMA;
		run->vmcb->save.efer &= ~(u64)(EFER_LMA | EFER_LME);
	}
}

enum sm_next sm_handle_cr0_write(struct sm_vcpu *vcpu)
{
	struct vmcb_save_area *save = &sm_vmcb(vcpu)->save;
	struct cr_write cr = {};
	u64 changed;

	if (!decode(vcpu, 0, &cr))
		/* LMSW from memory is #VE; no guest handles it, so its operand is not read. */
		return cr.length ? inject_ve_cr(vcpu, &cr) : SM_ENTER;

	if (cr.value >> 32 || ((cr.value & X86_CR0_PG) && !(cr.value & X86_CR0_PE)) ||
	    ((cr.value & X86_CR0_NW) && !(cr.value & X86_CR0_CD)))
		return sm_inject_gp(vcpu);
	if ((cr.value & CR0_FIXED) != CR0_FIXED || (cr.value & (X86_CR0_NW | X86_CR0_CD)))
		return inject_ve_cr(vcpu, &cr);

	cr.value = (cr.value & CR0_GUEST) | X86_CR0_ET;
	changed = cr.value ^ save->cr0;
	if (changed & X86_CR0_PG) {
		bool on = cr.value & X86_CR0_PG;

		/* Long mode begins only with PAE, and ends only from compatibility mode. */
		if ((on && (!(save->cr4 & X86_CR4_PAE) ||
			    (save->cs.attrib & SVM_SELECTOR_L_MASK))) ||
		    (!on && (sm_is_64bit(vcpu) || (save->cr4 & X86_CR4_PCIDE))))
			return sm_inject_gp(vcpu);
		set_paging(vcpu, on);
	}
	if (changed & (X86_CR0_PG | X86_CR0_WP))
		sm_run(vcpu)->flush_tlb = true;
	save->cr0 = cr.value;
	sm_insn_skip(vcpu, cr.length);
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

enum sm_next sm_handle_cr4_write(struct sm_vcpu *vcpu)
{
	struct vmcb_save_area *save = &sm_vmcb(vcpu)->save;
	bool long_mode = save->efer & EFER_LMA;
	u64 allowed = cr4_allowed(vcpu);
	struct cr_write cr = {};
	u64 changed;

	if (!decode(vcpu, 4, &cr))
		return SM_ENTER;

	/*
	 * CPUs with TDX have PCIDs and OVMF relies on that: it toggles PCIDE when it takes a CPU
	 * back from the OS.  On a CPU without PCIDs this would be #GP and kill each TD with
	 * several vCPUs when it powers off, so there setting PCIDE has no effect instead.
	 */
	if (!(allowed & X86_CR4_PCIDE))
		cr.value &= ~(u64)X86_CR4_PCIDE;

	changed = cr.value ^ save->cr4;
	if ((cr.value & ~(allowed | X86_CR4_VMXE | X86_CR4_SMXE)) ||
	    (long_mode && ((changed & X86_CR4_LA57) || !(cr.value & X86_CR4_PAE))) ||
	    ((changed & cr.value & X86_CR4_PCIDE) && (!long_mode || (save->cr3 & 0xfff))))
		return sm_inject_gp(vcpu);
	if (!(cr.value & X86_CR4_MCE) || (cr.value & (X86_CR4_VMXE | X86_CR4_SMXE)))
		return inject_ve_cr(vcpu, &cr);

	if (changed & ~(u64)CR4_NO_FLUSH)
		sm_run(vcpu)->flush_tlb = true;
	save->cr4 = cr.value;
	sm_insn_skip(vcpu, cr.length);
	return SM_ENTER;
}

enum sm_next sm_handle_cr8_write(struct sm_vcpu *vcpu)
{
	struct cr_write cr = {};

	if (!decode(vcpu, 8, &cr))
		return SM_ENTER;
	if (cr.value > 15)
		return sm_inject_gp(vcpu);
	sm_apic_set_tpr(vcpu, cr.value << 4);
	sm_insn_skip(vcpu, cr.length);
	return SM_ENTER;
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

enum sm_next sm_handle_xsetbv(struct sm_vcpu *vcpu, unsigned int length)
{
	struct sm_run *run = sm_run(vcpu);
	u64 value = (u32)run->regs[SM_GPR_RAX] | run->regs[SM_GPR_RDX] << 32;

	if (!(run->vmcb->save.cr4 & X86_CR4_OSXSAVE))
		return sm_inject_ud(vcpu);
	if (sm_cpl(vcpu) || (u32)run->regs[SM_GPR_RCX] || (value & ~vcpu->tdcs->xfam) ||
	    !xcr0_is_valid(value))
		return sm_inject_gp(vcpu);
	if (value != run->xcr0) {
		sm_host_set_guest_xcr0(value);
		run->xcr0 = value;
	}
	sm_insn_skip(vcpu, length);
	return SM_ENTER;
}
