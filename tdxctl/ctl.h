/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every verb gets: where the host is, how to print. One file a verb, one function a file. */
#pragma once

#include "host.h"
#include "settings.h"

enum ctl_exit {
    CTL_OK = 0,
    CTL_FAILED = 1,    /* the host, the guest or the domain is not as it should be */
    CTL_UNDECIDED = 2, /* wrong use, or what is needed can not be read */
};

struct ctl {
    struct ask ask;
    bool is_live;
    bool is_json;
    bool is_dry_run;
    uint64_t watch_s; /* 0: once */
    struct settings settings;
    struct conf_faults settings_faults;
};

struct check_facts;

/* What the checks look at. */
void ctl_read_facts(const struct ctl *ctl, struct check_facts *ret_facts);

int verb_check(struct ctl *ctl, int argc, char **argv);
int verb_explain(struct ctl *ctl, int argc, char **argv);
int verb_status(struct ctl *ctl, int argc, char **argv);
int verb_metrics(struct ctl *ctl, int argc, char **argv);
int verb_validate(struct ctl *ctl, int argc, char **argv);

/* Says what is wrong and how to go on; returns CTL_UNDECIDED. */
int ctl_error(const char *format, ...) PRINTF_LIKE(1, 2);

/* The line that no output on a softmod host may lack. */
void ctl_print_warning(enum host_backend backend);
