/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tdxctl check: runs all checks and prints their results as a tree or as JSON. */
#include <stdio.h>
#include <string.h>

#include "checks.h"
#include "ctl.h"
#include "first.h"
#include "json.h"

#define SCHEMA     "tdx-host.check.v1"
#define MAX_CHECKS 64

static const char *const verdict_names[] = { "PASS", "FAIL", "SKIP" };
static const char *const skip_names[] = { "", "dependency", "not-applicable", "unknown" };
static const char *const level_names[] = { "required", "advice" };
static const char *const summaries[] = { "ready", "not ready", "undecided" };

void ctl_read_facts(const struct ctl *ctl, struct check_facts *ret_facts)
{
    host_read(&ctl->ask, ctl->settings.qgs_socket, &ret_facts->host);
    ret_facts->settings = &ctl->settings;
    ret_facts->settings_faults = ctl->settings_faults;
    remembered_compare(ctl->ask.root_fd, &ret_facts->host, &ret_facts->remembered);
}

static unsigned int depth_of(const struct check *checks, size_t index)
{
    unsigned int depth = 0;

    for (const char *parent = checks[index].parent; parent; parent = checks[index].parent) {
        while (strcmp(checks[index].id, parent) != 0)
            index--;
        depth++;
    }
    return depth;
}

static void print_result(const struct check *check, const struct check_result *result,
                         unsigned int depth)
{
    int indent = (int)depth * 2;

    bool is_note = check->level == CHECK_ADVICE && result->verdict == CHECK_FAIL;

    (void)printf("%s  %*s%s: %s", is_note ? "NOTE" : verdict_names[result->verdict], indent, "",
                 check->id, check->title);
    if (result->value[0])
        (void)printf(" [%s]", result->value);
    (void)putchar('\n');
    if (result->follows) {
        (void)printf("      %*s  follows from %s\n", indent, "", result->follows);
        return;
    }
    if (result->verdict != CHECK_PASS && result->reason[0])
        (void)printf("      %*s  %s\n", indent, "", result->reason);
    if (result->verdict == CHECK_FAIL)
        (void)printf("      %*s  %s: %s\n", indent, "", is_note ? "advice" : "fix",
                     check_fix(check, result));
}

/* The one line to begin with. Without root's rights the answer may be only that they are needed. */
static void print_first(const struct check *checks, size_t nr, const struct check_result *results,
                        int first)
{
    if (first >= 0)
        (void)printf("Do this first: %s (%s)\n\n", check_fix(&checks[first], &results[first]),
                     checks[first].id);
    for (size_t i = 0; first < 0 && i < nr; i++)
        if (checks[i].level == CHECK_REQUIRED && results[i].skip == CHECK_SKIP_UNKNOWN) {
            (void)printf("Do this first: find out what is unknown here: %s (%s)\n\n",
                         results[i].reason, checks[i].id);
            break;
        }
}

static void count(const struct check *checks, size_t nr, const struct check_result *results,
                  unsigned int counts[3], unsigned int *ret_advice)
{
    *ret_advice = 0;
    for (size_t i = 0; i < nr; i++) {
        counts[results[i].verdict]++;
        *ret_advice += results[i].verdict == CHECK_FAIL && checks[i].level == CHECK_ADVICE;
    }
}

static void print_text(const struct check_facts *facts, const struct check *checks, size_t nr,
                       const struct check_result *results, int first)
{
    unsigned int counts[3] = { 0 }, advice;
    int status = checks_exit_status(results);

    print_first(checks, nr, results, first);
    ctl_print_warning(facts->host.tdx.backend);
    for (size_t i = 0; i < nr; i++)
        print_result(&checks[i], &results[i], depth_of(checks, i));
    count(checks, nr, results, counts, &advice);
    (void)printf("\n%s: %u passed, %u failed, %u notes, %u skipped\n", summaries[status],
                 counts[CHECK_PASS], counts[CHECK_FAIL] - advice, advice, counts[CHECK_SKIP]);
}

static json_object *json_of(const struct check *check, const struct check_result *result)
{
    json_object *object = json_object_new_object();

    json_add_text(object, "id", check->id);
    json_add_text(object, "parent", check->parent);
    json_add_text(object, "level", level_names[check->level]);
    json_add_text(object, "title", check->title);
    json_add_text(object, "verdict", verdict_names[result->verdict]);
    json_add_text(object, "skip", skip_names[result->skip]);
    json_add_text(object, "value", result->value);
    json_add_text(object, "reason", result->verdict == CHECK_PASS ? NULL : result->reason);
    json_add_text(object, "fix", result->verdict == CHECK_FAIL ? check_fix(check, result) : NULL);
    return object;
}

static void print_json(const struct check_facts *facts, const struct check *checks, size_t nr,
                       const struct check_result *results, int first)
{
    json_object *root = json_object_new_object(), *list = json_object_new_array();
    int status = checks_exit_status(results);

    json_add_text(root, "schema", SCHEMA);
    json_add_text(root, "version", TDX_HOST_VERSION);
    json_add_text(root, "backend", host_backend_name(facts->host.tdx.backend));
    json_add_text(root, "warning", host_backend_warning(facts->host.tdx.backend));
    json_add_text(root, "kernel", facts->host.kernel.release);
    json_add_text(root, "summary", summaries[status]);
    (void)json_object_object_add(root, "exit_status", json_object_new_int(status));
    json_add_text(root, "first", first < 0 ? NULL : checks[first].id);
    for (size_t i = 0; i < nr; i++)
        (void)json_object_array_add(list, json_of(&checks[i], &results[i]));
    (void)json_object_object_add(root, "checks", list);
    json_print(root);
}

/* Repeats the checks and prints those whose result changed, until a signal ends it. */
static int watch(const struct ctl *ctl, struct check_facts *facts, const struct check *checks,
                 size_t nr, struct check_result *before)
{
    struct check_result now[MAX_CHECKS];

    for (;;) {
        if (fflush(stdout) != 0)
            return CTL_UNDECIDED;
        (void)sleep((unsigned int)ctl->watch_s);
        ctl_read_facts(ctl, facts);
        checks_run(facts, now);
        for (size_t i = 0; i < nr; i++)
            if (now[i].verdict != before[i].verdict || strcmp(now[i].value, before[i].value) != 0)
                print_result(&checks[i], &now[i], 0);
        memcpy(before, now, nr * sizeof(*now));
    }
}

int verb_check(struct ctl *ctl, int argc, char **argv)
{
    struct check_result results[MAX_CHECKS];
    struct check_facts facts;
    const struct check *checks;
    size_t nr;

    (void)argv;
    if (argc != 1)
        return ctl_error("check takes no arguments");
    if (ctl->watch_s && ctl->is_json)
        return ctl_error("--watch and --json do not go together");
    checks = checks_all(&nr);
    if (nr > MAX_CHECKS)
        return ctl_error("too many checks");
    ctl_read_facts(ctl, &facts);
    checks_run(&facts, results);
    (ctl->is_json ? print_json : print_text)(&facts, checks, nr, results,
                                             first_find(&facts, results));
    if (ctl->watch_s)
        return watch(ctl, &facts, checks, nr, results);
    return checks_exit_status(results);
}
