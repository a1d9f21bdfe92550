/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json.h"

#include <stdio.h>

void json_add_text(json_object *object, const char *key, const char *text)
{
    (void)json_object_object_add(object, key,
                                 text && text[0] ? json_object_new_string(text) : NULL);
}

void json_add_bool(json_object *object, const char *key, bool value)
{
    (void)json_object_object_add(object, key, json_object_new_boolean(value));
}

void json_add_fact(json_object *object, const char *key, const struct fact *fact)
{
    (void)json_object_object_add(object, key,
                                 fact->error ? NULL : json_object_new_uint64(fact->value));
}

void json_print(json_object *root)
{
    (void)puts(json_object_to_json_string_ext(root, JSON_C_TO_STRING_PRETTY |
                                                            JSON_C_TO_STRING_SPACED |
                                                            JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(root);
}
