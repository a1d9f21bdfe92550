// SPDX-License-Identifier: GPL-2.0-only
/* The guest of guest.h: VM exits by CPUID, RDMSR, WRMSR, MOV to CR0 and CR4. */
#include "guest.h"

#include "core.h"

#undef boot_cpu_has
#define boot_cpu_has(feature)	((void)(feature), false)

#include "run/cpuid.c"
#include "cr.c"

#include "bare_td_test.h"

#define TDG_VP_VEINFO_GET	3
#define TDG_VM_WR		8
#define ALL_XFAM		(XFEATURE_MASK_FPSSE | XFEATURE_MASK_YMM)

static u32 cpuid_values[128][4];
static struct sm_tdcs tdcs = { .cpuid = cpuid_values };
static struct sm_vcpu vcpu = { .tdcs = &tdcs };
static u8 apic[PAGE_SIZE];

static void (*cpuid)(u32 leaf, u32 subleaf, u32 ret_regs[4]);

/* The vector of the last exception, and its information if that was #VE. */
static u16 vector;
static struct sm_ve_info ve;

/* MSRs that do not exit. */
static struct {
	u32 msr;
	u64 value;
} native[] = {
	{ 0x174 }, { 0x175 }, { 0x176 }, { 0xc0000081 }, { 0xc0000082 }, { 0xc0000084 },
	{ 0xc0000100 }, { 0xc0000101 }, { 0xc0000102 },
};

void cpu_with_all(u32 leaf, u32 subleaf, u32 ret_regs[4])
{
	memset(ret_regs, 0xff, 4 * sizeof(u32));
}

void cpu_with_nothing(u32 leaf, u32 subleaf, u32 ret_regs[4])
{
	memset(ret_regs, 0, 4 * sizeof(u32));
}

void sm_platform_cpuid(u32 leaf, u32 subleaf, u32 ret_regs[4])
{
	cpuid(leaf, subleaf, ret_regs);
	/* Sizes of states. */
	if (leaf == 0xd && subleaf > 1) {
		ret_regs[0] = 64;
		ret_regs[1] = 1024;
	}
}

bool sm_platform_scales_tsc(void)
{
	return true;
}

u64 sm_platform_tsc_hz(void)
{
	return 1000000000;
}

void sm_host_set_guest_xcr0(u64 xcr0)
{
}

static enum sm_next inject(unsigned int nr)
{
	vector = nr;
	return SM_ENTER;
}

enum sm_next sm_inject_gp(struct sm_vcpu *vcpu)
{
	return inject(X86_TRAP_GP);
}

enum sm_next sm_inject_ud(struct sm_vcpu *vcpu)
{
	return inject(X86_TRAP_UD);
}

enum sm_next sm_inject_ve_insn(struct sm_vcpu *vcpu, u32 reason, u64 qualification,
				unsigned int length)
{
	ve = (struct sm_ve_info) {
		.exit_reason = reason,
		.exit_qualification = qualification,
		.instruction_length = length,
	};
	return inject(X86_TRAP_VE);
}

struct sm_vcpu *guest_reset(void (*cpu)(u32 leaf, u32 subleaf, u32 ret_regs[4]))
{
	static const struct tdx_td_params params;
	struct sm_run *run = sm_run(&vcpu);
	u64 bad_cpuid;

	cpuid = cpu;
	tdcs.xfam = ALL_XFAM;
	tdcs.tsc_frequency = 40;
	tdcs.td_ctls = 0;
	if (sm_cpuid_configure(&tdcs, &params, &bad_cpuid))
		return NULL;
	memset(run, 0, sizeof(*run));
	memset(apic, 0, sizeof(apic));
	vcpu.x2apic_id = BARE_TD_X2APIC_ID;
	run->apic = apic;
	sm_apic_init(&vcpu);
	run->xcr0 = XFEATURE_MASK_FP;
	run->guest = (struct sm_guest) {
		.cr0 = X86_CR0_PE | X86_CR0_ET | X86_CR0_NE | X86_CR0_WP | X86_CR0_PG,
		.cr4 = X86_CR4_MCE | X86_CR4_PAE,
		.efer = EFER_SCE | EFER_LME | EFER_LMA | EFER_NX,
		.pat = 0x0007040600070406ULL,
		.cs_is_64bit = true,
	};
	return &vcpu;
}

static void access_msr(const struct bare_td_command *c, bool is_write)
{
	struct sm_vmexit exit = {
		.reason = is_write ? EXIT_REASON_MSR_WRITE : EXIT_REASON_MSR_READ,
		.length = 2,
	};
	u64 *regs = sm_run(&vcpu)->regs;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(native); i++) {
		if (native[i].msr != (u32)c->rcx)
			continue;
		if (is_write)
			native[i].value = (u32)c->rax | c->rdx << 32;
		regs[SM_GPR_RAX] = (u32)native[i].value;
		regs[SM_GPR_RDX] = native[i].value >> 32;
		return;
	}
	sm_handle_msr(&vcpu, &exit);
}

static u64 write_cr(unsigned int cr)
{
	struct sm_guest *guest = sm_guest(&vcpu);
	struct sm_vmexit exit = {
		.reason = EXIT_REASON_CR_ACCESS,
		.qualification = cr | SM_GPR_RCX << SM_CR_GPR_SHIFT,
		.length = 3,
	};

	sm_handle_cr(&vcpu, &exit);
	return cr ? guest->cr4 : guest->cr0;
}

static void tdcall(struct bare_td *td, const struct bare_td_command *c)
{
	if (c->rax == TDG_VM_WR)
		tdcs.td_ctls = c->r8;
	td->report.rax = TDX_SUCCESS;
	td->report.rcx = ve.exit_reason;
	td->report.rdx = ve.exit_qualification;
	td->report.r10 = ve.instruction_length;
}

bool bare_td_do(struct bare_td *td, struct bare_td_command command)
{
	static const struct sm_vmexit cpuid_exit = { .reason = EXIT_REASON_CPUID, .length = 2 };
	u64 *regs = sm_run(&vcpu)->regs;

	td->report = (struct bare_td_report) { .vector = GUEST_NO_FAULT };
	if (command.nr == CMD_TDCALL) {
		tdcall(td, &command);
		return true;
	}
	vector = GUEST_NO_FAULT;
	regs[SM_GPR_RAX] = command.rax;
	regs[SM_GPR_RCX] = command.rcx;
	regs[SM_GPR_RDX] = command.rdx;
	switch (command.nr) {
	case CMD_CPUID:
		sm_handle_cpuid(&vcpu, &cpuid_exit);
		break;
	case CMD_RDMSR:
	case CMD_WRMSR:
		access_msr(&command, command.nr == CMD_WRMSR);
		break;
	case CMD_CR0:
	case CMD_CR4:
		regs[SM_GPR_RAX] = write_cr(command.nr == CMD_CR4 ? 4 : 0);
		break;
	default:
		return false;
	}
	td->report.vector = vector;
	td->report.rax = regs[SM_GPR_RAX];
	td->report.rcx = regs[SM_GPR_RCX];
	td->report.rdx = regs[SM_GPR_RDX];
	td->report.r8 = regs[SM_GPR_RBX];
	return true;
}
