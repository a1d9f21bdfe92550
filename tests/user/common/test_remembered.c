/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "remembered.h"
#include "tests.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "file.h"

static int make_root(void **state)
{
    char dir[] = "/tmp/tdx-host-test.XXXXXX";

    if (!mkdtemp(dir))
        return -1;
    *state = strdup(dir);
    return *state ? 0 : -1;
}

static int remove_root(void **state)
{
    static const char *const names[] = { REMEMBERED_FILE, REMEMBERED_DIR, "var/lib", "var", "." };

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        char path[128];

        (void)snprintf(path, sizeof(path), "%s/%s", (const char *)*state, names[i]);
        (void)remove(path);
    }
    free(*state);
    return 0;
}

static struct host example(void)
{
    struct host host = { .virt = { .has_qemu = true, .qemu = { 11, 1, 2 } } };

    host.tdx.has_module_version = true;
    host.tdx.module_version = (struct version){ 1, 5, 5 };
    host.tdx.module_build_date.error = -ENOENT;
    text_copy(host.cpu.bios, sizeof(host.cpu.bios), "2.7.5 of 09/05/2025");
    text_copy(host.kernel.release, sizeof(host.kernel.release), "6.12.1+tdx");
    return host;
}

static void changes_are_told(void **state)
{
    _cleanup_close_ int root_fd = open(*state, O_PATH | O_DIRECTORY | O_CLOEXEC);
    struct host host = example();
    struct remembered remembered;

    remembered_compare(root_fd, &host, &remembered);
    assert_int_equal(remembered.error, -ENOENT);
    assert_int_equal(remembered_write(root_fd, &host), 0);
    remembered_compare(root_fd, &host, &remembered);
    assert_int_equal(remembered.error, 0);
    assert_string_equal(remembered.changes, "");

    host.virt.qemu.micro = 3;
    host.tdx.module_version.micro = 24;
    remembered_compare(root_fd, &host, &remembered);
    assert_string_equal(remembered.changes, "module 1.5.05 -> 1.5.24, qemu 11.1.2 -> 11.1.3");

    /* A value that is not known now (as without root) or was not known then counts as unchanged. */
    host.tdx.has_module_version = false;
    host.virt.has_libvirt = true;
    remembered_compare(root_fd, &host, &remembered);
    assert_string_equal(remembered.changes, "qemu 11.1.2 -> 11.1.3");
}

static void garbage_is_no_change(void **state)
{
    static const char *const texts[] = { "", "=\n==\n", "colour=blue\n", "qemu\n", "qemu=\n" };
    _cleanup_close_ int root_fd = open(*state, O_PATH | O_DIRECTORY | O_CLOEXEC);
    struct host host = example();
    struct remembered remembered;

    assert_int_equal(file_make_dir(root_fd, REMEMBERED_DIR, 0755), 0);
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        assert_int_equal(file_write_atomic(root_fd, REMEMBERED_FILE, texts[i], 0644), 0);
        remembered_compare(root_fd, &host, &remembered);
        assert_int_equal(remembered.error, 0);
        assert_string_equal(remembered.changes, "");
    }
}

/* The text is terminated even if the values in the file are too long for it. */
static void text_is_bounded(void **state)
{
    _cleanup_close_ int root_fd = open(*state, O_PATH | O_DIRECTORY | O_CLOEXEC);
    struct host host = example();
    struct remembered remembered;
    char text[4096];

    (void)memset(text, 'x', sizeof(text) - 1);
    (void)memcpy(text, "bios=", 5);
    text[2000] = '\n';
    (void)memcpy(text + 2001, "kernel=", 7);
    text[sizeof(text) - 1] = '\0';
    assert_int_equal(file_make_dir(root_fd, REMEMBERED_DIR, 0755), 0);
    assert_int_equal(file_write_atomic(root_fd, REMEMBERED_FILE, text, 0644), 0);
    remembered_compare(root_fd, &host, &remembered);
    assert_int_equal(strlen(remembered.changes), sizeof(remembered.changes) - 1);
}

static const struct CMUnitTest tests[] = {
    { "common.remembered-changes", changes_are_told, make_root, remove_root, NULL },
    { "common.remembered-garbage", garbage_is_no_change, make_root, remove_root, NULL },
    { "common.remembered-bounded", text_is_bounded, make_root, remove_root, NULL },
};
TEST_LIST(remembered_list, tests);
