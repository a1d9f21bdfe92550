/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a host was like before tdx-host changed it: written once, so that it can be given back. */
#pragma once

#include <json-c/json.h>

#include "util.h"

#define ORIGIN_FILE   "var/lib/tdx-host/origin.json"
#define ORIGIN_SCHEMA "tdx-host.origin.v1"

/* Files that tdx-host and its roles change or make. */
extern const char *const origin_files[];

/* Adds what is in files: the running kernel, the default entry, kernels, files, SELinux's mode. */
int origin_collect(int root_fd, json_object *origin);

/* The text of a file as it was: NULL if the file was not there. */
const char *origin_file_text(json_object *origin, const char *path);

/* A text of the origin; "" if there is none. */
const char *origin_text(json_object *origin, const char *key);

/* Is the word in the list of the origin, as "packages"? */
bool origin_has(json_object *origin, const char *list, const char *word);

/* -ENOENT if there is none, -EBADMSG if it is corrupt. The caller puts the object. */
int origin_load(int root_fd, json_object **ret_origin);
int origin_save(int root_fd, json_object *origin);
