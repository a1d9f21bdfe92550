/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a host is like: read at home before the trial, and again on trial. */
#include <string.h>

#include "checks.h"
#include "ctl_trial.h"
#include "file.h"
#include "program.h"

#define MAX_CHECKS 64
#define MAX_SAYS   8192
#define TIMEOUT_S  30

/* Lines with which a kernel complains about itself. */
static const char *const splats[] = {
    "WARNING: CPU:",
    "BUG: ",
    "Oops: ",
    "kernel BUG at",
    "general protection fault",
    "soft lockup",
    "blocked for more than",
    "detected stalls on",
    "Machine check events logged",
};

static void add_word(char *list, size_t size, const char *word)
{
    size_t len = strlen(list);

    if (len + strlen(word) + 2 <= size)
        text_print(list + len, size - len, "%s%s", len ? " " : "", word);
}

static uint64_t count_splats(const struct ctl *ctl)
{
    _cleanup_free_ char *log = NULL;
    uint64_t count = 0;
    char *rest, *line;

    if (ctl->ask.kernel_log(&ctl->ask, &log) < 0)
        return 0;
    rest = log;
    while ((line = text_next_line(&rest)))
        for (size_t i = 0; i < ARRAY_SIZE(splats); i++)
            if (strstr(line, splats[i])) {
                count++;
                break;
            }
    return count;
}

static void read_selinux(const struct ctl *ctl, char *ret_mode, size_t size)
{
    uint64_t enforcing;
    int r = file_read_u64(ctl->ask.root_fd, "sys/fs/selinux/enforce", &enforcing);

    text_print(ret_mode, size, "%s", r < 0 ? "off" : enforcing ? "enforcing" : "permissive");
}

/* A recorded host has no systemd to ask, unless a test stands in for it. */
static void read_failed_units(const struct ctl *ctl, char *ret_units, size_t size)
{
    const char *program = secure_getenv("TDX_HOST_SYSTEMCTL");
    char failed[] = "--failed", plain[] = "--plain", no_legend[] = "--no-legend";
    char *argv[] = { (char *)(uintptr_t)(program ?: "systemctl"), failed, plain, no_legend, NULL };
    char says[MAX_SAYS], *rest = says, *line;

    if ((!ctl->is_live && !program) || program_run(argv, TIMEOUT_S, says, sizeof(says)) != 0)
        return;
    while ((line = text_next_line(&rest))) {
        const char *unit = text_next_word(&line);

        if (unit)
            add_word(ret_units, size, unit);
    }
}

static void read_passed_checks(const struct ctl *ctl, char *ret_checks, size_t size)
{
    struct check_result results[MAX_CHECKS];
    struct check_facts facts;
    const struct check *checks;
    size_t count;

    checks = checks_all(&count);
    if (count > MAX_CHECKS)
        return;
    ctl_read_facts(ctl, &facts);
    checks_run(&facts, results);
    for (size_t i = 0; i < count; i++)
        if (checks[i].level == CHECK_REQUIRED && results[i].verdict == CHECK_PASS)
            add_word(ret_checks, size, checks[i].id);
}

void trial_read_baseline(const struct ctl *ctl, struct trial_baseline *ret_baseline)
{
    struct trial_baseline baseline = { .splats = count_splats(ctl) };

    read_selinux(ctl, baseline.selinux, sizeof(baseline.selinux));
    read_failed_units(ctl, baseline.failed_units, sizeof(baseline.failed_units));
    read_passed_checks(ctl, baseline.passed_checks, sizeof(baseline.passed_checks));
    *ret_baseline = baseline;
}
