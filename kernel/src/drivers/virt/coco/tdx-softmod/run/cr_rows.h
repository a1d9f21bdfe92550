/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDX_SOFTMOD_RUN_CR_ROWS_H
#define TDX_SOFTMOD_RUN_CR_ROWS_H

/*
 * The bits of CR0 and CR4: what a guest gets that writes 1, and one that writes 0.  The rules are
 * those of TDX module 1.5.05.  Every bit of both registers is in one row.
 */

#include <linux/bits.h>
#include <linux/types.h>

enum sm_cr_effect {
	/* The bit becomes what the guest writes. */
	SM_CR_FREE,
	/* The bit keeps its value. */
	SM_CR_IGNORED,
	SM_CR_VE,
	SM_CR_GP,
};

struct sm_cr_row {
	u8 cr;
	u64 bits;
	/* enum sm_cr_effect of writing 1 and of writing 0. */
	u8 set, clear;
	/* Writing 1 is free if the TD's CPUID has this bit.  Leaf 0: there is no such bit. */
	struct {
		u32 leaf, subleaf;
		u8 reg, bit;
	} unless;
};

enum { SM_CR_EAX, SM_CR_EBX, SM_CR_ECX, SM_CR_EDX };

/* A bit that is reserved unless CPUID says that the CPU has it. */
#define FEATURE(nr, leaf, subleaf, reg, bit) \
	{ 4, BIT_ULL(nr), SM_CR_GP, SM_CR_FREE, { leaf, subleaf, SM_CR_##reg, bit } }

static const struct sm_cr_row sm_cr_rows[] = {
	/* PE */
	{ 0, BIT_ULL(0), SM_CR_FREE, SM_CR_VE },
	/* MP, EM, TS */
	{ 0, GENMASK_ULL(3, 1), SM_CR_FREE, SM_CR_FREE },
	/* ET */
	{ 0, BIT_ULL(4), SM_CR_IGNORED, SM_CR_IGNORED },
	/* NE: a CPU with VMX on refuses to clear it. */
	{ 0, BIT_ULL(5), SM_CR_FREE, SM_CR_GP },
	{ 0, GENMASK_ULL(15, 6), SM_CR_IGNORED, SM_CR_IGNORED },
	/* WP */
	{ 0, BIT_ULL(16), SM_CR_FREE, SM_CR_FREE },
	{ 0, BIT_ULL(17), SM_CR_IGNORED, SM_CR_IGNORED },
	/* AM */
	{ 0, BIT_ULL(18), SM_CR_FREE, SM_CR_FREE },
	{ 0, GENMASK_ULL(28, 19), SM_CR_IGNORED, SM_CR_IGNORED },
	/* NW, CD */
	{ 0, GENMASK_ULL(30, 29), SM_CR_VE, SM_CR_FREE },
	/* PG */
	{ 0, BIT_ULL(31), SM_CR_FREE, SM_CR_FREE },
	{ 0, GENMASK_ULL(63, 32), SM_CR_VE, SM_CR_FREE },

	/* VME, PVI, TSD, DE, PSE, PAE */
	{ 4, GENMASK_ULL(5, 0), SM_CR_FREE, SM_CR_FREE },
	/* MCE */
	{ 4, BIT_ULL(6), SM_CR_FREE, SM_CR_VE },
	/* PGE, PCE, OSFXSR, OSXMMEXCPT */
	{ 4, GENMASK_ULL(10, 7), SM_CR_FREE, SM_CR_FREE },
	/* UMIP, LA57 */
	FEATURE(11, 7, 0, ECX, 2),
	FEATURE(12, 7, 0, ECX, 16),
	/* VMXE, SMXE */
	{ 4, GENMASK_ULL(14, 13), SM_CR_VE, SM_CR_FREE },
	{ 4, BIT_ULL(15), SM_CR_GP, SM_CR_FREE },
	/* FSGSBASE */
	FEATURE(16, 7, 0, EBX, 0),
	/*
	 * PCIDE.  Each CPU with TDX has PCIDs, and OVMF relies on that: it toggles PCIDE when it
	 * takes a CPU back from the OS.  On a CPU without PCIDs #GP would kill each TD with
	 * several vCPUs when it powers off, so there the bit has no effect instead.
	 */
	{ 4, BIT_ULL(17), SM_CR_IGNORED, SM_CR_FREE, { 1, 0, SM_CR_ECX, 17 } },
	/* OSXSAVE */
	{ 4, BIT_ULL(18), SM_CR_FREE, SM_CR_FREE },
	/* KL, SMEP, SMAP, PKE, CET, PKS, UINTR */
	FEATURE(19, 7, 0, ECX, 23),
	FEATURE(20, 7, 0, EBX, 7),
	FEATURE(21, 7, 0, EBX, 20),
	FEATURE(22, 7, 0, ECX, 3),
	FEATURE(23, 7, 0, ECX, 7),
	FEATURE(24, 7, 0, ECX, 31),
	FEATURE(25, 7, 0, EDX, 5),
	{ 4, BIT_ULL(26), SM_CR_GP, SM_CR_FREE },
	/* LASS, LAM_SUP */
	FEATURE(27, 7, 1, EAX, 6),
	FEATURE(28, 7, 1, EAX, 26),
	/* 32 is FRED, which the module shows in no CPUID. */
	{ 4, GENMASK_ULL(63, 29), SM_CR_GP, SM_CR_FREE },
};

#undef FEATURE

#endif
