/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDX_SOFTMOD_TESTS_WORLD_H
#define TDX_SOFTMOD_TESTS_WORLD_H

/*
 * The environment of tests of the ABI: memory, logical processors (LPs), and a host that
 * makes SEAMCALLs.
 *
 * Tests use the same physical addresses everywhere, so that expected results are constants.
 * In user space (tests/kernel/softmod) the simulated machine has its memory there.  In the
 * kernel (world_kernel.c) each address stands for a page that was allocated.
 *
 * From RAM_BASE on:
 * 0..1 GiB		a TDMR, initialised; its last MiB is reserved
 * 1..2 GiB		in user space: a TDMR that is never initialised
 * 2 GiB..		the host's own memory, with operands of SEAMCALLs
 */

#include "../core.h"

#define GIB		BIT_ULL(30)
#define RAM_BASE	(64 * GIB)
#define HOST		(RAM_BASE + 2 * GIB)
#define BUF		(HOST + (24ULL << 20))
#define PARAMS		(BUF + 0x8000)
#define HOST_PAGE(n)	(BUF + 0x10000 + (n) * 4096ULL)
/* A page in no TDMR, and one in a reserved area of a TDMR. */
#define OUTSIDE_PAGE	HOST
#define RESERVED_PAGE	(RAM_BASE + GIB - 4096)

/* Page @n of 4K in the TDMR, and page @n of 2M. */
#define PAGE(n)		(RAM_BASE + (n) * 4096ULL)
#define BIG(n)		(RAM_BASE + (64 + (n)) * (2ULL << 20))
/* Rows that also run in the kernel use no other pages: PAGE(0) to this one, BIG(0), BIG(1). */
#define NR_WORLD_PAGES	160

#define FIRST_HKID	32
#define NR_HKIDS	64
#define GLOBAL_HKID	FIRST_HKID

/* CPU packages: how often leaves such as MNG.KEY.CONFIG have to be called. */
extern const unsigned int world_nr_packages;
/* The LP that makes the next SEAMCALL: 0 or 1; on the second package if there are two. */
extern unsigned int world_lp;

/* The real physical address that @pa stands for. */
phys_addr_t world_real(phys_addr_t pa);
/* Pointer to the memory at @pa, whoever it belongs to. */
void *world_memory(phys_addr_t pa);
/* Where the host has the page at @pa mapped, which no TD has. */
void *world_host_memory(phys_addr_t pa);

/* Make one SEAMCALL; @args has its inputs and gets its outputs. */
u64 world_call(unsigned int leaf, unsigned int version, struct tdx_module_args *args);
#define CALL(leaf, ...) \
	world_call(TDH_##leaf, 0, &(struct tdx_module_args){ __VA_ARGS__ })
#define CALL_V(leaf, version, ...) \
	world_call(TDH_##leaf, version, &(struct tdx_module_args){ __VA_ARGS__ })

/* Make the SEAMCALL on each LP, whether it fails or not. */
void world_on_lps(unsigned int leaf, u64 rcx);

/*
 * world_clean.c: end all TDs and reclaim all pages.  Returns how many pages are still a TD's or,
 * if there are none, how many are not zero.
 */
unsigned int world_clean(void);

/*
 * world_build.c: false if a SEAMCALL failed.
 */

void world_default_params(struct tdx_td_params *ret_params);
/* Make the SEAMCALL once on each package. */
bool world_on_packages(unsigned int leaf, u64 rcx);
/* Make a TD: MNG.CREATE to MNG.INIT, with the 7 pages from PAGE(first) on. */
bool world_make_td(unsigned int first, u16 hkid);
/* Make a vCPU of the TD at PAGE(tdr): VP.CREATE to VP.INIT, with 6 pages. */
bool world_make_vcpu(unsigned int tdr, unsigned int first, u32 x2apic_id);
/* Make secure EPT tables for GPAs 0 to 2M, down to entries of 4K, with 3 pages. */
bool world_make_tables(unsigned int tdr, unsigned int first);
/* Fill a page with a pattern. */
void world_fill(phys_addr_t pa, u64 pattern);

#endif
