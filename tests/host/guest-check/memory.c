/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes and reads all memory that the kernel gives; checks lazily accepted memory. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

#define PAGE_SIZE    4096
#define WORDS_A_PAGE (PAGE_SIZE / sizeof(uint64_t))
/* Memory left for the kernel and for this program. */
#define RESERVE_KIB 49152
#define MIN_KIB     65536

static long unaccepted_before_kib = -1;

long meminfo_kib(const char *key)
{
    FILE *file = fopen("/proc/meminfo", "re");
    char line[128];
    size_t len = strlen(key);
    long kib = -1;

    if (!file)
        return -1;
    while (kib < 0 && fgets(line, sizeof(line), file))
        if (strncmp(line, key, len) == 0 && line[len] == ':' &&
            sscanf(line + len + 1, "%ld", &kib) != 1)
            kib = -1;
    (void)fclose(file);
    return kib;
}

/* The word for page number PAGE: never zero, and another one for each page. */
static uint64_t pattern(uint64_t page)
{
    return (page + 1) * 0x9e3779b97f4a7c15 | 1;
}

enum verdict check_memory_pressure(void)
{
    long available_kib = meminfo_kib("MemAvailable");
    long kib = available_kib - RESERVE_KIB;
    size_t pages, wrong = 0;
    uint64_t *words;
    int fd;

    unaccepted_before_kib = meminfo_kib("Unaccepted");
    if (kib < MIN_KIB)
        return says(FAIL, "only %ld KiB are available", available_kib);
    /* If memory gets short the kernel shall kill another process, so that this one can judge. */
    fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd >= 0) {
        (void)!write(fd, "-500", 4);
        (void)close(fd);
    }
    pages = (size_t)kib / (PAGE_SIZE / 1024);
    words = mmap(NULL, pages * PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                 0);
    if (words == MAP_FAILED)
        return says(FAIL, "%zu pages cannot be had", pages);
    /* Write both ends of each page, to find one of which only half is right, too. */
    for (size_t i = 0; i < pages; i++) {
        words[i * WORDS_A_PAGE] = pattern(i);
        words[(i + 1) * WORDS_A_PAGE - 1] = ~pattern(i);
    }
    for (size_t i = 0; i < pages; i++)
        wrong += words[i * WORDS_A_PAGE] != pattern(i) ||
                 words[(i + 1) * WORDS_A_PAGE - 1] != ~pattern(i);
    (void)munmap(words, pages * PAGE_SIZE);
    if (wrong)
        return says(FAIL, "%zu of %zu pages hold something else", wrong, pages);
    return says(PASS, "%ld MiB of %ld written and read", kib / 1024,
                meminfo_kib("MemTotal") / 1024);
}

/* When memory gets short the kernel accepts memory that it had not accepted yet. */
enum verdict check_memory_accepted(void)
{
    long now_kib = meminfo_kib("Unaccepted");

    if (!is_td())
        return says(SKIP, "not a TD");
    if (now_kib < 0)
        return says(SKIP, "this kernel does not tell what is unaccepted");
    if (unaccepted_before_kib > 0 && now_kib >= unaccepted_before_kib)
        return says(FAIL, "%ld KiB were unaccepted, %ld are after all memory was used",
                    unaccepted_before_kib, now_kib);
    return says(PASS, "%ld KiB unaccepted before all memory was used, %ld after",
                unaccepted_before_kib, now_kib);
}
