// SPDX-License-Identifier: GPL-2.0-only
/* Registers and unregisters backends, also while they have users; tests which failed calls are made again. */

#include "test.h"

/*
 * For the stand-ins below for functions of tdx.c: what tdx_platform_start() returns, with which
 * KeyIDs it was called, and whether TDX is enabled.
 */
static int start_result;
static u32 started_first, started_nr;
static bool platform_enabled;

int tdx_platform_start(u32 first, u32 nr)
{
	started_first = first;
	started_nr = nr;
	return start_result;
}

int tdx_platform_stop(void)
{
	if (platform_enabled && !tdx_users_close())
		return -EBUSY;
	platform_enabled = false;
	return 0;
}

static void platform_enable(void)
{
	platform_enabled = true;
	tdx_users_open();
}

static struct tdx_module_args seen[32];
static unsigned int calls, no_entropy_times;
static u64 status;

static u64 answer(u64 fn, struct tdx_module_args *args)
{
	seen[calls++ % ARRAY_SIZE(seen)] = *args;
	/* The call changes all registers: whoever repeats it has to set them again. */
	memset(args, 0x5a, sizeof(*args));
	return calls <= no_entropy_times ? TDX_RND_NO_ENTROPY : status;
}

static const struct tdx_backend good = {
	.name = "good",
	.owner = THIS_MODULE,
	.first_keyid = 5,
	.nr_keyids = 9,
	.seamcall = answer,
};

static void reset(void)
{
	calls = 0;
	no_entropy_times = 0;
	status = TDX_SUCCESS;
	start_result = 0;
	shim_has_platform = false;
	shim_module = (struct module){};
	answer_with(__seamcall_saved_ret);
	set_enabled(false);
}

static bool bad_ones_are_refused(void)
{
	static const struct {
		u32 first, nr;
		int result;
	} rows[] = {
		{ 0, 4, -EINVAL }, { 5, 1, -EINVAL }, { 5, 0, -EINVAL }, { 0xffff, 2, -EINVAL },
		{ 1, 0x10000, -EINVAL }, { ~0U, 2, -EINVAL }, { 2, ~0U, -EINVAL },
		{ 0x10000, 2, -EINVAL }, { 1, 0xffff, 0 }, { 0xfffe, 2, 0 }, { 1, 2, 0 },
	};
	struct tdx_backend b = good;

	reset();
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		b.first_keyid = rows[i].first;
		b.nr_keyids = rows[i].nr;
		ASSERT(tdx_register_backend(&b) == rows[i].result);
		ASSERT(tdx_is_available() == !rows[i].result);
		ASSERT(tdx_unregister_backend(&b) == (rows[i].result ? -ENOENT : 0));
	}
	b = good;
	b.name = NULL;
	ASSERT(tdx_register_backend(&b) == -EINVAL);
	b = good;
	b.seamcall = NULL;
	ASSERT(tdx_register_backend(&b) == -EINVAL);
	return true;
}

static bool one_at_a_time(void)
{
	struct tdx_backend other = good;

	reset();
	ASSERT(tdh_mem_track(0x1000) == TDX_SEAMCALL_UD);
	ASSERT(tdx_register_backend(&good) == 0);
	ASSERT(started_first == 5 && started_nr == 9);
	ASSERT(tdx_register_backend(&other) == -EBUSY);
	ASSERT(tdx_unregister_backend(&other) == -ENOENT);
	ASSERT(tdh_mem_track(0x1000) == TDX_SUCCESS);
	ASSERT(tdx_unregister_backend(&good) == 0);
	ASSERT(!tdx_is_available());
	ASSERT(tdh_mem_track(0x1000) == TDX_SEAMCALL_UD);
	/* On a CPU that has TDX itself no backend can be registered. */
	shim_has_platform = true;
	ASSERT(tdx_register_backend(&good) == -EBUSY);
	return true;
}

static bool a_platform_that_does_not_start(void)
{
	reset();
	start_result = -EPERM;
	ASSERT(tdx_register_backend(&good) == -EPERM);
	ASSERT(!tdx_is_available());
	ASSERT(tdh_mem_track(0x1000) == TDX_SEAMCALL_UD);
	return true;
}

static bool users_keep_it(void)
{
	reset();
	ASSERT(tdx_get() == -ENODEV);
	ASSERT(tdx_register_backend(&good) == 0);
	/* TDX is not enabled yet, so there can be no user. */
	ASSERT(tdx_get() == -ENODEV);
	ASSERT(shim_module.refs == 0);
	platform_enable();
	ASSERT(tdx_get() == 0 && tdx_get() == 0);
	ASSERT(shim_module.refs == 2);
	ASSERT(tdx_unregister_backend(&good) == -EBUSY);
	ASSERT(tdx_is_available() && tdx_is_enabled());
	tdx_put();
	ASSERT(tdx_unregister_backend(&good) == -EBUSY);
	tdx_put();
	ASSERT(shim_module.refs == 0);
	ASSERT(tdx_unregister_backend(&good) == 0);
	ASSERT(!tdx_is_enabled() && tdx_get() == -ENODEV);
	return true;
}

static bool a_module_that_goes_has_no_new_users(void)
{
	reset();
	ASSERT(tdx_register_backend(&good) == 0);
	platform_enable();
	shim_module.going = true;
	ASSERT(tdx_get() == -ENODEV);
	ASSERT(shim_module.refs == 0);
	ASSERT(tdx_unregister_backend(&good) == 0);
	return true;
}

static bool silicon_needs_no_module(void)
{
	reset();
	shim_has_platform = true;
	ASSERT(tdx_get() == -ENODEV);
	set_enabled(true);
	ASSERT(tdx_get() == 0);
	tdx_put();
	ASSERT(tdx_is_enabled());
	set_enabled(false);
	return true;
}

static bool entropy_is_waited_for(void)
{
	reset();
	answer_with(answer);
	no_entropy_times = RDRAND_RETRY_LOOPS - 1;
	ASSERT(tdh_mng_create(0x1000, 7) == TDX_SUCCESS);
	ASSERT(calls == RDRAND_RETRY_LOOPS);
	/* Each attempt was made with the arguments of the caller. */
	for (unsigned int i = 0; i < calls; i++)
		ASSERT(seen[i].rcx == 0x1000 && seen[i].rdx == 7 && !seen[i].r8 && !seen[i].rsi);

	calls = 0;
	no_entropy_times = ~0U;
	ASSERT(tdh_mng_create(0x1000, 7) == TDX_RND_NO_ENTROPY);
	ASSERT(calls == RDRAND_RETRY_LOOPS);
	return true;
}

static bool nothing_else_is_retried(void)
{
	static const u64 statuses[] = {
		TDX_OPERAND_BUSY | TDX_OPERAND_ID_TDR, TDX_INTERRUPTED_RESUMABLE,
		TDX_INTERRUPTED_RESTARTABLE, TDX_PREVIOUS_TLB_EPOCH_BUSY, TDX_SEAMCALL_UD,
	};

	reset();
	answer_with(answer);
	for (size_t i = 0; i < ARRAY_SIZE(statuses); i++) {
		calls = 0;
		status = statuses[i];
		ASSERT(tdh_mem_track(0x1000) == status);
		ASSERT(calls == 1);
	}
	return true;
}

static u64 interrupted_twice(u64 fn, struct tdx_module_args *args)
{
	calls += fn == TDH_SYS_DISABLE;
	return calls == 1 ? TDX_INTERRUPTED_RESUMABLE : calls == 2 ? TDX_SYS_BUSY : TDX_SUCCESS;
}

static u64 busy_for_ever(u64 fn, struct tdx_module_args *args)
{
	calls++;
	return TDX_SYS_BUSY;
}

/* tdx_sys_disable() repeats a call that was interrupted or busy, but not for ever. */
static bool disable_ends(void)
{
	reset();
	answer_with(interrupted_twice);
	tdx_sys_disable();
	ASSERT(calls == 3);

	calls = 0;
	answer_with(busy_for_ever);
	tdx_sys_disable();
	ASSERT(calls > 1);
	return true;
}

const struct test backend_tests[] = {
	{ "seamcall.backend.bad-ones-are-refused", bad_ones_are_refused },
	{ "seamcall.backend.one-at-a-time", one_at_a_time },
	{ "seamcall.backend.a-platform-that-does-not-start", a_platform_that_does_not_start },
	{ "seamcall.backend.users-keep-it", users_keep_it },
	{ "seamcall.backend.a-module-that-goes-has-no-new-users", a_module_that_goes_has_no_new_users },
	{ "seamcall.backend.silicon-needs-no-module", silicon_needs_no_module },
	{ "seamcall.call.entropy-is-waited-for", entropy_is_waited_for },
	{ "seamcall.call.nothing-else-is-retried", nothing_else_is_retried },
	{ "seamcall.disable-ends", disable_ends },
	{}
};
