/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host.tdx.* and host.kvm.*: the TDX module, KVM, KeyIDs. */
#include <string.h>

#include "checks.h"
#include "errline.h"
#include "seamcall.h"
#include "seamcall_line.h"

static const struct version oldest_module = { 1, 5, 5 };
static const uint64_t oldest_build = 698; /* that of 1.5.05 */

/* Quotes a line of the kernel log and says what it means. */
static void explain_failure(const char *line, struct check_result *result)
{
    const struct errline *known = errline_find(line);
    struct seamcall_status status;
    struct seamcall_line call;

    check_value(result, "%s", line);
    seamcall_read_line(line, &call);
    if (call.has_status) {
        seamcall_decode(call.status, &status);
        check_fail(result, "%s: %s%s%s: %s", call.leaf[0] ? call.leaf : "SEAMCALL",
                   status.code ? status.code->name : "unknown status", status.is_msr ? ", " : "",
                   status.is_msr ? status.operand : "",
                   status.code ? (status.code->advice ?: status.code->words)
                               : "give the line to tdxctl explain");
    } else if (known) {
        check_fail(result, "%s %s", known->words, known->advice);
    } else {
        check_fail(result, "%s", line);
    }
}

void check_tdx_enabled(CHECK_ARGUMENTS)
{
    const struct host *host = &facts->host;
    const struct host_tdx *tdx = &host->tdx;

    if (tdx->backend == HOST_BACKEND_SOFTMOD) {
        check_pass(result, "softmod, the software TDX module");
        return;
    }
    if (tdx->log_keyid_first.error == 0 && tdx->log_keyid_end.error == 0)
        check_pass(result, "KeyIDs %llu to %llu", (unsigned long long)tdx->log_keyid_first.value,
                   (unsigned long long)tdx->log_keyid_end.value - 1);
    else if (host->cpu.flag_tdx_host_platform == TRI_YES)
        check_pass(result, "CPU flag tdx_host_platform");
    else if (host_tdx_runs(tdx))
        check_pass(result, "must be so: KVM offers TDs or has KeyIDs for them");
    else if (tdx->module_state == HOST_MODULE_UNKNOWN)
        check_skip(result, CHECK_SKIP_UNKNOWN, "the kernel log cannot be read: run as root");
    else if (tdx->module_failure[0] || tdx->kvm_failure[0])
        explain_failure(tdx->module_failure[0] ? tdx->module_failure : tdx->kvm_failure, result);
    else if (host->cpu.flag_tdx_host_platform == TRI_NO)
        check_fail(result, "the kernel log does not mention TDX");
    else
        check_skip(result, CHECK_SKIP_UNKNOWN, "/proc/cpuinfo cannot be read");
}

void check_tdx_module(CHECK_ARGUMENTS)
{
    const struct host_tdx *tdx = &facts->host.tdx;

    if (tdx->backend == HOST_BACKEND_SOFTMOD)
        check_pass(result, "softmod, the software TDX module");
    else if (tdx->module_state == HOST_MODULE_READY)
        check_pass(result, "initialised");
    else if (host_tdx_runs(tdx))
        check_pass(result, "must be so: KVM offers TDs or has KeyIDs for them");
    else if (tdx->module_failure[0] || tdx->kvm_failure[0])
        explain_failure(tdx->module_failure[0] ? tdx->module_failure : tdx->kvm_failure, result);
    else if (tdx->module_state == HOST_MODULE_IDLE)
        check_fail(result, "the TDX module was not initialised yet: KVM does so when kvm_intel is "
                           "loaded with tdx=1");
    else
        check_skip(result, CHECK_SKIP_UNKNOWN,
                   "the kernel log does not say: its first lines were overwritten, or it cannot be "
                   "read");
}

/* What went wrong on a host whose TDX runs: a guest's trouble, or an error whose cause is unknown.
 */
void check_tdx_log(CHECK_ARGUMENTS)
{
    const struct host_tdx *tdx = &facts->host.tdx;
    const char *line = tdx->log_error;

    if (!line[0] && host_tdx_runs(tdx))
        line = tdx->module_failure;
    if (!line[0] && tdx->kvm_param != TRI_NO)
        line = tdx->kvm_failure;
    if (tdx->module_state == HOST_MODULE_UNKNOWN)
        check_skip(result, CHECK_SKIP_UNKNOWN, "the kernel log cannot be read: run as root");
    else if (line[0])
        explain_failure(line, result);
    else
        check_pass(result, tdx->is_log_cut ? "none in its end; the log is too long to be read whole"
                                           : "none");
}

/* FEATURES0 of the TDX module, bit 51 (ENHANCED_DEMOTE_INTERRUPTIBILITY): TDH.MEM.PAGE.DEMOTE is
 * not interrupted without end. */
#define FEATURES0_ENHANCED_DEMOTE (1ULL << 51)

/* How the module splits 2 MiB pages, or "" if the kernel does not print FEATURES0. KVM works with
 * both: it begins a split that was interrupted again. */
static const char *splits(const struct fact *features0)
{
    if (features0->error)
        return "";
    if (features0->value & FEATURES0_ENHANCED_DEMOTE)
        return ", splits 2 MiB pages without interruption";
    return ", may interrupt splits of 2 MiB pages";
}

void check_tdx_version(CHECK_ARGUMENTS)
{
    const struct host_tdx *tdx = &facts->host.tdx;
    const struct version *version = &tdx->module_version;
    const char *how = splits(&tdx->module_features0);
    bool has_micro = version->micro != 0;
    bool is_old_build = version->major == 1 && version->minor == 5 &&
                        tdx->module_build.error == 0 && tdx->module_build.value < oldest_build;

    if (tdx->backend == HOST_BACKEND_SOFTMOD) {
        check_skip(result, CHECK_SKIP_NOT_APPLICABLE,
                   "this host runs softmod, not Intel's TDX module");
        return;
    }
    if (!tdx->has_module_version) {
        check_skip(result, CHECK_SKIP_NOT_APPLICABLE,
                   "this kernel does not report the module's version");
        return;
    }
    if (has_micro && tdx->module_build.error == 0)
        check_value(result, "%u.%u.%02u, build %llu", version->major, version->minor,
                    version->micro, (unsigned long long)tdx->module_build.value);
    else if (has_micro)
        check_value(result, "%u.%u.%02u%s", version->major, version->minor, version->micro, how);
    else if (tdx->module_build_date.error == 0)
        check_value(result, "%u.%u, built %llu", version->major, version->minor,
                    (unsigned long long)tdx->module_build_date.value);
    else
        check_value(result, "%u.%u", version->major, version->minor);
    if (version->major < 1 || (version->major == 1 && version->minor < 5) || is_old_build ||
        (has_micro && version_compare(version, &oldest_module) < 0))
        check_fail(result, "the TDX module is older than 1.5.05");
}

void check_tdx_pamt(CHECK_ARGUMENTS)
{
    const struct host_tdx *tdx = &facts->host.tdx;
    const struct host_memory *memory = &facts->host.memory;
    char size[24];
    double percent;

    if (tdx->pamt_kib.error || memory->total_kib.error || !memory->total_kib.value) {
        check_skip(result, CHECK_SKIP_NOT_APPLICABLE, "this kernel does not report it");
        return;
    }
    percent = 100.0 * (double)tdx->pamt_kib.value /
              (double)(memory->total_kib.value + tdx->pamt_kib.value);
    text_from_kib(size, sizeof(size), tdx->pamt_kib.value);
    check_value(result, "%s, %.2f %% of memory", size, percent);
    if (percent > 1.0)
        check_fail(result, "it takes more than 1 %% of memory");
}

void check_tdx_keyids(CHECK_ARGUMENTS)
{
    const struct fact *total = &facts->host.tdx.keyids_total, *used = &facts->host.tdx.keyids_used;

    if (total->error || used->error) {
        check_skip(result, CHECK_SKIP_NOT_APPLICABLE,
                   "this kernel does not report KeyIDs: the misc cgroup has no line tdx");
        return;
    }
    check_value(result, "%llu of %llu in use", (unsigned long long)used->value,
                (unsigned long long)total->value);
    if (used->value >= total->value)
        check_fail(result, "all KeyIDs are in use");
}

void check_kvm_loaded(CHECK_ARGUMENTS)
{
    if (facts->host.tdx.kvm_loaded == TRI_YES)
        check_pass(result, "loaded");
    else
        check_fail(result, "KVM is not loaded: there is no /sys/module/kvm");
}

void check_kvm_param(CHECK_ARGUMENTS)
{
    const struct host_tdx *tdx = &facts->host.tdx;
    const struct errline *known;

    switch (tdx->kvm_param) {
    case TRI_YES:
        check_pass(result, "tdx=Y");
        break;
    case TRI_NO:
        known = errline_find(tdx->kvm_failure);
        check_value(result, "%s", tdx->kvm_failure);
        if (known)
            check_fail(result, "tdx=N: %s %s", known->words, known->advice);
        else if (tdx->kvm_failure[0] || tdx->module_failure[0])
            check_fail(result,
                       "tdx=N: KVM turned TDX off because it failed: the kernel log says why");
        else
            check_fail(result, "tdx=N: TDX was not asked for, or it failed and KVM turned it off");
        break;
    case TRI_UNKNOWN:
        if (tdx->offers_tds == TRI_YES)
            check_pass(result, "this KVM offers TDX without the parameter");
        else
            check_fail(result, "this KVM has no parameter tdx, so it cannot run TDs");
        break;
    }
}

/* Upstream kernels up to this version map private memory by 4 KiB pages only. */
static const struct version last_small = { 7, 0, 999 };

void check_kvm_huge_pages(CHECK_ARGUMENTS)
{
    const struct host *host = &facts->host;

    if (host->tdx.huge_pages == TRI_YES)
        check_pass(result, "gmem_huge_pages=Y");
    else if (host->tdx.huge_pages == TRI_NO)
        check_fail(result, "gmem_huge_pages=N: 2 MiB pages were turned off");
    else if (host->kernel.release[0] && version_compare(&host->kernel.version, &last_small) <= 0)
        check_fail(result, "this kernel maps private memory by 4 KiB pages only");
    else
        check_skip(result, CHECK_SKIP_NOT_APPLICABLE, "this kernel does not report it");
}

void check_kvm_vm_type(CHECK_ARGUMENTS)
{
    const struct fact *types = &facts->host.tdx.vm_types;

    if (types->error == -EACCES || types->error == -EPERM) {
        check_skip(result, CHECK_SKIP_UNKNOWN, "no permission to open /dev/kvm: run as root");
        return;
    }
    if (types->error) {
        check_skip(result, CHECK_SKIP_UNKNOWN, "/dev/kvm does not answer: %s",
                   strerror(-types->error));
        return;
    }
    check_value(result, "VM types 0x%llx", (unsigned long long)types->value);
    if (facts->host.tdx.offers_tds != TRI_YES)
        check_fail(result, "the type of TDs is not one of them");
}
