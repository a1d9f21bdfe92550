/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words for the 64-bit completion status and the leaf numbers of the TDX module. Pure. */
#pragma once

#include "util.h"

#define SEAMCALL_ERROR           (1ULL << 63)
#define SEAMCALL_NON_RECOVERABLE (1ULL << 62)
#define SEAMCALL_FATAL           (1ULL << 61)

struct seamcall_code {
    uint32_t code; /* upper half of the status */
    const char *name;
    const char *words;
    const char *advice; /* what an operator can do; NULL if there is nothing to do */
};

struct seamcall_status {
    uint64_t raw;
    const struct seamcall_code *code; /* NULL: not in the table */
    const char *operand; /* name of the operand in the lower half; NULL if none is known */
    bool is_msr;         /* the lower half is the number of an MSR, and operand its name */
    bool is_error;
    bool is_non_recoverable;
    bool is_fatal;
    bool is_retryable; /* the same call may succeed later */
};

void seamcall_decode(uint64_t status, struct seamcall_status *ret_status);

/* As "TDH.SYS.RD"; NULL if there is no host leaf of this number. */
const char *seamcall_leaf_name(uint64_t leaf);

/* For tests: the whole table. */
const struct seamcall_code *seamcall_codes(size_t *ret_count);
