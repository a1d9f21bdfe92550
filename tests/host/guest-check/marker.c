/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A page of random bytes, which the host's tests look for in the host's memory. */
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/random.h>

#include "check.h"

#define PAGE_SIZE    4096
#define MARKER_BYTES 32

/*
 * The page stays until the guest ends. Only the complement of its bytes is printed, so that the
 * bytes themselves get to the host by no other way than this page.
 */
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
