// SPDX-License-Identifier: GPL-2.0-only
/*
 * RDMSR and WRMSR: a table of what each MSR does in TDX module 1.5.05.  MSRs that are not in it
 * are #VE.  STAR, LSTAR, FMASK, the FS and GS bases and the SYSENTER MSRs do not exit, see load.c.
 *
 * Features that no TD has with softmod, such as performance monitoring, are not in the table as
 * such: their MSRs are #GP.
 */
#include <asm/cpufeature.h>
#include <asm/msr.h>
#include <asm/tsc.h>

#include "run.h"

/* What an access to an MSR does; @arg is msr_range.arg. */
enum kind {
	VE,
	GP,
	/* Reads as @arg. */
	CONST,
	/* A read reads the CPU's MSR, and is #GP if it has none. */
	CPU,
	/* The same, but 0 if the CPU has none. */
	VMX_CAPABILITY,
	/* A write of 0 or 1 is passed to the CPU if it has the feature @arg; a read is #GP. */
	COMMAND,
	/* #VE if the TD's CPUID has a bit, else #GP.  @arg: leaf << 16 | bit of ECX. */
	CPUID_VE,
	/* Handled by apic.c. */
	APIC,
	TSC, ARCH_CAPABILITIES, DS_AREA, EFER, PAT, XSS, DEBUGCTL, SPEC_CTRL, TSC_AUX,
};

struct msr_range {
	u32 first;
	u32 last;
	u8 read;
	u8 write;
	u32 arg;
};

#define CPUID_ECX(leaf, bit)	((leaf) << 16 | (bit))

/* MISC_ENABLE: fast strings on; BTS and PEBS are not available. */
#define MISC_ENABLE_VALUE	(BIT(0) | BIT(11) | BIT(12))

/* In ascending order, without overlap. */
static const struct msr_range ranges[] = {
	{ 0x10, 0x10, TSC, VE },
	{ 0x48, 0x48, SPEC_CTRL, SPEC_CTRL },
	{ 0x49, 0x49, GP, COMMAND, X86_FEATURE_IBPB },
	{ 0x87, 0x87, CPUID_VE, CPUID_VE, CPUID_ECX(7, 13) },
	{ 0x8c, 0x8f, GP, GP },
	{ 0x98, 0x9b, GP, GP },
	{ 0x9e, 0x9e, GP, GP },
	{ 0xbc, 0xbc, CPU, VE },
	/* Read-only: the CPU refuses writes that the module lets through to it. */
	{ 0xbd, 0xbd, CONST, GP, 1 },
	{ 0xc1, 0xc8, GP, GP },
	{ 0xe1, 0xe1, GP, GP },
	{ 0x10a, 0x10a, ARCH_CAPABILITIES, GP },
	{ 0x10b, 0x10b, GP, COMMAND, X86_FEATURE_FLUSH_L1D },
	{ 0x122, 0x122, GP, GP },
	{ 0x186, 0x18d, GP, GP },
	{ 0x195, 0x195, GP, GP },
	{ 0x1a0, 0x1a0, CONST, VE, MISC_ENABLE_VALUE },
	{ 0x1a6, 0x1a7, GP, GP },
	{ 0x1c4, 0x1c5, GP, GP },
	{ 0x1d9, 0x1d9, DEBUGCTL, DEBUGCTL },
	{ 0x1f8, 0x1fa, CPUID_VE, CPUID_VE, CPUID_ECX(1, 18) },
	{ 0x276, 0x276, GP, GP },
	{ 0x277, 0x277, PAT, PAT },
	{ 0x309, 0x310, GP, GP },
	{ 0x329, 0x329, GP, GP },
	{ 0x345, 0x345, CONST, GP, 0 },
	{ 0x38d, 0x392, GP, GP },
	{ 0x3f1, 0x3f2, GP, GP },
	{ 0x3f6, 0x3f7, GP, GP },
	{ 0x480, 0x480, VMX_CAPABILITY, GP },
	{ 0x481, 0x484, VE, GP },
	{ 0x485, 0x489, VMX_CAPABILITY, GP },
	{ 0x48a, 0x48a, VE, GP },
	{ 0x48b, 0x492, VMX_CAPABILITY, GP },
	{ 0x4c1, 0x4c8, GP, GP },
	{ 0x500, 0x500, GP, GP },
	{ 0x560, 0x561, GP, GP },
	{ 0x570, 0x572, GP, GP },
	{ 0x580, 0x587, GP, GP },
	{ 0x600, 0x600, DS_AREA, DS_AREA },
	{ 0x6a0, 0x6a0, GP, GP },
	{ 0x6a2, 0x6a2, GP, GP },
	{ 0x6a4, 0x6a8, GP, GP },
	{ 0x6e0, 0x6e0, CPUID_VE, CPUID_VE, CPUID_ECX(1, 24) },
	{ 0x6e1, 0x6e1, GP, GP },
	{ 0x800, 0x8ff, APIC, APIC },
	{ 0x981, 0x984, CPUID_VE, CPUID_VE, CPUID_ECX(7, 13) },
	{ 0x985, 0x98a, GP, GP },
	{ 0xc80, 0xc80, CPU, VE },
	{ 0xd90, 0xd90, GP, GP },
	{ 0xd93, 0xd93, GP, GP },
	{ 0xda0, 0xda0, XSS, XSS },
	{ 0x1200, 0x12ff, GP, GP },
	{ 0x14ce, 0x14cf, GP, GP },
	{ 0x1500, 0x15ff, GP, GP },
	{ 0x1600, 0x16ff, GP, GP },
	{ 0x1b01, 0x1b01, GP, GP },
	{ 0xc0000080, 0xc0000080, EFER, EFER },
	{ 0xc0000103, 0xc0000103, TSC_AUX, TSC_AUX },
};

static const struct msr_range *find_range(u32 msr)
{
	static const struct msr_range other = { .read = VE, .write = VE };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ranges); i++) {
		if (msr >= ranges[i].first && msr <= ranges[i].last)
			return &ranges[i];
	}
	return &other;
}

static enum sm_msr_result cpuid_ve(struct sm_vcpu *vcpu, u32 arg)
{
	return sm_cpuid_bit(vcpu, arg >> 16, 0, 2, arg & 0xffff) ? SM_MSR_VE : SM_MSR_GP;
}

static enum sm_msr_result read_msr(struct sm_vcpu *vcpu, u32 msr, u64 *ret)
{
	struct sm_run *run = sm_run(vcpu);
	const struct msr_range *range = find_range(msr);
	const struct sm_tdcs *tdcs = vcpu->tdcs;

	switch ((enum kind)range->read) {
	case CONST:
		*ret = range->arg;
		return SM_MSR_DONE;
	case TSC_AUX:
		if (!sm_host_has_msr(SM_MSR_TSC_AUX))
			return SM_MSR_GP;
		*ret = run->msrs[SM_MSR_TSC_AUX];
		return SM_MSR_DONE;
	case SPEC_CTRL:
		*ret = run->spec_ctrl;
		return SM_MSR_DONE;
	case CPU:
		return rdmsrl_safe(msr, ret) ? SM_MSR_GP : SM_MSR_DONE;
	case VMX_CAPABILITY:
		if (rdmsrl_safe(msr, ret))
			*ret = 0;
		return SM_MSR_DONE;
	case CPUID_VE:
		return cpuid_ve(vcpu, range->arg);
	case APIC:
		return sm_apic_read(vcpu, msr, ret);
	case TSC:
		*ret = mul_u64_u64_shr(rdtsc_ordered(), tdcs->tsc_multiplier, 48) +
		       tdcs->tsc_offset;
		return SM_MSR_DONE;
	case ARCH_CAPABILITIES:
		*ret = tdcs->arch_capabilities;
		return SM_MSR_DONE;
	case DS_AREA:
		*ret = run->ds_area;
		return SM_MSR_DONE;
	case EFER:
		*ret = run->guest.efer;
		return SM_MSR_DONE;
	case PAT:
		*ret = run->guest.pat;
		return SM_MSR_DONE;
	case XSS:
		*ret = run->msrs[SM_MSR_XSS];
		return SM_MSR_DONE;
	case DEBUGCTL:
		*ret = run->debugctl;
		return SM_MSR_DONE;
	case GP:
	case COMMAND:
		return SM_MSR_GP;
	case VE:
		break;
	}
	return SM_MSR_VE;
}

/* Each byte of PAT is one of UC, WC, WT, WP, WB, UC-. */
static bool pat_is_valid(u64 pat)
{
	unsigned int i;

	for (i = 0; i < 8; i++) {
		u8 type = pat >> (8 * i);

		if (type > 7 || type == 2 || type == 3)
			return false;
	}
	return true;
}

static bool is_canonical(struct sm_vcpu *vcpu, u64 address)
{
	unsigned int bits = sm_guest(vcpu)->cr4 & X86_CR4_LA57 ? 57 : 48;

	return (u64)((s64)(address << (64 - bits)) >> (64 - bits)) == address;
}

static enum sm_msr_result write_efer(struct sm_vcpu *vcpu, u64 value)
{
	struct sm_guest *guest = sm_guest(vcpu);

	/* The guest may change only SCE; what it writes to LMA is ignored. */
	if ((value ^ guest->efer) & ~(u64)(EFER_SCE | EFER_LMA))
		return SM_MSR_VE;
	guest->efer = (guest->efer & ~(u64)EFER_SCE) | (value & EFER_SCE);
	return SM_MSR_DONE;
}

static enum sm_msr_result write_debugctl(struct sm_vcpu *vcpu, u64 value)
{
	struct sm_run *run = sm_run(vcpu);

	if (value & ~(u64)(DEBUGCTLMSR_LBR | DEBUGCTLMSR_BTF | DEBUGCTLMSR_BUS_LOCK_DETECT |
			   DEBUGCTLMSR_TR | DEBUGCTLMSR_BTS))
		return SM_MSR_GP;
	/* TR without BTS would send branch trace messages to nowhere. */
	if ((value & (DEBUGCTLMSR_TR | DEBUGCTLMSR_BTS)) == DEBUGCTLMSR_TR)
		return SM_MSR_VE;
	if (value & ~(u64)(DEBUGCTLMSR_BTF | DEBUGCTLMSR_BUS_LOCK_DETECT))
		return SM_MSR_GP;
	/* No bus lock is detected; each CPU with TDX can, so the guest may ask for it. */
	run->debugctl = value;
	value &= DEBUGCTLMSR_BTF;
	if (value != run->msrs[SM_MSR_DEBUGCTL]) {
		wrmsrl(MSR_IA32_DEBUGCTLMSR, value);
		run->msrs[SM_MSR_DEBUGCTL] = value;
	}
	return SM_MSR_DONE;
}

/* Write the CPU's MSR: that is how to find out whether it accepts the value. */
static enum sm_msr_result write_tsc_aux(struct sm_vcpu *vcpu, u64 value)
{
	struct sm_run *run = sm_run(vcpu);

	if (!sm_host_has_msr(SM_MSR_TSC_AUX) || wrmsrl_safe(MSR_TSC_AUX, value))
		return SM_MSR_GP;
	run->msrs[SM_MSR_TSC_AUX] = value;
	return SM_MSR_DONE;
}

/* Bits of SPEC_CTRL that each CPU with TDX has; BHI_DIS_S is the last one. */
#define SPEC_CTRL_VALID		(GENMASK_ULL(7, 0) | BIT_ULL(10))

/* Those that this CPU has. */
static u64 spec_ctrl_of_cpu(void)
{
	u64 bits = 0;

	if (!sm_host_has_msr(SM_MSR_SPEC_CTRL))
		return 0;
	if (boot_cpu_has(X86_FEATURE_IBRS))
		bits |= SPEC_CTRL_IBRS;
	if (boot_cpu_has(X86_FEATURE_STIBP))
		bits |= SPEC_CTRL_STIBP;
	if (boot_cpu_has(X86_FEATURE_SPEC_CTRL_SSBD) || boot_cpu_has(X86_FEATURE_AMD_SSBD))
		bits |= SPEC_CTRL_SSBD;
	return bits;
}

/*
 * The guest reads what it wrote.  At the next run the CPU gets the bits that it has, if it
 * accepts them: write them now to see that, and then the host's again.
 */
static enum sm_msr_result write_spec_ctrl(struct sm_vcpu *vcpu, u64 value)
{
	u64 host = this_cpu_read(x86_spec_ctrl_current), bits = value & spec_ctrl_of_cpu();

	if (value & ~SPEC_CTRL_VALID)
		return SM_MSR_GP;
	if (bits && wrmsrl_safe(MSR_IA32_SPEC_CTRL, bits))
		return SM_MSR_GP;
	if (bits)
		wrmsrl(MSR_IA32_SPEC_CTRL, host);
	sm_run(vcpu)->spec_ctrl = value;
	sm_run(vcpu)->msrs[SM_MSR_SPEC_CTRL] = bits;
	return SM_MSR_DONE;
}

static enum sm_msr_result write_msr(struct sm_vcpu *vcpu, u32 msr, u64 value)
{
	struct sm_run *run = sm_run(vcpu);
	const struct msr_range *range = find_range(msr);

	switch ((enum kind)range->write) {
	case TSC_AUX:
		return write_tsc_aux(vcpu, value);
	case SPEC_CTRL:
		return write_spec_ctrl(vcpu, value);
	case COMMAND:
		if (value > 1 || (boot_cpu_has(range->arg) && wrmsrl_safe(msr, value)))
			return SM_MSR_GP;
		return SM_MSR_DONE;
	case CPUID_VE:
		return cpuid_ve(vcpu, range->arg);
	case APIC:
		return sm_apic_write(vcpu, msr, value);
	case DS_AREA:
		if (!is_canonical(vcpu, value))
			return SM_MSR_GP;
		run->ds_area = value;
		return SM_MSR_DONE;
	case EFER:
		return write_efer(vcpu, value);
	case PAT:
		if (!pat_is_valid(value))
			return SM_MSR_GP;
		run->guest.pat = value;
		return SM_MSR_DONE;
	case XSS:
		/* XFAM never has supervisor states, because softmod cannot switch them. */
		return value ? SM_MSR_GP : SM_MSR_DONE;
	case DEBUGCTL:
		return write_debugctl(vcpu, value);
	case GP:
		return SM_MSR_GP;
	case CONST:
	case CPU:
	case VMX_CAPABILITY:
	case TSC:
	case ARCH_CAPABILITIES:
	case VE:
		break;
	}
	return SM_MSR_VE;
}

enum sm_next sm_handle_msr(struct sm_vcpu *vcpu, const struct sm_vmexit *exit)
{
	bool is_write = exit->reason == EXIT_REASON_MSR_WRITE;
	u64 *gprs = sm_run(vcpu)->regs;
	u32 msr = gprs[SM_GPR_RCX];
	enum sm_msr_result result;
	u64 value;

	if (is_write) {
		value = (u32)gprs[SM_GPR_RAX] | gprs[SM_GPR_RDX] << 32;
		result = write_msr(vcpu, msr, value);
	} else {
		result = read_msr(vcpu, msr, &value);
	}

	if (result == SM_MSR_GP)
		return sm_inject_gp(vcpu);
	if (result == SM_MSR_VE)
		return sm_inject_ve_insn(vcpu, exit->reason, 0, exit->length);
	if (!is_write) {
		gprs[SM_GPR_RAX] = (u32)value;
		gprs[SM_GPR_RDX] = value >> 32;
	}
	sm_insn_skip(vcpu, exit->length);
	return SM_ENTER;
}
