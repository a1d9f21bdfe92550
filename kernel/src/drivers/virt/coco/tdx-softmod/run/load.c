// SPDX-License-Identifier: GPL-2.0-only
/*
 * Chooses the world that this CPU has.
 */
#include <linux/kernel.h>

#include <asm/cpufeature.h>

#include "run.h"

static const struct sm_world *const worlds[] = {
	&sm_svm,
	&sm_vmx,
};

/* PAT is not in the list: a VMCB has it, but not every CPU uses the VMCB's. */
const u32 sm_native_msrs[SM_NR_NATIVE_MSRS] = {
	MSR_STAR,
	MSR_LSTAR,
	MSR_SYSCALL_MASK,
	MSR_FS_BASE,
	MSR_GS_BASE,
	MSR_KERNEL_GS_BASE,
	MSR_IA32_SYSENTER_CS,
	MSR_IA32_SYSENTER_ESP,
	MSR_IA32_SYSENTER_EIP,
};

const struct sm_world *sm_world;

const char *sm_run_check(void)
{
	unsigned int i;

	if (!boot_cpu_has(X86_FEATURE_OSXSAVE))
		return "the CPU has no XSAVE";
	for (i = 0; i < ARRAY_SIZE(worlds); i++) {
		if (boot_cpu_has(worlds[i]->feature)) {
			sm_world = worlds[i];
			return sm_world->lacks();
		}
	}
	return "the CPU has neither AMD-V nor VMX, or the firmware has switched it off";
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
