// SPDX-License-Identifier: GPL-2.0-only
/*
 * Strict mode: the zero-step guard.
 *
 * A host could step a guest by taking away, again and again, a page that the current instruction
 * needs.  So after THRESHOLD EPT violations at the same RIP a TDX module looks at the secure EPT
 * before it runs the vCPU: if a page of these violations is still missing, VP.ENTER returns another
 * EPT violation instead.  For that it locks the secure EPT tree exclusively, so other leaves of
 * the TD find the tree busy, and VP.ENTER does while they use it.
 *
 * The guard cannot see progress between two violations: a guest that accepts page after page has
 * the same RIP each time.  It does see progress at a TD exit for another reason.
 */

#include "core.h"

#define THRESHOLD	6
/* VMCS encoding of the guest's RIP, and the exit reason. */
#define FIELD_RIP	0x681e
#define EPT_VIOLATION	48

/* Has the host mapped the page?  The guest may still have to accept it. */
static bool is_mapped(const struct sm_tdcs *tdcs, u64 gpa)
{
	struct sm_walk walk;
	u8 state;

	sm_sept_walk(tdcs, gpa, 0, &walk);
	state = sm_sept_state(walk.entry);
	return state == TDX_SEPT_MAPPED || state == TDX_SEPT_PENDING;
}

u64 sm_zero_step_check(struct sm_call *call)
{
	struct sm_zero_step *zero_step = &call->vcpu->zero_step;
	unsigned int i;
	u64 status;

	if (!sm_sys.is_strict || zero_step->nr_faults < THRESHOLD)
		return 0;
	status = sm_call_lock(call, &call->tdcs->sept_lock, SM_EXCLUSIVE,
			      TDX_OPERAND_BUSY | TDX_OPERAND_ID_SEPT_TREE);
	if (status)
		return status;
	for (i = 0; i < zero_step->nr_gpas && i < SM_ZERO_STEP_GPAS; i++) {
		if (is_mapped(call->tdcs, zero_step->gpas[i]))
			continue;
		*call->out = (struct tdx_module_args) {
			.rcx = SM_ACCESS_WRITE,
			.r8 = zero_step->gpas[i],
		};
		return EPT_VIOLATION;
	}
	/* The guest cannot run while the tree is locked: it would find its own faults busy. */
	sm_call_unlock(call);
	zero_step->nr_gpas = 0;
	return 0;
}

void sm_zero_step_note(struct sm_vcpu *vcpu, u64 status, const struct tdx_module_args *out)
{
	struct sm_zero_step *zero_step = &vcpu->zero_step;
	u64 rip;

	if (!sm_sys.is_strict || !sm_run_read(vcpu, FIELD_RIP, &rip))
		return;
	if (rip != zero_step->rip) {
		zero_step->nr_faults = 0;
		zero_step->nr_gpas = 0;
	}
	if (status != EPT_VIOLATION || out->r8 & SM_SHARED_BIT)
		return;
	zero_step->rip = rip;
	zero_step->nr_faults++;
	zero_step->gpas[zero_step->nr_gpas++ % SM_ZERO_STEP_GPAS] = out->r8;
}
