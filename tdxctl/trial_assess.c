/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tdxctl trial assess: judges the kernel on trial by what the host was like at home. */
#include <stdio.h>
#include <string.h>

#include "ctl_trial.h"
#include "file.h"
#include "program.h"

#define SCRIPTS_DIR      "etc/tdx-host/trial.d"
#define MAX_SCRIPTS      64
#define SCRIPT_TIMEOUT_S 300
#define MAX_SAYS         4096
#define DETAIL_SIZE      256

struct now {
    const struct ctl *ctl;
    char release[96];
    struct trial_baseline baseline;
};

/* Prints the words of now that are not among those of before; false if there are none. */
static bool new_words(char *now, const char *before, char *detail)
{
    const char *word;
    size_t len = 0;

    while ((word = text_next_word(&now)))
        if (!text_has_word(before, word)) {
            text_print(detail + len, DETAIL_SIZE - len, "%s%s", len ? " " : "", word);
            len = strlen(detail);
        }
    return len > 0;
}

static bool wrong_kernel(const struct trial *home, struct now *now, char *detail)
{
    text_print(detail, DETAIL_SIZE, "%s runs", now->release);
    return strcmp(now->release, home->target.release) != 0;
}

static bool no_kvm(const struct trial *home, struct now *now, char *detail)
{
    uint64_t types;
    int r = now->ctl->ask.vm_types(&now->ctl->ask, &types);

    (void)home;
    text_print(detail, DETAIL_SIZE, "/dev/kvm: %s", strerror(-r));
    return r < 0;
}

/* At home another kernel may have passed fewer checks: only what passed there has to pass here. */
static bool checks_worse(const struct trial *home, struct now *now, char *detail)
{
    char passed_before[sizeof(home->baseline.passed_checks)];

    memcpy(passed_before, home->baseline.passed_checks, sizeof(passed_before));
    return new_words(passed_before, now->baseline.passed_checks, detail);
}

static bool units_failed(const struct trial *home, struct now *now, char *detail)
{
    return new_words(now->baseline.failed_units, home->baseline.failed_units, detail);
}

static bool selinux_changed(const struct trial *home, struct now *now, char *detail)
{
    text_print(detail, DETAIL_SIZE, "%s at home, %s now", home->baseline.selinux,
               now->baseline.selinux);
    return strcmp(home->baseline.selinux, now->baseline.selinux) != 0;
}

static bool kernel_complains(const struct trial *home, struct now *now, char *detail)
{
    text_print(detail, DETAIL_SIZE, "%llu lines at home, %llu now",
               (unsigned long long)home->baseline.splats, (unsigned long long)now->baseline.splats);
    return now->baseline.splats > home->baseline.splats;
}

/* The host's folder of scripts as a path that programs can use. */
static int scripts_path(const struct ctl *ctl, const char *kind, char *path, size_t size)
{
    char link[64], root[3584];
    ssize_t n;

    text_print(link, sizeof(link), "/proc/self/fd/%d", ctl->ask.root_fd);
    n = readlink(link, root, sizeof(root) - 1);
    if (n < 0)
        return -errno;
    root[n] = '\0';
    text_print(path, size, "%s/%s/%s", strcmp(root, "/") == 0 ? "" : root, SCRIPTS_DIR, kind);
    return 0;
}

/* Runs all scripts of a kind, in the order of their names; false if none fails. */
static bool script_fails(struct now *now, const char *kind, char *detail)
{
    char folder[4096], below[64], **names;
    size_t count, len = 0;
    int r = scripts_path(now->ctl, kind, folder, sizeof(folder));

    text_print(below, sizeof(below), "%s/%s", SCRIPTS_DIR, kind);
    if (r == 0)
        r = file_list(now->ctl->ask.root_fd, below, MAX_SCRIPTS, &names, &count);
    if (r < 0) {
        text_print(detail, DETAIL_SIZE, "%s: %s", below, strerror(-r));
        return r != -ENOENT;
    }
    for (size_t i = 0; i < count; i++) {
        char path[4352], says[MAX_SAYS], *argv[] = { path, NULL };

        text_print(path, sizeof(path), "%s/%s", folder, names[i]);
        r = program_run(argv, SCRIPT_TIMEOUT_S, says, sizeof(says));
        if (says[0])
            (void)printf("%s/%s: %s\n", kind, names[i], text_trim(says));
        if (r == 0)
            continue;
        text_print(detail + len, DETAIL_SIZE - len, "%s%s%s%s", len ? " " : "", names[i],
                   r < 0 ? ": " : "", r < 0 ? strerror(-r) : "");
        len = strlen(detail);
    }
    file_list_free(names, count);
    return len > 0;
}

static bool required_failed(const struct trial *home, struct now *now, char *detail)
{
    (void)home;
    return script_fails(now, "required", detail);
}

static bool wanted_failed(const struct trial *home, struct now *now, char *detail)
{
    (void)home;
    return script_fails(now, "wanted", detail);
}

static const struct {
    const char *token;
    const char *words;
    bool is_advice;
    bool (*is_worse)(const struct trial *home, struct now *now, char *detail);
} criteria[] = {
    { "wrong-kernel", "another kernel was booted", false, wrong_kernel },
    { "no-kvm", "KVM does not work", false, no_kvm },
    { "checks-worse", "checks that passed at home do not pass any more", false, checks_worse },
    { "units-failed", "units failed that had not failed at home", false, units_failed },
    { "selinux-changed", "SELinux is in another mode", false, selinux_changed },
    { "kernel-complains", "the kernel complains of more than it did at home", false,
      kernel_complains },
    { "required-failed", "scripts in trial.d/required failed", false, required_failed },
    { "wanted-failed", "scripts in trial.d/wanted failed", true, wanted_failed },
};

/* Returns the token of the first thing that is worse, NULL if nothing is; and all of it in words.
 */
static const char *judge(const struct trial *trial, struct now *now, char *ret_words, size_t size)
{
    const char *first = NULL;
    size_t len = 0;

    ret_words[0] = '\0';
    for (size_t i = 0; i < ARRAY_SIZE(criteria); i++) {
        char detail[DETAIL_SIZE] = "";

        if (!criteria[i].is_worse(trial, now, detail)) {
            (void)printf("PASS  %s\n", criteria[i].token);
            continue;
        }
        (void)printf("%s  %s: %s (%s)\n", criteria[i].is_advice ? "WARN" : "FAIL",
                     criteria[i].token, criteria[i].words, detail);
        if (criteria[i].is_advice)
            continue;
        text_print(ret_words + len, size - len, "%s%s (%s)", len ? "; " : "", criteria[i].words,
                   detail);
        len = strlen(ret_words);
        first = first ?: criteria[i].token;
    }
    return first;
}

/* A unit that is still starting has not failed yet. How it went is judged by the failed units. */
static void wait_for_boot(const struct ctl *ctl, const struct trial *trial)
{
    const char *program = secure_getenv("TDX_HOST_SYSTEMCTL");
    char verb[] = "is-system-running", wait[] = "--wait", says[MAX_SAYS];
    char *argv[] = { (char *)(uintptr_t)(program ?: "systemctl"), verb, wait, NULL };

    if (ctl->is_live || program)
        (void)program_run(argv, trial->confirm_s, says, sizeof(says));
}

int trial_verb_assess(struct ctl *ctl, int argc, char **argv)
{
    struct now now = { .ctl = ctl };
    _cleanup_close_ _unused_ int lock_fd = -1;
    struct trial trial;
    char cmdline[4096], words[sizeof(trial.detail)];
    const char *reason;
    int status;

    (void)argv;
    if (argc != 1)
        return ctl_error("trial assess takes no arguments");
    status = trial_read(ctl, &trial);
    if (status != CTL_OK)
        return status;
    if (trial.state != TRIAL_TRYING)
        return trial_refuse("there is nothing to judge: the state of the trial is %s",
                            trial_state_name(trial.state));
    wait_for_boot(ctl, &trial);
    if (!trial_read_running(ctl, now.release, sizeof(now.release), cmdline, sizeof(cmdline)))
        return CTL_UNDECIDED;
    trial_read_baseline(ctl, &now.baseline);
    reason = judge(&trial, &now, words, sizeof(words));
    /* Somebody may have ended the trial in the meantime. */
    lock_fd = trial_lock(ctl->ask.root_fd, true);
    status = trial_read(ctl, &trial);
    if (status == CTL_OK)
        status = reason ? trial_send(ctl, &trial, TRIAL_FAIL, reason, words)
                        : trial_send(ctl, &trial, TRIAL_PASS, NULL, NULL);
    if (status == CTL_OK && !reason && trial.is_host_enough)
        status = trial_send(ctl, &trial, TRIAL_KEEP, NULL, NULL);
    (void)printf("trial: %s%s%s\n", trial_state_name(trial.state), trial.reason[0] ? ": " : "",
                 trial.reason);
    return status == CTL_OK && reason ? CTL_FAILED : status;
}
