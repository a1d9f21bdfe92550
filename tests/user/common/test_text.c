/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests.h"
#include "text.h"

#include <string.h>

static void numbers(void **state)
{
    static const struct {
        const char *text;
        int result;
        uint64_t value;
    } cases[] = {
        { "0", 0, 0 },
        { "42", 0, 42 },
        { "0x2a", 0, 42 },
        { "0XfF", 0, 255 },
        { "18446744073709551615", 0, UINT64_MAX },
        { "18446744073709551616", -ERANGE, 0 },
        { "0xffffffffffffffff", 0, UINT64_MAX },
        { "0x10000000000000000", -ERANGE, 0 },
        { "", -EINVAL, 0 },
        { "0x", -EINVAL, 0 },
        { "-1", -EINVAL, 0 },
        { "+1", -EINVAL, 0 },
        { " 1", -EINVAL, 0 },
        { "1 ", -EINVAL, 0 },
        { "12a", -EINVAL, 0 },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        uint64_t value = 77;

        assert_int_equal(text_to_u64(cases[i].text, &value), cases[i].result);
        assert_int_equal(value, cases[i].result == 0 ? cases[i].value : 77);
    }
}

static void hexadecimal_without_prefix(void **state)
{
    uint64_t value;

    (void)state;
    assert_int_equal(text_to_u64_hex("c000050500000000", &value), 0);
    assert_int_equal(value, 0xc000050500000000);
    assert_int_equal(text_to_u64_hex("xyz", &value), -EINVAL);
}

static void sizes(void **state)
{
    static const struct {
        const char *text;
        int result;
        uint64_t kib;
    } cases[] = {
        { "1024", 0, 1024 },
        { "64K", 0, 64 },
        { "2M", 0, 2048 },
        { "64G", 0, 64 * KIB_PER_GIB },
        { "1T", 0, 1024 * KIB_PER_GIB },
        { "", -EINVAL, 0 },
        { "G", -EINVAL, 0 },
        { "1.5G", -EINVAL, 0 },
        { "1GiB", -EINVAL, 0 },
        { "18446744073709551615T", -ERANGE, 0 },
        { "99999999999999999999999999G", -EINVAL, 0 },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        uint64_t kib = 77;

        assert_int_equal(text_to_kib(cases[i].text, &kib), cases[i].result);
        assert_int_equal(kib, cases[i].result == 0 ? cases[i].kib : 77);
    }
}

static void versions(void **state)
{
    static const struct {
        const char *text;
        int result;
        struct version version;
    } cases[] = {
        { "QEMU emulator version 11.1.2 (Debian 1:11.1.2+ds-3)", 0, { 11, 1, 2 } },
        { "virtqemud (libvirt) 12.8.0", 0, { 12, 8, 0 } },
        { "6.12.117-1.el10.x86_64+tdx", 0, { 6, 12, 117 } },
        { "Module version: 1.5.05", 0, { 1, 5, 5 } },
        { "7.1", 0, { 7, 1, 0 } },
        { "x86_64", -ENOENT, { 0 } },
        { "", -ENOENT, { 0 } },
        { "1.", -ENOENT, { 0 } },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct version version = { 0 };

        assert_int_equal(text_to_version(cases[i].text, &version), cases[i].result);
        assert_memory_equal(&version, &cases[i].version, sizeof(version));
    }
}

static void version_order(void **state)
{
    struct version a = { 10, 1, 0 }, b = { 10, 0, 9 }, c = { 9, 99, 99 };

    (void)state;
    assert_true(version_compare(&a, &b) > 0);
    assert_true(version_compare(&c, &b) < 0);
    assert_int_equal(version_compare(&a, &a), 0);
}

static void whole_words(void **state)
{
    (void)state;
    assert_true(text_has_word("fpu tme vmx", "tme"));
    assert_true(text_has_word("tme", "tme"));
    assert_true(text_has_word("xtme tme", "tme"));
    assert_false(text_has_word("tmex", "tme"));
    assert_false(text_has_word("", "tme"));
    assert_false(text_has_word("ssse3 ssbd", "ss"));
}

static void parts_in_order(void **state)
{
    (void)state;
    assert_true(text_matches("kvm: VM-type tdx not supported by KVM", "vm-type*tdx*not supported"));
    assert_true(text_matches("abc", "abc"));
    assert_true(text_matches("abc", ""));
    assert_false(text_matches("tdx not supported, vm-type", "vm-type*tdx"));
    assert_false(text_matches("ab", "ab*b"));
    assert_false(text_matches("", "a"));
}

static void command_line(void **state)
{
    char value[8];

    (void)state;
    assert_int_equal(
            text_cmdline_value("a=1 kvm_intel.tdx=0 kvm_intel.tdx=1", "kvm_intel.tdx", value, 8),
            0);
    assert_string_equal(value, "1");
    assert_int_equal(text_cmdline_value("xkvm_intel.tdx=0", "kvm_intel.tdx", value, 8), -ENOENT);
    assert_int_equal(text_cmdline_value("tdx=012345678901234", "tdx", value, 8), 0);
    assert_string_equal(value, "0123456");
}

static void booleans(void **state)
{
    static const char *const on[] = { "1", "Y", "y", "on", "ON", "true" };
    static const char *const off[] = { "0", "N", "n", "off", "of", "false" };
    static const char *const neither[] = { "", "o", "o1", "2", " 1", "-" };
    bool value;

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(on); i++) {
        assert_int_equal(text_to_bool(on[i], &value), 0);
        assert_true(value);
        assert_int_equal(text_to_bool(off[i], &value), 0);
        assert_false(value);
        assert_int_equal(text_to_bool(neither[i], &value), -EINVAL);
    }
}

static void copies_are_clean(void **state)
{
    static const struct {
        const char *in;
        const char *out;
    } cases[] = {
        { "td1", "td1" },
        { "gr\xc3\xb6\xc3\x9f", "gr\xc3\xb6\xc3\x9f" },  /* UTF-8 stays */
        { "a\x1b[31mb\nc", "a?[31mb?c" },                /* escape, newline */
        { "\xc2\x9b", "??" },                            /* CSI as UTF-8 */
        { "\x9b\xff\xc3", "???" },                       /* no UTF-8 */
        { "\xe0\x80\xaf", "???" },                       /* longer than need be */
        { "\xed\xa0\x80", "???" },                       /* surrogate */
        { "0123456789012345678901", "012345678901234" }, /* too long */
        { "01234567890123\xc3\xb6", "01234567890123" },  /* no half character */
    };
    char out[16];

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        text_copy(out, sizeof(out), cases[i].in);
        assert_string_equal(out, cases[i].out);
    }
}

static void lines_and_words(void **state)
{
    char text[] = "one  two\n\nthree", *cursor = text, *line;

    (void)state;
    line = text_next_line(&cursor);
    assert_string_equal(text_next_word(&line), "one");
    assert_string_equal(text_next_word(&line), "two");
    assert_null(text_next_word(&line));
    assert_string_equal(text_next_line(&cursor), "");
    assert_string_equal(text_next_line(&cursor), "three");
    assert_null(text_next_line(&cursor));
}

static const struct CMUnitTest tests[] = {
    TEST("common.text-numbers", numbers),
    TEST("common.text-hexadecimal", hexadecimal_without_prefix),
    TEST("common.text-sizes", sizes),
    TEST("common.text-versions", versions),
    TEST("common.text-version-order", version_order),
    TEST("common.text-whole-words", whole_words),
    TEST("common.text-parts-in-order", parts_in_order),
    TEST("common.text-command-line", command_line),
    TEST("common.text-booleans", booleans),
    TEST("common.text-copies-are-clean", copies_are_clean),
    TEST("common.text-lines-and-words", lines_and_words),
};
TEST_LIST(text_list, tests);
