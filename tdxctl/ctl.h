/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every verb of tdxctl gets: the host to look at and the options. Each verb is one function
 * verb_*() in a file of its own. */
#pragma once

#include "host.h"
#include "settings.h"

enum ctl_exit {
    CTL_OK = 0,
    CTL_FAILED = 1,    /* the host, the guest or the domain is not as it should be */
    CTL_UNDECIDED = 2, /* wrong use, or something that is needed cannot be read */
};

/* Options that go with some verbs only; bits of struct ctl's given. */
enum ctl_option {
    CTL_JSON = 1 << 0,
    CTL_WATCH = 1 << 1,
    CTL_DRY_RUN = 1 << 2,
    CTL_CONFIRM = 1 << 3,
    CTL_WITHIN = 1 << 4,
    CTL_FORCE = 1 << 5,
};

struct ctl {
    struct ask ask;
    unsigned int given; /* the options that were given */
    bool is_live;
    bool is_json;
    bool is_dry_run;
    bool is_forced;
    bool is_host_enough; /* trial: the assessment alone keeps the kernel */
    uint64_t within_s;   /* trial: time to keep it, 0: as usual */
    uint64_t watch_s;    /* 0: once */
    struct settings settings;
    struct conf_faults settings_faults;
};

struct check_facts;

/* Reads all facts that the checks look at. */
void ctl_read_facts(const struct ctl *ctl, struct check_facts *ret_facts);

int verb_check(struct ctl *ctl, int argc, char **argv);
int verb_explain(struct ctl *ctl, int argc, char **argv);
int verb_status(struct ctl *ctl, int argc, char **argv);
int verb_metrics(struct ctl *ctl, int argc, char **argv);
int verb_origin(struct ctl *ctl, int argc, char **argv);
int verb_trial(struct ctl *ctl, int argc, char **argv);
int verb_validate(struct ctl *ctl, int argc, char **argv);

/* Prints "tdxctl: " and the text to stderr; returns CTL_UNDECIDED. */
int ctl_error(const char *format, ...) PRINTF_LIKE(1, 2);

/* Refuses, with a line that names it, the first option that was given and that the verb does not
 * take. Returns CTL_OK or CTL_UNDECIDED. */
int ctl_take_options(const struct ctl *ctl, const char *verb, unsigned int takes);

/* On a softmod host: prints the warning that guests are not confidential. */
void ctl_print_warning(enum host_backend backend);
