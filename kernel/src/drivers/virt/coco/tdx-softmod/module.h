/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDX_SOFTMOD_MODULE_H
#define TDX_SOFTMOD_MODULE_H

/* Declarations for the files around the core that exist in the kernel only. */

#include <linux/percpu.h>

#include "core.h"

/* How often the host called each leaf. */
DECLARE_PER_CPU(unsigned long[SM_NR_LEAVES], sm_nr_calls);

/* Called when the module is loaded and unloaded; may sleep. */
int sm_platform_load(void);
void sm_platform_unload(void);
int sm_alias_load(void);
void sm_alias_unload(void);
void sm_debugfs_load(void);
void sm_debugfs_unload(void);

#endif
