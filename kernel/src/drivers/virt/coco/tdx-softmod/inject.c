// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fault injection: the Nth call of a leaf returns a status that a test has set.
 */

#include "core.h"

struct sm_injection sm_injection;

static bool is_interruptible(unsigned int leaf, u64 status)
{
	return leaf == TDH_PHYMEM_CACHE_WB ? status == TDX_INTERRUPTED_RESUMABLE :
	       (leaf == TDH_MEM_PAGE_DEMOTE || leaf == TDH_MEM_PAGE_PROMOTE) &&
	       status == TDX_INTERRUPTED_RESTARTABLE;
}

bool sm_injection_take(struct sm_call *call, unsigned int leaf, u64 *ret_status)
{
	struct sm_injection *injection = &sm_injection;

	if (likely(!READ_ONCE(injection->nth)) || READ_ONCE(injection->leaf) != leaf)
		return false;
	if (injection->nth > 1) {
		injection->nth--;
		return false;
	}
	if (injection->times)
		injection->times--;
	if (!injection->times)
		WRITE_ONCE(injection->nth, 0);

	/*
	 * A leaf that is interrupted has made its checks, and a CACHE.WB that is resumed must have
	 * been started.  So the leaf has to run and return INTERRUPTED_* itself.
	 */
	if (is_interruptible(leaf, injection->status)) {
		call->interrupt = true;
		return false;
	}
	*ret_status = injection->status;
	return true;
}

bool sm_random(void *to, size_t size)
{
	if (unlikely(READ_ONCE(sm_injection.no_entropy))) {
		sm_injection.no_entropy--;
		return false;
	}
	return sm_platform_random(to, size);
}
