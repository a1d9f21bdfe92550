/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hook.h"

#include <stdio.h>
#include <string.h>

#include "ledger.h"
#include "qemu.h"
#include "situation.h"

#define MAX_MESSAGE 768

static void record(const struct hook_call *call, const struct domain *dom, enum journal_kind kind,
                   const char *reason, const char *message)
{
    const struct journal_record entry = {
        .kind = kind,
        .reason = reason,
        .operation = call->operation_word,
        .domain = dom ? dom->name : call->object,
        .uuid = dom ? dom->uuid : "",
        .message = message,
    };

    journal_send(call->journal, &entry);
}

int hook_fail(const struct hook_call *call, const char *reason, int error, const char *words)
{
    bool refuse = operation_may_refuse(call->operation);
    char message[MAX_MESSAGE];

    text_print(message, sizeof(message), "%s: %s%s: %s: %s%s%s", call->object, call->operation_word,
               refuse ? " refused" : "", reason, words, error ? ": " : "",
               error ? strerror(-error) : "");
    record(call, NULL, refuse ? JOURNAL_REFUSAL : JOURNAL_WARNING, reason, message);
    if (refuse)
        (void)fprintf(stderr, "tdx-host: %s\n", message);
    return refuse;
}

static void warn(const struct hook_call *call, const struct domain *dom, const char *reason,
                 int error, const char *words)
{
    char message[MAX_MESSAGE];

    text_print(message, sizeof(message), "%s: %s: %s: %s: %s", dom->name, call->operation_word,
               reason, words, strerror(-error));
    record(call, dom, JOURNAL_WARNING, reason, message);
}

/* Writes each finding to the journal, and the first refusal to stderr: virsh shows it to its user.
 */
static void report(const struct hook_call *call, const struct domain *dom,
                   const struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->count; i++) {
        const struct finding *found = &verdict->findings[i];
        bool refuse = found->action == RULE_REFUSE;
        char message[MAX_MESSAGE];

        text_print(message, sizeof(message), "%s: %s%s: %s: %s%s%s%s. %s", dom->name,
                   call->operation_word, refuse ? " refused" : "", found->rule->token,
                   found->rule->words, found->detail[0] ? " (" : "", found->detail,
                   found->detail[0] ? ")" : "", found->rule->fix);
        record(call, dom, refuse ? JOURNAL_REFUSAL : JOURNAL_WARNING, found->rule->token, message);
        if (refuse && i == 0)
            (void)fprintf(stderr, "tdx-host: %s\n", message);
    }
}

static void inform(const struct hook_call *call, const struct domain *dom, const char *reason,
                   const char *words)
{
    char message[MAX_MESSAGE];

    text_print(message, sizeof(message), "%s: %s: %s: %s", dom->name, call->operation_word, reason,
               words);
    record(call, dom, JOURNAL_INFO, reason, message);
}

static int keep(const struct hook_call *call, const struct domain *dom, const struct situation *now,
                enum ledger_phase phase)
{
    struct ledger_entry entry = {
        .phase = phase,
        .need_kib = policy_memory_need_kib(dom),
        .vcpus = dom->vcpus,
        .pid = phase == LEDGER_STARTED ? qemu_pid(call->ask, dom->name) : 0,
        .since_s = call->now_s,
    };
    struct ledger_entry before;

    text_copy(entry.uuid, sizeof(entry.uuid), dom->uuid);
    text_copy(entry.name, sizeof(entry.name), dom->name);
    /* Unevictable memory of the host before the TD had any: memory-not-returned compares with it.
     */
    if (phase == LEDGER_PENDING)
        entry.unevictable_kib = now->memory.unevictable_kib.value;
    else if (ledger_read(call->ask->root_fd, dom->uuid, &before) == 0)
        entry.unevictable_kib = before.unevictable_kib;
    else
        entry.unevictable_kib =
                UINT32_MAX; /* unknown: 4 TiB, so that memory-not-returned finds nothing */
    return ledger_write(call->ask->root_fd, &entry);
}

static int on_entry(const struct hook_call *call, const struct domain *dom,
                    const struct situation *now)
{
    if (call->operation == OPERATION_PREPARE)
        inform(call, dom, "td-admitted",
               "the host has a KeyID and memory for this TD, so it may start");
    return keep(call, dom, now, LEDGER_PENDING);
}

static int on_started(const struct hook_call *call, const struct domain *dom,
                      const struct situation *now)
{
    inform(call, dom, "td-started",
           now->process_is_td == TRI_YES ? "its QEMU runs a TD" : "its QEMU runs");
    return keep(call, dom, now, LEDGER_STARTED);
}

static int on_reconnect(const struct hook_call *call, const struct domain *dom,
                        const struct situation *now)
{
    return keep(call, dom, now, LEDGER_STARTED);
}

static int on_release(const struct hook_call *call, const struct domain *dom,
                      const struct situation *now)
{
    (void)now;
    inform(call, dom, "td-released", "the TD has ended");
    return ledger_remove(call->ask->root_fd, dom->uuid);
}

/* What is done after an operation that was not refused; NULL: nothing. */
static int (*const handlers[])(const struct hook_call *, const struct domain *,
                               const struct situation *) = {
    [OPERATION_PREPARE] = on_entry,   [OPERATION_START] = on_entry,
    [OPERATION_STARTED] = on_started, [OPERATION_STOPPED] = NULL,
    [OPERATION_RELEASE] = on_release, [OPERATION_MIGRATE] = NULL,
    [OPERATION_RESTORE] = NULL,       [OPERATION_RECONNECT] = on_reconnect,
    [OPERATION_ATTACH] = NULL,        [OPERATION_UNKNOWN] = NULL,
};

static int judge(const struct hook_call *call, const struct domain *dom)
{
    struct situation now;
    struct verdict verdict;
    int r;

    situation_read(call->ask, call->settings, dom, call->operation, call->now_s, &now);
    if (now.others_error)
        warn(call, dom, "state-unavailable", now.others_error,
             "the list of TDs cannot be read, so other TDs are not counted");
    policy_judge(dom, &now, call->settings, &verdict);
    report(call, dom, &verdict);
    if (verdict.is_refused)
        return 1;
    /* Not a TD, although marked as one that must be: the settings let it pass. Only TDs are
     * counted. */
    if (dom->security != DOMAIN_SECURITY_TDX || !handlers[call->operation])
        return 0;
    r = handlers[call->operation](call, dom, &now);
    if (r < 0)
        warn(call, dom, "state-unavailable", r,
             "the list of TDs cannot be changed, so this TD is not counted");
    return 0;
}

int hook_run(const struct hook_call *call, const char *xml, size_t len)
{
    _cleanup_close_ int lock_fd = -1;
    struct domain dom;
    int r = domain_parse(xml, len, &dom);

    if (r < 0)
        return r == -EFBIG ? hook_fail(call, "xml-too-large", 0,
                                       "the domain's XML is too large or too deep")
                           : hook_fail(call, "domain-xml", 0, "the domain's XML cannot be parsed");
    if (dom.security != DOMAIN_SECURITY_TDX && !dom.is_tdx_required)
        return 0;
    if (!dom.uuid[0])
        return hook_fail(call, "domain-xml", 0, "the domain has no UUID");
    lock_fd = ledger_lock(call->ask->root_fd);
    if (lock_fd < 0)
        warn(call, &dom, "state-unavailable", lock_fd, "the list of TDs cannot be locked");
    return judge(call, &dom);
}
