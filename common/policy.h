/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules that decide whether a domain may start, be restored and so on. policy_judge() is pure:
 * it only looks at its arguments. The hook acts on the verdict, tdxctl explain prints it.
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

/* The other TDs that the hook let start, without the one that is being judged. */
struct ledger_sum {
    unsigned int pending;   /* TDs without a QEMU yet: each will take a KeyID */
    unsigned int started;   /* TDs whose QEMU runs */
    uint64_t pending_kib;   /* memory that TDs whose guest does not run yet will take */
    uint64_t committed_kib; /* memory that all these TDs can take */
};

struct situation {
    enum operation operation;
    enum host_backend backend;
    enum tri on_trial; /* the host tries a new kernel, and may reboot at any time */
    bool is_cordoned;  /* an operator keeps TDs from starting */
    char cordon[96];   /* who did that and why, as the operator wrote it */
    enum tri kvm_param;
    struct fact vm_types;
    enum tri offers_tds;
    struct fact keyids_total;
    struct fact keyids_used;
    struct fact cpus_present;
    struct host_memory memory;
    struct ledger_sum others;
    int others_error; /* 0, or -errno if others could not be read */
    enum tri qgs_listening;
    enum tri firmware_there;  /* the domain's loader; unknown if the host is an incomplete recording
                               */
    enum tri has_td_firmware; /* is a firmware descriptor for TDs installed? */

    /* Only for the operations started and release: about the domain's QEMU process. */
    enum tri process_is_td;
    enum tri process_lives;
    struct fact unevictable_before_kib;
};

#define POLICY_MAX_FINDINGS 32
#define POLICY_DETAIL_SIZE  192

struct rule {
    const char *token;
    const char *words; /* what is wrong, without numbers */
    const char *fix;
    unsigned int operations; /* bit mask */
    enum rule_action action; /* default; a setting Rule= overrides it */
    bool needs_td;           /* the rule is for TDs only */
    /* Is the rule broken? Prints numbers that help into detail. NULL: the operation always breaks
     * it. */
    bool (*is_broken)(const struct domain *dom, const struct situation *now,
                      const struct settings *set, char *detail);
};

struct finding {
    const struct rule *rule;
    enum rule_action action;
    char detail[POLICY_DETAIL_SIZE]; /* numbers that help, or "" */
};

struct verdict {
    bool is_refused;
    size_t count;
    struct finding findings[POLICY_MAX_FINDINGS]; /* refusals first */
};

void policy_judge(const struct domain *dom, const struct situation *now, const struct settings *set,
                  struct verdict *ret_verdict);

/* May the hook refuse this operation? If it refused others, libvirt would ignore that or kill a
 * guest that runs. */
bool operation_may_refuse(enum operation operation);
enum operation operation_parse(const char *word);
const char *operation_name(enum operation operation);

/* The memory that this TD takes from the host: its own, both page tables, and QEMU. */
uint64_t policy_memory_need_kib(const struct domain *dom);

/* The first rule that the settings name but that does not exist (a typing error); NULL if all
 * exist. */
const char *policy_unknown_rule(const struct settings *set);

const struct rule *policy_rules(size_t *ret_count);
