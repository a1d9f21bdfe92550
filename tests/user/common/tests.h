/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All unit tests are one program with one KTAP plan: main.c runs the tests of each file. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "util.h"

#define TEST(id, function)                                                                         \
    {                                                                                              \
        (id), (function), NULL, NULL, NULL                                                         \
    }

struct test_list {
    const struct CMUnitTest *tests;
    size_t count;
};

#define TEST_LIST(name, tests) const struct test_list name = { (tests), ARRAY_SIZE(tests) }

extern const struct test_list text_list, file_list_list, settings_list, seamcall_list, klog_list,
        domain_list, policy_list, ledger_list_list, remembered_list, trial_list;
