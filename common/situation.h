/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gathers what policy_judge() needs to know of the host, for the hook and for tdxctl explain. */
#pragma once

#include "ledger.h"
#include "policy.h"

/* Reads few and small files only: this runs while libvirt waits. */
void situation_read(const struct ask *ask, const struct settings *set, const struct domain *dom,
                    enum operation operation, uint64_t now_s, struct situation *ret_situation);
