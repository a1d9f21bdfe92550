/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return 16;
}

static int parse_digits(const char *text, unsigned int base, uint64_t *ret_value)
{
    uint64_t value = 0;

    if (!*text)
        return -EINVAL;
    for (; *text; text++) {
        unsigned int digit = (unsigned int)digit_value(*text);

        if (digit >= base)
            return -EINVAL;
        if (__builtin_mul_overflow(value, (uint64_t)base, &value) ||
            __builtin_add_overflow(value, (uint64_t)digit, &value))
            return -ERANGE;
    }
    *ret_value = value;
    return 0;
}

static const char *skip_hex_prefix(const char *text)
{
    return text[0] == '0' && (text[1] == 'x' || text[1] == 'X') ? text + 2 : text;
}

int text_to_u64(const char *text, uint64_t *ret_value)
{
    const char *digits = skip_hex_prefix(text);

    return parse_digits(digits, digits == text ? 10 : 16, ret_value);
}

int text_to_u64_hex(const char *text, uint64_t *ret_value)
{
    return parse_digits(skip_hex_prefix(text), 16, ret_value);
}

int text_u64_after(const char *text, const char *mark, bool is_hex, uint64_t *ret_value)
{
    const char *at = strstr(text, mark);
    char digits[24];

    if (!at)
        return -ENOENT;
    at += strlen(mark);
    at += strspn(at, " ");
    text_print(digits, sizeof(digits), "%.*s",
               (int)strspn(at, is_hex ? "0123456789abcdefxABCDEFX" : "0123456789"), at);
    return is_hex ? text_to_u64_hex(digits, ret_value) : text_to_u64(digits, ret_value);
}

int text_to_bool(const char *text, bool *ret_value)
{
    bool is_o = text[0] == 'o' || text[0] == 'O';
    const char *on = is_o ? "nN" : "1yYtT", *off = is_o ? "fF" : "0nNfF";
    char letter = text[is_o];

    if (!letter || (!strchr(on, letter) && !strchr(off, letter)))
        return -EINVAL;
    *ret_value = strchr(on, letter) != NULL;
    return 0;
}

int text_to_kib(const char *text, uint64_t *ret_kib)
{
    static const struct {
        char suffix;
        uint64_t kib;
    } units[] = {
        { 'K', 1 }, { 'M', KIB_PER_MIB }, { 'G', KIB_PER_GIB }, { 'T', KIB_PER_GIB * 1024 }
    };
    char digits[24];
    size_t len = strlen(text);
    uint64_t value, kib = 1;
    int r;

    if (len == 0 || len >= sizeof(digits))
        return -EINVAL;
    memcpy(digits, text, len + 1);
    for (size_t i = 0; i < ARRAY_SIZE(units); i++)
        if (digits[len - 1] == units[i].suffix) {
            kib = units[i].kib;
            digits[len - 1] = '\0';
            break;
        }
    r = parse_digits(digits, 10, &value);
    if (r < 0)
        return r;
    if (__builtin_mul_overflow(value, kib, &value))
        return -ERANGE;
    *ret_kib = value;
    return 0;
}

/* Reads at most five digits, so that nothing can overflow: no version number has more. */
static const char *version_part(const char *text, unsigned int *ret_part)
{
    unsigned int part = 0;

    for (int n = 0; n < 5 && isdigit((unsigned char)*text); n++)
        part = part * 10 + (unsigned int)(*text++ - '0');
    *ret_part = part;
    return text;
}

int text_to_version(const char *text, struct version *ret_version)
{
    struct version v = { 0 };

    /* A number without a dot, as in "x86_64" or "GNU/Linux 2", is not a version. */
    for (; *text; text++) {
        const char *end;

        if (!isdigit((unsigned char)*text))
            continue;
        end = version_part(text, &v.major);
        if (*end == '.' && isdigit((unsigned char)end[1])) {
            end = version_part(end + 1, &v.minor);
            if (*end == '.' && isdigit((unsigned char)end[1]))
                (void)version_part(end + 1, &v.micro);
            *ret_version = v;
            return 0;
        }
        while (isdigit((unsigned char)text[1]))
            text++;
    }
    return -ENOENT;
}

static int order(unsigned int a, unsigned int b)
{
    return (a > b) - (a < b);
}

int version_compare(const struct version *a, const struct version *b)
{
    int r = order(a->major, b->major);

    if (r == 0)
        r = order(a->minor, b->minor);
    return r ? r : order(a->micro, b->micro);
}

char *text_trim(char *text)
{
    size_t len;

    while (isspace((unsigned char)*text))
        text++;
    len = strlen(text);
    while (len > 0 && isspace((unsigned char)text[len - 1]))
        text[--len] = '\0';
    return text;
}

static char *cut_at(char **cursor, const char *separators)
{
    char *start = *cursor;
    size_t len;

    if (!start || !*start)
        return NULL;
    len = strcspn(start, separators);
    *cursor = start[len] ? start + len + 1 : start + len;
    start[len] = '\0';
    return start;
}

char *text_next_line(char **cursor)
{
    return cut_at(cursor, "\n");
}

char *text_next_word(char **cursor)
{
    if (!*cursor)
        return NULL;
    *cursor += strspn(*cursor, " \t\n");
    return cut_at(cursor, " \t\n");
}

const char *text_find(const char *text, const char *word)
{
    return strcasestr(text, word);
}

bool text_matches(const char *text, const char *pattern)
{
    char part[96];

    while (*pattern) {
        size_t len = strcspn(pattern, "*");

        text_print(part, sizeof(part), "%.*s", (int)len, pattern);
        text = text_find(text, part);
        if (!text)
            return false;
        text += len;
        pattern += pattern[len] ? len + 1 : len;
    }
    return true;
}

bool text_starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool text_ends_with(const char *text, const char *suffix)
{
    size_t len = strlen(text), suffix_len = strlen(suffix);

    return len >= suffix_len && strcmp(text + len - suffix_len, suffix) == 0;
}

bool text_has_word(const char *list, const char *word)
{
    size_t len = strlen(word);

    for (const char *at = list; (at = strstr(at, word)); at += len) {
        bool starts = at == list || isspace((unsigned char)at[-1]);

        if (starts && (at[len] == '\0' || isspace((unsigned char)at[len])))
            return true;
    }
    return false;
}

int text_cmdline_value(const char *cmdline, const char *key, char *ret_value, size_t size)
{
    size_t key_len = strlen(key);
    const char *found = NULL;

    for (const char *at = cmdline; *at; at += strcspn(at, " \n")) {
        at += strspn(at, " \n");
        if (strncmp(at, key, key_len) == 0 && at[key_len] == '=')
            found = at + key_len + 1;
    }
    if (!found)
        return -ENOENT;
    text_print(ret_value, size, "%.*s", (int)strcspn(found, " \n"), found);
    return 0;
}

/* Length of the UTF-8 character at text if it is printable; 0 if not. */
static size_t printable_length(const unsigned char *text)
{
    static const struct {
        unsigned char mask;
        unsigned char mark;
        size_t len;
        uint32_t least; /* smaller code points have a shorter encoding, so this one is wrong */
    } forms[] = { { 0xe0, 0xc0, 2, 0xa0 }, { 0xf0, 0xe0, 3, 0x800 }, { 0xf8, 0xf0, 4, 0x10000 } };

    if (text[0] < 0x80)
        return text[0] >= 0x20 && text[0] != 0x7f;
    for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
        uint32_t code = text[0] & (uint32_t)~forms[i].mask & 0xff;

        if ((text[0] & forms[i].mask) != forms[i].mark)
            continue;
        for (size_t j = 1; j < forms[i].len; j++) {
            if ((text[j] & 0xc0) != 0x80)
                return 0;
            code = code << 6 | (text[j] & 0x3f);
        }
        /* U+0080 to U+009F are control characters; surrogates are not characters. */
        if (code < forms[i].least || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
            return 0;
        return forms[i].len;
    }
    return 0;
}

void text_copy(char *dst, size_t size, const char *src)
{
    size_t at = 0;

    while (*src && at + 1 < size) {
        size_t len = printable_length((const unsigned char *)src);

        if (len == 0) {
            dst[at++] = '?';
            src++;
            continue;
        }
        if (at + len >= size)
            break;
        memcpy(dst + at, src, len);
        at += len;
        src += len;
    }
    dst[at] = '\0';
}

void text_print(char *dst, size_t size, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (vsnprintf(dst, size, format, args) < 0)
        dst[0] = '\0';
    va_end(args);
}

void text_from_kib(char *dst, size_t size, uint64_t kib)
{
    if (kib >= KIB_PER_GIB)
        text_print(dst, size, "%.1f GiB", (double)kib / (double)KIB_PER_GIB);
    else
        text_print(dst, size, "%.1f MiB", (double)kib / (double)KIB_PER_MIB);
}
