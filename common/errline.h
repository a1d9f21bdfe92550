/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Error lines of the kernel, QEMU and libvirt -> what they mean and what to do. Pure. */
#pragma once

#include "util.h"

struct errline {
    const char *id; /* stable, documented */
    const char *mark;
    const char *words;
    const char *advice;
};

/* The entry whose mark occurs in the line; NULL if there is none. */
const struct errline *errline_find(const char *line);

const struct errline *errline_all(size_t *ret_count);
