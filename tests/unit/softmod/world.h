/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SOFTMOD_WORLD_H
#define SOFTMOD_WORLD_H

/*
 * A machine around the core: memory, LPs, packages, and a host that makes SEAMCALLs.
 *
 * 1..2 GiB	a TDMR whose last MiB is reserved; initialised
 * 2..3 GiB	a TDMR that is never initialised
 * 3 GiB..	the host's own: PAMTs, and what operands point to
 */

#include "core.h"

#define GIB		(1ULL << 30)
#define RAM_BASE	GIB
#define RAM_END		(3 * GIB + (32ULL << 20))
#define HOST		(3 * GIB)
#define BUF		(HOST + (24ULL << 20))
/* Host page @n after the buffers of SYS.CONFIG and MNG.INIT. */
#define HOST_PAGE(n)	(BUF + 0x10000 + (n) * 4096ULL)
#define PARAMS		(BUF + 0x8000)
#define RESERVED_PAGE	(2 * GIB - 4096)
#define BAD_TDMR_PAGE	(2 * GIB + 4096)

/* Page @n of the first TDMR, and of 2M. */
#define PAGE(n)		(GIB + (n) * 4096ULL)
#define BIG(n)		(GIB + (64 + (n)) * (2ULL << 20))

#define NR_LPS		2
#define FIRST_HKID	32
#define NR_HKIDS	8
#define GLOBAL_HKID	FIRST_HKID

/* The LP that makes the next SEAMCALL; each is a package of its own. */
extern unsigned int world_lp;
extern u64 world_tsc;
/* Pages that the host can not see now. */
extern u64 world_nr_taken;
/* What the platform found wrong. */
extern int world_nr_errors;

void world_seed(u64 seed);
u64 world_random(void);

/* Memory without anything in it, and a module that was just loaded. */
void world_reset(void);
bool world_is_taken(phys_addr_t pa);
/* The machine's memory, for the host and tests: no checks. */
void *world_memory(phys_addr_t pa);
/* How often sm_platform_host_is_flushed() says no before it says yes. */
extern int world_flush_delay;

/* One SEAMCALL, noted for coverage; @args in and out. */
u64 world_call(unsigned int leaf, unsigned int version, struct tdx_module_args *args);
#define CALL(leaf, ...) \
	world_call(TDH_##leaf, 0, &(struct tdx_module_args){ __VA_ARGS__ })
#define CALL_V(leaf, version, ...) \
	world_call(TDH_##leaf, version, &(struct tdx_module_args){ __VA_ARGS__ })

/* SYS.INIT to TDMR.INIT; false if a SEAMCALL failed. */
bool world_boot(void);
void world_write_tdmrs(void);
void world_write_params(struct tdx_td_params *ret_params);
/* CREATE to INIT, from the 8 pages at PAGE(first). */
bool world_make_td(unsigned int first, u16 hkid);
/* CREATE to INIT of a vCPU, from the 6 pages at PAGE(first). */
bool world_make_vcpu(unsigned int tdr, unsigned int first, u32 x2apic_id);
/* Tables down to 4K for the GPAs 0 to 2M, from the 3 pages at PAGE(first). */
bool world_make_tables(unsigned int tdr, unsigned int first);
void world_fill(phys_addr_t pa, u64 pattern);

/* What the guest does while sm_run_enter() has it; NULL: nothing. */
extern u64 (*world_guest)(struct sm_vcpu *vcpu, struct tdx_module_args *args);

/* Leaves and codes that were seen; shared with forked children. */
#define NR_CODES 4096
struct coverage {
	/* By leaf, bits of classes and details: see world_saw(). */
	u8 seen[SM_NR_LEAVES][32][256];
};

extern struct coverage *coverage;
bool world_saw(unsigned int leaf, u64 code);

#endif
