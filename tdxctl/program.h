/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs other programs, with a deadline. */
#pragma once

#include "util.h"

/*
 * argv begins with the program and ends with NULL. Returns 0 if it exits with 0, 1 if not, -errno
 * if it could not run or took too long. What it prints to stdout and stderr is put into says, as
 * far as it fits.
 */
int program_run(char *const *argv, uint64_t timeout_s, char *says, size_t size);
