/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The versions of BIOS, microcode, TDX module, kernel, QEMU and libvirt when tdxctl validate last
 * passed, and which of them differ now. An update of one of them is the usual reason why TDs that
 * ran before do not start any more.
 */
#pragma once

#include "host.h"

#define REMEMBERED_DIR  "var/lib/tdx-host"
#define REMEMBERED_FILE REMEMBERED_DIR "/validated"

/* changes is as "bios A -> B, kernel C -> D"; "" if nothing changed. A version that was unknown
 * then or is unknown now is not compared. */
struct remembered {
    int error; /* 0, -ENOENT if nothing was remembered, else -errno */
    char changes[256];
};

void remembered_compare(int root_fd, const struct host *host, struct remembered *ret_remembered);
int remembered_write(int root_fd, const struct host *host);
