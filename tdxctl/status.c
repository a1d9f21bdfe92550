/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tdxctl status: lists the TDX guests that run, with their memory and KVM's counters. */
#include <stdio.h>
#include <string.h>

#include "ctl.h"
#include "guests.h"
#include "json.h"
#include "policy.h"

#define SCHEMA "tdx-host.status.v1"

static const char *td_word(const struct guest *guest)
{
    static const char *const words[] = { "unknown", "NO", "yes" };

    return words[guest->process_is_td];
}

static void print_mapped(const struct guest *guest)
{
    uint64_t private_kib = guest->private_kib.value;
    char private[24], shared[24];

    if (guest->private_kib.error) {
        (void)puts("  mapped  this kernel does not report it");
        return;
    }
    text_from_kib(private, sizeof(private), private_kib);
    text_from_kib(shared, sizeof(shared), guest->shared_kib.value);
    (void)printf("  mapped  %s private (%.0f %% by 2 MiB), %s shared\n", private,
                 private_kib ? 100.0 * (double)guest->private_huge_kib.value / (double)private_kib
                             : 0.0,
                 shared);
}

static void print_text(const struct host_tdx *tdx, const struct host_memory *memory,
                       const struct guest *guests, size_t count)
{
    ctl_print_warning(tdx->backend);
    (void)printf("backend   %s\n", host_backend_name(tdx->backend));
    if (tdx->keyids_total.error == 0 && tdx->keyids_used.error == 0)
        (void)printf("KeyIDs    %llu of %llu in use\n", (unsigned long long)tdx->keyids_used.value,
                     (unsigned long long)tdx->keyids_total.value);
    else
        (void)puts("KeyIDs    this kernel does not report them");
    if (memory->available_kib.error == 0) {
        char size[24];

        text_from_kib(size, sizeof(size), memory->available_kib.value);
        (void)printf("memory    %s available\n", size);
    }
    (void)printf("guests    %zu\n", count);
    for (size_t i = 0; i < count; i++) {
        const struct guest *guest = &guests[i];
        char size[24];

        text_from_kib(size, sizeof(size), guest->domain.memory_kib);
        (void)printf(
                "\n%s\n  uuid    %s\n  TD      %s\n  pid     %llu\n  vCPUs   %llu\n  memory  %s\n",
                guest->domain.name, guest->domain.uuid, td_word(guest),
                (unsigned long long)guest->domain.pid, (unsigned long long)guest->domain.vcpus,
                size);
        if (guest->process_is_td != TRI_NO)
            print_mapped(guest);
        for (size_t j = 0; j < guest->counter_count; j++)
            (void)printf("  %s %llu\n", guest->counters[j].name,
                         (unsigned long long)guest->counters[j].value);
    }
}

static json_object *json_of(const struct guest *guest)
{
    json_object *object = json_object_new_object(), *counters = json_object_new_object();

    json_add_text(object, "name", guest->domain.name);
    json_add_text(object, "uuid", guest->domain.uuid);
    (void)json_object_object_add(
            object, "is_td",
            guest->process_is_td == TRI_UNKNOWN
                    ? NULL
                    : json_object_new_boolean(guest->process_is_td == TRI_YES));
    (void)json_object_object_add(object, "pid", json_object_new_uint64(guest->domain.pid));
    (void)json_object_object_add(object, "vcpus", json_object_new_uint64(guest->domain.vcpus));
    (void)json_object_object_add(object, "memory_kib",
                                 json_object_new_uint64(guest->domain.memory_kib));
    json_add_fact(object, "private_kib", &guest->private_kib);
    json_add_fact(object, "private_huge_kib", &guest->private_huge_kib);
    json_add_fact(object, "shared_kib", &guest->shared_kib);
    for (size_t i = 0; i < guest->counter_count; i++)
        (void)json_object_object_add(counters, guest->counters[i].name,
                                     json_object_new_uint64(guest->counters[i].value));
    (void)json_object_object_add(object, "counters", counters);
    return object;
}

static void print_json(const struct host_tdx *tdx, const struct host_memory *memory,
                       const struct guest *guests, size_t count)
{
    json_object *root = json_object_new_object(), *list = json_object_new_array();

    json_add_text(root, "schema", SCHEMA);
    json_add_text(root, "backend", host_backend_name(tdx->backend));
    json_add_text(root, "warning", host_backend_warning(tdx->backend));
    json_add_fact(root, "keyids_total", &tdx->keyids_total);
    json_add_fact(root, "keyids_used", &tdx->keyids_used);
    json_add_fact(root, "memory_available_kib", &memory->available_kib);
    for (size_t i = 0; i < count; i++)
        (void)json_object_array_add(list, json_of(&guests[i]));
    (void)json_object_object_add(root, "guests", list);
    json_print(root);
}

int verb_status(struct ctl *ctl, int argc, char **argv)
{
    _cleanup_free_ struct guest *guests = NULL;
    struct host_memory memory;
    struct host_tdx tdx;
    size_t count;
    int r;

    (void)argv;
    if (argc != 1)
        return ctl_error("status takes no arguments");
    r = guests_read(&ctl->ask, &guests, &count);
    if (r < 0)
        return ctl_error("cannot read libvirt's status files: %s; run as root", strerror(-r));
    host_read_tdx_admission(&ctl->ask, &tdx);
    host_read_memory(&ctl->ask, &memory);
    (ctl->is_json ? print_json : print_text)(&tdx, &memory, guests, count);
    for (size_t i = 0; i < count; i++)
        if (guests[i].process_is_td == TRI_NO)
            return CTL_FAILED;
    return CTL_OK;
}
