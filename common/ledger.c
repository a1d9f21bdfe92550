/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ledger.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

#include "conf.h"
#include "file.h"
#include "qemu.h"

#define LOCK_NAME "lock"

static const char *const phases[] = { [LEDGER_PENDING] = "pending", [LEDGER_STARTED] = "started" };

int ledger_lock(int root_fd)
{
    _cleanup_close_ int dir_fd = -1, fd = -1;
    int r = file_make_dir(root_fd, LEDGER_DOMAINS_DIR, 0755);

    if (r < 0)
        return r;
    dir_fd = file_open(root_fd, LEDGER_DIR, O_RDONLY | O_DIRECTORY);
    if (dir_fd < 0)
        return dir_fd;
    fd = openat(dir_fd, LOCK_NAME, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return -errno;
    while (flock(fd, LOCK_EX) < 0)
        if (errno != EINTR)
            return -errno;
    return steal_fd(&fd);
}

static int entry_path(const char *uuid, char *path, size_t size)
{
    if (!domain_is_uuid(uuid))
        return -EINVAL;
    text_print(path, size, "%s/%s", LEDGER_DOMAINS_DIR, uuid);
    return 0;
}

static int handle(const char *key, const char *value, void *data)
{
    struct ledger_entry *entry = data;
    const struct {
        const char *key;
        uint64_t *number;
    } numbers[] = {
        { "need_kib", &entry->need_kib },
        { "vcpus", &entry->vcpus },
        { "pid", &entry->pid },
        { "since_s", &entry->since_s },
        { "unevictable_kib", &entry->unevictable_kib },
    };

    for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
        if (strcmp(numbers[i].key, key) == 0)
            return text_to_u64(value, numbers[i].number);
    if (strcmp(key, "uuid") == 0) {
        text_copy(entry->uuid, sizeof(entry->uuid), value);
    } else if (strcmp(key, "name") == 0) {
        text_copy(entry->name, sizeof(entry->name), value);
    } else if (strcmp(key, "phase") == 0) {
        for (size_t i = 0; i < ARRAY_SIZE(phases); i++)
            if (strcmp(phases[i], value) == 0) {
                entry->phase = (enum ledger_phase)i;
                return 0;
            }
        return -EINVAL;
    }
    return 0;
}

int ledger_parse(char *text, struct ledger_entry *ret_entry)
{
    struct ledger_entry entry = { 0 };
    struct conf_faults faults;
    int r = conf_parse(text, handle, &entry, &faults);

    if (r < 0)
        return r;
    /* Refuse more than 1 PiB, which no host has: the sum of all entries must not overflow. */
    if (faults.count || !domain_is_uuid(entry.uuid) || entry.need_kib > 1ULL << 40)
        return -EBADMSG;
    *ret_entry = entry;
    return 0;
}

int ledger_read(int root_fd, const char *uuid, struct ledger_entry *ret_entry)
{
    _cleanup_free_ char *text = NULL;
    char path[96];
    int r = entry_path(uuid, path, sizeof(path));

    if (r == 0)
        r = file_read(root_fd, path, FILE_MAX_SMALL, &text);
    return r < 0 ? r : ledger_parse(text, ret_entry);
}

int ledger_write(int root_fd, const struct ledger_entry *entry)
{
    char path[96], text[1024];
    int r = entry_path(entry->uuid, path, sizeof(path));

    if (r < 0)
        return r;
    text_print(text, sizeof(text),
               "uuid=%s\nname=%s\nphase=%s\nneed_kib=%llu\nvcpus=%llu\npid=%llu\nsince_s=%llu\n"
               "unevictable_kib=%llu\n",
               entry->uuid, entry->name, phases[entry->phase], (unsigned long long)entry->need_kib,
               (unsigned long long)entry->vcpus, (unsigned long long)entry->pid,
               (unsigned long long)entry->since_s, (unsigned long long)entry->unevictable_kib);
    return file_write_atomic(root_fd, path, text, 0644);
}

int ledger_remove(int root_fd, const char *uuid)
{
    char path[96];
    int r = entry_path(uuid, path, sizeof(path));

    if (r == 0)
        r = file_remove(root_fd, path);
    return r == -ENOENT ? 0 : r;
}

int ledger_list(int root_fd, struct ledger_entry **ret_entries, size_t *ret_count)
{
    struct ledger_entry *entries;
    size_t count = 0, name_count;
    char **names;
    int r = file_list(root_fd, LEDGER_DOMAINS_DIR, LEDGER_MAX, &names, &name_count);

    if (r == -ENOENT) {
        *ret_entries = NULL;
        *ret_count = 0;
        return 0;
    }
    if (r < 0)
        return r;
    entries = calloc(name_count + 1, sizeof(*entries));
    for (size_t i = 0; entries && i < name_count; i++)
        if (ledger_read(root_fd, names[i], &entries[count]) == 0)
            count++;
    file_list_free(names, name_count);
    if (!entries)
        return -ENOMEM;
    *ret_entries = entries;
    *ret_count = count;
    return 0;
}

/* Does the TD of this entry still run, or may it still start? */
static bool is_current(const struct ask *ask, const struct ledger_entry *entry, uint64_t now_s,
                       uint64_t timeout_s)
{
    if (entry->phase == LEDGER_STARTED && entry->pid)
        return ask->process_lives(ask, entry->pid);
    return now_s <= entry->since_s + timeout_s;
}

/* Once a TD has a QEMU its KeyID is among those in use, and must not be counted as promised, too.
 */
static bool has_qemu(const struct ask *ask, const struct ledger_entry *entry)
{
    return entry->phase == LEDGER_STARTED || ask->process_lives(ask, qemu_pid(ask, entry->name));
}

int ledger_sum_others(const struct ask *ask, const char *uuid, uint64_t now_s, uint64_t timeout_s,
                      struct ledger_sum *ret_sum)
{
    _cleanup_free_ struct ledger_entry *entries = NULL;
    struct ledger_sum sum = { 0 };
    size_t count;
    int r = ledger_list(ask->root_fd, &entries, &count);

    if (r < 0)
        return r;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(entries[i].uuid, uuid) == 0)
            continue;
        if (!is_current(ask, &entries[i], now_s, timeout_s)) {
            (void)ledger_remove(ask->root_fd, entries[i].uuid);
            continue;
        }
        sum.committed_kib += entries[i].need_kib;
        if (entries[i].phase == LEDGER_PENDING)
            sum.pending_kib += entries[i].need_kib;
        if (has_qemu(ask, &entries[i]))
            sum.started++;
        else
            sum.pending++;
    }
    *ret_sum = sum;
    return 0;
}
