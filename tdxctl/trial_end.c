/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tdxctl trial keep, reject, boot and expire: give the trial an event. The units of tdx-host call
 * the latter two. */
#include <stdio.h>
#include <string.h>

#include "ctl_trial.h"
#include "file.h"

int trial_read(const struct ctl *ctl, struct trial *ret_trial)
{
    char running[96], cmdline[4096], value[8];
    int r = trial_load(ctl->ask.root_fd, ret_trial);

    if (r != -EBADMSG)
        return r < 0 ? ctl_error("cannot read " TRIAL_FILE ": %s", strerror(-r)) : CTL_OK;
    if (!trial_read_running(ctl, running, sizeof(running), cmdline, sizeof(cmdline)))
        return CTL_UNDECIDED;
    trial_rebuild(running, text_cmdline_value(cmdline, TRIAL_ARGUMENT, value, sizeof(value)) == 0,
                  ret_trial);
    return CTL_OK;
}

int trial_send(const struct ctl *ctl, struct trial *trial, enum trial_event event,
               const char *reason, const char *detail)
{
    struct trial_host host = trial_host_of(ctl);
    const struct trial_ops ops = { trial_host_save, trial_host_act, &host };
    int r = trial_step(&ops, trial, event, reason, detail);

    if (r == -EPERM)
        return trial_refuse("the trial cannot take this now: its state is %s",
                            trial_state_name(trial->state));
    if (r < 0)
        return trial_refuse("the trial of %s: %s failed: %s; its state is %s",
                            trial->target.release, trial_event_name(event), strerror(-r),
                            trial_state_name(trial->state));
    return CTL_OK;
}

/* Keeps the running trial, by whoever is entitled to. */
static int keep(const struct ctl *ctl, struct trial *trial)
{
    int status;

    if (trial->state == TRIAL_TRYING)
        return trial_refuse("%s is not judged yet; tdxctl trial status says how far it is",
                            trial->target.release);
    if (trial->state != TRIAL_PASSED && trial->state != TRIAL_KEEPING)
        return trial_refuse("there is no trial to keep: its state is %s",
                            trial_state_name(trial->state));
    status = trial_send(ctl, trial, TRIAL_KEEP, NULL, NULL);
    if (status == CTL_OK)
        (void)printf("%s is kept: this host boots it from now on\n", trial->target.release);
    return status;
}

int trial_verb_keep(struct ctl *ctl, int argc, char **argv)
{
    _cleanup_close_ _unused_ int lock_fd = trial_lock(ctl->ask.root_fd, true);
    struct trial trial;
    int status;

    (void)argv;
    if (argc != 1)
        return ctl_error("trial keep takes no arguments");
    status = trial_read(ctl, &trial);
    return status == CTL_OK ? keep(ctl, &trial) : status;
}

int trial_verb_reject(struct ctl *ctl, int argc, char **argv)
{
    _cleanup_close_ _unused_ int lock_fd = trial_lock(ctl->ask.root_fd, true);
    struct trial trial;
    int status;

    if (argc > 2)
        return ctl_error("trial reject takes one text, the reason");
    status = trial_read(ctl, &trial);
    if (status != CTL_OK)
        return status;
    if (trial_is_over(trial.state))
        return trial_refuse("there is no trial to reject: its state is %s",
                            trial_state_name(trial.state));
    status = trial_send(ctl, &trial, TRIAL_REJECT, "operator", argc == 2 ? argv[1] : NULL);
    if (status == CTL_OK)
        (void)printf("%s\n", trial.state == TRIAL_LEAVING ? "rejected: the host reboots home"
                                                          : "the trial is given up");
    return status;
}

int trial_verb_boot(struct ctl *ctl, int argc, char **argv)
{
    _cleanup_close_ _unused_ int lock_fd = trial_lock(ctl->ask.root_fd, true);
    struct trial_host host = trial_host_of(ctl);
    const struct trial_ops ops = { trial_host_save, trial_host_act, &host };
    char running[96], cmdline[4096];
    struct trial trial;
    int r;

    (void)argv;
    if (argc != 1)
        return ctl_error("trial boot takes no arguments");
    if (!trial_read_running(ctl, running, sizeof(running), cmdline, sizeof(cmdline)))
        return CTL_UNDECIDED;
    r = trial_on_boot(&ops, ctl->ask.root_fd, cmdline, running, &trial);
    if (r < 0)
        return trial_refuse("the trial of %s: %s; its state is %s", trial.target.release,
                            strerror(-r), trial_state_name(trial.state));
    (void)printf("trial: %s%s%s\n", trial_state_name(trial.state), trial.reason[0] ? ": " : "",
                 trial.reason);
    return CTL_OK;
}

/* Time since boot: a wall clock that jumps changes nothing. */
int trial_verb_expire(struct ctl *ctl, int argc, char **argv)
{
    _cleanup_close_ int lock_fd = trial_lock(ctl->ask.root_fd, false);
    char line[64];
    uint64_t now_s;
    struct trial trial;
    int status, r;

    (void)argv;
    if (argc != 1)
        return ctl_error("trial expire takes no arguments");
    /* Another command ends the trial right now; the timer asks again soon. */
    if (lock_fd == -EWOULDBLOCK)
        return CTL_OK;
    status = trial_read(ctl, &trial);
    if (status != CTL_OK)
        return status;
    r = file_read_line(ctl->ask.root_fd, "proc/uptime", line, sizeof(line));
    line[r < 0 ? 0 : strcspn(line, ". ")] = '\0';
    if (r < 0 || text_to_u64(line, &now_s) < 0)
        now_s = UINT64_MAX;
    if (trial_is_over(trial.state) || now_s < trial.confirm_s)
        return CTL_OK;
    if (trial.state == TRIAL_PASSED)
        return trial_send(ctl, &trial, TRIAL_EXPIRE, "not-confirmed",
                          "it passed, but nobody kept it in time");
    return trial_send(ctl, &trial, TRIAL_EXPIRE, "not-judged",
                      "the assessment did not end in time");
}
