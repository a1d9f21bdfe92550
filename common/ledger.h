/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The list of TDs that the hook let start: one small file for each TD in /run/tdx-host/domains,
 * named by its UUID. A file that cannot be read is ignored: the next call of the hook for that
 * domain writes it again.
 */
#pragma once

#include "ask.h"
#include "domain.h"
#include "policy.h"

#define LEDGER_DIR         "run/tdx-host"
#define LEDGER_DOMAINS_DIR "run/tdx-host/domains"
#define LEDGER_MAX         4096

enum ledger_phase { LEDGER_PENDING, LEDGER_STARTED };

struct ledger_entry {
    char uuid[37];
    char name[128];
    enum ledger_phase phase;
    uint64_t need_kib;
    uint64_t vcpus;
    uint64_t pid;
    uint64_t since_s; /* when the hook let it start, in seconds since boot */
    uint64_t unevictable_kib;
};

/* Makes the folders and takes an exclusive lock, which ends when the returned descriptor is closed.
 * Waits without a time limit: the hook sets an alarm. */
int ledger_lock(int root_fd);

int ledger_read(int root_fd, const char *uuid, struct ledger_entry *ret_entry);
int ledger_write(int root_fd, const struct ledger_entry *entry);
int ledger_remove(int root_fd, const char *uuid);

/* Lists all entries that can be read. The caller frees them. */
int ledger_list(int root_fd, struct ledger_entry **ret_entries, size_t *ret_count);

/* Sums up all entries but that of this UUID. Removes entries whose QEMU has ended, or that did not
 * start within timeout_s. */
int ledger_sum_others(const struct ask *ask, const char *uuid, uint64_t now_s, uint64_t timeout_s,
                      struct ledger_sum *ret_sum);

/* Parses the text of one entry. Not static for tests and fuzzing. */
int ledger_parse(char *text, struct ledger_entry *ret_entry);
