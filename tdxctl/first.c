/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "first.h"

#include <string.h>

/* What the firmware, the CPU and the kernel have to provide, in the order in which they do so. Each
 * stands on its own; if one is missing, the effects below fail, too. */
static const char *const causes[] = {
    "host.cpu.vendor",     "host.cpu.features",  "host.cpu.tme",
    "host.cpu.keyids",     "host.cpu.seamrr",    "host.cpu.mcheck",
    "host.kernel.booted",  "host.kernel.config", "host.kernel.hibernation",
    "host.kernel.cmdline", "host.kvm.loaded",    "host.tdx.module-version",
};

static const char *const effects[] = {
    "host.tdx.enabled", "host.kvm.tdx-parameter",  "host.tdx.module-initialized",
    "host.kvm.vm-type", "host.libvirt.caps-cache",
};

static bool is_of(const char *id, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i], id) == 0)
            return true;
    return false;
}

/* The first check of a list that is required and failed; -1 if there is none. */
static int first_failed(const struct check_result *results, const char *const *list, size_t nr)
{
    const struct check *checks;
    size_t count;

    checks = checks_all(&count);
    for (size_t i = 0; i < nr; i++)
        for (size_t j = 0; j < count; j++)
            if (strcmp(checks[j].id, list[i]) == 0 && results[j].verdict == CHECK_FAIL)
                return (int)j;
    return -1;
}

static int find(const struct check_facts *facts, const struct check_result *results)
{
    static const char *const module = "host.tdx.module-initialized";
    const struct check *checks;
    size_t count;
    int first;

    first = first_failed(results, causes, ARRAY_SIZE(causes));
    /* A module that failed makes KVM turn its parameter off; a parameter that is off leaves the
     * module alone. */
    if (first < 0 && facts->host.tdx.module_failure[0])
        first = first_failed(results, &module, 1);
    if (first < 0)
        first = first_failed(results, effects, ARRAY_SIZE(effects));
    checks = checks_all(&count);
    for (size_t i = 0; first < 0 && i < count; i++)
        if (checks[i].level == CHECK_REQUIRED && results[i].verdict == CHECK_FAIL)
            first = (int)i;
    return first;
}

int first_find(const struct check_facts *facts, struct check_result *results)
{
    int first = find(facts, results);
    const struct check *checks;
    bool is_cause, is_cpu;
    size_t count;

    if (first < 0)
        return first;
    checks = checks_all(&count);
    is_cpu = strcmp(checks[first].id, "host.cpu.vendor") == 0;
    is_cause = is_of(checks[first].id, causes, ARRAY_SIZE(causes)) ||
               is_of(checks[first].id, effects, ARRAY_SIZE(effects));
    for (size_t i = 0; is_cause && i < count; i++)
        if ((int)i != first && results[i].verdict == CHECK_FAIL &&
            (is_of(checks[i].id, effects, ARRAY_SIZE(effects)) ||
             (is_cpu && is_of(checks[i].id, causes, ARRAY_SIZE(causes)))))
            results[i].follows = checks[first].id;
    return first;
}
