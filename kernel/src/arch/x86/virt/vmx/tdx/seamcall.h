/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _X86_VIRT_TDX_SEAMCALL_H
#define _X86_VIRT_TDX_SEAMCALL_H

/* Declarations shared by the files of this folder; asm/tdx_host.h is for the whole kernel. */

#include <linux/static_call.h>

#include <asm/tdx_host.h>

/* The target of every SEAMCALL: the instruction or a backend's ->seamcall(). */
DECLARE_STATIC_CALL(tdx_seamcall, __seamcall_saved_ret);

/* The registered backend's ->flushed(), if it has one. */
DECLARE_STATIC_CALL(tdx_flushed, *((struct tdx_backend *)0)->flushed);

/* The registered backend's ->scrubbed(), if it has one. */
DECLARE_STATIC_CALL(tdx_scrubbed, *((struct tdx_backend *)0)->scrubbed);

/*
 * Makes the SEAMCALL @fn with a tracepoint, and repeats it a few times if the module is short
 * of entropy.  @args: registers, in and out.  Returns the completion status.
 */
u64 tdx_call(u64 fn, struct tdx_module_args *args);

/*
 * tdx_call() for a leaf that gives the page @page of @level (0 = 4K) to the module.  Flushes the
 * page's cache lines before.
 */
u64 tdx_call_giving(u64 fn, struct tdx_module_args *args, phys_addr_t page, int level);

/* Allocates the map of such pages on CPUs that need it, see private_page.c.  0 or -ENOMEM. */
int tdx_private_map_init(void);

/* Reads the metadata that tdx_get_sys_info() returns.  0 or -errno; logs why it fails. */
int tdx_read_sys_info(void);

/*
 * Set up and remove the platform that tdx_enable() works with.  On CPUs with TDX it is set up
 * at boot, with KeyIDs from the BIOS; otherwise when a backend is registered, and removed when
 * the backend is unregistered.  tdx_platform_stop() returns -EBUSY while someone holds a
 * reference of tdx_get().
 */
int tdx_platform_start(u32 tdx_keyid_start, u32 nr_tdx_keyids);
int tdx_platform_stop(void);

/* Called before kexec: makes the memory of the page metadata (PAMT) ordinary memory. */
void tdx_scrub_pamt(void);

/*
 * Begin and end the time in which tdx_is_enabled() is true.  tdx_users_close() returns false,
 * and changes nothing, while someone holds a reference.
 */
void tdx_users_open(void);
bool tdx_users_close(void);

/* Asks the module to give back all memory that it owns, by SYS.DISABLE.  Logs a failure. */
void tdx_sys_disable(void);

/* Sets the private KeyIDs: @first is the global one, the next @nr - 1 are for guests. */
void tdx_set_keyids(u32 first, u32 nr);

#endif
