/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trial.h"

#include <string.h>

#include "file.h"

/* The target must be what runs: a trial of another kernel is not this boot's. */
static bool fits(const struct trial *trial, const char *running, bool is_trial_boot)
{
    return !is_trial_boot ||
           (trial->target.release[0] && strcmp(trial->target.release, running) == 0);
}

int trial_on_boot(const struct trial_ops *ops, int root_fd, const char *cmdline,
                  const char *running, struct trial *ret_trial)
{
    char value[8];
    bool is_trial_boot = text_cmdline_value(cmdline, TRIAL_ARGUMENT, value, sizeof(value)) == 0;
    int r = trial_load(root_fd, ret_trial);

    /* Whatever the reason is, without the stored trial there is only one way: home. */
    if (r < 0 || !fits(ret_trial, running, is_trial_boot))
        trial_rebuild(running, is_trial_boot, ret_trial);
    r = trial_step(ops, ret_trial, is_trial_boot ? TRIAL_BOOT_TRIAL : TRIAL_BOOT_HOME,
                   is_trial_boot ? NULL : "not-judged",
                   "the trial ended before it was judged: a panic, a hang, or a power cut");
    /* An ordinary boot, with nothing to settle. */
    return r == -EPERM && !is_trial_boot ? 0 : r;
}

bool trial_is_on(int root_fd)
{
    char cmdline[4096], value[8];
    struct trial trial;

    if (file_read_line(root_fd, "proc/cmdline", cmdline, sizeof(cmdline)) < 0 ||
        text_cmdline_value(cmdline, TRIAL_ARGUMENT, value, sizeof(value)) < 0)
        return false;
    return trial_load(root_fd, &trial) < 0 || trial.state != TRIAL_KEPT;
}
