/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of tdxctl explain. Each prints what it knows. */
#pragma once

#include <json-c/json.h>

#include "ctl.h"

/* A name that a program of tdx-host prints: a check's ID, a reason, an error line's name. */
struct name {
    const char *name;
    const char *words;
    const char *fix; /* NULL if there is nothing to do */
};

bool name_find(const char *text, struct name *ret_name);

/*
 * What is explained is printed as text if list is NULL; else it is added to list, for JSON.
 */

/* A number without a line around it. */
bool explain_number(const char *text, json_object *list);

/* A name, or one line of a log. */
bool explain_line(const char *text, json_object *list);

/* A text of many lines; each explanation is given once. Returns the exit status. Writes into
 * text. */
int explain_lines(char *text, json_object *list);

/* What the hook would say to a domain: printed if ret_domain is NULL, else *ret_domain is set to it
 * for JSON, unless there is an error. Returns the exit status. */
int explain_domain(struct ctl *ctl, const char *xml, size_t len, json_object **ret_domain);
