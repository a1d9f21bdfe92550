/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Facts that are no files: MSRs, ioctls, what a program says of itself, the kernel's log buffer.
 * A live host is asked; a recorded one answers from the file "asked" at its root.
 */
#pragma once

#include "text.h"

enum ask_program { ASK_QEMU, ASK_LIBVIRT, ASK_PROGRAM_COUNT };

struct ask {
    int (*msr)(const struct ask *ask, uint32_t index, uint64_t *ret_value);

    /* KVM_CAP_VM_TYPES: one bit a VM type. */
    int (*vm_types)(const struct ask *ask, uint64_t *ret_types);

    int (*version)(const struct ask *ask, enum ask_program program, struct version *ret_version);

    /* The kernel's log buffer, one message a line. Caller frees. */
    int (*kernel_log)(const struct ask *ask, char **ret_text);

    /* Is this process alive? */
    bool (*process_lives)(const struct ask *ask, uint64_t pid);

    int root_fd;
    char *recorded;
};

/* root_fd stays the caller's and must outlive the asker. */
void ask_open_live(int root_fd, struct ask *ret_ask);
int ask_open_recorded(int root_fd, struct ask *ret_ask);
void ask_close(struct ask *ask);

#define ASK_RECORDED_PATH "asked"
