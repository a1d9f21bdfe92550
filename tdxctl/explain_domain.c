/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "explain.h"
#include "file.h"
#include "json.h"
#include "policy.h"
#include "situation.h"

static const char *const actions[] = {
    [RULE_IGNORE] = "ignore", [RULE_WARN] = "warn", [RULE_REFUSE] = "refuse"
};

/* The answers, as text and for JSON. */
static const struct {
    const char *words;
    const char *name;
} answers[] = {
    { ": not a TDX guest, so the hook does nothing", "not-a-td" },
    { ": would start", "starts" },
    { ": would start, but:", "starts-with-flaws" },
    { ": would not start:", "refused" },
};

static size_t answer_of(const struct domain *dom, const struct verdict *verdict)
{
    if (dom->security != DOMAIN_SECURITY_TDX && !dom->is_tdx_required)
        return 0;
    if (verdict->is_refused)
        return 3;
    return verdict->count ? 2 : 1;
}

static void print_findings(const struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->count; i++) {
        const struct finding *found = &verdict->findings[i];

        (void)printf("  %-7s %s: %s%s%s%s\n          fix: %s\n", actions[found->action],
                     found->rule->token, found->rule->words, found->detail[0] ? " (" : "",
                     found->detail, found->detail[0] ? ")" : "", found->rule->fix);
    }
}

static json_object *json_of(const struct domain *dom, const struct verdict *verdict,
                            const char *answer)
{
    json_object *object = json_object_new_object(), *list = json_object_new_array();

    json_add_text(object, "name", dom->name);
    json_add_text(object, "answer", answer);
    for (size_t i = 0; i < verdict->count; i++) {
        const struct finding *found = &verdict->findings[i];
        json_object *one = json_object_new_object();

        json_add_text(one, "id", found->rule->token);
        json_add_text(one, "action", actions[found->action]);
        json_add_text(one, "meaning", found->rule->words);
        json_add_text(one, "detail", found->detail);
        json_add_text(one, "fix", found->rule->fix);
        (void)json_object_array_add(list, one);
    }
    (void)json_object_object_add(object, "findings", list);
    return object;
}

static uint64_t seconds_since_boot(const struct ctl *ctl)
{
    char line[64];
    uint64_t seconds;

    if (file_read_line(ctl->ask.root_fd, "proc/uptime", line, sizeof(line)) < 0)
        return 0;
    line[strcspn(line, ". ")] = '\0';
    return text_to_u64(line, &seconds) < 0 ? 0 : seconds;
}

int explain_domain(struct ctl *ctl, const char *xml, size_t len, json_object **ret_domain)
{
    char why[DOMAIN_WHY_SIZE];
    struct situation now;
    struct verdict verdict;
    struct domain dom;
    size_t answer;
    int r = domain_parse_why(xml, len, &dom, why);

    if (r < 0)
        return ctl_error("this is no domain XML that libvirt would take: %s", why);
    situation_read(&ctl->ask, &ctl->settings, &dom, OPERATION_PREPARE, seconds_since_boot(ctl),
                   &now);
    if (now.others_error)
        return ctl_error("the list of TDs in /run/tdx-host cannot be read: %s",
                         strerror(-now.others_error));
    policy_judge(&dom, &now, &ctl->settings, &verdict);
    answer = answer_of(&dom, &verdict);
    if (ret_domain) {
        *ret_domain = json_of(&dom, &verdict, answers[answer].name);
    } else {
        ctl_print_warning(now.backend);
        (void)printf("%s%s\n", dom.name, answers[answer].words);
        print_findings(&verdict);
    }
    return verdict.is_refused ? CTL_FAILED : CTL_OK;
}
