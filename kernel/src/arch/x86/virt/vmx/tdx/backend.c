// SPDX-License-Identifier: GPL-2.0-only
/*
 * The backend that answers SEAMCALLs instead of a TDX module, and references to the module or
 * the backend.
 */

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
DEFINE_STATIC_CALL_NULL(tdx_flushed, *((struct tdx_backend *)0)->flushed);
DEFINE_STATIC_CALL_NULL(tdx_scrubbed, *((struct tdx_backend *)0)->scrubbed);

/* The registered backend; NULL: SEAMCALL is the instruction.  Changed under backend_lock. */
static const struct tdx_backend __rcu *backend;
static DEFINE_MUTEX(backend_lock);
/* The backend is being unregistered.  Changed under backend_lock; tdx_get() reads it under RCU. */
static bool closing;

/* 0: TDX is not enabled.  1: it is enabled.  Each reference of tdx_get() adds 1. */
static refcount_t users = REFCOUNT_INIT(0);

/*
 * SYS.DISABLE returns at each interrupt, about once a tick, and has to be called again.  In the
 * worst case it has to touch all of memory.
 */
#define MAX_DISABLE_CALLS	100000

bool tdx_is_enabled(void)
{
	return refcount_read(&users);
}
EXPORT_SYMBOL_GPL(tdx_is_enabled);

/* While a backend is being unregistered, TDX is available only if someone holds a reference. */
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
 * Take the reference to the backend's kernel module first: once that module is being unloaded,
 * nobody can become a user any more, not even for a moment.
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
	/* The backend cannot change, because the caller still holds its reference. */
	const struct tdx_backend *b = rcu_access_pointer(backend);
	struct module *owner = b ? b->owner : NULL;

	refcount_dec(&users);
	module_put(owner);
}
EXPORT_SYMBOL_GPL(tdx_put);

bool tdx_copies_shared_root(void)
{
	/* The backend cannot change, because the caller holds a reference. */
	const struct tdx_backend *b = rcu_dereference_protected(backend, true);

	return b && b->copies_shared_root;
}
EXPORT_SYMBOL_GPL(tdx_copies_shared_root);

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

	/* Expected: an older module does not know the leaf, a module that is not ready refuses. */
	if (status != TDX_SUCCESS && !tdx_status_is(status, TDX_OPERAND_INVALID) &&
	    !tdx_status_is(status, TDX_SYS_NOT_READY))
		pr_warn("SYS.DISABLE failed: 0x%016llx\n", status);
}

static bool backend_valid(const struct tdx_backend *b)
{
	/* A KeyID has 16 bits.  0 is the KeyID of ordinary memory. */
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
	static_call_update(tdx_flushed, b->flushed);
	static_call_update(tdx_scrubbed, b->scrubbed);
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

	/*
	 * From here on tdx_get() fails, and so does tdx_cpu_enable() unless someone holds a
	 * reference.  Wait for calls of tdx_get() that have begun before.
	 */
	WRITE_ONCE(closing, true);
	synchronize_rcu();
	r = tdx_platform_stop();
	if (!r) {
		RCU_INIT_POINTER(backend, NULL);
		static_call_update(tdx_seamcall, __seamcall_saved_ret);
		static_call_update(tdx_flushed, NULL);
		static_call_update(tdx_scrubbed, NULL);
		pr_info("backend %s is gone\n", b->name);
	}
	WRITE_ONCE(closing, false);
	return r;
}
EXPORT_SYMBOL_GPL(tdx_unregister_backend);
