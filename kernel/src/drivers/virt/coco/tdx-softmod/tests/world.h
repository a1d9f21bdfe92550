/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDX_SOFTMOD_TESTS_WORLD_H
#define TDX_SOFTMOD_TESTS_WORLD_H

/*
 * What tests of the ABI stand on: memory, LPs, and a host that makes SEAMCALLs.
 *
 * Physical addresses are the same everywhere, so that expected results are
 * constants.  In user space (tests/kernel/softmod) the machine has its memory there;
 * in the kernel (world_kernel.c) they stand for pages that were allocated.
 *
 * 0..1 GiB of it	a TDMR whose last MiB is reserved; initialised
 * 1..2 GiB		in user space: a TDMR that is never initialised
 * 2 GiB..		the host's own: what operands point to
 */

#include "../core.h"

#define GIB		BIT_ULL(30)
#define RAM_BASE	(64 * GIB)
#define HOST		(RAM_BASE + 2 * GIB)
#define BUF		(HOST + (24ULL << 20))
#define PARAMS		(BUF + 0x8000)
#define HOST_PAGE(n)	(BUF + 0x10000 + (n) * 4096ULL)
/* In no TDMR. */
#define OUTSIDE_PAGE	HOST
#define RESERVED_PAGE	(RAM_BASE + GIB - 4096)

/* Page @n of the TDMR, and of 2M. */
#define PAGE(n)		(RAM_BASE + (n) * 4096ULL)
#define BIG(n)		(RAM_BASE + (64 + (n)) * (2ULL << 20))

#define FIRST_HKID	32
#define NR_HKIDS	64
#define GLOBAL_HKID	FIRST_HKID

/* Those that want MNG.KEY.CONFIG. */
extern const unsigned int world_nr_packages;
/* The LP that makes the next SEAMCALL: 0 or 1; of another package if there are two. */
extern unsigned int world_lp;

/* The address that @pa stands for. */
phys_addr_t world_real(phys_addr_t pa);
/* Memory as softmod sees it, for the host and tests: no checks. */
void *world_memory(phys_addr_t pa);

/* One SEAMCALL; @args in and out. */
u64 world_call(unsigned int leaf, unsigned int version, struct tdx_module_args *args);
#define CALL(leaf, ...) \
	world_call(TDH_##leaf, 0, &(struct tdx_module_args){ __VA_ARGS__ })
#define CALL_V(leaf, version, ...) \
	world_call(TDH_##leaf, version, &(struct tdx_module_args){ __VA_ARGS__ })

/*
 * world_build.c: false if a SEAMCALL failed.
 */

void world_default_params(struct tdx_td_params *ret_params);
/* A SEAMCALL that each package has to make. */
bool world_on_packages(unsigned int leaf, u64 rcx);
/* CREATE to INIT, from the 8 pages at PAGE(first). */
bool world_make_td(unsigned int first, u16 hkid);
/* CREATE to INIT of a vCPU, from the 6 pages at PAGE(first). */
bool world_make_vcpu(unsigned int tdr, unsigned int first, u32 x2apic_id);
/* Tables down to 4K for the GPAs 0 to 2M, from the 3 pages at PAGE(first). */
bool world_make_tables(unsigned int tdr, unsigned int first);
void world_fill(phys_addr_t pa, u64 pattern);

#endif
