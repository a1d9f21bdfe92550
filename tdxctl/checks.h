/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The checks of tdxctl check, as a table. A check is a pure function of the facts about the host;
 * checks_run() walks the tree of checks. */
#pragma once

#include "host.h"
#include "remembered.h"
#include "settings.h"

#define CHECK_FIX_SIZE 512

enum check_verdict { CHECK_PASS, CHECK_FAIL, CHECK_SKIP };

enum check_skip {
    CHECK_SKIP_NONE,
    CHECK_SKIP_DEPENDENCY,     /* its parent did not pass */
    CHECK_SKIP_NOT_APPLICABLE, /* the check has no meaning on this host */
    CHECK_SKIP_UNKNOWN,        /* the facts are missing: PASS would be a guess */
};

enum check_level { CHECK_REQUIRED, CHECK_ADVICE };

struct check_result {
    enum check_verdict verdict;
    enum check_skip skip;
    char value[256];          /* what was observed */
    char reason[256];         /* why it failed or was skipped */
    char fix[CHECK_FIX_SIZE]; /* instead of the check's general fix; "" if that says all */
    const char *follows;      /* the failed check that made this one fail; NULL if none did */
};

struct check_facts {
    struct host host;
    const struct settings *settings;
    struct conf_faults settings_faults;
    struct remembered remembered;
};

struct check {
    const char *id;     /* stable, documented, never reused */
    const char *parent; /* ID of an earlier check; NULL at the top */
    enum check_level level;
    const char *title;
    const char *fix;
    void (*run)(const struct check_facts *facts, struct check_result *ret_result);
};

const struct check *checks_all(size_t *ret_count);

/* Results in the order of the table; the array is as long as the table. */
void checks_run(const struct check_facts *facts, struct check_result *ret_results);

/* What to do about a check that failed. */
const char *check_fix(const struct check *check, const struct check_result *result);

/* 0: all required checks passed, 1: one failed, 2: none failed, but one could not be decided. */
int checks_exit_status(const struct check_result *results);

void check_pass(struct check_result *result, const char *format, ...) PRINTF_LIKE(2, 3);
void check_fail(struct check_result *result, const char *format, ...) PRINTF_LIKE(2, 3);
void check_skip(struct check_result *result, enum check_skip why, const char *format, ...)
        PRINTF_LIKE(3, 4);

/* Sets the observed value and leaves the verdict alone. */
void check_value(struct check_result *result, const char *format, ...) PRINTF_LIKE(2, 3);

#define CHECK_ARGUMENTS const struct check_facts *facts, struct check_result *result

void check_cpu_vendor(CHECK_ARGUMENTS);
void check_cpu_features(CHECK_ARGUMENTS);
void check_cpu_tme(CHECK_ARGUMENTS);
void check_cpu_keyids(CHECK_ARGUMENTS);
void check_cpu_seamrr(CHECK_ARGUMENTS);
void check_cpu_mcheck(CHECK_ARGUMENTS);
void check_cpu_production(CHECK_ARGUMENTS);
void check_cpu_online(CHECK_ARGUMENTS);

void check_kernel_booted(CHECK_ARGUMENTS);
void check_kernel_config(CHECK_ARGUMENTS);
void check_kernel_default(CHECK_ARGUMENTS);
void check_kernel_hibernation(CHECK_ARGUMENTS);
void check_kernel_cmdline(CHECK_ARGUMENTS);
void check_kernel_kexec(CHECK_ARGUMENTS);
void check_kernel_hotplug(CHECK_ARGUMENTS);

void check_tdx_enabled(CHECK_ARGUMENTS);
void check_tdx_module(CHECK_ARGUMENTS);
void check_tdx_log(CHECK_ARGUMENTS);
void check_tdx_version(CHECK_ARGUMENTS);
void check_tdx_pamt(CHECK_ARGUMENTS);
void check_tdx_keyids(CHECK_ARGUMENTS);
void check_kvm_loaded(CHECK_ARGUMENTS);
void check_kvm_param(CHECK_ARGUMENTS);
void check_kvm_vm_type(CHECK_ARGUMENTS);
void check_kvm_huge_pages(CHECK_ARGUMENTS);

void check_unchanged(CHECK_ARGUMENTS);
void check_memory_available(CHECK_ARGUMENTS);
void check_memory_numa(CHECK_ARGUMENTS);
void check_qemu_version(CHECK_ARGUMENTS);
void check_libvirt_version(CHECK_ARGUMENTS);
void check_libvirt_daemon(CHECK_ARGUMENTS);
void check_libvirt_caps(CHECK_ARGUMENTS);
void check_firmware(CHECK_ARGUMENTS);
void check_hook(CHECK_ARGUMENTS);
void check_hook_config(CHECK_ARGUMENTS);
void check_qgs_socket(CHECK_ARGUMENTS);
void check_qgs_pccs(CHECK_ARGUMENTS);
