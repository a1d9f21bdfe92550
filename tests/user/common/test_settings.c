/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "settings.h"
#include "tests.h"

#include <string.h>

static struct conf_faults apply(const char *text, struct settings *set)
{
    _cleanup_free_ char *copy = strdup(text);
    struct conf_faults faults;

    settings_default(set);
    assert_int_equal(settings_apply(copy, set, &faults), 0);
    return faults;
}

static void good_lines(void **state)
{
    struct settings set;
    struct conf_faults faults;

    (void)state;
    faults = apply("# comment\n; comment\n\n  ReserveMemory = 4G  \nReserveKeyIDs=2\r\n"
                   "EagerAcceptFirmware=/a*\nEagerAcceptFirmware=/b*\nQgsSocket=/run/q\n"
                   "TimeLimitSec=60\nRule=smm-on warn\nRule=smm-on \t refuse",
                   &set);
    assert_int_equal(faults.count, 0);
    assert_int_equal(set.reserve_memory_kib, 4 * KIB_PER_GIB);
    assert_int_equal(set.reserve_keyids, 2);
    assert_int_equal(set.eager_count, 2);
    assert_string_equal(set.eager_firmware[1], "/b*");
    assert_string_equal(set.qgs_socket, "/run/q");
    assert_int_equal(set.time_limit_s, 60);
    assert_int_equal(settings_rule(&set, "smm-on", RULE_IGNORE), RULE_REFUSE);
    assert_int_equal(settings_rule(&set, "other", RULE_WARN), RULE_WARN);
}

static void bad_lines_change_nothing(void **state)
{
    static const char *const lines[] = {
        "ReserveMemory=lots",
        "ReserveMemory=",
        "ReserveKeyIDs=-1",
        "ReserveKeyIDs=65536",
        "TimeLimitSec=0",
        "TimeLimitSec=61",
        "StartTimeoutSec=0",
        "QgsSocket=relative",
        "Rule=x",
        "Rule=x maybe",
        "Rule= warn",
        "EagerAcceptFirmware=",
        "reservememory=1G",
        "no equals sign",
        "=1",
        "[section]",
        "Rule=a-token-that-is-longer-than-any-real-token-could-be warn",
    };
    struct settings expected, set;

    (void)state;
    settings_default(&expected);
    for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
        struct conf_faults faults = apply(lines[i], &set);

        assert_int_equal(faults.count, 1);
        assert_int_equal(faults.first_line, 1);
        assert_true(faults.first_error < 0);
        assert_memory_equal(&set, &expected, sizeof(set));
    }
}

static void too_many(void **state)
{
    char text[SETTINGS_MAX_RULES * 16 + 64] = "";
    char lines[3 * (CONF_MAX_LINES + 2)], *cursor = lines;
    struct settings set;
    struct conf_faults faults;

    (void)state;
    for (size_t i = 0; i <= SETTINGS_MAX_RULES; i++)
        (void)strcat(text, "Rule=a warn\n");
    assert_int_equal(apply(text, &set).count, 1);
    for (size_t i = 0; i < CONF_MAX_LINES + 1; i++)
        cursor = stpcpy(cursor, "#\n");
    assert_int_equal(settings_apply(lines, &set, &faults), -E2BIG);
}

static const struct CMUnitTest tests[] = {
    TEST("common.settings-good-lines", good_lines),
    TEST("common.settings-bad-lines", bad_lines_change_nothing),
    TEST("common.settings-too-many", too_many),
};
TEST_LIST(settings_list, tests);
