/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Firmware, vCPUs, clocks. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#define SECURE_BOOT "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define MAX_CPUS    64
#define NR_READS    20000
#define NR_TICKS    10
#define TICK_NS     20000000
#define NS_PER_S    1000000000LL
/* 2026-01-01, when this was written: a clock that shows less is wrong. */
#define WRITTEN_S 1767225600

enum verdict check_secure_boot(void)
{
    char lockdown[128] = "";
    uint8_t variable[5];
    int fd = open(SECURE_BOOT, O_RDONLY | O_CLOEXEC);
    ssize_t n;

    if (fd < 0)
        return says(SKIP, "no EFI variables: %s", strerror(errno));
    n = read(fd, variable, sizeof(variable));
    (void)close(fd);
    if (n != (ssize_t)sizeof(variable) || variable[4] != 1)
        return says(FAIL, "secure boot is off");
    if (!read_line("/sys/kernel/security/lockdown", lockdown, sizeof(lockdown)))
        return says(FAIL, "secure boot is on, and the kernel has no lockdown");
    if (strstr(lockdown, "[none]"))
        return says(FAIL, "secure boot is on, and the kernel not locked down");
    return says(PASS, "on, lockdown %s", lockdown);
}

/* The last time that any vCPU has read, and by how much a later reading was ever below it. */
static struct {
    long long last_ns;
    long long back_ns;
    pthread_mutex_t lock;
} shared = { .lock = PTHREAD_MUTEX_INITIALIZER };

static long long clock_ns(clockid_t id)
{
    struct timespec now;

    (void)clock_gettime(id, &now);
    return now.tv_sec * NS_PER_S + now.tv_nsec;
}

static void *read_clock(void *cpu)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET((size_t)(uintptr_t)cpu, &set);
    if (sched_setaffinity(0, sizeof(set), &set) < 0)
        return (void *)"could not run on a vCPU";
    for (unsigned int i = 0; i < NR_READS; i++) {
        long long now;

        (void)pthread_mutex_lock(&shared.lock);
        now = clock_ns(CLOCK_MONOTONIC);
        if (shared.last_ns - now > shared.back_ns)
            shared.back_ns = shared.last_ns - now;
        shared.last_ns = now;
        (void)pthread_mutex_unlock(&shared.lock);
    }
    return NULL;
}

/* Runs read_clock() on every vCPU at once. Returns NULL or what went wrong. */
static const char *on_all_cpus(long nr)
{
    const char *wrong = NULL;
    pthread_t threads[MAX_CPUS];
    long started = 0;

    for (; started < nr; started++)
        if (pthread_create(&threads[started], NULL, read_clock, (void *)(uintptr_t)started) != 0) {
            wrong = "no thread";
            break;
        }
    while (started--) {
        void *said;

        (void)pthread_join(threads[started], &said);
        if (said)
            wrong = said;
    }
    return wrong;
}

enum verdict check_vcpus_online(void)
{
    long online = sysconf(_SC_NPROCESSORS_ONLN), present = sysconf(_SC_NPROCESSORS_CONF);
    const char *wrong;

    if (online != present || online > MAX_CPUS)
        return says(FAIL, "%ld online of %ld", online, present);
    wrong = on_all_cpus(online);
    if (wrong)
        return says(FAIL, "%s", wrong);
    return says(PASS, "%ld, each ran", online);
}

enum verdict check_clock(void)
{
    char source[64] = "unknown";
    long long realtime_s = clock_ns(CLOCK_REALTIME) / NS_PER_S;
    struct timespec pause = { .tv_nsec = 50000000 };
    long long before = clock_ns(CLOCK_MONOTONIC), slept;

    (void)clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
    slept = clock_ns(CLOCK_MONOTONIC) - before;
    (void)read_line("/sys/devices/system/clocksource/clocksource0/current_clocksource", source,
                    sizeof(source));
    if (shared.back_ns > 0)
        return says(FAIL, "%s went back by %lld ns between vCPUs", source, shared.back_ns);
    if (slept < pause.tv_nsec)
        return says(FAIL, "a pause of %ld ns took %lld ns", pause.tv_nsec, slept);
    if (realtime_s < WRITTEN_S)
        return says(FAIL, "the time of day is %lld, before this program was written", realtime_s);
    return says(PASS, "%s, never back, no pause too short", source);
}

enum verdict check_timers(void)
{
    struct itimerspec every = { .it_interval.tv_nsec = TICK_NS, .it_value.tv_nsec = TICK_NS };
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    long long begin = clock_ns(CLOCK_MONOTONIC), took;
    uint64_t ticks = 0;

    if (fd < 0 || timerfd_settime(fd, 0, &every, NULL) < 0)
        return says(FAIL, "no timer: %s", strerror(errno));
    while (ticks < NR_TICKS) {
        uint64_t more;

        if (read(fd, &more, sizeof(more)) != (ssize_t)sizeof(more))
            return says(FAIL, "a timer did not tick: %s", strerror(errno));
        ticks += more;
    }
    took = clock_ns(CLOCK_MONOTONIC) - begin;
    (void)close(fd);
    if (took < (long long)ticks * TICK_NS)
        return says(FAIL, "%d ticks came after %lld ns", (int)ticks, took);
    return says(PASS, "%d ticks, none early", (int)ticks);
}
