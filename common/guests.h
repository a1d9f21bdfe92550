/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guests that libvirt runs now, from its status files, with KVM's counters for them. */
#pragma once

#include "ask.h"
#include "domain.h"
#include "host.h"

#define GUESTS_MAX         4096
#define GUEST_MAX_COUNTERS 48

struct guest_counter {
    char name[48]; /* name of the file in KVM's debugfs folder of the VM */
    uint64_t value;
};

struct guest {
    struct domain domain;
    enum tri process_is_td;
    size_t counter_count; /* also 0 if debugfs cannot be read */
    struct guest_counter counters[GUEST_MAX_COUNTERS];

    /* Memory that is mapped now. Unknown on other kernels than kernel-tdx: they do not count
     * private and shared memory apart. */
    struct fact private_kib;
    struct fact private_huge_kib; /* the part that is mapped by pages of 2 MiB or more */
    struct fact shared_kib;
};

/* Reads only TDs and domains that are marked as TDs. The caller frees them. */
int guests_read(const struct ask *ask, struct guest **ret_guests, size_t *ret_count);
