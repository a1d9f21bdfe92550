// SPDX-License-Identifier: GPL-2.0-only
/* Who answers SEAMCALLs, and who relies on it. */

#define pr_fmt(fmt)	"virt/tdx: " fmt

#include <linux/export.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>

#include <asm/cpufeature.h>

#include "seamcall.h"

DEFINE_STATIC_CALL(tdx_seamcall, __seamcall_saved_ret);

/* The backend in place of the instruction, if any; changed under backend_lock. */
static const struct tdx_backend __rcu *backend;
static DEFINE_MUTEX(backend_lock);
/* The backend is asked to go; changed under backend_lock, read under RCU where it matters. */
static bool closing;

/* 0: not enabled; 1: enabled; above: references of tdx_get(). */
static refcount_t users = REFCOUNT_INIT(0);

/* SYS.DISABLE is interrupted about once a tick; it has to touch all of memory at worst. */
#define MAX_DISABLE_CALLS	100000

bool tdx_is_enabled(void)
{
	return refcount_read(&users);
}
EXPORT_SYMBOL_GPL(tdx_is_enabled);

/* A backend that is asked to go stays for those who have a reference, and for nobody else. */
bool tdx_is_available(void)
{
	return boot_cpu_has(X86_FEATURE_TDX_HOST_PLATFORM) ||
	       (rcu_access_pointer(backend) &&
		(!READ_ONCE(closing) || refcount_read(&users) > 1));
}
EXPORT_SYMBOL_GPL(tdx_is_available);

void tdx_users_open(void)
{
	refcount_set(&users, 1);
}

bool tdx_users_close(void)
{
	return refcount_dec_if_one(&users);
}

/*
 * The module reference comes first: once a backend's module goes, nobody can
 * become a user any more, not even for a moment.
 */
int tdx_get(void)
{
	const struct tdx_backend *b;
	bool alive;

	rcu_read_lock();
	b = rcu_dereference(backend);
	alive = !READ_ONCE(closing) && tdx_is_available() && (!b || try_module_get(b->owner));
	rcu_read_unlock();
	if (!alive)
		return -ENODEV;

	if (!refcount_inc_not_zero(&users)) {
		if (b)
			module_put(b->owner);
		return -ENODEV;
	}
	return 0;
}
EXPORT_SYMBOL_GPL(tdx_get);

void tdx_put(void)
{
	/* Stays as it is as long as the reference is held. */
	const struct tdx_backend *b = rcu_access_pointer(backend);
	struct module *owner = b ? b->owner : NULL;

	refcount_dec(&users);
	module_put(owner);
}
EXPORT_SYMBOL_GPL(tdx_put);

void tdx_sys_disable(void)
{
	int left = MAX_DISABLE_CALLS;
	u64 status;

	do {
		struct tdx_module_args args = {};

		status = tdx_call(TDH_SYS_DISABLE, &args);
		cond_resched();
	} while ((tdx_status_is(status, TDX_INTERRUPTED_RESUMABLE) ||
		  tdx_status_is(status, TDX_SYS_BUSY)) && --left);

	/* Modules before SYS.DISABLE do not know the leaf, those that are not ready refuse it. */
	if (status != TDX_SUCCESS && !tdx_status_is(status, TDX_OPERAND_INVALID) &&
	    !tdx_status_is(status, TDX_SYS_NOT_READY))
		pr_warn("SYS.DISABLE failed: 0x%016llx\n", status);
}

static bool backend_valid(const struct tdx_backend *b)
{
	/* A KeyID has 16 bits, 0 is the one of ordinary memory. */
	return b->name && b->seamcall && b->first_keyid && b->nr_keyids >= 2 &&
	       b->first_keyid <= U16_MAX && b->nr_keyids <= U16_MAX + 1 - b->first_keyid;
}

int tdx_register_backend(const struct tdx_backend *b)
{
	int r;

	if (!backend_valid(b))
		return -EINVAL;

	guard(mutex)(&backend_lock);
	if (tdx_is_available())
		return -EBUSY;

	pr_info("backend %s: private KeyID range [%u, %u)\n", b->name, b->first_keyid,
		b->first_keyid + b->nr_keyids);
	r = tdx_platform_start(b->first_keyid, b->nr_keyids);
	if (r)
		return r;
	static_call_update(tdx_seamcall, b->seamcall);
	rcu_assign_pointer(backend, b);
	return 0;
}
EXPORT_SYMBOL_GPL(tdx_register_backend);

int tdx_unregister_backend(const struct tdx_backend *b)
{
	int r;

	guard(mutex)(&backend_lock);
	if (rcu_access_pointer(backend) != b)
		return -ENOENT;

	/* From here on no CPU and no user joins; those under way are waited for. */
	WRITE_ONCE(closing, true);
	synchronize_rcu();
	r = tdx_platform_stop();
	if (!r) {
		RCU_INIT_POINTER(backend, NULL);
		static_call_update(tdx_seamcall, __seamcall_saved_ret);
		pr_info("backend %s is gone\n", b->name);
	}
	WRITE_ONCE(closing, false);
	return r;
}
EXPORT_SYMBOL_GPL(tdx_unregister_backend);
