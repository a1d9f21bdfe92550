/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the host was made of when it last ran a TD for tdxctl validate, and what is different now:
 * BIOS, microcode, TDX module, kernel, QEMU, libvirt. An update of one of them is the usual reason
 * why TDs that ran do not run any more.
 */
#pragma once

#include "host.h"

#define REMEMBERED_DIR  "var/lib/tdx-host"
#define REMEMBERED_FILE REMEMBERED_DIR "/validated"

/* What differs, as "bios A -> B, ..."; "" if nothing does. What is unknown then or now is not
 * compared. */
struct remembered {
    int error; /* 0, -ENOENT if nothing was remembered, else -errno */
    char changes[256];
};

void remembered_compare(int root_fd, const struct host *host, struct remembered *ret_remembered);
int remembered_write(int root_fd, const struct host *host);
