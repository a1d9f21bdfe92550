/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the facts about the host that policy_judge() needs, for the hook and for tdxctl explain. */
#pragma once

#include "ledger.h"
#include "policy.h"

/* Reads only a few small files, because libvirt waits meanwhile. */
void situation_read(const struct ask *ask, const struct settings *set, const struct domain *dom,
                    enum operation operation, uint64_t now_s, struct situation *ret_situation);
