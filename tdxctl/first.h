/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of the checks that failed to deal with first, and which failed only because of it. */
#pragma once

#include "checks.h"

/* The index of the check to begin with, or -1 if none failed. Sets follows of the results that are
 * its consequences. */
int first_find(const struct check_facts *facts, struct check_result *results);
