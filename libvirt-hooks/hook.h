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
    const char *operation_word; /* as libvirt said it */
    const char *object;
    uint64_t now_s; /* since boot */
};

/* Judges, records, keeps the ledger. Returns the exit status: 0, or 1 for a refusal. */
int hook_run(const struct hook_call *call, const char *xml, size_t len);

/* What went wrong before a domain was there to be judged: a record, and a refusal where one is
 * allowed. */
int hook_fail(const struct hook_call *call, const char *reason, int error, const char *words);

/* Reason tokens beside those of policy.h; for the test that all are documented. */
extern const char *const hook_reasons[];
