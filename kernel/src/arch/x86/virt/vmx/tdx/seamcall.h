/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _X86_VIRT_TDX_SEAMCALL_H
#define _X86_VIRT_TDX_SEAMCALL_H

/* What the files of this folder share; asm/tdx_host.h is what the kernel sees. */

#include <linux/static_call.h>

#include <asm/tdx_host.h>

/* Who answers a SEAMCALL: the instruction or a backend. */
DECLARE_STATIC_CALL(tdx_seamcall, __seamcall_saved_ret);

/*
 * Makes the SEAMCALL @fn, again if the module had no entropy, with a tracepoint.
 * @args: registers, in and out.  Returns the completion status.
 */
u64 tdx_call(u64 fn, struct tdx_module_args *args);

/*
 * tdx_call() that gives a page of @level (0 = 4K) to the module if it succeeds.
 */
u64 tdx_call_giving(u64 fn, struct tdx_module_args *args, phys_addr_t page, int level);

/* Prepares to remember such pages on CPUs that need it.  0 or -ENOMEM. */
int tdx_private_map_init(void);

/* Fills the metadata that tdx_get_sys_info() returns.  0 or -errno; logs why it fails. */
int tdx_read_sys_info(void);

/*
 * The platform that tdx_enable() works with: there from the BIOS, or from when a
 * backend is registered to when it goes.  tdx_platform_stop() returns -EBUSY
 * while someone holds a reference of tdx_get().
 */
int tdx_platform_start(u32 tdx_keyid_start, u32 nr_tdx_keyids);
int tdx_platform_stop(void);

/* Makes the page metadata ordinary memory on the way out of this kernel. */
void tdx_scrub_pamt(void);

/* Around the time in which tdx_is_enabled(): false while a reference is held. */
void tdx_users_open(void);
bool tdx_users_close(void);

/* Asks the module to give back all it holds.  Failure is logged. */
void tdx_sys_disable(void);

/* The platform's private KeyIDs: the global one, then those of guests; none with @nr 0. */
void tdx_set_keyids(u32 first, u32 nr);

#endif
