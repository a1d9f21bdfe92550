/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "klog.h"

#include <string.h>

#include "seamcall_line.h"

/* Builds of module 1.5, whose version kernels before 6.19 print without its last number. */
static const struct {
    uint64_t build;
    unsigned int micro;
} builds[] = { { 595, 1 }, { 698, 5 } };

static struct fact number_after(const char *text, const char *mark, bool is_hex)
{
    struct fact fact = { 0 };

    fact.error = text_u64_after(text, mark, is_hex, &fact.value);
    return fact;
}

static void on_keyids(const char *text, struct host_tdx *tdx)
{
    tdx->log_keyid_first = number_after(text, "[", false);
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

static void on_kvm_ready(const char *text, struct host_tdx *tdx)
{
    (void)text;
    tdx->kvm_failure[0] = '\0';
}

static void on_pamt(const char *text, struct host_tdx *tdx)
{
    char digits[24];
    struct fact fact = { 0 };
    size_t len;

    text += strcspn(text, "0123456789");
    len = strspn(text, "0123456789");
    text_print(digits, sizeof(digits), "%.*s", (int)len, text);
    fact.error = text_to_u64(digits, &fact.value);
    /* 5.19 counts pages of 4 KiB. */
    if (fact.error == 0 && text_starts_with(text + len, " pages") &&
        __builtin_mul_overflow(fact.value, 4ULL, &fact.value))
        fact.error = -ERANGE;
    if (fact.error == 0)
        tdx->pamt_kib = fact;
}

/* "TDX module: attributes 0x0, vendor_id 0x8086, major_version 1, minor_version 5, ..." */
static void on_attributes(const char *text, struct host_tdx *tdx)
{
    struct fact major = number_after(text, "major_version", false);
    struct fact minor = number_after(text, "minor_version", false);

    tdx->module_build_date = number_after(text, "build_date", false);
    tdx->module_build = number_after(text, "build_num", false);
    if (major.error < 0 || minor.error < 0 || major.value > 999 || minor.value > 999)
        return;
    tdx->has_module_version = true;
    tdx->module_version =
            (struct version){ (unsigned int)major.value, (unsigned int)minor.value, 0 };
    for (size_t i = 0; i < ARRAY_SIZE(builds); i++)
        if (minor.value == 5 && tdx->module_build.error == 0 &&
            builds[i].build == tdx->module_build.value)
            tdx->module_version.micro = builds[i].micro;
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

static void on_guest(const char *text, struct host_tdx *tdx)
{
    (void)text;
    tdx->is_inside_td = true;
}

/* The first entry whose mark occurs in a line handles the line. */
static const struct {
    const char *mark;
    void (*handle)(const char *text, struct host_tdx *tdx);
} lines[] = {
    { "tdx: Guest detected", on_guest },
    { "private KeyID range", on_keyids },
    { "allocated for PAMT", on_pamt },
    { "module*initialized",
      on_ready }, /* "TDX-Module initialized" (7.1), "TDX module initialized" */
    { "TDs are available", on_kvm_ready },
    { "vendor_id*major_version", on_attributes },
    { "module version", on_version },
    { "Module FEATURES0", on_features0 },
};

/* Words of a line that reports an error. */
static const char *const error_words[] = {
    "fail",           "error",
    "not enabled",    "not supported",
    "unsupported",    "not loaded",
    "not available",  "no TDX",
    "cannot",         "can not",
    "can't",          "unable",
    "require",        "needs",
    "[firmware bug]", "invalid",
    "exhausted",      "too few",
    "too old",        "too new",
    "disable TDX",    "disabled platform",
    "smaller than",   "not initialized",
    "not found",      "WARNING:",
    "BUG:",
};

static bool names_tdx(const char *line)
{
    return text_find(line, "tdx") || text_find(line, "SEAMCALL") || text_find(line, "TDH");
}

static bool has_error_word(const char *line)
{
    for (size_t i = 0; i < ARRAY_SIZE(error_words); i++)
        if (text_find(line, error_words[i]))
            return true;
    return false;
}

/* The text of a line behind the kernel's time stamp "[    9.124363] ". */
static const char *message_of(const char *line)
{
    const char *stamp = line[0] == '[' ? strstr(line, "] ") : NULL;

    return stamp ? stamp + 2 : line;
}

/* Keeps the first error of the module, of KVM, and, once the module runs, of the host's TDs. */
static void on_error(const char *text, struct host_tdx *tdx)
{
    bool is_kvm = text_starts_with(text, "kvm");
    struct seamcall_line call;
    char *kept;

    seamcall_read_line(text, &call);
    if (is_kvm ? call.has_status : tdx->module_state == HOST_MODULE_READY)
        kept = tdx->log_error;
    else
        kept = is_kvm ? tdx->kvm_failure : tdx->module_failure;
    if (kept == tdx->log_error)
        tdx->log_error_count++;
    if (kept == tdx->module_failure)
        tdx->module_state = HOST_MODULE_FAILED;
    if (!kept[0])
        text_copy(kept, HOST_LOG_LINE, text);
}

/* The kernel's command line is repeated in the log, with any words that somebody put there. */
static bool is_of_tdx(const char *line)
{
    return names_tdx(line) && !text_find(line, "command line");
}

bool klog_is_error(const char *line)
{
    return is_of_tdx(line) && has_error_word(line);
}

static void read_line(const char *line, struct host_tdx *tdx)
{
    const char *said = message_of(line);

    if (!is_of_tdx(line))
        return;
    if (has_error_word(line)) {
        on_error(said, tdx);
        return;
    }
    for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
        if (text_matches(line, lines[i].mark)) {
            lines[i].handle(said, tdx);
            return;
        }
}

void klog_read(char *text, struct host_tdx *tdx)
{
    char *line;

    if (tdx->module_state == HOST_MODULE_UNKNOWN)
        tdx->module_state = HOST_MODULE_ABSENT;
    while ((line = text_next_line(&text)))
        read_line(line, tdx);
}
