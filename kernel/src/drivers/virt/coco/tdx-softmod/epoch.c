// SPDX-License-Identifier: GPL-2.0-only
/*
 * TLB tracking: when is a blocked page out of all TLBs?
 *
 * A vCPU belongs to the epoch in which it was entered, and is counted in it until it
 * exits.  MEM.TRACK begins the TD's next epoch, but only if no vCPU is left in the epoch
 * before the current one.  So vCPUs are in two epochs at most, and two counters suffice.
 * A vCPU that is entered in a new epoch flushes its TLB.  A page that was blocked in an
 * epoch is therefore out of all TLBs as soon as that epoch and all before it are over and
 * no vCPU is left in them.
 */

#include "core.h"

bool sm_epoch_is_tracked(const struct sm_tdcs *tdcs, u64 bepoch)
{
	u64 epoch = READ_ONCE(tdcs->epoch);

	if (bepoch + 1 < epoch)
		return true;
	return bepoch + 1 == epoch && !atomic_read(&tdcs->refcount[bepoch & 1]);
}

u64 sm_epoch_enter(struct sm_vcpu *vcpu)
{
	struct sm_tdcs *tdcs = vcpu->tdcs;
	u64 epoch;

	if (!sm_try_lock(&tdcs->epoch_lock, SM_SHARED))
		return TDX_OPERAND_BUSY | TDX_OPERAND_ID_TD_EPOCH;
	epoch = READ_ONCE(tdcs->epoch);
	atomic_inc(&tdcs->refcount[epoch & 1]);
	sm_unlock(&tdcs->epoch_lock, SM_SHARED);

	if (epoch != vcpu->epoch)
		vcpu->flush_tlb = true;
	vcpu->epoch = epoch;
	return 0;
}

void sm_epoch_exit(struct sm_vcpu *vcpu)
{
	atomic_dec(&vcpu->tdcs->refcount[vcpu->epoch & 1]);
}

u64 sm_epoch_advance(struct sm_tdcs *tdcs)
{
	u64 status = TDX_SUCCESS;

	if (!sm_try_lock(&tdcs->epoch_lock, SM_EXCLUSIVE))
		return TDX_OPERAND_BUSY | TDX_OPERAND_ID_TD_EPOCH;
	if (atomic_read(&tdcs->refcount[1 - (tdcs->epoch & 1)]))
		status = TDX_PREVIOUS_TLB_EPOCH_BUSY;
	else
		WRITE_ONCE(tdcs->epoch, tdcs->epoch + 1);
	sm_unlock(&tdcs->epoch_lock, SM_EXCLUSIVE);
	return status;
}
