/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "origin_file.h"

#include <string.h>
#include <time.h>

#include "boot_entry.h"
#include "file.h"
#include "grubenv.h"
#include "sha256.h"
#include "text.h"

const char *const origin_files[] = {
    "etc/default/grub",
    "etc/modprobe.d/tdx-host-softmod.conf",
    "etc/sysconfig/kernel",
    "etc/yum.repos.d/tdx-host.repo",
    NULL,
};

static void add_text(json_object *object, const char *key, const char *text)
{
    (void)json_object_object_add(object, key, json_object_new_string(text));
}

static int add_files(int root_fd, json_object *origin)
{
    json_object *files = json_object_new_object();

    (void)json_object_object_add(origin, "files", files);
    for (size_t i = 0; origin_files[i]; i++) {
        _cleanup_free_ char *text = NULL;
        int r = file_read(root_fd, origin_files[i], FILE_MAX_SMALL, &text);

        if (r < 0 && r != -ENOENT)
            return r;
        (void)json_object_object_add(files, origin_files[i],
                                     text ? json_object_new_string(text) : NULL);
    }
    return 0;
}

/* The kernels, and sums by which a later restore sees whose initramfs changed. */
static int add_kernels(int root_fd, json_object *origin)
{
    json_object *kernels = json_object_new_array(), *sums = json_object_new_object();
    _cleanup_free_ struct boot_entry *entries = NULL;
    size_t count = 0;
    int r = boot_entries_read(root_fd, &entries, &count);

    (void)json_object_object_add(origin, "kernels", kernels);
    (void)json_object_object_add(origin, "initramfs", sums);
    if (r < 0 && r != -ENOENT)
        return r;
    for (size_t i = 0; i < count; i++) {
        char path[320], hex[SHA256_HEX_SIZE];
        json_object *sum;

        (void)json_object_array_add(kernels, json_object_new_string(entries[i].release));
        boot_entry_file(root_fd, entries[i].initrd_path, path, sizeof(path));
        if (!entries[i].initrd_path[0] || sha256_file(root_fd, path, hex) < 0)
            continue;
        sum = json_object_new_object();
        add_text(sum, "path", path);
        add_text(sum, "sha256", hex);
        (void)json_object_object_add(sums, entries[i].release, sum);
    }
    return 0;
}

int origin_collect(int root_fd, json_object *origin)
{
    char line[160] = "", saved[160] = "";
    struct grubenv env;
    uint64_t enforcing;
    int r = file_read_line(root_fd, "proc/sys/kernel/osrelease", line, sizeof(line));

    if (r < 0)
        return r;
    add_text(origin, "schema", ORIGIN_SCHEMA);
    (void)json_object_object_add(origin, "taken_s", json_object_new_int64(time(NULL)));
    add_text(origin, "running", line);
    if (grubenv_read(root_fd, &env) == 0)
        (void)grubenv_get(&env, "saved_entry", saved, sizeof(saved));
    add_text(origin, "default_entry", saved);
    r = file_read_u64(root_fd, "sys/fs/selinux/enforce", &enforcing);
    add_text(origin, "selinux", r < 0 ? "off" : enforcing ? "enforcing" : "permissive");
    r = add_kernels(root_fd, origin);
    return r < 0 ? r : add_files(root_fd, origin);
}

const char *origin_text(json_object *origin, const char *key)
{
    json_object *value;

    if (!json_object_object_get_ex(origin, key, &value) ||
        !json_object_is_type(value, json_type_string))
        return "";
    return json_object_get_string(value);
}

const char *origin_file_text(json_object *origin, const char *path)
{
    json_object *files, *value;

    if (!json_object_object_get_ex(origin, "files", &files) ||
        !json_object_object_get_ex(files, path, &value) ||
        !json_object_is_type(value, json_type_string))
        return NULL;
    return json_object_get_string(value);
}

bool origin_has(json_object *origin, const char *list, const char *word)
{
    json_object *array;

    if (!json_object_object_get_ex(origin, list, &array) ||
        !json_object_is_type(array, json_type_array))
        return false;
    for (size_t i = 0; i < json_object_array_length(array); i++) {
        const char *item = json_object_get_string(json_object_array_get_idx(array, i));

        if (item && strcmp(item, word) == 0)
            return true;
    }
    return false;
}

int origin_load(int root_fd, json_object **ret_origin)
{
    static const struct {
        const char *key;
        json_type type;
    } members[] = {
        { "running", json_type_string }, { "default_entry", json_type_string },
        { "selinux", json_type_string }, { "kernels", json_type_array },
        { "packages", json_type_array }, { "enabled_units", json_type_array },
        { "files", json_type_object },   { "initramfs", json_type_object },
    };
    _cleanup_free_ char *text = NULL;
    json_object *origin, *value;
    int r = file_read(root_fd, ORIGIN_FILE, FILE_MAX_LARGE, &text);

    if (r == -EFBIG || r == -EINVAL)
        return -EBADMSG;
    if (r < 0)
        return r;
    origin = json_tokener_parse(text);
    r = strcmp(origin_text(origin, "schema"), ORIGIN_SCHEMA) == 0 ? 0 : -EBADMSG;
    for (size_t i = 0; r == 0 && i < ARRAY_SIZE(members); i++)
        if (!json_object_object_get_ex(origin, members[i].key, &value) ||
            !json_object_is_type(value, members[i].type))
            r = -EBADMSG;
    if (r < 0)
        json_object_put(origin);
    else
        *ret_origin = origin;
    return r;
}

int origin_save(int root_fd, json_object *origin)
{
    const char *text = json_object_to_json_string_ext(
            origin,
            JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE);
    int r = file_make_dir(root_fd, "var/lib/tdx-host", 0755);

    return r < 0 ? r : file_write_atomic(root_fd, ORIGIN_FILE, text, 0600);
}
