/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Error lines of the kernel, QEMU, libvirt and QGS -> what they mean and what to do. Pure. */
#pragma once

#include "util.h"

#define ERRLINE_MAX_MARKS 3

struct errline {
    const char *id; /* stable, documented */
    const char *marks[ERRLINE_MAX_MARKS];
    const char *words;
    const char *advice;
};

/* The first entry of which a mark occurs in the line; NULL if there is none. */
const struct errline *errline_find(const char *line);

const struct errline *errline_all(size_t *ret_count);
