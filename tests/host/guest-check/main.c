/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest-check: checks the guest that it runs in; prints KTAP. Exit status 0 if no check failed. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "check.h"

static char said[256];

static const struct {
    const char *id;
    enum verdict (*run)(void);
} checks[] = {
    { "guest.tdx-detected", check_tdx_detected },
    { "guest.attributes", check_attributes },
    { "guest.secure-boot", check_secure_boot },
    { "guest.vcpus-online", check_vcpus_online },
    { "guest.clock", check_clock },
    { "guest.timers", check_timers },
    { "guest.marker", check_marker },
    { "guest.disk", check_disk },
    { "guest.swiotlb", check_swiotlb },
    { "guest.memory-pressure", check_memory_pressure },
    { "guest.memory-accepted", check_memory_accepted },
    { "guest.tdreport", check_tdreport },
    { "guest.rtmr-extend", check_rtmr_extend },
    { "guest.quote", check_quote },
};

#define NR_CHECKS (sizeof(checks) / sizeof(checks[0]))

enum verdict says(enum verdict verdict, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (vsnprintf(said, sizeof(said), format, args) < 0)
        said[0] = '\0';
    va_end(args);
    return verdict;
}

bool read_line(const char *path, char *line, size_t size)
{
    FILE *file = fopen(path, "re");
    bool is_read;

    if (!file)
        return false;
    is_read = fgets(line, (int)size, file) != NULL;
    (void)fclose(file);
    if (is_read)
        line[strcspn(line, "\n")] = '\0';
    return is_read;
}

int main(void)
{
    unsigned int failed = 0;

    (void)printf("KTAP version 1\n1..%zu\n", NR_CHECKS);
    for (size_t i = 0; i < NR_CHECKS; i++) {
        enum verdict verdict;

        said[0] = '\0';
        verdict = checks[i].run();
        failed += verdict == FAIL;
        (void)printf("%s %zu - %s # %s%s\n", verdict == FAIL ? "not ok" : "ok", i + 1, checks[i].id,
                     verdict == SKIP ? "SKIP " : "", said);
        (void)fflush(stdout);
    }
    (void)printf("guest-check: %u of %zu failed\n", failed, NR_CHECKS);
    (void)fflush(stdout);
    /* The guest powers itself off next: let the console have all of it first. */
    (void)tcdrain(STDOUT_FILENO);
    return failed != 0;
}
