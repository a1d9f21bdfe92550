/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parses lines "Key=Value" with # or ; comments, and calls a handler for each. The settings, the
 * list of TDs and what validate remembers have this format. */
#pragma once

#include "util.h"

#define CONF_MAX_BYTES ((size_t)256 * 1024)
#define CONF_MAX_LINES 4096

/* Returns 0 or -errno. After an error the line is counted as a fault and parsing goes on. */
typedef int (*conf_handler)(const char *key, const char *value, void *data);

/* The lines that were ignored because of an error. */
struct conf_faults {
    unsigned int count;
    unsigned int first_line; /* 0: the file could not be read */
    int first_error;
    char first_file[96]; /* set by the caller that reads files */
};

/* Writes into text. Returns -E2BIG above CONF_MAX_LINES, otherwise 0 with the faults in
 * *ret_faults. */
int conf_parse(char *text, conf_handler handler, void *data, struct conf_faults *ret_faults);
