// SPDX-License-Identifier: GPL-2.0-only
/*
 * Chooses the world that this CPU has.
 */
#include <linux/kernel.h>

#include <asm/cpufeature.h>

#include "run.h"

static const struct sm_world *const worlds[] = {
	&sm_svm,
};

const struct sm_world *sm_world;

const char *sm_run_check(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(worlds); i++) {
		if (boot_cpu_has(worlds[i]->feature)) {
			sm_world = worlds[i];
			return sm_world->lacks();
		}
	}
	return "the CPU has no AMD-V with nested paging";
}

const char *sm_run_world(void)
{
	return sm_world->name;
}

bool sm_run_scales_tsc(void)
{
	return sm_world->scales_tsc();
}

int sm_run_load(void)
{
	sm_sept_format = sm_world->sept;
	return sm_world->load();
}

void sm_run_unload(void)
{
	sm_world->unload();
}
