/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The settings in /etc/tdx-host/tdx-host.conf and its drop-ins, see tdx-host.conf(5). */
#pragma once

#include "conf.h"

#define SETTINGS_MAX_PATTERNS 8
#define SETTINGS_MAX_RULES    64

enum rule_action { RULE_IGNORE, RULE_WARN, RULE_REFUSE };

struct rule_setting {
    char token[48];
    enum rule_action action;
};

struct settings {
    uint64_t reserve_memory_kib;
    uint64_t reserve_keyids;
    uint64_t eager_accept_limit_kib;
    size_t eager_count;
    char eager_firmware[SETTINGS_MAX_PATTERNS][128]; /* glob patterns */
    uint64_t start_timeout_s; /* a TD that did not start within that time is not counted any more */
    uint64_t time_limit_s;    /* for one run of the hook */
    char qgs_socket[108];
    size_t rule_count;
    struct rule_setting rules[SETTINGS_MAX_RULES];
};

void settings_default(struct settings *ret_settings);

/* Sets defaults, then reads the file, then its drop-ins in the order of their names. Wrong lines
 * are counted and ignored. */
void settings_read(int root_fd, struct settings *ret_settings, struct conf_faults *ret_faults);

/* Applies the lines of a text to the settings. Not static for tests and fuzzing. */
int settings_apply(char *text, struct settings *settings, struct conf_faults *ret_faults);

/* The action that the settings give to a rule; the last line wins. fallback if there is none. */
enum rule_action settings_rule(const struct settings *settings, const char *token,
                               enum rule_action fallback);
