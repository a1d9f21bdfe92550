// SPDX-License-Identifier: GPL-2.0-only
/*
 * State of the module as a whole.  The SYS leaves write it, all other leaves read it.
 */

#include "core.h"

struct sm_sys sm_sys;

struct sm_tdmr *sm_tdmr_find(phys_addr_t pa)
{
	unsigned int i;

	for (i = 0; i < sm_sys.nr_tdmrs; i++) {
		struct sm_tdmr *tdmr = &sm_sys.tdmrs[i];

		if (pa >= tdmr->base && pa - tdmr->base < tdmr->size)
			return tdmr;
	}
	return NULL;
}
