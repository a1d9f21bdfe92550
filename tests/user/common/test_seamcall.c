/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "errline.h"
#include "seamcall.h"
#include "tests.h"

#include <string.h>

static void decodes(void **state)
{
    static const struct {
        uint64_t status;
        const char *name;
        const char *operand;
        bool is_error, is_retryable, is_fatal;
    } cases[] = {
        { 0, "SUCCESS", NULL, false, false, false },
        { 0x8000020000000092, "OPERAND_BUSY", "SEPT_TREE", true, true, false },
        { 0x8000020300000000, "RND_NO_ENTROPY", NULL, true, true, false },
        { 0x8000000300000000, "INTERRUPTED_RESUMABLE", NULL, true, true, false },
        { 0xC000010000000000, "OPERAND_INVALID", "RAX", true, false, false },
        { 0xC000010000000041, "OPERAND_INVALID", "XFAM", true, false, false },
        { 0xC000050500000000, "SYS_NOT_READY", NULL, true, false, false },
        { 0xE000060400000000, "TD_FATAL", NULL, true, false, true },
        { 0x00000B0A00000001, "PAGE_ALREADY_ACCEPTED", "RCX", false, false, false },
        { 0x8000FF00FFFF0000, "SEAMCALL_VMFAILINVALID", NULL, true, false, false },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct seamcall_status status;

        seamcall_decode(cases[i].status, &status);
        assert_non_null(status.code);
        assert_string_equal(status.code->name, cases[i].name);
        assert_int_equal(status.is_error, cases[i].is_error);
        assert_int_equal(status.is_retryable, cases[i].is_retryable);
        assert_int_equal(status.is_fatal, cases[i].is_fatal);
        if (cases[i].operand)
            assert_string_equal(status.operand, cases[i].operand);
        else
            assert_null(status.operand);
    }
}

static void unknown_stays_unknown(void **state)
{
    struct seamcall_status status;

    (void)state;
    seamcall_decode(0xC0000FFF12345678, &status);
    assert_null(status.code);
    assert_null(status.operand);
    assert_true(status.is_error);
    assert_null(seamcall_leaf_name(42));
    assert_null(seamcall_leaf_name(UINT64_MAX));
    assert_string_equal(seamcall_leaf_name(34), "TDH.SYS.RD");
}

/* Each status code has a text, and none is in the table twice. */
static void table_is_sound(void **state)
{
    const struct seamcall_code *codes;
    size_t count;

    (void)state;
    codes = seamcall_codes(&count);
    assert_true(count > 80);
    for (size_t i = 0; i < count; i++) {
        assert_non_null(codes[i].words);
        assert_true(strlen(codes[i].words) > 10);
        for (size_t j = i + 1; j < count; j++)
            assert_int_not_equal(codes[i].code, codes[j].code);
    }
}

static void lines_are_found(void **state)
{
    const struct errline *lines;
    size_t count;

    (void)state;
    lines = errline_all(&count);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < ERRLINE_MAX_MARKS && lines[i].marks[j]; j++) {
            char line[256];

            (void)stpcpy(stpcpy(stpcpy(line, "before "), lines[i].marks[j]), " after");
            /* No earlier mark may match first, or this one could never be found. */
            assert_ptr_equal(errline_find(line), &lines[i]);
        }
    assert_null(errline_find("all is well"));
    assert_null(errline_find("TDMR [0xb010000, 0xb0330000)"));
    assert_non_null(errline_find("[0xb0330000) and then 0xb033"));
    assert_null(errline_find(""));
}

static const struct CMUnitTest tests[] = {
    TEST("common.seamcall-decodes", decodes),
    TEST("common.seamcall-unknown", unknown_stays_unknown),
    TEST("common.seamcall-table", table_is_sound),
    TEST("common.errline-table", lines_are_found),
};
TEST_LIST(seamcall_list, tests);
