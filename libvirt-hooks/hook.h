/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One call of the hook for a domain that is, or must be, a TD. */
#pragma once

#include "ask.h"
#include "journal.h"
#include "policy.h"

struct hook_call {
    const struct ask *ask;
    const struct journal *journal;
    const struct settings *settings;
    enum operation operation;
    const char *operation_word; /* as libvirt named it */
    const char *object;
    uint64_t now_s; /* seconds since boot */
};

/* Judges the operation, writes findings to the journal and keeps the list of TDs (ledger.h).
 * Returns the exit status: 0, or 1 for a refusal. */
int hook_run(const struct hook_call *call, const char *xml, size_t len);

/* For errors before the domain could be judged: writes a journal record and refuses if the
 * operation may be refused. Returns the exit status. */
int hook_fail(const struct hook_call *call, const char *reason, int error, const char *words);
