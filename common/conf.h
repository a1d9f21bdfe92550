/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "Key=Value" lines with # comments -> calls of a handler. The one text format of the project. */
#pragma once

#include "util.h"

#define CONF_MAX_BYTES ((size_t)256 * 1024)
#define CONF_MAX_LINES 4096

/* Returns 0 or -errno. An error is counted and the line ignored, the rest is still read. */
typedef int (*conf_handler)(const char *key, const char *value, void *data);

/* What was ignored. */
struct conf_faults {
    unsigned int count;
    unsigned int first_line; /* 0: the file could not be read */
    int first_error;
    char first_file[96]; /* filled in by who reads files */
};

/* Cuts the text up. -E2BIG above CONF_MAX_LINES; otherwise 0, faults in *ret_faults. */
int conf_parse(char *text, conf_handler handler, void *data, struct conf_faults *ret_faults);
