// SPDX-License-Identifier: GPL-2.0-only
/* AMD-V: what each #VMEXIT becomes in VMX's terms. */
#include "insn.c"

#include "svm/exit.c"
#include "test.h"

/* The guest's code: at the start of a page, whose next page is not mapped. */
static u8 page[PAGE_SIZE];
static struct vmcb vmcb;
static struct sm_vcpu vcpu;

bool sm_walk(struct sm_vcpu *vcpu, u64 gva, u64 *ret_gpa)
{
	*ret_gpa = gva;
	return gva < sizeof(page);
}

void *sm_gpa_map(struct sm_vcpu *vcpu, u64 gpa, size_t bytes, bool write, struct sm_fault *fault)
{
	return page + gpa;
}

void sm_vmcb_set_intercept(struct vmcb_control_area *control, unsigned int bit, bool on)
{
	control->intercepts[bit / 32] &= ~BIT(bit % 32);
	control->intercepts[bit / 32] |= on ? BIT(bit % 32) : 0;
}

const struct sm_world *sm_world;

#define EVENT(vector)	(SM_EVENT_VALID | SM_EVENT_EXCEPTION | (vector))

static const struct row {
	const char *name;
	u32 code;
	u64 info1, info2;
	u8 bytes[15];
	/* The guest goes on. */
	bool goes_on;
	struct sm_vmexit exit;
} rows[] = {
	{ "cpuid", SVM_EXIT_CPUID, .bytes = { 0x0f, 0xa2 }, .exit = { EXIT_REASON_CPUID, 2 } },
	{ "cpuid with prefixes", SVM_EXIT_CPUID, .bytes = { 0x66, 0x48, 0x0f, 0xa2 },
	  .exit = { EXIT_REASON_CPUID, 4 } },
	{ "cpuid overwritten", SVM_EXIT_CPUID, .bytes = { 0x0f, 0x0b }, .goes_on = true },
	{ "hlt", SVM_EXIT_HLT, .bytes = { 0xf4 }, .exit = { EXIT_REASON_HLT, 1 } },
	{ "wbinvd", SVM_EXIT_WBINVD, .bytes = { 0x0f, 0x09 }, .exit = { EXIT_REASON_WBINVD, 2 } },
	{ "invd", SVM_EXIT_INVD, .bytes = { 0x0f, 0x08 }, .exit = { EXIT_REASON_INVD, 2 } },
	{ "monitor", SVM_EXIT_MONITOR, .bytes = { 0x0f, 0x01, 0xc8 },
	  .exit = { EXIT_REASON_MONITOR_INSTRUCTION, 3 } },
	{ "mwait", SVM_EXIT_MWAIT, .bytes = { 0x0f, 0x01, 0xc9 },
	  .exit = { EXIT_REASON_MWAIT_INSTRUCTION, 3 } },
	{ "xsetbv", SVM_EXIT_XSETBV, .bytes = { 0x0f, 0x01, 0xd1 }, .exit = { EXIT_REASON_XSETBV, 3 } },
	{ "rdmsr", SVM_EXIT_MSR, 0, .bytes = { 0x0f, 0x32 }, .exit = { EXIT_REASON_MSR_READ, 2 } },
	{ "wrmsr", SVM_EXIT_MSR, 1, .bytes = { 0x0f, 0x30 }, .exit = { EXIT_REASON_MSR_WRITE, 2 } },
	{ "wrmsr overwritten", SVM_EXIT_MSR, 1, .bytes = { 0x0f, 0x32 }, .goes_on = true },
	{ "in al, dx", SVM_EXIT_IOIO, 0x70 << 16 | SVM_IOIO_TYPE_MASK | 1 << SVM_IOIO_SIZE_SHIFT, 1,
	  .bytes = { 0xec }, .exit = { EXIT_REASON_IO_INSTRUCTION, 1, 0x70 << 16 | BIT(3) } },
	{ "out 0x80, eax", SVM_EXIT_IOIO, 0x80 << 16 | 4 << SVM_IOIO_SIZE_SHIFT, 2,
	  .bytes = { 0xe7, 0x80 }, .exit = { EXIT_REASON_IO_INSTRUCTION, 2, 0x80 << 16 | BIT(6) | 3 } },
	{ "rep insb", SVM_EXIT_IOIO,
	  0x60 << 16 | SVM_IOIO_TYPE_MASK | SVM_IOIO_STR_MASK | SVM_IOIO_REP_MASK | 1 << SVM_IOIO_SIZE_SHIFT,
	  2, .bytes = { 0xf3, 0x6c },
	  .exit = { EXIT_REASON_IO_INSTRUCTION, 2, 0x60 << 16 | BIT(3) | BIT(4) | BIT(5) } },
	{ "mov cr0, rbx", SVM_EXIT_WRITE_CR0, .bytes = { 0x0f, 0x22, 0xc3 },
	  .exit = { EXIT_REASON_CR_ACCESS, 3, 3 << 8 } },
	{ "mov cr4, r9", SVM_EXIT_WRITE_CR4, .bytes = { 0x41, 0x0f, 0x22, 0xe1 },
	  .exit = { EXIT_REASON_CR_ACCESS, 4, 9 << 8 | 4 } },
	{ "mov cr8, rax", SVM_EXIT_WRITE_CR8, .bytes = { 0x44, 0x0f, 0x22, 0xc0 },
	  .exit = { EXIT_REASON_CR_ACCESS, 4, 8 } },
	{ "another cr", SVM_EXIT_WRITE_CR4, .bytes = { 0x0f, 0x22, 0xc3 }, .goes_on = true },
	{ "clts", SVM_EXIT_WRITE_CR0, .bytes = { 0x0f, 0x06 },
	  .exit = { EXIT_REASON_CR_ACCESS, 2, 2 << 4 } },
	{ "lmsw cx", SVM_EXIT_WRITE_CR0, .bytes = { 0x0f, 0x01, 0xf1 },
	  .exit = { EXIT_REASON_CR_ACCESS, 3, 3 << 4 | 0x5678ULL << 16 } },
	{ "lmsw [rcx]", SVM_EXIT_WRITE_CR0, .bytes = { 0x0f, 0x01, 0x31 },
	  .exit = { EXIT_REASON_CR_ACCESS, 3, 3 << 4 | BIT(6) } },
	{ "dr", SVM_EXIT_WRITE_DR7, .exit = { EXIT_REASON_DR_ACCESS } },
	{ "ud", SVM_EXIT_EXCP_BASE + X86_TRAP_UD,
	  .exit = { EXIT_REASON_EXCEPTION_NMI, .event = EVENT(X86_TRAP_UD) } },
	{ "mc", SVM_EXIT_EXCP_BASE + X86_TRAP_MC,
	  .exit = { EXIT_REASON_EXCEPTION_NMI, .event = EVENT(X86_TRAP_MC) } },
	/* Still pending: no event is reported. */
	{ "interrupt", SVM_EXIT_INTR, .exit = { EXIT_REASON_EXTERNAL_INTERRUPT } },
	{ "nmi", SVM_EXIT_NMI, .exit = { EXIT_REASON_EXCEPTION_NMI } },
	{ "init", SVM_EXIT_INIT, .exit = { EXIT_REASON_INIT_SIGNAL } },
	{ "triple fault", SVM_EXIT_SHUTDOWN, .exit = { EXIT_REASON_TRIPLE_FAULT } },
	{ "task switch", SVM_EXIT_TASK_SWITCH, 0x12340028,
	  .exit = { EXIT_REASON_TASK_SWITCH, .qualification = 0x28 } },
	{ "vmmcall", SVM_EXIT_VMMCALL, .exit = { EXIT_REASON_VMLAUNCH } },
	{ "rdpmc", SVM_EXIT_RDPMC, .exit = { EXIT_REASON_RDPMC } },
	{ "read fault", SVM_EXIT_NPF, 0x100000004, 0x7654321,
	  .exit = { EXIT_REASON_EPT_VIOLATION, .qualification = 1, .gpa = 0x7654321 } },
	{ "write fault", SVM_EXIT_NPF, 0x100000006, 0x7654321,
	  .exit = { EXIT_REASON_EPT_VIOLATION, .qualification = 2, .gpa = 0x7654321 } },
	{ "fetch fault", SVM_EXIT_NPF, 0x100000014, 0x7654321,
	  .exit = { EXIT_REASON_EPT_VIOLATION, .qualification = 4, .gpa = 0x7654321 } },
	{ "iret", SVM_EXIT_IRET, .goes_on = true },
	{ "unknown", SVM_EXIT_RDTSC, .exit = { EXIT_REASON_INVALID_STATE } },
	{ "invalid", (u32)SVM_EXIT_ERR, .exit = { EXIT_REASON_INVALID_STATE } },
};

static bool check(const struct row *row)
{
	struct sm_run *run = sm_run(&vcpu);
	bool goes_on;

	memset(run, 0, sizeof(*run));
	memset(page, 0, sizeof(page));
	memcpy(page, row->bytes, sizeof(row->bytes));
	memset(&vmcb, 0, sizeof(vmcb));
	vmcb.control.exit_code = row->code;
	vmcb.control.exit_info_1 = row->info1;
	vmcb.control.exit_info_2 = row->info2;
	run->svm.vmcb = &vmcb;
	run->regs[SM_GPR_RCX] = 0x12345678;
	run->guest.efer = EFER_LMA;
	run->guest.cs_is_64bit = true;

	goes_on = !sm_svm_exit(&vcpu);
	SAME(goes_on, row->goes_on, row->name);
	if (goes_on)
		return true;
	SAME(run->vmexit.reason, row->exit.reason, row->name);
	SAME(run->vmexit.length, row->exit.length, row->name);
	SAME(run->vmexit.qualification, row->exit.qualification, row->name);
	SAME(run->vmexit.gpa, row->exit.gpa, row->name);
	SAME(run->vmexit.event, row->exit.event, row->name);
	SAME(run->vmexit.has_gla, false, row->name);
	return true;
}

void test_svm(void)
{
	unsigned int i, good = 0;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		good += check(&rows[i]);
	report(good == ARRAY_SIZE(rows), "svm.exits", "%u of %zu rows", good, ARRAY_SIZE(rows));
}
