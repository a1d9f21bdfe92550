/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tdxctl trial status: says where the trial is, and how the last one ended. */
#include <stdio.h>
#include <string.h>

#include "ctl_trial.h"
#include "file.h"

static const char *const sentences[TRIAL_STATE_COUNT] = {
    [TRIAL_NONE] = "no trial",
    [TRIAL_PREPARED] = "the trial is being prepared",
    [TRIAL_ARMED] = "the next boot is the trial",
    [TRIAL_TRYING] = "the target runs and is not judged yet",
    [TRIAL_PASSED] = "the target runs and passed; tdxctl trial keep keeps it",
    [TRIAL_KEEPING] = "the target becomes the default",
    [TRIAL_KEPT] = "the target was kept and is the default",
    [TRIAL_LEAVING] = "the target is rejected; the host reboots home",
    [TRIAL_REJECTING] = "the host is home and removes what the trial left",
    [TRIAL_REJECTED] = "the target was rejected; the host is home",
    [TRIAL_CANCELLING] = "the trial is given up",
};

static void print_line(const char *name, const char *value)
{
    if (value[0])
        (void)printf("%-9s %s\n", name, value);
}

int trial_verb_status(struct ctl *ctl, int argc, char **argv)
{
    char good[96] = "", number[32];
    struct trial trial;
    int r;

    (void)argv;
    if (argc != 1)
        return ctl_error("trial status takes no arguments");
    r = trial_load(ctl->ask.root_fd, &trial);
    if (r < 0)
        return ctl_error("cannot read " TRIAL_FILE ": %s; tdxctl trial reject removes it and what "
                         "its trial left",
                         r == -EBADMSG ? "it is corrupt" : strerror(-r));
    if (ctl->is_json) {
        _cleanup_free_ char *text = NULL;

        if (trial_to_text(&trial, &text) < 0)
            return ctl_error("out of memory");
        (void)puts(text);
    } else {
        (void)printf("%-9s %s: %s\n", "state", trial_state_name(trial.state),
                     sentences[trial.state]);
        print_line("home", trial.home.release);
        print_line("target", trial.target.release);
        print_line("reason", trial.reason);
        print_line("detail", trial.detail);
        text_print(number, sizeof(number), "%llu seconds after the boot",
                   (unsigned long long)trial.confirm_s);
        if (trial.state == TRIAL_TRYING || trial.state == TRIAL_PASSED)
            print_line("until", number);
        if (file_read_line(ctl->ask.root_fd, TRIAL_GOOD_FILE, good, sizeof(good)) == 0)
            print_line("last kept", good);
    }
    return trial.state == TRIAL_REJECTED ? CTL_FAILED : CTL_OK;
}
