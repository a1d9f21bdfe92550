// SPDX-License-Identifier: GPL-2.0-only
/* Makes every SEAMCALL of the wrappers, except for VP.ENTER. */

#include <linux/export.h>
#include <linux/sched/clock.h>

#include <asm/archrandom.h>

#include "seamcall.h"

#define CREATE_TRACE_POINTS
#include "seamcall_trace.h"

static u64 call_once(u64 fn, const struct tdx_module_args *in, struct tdx_module_args *args)
{
	u64 start, status;

	*args = *in;
	if (!trace_tdx_seamcall_enabled())
		return static_call(tdx_seamcall)(fn, args);

	start = local_clock();
	status = static_call(tdx_seamcall)(fn, args);
	trace_tdx_seamcall(fn, in, args, status, local_clock() - start);
	return status;
}

u64 tdx_call(u64 fn, struct tdx_module_args *args)
{
	const struct tdx_module_args in = *args;
	int tries = RDRAND_RETRY_LOOPS;
	u64 status;

	/* The CPU has entropy again within microseconds: try as often as users of RDRAND do. */
	do {
		status = call_once(fn, &in, args);
	} while (tdx_status_is(status, TDX_RND_NO_ENTROPY) && --tries);

	return status;
}
