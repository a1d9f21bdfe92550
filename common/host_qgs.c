/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads struct host_qgs: the socket of the quote generation service, and the source of
 * certificates. */
#include <string.h>
#include <sys/stat.h>

#include "file.h"
#include "host.h"

#define QGS_CONF "etc/qgs.conf"

/* Intel's packages, then those of SUSE. */
static const char *const qcnl_files[] = { "etc/sgx_default_qcnl.conf", "etc/dcap/qcnl.conf",
                                          "run/dcap/qcnl.conf" };

/* The unit that an administrator wrote overrides the one of the package. */
static const char *const units[] = { "etc/systemd/system/qgsd.service.d/override.conf",
                                     "etc/systemd/system/qgsd.service",
                                     "usr/lib/systemd/system/qgsd.service",
                                     "lib/systemd/system/qgsd.service" };

static void set_port(struct host_qgs *qgs, uint64_t port, const char *file)
{
    qgs->vsock_port = port;
    text_copy(qgs->port_file, sizeof(qgs->port_file), file);
}

/* "ExecStart=/opt/intel/tdx-qgs/qgs -p=4050": an argument is stronger than the file. */
static void read_unit(const struct ask *ask, const char *path, struct host_qgs *qgs)
{
    _cleanup_free_ char *text = NULL;
    char *cursor, *line;
    uint64_t port;

    if (file_read(ask->root_fd, path, FILE_MAX_SMALL, &text) < 0)
        return;
    cursor = text;
    while ((line = text_next_line(&cursor)))
        if (text_starts_with(text_trim(line), "ExecStart=") &&
            (text_u64_after(line, " -p=", false, &port) == 0 ||
             text_u64_after(line, " --port=", false, &port) == 0))
            set_port(qgs, port, path);
}

/* Reads "port = 4050": with a port QGS listens on vsock, and not on the socket that QEMU uses. */
static void read_port(const struct ask *ask, struct host_qgs *qgs)
{
    _cleanup_free_ char *text = NULL;
    char *cursor, *line;
    uint64_t port;

    if (file_read(ask->root_fd, QGS_CONF, FILE_MAX_SMALL, &text) < 0)
        return;
    cursor = text;
    while ((line = text_next_line(&cursor))) {
        line = text_trim(line);
        if (text_starts_with(line, "port") && text_u64_after(line, "=", false, &port) == 0)
            set_port(qgs, port, QGS_CONF);
    }
}

/* The file is JSON with // comments since DCAP 1.10, which a JSON parser refuses. Only one value is
 * needed: search for it. */
static void read_qcnl(const struct ask *ask, struct host_qgs *qgs)
{
    _cleanup_free_ char *text = NULL;
    char *cursor, *line;

    for (size_t i = 0; i < ARRAY_SIZE(qcnl_files) && !text; i++)
        if (file_read(ask->root_fd, qcnl_files[i], FILE_MAX_SMALL, &text) == 0)
            text_copy(qgs->qcnl_file, sizeof(qgs->qcnl_file), qcnl_files[i]);
    cursor = text;
    while ((line = text_next_line(&cursor))) {
        const char *key = strstr(line, "\"pccs_url\""), *start, *end;

        if (!key || text_starts_with(text_trim(line), "//"))
            continue;
        start = strchr(key + strlen("\"pccs_url\""), '"');
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
    for (size_t i = 0; i < ARRAY_SIZE(units) && !qgs.vsock_port; i++)
        read_unit(ask, units[i], &qgs);
    read_qcnl(ask, &qgs);
    *ret_qgs = qgs;
}
