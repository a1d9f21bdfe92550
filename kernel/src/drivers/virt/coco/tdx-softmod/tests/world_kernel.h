/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDX_SOFTMOD_TESTS_WORLD_KERNEL_H
#define TDX_SOFTMOD_TESTS_WORLD_KERNEL_H

#include "world.h"

/* PAGE(0) and following. */
#define NR_WORLD_PAGES	160

/* Real pages for what world.h names, and three KeyIDs.  0 or -errno; may sleep. */
int world_load(void);
void world_unload(void);

/*
 * The caller, who can not migrate until world_leave(), is LP 0; another CPU is LP 1.
 * May sleep.
 */
void world_enter(void);
void world_leave(void);

/* One SEAMCALL on this CPU, as world_call(); for several CPUs at once. */
u64 world_call_here(unsigned int leaf, unsigned int version, struct tdx_module_args *args);

/*
 * End all TDs and reclaim all pages.  Returns how many pages are not the host's again
 * or not zero.
 */
unsigned int world_clean(void);

#endif
