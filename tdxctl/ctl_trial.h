/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of tdxctl trial share. */
#pragma once

#include "boot_entry.h"
#include "ctl.h"
#include "trial.h"

#define TRIAL_CONFIRM_S 900

/* Actions for this host, or for a recorded one: that is never rebooted. */
struct trial_host trial_host_of(const struct ctl *ctl);

/* Reads the running kernel and its arguments. Returns false if it cannot, and says so. */
bool trial_read_running(const struct ctl *ctl, char *ret_release, size_t size, char *ret_cmdline,
                        size_t cmdline_size);

/* Reads the trial; one that is corrupt is rebuilt. Returns CTL_OK, or says what is wrong. */
int trial_read(const struct ctl *ctl, struct trial *ret_trial);

/* Gives the trial an event. Returns CTL_OK, or says what is wrong. */
int trial_send(const struct ctl *ctl, struct trial *trial, enum trial_event event,
               const char *reason, const char *detail);

/* Prints one line, as ctl_error(), but returns CTL_FAILED: the host is not as it has to be. */
int trial_refuse(const char *format, ...) PRINTF_LIKE(1, 2);

/* Reads what the host is like now, to compare a later state with it. */
void trial_read_baseline(const struct ctl *ctl, struct trial_baseline *ret_baseline);

int trial_verb_start(struct ctl *ctl, int argc, char **argv);
int trial_verb_keep(struct ctl *ctl, int argc, char **argv);
int trial_verb_reject(struct ctl *ctl, int argc, char **argv);
int trial_verb_status(struct ctl *ctl, int argc, char **argv);
int trial_verb_boot(struct ctl *ctl, int argc, char **argv);
int trial_verb_assess(struct ctl *ctl, int argc, char **argv);
int trial_verb_expire(struct ctl *ctl, int argc, char **argv);
