/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "explain.h"
#include "file.h"
#include "policy.h"
#include "situation.h"

static void print_findings(const struct verdict *verdict)
{
    static const char *const actions[] = {
        [RULE_IGNORE] = "ignore", [RULE_WARN] = "warn", [RULE_REFUSE] = "refuse"
    };

    for (size_t i = 0; i < verdict->count; i++) {
        const struct finding *found = &verdict->findings[i];

        (void)printf("  %-7s %s: %s%s%s%s\n          fix: %s\n", actions[found->action],
                     found->rule->token, found->rule->words, found->detail[0] ? " (" : "",
                     found->detail, found->detail[0] ? ")" : "", found->rule->fix);
    }
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

int explain_domain(struct ctl *ctl, const char *xml, size_t len)
{
    char why[DOMAIN_WHY_SIZE];
    struct situation now;
    struct verdict verdict;
    struct domain dom;
    int r = domain_parse_why(xml, len, &dom, why);

    if (r < 0)
        return ctl_error("this is no domain XML that libvirt would take: %s", why);
    situation_read(&ctl->ask, &ctl->settings, &dom, OPERATION_PREPARE, seconds_since_boot(ctl),
                   &now);
    if (now.others_error)
        return ctl_error("the list of TDs in /run/tdx-host cannot be read: %s",
                         strerror(-now.others_error));
    ctl_print_warning(now.backend);
    policy_judge(&dom, &now, &ctl->settings, &verdict);
    if (dom.security != DOMAIN_SECURITY_TDX && !dom.is_tdx_required)
        (void)printf("%s: not a TDX guest, so the hook does nothing\n", dom.name);
    else if (verdict.is_refused)
        (void)printf("%s: would not start:\n", dom.name);
    else if (verdict.count)
        (void)printf("%s: would start, but:\n", dom.name);
    else
        (void)printf("%s: would start\n", dom.name);
    print_findings(&verdict);
    return verdict.is_refused ? CTL_FAILED : CTL_OK;
}
