/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDX_SOFTMOD_SWITCH_H
#define TDX_SOFTMOD_SWITCH_H

/* What each world does right before it enters the guest and right after it has left it. */

#include <linux/context_tracking.h>
#include <linux/kvm_host.h>

#include <asm/cpufeature.h>
#include <asm/msr.h>
#include <asm/nospec-branch.h>

#include "run.h"

static __always_inline void sm_set_spec_ctrl(u64 now, u64 want)
{
	if (boot_cpu_has(X86_FEATURE_MSR_SPEC_CTRL) && !boot_cpu_has(X86_FEATURE_V_SPEC_CTRL) &&
	    now != want)
		native_wrmsrl(MSR_IA32_SPEC_CTRL, want);
}

/* Returns the host's SPEC_CTRL. */
static __always_inline u64 sm_switch_to_guest(const struct sm_run *run)
{
	u64 spec_ctrl = this_cpu_read(x86_spec_ctrl_current);

	guest_state_enter_irqoff();
	sm_set_spec_ctrl(spec_ctrl, run->msrs[SM_MSR_SPEC_CTRL]);
	return spec_ctrl;
}

static __always_inline void sm_switch_to_host(const struct sm_run *run, u64 spec_ctrl)
{
	sm_set_spec_ctrl(run->msrs[SM_MSR_SPEC_CTRL], spec_ctrl);
	guest_state_exit_irqoff();
}

#endif
