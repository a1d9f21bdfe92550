/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the kernel that GRUB boots by default, by its environment block and the boot loader
 * entries.
 */
#include <string.h>

#include "file.h"
#include "host.h"

static const char *const env_files[] = { "boot/grub2/grubenv", "boot/grub/grubenv" };

/* Gets the value of the first line "KEY=VALUE" or "KEY VALUE"; false if there is none. */
static bool find_value(char *text, const char *key, char separator, char *ret_value, size_t size)
{
    size_t len = strlen(key);
    char *line;

    while ((line = text_next_line(&text)))
        if (strncmp(line, key, len) == 0 && line[len] == separator) {
            text_copy(ret_value, size, text_trim(line + len + 1));
            return true;
        }
    return false;
}

static int read_default_entry(const struct ask *ask, char *ret_entry, size_t size)
{
    for (size_t i = 0; i < ARRAY_SIZE(env_files); i++) {
        _cleanup_free_ char *text = NULL;
        int r = file_read(ask->root_fd, env_files[i], FILE_MAX_SMALL, &text);

        if (r == -ENOENT)
            continue;
        if (r < 0)
            return r;
        return find_value(text, "saved_entry", '=', ret_entry, size) ? 0 : -ENOENT;
    }
    return -ENOENT;
}

int host_read_default_kernel(const struct ask *ask, char *ret_release, size_t size)
{
    _cleanup_free_ char *text = NULL;
    char entry[160], path[256];
    int r = read_default_entry(ask, entry, sizeof(entry));

    if (r < 0)
        return r;
    /* The name comes from a file: it must not lead out of the folder. */
    if (strchr(entry, '/'))
        return -ENOENT;
    text_print(path, sizeof(path), "boot/loader/entries/%s.conf", entry);
    r = file_read(ask->root_fd, path, FILE_MAX_SMALL, &text);
    if (r < 0)
        return r;
    return find_value(text, "version", ' ', ret_release, size) ? 0 : -ENOENT;
}
