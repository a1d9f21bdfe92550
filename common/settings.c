/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "settings.h"

#include <string.h>

#include "file.h"
#include "host.h"
#include "text.h"

#define MAIN_FILE   "etc/tdx-host/tdx-host.conf"
#define DROP_IN_DIR "etc/tdx-host/tdx-host.conf.d"
#define MAX_FILES   64

typedef int (*value_parser)(const char *value, struct settings *set);

static int bounded(const char *value, uint64_t low, uint64_t high, uint64_t *ret_number)
{
    uint64_t number;
    int r = text_to_u64(value, &number);

    if (r < 0)
        return r;
    if (number < low || number > high)
        return -ERANGE;
    *ret_number = number;
    return 0;
}

static int reserve_memory(const char *value, struct settings *set)
{
    return text_to_kib(value, &set->reserve_memory_kib);
}

static int reserve_keyids(const char *value, struct settings *set)
{
    return bounded(value, 0, 65535, &set->reserve_keyids);
}

static int eager_limit(const char *value, struct settings *set)
{
    return text_to_kib(value, &set->eager_accept_limit_kib);
}

static int eager_firmware(const char *value, struct settings *set)
{
    if (set->eager_count == SETTINGS_MAX_PATTERNS)
        return -E2BIG;
    if (strlen(value) >= sizeof(set->eager_firmware[0]) || !*value)
        return -EINVAL;
    text_copy(set->eager_firmware[set->eager_count++], sizeof(set->eager_firmware[0]), value);
    return 0;
}

static int start_timeout(const char *value, struct settings *set)
{
    return bounded(value, 1, 86400, &set->start_timeout_s);
}

static int time_limit(const char *value, struct settings *set)
{
    return bounded(value, 1, 60, &set->time_limit_s);
}

static int qgs_socket(const char *value, struct settings *set)
{
    if (*value != '/' || strlen(value) >= sizeof(set->qgs_socket))
        return -EINVAL;
    text_copy(set->qgs_socket, sizeof(set->qgs_socket), value);
    return 0;
}

/* "TOKEN refuse|warn|ignore" */
static int rule(const char *value, struct settings *set)
{
    static const char *const actions[] = {
        [RULE_IGNORE] = "ignore", [RULE_WARN] = "warn", [RULE_REFUSE] = "refuse"
    };
    size_t len = strcspn(value, " \t");
    const char *word = value + len + strspn(value + len, " \t");
    struct rule_setting *slot = &set->rules[set->rule_count];

    if (set->rule_count == SETTINGS_MAX_RULES)
        return -E2BIG;
    if (len == 0 || len >= sizeof(slot->token))
        return -EINVAL;
    for (size_t i = 0; i < ARRAY_SIZE(actions); i++)
        if (strcmp(word, actions[i]) == 0) {
            text_print(slot->token, sizeof(slot->token), "%.*s", (int)len, value);
            slot->action = (enum rule_action)i;
            set->rule_count++;
            return 0;
        }
    return -EINVAL;
}

static const struct {
    const char *key;
    value_parser parse;
} keys[] = {
    { "ReserveMemory", reserve_memory },  { "ReserveKeyIDs", reserve_keyids },
    { "EagerAcceptLimit", eager_limit },  { "EagerAcceptFirmware", eager_firmware },
    { "StartTimeoutSec", start_timeout }, { "TimeLimitSec", time_limit },
    { "QgsSocket", qgs_socket },          { "Rule", rule },
};

static int handle(const char *key, const char *value, void *data)
{
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
        if (strcmp(keys[i].key, key) == 0)
            return keys[i].parse(value, data);
    return -ENOENT;
}

void settings_default(struct settings *ret_settings)
{
    *ret_settings = (struct settings){
        .reserve_memory_kib = 512 * KIB_PER_MIB,
        .eager_accept_limit_kib = 64 * KIB_PER_GIB,
        .start_timeout_s = 600,
        .time_limit_s = 5,
        .qgs_socket = HOST_QGS_SOCKET,
    };
}

int settings_apply(char *text, struct settings *settings, struct conf_faults *ret_faults)
{
    return conf_parse(text, handle, settings, ret_faults);
}

static void read_file(int root_fd, const char *path, struct settings *set,
                      struct conf_faults *faults)
{
    _cleanup_free_ char *text = NULL;
    struct conf_faults found = { 0 };
    int r = file_read(root_fd, path, CONF_MAX_BYTES, &text);

    if (r == 0)
        r = settings_apply(text, set, &found);
    if (r < 0 && r != -ENOENT)
        found = (struct conf_faults){ .count = found.count + 1, .first_error = r };
    text_copy(found.first_file, sizeof(found.first_file), path);
    if (found.count && !faults->count)
        *faults = found;
    else
        faults->count += found.count;
}

void settings_read(int root_fd, struct settings *ret_settings, struct conf_faults *ret_faults)
{
    struct conf_faults faults = { 0 };
    char **names;
    size_t count;

    settings_default(ret_settings);
    read_file(root_fd, MAIN_FILE, ret_settings, &faults);
    if (file_list(root_fd, DROP_IN_DIR, MAX_FILES, &names, &count) == 0) {
        for (size_t i = 0; i < count; i++) {
            char path[512];

            text_print(path, sizeof(path), "%s/%s", DROP_IN_DIR, names[i]);
            if (text_ends_with(names[i], ".conf"))
                read_file(root_fd, path, ret_settings, &faults);
        }
        file_list_free(names, count);
    }
    *ret_faults = faults;
}

enum rule_action settings_rule(const struct settings *settings, const char *token,
                               enum rule_action fallback)
{
    for (size_t i = settings->rule_count; i > 0; i--)
        if (strcmp(settings->rules[i - 1].token, token) == 0)
            return settings->rules[i - 1].action;
    return fallback;
}
