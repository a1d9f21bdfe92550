/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reasons of the hook that are no rules of policy.h. Documented beside those. */
#pragma once

struct hook_reason {
    const char *token;
    const char *words;
};

/* Ends with a token that is NULL. */
extern const struct hook_reason hook_reasons[];
