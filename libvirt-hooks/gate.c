/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * 50-tdx-host: the program that libvirt starts for every operation of every domain. It ends at once
 * if the domain cannot be a TD, and needs only the C library for that, so that other guests do not
 * wait. For the rest it executes hook-td.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "domain.h"
#include "file.h"
#include "policy.h"

#ifndef TDX_HOST_LIBEXECDIR
#    define TDX_HOST_LIBEXECDIR "/usr/libexec/tdx-host"
#endif

#define READ_LIMIT_S 10
#define OVERLAP      32 /* more than the longest word that may_be_td() looks for */

/* Exit status if the time is up; the handler of SIGALRM reads it. */
static volatile sig_atomic_t arg_timeout_status;

static void on_alarm(int signal)
{
    static const char text[] =
            "tdx-host: refused: timed-out: libvirt did not send the domain's XML in time\n";

    (void)signal;
    if (arg_timeout_status)
        (void)!write(STDERR_FILENO, text, sizeof(text) - 1);
    _exit(arg_timeout_status);
}

static bool is_concerned(enum operation operation)
{
    return operation != OPERATION_UNKNOWN && operation != OPERATION_STOPPED &&
           operation != OPERATION_ATTACH;
}

/* A domain without one of these words is neither a TD nor marked as one that must be a TD. */
static bool may_be_td(const char *xml)
{
    return strstr(xml, "launchSecurity") || strstr(xml, DOMAIN_NAMESPACE);
}

/* Looks for these words in what is left of an XML that is above the limit. Only TDs are refused for
 * their size. */
static bool rest_may_be_td(void)
{
    char text[64 * 1024];
    size_t kept = 0;
    ssize_t n;

    while ((n = read(STDIN_FILENO, text + kept, sizeof(text) - kept - 1)) != 0) {
        size_t len;

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return true;
        len = kept + (size_t)n;
        text[len] = '\0';
        if (strlen(text) != len || may_be_td(text))
            return true;
        /* A word can begin in this part and end in the next. */
        kept = len < OVERLAP ? len : OVERLAP;
        memmove(text, text + len - kept, kept);
    }
    return false;
}

static int refuse(enum operation operation, const char *object, const char *reason, int error)
{
    char name[128];

    if (!operation_may_refuse(operation))
        return 0;
    text_copy(name, sizeof(name), object);
    (void)fprintf(stderr, "tdx-host: %s: %s refused: %s: %s\n", name, operation_name(operation),
                  reason, strerror(-error));
    return 1;
}

/* Makes the XML standard input again, for hook-td: what was read from the pipe is gone from there.
 */
static int give_input(const char *xml, size_t len)
{
    _cleanup_close_ int fd = memfd_create("domain.xml", MFD_CLOEXEC);

    if (fd < 0 || write(fd, xml, len) != (ssize_t)len || lseek(fd, 0, SEEK_SET) < 0 ||
        dup2(fd, STDIN_FILENO) < 0)
        return -errno;
    return 0;
}

static int hand_over(char **argv)
{
    const char *dir = secure_getenv("TDX_HOST_LIBEXECDIR");
    char path[4096];

    (void)alarm(0);
    text_print(path, sizeof(path), "%s/hook-td", dir ? dir : TDX_HOST_LIBEXECDIR);
    (void)execv(path, argv);
    return -errno;
}

static int gate(enum operation operation, char **argv)
{
    struct sigaction action = { .sa_handler = on_alarm };
    _cleanup_free_ char *xml = NULL;
    size_t len;
    int r;

    arg_timeout_status = operation_may_refuse(operation);
    (void)sigaction(SIGALRM, &action, NULL);
    (void)alarm(READ_LIMIT_S);
    r = file_read_start(STDIN_FILENO, DOMAIN_MAX_XML, &xml, &len);
    if (r > 0 && !may_be_td(xml) && !rest_may_be_td())
        return 0;
    if (r > 0)
        r = -EFBIG;
    if (r < 0)
        return refuse(operation, argv[1], r == -EFBIG ? "xml-too-large" : "domain-xml", r);
    if (!may_be_td(xml))
        return 0;
    r = give_input(xml, len);
    if (r == 0)
        r = hand_over(argv);
    return refuse(operation, argv[1], "internal", r);
}

static int usage(FILE *to, int status)
{
    (void)fputs("Usage: 50-tdx-host OBJECT OPERATION SUB-OPERATION EXTRA <DOMAIN.XML\n"
                "libvirt's hook for TDX guests: refuses to start guests that would fail later or "
                "be unsafe.\n\n"
                "  --help     print this text\n"
                "  --version  print the version\n\n"
                "libvirt starts this program; tdxctl explain DOMAIN.XML says what it would do.\n"
                "See tdx-host-hook(8).\n",
                to);
    return status;
}

int main(int argc, char **argv)
{
    enum operation operation;

    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return usage(stdout, 0);
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        (void)printf("tdx-host %s\n", TDX_HOST_VERSION);
        return 0;
    }
    if (argc < 3)
        return usage(stderr, 2);
    operation = operation_parse(argv[2]);
    return is_concerned(operation) ? gate(operation, argv) : 0;
}
