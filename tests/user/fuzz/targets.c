/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A function for each parser of text that others write. The Makefile sets FUZZ_TARGET to the one
 * that this program fuzzes. */
#include <stdio.h>
#include <string.h>

#include "domain.h"
#include "firmware.h"
#include "klog.h"
#include "ledger.h"
#include "policy.h"
#include "settings.h"

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    _cleanup_free_ char *text = malloc(size + 1);

    must(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    FUZZ_TARGET(text, size);
    return 0;
}
