/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GRUB's environment block: a file of fixed size with lines NAME=VALUE, filled up with '#'. */
#pragma once

#include "util.h"

#define GRUBENV_MAX 4096

struct grubenv {
    const char *path; /* relative to the root */
    size_t size;
    char block[GRUBENV_MAX];
};

/* -ENOENT if the host has none, -EBADMSG if the file is no environment block. */
int grubenv_read(int root_fd, struct grubenv *ret_env);

/*
 * Writes the block over the old one, into the same disk blocks: GRUB does not replay a file
 * system's journal, so after a power cut it could see the old folder of a file that was replaced.
 */
int grubenv_write(int root_fd, const struct grubenv *env);

/* Gets the value of a variable; false and "" if it is not set. */
bool grubenv_get(const struct grubenv *env, const char *name, char *ret_value, size_t size);

/* Sets a variable, removes it if value is NULL. -ENOSPC if the block is full. */
int grubenv_set(struct grubenv *env, const char *name, const char *value);

/* Reads a block from memory. Not static for tests and fuzzing. */
int grubenv_parse(const char *data, size_t size, struct grubenv *ret_env);
