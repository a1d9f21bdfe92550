/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints each name that a user may meet, as "KIND NAME"; with --words, also what it is worth and
 * the programs' texts, between tabs. */
#include <stdio.h>
#include <string.h>

#include "checks.h"
#include "errline.h"
#include "hook_reasons.h"
#include "policy.h"

static const char *const level_names[] = {
    [CHECK_REQUIRED] = "required",
    [CHECK_ADVICE] = "advice",
};

static const char *const action_names[] = {
    [RULE_REFUSE] = "refuse",
    [RULE_WARN] = "warn",
    [RULE_IGNORE] = "ignore",
};

static void entry(bool has_words, const char *kind, const char *name, const char *worth,
                  const char *words, const char *fix)
{
    if (has_words)
        (void)printf("%s\t%s\t%s\t%s\t%s\n", kind, name, worth, words, fix);
    else
        (void)printf("%s %s\n", kind, name);
}

int main(int argc, char **argv)
{
    bool has_words = argc > 1 && strcmp(argv[1], "--words") == 0;
    const struct errline *line;
    const struct check *checks;
    const struct rule *rules;
    size_t count;

    checks = checks_all(&count);
    for (size_t i = 0; i < count; i++)
        entry(has_words, "check", checks[i].id, level_names[checks[i].level], checks[i].title,
              checks[i].fix);
    rules = policy_rules(&count);
    for (size_t i = 0; i < count; i++)
        entry(has_words, "reason", rules[i].token, action_names[rules[i].action], rules[i].words,
              rules[i].fix);
    for (size_t i = 0; hook_reasons[i].token; i++)
        entry(has_words, "reason", hook_reasons[i].token, "", hook_reasons[i].words, "");
    for (size_t i = 0; (line = errline_at(i)); i++)
        entry(has_words, "line", line->id, "", line->words, line->advice);
    return 0;
}
