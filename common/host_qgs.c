/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads struct host_qgs: the socket of the quote generation service, and the source of
 * certificates. */
#include <string.h>
#include <sys/stat.h>

#include "file.h"
#include "host.h"

#define QCNL_CONF "etc/sgx_default_qcnl.conf"
#define QGS_CONF  "etc/qgs.conf"

/* Reads "port = 4050": with a port QGS listens on vsock, and not on the socket that QEMU uses. */
static void read_port(const struct ask *ask, struct host_qgs *qgs)
{
    _cleanup_free_ char *text = NULL;
    char *cursor, *line;

    if (file_read(ask->root_fd, QGS_CONF, FILE_MAX_SMALL, &text) < 0)
        return;
    cursor = text;
    while ((line = text_next_line(&cursor))) {
        line = text_trim(line);
        if (text_starts_with(line, "port"))
            (void)text_u64_after(line, "=", false, &qgs->vsock_port);
    }
}

/* The file is JSON with // comments since DCAP 1.10, which a JSON parser refuses. Only one value is
 * needed: search for it. */
static void read_qcnl(const struct ask *ask, struct host_qgs *qgs)
{
    _cleanup_free_ char *text = NULL;
    char *cursor, *line;

    if (file_read(ask->root_fd, QCNL_CONF, FILE_MAX_SMALL, &text) < 0)
        return;
    qgs->has_qcnl_conf = true;
    cursor = text;
    while ((line = text_next_line(&cursor))) {
        const char *start, *end;

        line = text_trim(line);
        if (!text_starts_with(line, "\"pccs_url\""))
            continue;
        start = strstr(line + strlen("\"pccs_url\""), "\"");
        end = start ? strchr(start + 1, '"') : NULL;
        if (end)
            text_print(qgs->pccs_url, sizeof(qgs->pccs_url), "%.*s", (int)(end - start - 1),
                       start + 1);
    }
}

void host_read_qgs(const struct ask *ask, const char *socket, struct host_qgs *ret_qgs)
{
    struct host_qgs qgs = { 0 };
    mode_t mode;

    text_copy(qgs.socket, sizeof(qgs.socket), socket);
    qgs.listening = host_socket_listens(ask, socket);
    if (file_mode(ask->root_fd, socket, &mode) == 0 && S_ISSOCK(mode))
        qgs.group_can_connect = tri_of(mode & 0022);
    read_port(ask, &qgs);
    read_qcnl(ask, &qgs);
    *ret_qgs = qgs;
}
