/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "qemu.h"

#include <string.h>

#include "file.h"
#include "text.h"

uint64_t qemu_pid(const struct ask *ask, const char *name)
{
    char path[256];
    uint64_t pid;

    /* The name comes from XML: it must not lead out of the folder. */
    if (strchr(name, '/'))
        return 0;
    text_print(path, sizeof(path), "run/libvirt/qemu/%s.pid", name);
    return file_read_u64(ask->root_fd, path, &pid) < 0 ? 0 : pid;
}

enum tri qemu_is_td(const struct ask *ask, uint64_t pid)
{
    _cleanup_free_ char *text = NULL;
    char path[64];

    if (!pid)
        return TRI_UNKNOWN;
    text_print(path, sizeof(path), "proc/%llu/cmdline", (unsigned long long)pid);
    if (file_read_words(ask->root_fd, path, FILE_MAX_LARGE, &text) < 0)
        return TRI_UNKNOWN;
    return tri_of(strstr(text, "tdx-guest") && strstr(text, "confidential-guest-support="));
}
