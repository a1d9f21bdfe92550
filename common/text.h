/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text -> numbers, words and lines. Pure; nothing here reads a file. */
#pragma once

#include "util.h"

/* "10.1.2" and what follows. A part that is absent is 0. */
struct version {
    unsigned int major;
    unsigned int minor;
    unsigned int micro;
};

/* Decimal, or hexadecimal with 0x. The whole text must be the number. -EINVAL, -ERANGE. */
int text_to_u64(const char *text, uint64_t *ret_value);

/* Hexadecimal, 0x optional. */
int text_to_u64_hex(const char *text, uint64_t *ret_value);

/* The number after the first occurrence of mark and blanks, up to what is no digit. -ENOENT,
 * -EINVAL. */
int text_u64_after(const char *text, const char *mark, bool is_hex, uint64_t *ret_value);

/* As kernel parameters have it: 1 y t on, 0 n f off; only the first letters count. -EINVAL. */
int text_to_bool(const char *text, bool *ret_value);

/* "4G", "512M", "64K", "1024" (KiB without a suffix) -> KiB. */
int text_to_kib(const char *text, uint64_t *ret_kib);

/* First version number in the text. -ENOENT if there is none. */
int text_to_version(const char *text, struct version *ret_version);
int version_compare(const struct version *a, const struct version *b);

/* Cuts the blanks at both ends, in place. */
char *text_trim(char *text);

/* Cuts and returns the next line; NULL at the end. */
char *text_next_line(char **cursor);

/* Cuts and returns the next word between blanks; NULL at the end. */
char *text_next_word(char **cursor);

bool text_starts_with(const char *text, const char *prefix);
bool text_ends_with(const char *text, const char *suffix);

/* Is word one of the blank-separated words of list? */
bool text_has_word(const char *list, const char *word);

/* Value of key=VALUE in a kernel command line, the last one wins; NULL if absent. */
int text_cmdline_value(const char *cmdline, const char *key, char *ret_value, size_t size);

/* Bounded copy; what is no printable UTF-8 becomes '?', so that no name can drive a terminal. */
void text_copy(char *dst, size_t size, const char *src);

/* snprintf that always terminates and never says how much it lost. */
void text_print(char *dst, size_t size, const char *format, ...) PRINTF_LIKE(3, 4);

/* "12.5 GiB" */
void text_from_kib(char *dst, size_t size, uint64_t kib);
