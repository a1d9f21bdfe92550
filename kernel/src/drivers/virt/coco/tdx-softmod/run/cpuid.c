// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPUID.  The core has the values that are constant in a TD; this file adds the bits that
 * change while a vCPU runs.
 */
#include "run.h"

enum { EAX, EBX, ECX, EDX };

#define XSAVEC_BIT		1

static void set_bit_to(u32 *reg, unsigned int bit, bool on)
{
	*reg = on ? *reg | BIT(bit) : *reg & ~BIT(bit);
}

/* Bytes of an XSAVE area, standard or compacted, for the components @xstate. */
static u32 xsave_bytes(u64 xstate, bool compacted)
{
	u32 bytes = SM_XSAVE_MIN_BYTES;
	unsigned int i;

	for (i = 2; i < 63; i++) {
		u32 regs[4];

		if (!(xstate & BIT_ULL(i)))
			continue;
		sm_platform_cpuid(0xd, i, regs);
		if (!compacted)
			bytes = max(bytes, regs[EBX] + regs[EAX]);
		else
			bytes = (regs[ECX] & 2 ? ALIGN(bytes, 64) : bytes) + regs[EAX];
	}
	return bytes;
}

/* Leaves 0xB and 0x1F; false: #VE, because the guest has not set ENUM_TOPOLOGY. */
static bool topology(struct sm_vcpu *vcpu, u32 subleaf, u32 regs[4])
{
	if (!(READ_ONCE(vcpu->tdcs->td_ctls) & SM_TD_CTLS_ENUM_TOPOLOGY))
		return false;
	regs[ECX] = (regs[ECX] & ~0xff) | (subleaf & 0xff);
	regs[EDX] = vcpu->x2apic_id;
	return true;
}

/* Set the bits that change while the vCPU runs.  False: CPUID of this leaf is #VE now. */
static bool set_dynamic_bits(struct sm_vcpu *vcpu, u32 leaf, u32 subleaf, u32 regs[4])
{
	const struct sm_guest *guest = sm_guest(vcpu);
	bool enum_topology = READ_ONCE(vcpu->tdcs->td_ctls) & SM_TD_CTLS_ENUM_TOPOLOGY;

	switch (leaf) {
	case 1:
		regs[EBX] &= 0x00ffffff;
		regs[EBX] |= (enum_topology ? vcpu->x2apic_id : vcpu->index) << 24;
		set_bit_to(&regs[ECX], 27, guest->cr4 & X86_CR4_OSXSAVE);
		return true;
	case 7:
		if (subleaf == 0)
			set_bit_to(&regs[ECX], 4, guest->cr4 & X86_CR4_PKE);
		return true;
	case 0xb:
	case 0x1f:
		return topology(vcpu, subleaf, regs);
	case 0xd:
		if (subleaf == 0)
			regs[EBX] = xsave_bytes(sm_run(vcpu)->xcr0, false);
		else if (subleaf == 1)
			regs[EBX] = regs[EAX] & BIT(XSAVEC_BIT) ?
				    xsave_bytes(sm_run(vcpu)->xcr0, true) : 0;
		return true;
	case 0x80000001:
		/* SYSCALL */
		set_bit_to(&regs[EDX], 11, sm_is_64bit(vcpu));
		return true;
	default:
		return true;
	}
}

bool sm_cpuid_bit(struct sm_vcpu *vcpu, u32 leaf, u32 subleaf, unsigned int reg,
		  unsigned int bit)
{
	u32 regs[4];

	return sm_td_cpuid(vcpu->tdcs, leaf, subleaf, regs) && (regs[reg] & BIT(bit));
}

enum sm_next sm_handle_cpuid(struct sm_vcpu *vcpu, const struct sm_vmexit *exit)
{
	u64 *gprs = sm_run(vcpu)->regs;
	u32 leaf = gprs[SM_GPR_RAX];
	u32 subleaf = gprs[SM_GPR_RCX];
	u32 regs[4];

	if ((vcpu->cpuid_ve & (sm_cpl(vcpu) ? BIT(1) : BIT(0))) ||
	    !sm_td_cpuid(vcpu->tdcs, leaf, subleaf, regs) ||
	    !set_dynamic_bits(vcpu, leaf, subleaf, regs))
		return sm_inject_ve_insn(vcpu, EXIT_REASON_CPUID, 0, exit->length);

	gprs[SM_GPR_RAX] = regs[EAX];
	gprs[SM_GPR_RBX] = regs[EBX];
	gprs[SM_GPR_RCX] = regs[ECX];
	gprs[SM_GPR_RDX] = regs[EDX];
	sm_insn_skip(vcpu, exit->length);
	return SM_ENTER;
}
