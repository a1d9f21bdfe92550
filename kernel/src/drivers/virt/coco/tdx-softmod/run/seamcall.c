// SPDX-License-Identifier: GPL-2.0-only
/*
 * The backend's ->seamcall(): entry for all SEAMCALLs that the kernel makes.
 */
#include <linux/context_tracking.h>
#include <linux/kvm_host.h>

#include "run.h"
#include "../module.h"

/*
 * True between guest_state_enter_irqoff() and guest_state_exit_irqoff(), where lockdep
 * believes that interrupts are on and RCU may not be watching.
 */
static __always_inline bool in_guest_state(void)
{
#ifdef CONFIG_PROVE_LOCKING
	return lockdep_hardirqs_enabled();
#elif defined(CONFIG_CONTEXT_TRACKING_USER)
	return context_tracking_enabled_this_cpu() && __ct_state() == CT_STATE_GUEST;
#else
	return false;
#endif
}

noinstr u64 sm_run_seamcall(u64 fn, struct tdx_module_args *args)
{
	/*
	 * KVM calls VP.ENTER in guest state, in which the code below may not run.  So leave
	 * that state; the world enters it around each run.
	 */
	unsigned int nr = fn & TDX_LEAF_NR_MASK;
	bool in_guest = nr == TDH_VP_ENTER && in_guest_state();
	u64 r;

	if (in_guest)
		guest_state_exit_irqoff();
	instrumentation_begin();
	if (nr < SM_NR_LEAVES)
		this_cpu_inc(sm_nr_calls[nr]);
	r = sm_seamcall(fn, args);
	instrumentation_end();
	if (in_guest)
		guest_state_enter_irqoff();
	return r;
}

/*
 * For sm_strict_seamcall().  The TDX module returns RBP = 0 when a TD exits other than by
 * TDG.VP.VMCALL; strict mode does so also when the TD did not get to run.
 */
noinstr struct sm_strict_answer sm_strict_answer(u64 fn, struct tdx_module_args *args)
{
	struct sm_strict_answer answer = {};

	if ((fn & TDX_LEAF_NR_MASK) == TDH_VP_ENTER) {
		answer.status = sm_run_seamcall(fn, args);
		answer.loses_rbp = answer.status != EXIT_REASON_TDCALL;
	} else {
		instrumentation_begin();
		answer.status = sm_keyed_seamcall(fn, args);
		instrumentation_end();
	}
	return answer;
}
