/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SHA-256 (FIPS 180-4) of a file. */
#pragma once

#include "util.h"

#define SHA256_HEX_SIZE 65

void sha256_hex(const void *data, size_t len, char ret_hex[SHA256_HEX_SIZE]);

/* Reads the file piece by piece. Returns 0 or -errno. */
int sha256_file(int root_fd, const char *path, char ret_hex[SHA256_HEX_SIZE]);
