/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sends records to systemd's journal by its native protocol. On a recorded host (a test) they are
 * appended to the file JOURNAL_RECORDED_PATH instead. */
#pragma once

#include "util.h"

enum journal_kind { JOURNAL_INFO, JOURNAL_WARNING, JOURNAL_REFUSAL };

struct journal {
    int root_fd;
    bool is_live;
};

struct journal_record {
    enum journal_kind kind;
    const char *reason; /* reason token */
    const char *operation;
    const char *domain;
    const char *uuid;
    const char *message;
};

/* Ignores errors: guests also run on a host without a journal. */
void journal_send(const struct journal *journal, const struct journal_record *record);

#define JOURNAL_RECORDED_PATH "run/tdx-host/journal"
