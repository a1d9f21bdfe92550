/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "file.h"
#include "host.h"

/* The columns of proc/net/unix: Num RefCount Protocol Flags Type St Inode Path. */
enum tri host_socket_listens(const struct ask *ask, const char *socket)
{
    const unsigned int listens = 1U << 16;
    _cleanup_free_ char *text = NULL;
    char *cursor, *line;

    if (file_read(ask->root_fd, "proc/net/unix", FILE_MAX_LARGE, &text) < 0)
        return TRI_UNKNOWN;
    cursor = text;
    while ((line = text_next_line(&cursor))) {
        const char *words[8] = { 0 };
        uint64_t flags;

        for (size_t i = 0; i < ARRAY_SIZE(words); i++)
            words[i] = text_next_word(&line);
        /* /var/run is a link to /run: the kernel lists the path that the daemon used, one or the
         * other. */
        if (!words[7] || text_to_u64_hex(words[3], &flags) < 0 || !(flags & listens))
            continue;
        if (strcmp(words[7], socket) == 0 ||
            (text_starts_with(socket, "/var/run/") && strcmp(words[7], socket + 4) == 0))
            return TRI_YES;
    }
    return TRI_NO;
}
