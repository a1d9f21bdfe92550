/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of logs, and numbers in them: status codes of the TDX module, codes of DCAP. */
#include <stdio.h>
#include <string.h>

#include "dcap.h"
#include "errline.h"
#include "explain.h"
#include "json.h"
#include "klog.h"
#include "seamcall.h"
#include "seamcall_line.h"

#define MAX_LINES 256 /* explanations of one text */
#define MAX_SHOWN 512 /* bytes of a line */

static void explain_status(uint64_t value)
{
    struct seamcall_status status;

    seamcall_decode(value, &status);
    (void)printf("0x%016llx  %s\n", (unsigned long long)value,
                 status.code ? status.code->name : "not a known status of TDX module 1.5");
    if (status.code)
        (void)printf("  meaning:  %s\n", status.code->words);
    if (status.is_msr)
        (void)printf("  MSR:      0x%x (%s)\n", (unsigned int)(uint32_t)value, status.operand);
    else if (status.operand)
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

static json_object *json_of_status(uint64_t value, const char *leaf)
{
    json_object *object = json_object_new_object();
    struct seamcall_status status;
    char number[24];

    seamcall_decode(value, &status);
    text_print(number, sizeof(number), "0x%016llx", (unsigned long long)value);
    json_add_text(object, "status", number);
    json_add_text(object, "leaf", leaf);
    json_add_text(object, "name", status.code ? status.code->name : NULL);
    json_add_text(object, "meaning", status.code ? status.code->words : NULL);
    json_add_text(object, "operand", status.operand);
    json_add_bool(object, "is_error", status.is_error);
    json_add_bool(object, "is_recoverable", !status.is_non_recoverable);
    json_add_bool(object, "is_fatal", status.is_fatal);
    json_add_bool(object, "is_repeated_by_the_kernel", status.is_retryable);
    json_add_text(object, "advice", status.code ? status.code->advice : NULL);
    return object;
}

static json_object *json_of_dcap(const struct dcap_code *code)
{
    json_object *object = json_object_new_object();
    char number[24];

    text_print(number, sizeof(number), "0x%x", code->code);
    json_add_text(object, "code", number);
    json_add_text(object, "name", code->name);
    json_add_text(object, "meaning", code->words);
    json_add_text(object, "advice", code->advice);
    return object;
}

/* If the line itself is known, its entry says what to do. */
static void explain_dcap(const struct dcap_code *code, bool is_line_known)
{
    (void)printf("0x%x  %s\n  meaning:  %s\n", code->code, code->name, code->words);
    if (!is_line_known)
        (void)printf("  do:       %s\n", code->advice);
}

/* What a line says: a name, an entry of the table of known lines, a code, or more of these. */
struct said {
    struct name name;
    const struct errline *known;
    const struct dcap_code *dcap;
    struct seamcall_line call;
};

static bool read_said(const char *text, struct said *ret_said)
{
    struct said said = { 0 };

    if (name_find(text, &said.name)) {
        *ret_said = said;
        return true;
    }
    said.known = errline_find(text);
    seamcall_read_line(text, &said.call);
    if (!said.call.has_status)
        said.dcap = dcap_in_line(text);
    *ret_said = said;
    return said.known || said.dcap || said.call.has_status;
}

static void print_said(const struct said *said)
{
    if (said->name.name)
        (void)printf("%s\n  meaning:  %s\n", said->name.name, said->name.words);
    if (said->name.fix)
        (void)printf("  do:       %s\n", said->name.fix);
    if (said->known)
        (void)printf("%s\n  meaning:  %s\n  do:       %s\n", said->known->id, said->known->words,
                     said->known->advice);
    if (said->call.has_status && said->call.leaf[0])
        (void)printf("%s\n", said->call.leaf);
    if (said->call.has_status)
        explain_status(said->call.status);
    if (said->dcap)
        explain_dcap(said->dcap, said->known != NULL);
}

static void list_said(json_object *list, const char *line, const struct said *said)
{
    json_object *object = json_object_new_object();
    const struct errline *known = said->known;
    char shown[MAX_SHOWN];

    text_copy(shown, sizeof(shown), line);
    json_add_text(object, "line", shown);
    json_add_text(object, "name", known ? known->id : said->name.name);
    json_add_text(object, "meaning", known ? known->words : said->name.words);
    json_add_text(object, "advice", known ? known->advice : said->name.fix);
    (void)json_object_object_add(
            object, "seamcall",
            said->call.has_status ? json_of_status(said->call.status, said->call.leaf) : NULL);
    (void)json_object_object_add(object, "dcap", said->dcap ? json_of_dcap(said->dcap) : NULL);
    (void)json_object_array_add(list, object);
}

bool explain_line(const char *text, json_object *list)
{
    struct said said;

    if (!read_said(text, &said))
        return false;
    if (list)
        list_said(list, text, &said);
    else
        print_said(&said);
    return true;
}

/* A number of up to 8 digits is a known code of QGS, or else the upper half of a status code. */
bool explain_number(const char *text, json_object *list)
{
    struct said said = { 0 };
    struct seamcall_status status;
    uint64_t value;

    if (text_to_u64_hex(text, &value) < 0 || strlen(text) < strlen("0x0"))
        return false;
    if (strlen(text) <= strlen("0x12345678") && value) {
        seamcall_decode(value << 32, &status);
        if (errline_find(text) || dcap_find(value) || !status.code)
            return false;
        if (!list)
            (void)puts("This is half of a status code: the other half can name the operand or the "
                       "MSR. Give all 16 digits.");
        value <<= 32;
    }
    said.call = (struct seamcall_line){ .has_status = true, .status = value };
    if (list)
        list_said(list, text, &said);
    else
        print_said(&said);
    return true;
}

static bool is_same(const struct said *a, const struct said *b)
{
    return a->name.name == b->name.name && a->known == b->known && a->dcap == b->dcap &&
           a->call.status == b->call.status && strcmp(a->call.leaf, b->call.leaf) == 0;
}

/* Prints the line and what it says. An error of TDX is shown although nothing is known about it. */
static bool explain_one(const char *line, const struct said *before, size_t count,
                        json_object *list, struct said *ret_said)
{
    bool is_known = read_said(line, ret_said);
    char shown[MAX_SHOWN];

    for (size_t i = 0; is_known && i < count; i++)
        if (is_same(&before[i], ret_said))
            return false;
    if (!is_known && !klog_is_error(line))
        return false;
    if (list) {
        list_said(list, line, ret_said);
        return true;
    }
    text_copy(shown, sizeof(shown), line);
    (void)printf("%s> %s\n", count ? "\n" : "", shown);
    print_said(ret_said);
    if (!is_known)
        (void)puts("  This line names TDX and an error, but is not known: look at the lines around "
                   "it.");
    return true;
}

int explain_lines(char *text, json_object *list)
{
    struct said said[MAX_LINES];
    size_t count = 0;
    char *line;

    while (count < MAX_LINES && (line = text_next_line(&text)))
        count += explain_one(text_trim(line), said, count, list, &said[count]);
    if (count == MAX_LINES && !list)
        (void)puts("\nThere are more lines; only the first of them are explained.");
    return count ? CTL_OK : ctl_error("no line of this text names an error of TDX");
}
