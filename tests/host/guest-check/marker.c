/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A page that nobody but this guest has, for a host that looks for it in its own memory. */
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/random.h>

#include "check.h"

#define PAGE_SIZE    4096
#define MARKER_BYTES 32

/* Stays until the guest ends. What is told is its complement: the host, and what it writes down,
 * never have the marker itself. */
enum verdict check_marker(void)
{
    uint8_t *page =
            mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char told[2 * MARKER_BYTES + 1];

    if (page == MAP_FAILED || mlock(page, PAGE_SIZE))
        return says(FAIL, "no page to keep it in");
    if (getrandom(page, MARKER_BYTES, 0) != MARKER_BYTES)
        return says(FAIL, "no random numbers");
    for (size_t i = 0; i < MARKER_BYTES; i++)
        (void)sprintf(told + 2 * i, "%02x", (uint8_t)~page[i]);
    return says(PASS, "%s", told);
}
