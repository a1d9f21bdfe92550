/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "klog.h"

#include <string.h>

static struct fact number_after(const char *text, const char *mark, bool is_hex)
{
    struct fact fact = { 0 };

    fact.error = text_u64_after(text, mark, is_hex, &fact.value);
    return fact;
}

static void on_keyids(const char *text, struct host_tdx *tdx)
{
    tdx->log_keyid_first = number_after(text, "range [", false);
    tdx->log_keyid_end = number_after(text, ",", false);
    if (tdx->module_state <= HOST_MODULE_ABSENT)
        tdx->module_state = HOST_MODULE_IDLE;
}

static void on_ready(const char *text, struct host_tdx *tdx)
{
    (void)text;
    tdx->module_state = HOST_MODULE_READY;
    tdx->module_failure[0] = '\0';
}

/* Keeps the first failure: later ones are its consequences. */
static void on_failure(const char *text, struct host_tdx *tdx)
{
    tdx->module_state = HOST_MODULE_FAILED;
    if (!tdx->module_failure[0])
        text_copy(tdx->module_failure, sizeof(tdx->module_failure), text);
}

static void on_seamcall(const char *text, struct host_tdx *tdx)
{
    struct fact leaf = number_after(text, "SEAMCALL (", true);
    struct fact status = number_after(text, "failed:", true);

    if (leaf.error == 0 && status.error == 0 && !tdx->module_failure[0]) {
        tdx->seamcall_leaf = leaf;
        tdx->seamcall_status = status;
    }
    on_failure(text, tdx);
}

static void on_kvm_ready(const char *text, struct host_tdx *tdx)
{
    (void)text;
    tdx->kvm_failure[0] = '\0';
}

static void on_kvm_failure(const char *text, struct host_tdx *tdx)
{
    if (!tdx->kvm_failure[0])
        text_copy(tdx->kvm_failure, sizeof(tdx->kvm_failure), text);
}

static void on_pamt(const char *text, struct host_tdx *tdx)
{
    char digits[24];
    struct fact fact = { 0 };

    text_print(digits, sizeof(digits), "%.*s", (int)strspn(text, "0123456789"), text);
    fact.error = text_to_u64(digits, &fact.value);
    if (fact.error == 0)
        tdx->pamt_kib = fact;
}

/* Ubuntu 6.8: "TDX module: attributes 0x0, vendor_id 0x8086, major_version 1, minor_version 5, ..."
 */
static void on_attributes(const char *text, struct host_tdx *tdx)
{
    struct fact major = number_after(text, "major_version", false);
    struct fact minor = number_after(text, "minor_version", false);

    tdx->module_build_date = number_after(text, "build_date", false);
    if (major.error < 0 || minor.error < 0 || major.value > 999 || minor.value > 999)
        return;
    tdx->has_module_version = true;
    tdx->module_version =
            (struct version){ (unsigned int)major.value, (unsigned int)minor.value, 0 };
}

/* Later kernels print "Module version: 1.5.24". */
static void on_version(const char *text, struct host_tdx *tdx)
{
    if (text_to_version(text, &tdx->module_version) == 0)
        tdx->has_module_version = true;
}

static void on_features0(const char *text, struct host_tdx *tdx)
{
    tdx->module_features0 = number_after(text, "FEATURES0:", true);
}

/* The first entry whose mark occurs in a line handles the line. */
static const struct {
    const char *mark;
    void (*handle)(const char *text, struct host_tdx *tdx);
} lines[] = {
    { "private KeyID range [", on_keyids },
    { "KB allocated for PAMT", on_pamt },
    { "SEAMCALL (", on_seamcall },
    { "odule initialized", on_ready }, /* "module initialized", "TDX-Module initialized" (7.1) */
    { "module not loaded", on_failure },
    { "nitialization failed", on_failure },
    /* Messages of KVM in kernel-tdx. If the module failed, a line above says so already. */
    { "TDs are available", on_kvm_ready },
    { "needs two-dimensional paging", on_kvm_failure },
    { "needs 48 physical address bits", on_kvm_failure },
    { "needs MMIO caching", on_kvm_failure },
    { "too old or too new", on_kvm_failure },
    { "can not be used:", on_kvm_failure },
    { "TDX module: attributes", on_attributes },
    { "odule version", on_version },
    { "Module FEATURES0", on_features0 },
};

static const char *tdx_text(const char *line)
{
    static const char *const prefixes[] = { "virt/tdx: ", "tdx: " };

    for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
        const char *at = strstr(line, prefixes[i]);

        if (at)
            return at + strlen(prefixes[i]);
    }
    return NULL;
}

void klog_read(char *text, struct host_tdx *tdx)
{
    char *line;

    if (tdx->module_state == HOST_MODULE_UNKNOWN)
        tdx->module_state = HOST_MODULE_ABSENT;
    while ((line = text_next_line(&text))) {
        const char *said = tdx_text(line);

        for (size_t i = 0; said && i < ARRAY_SIZE(lines); i++)
            if (strstr(said, lines[i].mark)) {
                lines[i].handle(said, tdx);
                break;
            }
    }
}
