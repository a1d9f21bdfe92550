/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guests.h"

#include <string.h>

#include "file.h"
#include "qemu.h"

#define STATUS_DIR "run/libvirt/qemu"
#define KVM_DIR    "sys/kernel/debug/kvm"

/* Wanted are KVM's counters of page sizes and all counters of the mirrored page table. */
static bool is_wanted(const char *name)
{
    return text_starts_with(name, "pages_") || text_starts_with(name, "mirror_");
}

static void read_counters(const struct ask *ask, const char *vm_dir, struct guest *guest)
{
    char **names;
    size_t count;

    if (file_list(ask->root_fd, vm_dir, GUESTS_MAX, &names, &count) < 0)
        return;
    for (size_t i = 0; i < count && guest->counter_count < GUEST_MAX_COUNTERS; i++) {
        struct guest_counter *counter = &guest->counters[guest->counter_count];
        char path[512];

        text_print(path, sizeof(path), "%s/%s", vm_dir, names[i]);
        if (!is_wanted(names[i]) || strlen(names[i]) >= sizeof(counter->name) ||
            file_read_u64(ask->root_fd, path, &counter->value) < 0)
            continue;
        text_copy(counter->name, sizeof(counter->name), names[i]);
        guest->counter_count++;
    }
    file_list_free(names, count);
}

/* KVM's debugfs folder of a VM is called PID-FD. */
static void find_counters(const struct ask *ask, struct guest *guest)
{
    char prefix[32], **names;
    size_t count;

    if (!guest->domain.pid || file_list(ask->root_fd, KVM_DIR, GUESTS_MAX, &names, &count) < 0)
        return;
    text_print(prefix, sizeof(prefix), "%llu-", (unsigned long long)guest->domain.pid);
    for (size_t i = 0; i < count; i++) {
        char path[320];

        if (!text_starts_with(names[i], prefix))
            continue;
        text_print(path, sizeof(path), "%s/%s", KVM_DIR, names[i]);
        read_counters(ask, path, guest);
    }
    file_list_free(names, count);
}

static struct fact counter_of(const struct guest *guest, const char *name)
{
    for (size_t i = 0; i < guest->counter_count; i++)
        if (strcmp(guest->counters[i].name, name) == 0)
            return (struct fact){ .value = guest->counters[i].value };
    return (struct fact){ .error = -ENOENT };
}

/* pages_* count the pages of both page tables, mirror_pages_* only the private ones: the difference
 * are the shared ones. */
static void sum_pages(struct guest *guest)
{
    static const struct {
        const char *all;
        const char *private;
        uint64_t kib;
    } sizes[] = {
        { "pages_4k", "mirror_pages_4k", 4 },
        { "pages_2m", "mirror_pages_2m", 2 * KIB_PER_MIB },
        { "pages_1g", "mirror_pages_1g", KIB_PER_GIB },
    };
    struct fact absent = { .error = -ENOENT };

    guest->private_kib = guest->private_huge_kib = guest->shared_kib = (struct fact){ 0 };
    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
        struct fact all = counter_of(guest, sizes[i].all);
        struct fact private = counter_of(guest, sizes[i].private);

        if (all.error || private.error) {
            guest->private_kib = guest->private_huge_kib = guest->shared_kib = absent;
            return;
        }
        guest->private_kib.value += private.value * sizes[i].kib;
        if (i > 0)
            guest->private_huge_kib.value += private.value * sizes[i].kib;
        /* The guest runs while the counters are read one after the other: the difference can be
         * wrong by some pages, and must not become negative. */
        if (all.value > private.value)
            guest->shared_kib.value += (all.value - private.value) * sizes[i].kib;
    }
}

static bool read_guest(const struct ask *ask, const char *name, struct guest *guest)
{
    _cleanup_free_ char *xml = NULL;
    char path[512];

    text_print(path, sizeof(path), "%s/%s", STATUS_DIR, name);
    *guest = (struct guest){ 0 };
    if (!text_ends_with(name, ".xml") || file_read(ask->root_fd, path, DOMAIN_MAX_XML, &xml) < 0 ||
        domain_parse(xml, strlen(xml), &guest->domain) < 0)
        return false;
    if (guest->domain.security != DOMAIN_SECURITY_TDX && !guest->domain.is_tdx_required)
        return false;
    guest->process_is_td = qemu_is_td(ask, guest->domain.pid);
    find_counters(ask, guest);
    sum_pages(guest);
    return true;
}

int guests_read(const struct ask *ask, struct guest **ret_guests, size_t *ret_count)
{
    struct guest *guests;
    size_t count = 0, name_count;
    char **names;
    int r = file_list(ask->root_fd, STATUS_DIR, GUESTS_MAX, &names, &name_count);

    if (r == -ENOENT) {
        *ret_guests = NULL;
        *ret_count = 0;
        return 0;
    }
    if (r < 0)
        return r;
    guests = calloc(name_count + 1, sizeof(*guests));
    for (size_t i = 0; guests && i < name_count; i++)
        if (read_guest(ask, names[i], &guests[count]))
            count++;
    file_list_free(names, name_count);
    if (!guests)
        return -ENOMEM;
    *ret_guests = guests;
    *ret_count = count;
    return 0;
}
