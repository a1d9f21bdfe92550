/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDX_SOFTMOD_TESTS_WORLD_KERNEL_H
#define TDX_SOFTMOD_TESTS_WORLD_KERNEL_H

#include "world.h"

/*
 * Allocate real pages for the addresses in world.h, and three KeyIDs.  Returns 0 or -errno;
 * may sleep.
 */
int world_load(void);
void world_unload(void);

/*
 * Begin and end a test.  In between the caller cannot migrate and its CPU is LP 0; another
 * CPU is LP 1.  May sleep.
 */
void world_enter(void);
void world_leave(void);

/* world_call() on this CPU, whatever world_lp is; several CPUs may call it at once. */
u64 world_call_here(unsigned int leaf, unsigned int version, struct tdx_module_args *args);

#endif
