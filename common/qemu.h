/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The QEMU process of a domain, by libvirt's PID file and by /proc. */
#pragma once

#include "ask.h"

/* PID of a domain's QEMU by libvirt's PID file; 0 if there is none. */
uint64_t qemu_pid(const struct ask *ask, const char *name);

/* Does this process run QEMU with a tdx-guest object as its confidential guest? */
enum tri qemu_is_td(const struct ask *ask, uint64_t pid);
