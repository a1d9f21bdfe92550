/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads struct host_tdx: backend, module parameter, VM types, kernel log, KeyIDs of the misc
 * cgroup. */
#include <string.h>

#include "file.h"
#include "host.h"
#include "klog.h"

#define MISC_CAPACITY "sys/fs/cgroup/misc.capacity"
#define MISC_CURRENT  "sys/fs/cgroup/misc.current"
#define EARLY_LOG     "run/tdx-host/kernel.log"

/* kvm_amd has the parameter only in kernel-tdx, for TDs on the software TDX module. */
static const char *const params[] = { "sys/module/kvm_intel/parameters/tdx",
                                      "sys/module/kvm_amd/parameters/tdx" };

static enum tri read_param(const struct ask *ask)
{
    enum tri param = TRI_UNKNOWN;

    for (size_t i = 0; i < ARRAY_SIZE(params); i++) {
        char line[8];
        bool is_on;

        if (file_read_line(ask->root_fd, params[i], line, sizeof(line)) < 0)
            continue;
        if (text_to_bool(line, &is_on) == 0 && is_on)
            return TRI_YES;
        param = TRI_NO;
    }
    return param;
}

static enum tri read_huge_pages(const struct ask *ask)
{
    char line[8];
    bool is_on;

    if (file_read_line(ask->root_fd, "sys/module/kvm/parameters/gmem_huge_pages", line,
                       sizeof(line)) < 0 ||
        text_to_bool(line, &is_on) < 0)
        return TRI_UNKNOWN;
    return tri_of(is_on);
}

/* Gets N of the line "tdx N" of a misc cgroup file. */
static struct fact read_misc(const struct ask *ask, const char *path)
{
    _cleanup_free_ char *text = NULL;
    struct fact fact = { 0 };
    char *cursor, *line;

    fact.error = file_read(ask->root_fd, path, FILE_MAX_SMALL, &text);
    if (fact.error < 0)
        return fact;
    fact.error = -ENOENT;
    cursor = text;
    while ((line = text_next_line(&cursor))) {
        const char *name = text_next_word(&line);
        const char *number = text_next_word(&line);

        if (name && number && strcmp(name, "tdx") == 0)
            fact.error = text_to_u64(number, &fact.value);
    }
    return fact;
}

static enum host_backend find_backend(const struct ask *ask, const struct host_tdx *tdx)
{
    if (file_exists(ask->root_fd, "sys/module/tdx_softmod"))
        return HOST_BACKEND_SOFTMOD;
    if (tdx->module_state == HOST_MODULE_READY || tdx->keyids_total.error == 0 ||
        tdx->kvm_param == TRI_YES || tdx->offers_tds == TRI_YES)
        return HOST_BACKEND_SILICON;
    return HOST_BACKEND_NONE;
}

static void read_logs(const struct ask *ask, struct host_tdx *tdx)
{
    _cleanup_free_ char *early = NULL, *now = NULL;
    int r;

    /* On a busy host new messages overwrite old ones in the log buffer; EARLY_LOG has those that
     * SOURCES/record saved. */
    if (file_read_end(ask->root_fd, EARLY_LOG, FILE_MAX_LARGE, &early) >= 0)
        klog_read(early, tdx);
    r = ask->kernel_log(ask, &now);
    tdx->is_log_cut = r > 0;
    if (r >= 0)
        klog_read(now, tdx);
}

static struct host_tdx unknown_tdx(void)
{
    struct fact absent = { .error = -ENOENT };

    return (struct host_tdx){
        .vm_types = absent,
        .log_keyid_first = absent,
        .log_keyid_end = absent,
        .module_features0 = absent,
        .pamt_kib = absent,
        .module_build_date = absent,
        .module_build = absent,
        .keyids_total = absent,
        .keyids_used = absent,
    };
}

/* Upstream's number of the type is 5. Canonical's 6.8 and the patches that it took say 2, which on
 * AMD means SEV. */
static enum tri offers_tds(const struct ask *ask, const struct fact *types)
{
    const uint64_t upstream = 1ULL << 5, before = 1ULL << 2;

    if (types->error)
        return TRI_UNKNOWN;
    if (types->value & upstream)
        return TRI_YES;
    return tri_of((types->value & before) && file_exists(ask->root_fd, "sys/module/kvm_intel"));
}

bool host_tdx_runs(const struct host_tdx *tdx)
{
    return tdx->module_state == HOST_MODULE_READY || tdx->offers_tds == TRI_YES ||
           (tdx->keyids_total.error == 0 && tdx->keyids_total.value > 0);
}

static void read_common(const struct ask *ask, struct host_tdx *tdx)
{
    tdx->kvm_loaded = tri_of(file_exists(ask->root_fd, "sys/module/kvm"));
    tdx->kvm_param = read_param(ask);
    tdx->huge_pages = read_huge_pages(ask);
    tdx->vm_types.error = ask->vm_types(ask, &tdx->vm_types.value);
    tdx->offers_tds = offers_tds(ask, &tdx->vm_types);
    tdx->keyids_total = read_misc(ask, MISC_CAPACITY);
    tdx->keyids_used = read_misc(ask, MISC_CURRENT);
    tdx->backend = find_backend(ask, tdx);
}

void host_read_tdx_admission(const struct ask *ask, struct host_tdx *ret_tdx)
{
    *ret_tdx = unknown_tdx();
    read_common(ask, ret_tdx);
}

void host_read_tdx(const struct ask *ask, struct host_tdx *ret_tdx)
{
    *ret_tdx = unknown_tdx();
    read_logs(ask, ret_tdx);
    read_common(ask, ret_tdx);
}

const char *host_backend_name(enum host_backend backend)
{
    switch (backend) {
    case HOST_BACKEND_SILICON:
        return "silicon";
    case HOST_BACKEND_SOFTMOD:
        return "softmod";
    case HOST_BACKEND_NONE:
        break;
    }
    return "none";
}

const char *host_backend_warning(enum host_backend backend)
{
    if (backend != HOST_BACKEND_SOFTMOD)
        return NULL;
    return "SOFTMOD: the TDX module is software, for labs only. Guests of this host are NOT "
           "confidential.";
}
