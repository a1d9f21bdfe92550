/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * May this domain do this on this host? Pure: (domain, situation, settings) -> verdict. The hook
 * acts on it, tdxctl explain prints it.
 */
#pragma once

#include "domain.h"
#include "host.h"
#include "settings.h"

enum operation {
    OPERATION_PREPARE,
    OPERATION_START,
    OPERATION_STARTED,
    OPERATION_STOPPED,
    OPERATION_RELEASE,
    OPERATION_MIGRATE,
    OPERATION_RESTORE,
    OPERATION_RECONNECT,
    OPERATION_ATTACH,
    OPERATION_UNKNOWN,
};

/* Other TDs that the hook let in; the one being judged is not among them. */
struct ledger_sum {
    unsigned int pending;   /* let in, no QEMU yet: a KeyID is promised */
    unsigned int started;   /* QEMU runs */
    uint64_t pending_kib;   /* of those whose guest does not run yet */
    uint64_t committed_kib; /* pending ones included */
};

struct situation {
    enum operation operation;
    enum host_backend backend;
    enum tri kvm_param;
    struct fact vm_types;
    struct fact keyids_total;
    struct fact keyids_used;
    struct fact cpus_present;
    struct host_memory memory;
    struct ledger_sum others;
    int others_error; /* why others is empty: 0, or -errno */
    enum tri qgs_listening;

    /* started and release: what became of the QEMU process. */
    enum tri process_is_td;
    enum tri process_lives;
    struct fact unevictable_before_kib;
};

#define POLICY_MAX_FINDINGS 24
#define POLICY_DETAIL_SIZE  192

struct rule {
    const char *token;
    const char *words; /* what is wrong, without figures */
    const char *fix;
    unsigned int operations; /* bit mask */
    enum rule_action action; /* unless the settings say otherwise */
    bool needs_td;           /* says nothing of a domain that is no TD */
    /* Prints the figures into detail. NULL: broken by the operation itself. */
    bool (*is_broken)(const struct domain *dom, const struct situation *now,
                      const struct settings *set, char *detail);
};

struct finding {
    const struct rule *rule;
    enum rule_action action;
    char detail[POLICY_DETAIL_SIZE]; /* the figures */
};

struct verdict {
    bool is_refused;
    size_t count;
    struct finding findings[POLICY_MAX_FINDINGS]; /* refusals first */
};

void policy_judge(const struct domain *dom, const struct situation *now, const struct settings *set,
                  struct verdict *ret_verdict);

/* Only these may refuse: libvirt ignores the others, or kills a running guest. */
bool operation_may_refuse(enum operation operation);
enum operation operation_parse(const char *word);
const char *operation_name(enum operation operation);

/* What a TD of this size takes from the host: its memory, both page tables, QEMU itself. */
uint64_t policy_memory_need_kib(const struct domain *dom);

/* The first rule of the settings that there is none of, as after a slip of the pen; NULL if all are
 * known. */
const char *policy_unknown_rule(const struct settings *set);

const struct rule *policy_rules(size_t *ret_count);
