/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tdxctl trial start: looks at everything first; then a trial that can come home begins. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "boot_verify.h"
#include "ctl_trial.h"
#include "file.h"
#include "grubenv.h"
#include "one_shot.h"

#define KERNEL_TDX_SUFFIX "+tdx"

struct choice {
    int root_fd;
    struct boot_entry *entries;
    size_t count;
    char running[96];
    char saved[160]; /* the default entry */
};

/* The newest kernel-tdx that does not run. */
static const char *newest_other(const struct choice *choice)
{
    const char *newest = NULL;

    for (size_t i = 0; i < choice->count; i++) {
        const char *release = choice->entries[i].release;

        if (text_ends_with(release, KERNEL_TDX_SUFFIX) && strcmp(release, choice->running) != 0 &&
            strcmp(choice->entries[i].id, TRIAL_ENTRY) != 0 &&
            (!newest || boot_release_compare(release, newest) > 0))
            newest = release;
    }
    return newest;
}

static void set_kernel(struct trial_kernel *kernel, const struct boot_entry *entry)
{
    text_copy(kernel->entry, sizeof(kernel->entry), entry->id);
    text_copy(kernel->release, sizeof(kernel->release), entry->release);
}

/* Home is the kernel that runs: it is the only one that is known to work. */
static int choose_home(const struct choice *choice, struct trial *trial)
{
    const struct boot_entry *home =
            boot_entry_of(choice->entries, choice->count, choice->running, choice->saved);

    if (!home)
        return trial_refuse("there is no boot loader entry for the running kernel %s to come home "
                            "to; add it with kernel-install",
                            choice->running);
    set_kernel(&trial->home, home);
    return CTL_OK;
}

static int choose_target(const struct choice *choice, const char *wanted, struct trial *trial)
{
    const char *release = wanted ?: newest_other(choice);
    const struct boot_entry *target;
    char words[512];

    if (!release)
        return trial_refuse("there is no second kernel to try: only %s is installed; install "
                            "kernel-tdx",
                            choice->running);
    if (strcmp(release, choice->running) == 0)
        return trial_refuse("%s runs already, there is nothing to try", release);
    target = boot_entry_of(choice->entries, choice->count, release, "");
    if (!target)
        return trial_refuse("%s has no boot loader entry: it is not installed, or only in part; "
                            "install it (again)",
                            release);
    if (boot_verify(choice->root_fd, target, words, sizeof(words)) < 0)
        return trial_refuse("%s is installed only in part: %s; look at the space in /boot, and "
                            "install it again",
                            release, words);
    set_kernel(&trial->target, target);
    return CTL_OK;
}

static int check_not_rejected(const struct ctl *ctl, const struct trial *trial)
{
    char why[512];

    if (ctl->is_forced ||
        !trial_is_rejected(ctl->ask.root_fd, trial->target.release, why, sizeof(why)))
        return CTL_OK;
    return trial_refuse("%s was rejected by an earlier trial (%s); --force tries it again",
                        trial->target.release, why);
}

static int choose_method(const struct ctl *ctl, struct trial *trial)
{
    const struct one_shot_row *row;
    struct one_shot_facts facts;

    one_shot_read(ctl->ask.root_fd, &facts);
    row = one_shot_decide(&facts);
    if (!row->is_possible)
        return trial_refuse("this host cannot try a kernel: %s: %s%s%s%s. %s", row->token,
                            row->words, row->is_about_place ? " (" : "",
                            row->is_about_place ? facts.where : "", row->is_about_place ? ")" : "",
                            row->fix);
    trial->method = row->method;
    return CTL_OK;
}

static int prepare(const struct ctl *ctl, const struct choice *choice, const char *wanted,
                   struct trial *trial)
{
    int status = choose_home(choice, trial);

    if (status == CTL_OK)
        status = choose_target(choice, wanted, trial);
    if (status == CTL_OK)
        status = check_not_rejected(ctl, trial);
    if (status == CTL_OK)
        status = choose_method(ctl, trial);
    return status;
}

static int start(const struct ctl *ctl, struct trial *trial)
{
    struct trial_host host = trial_host_of(ctl);
    const struct trial_ops ops = { trial_host_save, trial_host_act, &host };
    int r;

    trial_read_baseline(ctl, &trial->baseline);
    r = ctl->is_forced ? trial_forget_rejected(ctl->ask.root_fd, trial->target.release) : 0;
    if (r == 0)
        r = trial_step(&ops, trial, TRIAL_START, NULL, NULL);
    if (r < 0)
        return trial_refuse("the trial of %s cannot start: %s; no kernel will be tried",
                            trial->target.release, trial->reason[0] ? trial->detail : strerror(-r));
    (void)printf("The host reboots into %s once, by %s.\n", trial->target.release,
                 trial_method_name(trial->method));
    if (trial->is_host_enough)
        (void)printf("If it passes its assessment it is kept");
    else
        (void)printf("Run \"tdxctl trial keep\" there within %llu seconds to keep it",
                     (unsigned long long)trial->confirm_s);
    (void)printf(", else the host goes back to %s.\n", trial->home.release);
    return CTL_OK;
}

int trial_verb_start(struct ctl *ctl, int argc, char **argv)
{
    _cleanup_close_ _unused_ int lock_fd = trial_lock(ctl->ask.root_fd, true);
    _cleanup_free_ struct boot_entry *entries = NULL;
    struct choice choice = { .root_fd = ctl->ask.root_fd };
    struct trial trial, before;
    char cmdline[4096];
    struct grubenv env;
    int r, status;

    if (argc > 2)
        return ctl_error("trial start takes one kernel release");
    if (!trial_read_running(ctl, choice.running, sizeof(choice.running), cmdline, sizeof(cmdline)))
        return CTL_UNDECIDED;
    r = trial_load(ctl->ask.root_fd, &before);
    if (r < 0)
        return ctl_error("cannot read " TRIAL_FILE ": %s; tdxctl trial reject removes it and what "
                         "its trial left",
                         r == -EBADMSG ? "it is corrupt" : strerror(-r));
    if (!trial_is_over(before.state))
        return trial_refuse("a trial of %s is running already (%s); end it with tdxctl trial keep "
                            "or reject",
                            before.target.release, trial_state_name(before.state));
    trial = (struct trial){
        .state = before.state,
        .is_host_enough = ctl->is_host_enough,
        .confirm_s = ctl->within_s ?: TRIAL_CONFIRM_S,
        .started_s = (uint64_t)time(NULL),
    };
    r = boot_entries_read(ctl->ask.root_fd, &entries, &choice.count);
    if (r < 0 && r != -ENOENT)
        return ctl_error("cannot read " BOOT_ENTRIES_DIR ": %s", strerror(-r));
    choice.entries = entries;
    if (grubenv_read(ctl->ask.root_fd, &env) == 0)
        (void)grubenv_get(&env, "saved_entry", choice.saved, sizeof(choice.saved));
    status = prepare(ctl, &choice, argc == 2 ? argv[1] : NULL, &trial);
    if (status != CTL_OK || !ctl->is_dry_run)
        return status == CTL_OK ? start(ctl, &trial) : status;
    (void)printf("would boot %s once, by %s; home is %s\n", trial.target.entry,
                 trial_method_name(trial.method), trial.home.entry);
    return CTL_OK;
}
