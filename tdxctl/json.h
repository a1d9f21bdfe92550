/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the verbs share that print JSON. */
#pragma once

#include <json-c/json.h>

#include "host.h"

/* Adds a text, or null for NULL and "". */
void json_add_text(json_object *object, const char *key, const char *text);

void json_add_bool(json_object *object, const char *key, bool value);

/* Adds a number, or null if it is not known. */
void json_add_fact(json_object *object, const char *key, const struct fact *fact);

/* Prints the object and frees it. */
void json_print(json_object *root);
