/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "journal.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "file.h"
#include "text.h"

/* MESSAGE_ID of each kind: stable, documented in tdx-host-hook(8). */
static const struct {
    const char *message_id;
    int priority;
} kinds[] = {
    [JOURNAL_INFO] = { "7c9e6f3d1b0a4c55a3d4e0a9f8b21c01", 6 },
    [JOURNAL_WARNING] = { "7c9e6f3d1b0a4c55a3d4e0a9f8b21c02", 4 },
    [JOURNAL_REFUSAL] = { "7c9e6f3d1b0a4c55a3d4e0a9f8b21c03", 3 },
};

static void send_live(const char *text)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX,
                                   .sun_path = "/run/systemd/journal/socket" };
    _cleanup_close_ int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd >= 0)
        (void)sendto(fd, text, strlen(text), MSG_NOSIGNAL, (struct sockaddr *)&address,
                     sizeof(address));
}

static void append_recorded(int root_fd, const char *text)
{
    _cleanup_close_ int dir_fd = -1, fd = -1;

    if (file_make_dir(root_fd, "run/tdx-host", 0755) == 0)
        dir_fd = file_open(root_fd, "run/tdx-host", O_RDONLY | O_DIRECTORY);
    if (dir_fd < 0)
        return;
    fd = openat(dir_fd, "journal", O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    if (fd >= 0)
        (void)!write(fd, text, strlen(text));
}

void journal_send(const struct journal *journal, const struct journal_record *record)
{
    char text[2048];

    /* In this format a newline ends a field. No value has one: text_copy() replaced control
     * characters, other values are constants. */
    text_print(text, sizeof(text),
               "MESSAGE=%s\nMESSAGE_ID=%s\nPRIORITY=%d\nSYSLOG_IDENTIFIER=tdx-host-hook\n"
               "TDX_HOST_REASON=%s\nTDX_HOST_OPERATION=%s\nTDX_HOST_DOMAIN=%s\nTDX_HOST_UUID=%s\n",
               record->message, kinds[record->kind].message_id, kinds[record->kind].priority,
               record->reason, record->operation, record->domain, record->uuid);
    if (journal->is_live)
        send_live(text);
    else
        append_recorded(journal->root_fd, text);
}
