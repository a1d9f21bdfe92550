/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tdxctl metrics: Prometheus text format, for the textfile collector of node_exporter. */
#include <stdio.h>
#include <string.h>

#include "checks.h"
#include "ctl.h"
#include "guests.h"

#define MAX_CHECKS 64

static void head(const char *name, const char *type, const char *words)
{
    (void)printf("# HELP tdx_host_%s %s\n# TYPE tdx_host_%s %s\n", name, words, name, type);
}

static void gauge(const char *name, const char *words, const struct fact *fact, uint64_t factor)
{
    if (fact->error)
        return;
    head(name, "gauge", words);
    (void)printf("tdx_host_%s %llu\n", name, (unsigned long long)(fact->value * factor));
}

/* Prints the value of a label with backslashes and quotes escaped. It has no newline: text_copy()
 * replaced control characters when the text was read. */
static void print_label(const char *text)
{
    for (; *text; text++) {
        if (*text == '\\' || *text == '"')
            (void)putchar('\\');
        (void)putchar(*text);
    }
}

static void print_checks(const struct check_facts *facts)
{
    struct check_result results[MAX_CHECKS];
    const struct check *checks;
    size_t nr;

    checks = checks_all(&nr);
    if (nr > MAX_CHECKS)
        return;
    checks_run(facts, results);
    head("ready", "gauge", "1 if every required check passed.");
    (void)printf("tdx_host_ready %d\n", checks_exit_status(results) == 0);
    head("check_failed", "gauge",
         "1 if the check failed, 0 if it passed; skipped checks are absent.");
    for (size_t i = 0; i < nr; i++)
        if (results[i].verdict != CHECK_SKIP)
            (void)printf("tdx_host_check_failed{id=\"%s\",level=\"%s\"} %d\n", checks[i].id,
                         checks[i].level == CHECK_REQUIRED ? "required" : "advice",
                         results[i].verdict == CHECK_FAIL);
}

static void print_guest_labels(const struct guest *guest)
{
    (void)fputs("{name=\"", stdout);
    print_label(guest->domain.name);
    (void)printf("\",uuid=\"%s\"", guest->domain.uuid);
}

/* One metric in bytes. The fact at this offset in struct guest is in KiB; guests without it are
 * left out. */
static void print_guest_bytes(const struct guest *guests, size_t count, const char *name,
                              const char *words, size_t offset)
{
    head(name, "gauge", words);
    for (size_t i = 0; i < count; i++) {
        const struct fact *fact = (const void *)((const char *)&guests[i] + offset);

        if (fact->error)
            continue;
        (void)printf("tdx_host_%s", name);
        print_guest_labels(&guests[i]);
        (void)printf("} %llu\n", (unsigned long long)fact->value * 1024);
    }
}

static void print_guests(const struct guest *guests, size_t count)
{
    head("guests", "gauge",
         "Number of TDX guests that run, and of guests that should be TDX guests.");
    (void)printf("tdx_host_guests %zu\n", count);
    head("guest_is_td", "gauge",
         "1 if the guest's QEMU runs a TD, 0 if it does not although it should.");
    for (size_t i = 0; i < count; i++)
        if (guests[i].process_is_td != TRI_UNKNOWN) {
            (void)fputs("tdx_host_guest_is_td", stdout);
            print_guest_labels(&guests[i]);
            (void)printf("} %d\n", guests[i].process_is_td == TRI_YES);
        }
    head("guest_memory_bytes", "gauge", "Memory of the guest, as in its domain XML.");
    for (size_t i = 0; i < count; i++) {
        (void)fputs("tdx_host_guest_memory_bytes", stdout);
        print_guest_labels(&guests[i]);
        (void)printf("} %llu\n", (unsigned long long)guests[i].domain.memory_kib * 1024);
    }
    print_guest_bytes(guests, count, "guest_private_bytes",
                      "Private memory of the guest that is mapped now.",
                      offsetof(struct guest, private_kib));
    print_guest_bytes(guests, count, "guest_private_huge_bytes",
                      "Private memory of the guest that is mapped by pages of 2 MiB or more.",
                      offsetof(struct guest, private_huge_kib));
    print_guest_bytes(guests, count, "guest_shared_bytes",
                      "Shared memory of the guest that is mapped now.",
                      offsetof(struct guest, shared_kib));
    head("guest_kvm", "untyped",
         "KVM's counters of page sizes and of the mirrored page table, for the guest.");
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < guests[i].counter_count; j++) {
            (void)fputs("tdx_host_guest_kvm", stdout);
            print_guest_labels(&guests[i]);
            (void)printf(",counter=\"%s\"} %llu\n", guests[i].counters[j].name,
                         (unsigned long long)guests[i].counters[j].value);
        }
}

int verb_metrics(struct ctl *ctl, int argc, char **argv)
{
    _cleanup_free_ struct guest *guests = NULL;
    struct check_facts facts;
    const struct host_tdx *tdx = &facts.host.tdx;
    size_t count;
    int r;

    (void)argv;
    if (argc != 1)
        return ctl_error("metrics takes no arguments");
    r = guests_read(&ctl->ask, &guests, &count);
    if (r < 0)
        return ctl_error("cannot read libvirt's status files: %s; run as root", strerror(-r));
    ctl_read_facts(ctl, &facts);

    if (host_backend_warning(tdx->backend))
        (void)printf("# %s\n", host_backend_warning(tdx->backend));
    head("info", "gauge",
         "Always 1; the labels are versions. Backend softmod: guests are NOT confidential.");
    (void)printf("tdx_host_info{version=\"%s\",backend=\"%s\",kernel=\"", TDX_HOST_VERSION,
                 host_backend_name(tdx->backend));
    print_label(facts.host.kernel.release);
    if (tdx->has_module_version)
        (void)printf("\",module=\"%u.%u.%02u", tdx->module_version.major, tdx->module_version.minor,
                     tdx->module_version.micro);
    (void)puts("\"} 1");
    gauge("keyids", "Number of KeyIDs that TDX guests can use.", &tdx->keyids_total, 1);
    gauge("keyids_used", "Number of KeyIDs in use.", &tdx->keyids_used, 1);
    gauge("pamt_bytes", "Memory that the TDX module uses for its page metadata (PAMT).",
          &tdx->pamt_kib, 1024);
    gauge("memory_available_bytes", "Memory that is available, as MemAvailable of /proc/meminfo.",
          &facts.host.memory.available_kib, 1024);
    gauge("memory_unevictable_bytes",
          "Memory that cannot be swapped, private memory of TDX guests included.",
          &facts.host.memory.unevictable_kib, 1024);
    print_guests(guests, count);
    print_checks(&facts);
    return CTL_OK;
}
