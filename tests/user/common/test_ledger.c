/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "file.h"
#include "ledger.h"
#include "tests.h"

#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>

static const char uuid_a[] = "5c1d2a90-8b1e-4b7c-9a52-0d6f3e7b1c01";
static const char uuid_b[] = "5c1d2a90-8b1e-4b7c-9a52-0d6f3e7b1c02";

static bool odd_pid_lives(const struct ask *ask, uint64_t pid)
{
    (void)ask;
    return pid % 2;
}

static int open_root(char *dir)
{
    int fd;

    assert_non_null(mkdtemp(dir));
    fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_true(fd >= 0);
    return fd;
}

static struct ledger_entry entry_of(const char *uuid, enum ledger_phase phase, uint64_t pid,
                                    uint64_t since_s)
{
    struct ledger_entry entry = {
        .phase = phase, .need_kib = 1000, .pid = pid, .since_s = since_s
    };

    (void)stpcpy(entry.uuid, uuid);
    (void)stpcpy(entry.name, "td");
    return entry;
}

static void round_trip(void **state)
{
    char dir[] = "/tmp/tdx-host-ledger.XXXXXX";
    _cleanup_close_ int root = open_root(dir);
    _cleanup_close_ int lock = ledger_lock(root);
    struct ledger_entry entry = entry_of(uuid_a, LEDGER_STARTED, 5, 7), read;

    (void)state;
    assert_true(lock >= 0);
    assert_int_equal(ledger_read(root, uuid_a, &read), -ENOENT);
    assert_int_equal(ledger_write(root, &entry), 0);
    memset(&read, 0, sizeof(read));
    assert_int_equal(ledger_read(root, uuid_a, &read), 0);
    assert_memory_equal(&read, &entry, sizeof(read));
    assert_int_equal(ledger_remove(root, uuid_a), 0);
    assert_int_equal(ledger_remove(root, uuid_a), 0);
    assert_int_equal(ledger_read(root, "../../../etc/passwd", &read), -EINVAL);
}

static void sums(void **state)
{
    char dir[] = "/tmp/tdx-host-ledger.XXXXXX";
    _cleanup_close_ int root = open_root(dir);
    _cleanup_close_ int lock = ledger_lock(root);
    const struct ask ask = { .root_fd = root, .process_lives = odd_pid_lives };
    const struct {
        struct ledger_entry entry;
        unsigned int pending, started;
    } cases[] = {
        { entry_of(uuid_b, LEDGER_PENDING, 0, 950), 1, 0 },
        { entry_of(uuid_b, LEDGER_PENDING, 0, 800), 0, 0 }, /* never started */
        { entry_of(uuid_b, LEDGER_STARTED, 3, 1), 0, 1 },
        { entry_of(uuid_b, LEDGER_STARTED, 4, 999), 0, 0 }, /* QEMU is gone */
        { entry_of(uuid_b, LEDGER_STARTED, 0, 950), 0, 1 }, /* QEMU unknown */
    };

    (void)state;
    assert_true(lock >= 0);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct ledger_entry own = entry_of(uuid_a, LEDGER_PENDING, 0, 999);
        struct ledger_sum sum;

        assert_int_equal(ledger_write(root, &own), 0);
        assert_int_equal(ledger_write(root, &cases[i].entry), 0);
        assert_int_equal(ledger_sum_others(&ask, uuid_a, 1000, 100, &sum), 0);
        assert_int_equal(sum.pending, cases[i].pending);
        assert_int_equal(sum.started, cases[i].started);
        assert_int_equal(sum.committed_kib, 1000 * (cases[i].pending + cases[i].started));
        /* An entry that no longer counts has been removed. */
        assert_int_equal(ledger_read(root, uuid_b, &own) == 0, cases[i].pending + cases[i].started);
    }
}

static void garbage_counts_as_nothing(void **state)
{
    static const char *const texts[] = {
        "",
        "phase=odd\n",
        "uuid=x\n",
        "uuid=5c1d2a90-8b1e-4b7c-9a52-0d6f3e7b1c02\nneed_kib=18446744073709551615\n",
        "uuid=5c1d2a90-8b1e-4b7c-9a52-0d6f3e7b1c02\nneed_kib=-1\n",
        "no equals",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        _cleanup_free_ char *text = strdup(texts[i]);
        struct ledger_entry entry;

        assert_int_equal(ledger_parse(text, &entry), -EBADMSG);
    }
}

/* Fifty processes add one each under the lock: no addition is lost. */
static void lock_excludes(void **state)
{
    enum { WRITERS = 50 };
    char dir[] = "/tmp/tdx-host-ledger.XXXXXX";
    _cleanup_close_ int root = open_root(dir);
    uint64_t count;

    (void)state;
    assert_int_equal(file_write_atomic(root, "count", "0\n", 0600), 0);
    for (int i = 0; i < WRITERS; i++) {
        pid_t pid = fork();

        assert_true(pid >= 0);
        if (pid == 0) {
            int lock = ledger_lock(root);
            char text[32];

            if (lock < 0 || file_read_u64(root, "count", &count) < 0)
                _exit(1);
            text_print(text, sizeof(text), "%llu\n", (unsigned long long)count + 1);
            _exit(file_write_atomic(root, "count", text, 0600) < 0);
        }
    }
    for (int i = 0; i < WRITERS; i++) {
        int status;

        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    assert_int_equal(file_read_u64(root, "count", &count), 0);
    assert_int_equal(count, WRITERS);
}

/* From QEMU's start until libvirt calls "started", a TD is pending and its KeyID is in use, too:
 * it must not count twice. */
static void starting_counts_once(void **state)
{
    char dir[] = "/tmp/tdx-host-ledger.XXXXXX";
    _cleanup_close_ int root = open_root(dir);
    _cleanup_close_ int lock = ledger_lock(root);
    const struct ask ask = { .root_fd = root, .process_lives = odd_pid_lives };
    struct ledger_entry entry = entry_of(uuid_b, LEDGER_PENDING, 0, 950);
    struct ledger_sum sum;

    (void)state;
    assert_true(lock >= 0);
    assert_int_equal(ledger_write(root, &entry), 0);
    assert_int_equal(file_make_dir(root, "run/libvirt/qemu", 0755), 0);
    assert_int_equal(file_write_atomic(root, "run/libvirt/qemu/td.pid", "5\n", 0644), 0);
    assert_int_equal(ledger_sum_others(&ask, uuid_a, 1000, 100, &sum), 0);
    assert_int_equal(sum.pending, 0);
    assert_int_equal(sum.started, 1);
    assert_int_equal(sum.pending_kib, 1000);
}

static const struct CMUnitTest tests[] = {
    TEST("ledger.round-trip", round_trip),
    TEST("ledger.sums", sums),
    TEST("ledger.starting-counts-once", starting_counts_once),
    TEST("ledger.garbage", garbage_counts_as_nothing),
    TEST("ledger.lock-excludes", lock_excludes),
};
TEST_LIST(ledger_list_list, tests);
