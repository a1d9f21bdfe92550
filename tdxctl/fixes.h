/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What to do about a check that failed on this host, with this state and this distribution. */
#pragma once

#include "checks.h"

/* Writes the fix into result->fix. Leaves "" where the check's general fix says all. */
void fix_for(const struct check_facts *facts, const struct check *check,
             struct check_result *result);
