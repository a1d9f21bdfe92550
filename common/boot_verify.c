/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "boot_verify.h"

#include <fcntl.h>
#include <string.h>

#include "file.h"
#include "text.h"

#define PIECE 65536

/* What an initramfs begins with: a cpio archive, or one that is compressed. */
static const struct {
    const char *bytes;
    size_t len;
} initramfs_magics[] = {
    { "070701", 6 },
    { "070702", 6 },
    { "\x1f\x8b", 2 },
    { "\x28\xb5\x2f\xfd", 4 },
    { "\xfd"
      "7zXZ",
      5 },
    { "\x02\x21\x4c\x18", 4 },
    { "BZh", 3 },
};

static ssize_t read_piece(int fd, char *piece)
{
    size_t len = 0;

    while (len < PIECE) {
        ssize_t n = read(fd, piece + len, PIECE - len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        len += (size_t)n;
    }
    return (ssize_t)len;
}

static int open_named(int root_fd, const char *named)
{
    char path[320];

    boot_entry_file(root_fd, named, path, sizeof(path));
    return file_open(root_fd, path, O_RDONLY);
}

/* Returns 1 if both files hold the same, 0 if not. */
static int same(int a, int b)
{
    _cleanup_free_ char *piece_a = malloc(PIECE), *piece_b = malloc(PIECE);

    if (!piece_a || !piece_b)
        return -ENOMEM;
    for (;;) {
        ssize_t len_a = read_piece(a, piece_a), len_b = read_piece(b, piece_b);

        if (len_a < 0 || len_b < 0)
            return (int)(len_a < 0 ? len_a : len_b);
        if (len_a != len_b || memcmp(piece_a, piece_b, (size_t)len_a) != 0)
            return 0;
        if (len_a == 0)
            return 1;
    }
}

static int missing(char *words, size_t size, const char *what, const char *name)
{
    text_print(words, size, "%s %.*s", what, (int)strcspn(name, " \t"), name);
    return -ENODATA;
}

/* The package has the image below lib/modules; what is in /boot is a copy that a full disk cuts. */
static int verify_image(int root_fd, const struct boot_entry *entry, char *words, size_t size)
{
    _cleanup_close_ int fd = open_named(root_fd, entry->linux_path), packaged = -1;
    char path[160];
    int r;

    if (!entry->linux_path[0] || fd == -ENOENT)
        return missing(words, size, "there is no boot image", entry->linux_path);
    if (fd < 0)
        return fd;
    text_print(path, sizeof(path), "lib/modules/%s/vmlinuz", entry->release);
    packaged = file_open(root_fd, path, O_RDONLY);
    if (packaged < 0)
        return missing(words, size, "there is no", path);
    r = same(fd, packaged);
    if (r < 0)
        return r;
    return r ? 0
             : missing(words, size, "the package has another boot image than", entry->linux_path);
}

static int verify_initramfs(int root_fd, const struct boot_entry *entry, char *words, size_t size)
{
    _cleanup_close_ int fd = open_named(root_fd, entry->initrd_path);
    char start[8] = "";
    ssize_t n;

    if (!entry->initrd_path[0] || fd == -ENOENT)
        return missing(words, size, "there is no initramfs", entry->initrd_path);
    if (fd < 0)
        return fd;
    n = read(fd, start, sizeof(start));
    if (n < 0)
        return -errno;
    for (size_t i = 0; i < ARRAY_SIZE(initramfs_magics); i++)
        if ((size_t)n >= initramfs_magics[i].len &&
            memcmp(start, initramfs_magics[i].bytes, initramfs_magics[i].len) == 0)
            return 0;
    return missing(words, size, "no initramfs is in", entry->initrd_path);
}

static int verify_modules(int root_fd, const struct boot_entry *entry, char *words, size_t size)
{
    char path[160];

    text_print(path, sizeof(path), "lib/modules/%s/modules.dep", entry->release);
    return file_exists(root_fd, path) ? 0 : missing(words, size, "there is no", path);
}

static int verify_arguments(int root_fd, const struct boot_entry *entry, char *words, size_t size)
{
    (void)root_fd;
    return entry->has_options
                   ? 0
                   : missing(words, size, "there are no options in the entry", entry->id);
}

int boot_verify(int root_fd, const struct boot_entry *entry, char *ret_words, size_t size)
{
    static int (*const parts[])(int, const struct boot_entry *, char *, size_t) = {
        verify_image,
        verify_initramfs,
        verify_modules,
        verify_arguments,
    };
    int r = 0;

    for (size_t i = 0; i < ARRAY_SIZE(parts) && r == 0; i++)
        r = parts[i](root_fd, entry, ret_words, size);
    if (r < 0 && r != -ENODATA)
        text_print(ret_words, size, "%s", strerror(-r));
    return r;
}
