/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The disk: data that is written must be read back; in a TD it passes through shared buffers. */
#define O_DIRECT_SIZE (1 << 20)

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

#define PATH_DATA "/var/guest-check.data"
#define NR_CHUNKS 24
#define IO_TLB    "/sys/kernel/debug/swiotlb/"

/* Most bounce-buffer slots that were seen in use. */
static long most_used = -1;

static long read_number(const char *path)
{
    char line[32], *end;
    long value;

    if (!read_line(path, line, sizeof(line)))
        return -1;
    value = strtol(line, &end, 10);
    return *end ? -1 : value;
}

static void fill(uint64_t *chunk, uint64_t seed)
{
    for (size_t i = 0; i < O_DIRECT_SIZE / sizeof(*chunk); i++) {
        seed = seed * 6364136223846793005 + 1442695040888963407;
        chunk[i] = seed ^ seed >> 29;
    }
}

static bool transfer(int fd, bool is_write, void *chunk, size_t nr)
{
    off_t at = (off_t)nr * O_DIRECT_SIZE;
    ssize_t n =
            is_write ? pwrite(fd, chunk, O_DIRECT_SIZE, at) : pread(fd, chunk, O_DIRECT_SIZE, at);
    long used = read_number(IO_TLB "io_tlb_used");

    if (used > most_used)
        most_used = used;
    return n == O_DIRECT_SIZE;
}

static enum verdict write_and_read(int fd, uint64_t *chunk)
{
    uint8_t digests[NR_CHUNKS][SHA384_SIZE], digest[SHA384_SIZE];

    for (size_t i = 0; i < NR_CHUNKS; i++) {
        fill(chunk, i);
        sha384(chunk, O_DIRECT_SIZE, digests[i]);
        if (!transfer(fd, true, chunk, i))
            return says(FAIL, "write: %s", strerror(errno));
    }
    if (fsync(fd) < 0)
        return says(FAIL, "fsync: %s", strerror(errno));
    for (size_t i = 0; i < NR_CHUNKS; i++) {
        memset(chunk, 0, O_DIRECT_SIZE);
        if (!transfer(fd, false, chunk, i))
            return says(FAIL, "read: %s", strerror(errno));
        sha384(chunk, O_DIRECT_SIZE, digest);
        if (memcmp(digest, digests[i], sizeof(digest)) != 0)
            return says(FAIL, "MiB %zu is not what was written", i);
    }
    return says(PASS, "%d MiB written past the page cache, read back, digests agree", NR_CHUNKS);
}

enum verdict check_disk(void)
{
    enum verdict verdict;
    void *chunk;
    int fd;

    (void)mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL);
    if (posix_memalign(&chunk, 4096, O_DIRECT_SIZE) != 0)
        return says(FAIL, "no memory");
    fd = open(PATH_DATA, O_RDWR | O_CREAT | O_TRUNC | O_DIRECT | O_CLOEXEC, 0600);
    verdict = fd < 0 ? says(FAIL, "%s: %s", PATH_DATA, strerror(errno)) : write_and_read(fd, chunk);
    if (fd >= 0)
        (void)close(fd);
    (void)unlink(PATH_DATA);
    free(chunk);
    return verdict;
}

/* A device cannot reach private memory: its data passes through bounce buffers in shared memory. */
enum verdict check_swiotlb(void)
{
    long slots = read_number(IO_TLB "io_tlb_nslabs");

    if (!is_td())
        return says(SKIP, "not a TD");
    if (slots < 0)
        return says(SKIP, "the kernel does not tell: no %s", IO_TLB);
    if (slots == 0)
        return says(FAIL, "no bounce buffers");
    return says(PASS, "%ld slots, %ld seen in use while the disk was written and read", slots,
                most_used);
}
