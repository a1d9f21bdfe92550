// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPUID, MSRs and control registers in a TD, row by row: each leaf that the module answers, the
 * first and the last MSR of each range that it knows with the MSRs beside it that it does not know,
 * and each bit of CR0 and CR4.
 *
 * tests/kernel/worlds runs this in user space, too, with a guest of which only the exits are real.
 */
#include <linux/array_size.h>

#include <asm/trapnr.h>

#include <uapi/asm/vmx.h>

#include "../cpuid_rows.h"
#include "../run/cr_rows.h"
#include "bare_td_test.h"

enum { EAX, EBX, ECX, EDX };

#define TDG_VP_VEINFO_GET	3
#define TDG_VM_WR		8

#define TD_CTLS_ENUM_TOPOLOGY	BIT_ULL(1)

/* Bits that are 0 in the row and made up while the TD runs. */
static const struct {
	u32 leaf, subleaf, regs[4];
} dynamic[] = {
	{ 1, NONE, { ~0U, ~0U, BIT(27) } },
	{ 7, 0, { 0, 0, BIT(4) } },
	{ 0xd, 0, { ~0U, ~0U, ~0U, ~0U } },
	{ 0xd, 1, { 0, ~0U } },
	{ 0x15, NONE, { ~0U, ~0U } },
	{ 0x80000001, NONE, { 0, 0, 0, BIT(11) } },
};

static u32 dynamic_bits(const struct sm_cpuid_row *row, unsigned int reg)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(dynamic); i++) {
		if (dynamic[i].leaf == row->leaf && dynamic[i].subleaf == row->subleaf)
			return dynamic[i].regs[reg];
	}
	return 0;
}

/* Rows of features that this TD does not have: LBR, PT, CET, performance monitoring. */
static bool has_feature(const struct sm_cpuid_row *row)
{
	return row->leaf != 0xa && row->leaf != 0x14 && !(row->leaf == 0xd && row->subleaf == 1);
}

static u32 absent_bits(const struct sm_cpuid_row *row, unsigned int reg)
{
	if (!has_feature(row))
		return ~0U;
	return row->leaf == 7 && !row->subleaf && reg == EDX ? BIT(19) : 0;
}

static bool is_as_the_row_says(struct bare_td *td, const struct sm_cpuid_row *row)
{
	const u32 regs[] = { td->report.rax, td->report.r8, td->report.rcx, td->report.rdx };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(regs); i++) {
		u32 set = row->one[i], clear = row->zero[i] & ~row->one[i];
		u32 free = dynamic_bits(row, i) | row->direct[i] | row->allowed[i];

		set |= row->needed[i] & ~row->real[i] & ~row->zero[i] & ~absent_bits(row, i);
		if ((regs[i] & set & ~free) != (set & ~free) || (regs[i] & clear & ~free)) {
			seq_printf(td->out, "# CPUID %x.%x: register %u is %x\n", row->leaf,
				   row->subleaf, i, regs[i]);
			return false;
		}
	}
	return true;
}

/* Leaves about the topology are #VE, because the guest has not set ENUM_TOPOLOGY. */
static u16 vector_of(const struct sm_cpuid_row *row)
{
	return row->leaf == 0xb || row->leaf == 0x1f ? X86_TRAP_VE : GUEST_NO_FAULT;
}

/*
 * The vector of the fault that @command ends in.  After #VE the guest fetches its information,
 * which must be about the instruction.
 */
static u16 do_command(struct bare_td *td, struct bare_td_command command)
{
	static const u32 reasons[] = {
		[CMD_CPUID] = EXIT_REASON_CPUID,
		[CMD_RDMSR] = EXIT_REASON_MSR_READ,
		[CMD_WRMSR] = EXIT_REASON_MSR_WRITE,
		[CMD_CR4] = EXIT_REASON_CR_ACCESS,
		[CMD_CR0] = EXIT_REASON_CR_ACCESS,
	};
	u16 vector = bare_td_do(td, command) ? td->report.vector : 0;

	if (vector == X86_TRAP_VE &&
	    (!bare_td_do(td, (struct bare_td_command) { CMD_TDCALL, TDG_VP_VEINFO_GET }) ||
	     (u32)td->report.rcx != reasons[command.nr]))
		return 0;
	return vector;
}

static void test_cpuid_rows(struct bare_td *td)
{
	bool ok = true;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sm_cpuid_rows); i++) {
		const struct sm_cpuid_row *row = &sm_cpuid_rows[i];
		u32 subleaf = row->subleaf == NONE ? 0 : row->subleaf;
		u16 vector = do_command(td, (struct bare_td_command) { CMD_CPUID, row->leaf,
								       subleaf });

		if (vector != vector_of(row)) {
			seq_printf(td->out, "# CPUID %x.%x: vector %u\n", row->leaf, row->subleaf,
				   vector);
			ok = false;
		} else if (vector == GUEST_NO_FAULT) {
			ok &= is_as_the_row_says(td, row);
		}
	}
	EXPECT(td, "CPUID: each row", ok);
}

/* Leaves that the module does not answer. */
static void test_cpuid_others(struct bare_td *td)
{
	static const u32 leaves[] = {
		2, 6, 9, 0x10, 0x16, 0x17, 0x18, 0x1b, 0x40000000, 0x400000ff, 0x80000002,
		0x80000003, 0x80000004, 0x80000005, 0x80000006, 0x80000009, 0xffffffff,
	};
	bool ok = true;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(leaves); i++) {
		u16 vector = do_command(td, (struct bare_td_command) { CMD_CPUID, leaves[i] });

		if (vector == X86_TRAP_VE)
			continue;
		seq_printf(td->out, "# CPUID %x: vector %u\n", leaves[i], vector);
		ok = false;
	}
	EXPECT(td, "CPUID: other leaves are #VE", ok);
	EXPECT(td, "CPUID: a leaf beyond the last one is the last one",
	       do_command(td, (struct bare_td_command) { CMD_CPUID, 0x24 }) == GUEST_NO_FAULT &&
	       !(td->report.rax | td->report.r8 | td->report.rcx | td->report.rdx));
}

/* Once the guest has set ENUM_TOPOLOGY it may read the leaves about the topology. */
static void test_topology(struct bare_td *td)
{
	static const u32 leaves[] = { 0xb, 0x1f };
	struct bare_td_command command = {
		CMD_TDCALL, TDG_VM_WR, 0, TDX_MD_TD_TD_CTLS, TD_CTLS_ENUM_TOPOLOGY,
		TD_CTLS_ENUM_TOPOLOGY,
	};
	unsigned int i;

	bare_td_do(td, command);
	bare_td_equal(td, "VM.WR: ENUM_TOPOLOGY", td->report.rax, TDX_SUCCESS);
	for (i = 0; i < ARRAY_SIZE(leaves); i++) {
		do_command(td, (struct bare_td_command) { CMD_CPUID, leaves[i] });
		bare_td_equal(td, "CPUID: topology", td->report.vector, GUEST_NO_FAULT);
		bare_td_equal(td, "its x2APIC id", td->report.rdx, BARE_TD_X2APIC_ID);
	}
	do_command(td, (struct bare_td_command) { CMD_RDMSR, .rcx = 0x802 });
	bare_td_equal(td, "RDMSR: x2APIC id", td->report.rax, BARE_TD_X2APIC_ID);
	command.r8 = 0;
	bare_td_do(td, command);
	bare_td_equal(td, "VM.WR: not ENUM_TOPOLOGY", td->report.rax, TDX_SUCCESS);
}

/* How RDMSR, and WRMSR of 0, end in this TD; ANY: as on the CPU. */
#define OK	GUEST_NO_FAULT
#define VE	X86_TRAP_VE
#define GP	X86_TRAP_GP
#define ANY	0

static const struct msr_row {
	u32 first, last;
	u16 read, write;
} msr_rows[] = {
	{ 0x10, 0x10, OK, VE }, { 0x48, 0x48, OK, OK }, { 0x49, 0x49, GP, OK },
	{ 0x87, 0x87, GP, GP }, { 0x8c, 0x8f, GP, GP }, { 0x98, 0x9b, GP, GP },
	{ 0x9e, 0x9e, GP, GP }, { 0xbc, 0xbc, ANY, VE }, { 0xbd, 0xbd, OK, GP },
	{ 0xc1, 0xc8, GP, GP }, { 0xe1, 0xe1, GP, GP }, { 0x10a, 0x10a, OK, GP },
	{ 0x10b, 0x10b, GP, OK }, { 0x122, 0x122, GP, GP }, { 0x174, 0x176, OK, OK },
	{ 0x186, 0x18d, GP, GP }, { 0x195, 0x195, GP, GP }, { 0x1a0, 0x1a0, OK, VE },
	{ 0x1a6, 0x1a7, GP, GP }, { 0x1c4, 0x1c5, GP, GP }, { 0x1d9, 0x1d9, OK, OK },
	{ 0x1f8, 0x1fa, GP, GP }, { 0x276, 0x276, GP, GP }, { 0x277, 0x277, OK, ANY },
	{ 0x309, 0x310, GP, GP }, { 0x329, 0x329, GP, GP }, { 0x345, 0x345, OK, GP },
	{ 0x38d, 0x392, GP, GP }, { 0x3f1, 0x3f2, GP, GP }, { 0x3f6, 0x3f7, GP, GP },
	{ 0x480, 0x480, OK, GP }, { 0x481, 0x484, VE, GP }, { 0x485, 0x489, OK, GP },
	{ 0x48a, 0x48a, VE, GP }, { 0x48b, 0x492, OK, GP }, { 0x4c1, 0x4c8, GP, GP },
	{ 0x500, 0x500, GP, GP }, { 0x560, 0x561, GP, GP }, { 0x570, 0x572, GP, GP },
	{ 0x580, 0x587, GP, GP }, { 0x600, 0x600, OK, OK }, { 0x6a0, 0x6a0, GP, GP },
	{ 0x6a2, 0x6a2, GP, GP }, { 0x6a4, 0x6a8, GP, GP }, { 0x6e0, 0x6e1, GP, GP },
	{ 0x800, 0x801, GP, GP }, { 0x802, 0x802, VE, GP }, { 0x804, 0x807, GP, GP },
	{ 0x808, 0x808, OK, OK }, { 0x809, 0x80a, OK, GP }, { 0x80b, 0x80b, OK, OK },
	{ 0x80c, 0x80c, OK, GP }, { 0x80e, 0x80e, OK, GP }, { 0x810, 0x827, OK, GP },
	{ 0x829, 0x82e, GP, GP }, { 0x831, 0x831, GP, GP }, { 0x83f, 0x83f, OK, OK },
	{ 0x840, 0x8ff, GP, GP }, { 0x981, 0x98a, GP, GP }, { 0xc80, 0xc80, ANY, VE },
	{ 0xd90, 0xd90, GP, GP }, { 0xd93, 0xd93, GP, GP }, { 0xda0, 0xda0, OK, OK },
	{ 0x1200, 0x12ff, GP, GP }, { 0x14ce, 0x14cf, GP, GP }, { 0x1500, 0x16ff, GP, GP },
	{ 0x1b01, 0x1b01, ANY, ANY }, { 0xc0000080, 0xc0000080, OK, VE },
	{ 0xc0000081, 0xc0000082, OK, OK }, { 0xc0000084, 0xc0000084, OK, OK },
	{ 0xc0000100, 0xc0000102, OK, OK }, { 0xc0000103, 0xc0000103, ANY, ANY },
};

static bool has_row(u32 msr)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(msr_rows); i++) {
		if (msr >= msr_rows[i].first && msr <= msr_rows[i].last)
			return true;
	}
	return false;
}

static bool msr_ends_in(struct bare_td *td, u32 msr, u16 read, u16 write)
{
	u16 got_read = read, got_write = write;

	if (read != ANY)
		got_read = do_command(td, (struct bare_td_command) { CMD_RDMSR, .rcx = msr });
	if (write != ANY)
		got_write = do_command(td, (struct bare_td_command) { CMD_WRMSR, .rcx = msr });
	if (got_read == read && got_write == write)
		return true;
	seq_printf(td->out, "# MSR %x: RDMSR ends in %u, not %u, WRMSR in %u, not %u\n", msr,
		   got_read, read, got_write, write);
	return false;
}

static void test_msr_rows(struct bare_td *td)
{
	const struct msr_row *row;
	bool known = true, unknown = true;

	for (row = msr_rows; row < msr_rows + ARRAY_SIZE(msr_rows); row++) {
		known &= msr_ends_in(td, row->first, row->read, row->write);
		if (row->last != row->first)
			known &= msr_ends_in(td, row->last, row->read, row->write);
		if (!has_row(row->first - 1))
			unknown &= msr_ends_in(td, row->first - 1, VE, VE);
		if (!has_row(row->last + 1))
			unknown &= msr_ends_in(td, row->last + 1, VE, VE);
	}
	EXPECT(td, "MSRs: each row", known);
	EXPECT(td, "MSRs: those beside the rows are #VE", unknown);
}

/* What the guest reads of MSRs that test_msr_rows() has left as they were, or has written 0 to. */
static const struct msr_value {
	u32 msr;
	u64 value;
} msr_values[] = {
	{ 0x48, 0 }, { 0xbd, 1 }, { 0x1a0, 0x1801 }, { 0x1d9, 0 }, { 0x277, 0x0007040600070406 },
	{ 0x345, 0 }, { 0x600, 0 }, { 0xda0, 0 }, { 0xc0000080, 0xd01 },
};

/* Values that differ from those after reset, and that each CPU takes in these MSRs. */
static const struct msr_value native_msrs[] = {
	{ 0x174, 0x10 }, { 0x175, 0x1000 }, { 0x176, 0x2000 }, { 0x277, 0x0606060606060606 },
	{ 0x600, 0x3000 }, { 0xc0000081, 0x0023001000000000 }, { 0xc0000082, 0x4000 },
	{ 0xc0000084, 0x200 }, { 0xc0000100, 0x5000 }, { 0xc0000101, 0x6000 },
	{ 0xc0000102, 0x7000 },
};

static bool msr_reads(struct bare_td *td, u32 msr, u64 want)
{
	struct bare_td_command command = { CMD_RDMSR, .rcx = msr };
	u64 value;

	if (do_command(td, command) != GUEST_NO_FAULT)
		return false;
	value = (u32)td->report.rax | td->report.rdx << 32;
	if (value == want)
		return true;
	seq_printf(td->out, "# MSR %x is %llx, not %llx\n", msr, value, want);
	return false;
}

static bool write_msr(struct bare_td *td, u32 msr, u64 value)
{
	struct bare_td_command command = { CMD_WRMSR, (u32)value, msr, value >> 32 };

	return do_command(td, command) == GUEST_NO_FAULT;
}

static void test_msr_values(struct bare_td *td)
{
	const struct msr_value *m;
	bool ok = true;
	u64 old;

	for (m = msr_values; m < msr_values + ARRAY_SIZE(msr_values); m++)
		ok &= msr_reads(td, m->msr, m->value);
	EXPECT(td, "MSRs: values", ok);

	for (ok = true, m = native_msrs; m < native_msrs + ARRAY_SIZE(native_msrs); m++) {
		do_command(td, (struct bare_td_command) { CMD_RDMSR, .rcx = m->msr });
		old = (u32)td->report.rax | td->report.rdx << 32;
		ok &= write_msr(td, m->msr, m->value) && msr_reads(td, m->msr, m->value);
		ok &= write_msr(td, m->msr, old) && msr_reads(td, m->msr, old);
	}
	EXPECT(td, "MSRs: native ones read as written", ok);
}

/* What the guest has in its control registers. */
#define GUEST_CR0	0x80010031ULL
#define GUEST_CR4	0x40660ULL

static bool cpuid_has(struct bare_td *td, const struct sm_cr_row *row)
{
	struct bare_td_command command = { CMD_CPUID, row->unless.leaf, row->unless.subleaf };
	u64 regs[4];

	if (!row->unless.leaf || do_command(td, command) != GUEST_NO_FAULT)
		return false;
	regs[EAX] = td->report.rax;
	regs[EBX] = td->report.r8;
	regs[ECX] = td->report.rcx;
	regs[EDX] = td->report.rdx;
	return regs[row->unless.reg] & BIT(row->unless.bit);
}

/* A bit that the CPU itself refuses to change while the guest is in 64-bit mode: PG, PAE, LA57. */
static bool is_fixed_in_long_mode(unsigned int cr, unsigned int bit)
{
	return cr ? bit == 5 || bit == 12 : bit == 31;
}

static bool test_cr_bit(struct bare_td *td, const struct sm_cr_row *row, unsigned int bit,
			bool is_there)
{
	static const u16 vectors[] = {
		[SM_CR_FREE] = GUEST_NO_FAULT, [SM_CR_IGNORED] = GUEST_NO_FAULT,
		[SM_CR_VE] = X86_TRAP_VE, [SM_CR_GP] = X86_TRAP_GP,
	};
	struct bare_td_command command = { row->cr ? CMD_CR4 : CMD_CR0 };
	u64 old = row->cr ? GUEST_CR4 : GUEST_CR0, value = old ^ BIT_ULL(bit);
	enum sm_cr_effect effect = old & BIT_ULL(bit) ? row->clear : row->set;
	u16 vector;

	if (is_there && !(old & BIT_ULL(bit)))
		effect = SM_CR_FREE;
	/* Without PE there can be no PG, and that would be #GP. */
	if (!row->cr && !bit)
		value &= ~BIT_ULL(31);
	vector = vectors[effect];
	if (effect == SM_CR_FREE && is_fixed_in_long_mode(row->cr, bit))
		vector = X86_TRAP_GP;

	command.rcx = value;
	if (do_command(td, command) != vector) {
		seq_printf(td->out, "# CR%u, bit %u: vector %u, not %u\n", row->cr, bit,
			   td->report.vector, vector);
		return false;
	}
	if (vector == X86_TRAP_VE &&
	    (td->report.rdx != (BIT(8) | row->cr) || (u32)td->report.r10 != 3))
		return false;
	if (vector != GUEST_NO_FAULT)
		return true;
	if (td->report.rax != (effect == SM_CR_IGNORED ? old : value)) {
		seq_printf(td->out, "# CR%u, bit %u: reads %llx\n", row->cr, bit, td->report.rax);
		return false;
	}
	command.rcx = old;
	return do_command(td, command) == GUEST_NO_FAULT && td->report.rax == old;
}

static void test_cr_rows(struct bare_td *td)
{
	const struct sm_cr_row *row;
	unsigned int bit;
	bool ok = true;

	do_command(td, (struct bare_td_command) { CMD_CR0, .rcx = GUEST_CR0 });
	do_command(td, (struct bare_td_command) { CMD_CR4, .rcx = GUEST_CR4 });
	for (row = sm_cr_rows; row < sm_cr_rows + ARRAY_SIZE(sm_cr_rows); row++) {
		bool is_there = cpuid_has(td, row);

		for (bit = 0; bit < 64; bit++) {
			if (row->bits & BIT_ULL(bit))
				ok &= test_cr_bit(td, row, bit, is_there);
		}
	}
	EXPECT(td, "CR0 and CR4: each bit", ok);
}

void bare_td_test_tables(struct bare_td *td)
{
	test_cpuid_rows(td);
	test_cpuid_others(td);
	test_topology(td);
	test_msr_rows(td);
	test_msr_values(td);
	test_cr_rows(td);
}
