/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names that programs of tdx-host print, alone or, as the reason of a refusal, within a line:
 * "tdx-host: td1: prepare refused: cpu-model: ...". */
#include <string.h>

#include "checks.h"
#include "errline.h"
#include "explain.h"
#include "hook_reasons.h"
#include "policy.h"

static bool is_check(const char *text, struct name *ret_name)
{
    const struct check *checks;
    size_t count;

    checks = checks_all(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(checks[i].id, text) == 0) {
            *ret_name = (struct name){ checks[i].id, checks[i].title, checks[i].fix };
            return true;
        }
    return false;
}

static bool is_error_line(const char *text, struct name *ret_name)
{
    const struct errline *line;

    for (size_t i = 0; (line = errline_at(i)); i++)
        if (strcmp(line->id, text) == 0) {
            *ret_name = (struct name){ line->id, line->words, line->advice };
            return true;
        }
    return false;
}

static bool is_reason(const char *text, const char *token)
{
    char within[64];

    text_print(within, sizeof(within), ": %s:", token);
    return strcmp(text, token) == 0 || strstr(text, within);
}

bool name_find(const char *text, struct name *ret_name)
{
    const struct rule *rules;
    size_t count;

    if (is_check(text, ret_name) || is_error_line(text, ret_name))
        return true;
    rules = policy_rules(&count);
    for (size_t i = 0; i < count; i++)
        if (is_reason(text, rules[i].token)) {
            *ret_name = (struct name){ rules[i].token, rules[i].words, rules[i].fix };
            return true;
        }
    for (size_t i = 0; hook_reasons[i].token; i++)
        if (is_reason(text, hook_reasons[i].token)) {
            *ret_name = (struct name){ hook_reasons[i].token, hook_reasons[i].words, NULL };
            return true;
        }
    return false;
}
