// SPDX-License-Identifier: GPL-2.0-only
/*
 * Try-locks, and the record of those that a SEAMCALL holds until it ends.
 */

#include "core.h"

bool sm_try_lock(sm_lock_t *lock, enum sm_lock_mode mode)
{
	bool exclusive = mode == SM_EXCLUSIVE;
	sm_lock_t old = READ_ONCE(*lock);

	do {
		if (exclusive ? old : old >= SM_LOCK_EXCLUSIVE - 1)
			return false;
	} while (!try_cmpxchg(lock, &old, exclusive ? SM_LOCK_EXCLUSIVE : (sm_lock_t)(old + 1)));
	return true;
}

void sm_unlock(sm_lock_t *lock, enum sm_lock_mode mode)
{
	sm_lock_t old = READ_ONCE(*lock);

	while (!try_cmpxchg(lock, &old, mode == SM_EXCLUSIVE ? 0 : (sm_lock_t)(old - 1)))
		;
}

u64 sm_call_lock(struct sm_call *call, sm_lock_t *lock, enum sm_lock_mode mode, u64 busy)
{
	if (WARN_ON_ONCE(call->nr_held == SM_MAX_HELD) || !sm_try_lock(lock, mode))
		return busy;
	call->held[call->nr_held].lock = lock;
	call->held[call->nr_held].mode = mode;
	call->nr_held++;
	return 0;
}

void sm_call_unlock(struct sm_call *call)
{
	call->nr_held--;
	sm_unlock(call->held[call->nr_held].lock, call->held[call->nr_held].mode);
}
