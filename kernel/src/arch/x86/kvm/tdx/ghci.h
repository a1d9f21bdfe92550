/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __KVM_X86_TDX_GHCI_H
#define __KVM_X86_TDX_GHCI_H

/*
 * TDVMCALLs, as defined by the Guest-Host Communication Interface.  The check functions
 * return GHCI_SUCCESS, or the status that the guest gets for bad arguments.
 */

#include <linux/types.h>

/* Status of a TDVMCALL: R10 on return */
#define GHCI_SUCCESS			0ULL
#define GHCI_RETRY			1ULL
#define GHCI_INVALID_OPERAND		0x8000000000000000ULL
#define GHCI_GPA_INUSE			0x8000000000000001ULL
#define GHCI_ALIGN_ERROR		0x8000000000000002ULL
#define GHCI_SUBFUNC_UNSUPPORTED	0x8000000000000003ULL

/* Function of a TDVMCALL: R11 on entry.  Functions below 0x10000 are VMX exit reasons. */
#define GHCI_GET_TD_VM_CALL_INFO	0x10000
#define GHCI_MAP_GPA			0x10001
#define GHCI_GET_QUOTE			0x10002
#define GHCI_REPORT_FATAL_ERROR		0x10003
#define GHCI_SETUP_EVENT_NOTIFY		0x10004

/* @shared is the shared bit, the highest bit of the guest's GPAs. */
u64 ghci_check_io(u64 size, u64 is_write, u64 port);
u64 ghci_check_mmio(u64 size, u64 is_write, u64 gpa, u64 shared);
u64 ghci_check_map_gpa(u64 gpa, u64 size, u64 shared);
u64 ghci_check_get_quote(u64 gpa, u64 size, u64 shared);
u64 ghci_check_info(u64 leaf);
u64 ghci_check_event_notify(u64 vector);
u64 ghci_check_msr(u64 index);

#endif
