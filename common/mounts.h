/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which file system, on which kind of device, a path is on. */
#pragma once

#include "util.h"

struct mount {
    char point[256];
    char type[32]; /* as ext4 */
    char source[128];
    char device[16]; /* MAJOR:MINOR */
    bool is_read_only;
};

/* Looks in proc/self/mountinfo for the mount that holds an absolute path. -ENOENT if none does. */
int mount_of(int root_fd, const char *path, struct mount *ret_mount);

/* What the device is made of that GRUB cannot write to, as "LVM"; NULL if it is a plain disk. */
const char *mount_layer(int root_fd, const struct mount *mount);
