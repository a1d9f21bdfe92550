/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks at the QEMU process of a domain, which libvirt's PID file names. */
#pragma once

#include "ask.h"

/* PID of a domain's QEMU from libvirt's PID file; 0 if there is none. */
uint64_t qemu_pid(const struct ask *ask, const char *name);

/* Do the arguments of this process have a tdx-guest object and confidential-guest-support=? */
enum tri qemu_is_td(const struct ask *ask, uint64_t pid);
