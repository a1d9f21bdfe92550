/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tdxctl origin and its restore share. */
#pragma once

#include "ctl.h"
#include "origin_file.h"

enum origin_program { ORIGIN_RPM, ORIGIN_DNF, ORIGIN_DRACUT, ORIGIN_SYSTEMCTL };

/* Runs one of the programs with the arguments, which end with NULL. A recorded host has none of
 * them: -ENOSYS, unless a test stands in for it. The caller frees what it says. */
int origin_run(const struct ctl *ctl, enum origin_program program, char *const *arguments,
               char **ret_says);

int origin_restore(struct ctl *ctl);
