/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "file.h"
#include "tests.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static int open_root(char *dir)
{
    int fd;

    assert_non_null(mkdtemp(dir));
    fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_true(fd >= 0);
    return fd;
}

/* No link and no ".." may lead to files outside of the root. */
static void links_stay_inside(void **state)
{
    char dir[] = "/tmp/tdx-host-file.XXXXXX", line[64];
    _cleanup_close_ int root = open_root(dir);

    (void)state;
    assert_int_equal(file_make_dir(root, "etc/a", 0700), 0);
    assert_int_equal(file_write_atomic(root, "etc/hostname", "inside\n", 0600), 0);
    assert_int_equal(symlinkat("/etc/hostname", root, "absolute"), 0);
    assert_int_equal(symlinkat("../../../../etc/hostname", root, "dots"), 0);
    assert_int_equal(file_read_line(root, "absolute", line, sizeof(line)), 0);
    assert_string_equal(line, "inside");
    assert_int_equal(file_read_line(root, "dots", line, sizeof(line)), 0);
    assert_string_equal(line, "inside");
    assert_int_equal(file_read_line(root, "../../../etc/hostname", line, sizeof(line)), 0);
    assert_string_equal(line, "inside");
    assert_int_equal(file_read_line(root, "/etc/hostname", line, sizeof(line)), 0);
    assert_string_equal(line, "inside");
    assert_int_equal(file_read_line(root, "etc/passwd", line, sizeof(line)), -ENOENT);
    assert_true(file_exists(root, "etc/hostname"));
    assert_false(file_exists(root, "etc/passwd"));
}

static void limits(void **state)
{
    char dir[] = "/tmp/tdx-host-file.XXXXXX";
    _cleanup_close_ int root = open_root(dir);
    char *text = NULL;

    (void)state;
    assert_int_equal(file_write_atomic(root, "f", "0123456789", 0600), 0);
    assert_int_equal(file_read(root, "f", 9, &text), -EFBIG);
    assert_null(text);
    assert_int_equal(file_read(root, "f", 10, &text), 0);
    assert_string_equal(text, "0123456789");
    free(text);
}

static void no_nul_inside(void **state)
{
    char dir[] = "/tmp/tdx-host-file.XXXXXX";
    _cleanup_close_ int root = open_root(dir);
    _cleanup_close_ int fd = openat(root, "f", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    _cleanup_free_ char *words = NULL;
    char *text = NULL;

    (void)state;
    assert_int_equal(write(fd, "a\0b", 3), 3);
    assert_int_equal(file_read(root, "f", 100, &text), -EINVAL);
    assert_null(text);
    assert_int_equal(file_read_words(root, "f", 100, &words), 0);
    assert_string_equal(words, "a\nb");
}

/* A reader sees the old text or the new one, never a part of it; no temporary file is left. */
static void writes_are_atomic(void **state)
{
    char dir[] = "/tmp/tdx-host-file.XXXXXX";
    _cleanup_close_ int root = open_root(dir);
    char line[64], **names;
    struct stat st;
    size_t count;

    (void)state;
    assert_int_equal(file_make_dir(root, "run/x", 0755), 0);
    assert_int_equal(file_write_atomic(root, "run/x/f", "one\n", 0644), 0);
    assert_int_equal(file_write_atomic(root, "run/x/f", "two\n", 0600), 0);
    assert_int_equal(file_read_line(root, "run/x/f", line, sizeof(line)), 0);
    assert_string_equal(line, "two");
    assert_int_equal(fstatat(root, "run/x/f", &st, 0), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(file_list(root, "run/x", 10, &names, &count), 0);
    assert_int_equal(count, 1);
    file_list_free(names, count);
    assert_int_equal(file_write_atomic(root, "no/folder", "x", 0600), -ENOENT);
    assert_int_equal(file_remove(root, "run/x/f"), 0);
    assert_int_equal(file_remove(root, "run/x/f"), -ENOENT);
}

static void lists_are_sorted_and_bounded(void **state)
{
    char dir[] = "/tmp/tdx-host-file.XXXXXX";
    _cleanup_close_ int root = open_root(dir);
    char **names = NULL;
    size_t count = 0;

    (void)state;
    assert_int_equal(file_write_atomic(root, "b", "", 0600), 0);
    assert_int_equal(file_write_atomic(root, "a", "", 0600), 0);
    assert_int_equal(file_write_atomic(root, ".hidden", "", 0600), 0);
    assert_int_equal(file_list(root, ".", 1, &names, &count), -E2BIG);
    assert_null(names);
    assert_int_equal(file_list(root, ".", 2, &names, &count), 0);
    assert_int_equal(count, 2);
    assert_string_equal(names[0], "a");
    assert_string_equal(names[1], "b");
    file_list_free(names, count);
}

static void only_the_end(void **state)
{
    char dir[] = "/tmp/tdx-host-file.XXXXXX";
    _cleanup_close_ int root = open_root(dir);
    _cleanup_free_ char *whole = NULL, *end = NULL;

    (void)state;
    assert_int_equal(file_write_atomic(root, "log", "first\nsecond\nthird\n", 0600), 0);
    assert_int_equal(file_read_end(root, "log", 64, &whole), 0);
    assert_string_equal(whole, "first\nsecond\nthird\n");
    /* The limit falls into a line, which is left out. */
    assert_int_equal(file_read_end(root, "log", 10, &end), 1);
    assert_string_equal(end, "third\n");
    assert_int_equal(file_read_end(root, "absent", 10, &end), -ENOENT);
}

static const struct CMUnitTest tests[] = {
    TEST("common.file-links-stay-inside", links_stay_inside),
    TEST("common.file-limits", limits),
    TEST("common.file-no-nul-inside", no_nul_inside),
    TEST("common.file-writes-are-atomic", writes_are_atomic),
    TEST("common.file-end", only_the_end),
    TEST("common.file-lists", lists_are_sorted_and_bounded),
};
TEST_LIST(file_list_list, tests);
