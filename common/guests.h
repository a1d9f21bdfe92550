/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guests that libvirt runs now, from its status files; and what KVM counts for them. */
#pragma once

#include "ask.h"
#include "domain.h"
#include "host.h"

#define GUESTS_MAX         4096
#define GUEST_MAX_COUNTERS 48

struct guest_counter {
    char name[48]; /* as in KVM's debugfs folder of the VM */
    uint64_t value;
};

struct guest {
    struct domain domain;
    enum tri process_is_td;
    size_t counter_count; /* 0 also where debugfs can not be read */
    struct guest_counter counters[GUEST_MAX_COUNTERS];

    /* Mapped now, from the counters of kernel-tdx; other kernels do not tell private from shared.
     */
    struct fact private_kib;
    struct fact private_huge_kib; /* the part that is mapped by 2 MiB and more */
    struct fact shared_kib;
};

/* Only TDs, and domains that should be: a plain guest is not looked at further. Caller frees. */
int guests_read(const struct ask *ask, struct guest **ret_guests, size_t *ret_count);
