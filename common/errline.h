/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds what an error line of the kernel, QEMU, libvirt or QGS means and what to do. Pure: only
 * looks at its arguments. */
#pragma once

#include "util.h"

#define ERRLINE_MAX_MARKS 6

struct errline {
    const char *id;                       /* stable, documented */
    const char *marks[ERRLINE_MAX_MARKS]; /* texts that identify the line, as for text_matches() */
    const char *words;
    const char *advice;
};

/* One table for each program that prints lines. */
struct errline_table {
    const struct errline *lines;
    size_t count;
};

extern const struct errline_table errline_qemu, errline_kernel, errline_softmod, errline_attest;

/* The first entry with a mark that occurs in the line; NULL if there is none. */
const struct errline *errline_find(const char *line);

/* All entries, one after the other; NULL behind the last. */
const struct errline *errline_at(size_t index);
