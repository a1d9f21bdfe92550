/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDX_SOFTMOD_CPUID_ROWS_H
#define TDX_SOFTMOD_CPUID_ROWS_H

/*
 * The leaves and subleaves of CPUID that the module answers, and what it makes of each bit: EAX,
 * EBX, ECX, EDX. The columns and the values are those of TDX module 1.5.05, except for @real.
 */

#include <linux/types.h>

#include <asm/tdx_abi.h>

struct sm_cpuid_row {
	u32 leaf, subleaf;
	/*
	 * A TDX module runs only on a CPU whose bits in @needs are @needed, so each TD has these
	 * values.  softmod shows them on any CPU, but the bits in @real: they announce
	 * instructions, which a TD has only if the CPU has them.
	 */
	u32 needs[4], needed[4], real[4];
	/* Bits that are 0, or made up while the TD runs, and bits that are 1. */
	u32 zero[4], one[4];
	/* Bits that the host sets freely, and bits that it can set if the CPU has them. */
	u32 direct[4], allowed[4];
	bool is_configurable;
};

#define NONE		TDX_CPUID_NO_SUBLEAF
#define CONFIG		.is_configurable = true
#define ZERO(l, s)	{ .leaf = (l), .subleaf = (s), .zero = { ~0U, ~0U, ~0U, ~0U } }
/* Lines of 64 bytes. */
#define CACHE(s)	{ .leaf = 4, .subleaf = (s), CONFIG, .needs = { 0, 0xfff }, \
			  .needed = { 0, 0x3f }, .zero = { 0x3c00, 0, 0, 4 }, \
			  .direct = { 0xffffc3ff, 0xfffff000, 0xffffffff, 0xfffffffb } }
#define XSTATE(s)	{ .leaf = 0xd, .subleaf = (s), .zero = { 0, 0, 0, ~0U } }
#define TOPOLOGY(s)	{ .leaf = 0x1f, .subleaf = (s), CONFIG, \
			  .zero = { 0xffffffe0, 0xffff0000, 0xffff0000, ~0U }, \
			  .direct = { 0x1f, 0xffff, 0xffff } }

static const struct sm_cpuid_row sm_cpuid_rows[] = {
	{ .leaf = 0, .subleaf = NONE, .needs = { 0, 0xffffffff, 0xffffffff, 0xffffffff },
	  .needed = { 0, 0x756e6547, 0x6c65746e, 0x49656e69 }, .zero = { 0xffffffdc, 0, 0, 0 },
	  .one = { 0x23, 0, 0, 0 } },
	{ .leaf = 1, .subleaf = NONE, CONFIG, .needs = { 0, 0xff00, 0x47faa217, 0x1fa9fbff },
	  .needed = { 0, 0x800, 0x47faa217, 0x1fa9fbff }, .real = { 0, 0, 0x47da2203, 0x789fbff },
	  .zero = { 0xf000c000, 0xff0000ff, 0x8010060, 0x40120400 },
	  .one = { 0, 0, 0x80000000, 0x200 }, .direct = { 0xfff3fff, 0xff0000, 0, 0 },
	  .allowed = { 0, 0, 0x31044d88, 0xb8440000 } },
	ZERO(3, NONE),
	CACHE(0), CACHE(1), CACHE(2),
	{ .leaf = 4, .subleaf = 3, CONFIG, .needs = { 0xe0, 0xfff, 0, 1 },
	  .needed = { 0x60, 0x3f, 0, 0 }, .zero = { 0x3c00, 0, 0, 0xfffffff8 },
	  .direct = { 0xffffc3ff, 0xfffff000, 0xffffffff, 7 } },
	{ .leaf = 4, .subleaf = 4, .needs = { 0x1f, 0, 0, 0 },
	  .zero = { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff } },
	{ .leaf = 5, .subleaf = NONE, .zero = { 0xffff0000, 0xffff0000, 0xfffffffc, 0 } },
	{ .leaf = 7, .subleaf = 0, CONFIG,
	  .needs = { 0xffffffff, 0x219424c3, 0x99000000, 0xfc082600 },
	  .needed = { 2, 0x219424c3, 0x99000000, 0xfc080400 },
	  .real = { 0, 0x21940483, 0x98000000, 0 }, .zero = { 0, 0x404006, 0x643e8010, 0x2298c3 },
	  .allowed = { 0, 0xdc2b9b18, 0x2417f65, 0x5411c } },
	{ .leaf = 7, .subleaf = 1, CONFIG,
	  .zero = { 0xfbffe28f, 0xffffffff, 0xffffffff, 0xfffffbcf },
	  .allowed = { 0x4001d30, 0, 0, 0x430 } },
	{ .leaf = 7, .subleaf = 2, CONFIG, .needs = { 0, 0, 0, 0x17 },
	  .needed = { 0, 0, 0, 0x17 }, .zero = { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffc0 },
	  .allowed = { 0, 0, 0, 0x28 } },
	ZERO(8, NONE),
	{ .leaf = 0xa, .subleaf = NONE, CONFIG, .needs = { 0xff00, 0, 0xfffffff0, 0x8000 },
	  .needed = { 0x800, 0, 0, 0x8000 }, .zero = { 0, 0, 0, 0xffff6000 } },
	{ .leaf = 0xb, .subleaf = 0, .zero = { 0xffffffe0, 0xffff0000, 0xffff0000, 0xffffffff } },
	{ .leaf = 0xb, .subleaf = 1, .zero = { 0xffffffe0, 0xffff0000, 0xffff0000, 0xffffffff } },
	ZERO(0xb, 2),
	{ .leaf = 0xd, .subleaf = 0, .needs = { 3, 0, 0, 0 }, .needed = { 3, 0, 0, 0 },
	  .zero = { 0xfff9fd18, 0xffffffff, 0, 0xffffffff } },
	{ .leaf = 0xd, .subleaf = 1, .needs = { 0xf, 0, 0x1800, 0 },
	  .needed = { 0xf, 0, 0x1800, 0 }, .real = { 0xf, 0, 0, 0 },
	  .zero = { 0xffffffe0, 0xffffffff, 0xffff26ff, 0xffffffff } },
	XSTATE(2), XSTATE(3), XSTATE(4), XSTATE(5), XSTATE(6), XSTATE(7), XSTATE(8), XSTATE(9),
	XSTATE(10), XSTATE(11), XSTATE(12), XSTATE(13), XSTATE(14), XSTATE(15), XSTATE(16),
	XSTATE(17), XSTATE(18), ZERO(0xe, NONE), ZERO(0x11, NONE), ZERO(0x12, NONE),
	ZERO(0x13, NONE),
	{ .leaf = 0x14, .subleaf = 0, .needs = { 0xffffffff, 0, 0, 0 }, .needed = { 1, 0, 0, 0 },
	  .zero = { 0, 0xfffffe00, 0x7ffffff0, 0xffffffff } },
	{ .leaf = 0x14, .subleaf = 1, .zero = { 0xfff8, 0, 0xffffffff, 0xffffffff } },
	{ .leaf = 0x15, .subleaf = NONE, .zero = { 0xfffffffe, 0, 0xfe8287bf, 0xffffffff },
	  .one = { 1, 0, 0x17d7840, 0 } },
	{ .leaf = 0x19, .subleaf = NONE,
	  .zero = { 0xfffffff8, 0xffffffeb, 0xfffffffd, 0xffffffff } },
	{ .leaf = 0x1a, .subleaf = NONE, .zero = { 0, 0xffffffff, 0xffffffff, 0xffffffff } },
	{ .leaf = 0x1c, .subleaf = NONE, CONFIG, .allowed = { 0xff, 0, 0, 0 } },
	{ .leaf = 0x1d, .subleaf = 0 },
	{ .leaf = 0x1d, .subleaf = 1 },
	{ .leaf = 0x1e, .subleaf = NONE },
	TOPOLOGY(0), TOPOLOGY(1), TOPOLOGY(2), TOPOLOGY(3), TOPOLOGY(4), TOPOLOGY(5),
	ZERO(0x20, NONE),
	{ .leaf = 0x21, .subleaf = 0, .zero = { 0xffffffff, 0x9a8b91b6, 0xdfdfdfdf, 0xa7bbab93 },
	  .one = { 0, 0x65746e49, 0x20202020, 0x5844546c } },
	ZERO(0x22, NONE),
	{ .leaf = 0x23, .subleaf = 0, CONFIG, .zero = { 0xfffffff0, 0, 0xffffffff, 0xffffffff },
	  .allowed = { 0xf, 0, 0, 0 } },
	{ .leaf = 0x23, .subleaf = 1, .needs = { 0xffffff00, 0xfffffff0, 0, 0 },
	  .zero = { 0, 0, 0xffffffff, 0xffffffff } },
	ZERO(0x23, 2),
	{ .leaf = 0x23, .subleaf = 3, .zero = { 0, 0xffffffff, 0xffffffff, 0xffffffff } },
	{ .leaf = 0x80000000, .subleaf = NONE,
	  .zero = { 0x7ffffff7, 0xffffffff, 0xffffffff, 0xffffffff },
	  .one = { 0x80000008, 0, 0, 0 } },
	{ .leaf = 0x80000001, .subleaf = NONE, .needs = { 0, 0, 0x121, 0x2c100800 },
	  .needed = { 0, 0, 0x121, 0x2c100800 }, .real = { 0, 0, 0x121, 0x2c100800 },
	  .zero = { 0xffffffff, 0xffffffff, 0xfffffede, 0xd3efffff } },
	{ .leaf = 0x80000007, .subleaf = NONE, .needs = { 0, 0, 0, 0x100 },
	  .needed = { 0, 0, 0, 0x100 },
	  .zero = { 0xffffffff, 0xffffffff, 0xffffffff, 0xfffffeff } },
	{ .leaf = 0x80000008, .subleaf = NONE, CONFIG, .needs = { 0xff, 0x200, 0, 0 },
	  .needed = { 0x34, 0x200, 0, 0 },
	  .zero = { 0xffff0000, 0xfffffdff, 0xffffffff, 0xffffffff },
	  .allowed = { 0, 0x200, 0, 0 } },
};

#undef ZERO
#undef CACHE
#undef XSTATE
#undef TOPOLOGY

#endif
