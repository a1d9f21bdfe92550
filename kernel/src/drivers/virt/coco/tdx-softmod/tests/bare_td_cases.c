// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test cases: what the guest does, and what the guest and the host must see then.
 */
#include <linux/bitops.h>
#include <linux/io.h>
#include <linux/jiffies.h>

#include <uapi/asm/vmx.h>

#include "bare_td_test.h"

#define VECTOR_UD		6
#define VECTOR_DF		8
#define VECTOR_GP		13
#define VECTOR_VE		20

#define EXIT_TDCALL		77
#define QUALIFICATION_TYPE	GENMASK_ULL(3, 0)
#define TYPE_ACCEPT		1
#define TYPE_PENDING		6

#define EXTRA_GPA		((u64)GUEST_EXTRA_VA)
#define SHARED_GPA		(BARE_TD_SHARED_BIT | GUEST_SHARED_VA)
#define SHARED_MMIO_GPA		(SHARED_GPA + 4096)

/* Guest leaves */
#define TDG_VP_VMCALL		0
#define TDG_VP_INFO		1
#define TDG_MR_RTMR_EXTEND	2
#define TDG_VP_VEINFO_GET	3
#define TDG_MR_REPORT		4
#define TDG_VP_CPUIDVE_SET	5
#define TDG_MEM_PAGE_ACCEPT	6
#define TDG_VM_RD		7
#define TDG_VM_WR		8
#define TDG_VP_RD		9
#define TDG_VP_WR		10
#define TDG_SYS_RD		11
#define TDG_SYS_RDALL		12
#define TDG_MR_VERIFYREPORT	22
#define TDG_MEM_PAGE_ATTR_RD	23

#define DATA_REPORT		(GUEST_DATA + 0x400)
#define DATA_INPUT		(GUEST_DATA + 0x800)

static u64 tdcall(struct bare_td *td, u64 rax, u64 rcx, u64 rdx, u64 r8, u64 r9)
{
	struct bare_td_command command = { CMD_TDCALL, rax, rcx, rdx, r8, r9 };

	return bare_td_do(td, command) ? td->report.rax : ~0ULL;
}

/* The first request reports the registers as VP.INIT has set them. */
static bool test_first_request(struct bare_td *td)
{
	const struct tdx_module_args *a = &td->args;
	u64 status = bare_td_enter(td);

	bare_td_equal(td, "VP.ENTER until the first request", status, EXIT_TDCALL);
	if (status != EXIT_TDCALL) {
		seq_printf(td->out, "# rcx %llx rdx %llx r8 %llx r9 %llx\n", a->rcx, a->rdx, a->r8,
			   a->r9);
		return false;
	}
	bare_td_equal(td, "RCX: the mask of the registers", a->rcx, GUEST_REQUEST_MASK);
	bare_td_equal(td, "initial RBX: GPA width", a->r13, 48);
	/* The guest starts in 32-bit mode, in which the upper half need not survive. */
	bare_td_equal(td, "initial RCX", (u32)a->r14, 0x55667788);
	bare_td_equal(td, "initial RDX: CPUID(1).EAX", a->r15, cpuid_eax(1));
	bare_td_equal(td, "initial RSI: vCPU index", a->rdi, 0);
	return true;
}

/* One TDCALL: its registers and the status that it must return. */
static const struct tdcall_case {
	const char *name;
	u64 rax, rcx, rdx, r8, r9;
	u64 status;
} tdcall_cases[] = {
	{ "unknown leaf", 200, .status = TDX_OPERAND_INVALID },
	{ "reserved bits of RAX", TDG_VP_INFO | BIT(24), .status = TDX_OPERAND_INVALID },
	{ "version of a leaf that has none", TDG_VP_INFO | BIT(16), .status = TDX_OPERAND_INVALID },
	{ "VP.VMCALL: RAX in the mask", TDG_VP_VMCALL, 1, .status = TDX_OPERAND_INVALID | 1 },
	{ "VP.VMCALL: RBP in the mask", TDG_VP_VMCALL, BIT(5), .status = TDX_OPERAND_INVALID | 1 },
	{ "VP.VMCALL: reserved mask bits", TDG_VP_VMCALL, BIT_ULL(32),
	  .status = TDX_OPERAND_INVALID | 1 },
	{ "VP.VEINFO.GET with none", TDG_VP_VEINFO_GET, .status = TDX_NO_VALID_VE_INFO },
	{ "MR.RTMR.EXTEND", TDG_MR_RTMR_EXTEND, DATA_INPUT, 2 },
	{ "MR.RTMR.EXTEND: not aligned", TDG_MR_RTMR_EXTEND, DATA_INPUT + 8, 2,
	  .status = TDX_OPERAND_INVALID | 1 },
	{ "MR.RTMR.EXTEND: shared", TDG_MR_RTMR_EXTEND, SHARED_GPA, 2,
	  .status = TDX_OPERAND_INVALID | 1 },
	{ "MR.RTMR.EXTEND: no such RTMR", TDG_MR_RTMR_EXTEND, DATA_INPUT, 4,
	  .status = TDX_OPERAND_INVALID | 2 },
	{ "MR.REPORT", TDG_MR_REPORT, DATA_REPORT, DATA_INPUT },
	{ "MR.REPORT: not aligned", TDG_MR_REPORT, DATA_REPORT + 64, DATA_INPUT,
	  .status = TDX_OPERAND_INVALID | 1 },
	{ "MR.REPORT: data not aligned", TDG_MR_REPORT, DATA_REPORT, DATA_INPUT + 8,
	  .status = TDX_OPERAND_INVALID | 2 },
	{ "MR.REPORT: subtype", TDG_MR_REPORT, DATA_REPORT, DATA_INPUT, 1,
	  .status = TDX_OPERAND_INVALID | 8 },
	{ "MR.VERIFYREPORT", TDG_MR_VERIFYREPORT, DATA_REPORT },
	{ "VP.CPUIDVE.SET: reserved", TDG_VP_CPUIDVE_SET, 4, .status = TDX_OPERAND_INVALID | 1 },
	{ "MEM.PAGE.ACCEPT: accepted", TDG_MEM_PAGE_ACCEPT, GUEST_DATA,
	  .status = TDX_PAGE_ALREADY_ACCEPTED },
	{ "MEM.PAGE.ACCEPT: a table is there", TDG_MEM_PAGE_ACCEPT, 0xffe00000 | 1,
	  .status = TDX_PAGE_SIZE_MISMATCH | 1 },
	{ "MEM.PAGE.ACCEPT: 1G", TDG_MEM_PAGE_ACCEPT, 0xc0000000 | 2,
	  .status = TDX_OPERAND_INVALID | 1 },
	{ "MEM.PAGE.ACCEPT: shared", TDG_MEM_PAGE_ACCEPT, SHARED_GPA,
	  .status = TDX_OPERAND_INVALID | 1 },
	{ "MEM.PAGE.ATTR.RD", TDG_MEM_PAGE_ATTR_RD, GUEST_DATA },
	{ "VM.RD", TDG_VM_RD, 0, TDX_MD_TD_CONFIG_FLAGS },
	{ "VM.RD: another VM", TDG_VM_RD, 1, TDX_MD_TD_CONFIG_FLAGS,
	  .status = TDX_OPERAND_INVALID | 1 },
	{ "VM.RD: unknown field", TDG_VM_RD, 0, 0x1110000300ffff00ULL,
	  .status = TDX_METADATA_FIELD_ID_INCORRECT },
	{ "VM.WR", TDG_VM_WR, 0, TDX_MD_TD_NOTIFY_ENABLES, 0, U64_MAX },
	{ "VM.WR: read only", TDG_VM_WR, 0, TDX_MD_TD_CONFIG_FLAGS, 0, U64_MAX,
	  .status = TDX_METADATA_FIELD_NOT_WRITABLE },
	{ "VP.RD: host's field", TDG_VP_RD, 0, TDX_MD_VP_POSTED_INTR_NV,
	  .status = TDX_METADATA_FIELD_NOT_READABLE },
	{ "SYS.RD", TDG_SYS_RD, 0, TDX_MD_SYS_FEATURES0 },
	{ "SYS.RDALL: unknown field", TDG_SYS_RDALL, 0, GUEST_DATA, 0x7f00000300000000ULL,
	  .status = TDX_METADATA_FIELD_ID_INCORRECT },
	{ "SYS.RDALL: host's field", TDG_SYS_RDALL, 0, GUEST_DATA, TDX_MD_SYS_BUILD_DATE,
	  .status = TDX_METADATA_FIELD_NOT_READABLE },
	{ "SYS.RDALL: unaligned", TDG_SYS_RDALL, 0, GUEST_DATA + 8, U64_MAX,
	  .status = TDX_OPERAND_INVALID | 2 },
};

static void test_tdcalls(struct bare_td *td)
{
	const struct tdcall_case *c;

	for (c = tdcall_cases; c < tdcall_cases + ARRAY_SIZE(tdcall_cases); c++)
		bare_td_equal(td, c->name, tdcall(td, c->rax, c->rcx, c->rdx, c->r8, c->r9),
			      c->status);

	tdcall(td, TDG_VP_INFO, 0, 0, 0, 0);
	bare_td_equal(td, "VP.INFO: GPA width", td->report.rcx, 48);
	bare_td_equal(td, "VP.INFO: attributes", td->report.rdx, TDX_ATTR_SEPT_VE_DISABLE);
	bare_td_equal(td, "VP.INFO: number of vCPUs", td->report.r8, 1 | 1ULL << 32);
	bare_td_equal(td, "VP.INFO: SYS.RD is there", td->report.r10, 1);
	tdcall(td, TDG_VM_RD, 0, TDX_MD_TD_CONFIG_FLAGS, 0, 0);
	bare_td_equal(td, "VM.RD: CONFIG_FLAGS", td->report.r8,
		      TDX_CONFIG_NO_RBP_MOD | TDX_CONFIG_FLEXIBLE_PENDING_VE);
}

/* One command: the exception that it ends in and, if that is #VE, its information. */
static const struct insn_case {
	const char *name;
	struct bare_td_command command;
	u16 vector;
	u32 reason;
	u64 qualification;
	u32 length;
} insn_cases[] = {
	{ "CPUID of a leaf of the module", { CMD_CPUID, 0x21 }, GUEST_NO_FAULT },
	{ "CPUID 0x40000000", { CMD_CPUID, 0x40000000 }, VECTOR_VE, EXIT_REASON_CPUID, 0, 2 },
	{ "HLT", { CMD_HLT }, VECTOR_VE, EXIT_REASON_HLT, 0, 1 },
	{ "IN", { CMD_IN, .rdx = 0x3f8 }, VECTOR_VE, EXIT_REASON_IO_INSTRUCTION, 0x3f8 << 16 | 8,
	  1 },
	{ "OUT", { CMD_OUT, .rdx = 0x80 }, VECTOR_VE, EXIT_REASON_IO_INSTRUCTION, 0x80 << 16, 1 },
	{ "VMCALL", { CMD_VMCALL }, VECTOR_VE, EXIT_REASON_VMCALL, 0, 3 },
	{ "UD2", { CMD_UD2 }, VECTOR_UD },
	{ "RDMSR APICBASE", { CMD_RDMSR, .rcx = 0x1b }, VECTOR_VE, EXIT_REASON_MSR_READ, 0, 2 },
	{ "WRMSR APICBASE", { CMD_WRMSR, .rcx = 0x1b }, VECTOR_VE, EXIT_REASON_MSR_WRITE, 0, 2 },
	{ "RDMSR of KVM's clock", { CMD_RDMSR, .rcx = 0x4b564d01 }, VECTOR_VE,
	  EXIT_REASON_MSR_READ, 0, 2 },
	{ "WRMSR x2APIC ICR", { CMD_WRMSR, .rcx = 0x830 }, VECTOR_VE, EXIT_REASON_MSR_WRITE, 0, 2 },
	{ "WRMSR x2APIC PPR", { CMD_WRMSR, .rcx = 0x80a }, VECTOR_GP },
	{ "RDMSR XSS", { CMD_RDMSR, .rcx = 0xda0 }, GUEST_NO_FAULT },
	{ "WRMSR XSS outside XFAM", { CMD_WRMSR, 0x100, 0xda0 }, VECTOR_GP },
	{ "RDMSR that nobody may have", { CMD_RDMSR, .rcx = 0x8c }, VECTOR_GP },
	{ "WRMSR SPEC_CTRL: BHI_DIS_S", { CMD_WRMSR, 0x400, 0x48 }, GUEST_NO_FAULT },
	{ "WRMSR SPEC_CTRL: a bit that no CPU has", { CMD_WRMSR, 0x800, 0x48 }, VECTOR_GP },
	{ "WRMSR SPEC_CTRL: none", { CMD_WRMSR, 0, 0x48 }, GUEST_NO_FAULT },
	{ "WRMSR PRED_CMD: IBPB", { CMD_WRMSR, 1, 0x49 }, GUEST_NO_FAULT },
	{ "WRMSR PRED_CMD: reserved", { CMD_WRMSR, 2, 0x49 }, VECTOR_GP },
	{ "WRMSR DEBUGCTL: bus lock detection", { CMD_WRMSR, 4, 0x1d9 }, GUEST_NO_FAULT },
	{ "WRMSR DEBUGCTL: TR without BTS", { CMD_WRMSR, 0x40, 0x1d9 }, VECTOR_VE,
	  EXIT_REASON_MSR_WRITE, 0, 2 },
	{ "WRMSR EFER: clear LME", { CMD_WRMSR, 0x801, 0xc0000080 }, VECTOR_VE,
	  EXIT_REASON_MSR_WRITE, 0, 2 },
	{ "MOV to CR0: cache disabled", { CMD_CR0, .rcx = 0xc0010021 }, VECTOR_VE,
	  EXIT_REASON_CR_ACCESS, 1 << 8, 3 },
	{ "MOV to CR0: NW without CD", { CMD_CR0, .rcx = 0xa0010021 }, VECTOR_VE,
	  EXIT_REASON_CR_ACCESS, 1 << 8, 3 },
	{ "MOV to CR0: upper half", { CMD_CR0, .rcx = 0x180010021 }, VECTOR_VE,
	  EXIT_REASON_CR_ACCESS, 1 << 8, 3 },
	{ "MOV to CR0: no NE", { CMD_CR0, .rcx = 0x80010001 }, VECTOR_GP },
	{ "MOV to CR0: PG without PE", { CMD_CR0, .rcx = 0x80010020 }, VECTOR_GP },
	{ "MOV to CR0: bits that are ignored", { CMD_CR0, .rcx = 0x80030031 | BIT(8) },
	  GUEST_NO_FAULT },
	{ "MOV to CR4: no MCE", { CMD_CR4, .rcx = 0x40620 }, VECTOR_VE, EXIT_REASON_CR_ACCESS,
	  1 << 8 | 4, 3 },
	{ "MOV to CR4: VMXE", { CMD_CR4, .rcx = 0x42660 }, VECTOR_VE, EXIT_REASON_CR_ACCESS,
	  1 << 8 | 4, 3 },
	{ "MOV to CR4: no PAE in long mode", { CMD_CR4, .rcx = 0x40640 }, VECTOR_GP },
	{ "MOV to CR4: CET", { CMD_CR4, .rcx = 0x840660 }, VECTOR_GP },
	{ "XSETBV outside XFAM", { CMD_XSETBV, 0x7 }, VECTOR_GP },
	{ "XSETBV 1", { CMD_XSETBV, 3, 1 }, VECTOR_GP },
	{ "XSETBV", { CMD_XSETBV, 3 }, GUEST_NO_FAULT },
};

static void test_insns(struct bare_td *td)
{
	const struct insn_case *c;

	for (c = insn_cases; c < insn_cases + ARRAY_SIZE(insn_cases); c++) {
		u64 vector = bare_td_do(td, c->command) ? td->report.vector : ~0ULL;

		bare_td_equal(td, c->name, vector, c->vector);
		if (vector != VECTOR_VE)
			continue;
		tdcall(td, TDG_VP_VEINFO_GET, 0, 0, 0, 0);
		if (c->reason != td->report.rcx || c->qualification != td->report.rdx ||
		    td->report.r8 || td->report.r9 || td->report.r10 != c->length) {
			seq_printf(td->out, "# VE_INFO %llx %llx %llx %llx %llx\n", td->report.rcx,
				   td->report.rdx, td->report.r8, td->report.r9, td->report.r10);
			bare_td_result(td, false, "its #VE information");
		}
	}
}

static void test_cpu(struct bare_td *td)
{
	const struct bare_td_report *r = &td->report;
	u64 tsc;

	bare_td_do(td, (struct bare_td_command) { CMD_CPUID, 0 });
	EXPECT(td, "CPUID 0: GenuineIntel, 0x23", r->rax == 0x23 && r->r8 == 0x756e6547 &&
	       r->rdx == 0x49656e69 && r->rcx == 0x6c65746e);
	bare_td_do(td, (struct bare_td_command) { CMD_CPUID, 0x21 });
	EXPECT(td, "CPUID 0x21: IntelTDX", r->r8 == 0x65746e49 && r->rdx == 0x5844546c &&
	       r->rcx == 0x20202020);
	bare_td_do(td, (struct bare_td_command) { CMD_CPUID, 1 });
	EXPECT(td, "CPUID 1: hypervisor, OSXSAVE", r->rcx & BIT(31) && r->rcx & BIT(27));
	bare_td_do(td, (struct bare_td_command) { CMD_RDMSR, .rcx = 0xc0000080 });
	bare_td_equal(td, "EFER", r->rax, 0xd01);
	bare_td_do(td, (struct bare_td_command) { CMD_CR4, .rcx = 0x40660 });
	bare_td_equal(td, "CR4 reads as written", r->rax, 0x40660);

	bare_td_do(td, (struct bare_td_command) { CMD_SET_XMM1, .rdx = 0x123456789abcdefULL });
	bare_td_do(td, (struct bare_td_command) { CMD_GET_XMM1 });
	bare_td_equal(td, "XMM1 survives a TD exit", r->rax, 0x123456789abcdefULL);
	bare_td_equal(td, "and the host does not see it", td->xmm1, 0);
	bare_td_do(td, (struct bare_td_command) { CMD_DR0, .rdx = 0x7654321 });
	bare_td_equal(td, "DR0", r->rax, 0x7654321);

	bare_td_do(td, (struct bare_td_command) { CMD_RDTSC });
	tsc = (u32)r->rax | r->rdx << 32;
	bare_td_do(td, (struct bare_td_command) { CMD_RDTSC });
	EXPECT(td, "TSC goes on", ((u32)r->rax | r->rdx << 32) > tsc);
	bare_td_do(td, (struct bare_td_command) { CMD_RDMSR, .rcx = 0x10 });
	EXPECT(td, "RDMSR of the TSC agrees", ((u32)r->rax | r->rdx << 32) > tsc &&
	       ((u32)r->rax | r->rdx << 32) - tsc < (1ULL << 40));
}

/* TDG.VP.VMCALL passes XMM registers that its mask names to the host and back. */
static void test_xmm(struct bare_td *td)
{
	struct bare_td_command vmcall = {
		CMD_TDCALL, TDG_VP_VMCALL, BIT(8) | BIT(16 + 1), 0, 0x1234,
	};

	bare_td_do(td, (struct bare_td_command) { CMD_SET_XMM1, .rdx = 0x55aa55aa55aaULL });
	bare_td_equal(td, "VP.VMCALL with XMM1", bare_td_command(td, &vmcall), EXIT_TDCALL);
	bare_td_equal(td, "its mask", td->args.rcx, BIT(8) | BIT(16 + 1));
	bare_td_equal(td, "R8 is in it", td->args.r8, 0x1234);
	bare_td_equal(td, "R10 is not", td->args.r10, 0);
	bare_td_equal(td, "XMM1 is in it", td->xmm1, 0x55aa55aa55aaULL);
	td->xmm1 = 0x99887766;
	bare_td_equal(td, "back in the guest", bare_td_enter(td), EXIT_TDCALL);
	bare_td_do(td, (struct bare_td_command) { CMD_GET_XMM1 });
	bare_td_equal(td, "XMM1 is the host's", td->report.rax, 0x99887766);
}

static void expect_violation(struct bare_td *td, const char *name, u64 status, u64 gpa, u64 type)
{
	const struct tdx_module_args *a = &td->args;
	bool ok = status == EXIT_REASON_EPT_VIOLATION && a->r8 == gpa &&
		  (a->rdx & QUALIFICATION_TYPE) == type && !(a->rcx & ~0x3fULL);

	if (!ok)
		seq_printf(td->out, "# exit %llx rcx %llx rdx %llx r8 %llx\n", status, a->rcx,
			   a->rdx, a->r8);
	bare_td_result(td, ok, name);
}

static u64 read_guest(struct bare_td *td, u64 va)
{
	return bare_td_do(td, (struct bare_td_command) { CMD_READ, .rcx = va }) &&
	       td->report.vector == GUEST_NO_FAULT ? td->report.rax : ~0ULL;
}

/* The last command must have ended in #VE for an access to @gpa. */
static void expect_ve(struct bare_td *td, const char *name, u64 gpa)
{
	bare_td_equal(td, name, td->report.vector, VECTOR_VE);
	tdcall(td, TDG_VP_VEINFO_GET, 0, 0, 0, 0);
	bare_td_equal(td, "its reason", td->report.rcx, EXIT_REASON_EPT_VIOLATION);
	bare_td_equal(td, "its GPA", td->report.r9, gpa);
}

/*
 * The guest accepts a page at EXTRA_GPA before the host has added it, then uses it.  The host
 * removes it and adds it again.
 */
static void test_private_memory(struct bare_td *td)
{
	struct bare_td_command accept = { CMD_TDCALL, TDG_MEM_PAGE_ACCEPT, EXTRA_GPA };
	struct bare_td_command read = { CMD_READ, .rcx = EXTRA_GPA };
	phys_addr_t page = bare_td_alloc(td), removed = 0;

	memset(phys_to_virt(page), 0x5a, PAGE_SIZE);
	expect_violation(td, "ACCEPT without a page", bare_td_command(td, &accept), EXTRA_GPA,
			 TYPE_ACCEPT);
	bare_td_equal(td, "MEM.PAGE.AUG", tdh_mem_page_aug(td->tdr, EXTRA_GPA, 0, page, NULL), 0);
	EXPECT(td, "ACCEPT goes on", bare_td_resume(td));
	bare_td_equal(td, "its status", td->report.rax, TDX_SUCCESS);
	bare_td_equal(td, "the page is zero", read_guest(td, EXTRA_GPA), 0);
	bare_td_do(td, (struct bare_td_command) { CMD_WRITE, .rcx = EXTRA_GPA, .rdx = 42 });
	bare_td_equal(td, "and can be written", read_guest(td, EXTRA_GPA), 42);

	bare_td_equal(td, "MEM.RANGE.BLOCK", tdh_mem_range_block(td->tdr, EXTRA_GPA, 0, NULL), 0);
	bare_td_equal(td, "MEM.PAGE.REMOVE before the track",
		      tdx_status_code(tdh_mem_page_remove(td->tdr, EXTRA_GPA, 0, &removed, NULL)),
		      TDX_TLB_TRACKING_NOT_DONE);
	expect_violation(td, "read of a blocked page", bare_td_command(td, &read), EXTRA_GPA, 0);
	bare_td_equal(td, "MEM.TRACK", tdh_mem_track(td->tdr), 0);
	bare_td_equal(td, "MEM.PAGE.REMOVE",
		      tdh_mem_page_remove(td->tdr, EXTRA_GPA, 0, &removed, NULL), 0);
	bare_td_equal(td, "it is that page", removed, page);
	bare_td_equal(td, "PHYMEM.PAGE.WBINVD", tdh_phymem_page_wbinvd(page, td->keyid), 0);
	EXPECT(td, "and has nothing of the TD", bare_td_is_blank(page));
	expect_violation(td, "read of a removed page", bare_td_enter(td), EXTRA_GPA, 0);

	bare_td_equal(td, "MEM.PAGE.AUG again", tdh_mem_page_aug(td->tdr, EXTRA_GPA, 0, page, NULL),
		      0);
	expect_violation(td, "read of a pending page, #VE disabled", bare_td_enter(td), EXTRA_GPA,
			 TYPE_PENDING);
}

/* The guest sets TD_CTLS so that an access to a pending page is #VE. */
static void test_pending_ve(struct bare_td *td)
{
	u64 gpa = EXTRA_GPA + PAGE_SIZE;
	phys_addr_t page = bare_td_alloc(td);

	bare_td_equal(td, "VM.WR TD_CTLS", tdcall(td, TDG_VM_WR, 0, TDX_MD_TD_TD_CTLS, 0, BIT(0)),
		      TDX_SUCCESS);
	bare_td_equal(td, "MEM.PAGE.AUG", tdh_mem_page_aug(td->tdr, gpa, 0, page, NULL), 0);
	bare_td_do(td, (struct bare_td_command) { CMD_READ, .rcx = gpa });
	expect_ve(td, "read of a pending page", gpa);
	bare_td_equal(td, "ACCEPT", tdcall(td, TDG_MEM_PAGE_ACCEPT, gpa, 0, 0, 0), TDX_SUCCESS);
	bare_td_equal(td, "ACCEPT again", tdcall(td, TDG_MEM_PAGE_ACCEPT, gpa, 0, 0, 0),
		      TDX_PAGE_ALREADY_ACCEPTED);
	bare_td_equal(td, "the page is there", read_guest(td, gpa), 0);
	bare_td_equal(td, "VM.WR TD_CTLS back", tdcall(td, TDG_VM_WR, 0, TDX_MD_TD_TD_CTLS, 1,
						       BIT(0)), TDX_SUCCESS);
}

/* A second #VE before the guest has fetched the first one's information is #DF. */
static void test_double_fault(struct bare_td *td)
{
	bare_td_do(td, (struct bare_td_command) { CMD_HLT });
	bare_td_equal(td, "a first #VE", td->report.vector, VECTOR_VE);
	bare_td_do(td, (struct bare_td_command) { CMD_HLT });
	bare_td_equal(td, "a second one is #DF", td->report.vector, VECTOR_DF);
	tdcall(td, TDG_VP_VEINFO_GET, 0, 0, 0, 0);
	bare_td_equal(td, "the first one's information is kept", td->report.rcx, EXIT_REASON_HLT);
}

static void test_shared_memory(struct bare_td *td)
{
	struct bare_td_command read = { CMD_READ, .rcx = GUEST_SHARED_VA };
	u64 *data = td->shared_data;
	u64 status;

	*data = 0x5eed;
	expect_violation(td, "shared memory before the host has a table",
			 bare_td_command(td, &read), SHARED_GPA, 0);
	bare_td_equal(td, "VP.WR of the shared EPT pointer",
		      tdh_vp_wr(td->tdvpr, TDX_MD_VP_SHARED_EPTP, virt_to_phys(td->shared[0]),
				GENMASK_ULL(51, 12)), TDX_SUCCESS);
	expect_violation(td, "shared memory that is not mapped", bare_td_enter(td), SHARED_GPA, 0);
	td->shared[3][0] = virt_to_phys(data) | 7;
	EXPECT(td, "the read goes on", bare_td_resume(td));
	bare_td_equal(td, "it reads what the host wrote", td->report.rax, 0x5eed);
	bare_td_do(td, (struct bare_td_command) { CMD_WRITE, .rcx = GUEST_SHARED_VA, .rdx = 77 });
	bare_td_equal(td, "the host reads what the guest writes", READ_ONCE(*data), 77);

	/* KVM's entry for MMIO does not have the bit suppress-#VE. */
	td->shared[3][1] = 0;
	bare_td_do(td, (struct bare_td_command) { CMD_READ, .rcx = GUEST_SHARED_VA + PAGE_SIZE });
	expect_ve(td, "read of MMIO", SHARED_MMIO_GPA);
	status = tdcall(td, TDG_MR_VERIFYREPORT, SHARED_MMIO_GPA, 0, 0, 0);
	bare_td_equal(td, "a TDCALL's operand in MMIO", status == ~0ULL ? 0 : td->report.vector,
		      VECTOR_VE);
	tdcall(td, TDG_VP_VEINFO_GET, 0, 0, 0, 0);
}

static bool has_pending_interrupt(struct bare_td *td)
{
	u64 details;

	return !tdh_vp_rd(td->tdvpr, TDX_MD_VP_STATE_DETAILS, &details) &&
	       (details & TDX_VP_STATE_DETAILS_INTR_PENDING);
}

static void post_interrupt(struct bare_td *td, unsigned int vector)
{
	set_bit(vector, td->posted);
	set_bit(256, td->posted);
}

static void test_interrupts(struct bare_td *td)
{
	const struct bare_td_report *r = &td->report;
	struct bare_td_command wait = { CMD_WAIT, .rcx = 100 };

	post_interrupt(td, GUEST_IRQ_VECTOR);
	bare_td_do(td, (struct bare_td_command) { CMD_SPIN, .rcx = 10 });
	bare_td_equal(td, "an interrupt waits for IF", r->irqs, 0);
	EXPECT(td, "VCPU_STATE_DETAILS knows of it", has_pending_interrupt(td));
	EXPECT(td, "it left the descriptor", !test_bit(256, td->posted) &&
	       !test_bit(GUEST_IRQ_VECTOR, td->posted));
	bare_td_do(td, wait);
	bare_td_equal(td, "it is delivered with IF, once", r->irqs, 1);
	EXPECT(td, "VCPU_STATE_DETAILS is clear", !has_pending_interrupt(td));

	bare_td_do(td, (struct bare_td_command) { CMD_CR8, .rcx = 15 });
	post_interrupt(td, GUEST_IRQ_VECTOR);
	wait.rdx = r->irqs;
	bare_td_do(td, wait);
	bare_td_equal(td, "TPR holds an interrupt back", r->irqs, 1);
	EXPECT(td, "and VCPU_STATE_DETAILS says so", !has_pending_interrupt(td));
	bare_td_do(td, (struct bare_td_command) { CMD_RDMSR, .rcx = 0x80a });
	bare_td_equal(td, "PPR", r->rax, 0xf0);
	bare_td_do(td, (struct bare_td_command) { CMD_CR8, .rcx = 0 });
	bare_td_do(td, wait);
	bare_td_equal(td, "TPR lets it in", r->irqs, 2);

	bare_td_do(td, (struct bare_td_command) { CMD_WRMSR, GUEST_IRQ_VECTOR + 1, 0x83f });
	wait.rdx = r->irqs;
	bare_td_do(td, wait);
	bare_td_equal(td, "SELF_IPI", r->irqs, 3);
	bare_td_do(td, (struct bare_td_command) { CMD_RDMSR, .rcx = 0x812 });
	bare_td_equal(td, "nothing is in service", r->rax, 0);

	bare_td_equal(td, "VP.WR PEND_NMI", tdh_vp_wr(td->tdvpr, TDX_MD_VP_PEND_NMI, 1, U8_MAX), 0);
	bare_td_do(td, (struct bare_td_command) { CMD_SPIN, .rcx = 10 });
	bare_td_do(td, (struct bare_td_command) { CMD_SPIN, .rcx = 10 });
	bare_td_equal(td, "an NMI, once", r->nmis, 1);
	bare_td_equal(td, "VP.WR PEND_NMI", tdh_vp_wr(td->tdvpr, TDX_MD_VP_PEND_NMI, 1, U8_MAX), 0);
	bare_td_do(td, (struct bare_td_command) { CMD_SPIN, .rcx = 10 });
	bare_td_equal(td, "and the next one, after its IRET", r->nmis, 2);
}

/* Let the guest run until the host's timer has interrupted it a few times. */
static void test_timer(struct bare_td *td)
{
	u64 nr_interrupted = td->nr_interrupted;
	unsigned long deadline = jiffies + 30 * HZ;

	struct bare_td_command spin = { CMD_SPIN, .rcx = 1000000 };
	bool alive = true;

	while (alive && td->nr_interrupted < nr_interrupted + 3 && time_before(jiffies, deadline))
		alive = bare_td_do(td, spin);
	EXPECT(td, "the host's timer interrupts the guest, and both go on",
	       td->nr_interrupted >= nr_interrupted + 3);
}

void bare_td_run_cases(struct bare_td *td)
{
	if (!test_first_request(td))
		return;
	test_tdcalls(td);
	test_insns(td);
	bare_td_test_tables(td);
	test_double_fault(td);
	test_cpu(td);
	test_xmm(td);
	test_interrupts(td);
	test_shared_memory(td);
	test_timer(td);
	test_pending_ve(td);
	/* The last one that runs the guest, because the guest cannot go on after it. */
	test_private_memory(td);
	bare_td_equal(td, "each VP.ENTER returned with the host's RBP", td->nr_rbp_lost, 0);
	bare_td_equal(td, "and with the right MSRs", td->nr_msrs_wrong, 0);
}
