/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Questions to the host whose answers are not in files: MSRs, ioctls, versions of programs, the
 * kernel's log buffer. A live host is asked directly (ask_live.c); for a recorded host, a folder
 * with copies of files, the answers stand in the file "asked" at its root (ask_recorded.c).
 */
#pragma once

#include "text.h"

enum ask_program { ASK_QEMU, ASK_LIBVIRT, ASK_PROGRAM_COUNT };

struct ask {
    int (*msr)(const struct ask *ask, uint32_t index, uint64_t *ret_value);

    /* KVM's answer to KVM_CAP_VM_TYPES: one bit for each VM type. */
    int (*vm_types)(const struct ask *ask, uint64_t *ret_types);

    int (*version)(const struct ask *ask, enum ask_program program, struct version *ret_version);

    /* Does the program know TDs? QEMU says so by its list of objects, libvirt's daemon by its
     * capabilities of domains. */
    enum tri (*has_tdx)(const struct ask *ask, enum ask_program program);

    /* The kernel's log buffer, one message on each line. The caller frees it. Returns 1 if the log
     * is too long and only its end was read. */
    int (*kernel_log)(const struct ask *ask, char **ret_text);

    /* Does this process exist? */
    bool (*process_lives)(const struct ask *ask, uint64_t pid);

    /* Is a file that is not there known to be absent on the host? A recording has few files, unless
     * it says "complete=yes". */
    bool is_complete;

    int root_fd;
    char *recorded;
};

/* root_fd belongs to the caller, who must not close it before ask_close(). */
void ask_open_live(int root_fd, struct ask *ret_ask);
int ask_open_recorded(int root_fd, struct ask *ret_ask);
void ask_close(struct ask *ask);

#define ASK_RECORDED_PATH "asked"
