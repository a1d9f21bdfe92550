/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A function for each parser of text that others write. The Makefile sets FUZZ_TARGET to the one
 * that this program fuzzes. */
#include <stdio.h>
#include <string.h>

#include "boot_entry.h"
#include "domain.h"
#include "firmware.h"
#include "grubenv.h"
#include "klog.h"
#include "ledger.h"
#include "policy.h"
#include "settings.h"
#include "trial.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* A domain that the parser accepts must be safe for the rules and for printing. */
__attribute__((unused)) static void fuzz_domain(char *text, size_t len)
{
    struct situation now = { .operation = OPERATION_PREPARE };
    struct settings set;
    struct verdict verdict;
    struct domain dom;

    if (domain_parse(text, len, &dom) < 0)
        return;
    must(dom.name[0] && (!dom.uuid[0] || domain_is_uuid(dom.uuid)));
    must(!strchr(dom.name, '\n') && !strchr(dom.loader, '\n'));
    settings_default(&set);
    policy_judge(&dom, &now, &set, &verdict);
    must(verdict.count <= POLICY_MAX_FINDINGS);
}

__attribute__((unused)) static void fuzz_conf(char *text, size_t len)
{
    struct conf_faults faults;
    struct settings set;

    (void)len;
    settings_default(&set);
    if (settings_apply(text, &set, &faults) < 0)
        return;
    must(set.time_limit_s >= 1 && set.time_limit_s <= 60 && set.qgs_socket[0] == '/');
    must(set.rule_count <= SETTINGS_MAX_RULES && set.eager_count <= SETTINGS_MAX_PATTERNS);
}

__attribute__((unused)) static void fuzz_ledger(char *text, size_t len)
{
    struct ledger_entry entry;

    (void)len;
    if (ledger_parse(text, &entry) == 0)
        must(domain_is_uuid(entry.uuid) && entry.need_kib <= 1ULL << 40);
}

__attribute__((unused)) static void fuzz_json(char *text, size_t len)
{
    struct host_firmware firmware = { 0 };

    (void)len;
    if (firmware_parse(text, &firmware) == 0)
        must(memchr(firmware.binary, 0, sizeof(firmware.binary)) != NULL);
}

__attribute__((unused)) static void fuzz_log(char *text, size_t len)
{
    struct host_tdx tdx = { 0 };

    (void)len;
    klog_read(text, &tdx);
    must(memchr(tdx.module_failure, 0, sizeof(tdx.module_failure)) != NULL);
}

/* A trial that can be read must say the same after it was written again, and lead to no other
 * folder. */
__attribute__((unused)) static void fuzz_trial(char *text, size_t len)
{
    _cleanup_free_ char *once = NULL, *twice = NULL;
    struct trial trial;

    (void)len;
    if (trial_from_text(text, &trial) < 0)
        return;
    must(trial.state < TRIAL_STATE_COUNT && !strchr(trial.target.release, '/'));
    must(trial_to_text(&trial, &once) == 0 && trial_from_text(once, &trial) == 0);
    must(trial_to_text(&trial, &twice) == 0 && strcmp(once, twice) == 0);
}

/* The text as an environment block, and as a boot loader entry. */
__attribute__((unused)) static void fuzz_grub(char *text, size_t len)
{
    struct boot_entry entry;
    struct grubenv env;
    char value[160];

    if (grubenv_parse(text, len, &env) == 0 && grubenv_set(&env, "next_entry", "trial") == 0) {
        must(env.size == len && grubenv_get(&env, "next_entry", value, sizeof(value)));
        must(strcmp(value, "trial") == 0);
    }
    boot_entry_parse("machine-1.2.3", text, &entry);
    must(!strchr(entry.release, '/'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    _cleanup_free_ char *text = malloc(size + 1);

    must(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    FUZZ_TARGET(text, size);
    return 0;
}
