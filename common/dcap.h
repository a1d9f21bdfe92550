/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words for the error codes of Intel's attestation libraries (DCAP): 0xe0NN of the quoting and the
 * verification library, 0xb0NN of the one that fetches certificates. Pure. */
#pragma once

#include "util.h"

struct dcap_code {
    uint32_t code;
    const char *name;
    const char *words;
    const char *advice;
};

/* NULL if there is no such code. */
const struct dcap_code *dcap_find(uint64_t code);

/* The first code that is a whole hexadecimal number in the line; NULL if there is none. */
const struct dcap_code *dcap_in_line(const char *line);
