/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads from libvirt's domain XML what matters for TDX. Size and depth are limited; entities, DTDs
 * and network access are not allowed. */
#pragma once

#include "util.h"

#define DOMAIN_MAX_XML   ((size_t)8 * 1024 * 1024)
#define DOMAIN_MAX_DEPTH 64
#define DOMAIN_WHY_SIZE  256

/* Marks a domain that must be a TD: <tdx:required xmlns:tdx="urn:tdx-host:1"/> in <metadata>. */
#define DOMAIN_NAMESPACE "urn:tdx-host:1"

/* The TD that tdxctl validate starts. */
#define DOMAIN_VALIDATE "tdx-host-validate"

enum domain_security {
    DOMAIN_SECURITY_NONE,
    DOMAIN_SECURITY_TDX,
    DOMAIN_SECURITY_OTHER, /* sev, sev-snp, s390-pv */
};

enum domain_boot_bus {
    DOMAIN_BOOT_NONE,   /* no disk */
    DOMAIN_BOOT_OK,     /* virtio-blk, NVMe, SATA disk */
    DOMAIN_BOOT_HIDDEN, /* the TDX firmware has no driver for it */
};

struct domain {
    char name[128];
    char uuid[37];
    uint64_t pid; /* only in a status file of libvirt; 0 if unknown */
    bool is_kvm;
    bool is_tdx_required;
    enum domain_security security;
    bool has_policy;
    uint64_t policy;
    bool has_qgs;
    char qgs_socket[108];
    uint64_t memory_kib;  /* <memory>: the most that the guest can have */
    uint64_t current_kib; /* <currentMemory>: what it has at its start */
    bool has_memory_slots;
    bool has_memory_devices;
    uint64_t vcpus;
    bool has_cpu;
    bool cpu_passthrough; /* host-passthrough or maximum */
    bool is_q35;
    bool has_firmware; /* <os firmware='efi'> or a loader */
    bool loader_pflash;
    char loader[256];
    bool is_firmware_chosen; /* no loader is named: libvirt chooses one for TDs */
    char wrong_digest[24];   /* an element of launchSecurity that is not 48 bytes in base64 */
    char dropped[64];        /* an element that libvirt does not know here and drops; "" if none */
    bool smm_on;
    bool pmu_on;
    bool ioapic_kvm;
    bool balloon_active; /* free page reporting, or <currentMemory> is less than <memory> */
    enum domain_boot_bus boot;
    bool has_console; /* a serial port or a console */
    uint64_t nodes;   /* strict memory binding: one bit for each NUMA node, 0 if not bound */
};

/* Returns 0, -EBADMSG (not a valid domain XML) or -EFBIG (above a limit). */
int domain_parse(const char *xml, size_t len, struct domain *ret_domain);

/* The same; after an error *ret_why, of DOMAIN_WHY_SIZE bytes, says what is wrong and where. */
int domain_parse_why(const char *xml, size_t len, struct domain *ret_domain, char *ret_why);

bool domain_is_uuid(const char *text);
