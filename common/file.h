/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files by (root_fd, path relative to it). The root can be that of a recorded host: absolute
 * symbolic links and ".." do not lead out of it. Every read has a size limit, every write is
 * atomic.
 */
#pragma once

#include <sys/types.h>

#include "util.h"

#define FILE_MAX_SMALL ((size_t)64 * 1024)
#define FILE_MAX_LARGE ((size_t)8 * 1024 * 1024)

/* open(2) below the root, always with O_CLOEXEC. Returns the descriptor or -errno. */
int file_open(int root_fd, const char *path, int flags);

/* Reads the whole file as a string. -EFBIG above max, -EINVAL if it contains a NUL. */
int file_read(int root_fd, const char *path, size_t max, char **ret_text);

/* Reads a file with NULs as separators, as proc/PID/cmdline; they become newlines. */
int file_read_words(int root_fd, const char *path, size_t max, char **ret_text);

/* Reads a file as long as it may be, but only its last max bytes, from the first whole line on.
 * Returns 1 if the file was longer, else 0. NULs become newlines. */
int file_read_end(int root_fd, const char *path, size_t max, char **ret_text);

/* Reads from a descriptor up to max bytes and a few more. Returns 1 if more may follow, 0 at the
 * end. */
int file_read_start(int fd, size_t max, char **ret_text, size_t *ret_len);

/* As file_read(), but from a descriptor. */
int file_read_fd(int fd, size_t max, char **ret_text, size_t *ret_len);

/* Reads the first line, without its newline. */
int file_read_line(int root_fd, const char *path, char *ret_line, size_t size);
int file_read_u64(int root_fd, const char *path, uint64_t *ret_value);

bool file_exists(int root_fd, const char *path);

/* Returns the permission bits, or -errno. */
int file_mode(int root_fd, const char *path, mode_t *ret_mode);

/* Lists the names in a folder in strcmp() order, without those that start with a dot. -E2BIG above
 * max. */
int file_list(int root_fd, const char *path, size_t max, char ***ret_names, size_t *ret_count);
void file_list_free(char **names, size_t count);

/* Writes a temporary file in the same folder, syncs and renames it, and syncs the folder. The
 * folder must exist. */
int file_write_atomic(int root_fd, const char *path, const char *text, mode_t mode);

/* Makes a folder and its missing parents, all with this mode. */
int file_make_dir(int root_fd, const char *path, mode_t mode);

int file_remove(int root_fd, const char *path);
