/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the SEAMCALL that failed, and the status that the TDX module returned, in a log line of any
 * kernel, of QEMU or of another hypervisor. Pure. */
#pragma once

#include "util.h"

#define SEAMCALL_NAME_SIZE 32

struct seamcall_line {
    bool has_status;
    uint64_t status;
    char leaf[SEAMCALL_NAME_SIZE]; /* as "TDH.SYS.RD"; "" if the line names none */
};

void seamcall_read_line(const char *line, struct seamcall_line *ret_line);
