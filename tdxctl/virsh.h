/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs virsh, with a deadline. */
#pragma once

#include "util.h"

#define VIRSH_SAYS_SIZE 1024

/*
 * argv holds the arguments without "virsh" and ends with NULL. Returns 0 if virsh exits with 0, 1
 * if not, -errno if it could not run. Its output is put into says (VIRSH_SAYS_SIZE bytes), as one
 * line.
 */
int virsh_run(char *const *argv, char *says);
