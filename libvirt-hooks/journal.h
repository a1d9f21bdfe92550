/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records for systemd's journal, by its native protocol. A recorded host gets them in a file. */
#pragma once

#include "util.h"

enum journal_kind { JOURNAL_INFO, JOURNAL_WARNING, JOURNAL_REFUSAL };

struct journal {
    int root_fd;
    bool is_live;
};

struct journal_record {
    enum journal_kind kind;
    const char *reason; /* token */
    const char *operation;
    const char *domain;
    const char *uuid;
    const char *message;
};

/* Never fails: a host without a journal still runs guests. */
void journal_send(const struct journal *journal, const struct journal_record *record);

#define JOURNAL_RECORDED_PATH "run/tdx-host/journal"
