/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tdxctl explain: says what a status code, an error line or a domain's XML means. */
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "ctl.h"
#include "errline.h"
#include "file.h"
#include "policy.h"
#include "seamcall.h"
#include "situation.h"

static void explain_status(uint64_t value)
{
    struct seamcall_status status;

    seamcall_decode(value, &status);
    (void)printf("0x%016llx  %s\n", (unsigned long long)value,
                 status.code ? status.code->name : "not a known status of TDX module 1.5");
    if (status.code)
        (void)printf("  meaning:  %s\n", status.code->words);
    if (status.operand)
        (void)printf("  operand:  %s\n", status.operand);
    else if ((uint32_t)value)
        (void)printf("  detail:   0x%x\n", (unsigned int)(uint32_t)value);
    (void)printf("  class:    %s%s%s%s\n", status.is_error ? "error" : "no error",
                 status.is_non_recoverable ? ", not recoverable" : "",
                 status.is_fatal ? ", fatal" : "",
                 status.is_retryable ? ", the kernel repeats the call" : "");
    if (status.code && status.code->advice)
        (void)printf("  do:       %s\n", status.code->advice);
}

static void explain_line(const struct errline *line)
{
    (void)printf("%s\n  meaning:  %s\n  do:       %s\n", line->id, line->words, line->advice);
}

/* Finds the status code in a line of the kernel or of QEMU. A number whose upper 32 bits are 0 is
 * no status code. */
static int status_in_line(const char *text, uint64_t *ret_value)
{
    static const char *const marks[] = { "failed:", "hw_errors:" };
    uint64_t value;

    for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
        if (text_u64_after(text, marks[i], true, &value) == 0 && value >> 32) {
            *ret_value = value;
            return 0;
        }
    return -ENOENT;
}

/* A line can be in the table of known lines, contain a status code, or both. */
static bool explain_text(const char *text)
{
    const struct errline *known = errline_find(text);
    uint64_t status, leaf;
    bool has_status = status_in_line(text, &status) == 0;

    if (known)
        explain_line(known);
    if (has_status && text_u64_after(text, "SEAMCALL (", true, &leaf) == 0 &&
        seamcall_leaf_name(leaf))
        (void)printf("%s\n", seamcall_leaf_name(leaf));
    if (has_status)
        explain_status(status);
    return known || has_status;
}

/* A number of up to 8 digits is a known QGS error, or else the upper half of a status code. */
static bool explain_number(const char *text)
{
    struct seamcall_status status;
    uint64_t value;

    if (text_to_u64_hex(text, &value) < 0 || strlen(text) < strlen("0x0"))
        return false;
    if (strlen(text) <= strlen("0x12345678") && value) {
        seamcall_decode(value << 32, &status);
        if (errline_find(text) || !status.code)
            return false;
        value <<= 32;
    }
    explain_status(value);
    return true;
}

static void print_findings(const struct verdict *verdict)
{
    static const char *const actions[] = {
        [RULE_IGNORE] = "ignore", [RULE_WARN] = "warn", [RULE_REFUSE] = "refuse"
    };

    for (size_t i = 0; i < verdict->count; i++) {
        const struct finding *found = &verdict->findings[i];

        (void)printf("  %-7s %s: %s%s%s%s\n          fix: %s\n", actions[found->action],
                     found->rule->token, found->rule->words, found->detail[0] ? " (" : "",
                     found->detail, found->detail[0] ? ")" : "", found->rule->fix);
    }
}

static uint64_t seconds_since_boot(const struct ctl *ctl)
{
    char line[64];
    uint64_t seconds;

    if (file_read_line(ctl->ask.root_fd, "proc/uptime", line, sizeof(line)) < 0)
        return 0;
    line[strcspn(line, ". ")] = '\0';
    return text_to_u64(line, &seconds) < 0 ? 0 : seconds;
}

static int explain_domain(struct ctl *ctl, const char *xml, size_t len)
{
    struct situation now;
    struct verdict verdict;
    struct domain dom;
    int r = domain_parse(xml, len, &dom);

    if (r < 0)
        return ctl_error("this is no domain XML that tdxctl can read: %s", strerror(-r));
    situation_read(&ctl->ask, &ctl->settings, &dom, OPERATION_PREPARE, seconds_since_boot(ctl),
                   &now);
    if (now.others_error)
        return ctl_error("the list of TDs in /run/tdx-host cannot be read: %s",
                         strerror(-now.others_error));
    ctl_print_warning(now.backend);
    policy_judge(&dom, &now, &ctl->settings, &verdict);
    if (dom.security != DOMAIN_SECURITY_TDX && !dom.is_tdx_required)
        (void)printf("%s: not a TDX guest, so the hook does nothing\n", dom.name);
    else if (verdict.is_refused)
        (void)printf("%s: would be refused\n", dom.name);
    else
        (void)printf("%s: would start%s\n", dom.name, verdict.count ? ", with warnings" : "");
    print_findings(&verdict);
    return verdict.is_refused ? CTL_FAILED : CTL_OK;
}

static bool looks_like_file(const char *argument)
{
    return strcmp(argument, "-") == 0 || text_ends_with(argument, ".xml") || strchr(argument, '/');
}

static int explain_file(struct ctl *ctl, const char *path)
{
    bool is_stdin = strcmp(path, "-") == 0;
    _cleanup_close_ int fd =
            is_stdin ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open(path, O_RDONLY | O_CLOEXEC);
    _cleanup_free_ char *xml = NULL;
    size_t len;
    int r;

    if (fd < 0)
        return ctl_error("cannot open %s: %s", path, strerror(errno));
    r = file_read_fd(fd, DOMAIN_MAX_XML, &xml, &len);
    if (r < 0)
        return ctl_error("cannot read %s: %s", path, strerror(-r));
    return explain_domain(ctl, xml, len);
}

/* A line that the shell split into several arguments becomes one line again. */
static void join(int argc, char **argv, char *line, size_t size)
{
    size_t len = 0;

    line[0] = '\0';
    for (int i = 1; i < argc && len + 1 < size; i++) {
        text_print(line + len, size - len, "%s%s", i > 1 ? " " : "", argv[i]);
        len = strlen(line);
    }
}

int verb_explain(struct ctl *ctl, int argc, char **argv)
{
    char line[4096];

    if (argc < 2)
        return ctl_error("explain needs a status code, an error line or a domain's XML file");
    join(argc, argv, line, sizeof(line));
    if ((argc == 2 && explain_number(line)) || explain_text(line))
        return CTL_OK;
    if (argc == 2 && looks_like_file(argv[1]))
        return explain_file(ctl, argv[1]);
    return ctl_error("\"%s\" is not known; give a status code (0x and 16 digits), a line of the "
                     "log of the kernel, QEMU, libvirt or QGS, or an XML file",
                     line);
}
