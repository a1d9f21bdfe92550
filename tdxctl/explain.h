/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of tdxctl explain. Each prints what it knows. */
#pragma once

#include "ctl.h"

/* A name that a program of tdx-host prints: a check's ID, a reason, an error line's name. */
struct name {
    const char *name;
    const char *words;
    const char *fix; /* NULL if there is nothing to do */
};

bool name_find(const char *text, struct name *ret_name);

/* A number without a line around it. */
bool explain_number(const char *text);

/* A name, or one line of a log. */
bool explain_line(const char *text);

/* A text of many lines; each explanation is printed once. Returns the exit status. Writes into
 * text. */
int explain_lines(char *text);

/* What the hook would say to a domain. Returns the exit status. */
int explain_domain(struct ctl *ctl, const char *xml, size_t len);
