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

/* Fills the metadata that tdx_get_sys_info() returns.  0 or -errno; logs why it fails. */
int tdx_read_sys_info(void);

/*
 * The platform that tdx_enable() works with: there from the BIOS, or from when a
 * backend is registered to when it goes.  tdx_platform_stop() returns -EBUSY
 * while someone holds a reference of tdx_get().
 */
int tdx_platform_start(u32 tdx_keyid_start, u32 nr_tdx_keyids);
int tdx_platform_stop(void);

/* Around the time in which tdx_is_enabled(): false while a reference is held. */
void tdx_users_open(void);
bool tdx_users_close(void);

/* Asks the module to give back all it holds.  Failure is logged. */
void tdx_sys_disable(void);

/* The KeyIDs that guests can have; none with @nr 0. */
void tdx_set_guest_keyids(u32 first, u32 nr);

#endif
