// SPDX-License-Identifier: GPL-2.0-only
/*
 * TLB tracking.
 *
 * A vCPU runs in the epoch that was the TD's when it was entered, and is counted there.
 * TRACK begins the next epoch, if nobody is left in the one before the current one: so
 * there are never vCPUs in more than two epochs, and two counters do.  A page that was
 * blocked in an epoch is out of all TLBs when nobody runs in it or before it.
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
