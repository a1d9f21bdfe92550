/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tdxctl explain: says what a status code, a name, an error line, a log or a domain's XML means. */
#include "explain.h"

#include <fcntl.h>
#include <string.h>

#include "domain.h"
#include "file.h"
#include "json.h"

#define SCHEMA "tdx-host.explain.v1"

/* What --json prints; both are NULL without it. */
struct explained {
    json_object *list;
    json_object *domain;
};

static bool is_xml(const char *text)
{
    static const char mark[] = "\xef\xbb\xbf"; /* byte order mark */

    if (text_starts_with(text, mark))
        text += strlen(mark);
    return text[strspn(text, " \t\r\n")] == '<';
}

static bool exists(const char *argument)
{
    return strcmp(argument, "-") == 0 || access(argument, F_OK) == 0;
}

/* A text with blanks is no file name. */
static bool looks_like_file(const char *argument)
{
    return !strpbrk(argument, " \t\n") &&
           (text_ends_with(argument, ".xml") || strchr(argument, '/'));
}

static int explain_file(struct ctl *ctl, const char *path, struct explained *explained)
{
    bool is_stdin = strcmp(path, "-") == 0;
    _cleanup_close_ int fd =
            is_stdin ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open(path, O_RDONLY | O_CLOEXEC);
    _cleanup_free_ char *text = NULL;
    size_t len;
    int r;

    if (fd < 0)
        return ctl_error("cannot open %s: %s", path, strerror(errno));
    r = file_read_fd(fd, DOMAIN_MAX_XML, &text, &len);
    if (r < 0)
        return ctl_error("cannot read %s: %s", path, strerror(-r));
    if (is_xml(text) || text_ends_with(path, ".xml"))
        return explain_domain(ctl, text, len, ctl->is_json ? &explained->domain : NULL);
    return explain_lines(text, explained->list);
}

/* A line that the shell split into several arguments becomes one line again. */
static void join(int argc, char **argv, char *line, size_t size)
{
    size_t len = 0;

    line[0] = '\0';
    for (int i = 1; i < argc && len + 1 < size; i++) {
        text_print(line + len, size - len, "%s%s", i > 1 ? " " : "", argv[i]);
        len = strlen(line);
    }
}

static int explain(struct ctl *ctl, int argc, char **argv, struct explained *explained)
{
    char line[16384];

    if (argc == 2 && exists(argv[1]))
        return explain_file(ctl, argv[1], explained);
    join(argc, argv, line, sizeof(line));
    if (strchr(line, '\n'))
        return explain_lines(line, explained->list);
    if ((argc == 2 && explain_number(line, explained->list)) || explain_line(line, explained->list))
        return CTL_OK;
    if (argc == 2 && looks_like_file(argv[1]))
        return explain_file(ctl, argv[1], explained);
    return ctl_error("\"%s\" is not known; give a status code (0x and 16 digits), a name that "
                     "tdxctl or the hook printed, a line of the log of the kernel, QEMU, libvirt "
                     "or QGS, or an XML file",
                     line);
}

int verb_explain(struct ctl *ctl, int argc, char **argv)
{
    struct explained explained = { 0 };
    struct host_tdx tdx;
    json_object *root;
    int status;

    if (argc < 2)
        return ctl_error("explain needs a status code, an error line or a domain's XML file");
    if (!ctl->is_json)
        return explain(ctl, argc, argv, &explained);
    root = json_object_new_object();
    explained.list = json_object_new_array();
    status = explain(ctl, argc, argv, &explained);
    host_read_tdx_admission(&ctl->ask, &tdx);
    json_add_text(root, "schema", SCHEMA);
    json_add_text(root, "warning", host_backend_warning(tdx.backend));
    (void)json_object_object_add(root, "exit_status", json_object_new_int(status));
    (void)json_object_object_add(root, "explanations", explained.list);
    (void)json_object_object_add(root, "domain", explained.domain);
    /* After an error stderr says what is wrong, and there is nothing to print. */
    if (status == CTL_UNDECIDED)
        json_object_put(root);
    else
        json_print(root);
    return status;
}
