/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parses text: numbers, words, lines. Pure: nothing here reads a file. */
#pragma once

#include "util.h"

/* A version as "10.1.2"; a number that is missing is 0. */
struct version {
    unsigned int major;
    unsigned int minor;
    unsigned int micro;
};

/* Decimal, or hexadecimal with 0x. The whole text must be the number. -EINVAL, -ERANGE. */
int text_to_u64(const char *text, uint64_t *ret_value);

/* Hexadecimal, 0x optional. */
int text_to_u64_hex(const char *text, uint64_t *ret_value);

/* The number that follows the first occurrence of mark, after blanks. -ENOENT if mark does not
 * occur, -EINVAL if no number follows. */
int text_u64_after(const char *text, const char *mark, bool is_hex, uint64_t *ret_value);

/* A truth value as in kernel parameters: 1 y t on, 0 n f off; the rest of the word does not matter.
 * -EINVAL for others. */
int text_to_bool(const char *text, bool *ret_value);

/* "4G", "512M", "64K", "1024" (KiB without a suffix) -> KiB. */
int text_to_kib(const char *text, uint64_t *ret_kib);

/* The first version number in the text. -ENOENT if there is none. */
int text_to_version(const char *text, struct version *ret_version);
int version_compare(const struct version *a, const struct version *b);

/* Removes blanks at both ends. Writes into text. */
char *text_trim(char *text);

/* Returns the next line and moves the cursor behind it; NULL at the end. Writes into the text. */
char *text_next_line(char **cursor);

/* The same for the next word between blanks. */
char *text_next_word(char **cursor);

/* strstr() without regard to case. */
const char *text_find(const char *text, const char *word);

/* Do the parts of pattern, which "*" separates, occur in the text one after the other? Case does
 * not matter. */
bool text_matches(const char *text, const char *pattern);

bool text_starts_with(const char *text, const char *prefix);
bool text_ends_with(const char *text, const char *suffix);

/* Is word one of the blank-separated words of list? */
bool text_has_word(const char *list, const char *word);

/* Gets VALUE of key=VALUE in a kernel command line; the last one wins. -ENOENT if there is none. */
int text_cmdline_value(const char *cmdline, const char *key, char *ret_value, size_t size);

/* Copies up to size bytes. Replaces bytes that are no printable UTF-8 by '?', so that a name cannot
 * send control sequences to a terminal. */
void text_copy(char *dst, size_t size, const char *src);

/* snprintf() without a return value: a text that does not fit is cut. */
void text_print(char *dst, size_t size, const char *format, ...) PRINTF_LIKE(3, 4);

/* Prints a size as "12.5 GiB". */
void text_from_kib(char *dst, size_t size, uint64_t kib);
