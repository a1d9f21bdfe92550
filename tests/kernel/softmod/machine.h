/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SOFTMOD_MACHINE_H
#define SOFTMOD_MACHINE_H

/* A machine for softmod's core in user space: its memory is an array. */

#include "world.h"

#define RAM_END		(HOST + (32ULL << 20))
/* In the TDMR that is never initialised. */
#define BAD_TDMR_PAGE	(RAM_BASE + GIB + 4096)

#define NR_LPS		2

extern u64 world_tsc;
/* Number of pages that the host cannot see now. */
extern u64 world_nr_taken;
/* Number of faults that the platform found. */
extern int world_nr_errors;

void world_seed(u64 seed);
u64 world_random(void);

/* Sets up zeroed memory and a module that was just loaded. */
void world_reset(void);
bool world_is_taken(phys_addr_t pa);
/* How often sm_platform_host_is_flushed() says no before it says yes. */
extern int world_flush_delay;

/* Makes the SEAMCALLs from SYS.INIT to TDMR.INIT; false if one failed. */
bool world_boot(void);
/* Calls TDMR.INIT until the first TDMR is ready. */
bool world_init_tdmr(void);
void world_write_tdmrs(void);

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
