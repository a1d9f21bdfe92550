/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SOFTMOD_MACHINE_H
#define SOFTMOD_MACHINE_H

/* The simulated machine on which softmod's core runs in user space; its memory is an array. */

#include "world.h"

#define RAM_END		(HOST + (32ULL << 20))
/* In the TDMR that is never initialised. */
#define BAD_TDMR_PAGE	(RAM_BASE + GIB + 4096)

#define NR_LPS		2

/* The CPU's TSC, and MSRs TSC_ADJUST and MISC_ENABLE. */
extern u64 world_tsc, world_tsc_adjust, world_misc_enable;
/* Number of pages that are taken from the host at the moment. */
extern u64 world_nr_taken;
/* Number of errors that platform.c has found, such as a page that was taken twice. */
extern int world_nr_errors;

void world_seed(u64 seed);
u64 world_random(void);

/* Sets up zeroed memory and a module that was just loaded. */
void world_reset(void);
bool world_is_taken(phys_addr_t pa);
/* A byte for each page from @pa on: is it taken? */
u8 *world_taken(phys_addr_t pa);
/* How often sm_platform_host_is_flushed() returns false before it returns true. */
extern int world_flush_delay;

/* CPUID of the CPU; NULL: one with AVX, PKU and SHA, and without what Intel alone has. */
extern void (*world_cpuid)(u32 leaf, u32 subleaf, u32 ret_regs[4]);

/* Makes the SEAMCALLs from SYS.INIT to TDMR.INIT; false if one failed. */
bool world_boot(void);
/* Calls TDMR.INIT until the first TDMR is ready. */
bool world_init_tdmr(void);
void world_write_tdmrs(void);

/* The guest: sm_run_enter() calls this function; NULL: the guest makes a TDVMCALL at once. */
extern u64 (*world_guest)(struct sm_vcpu *vcpu, struct tdx_module_args *args);

/* Which status codes each leaf has returned, also in forked children. */
#define NR_CODES 4096
struct coverage {
	/* Indexes: number of the leaf, class of the status, detail of the class. */
	u8 seen[SM_NR_LEAVES][32][256];
};

extern struct coverage *coverage;
bool world_saw(unsigned int leaf, u64 code);

#endif
