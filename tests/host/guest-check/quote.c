/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks the host for a quote: an error if no service is there, else the service's answer. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

#define CONFIGFS "/sys/kernel/config"
#define REQUEST  CONFIGFS "/tsm/report/guest-check"
/* tests/host/quote-stand-in answers with this text and the report that it was to quote. */
#define STAND_IN "tdx-host stand-in: this is no quote\n"

/* Returns the answer's length, 0 if there is no answer, or -errno. */
static ssize_t ask(const uint8_t reportdata[REPORTDATA_SIZE], uint8_t *answer, size_t size)
{
    ssize_t n;
    int fd = open(REQUEST "/inblob", O_WRONLY | O_CLOEXEC);

    if (fd < 0)
        return -errno;
    n = write(fd, reportdata, REPORTDATA_SIZE);
    if (n < 0)
        n = -errno;
    (void)close(fd);
    if (n < 0)
        return n;
    fd = open(REQUEST "/outblob", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    n = read(fd, answer, size);
    if (n < 0)
        n = -errno;
    (void)close(fd);
    return n;
}

static enum verdict judge(const uint8_t *answer, size_t size, struct report_request *request)
{
    const size_t mark = sizeof(STAND_IN) - 1;

    if (size != mark + sizeof(request->report) || memcmp(answer, STAND_IN, mark) != 0)
        return says(FAIL, "%zu bytes that the stand-in for a quoting service did not make", size);
    /* A report holds no time and no counter: the same request gives the same report again. */
    if (memcmp(answer + mark, &request->report, sizeof(request->report)) != 0)
        return says(FAIL, "the quoting service was asked to quote another report");
    return says(PASS, "the stand-in for a quoting service got this TD's report, and answered");
}

enum verdict check_quote(void)
{
    struct report_request request;
    uint8_t answer[8192];
    ssize_t n;

    if (!is_td())
        return says(SKIP, "not a TD");
    n = get_report(33, &request);
    if (n < 0)
        return says(FAIL, "/dev/tdx_guest: %s", strerror((int)-n));
    (void)mount("configfs", CONFIGFS, "configfs", 0, NULL);
    if (mkdir(REQUEST, 0700) < 0)
        return says(FAIL, "%s: %s", REQUEST, strerror(errno));
    n = ask(request.reportdata, answer, sizeof(answer));
    (void)rmdir(REQUEST);
    if (n <= 0)
        return says(PASS, "no quote: %s", n < 0 ? strerror((int)-n) : "the answer is empty");
    return judge(answer, (size_t)n, &request);
}
