/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The TDs that the hook let in: one small file a TD under /run/tdx-host/domains, named by UUID. A
 * file that can not be read counts as no entry: libvirt's next call for that domain writes it anew.
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
    uint64_t since_s; /* boot time at which it was let in */
    uint64_t unevictable_kib;
};

/* Exclusive until the descriptor is closed. Makes the folders. Waits: bound the time outside. */
int ledger_lock(int root_fd);

int ledger_read(int root_fd, const char *uuid, struct ledger_entry *ret_entry);
int ledger_write(int root_fd, const struct ledger_entry *entry);
int ledger_remove(int root_fd, const char *uuid);

/* All readable entries. Caller frees. */
int ledger_list(int root_fd, struct ledger_entry **ret_entries, size_t *ret_count);

/* Sums all but one UUID; drops those whose QEMU is gone or that never started. */
int ledger_sum_others(const struct ask *ask, const char *uuid, uint64_t now_s, uint64_t timeout_s,
                      struct ledger_sum *ret_sum);

/* One entry from its text. For tests and fuzzing. */
int ledger_parse(char *text, struct ledger_entry *ret_entry);
