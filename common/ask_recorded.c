/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers the questions of ask.h from a recorded host. Its file "asked" has lines key=value; if a
 * key is missing, that host could not answer the question. */
#include <string.h>

#include "ask.h"
#include "file.h"

static const char *const version_keys[ASK_PROGRAM_COUNT] = {
    [ASK_QEMU] = "version.qemu",
    [ASK_LIBVIRT] = "version.libvirt",
};

static const char *const has_tdx_keys[ASK_PROGRAM_COUNT] = {
    [ASK_QEMU] = "tdx.qemu",
    [ASK_LIBVIRT] = "tdx.libvirt",
};

/* "key=EACCES" records that the host denied permission. */
static int refused(const char *value)
{
    return strcmp(value, "EACCES") == 0 ? -EACCES : 0;
}

static int lookup(const struct ask *ask, const char *key, char *ret_value, size_t size)
{
    size_t len = strlen(key);

    for (const char *line = ask->recorded; line && *line; line += *line == '\n') {
        if (strncmp(line, key, len) == 0 && line[len] == '=') {
            text_print(ret_value, size, "%.*s", (int)strcspn(line + len + 1, "\n"), line + len + 1);
            return refused(ret_value);
        }
        line += strcspn(line, "\n");
    }
    return -ENOENT;
}

static int recorded_msr(const struct ask *ask, uint32_t index, uint64_t *ret_value)
{
    char key[32], value[64];
    int r;

    text_print(key, sizeof(key), "msr.0x%x", index);
    r = lookup(ask, key, value, sizeof(value));
    return r < 0 ? r : text_to_u64(value, ret_value);
}

static int recorded_vm_types(const struct ask *ask, uint64_t *ret_types)
{
    char value[64];
    int r = lookup(ask, "kvm.vm-types", value, sizeof(value));

    return r < 0 ? r : text_to_u64(value, ret_types);
}

static int recorded_version(const struct ask *ask, enum ask_program program,
                            struct version *ret_version)
{
    char value[128];
    int r = lookup(ask, version_keys[program], value, sizeof(value));

    return r < 0 ? r : text_to_version(value, ret_version);
}

static enum tri recorded_has_tdx(const struct ask *ask, enum ask_program program)
{
    char value[8];

    if (lookup(ask, has_tdx_keys[program], value, sizeof(value)) < 0)
        return TRI_UNKNOWN;
    return tri_of(strcmp(value, "yes") == 0);
}

static int recorded_kernel_log(const struct ask *ask, char **ret_text)
{
    return file_read_end(ask->root_fd, "var/log/dmesg", FILE_MAX_LARGE, ret_text);
}

static bool recorded_process_lives(const struct ask *ask, uint64_t pid)
{
    char path[64];

    text_print(path, sizeof(path), "proc/%llu", (unsigned long long)pid);
    return file_exists(ask->root_fd, path);
}

int ask_open_recorded(int root_fd, struct ask *ret_ask)
{
    struct ask ask = {
        .msr = recorded_msr,
        .vm_types = recorded_vm_types,
        .version = recorded_version,
        .has_tdx = recorded_has_tdx,
        .kernel_log = recorded_kernel_log,
        .process_lives = recorded_process_lives,
        .root_fd = root_fd,
    };
    char value[8];
    int r = file_read(root_fd, ASK_RECORDED_PATH, FILE_MAX_SMALL, &ask.recorded);

    if (r < 0 && r != -ENOENT)
        return r;
    ask.is_complete =
            lookup(&ask, "complete", value, sizeof(value)) == 0 && strcmp(value, "yes") == 0;
    *ret_ask = ask;
    return 0;
}

void ask_close(struct ask *ask)
{
    free(ask->recorded);
    ask->recorded = NULL;
}
