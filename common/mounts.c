/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mounts.h"

#include <string.h>

#include "file.h"
#include "text.h"

#define MOUNTINFO "proc/self/mountinfo"

/* Is path the folder, or below it? */
static bool is_below(const char *path, const char *folder)
{
    size_t len = strlen(folder);

    if (strcmp(folder, "/") == 0)
        return true;
    return strncmp(path, folder, len) == 0 && (path[len] == '/' || path[len] == '\0');
}

/* A line: ID PARENT MAJOR:MINOR ROOT POINT OPTIONS [TAG...] - TYPE SOURCE SUPER-OPTIONS */
static int parse_line(char *line, struct mount *ret_mount)
{
    char *fields[6], *type, *source, *options, *tag;
    struct mount mount = { 0 };

    for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
        fields[i] = text_next_word(&line);
        if (!fields[i])
            return -EBADMSG;
    }
    while ((tag = text_next_word(&line)) && strcmp(tag, "-") != 0)
        ;
    type = text_next_word(&line);
    source = text_next_word(&line);
    options = text_next_word(&line);
    if (!type || !source)
        return -EBADMSG;
    text_copy(mount.device, sizeof(mount.device), fields[2]);
    text_copy(mount.point, sizeof(mount.point), fields[4]);
    text_copy(mount.type, sizeof(mount.type), type);
    text_copy(mount.source, sizeof(mount.source), source);
    mount.is_read_only =
            text_starts_with(fields[5], "ro,") || strcmp(fields[5], "ro") == 0 ||
            (options && (text_starts_with(options, "ro,") || strcmp(options, "ro") == 0));
    *ret_mount = mount;
    return 0;
}

int mount_of(int root_fd, const char *path, struct mount *ret_mount)
{
    _cleanup_free_ char *text = NULL;
    int r = file_read(root_fd, MOUNTINFO, FILE_MAX_LARGE, &text);
    struct mount found = { 0 };
    char *rest = text, *line;

    if (r < 0)
        return r;
    while ((line = text_next_line(&rest))) {
        struct mount mount;

        /* Of two mounts at the same point the later one is seen. */
        if (parse_line(line, &mount) == 0 && is_below(path, mount.point) &&
            strlen(mount.point) >= strlen(found.point))
            found = mount;
    }
    if (!found.point[0])
        return -ENOENT;
    *ret_mount = found;
    return 0;
}

const char *mount_layer(int root_fd, const struct mount *mount)
{
    static const struct {
        const char *prefix; /* of the device mapper's UUID */
        const char *layer;
    } mapped[] = {
        { "LVM-", "LVM" },
        { "CRYPT-", "dm-crypt" },
        { "VDO-", "VDO" },
    };
    char path[96], uuid[160];

    /* A partition of an array has the array as the folder above its own. */
    for (int above = 0; above < 2; above++) {
        text_print(path, sizeof(path), "sys/dev/block/%s%s/md", mount->device, above ? "/.." : "");
        if (file_exists(root_fd, path))
            return "MD RAID";
    }
    text_print(path, sizeof(path), "sys/dev/block/%s/dm/uuid", mount->device);
    if (file_read_line(root_fd, path, uuid, sizeof(uuid)) < 0)
        return NULL;
    for (size_t i = 0; i < ARRAY_SIZE(mapped); i++)
        if (text_starts_with(uuid, mapped[i].prefix))
            return mapped[i].layer;
    return NULL;
}
