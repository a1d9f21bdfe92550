/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds what an error line of the kernel, QEMU, libvirt or QGS means and what to do. Pure: only
 * looks at its arguments. */
#pragma once

#include "util.h"

#define ERRLINE_MAX_MARKS 3

struct errline {
    const char *id;                       /* stable, documented */
    const char *marks[ERRLINE_MAX_MARKS]; /* texts that identify the line */
    const char *words;
    const char *advice;
};

/* The first entry with a mark that occurs in the line; NULL if there is none. */
const struct errline *errline_find(const char *line);

const struct errline *errline_all(size_t *ret_count);
