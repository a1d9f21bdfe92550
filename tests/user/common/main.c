/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "tests.h"

#define MAX_TESTS 256

int main(void)
{
    static const struct test_list *const lists[] = {
        &text_list,   &file_list_list, &settings_list,    &seamcall_list,   &klog_list,
        &domain_list, &policy_list,    &ledger_list_list, &remembered_list, &trial_list,
    };
    struct CMUnitTest tests[MAX_TESTS];
    size_t count = 0;

    for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
        for (size_t j = 0; j < lists[i]->count && count < MAX_TESTS; j++)
            tests[count++] = lists[i]->tests[j];
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return _cmocka_run_group_tests("common", tests, count, NULL, NULL) != 0 || count == 0;
}
