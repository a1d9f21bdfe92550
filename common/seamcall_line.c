/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seamcall_line.h"

#include <ctype.h>
#include <string.h>

#include "seamcall.h"
#include "text.h"

/* What stands before the number of the leaf. Kernels up to 6.5 printed it in decimal. */
static const struct {
    const char *mark;
    bool is_hex;
} leaf_marks[] = { { "SEAMCALL (0x", true },
                   { "SEAMCALL[0x", true },
                   { "SEAMCALL 0x", true },
                   { "leaf 0x", true },
                   { "leaf ", false } };

/* What stands before the status. If nothing of it is in the line, a number is a status only if the
 * table of codes has it. */
static const char *const status_marks[] = { "hw_errors:", "failed:", "status:",
                                            "error ",     "error:",  "returned " };

/* "TDH_MEM_PAGE_ADD" or "tdh_mem_page_add" -> "TDH.MEM.PAGE.ADD". */
static bool find_name(const char *line, char *ret_name)
{
    const char *at = line;

    while ((at = text_find(at, "TDH")) && at[3] != '.' && at[3] != '_')
        at += 3;
    if (!at)
        return false;
    for (size_t i = 0; i + 1 < SEAMCALL_NAME_SIZE; i++) {
        unsigned char c = (unsigned char)at[i];

        ret_name[i] = (char)(c == '_' ? '.' : toupper(c));
        if (!isalnum(c) && c != '_' && c != '.') {
            ret_name[i] = '\0';
            break;
        }
    }
    ret_name[SEAMCALL_NAME_SIZE - 1] = '\0';
    return true;
}

static void find_leaf(const char *line, char *ret_name)
{
    uint64_t leaf;

    ret_name[0] = '\0';
    if (find_name(line, ret_name))
        return;
    for (size_t i = 0; i < ARRAY_SIZE(leaf_marks); i++)
        if (text_u64_after(line, leaf_marks[i].mark, leaf_marks[i].is_hex, &leaf) == 0) {
            text_copy(ret_name, SEAMCALL_NAME_SIZE, seamcall_leaf_name(leaf) ?: "");
            return;
        }
}

/* A number whose upper half is 0 is SUCCESS, or no status at all. */
static bool status_after_mark(const char *line, uint64_t *ret_status)
{
    for (size_t i = 0; i < ARRAY_SIZE(status_marks); i++)
        if (text_u64_after(line, status_marks[i], true, ret_status) == 0 && *ret_status >> 32)
            return true;
    return false;
}

static bool status_by_code(const char *line, uint64_t *ret_status)
{
    struct seamcall_status status;

    for (const char *at = line; (at = strstr(at, "0x")); at += 2) {
        if (text_u64_after(at, "0x", true, ret_status) < 0 || !(*ret_status >> 32))
            continue;
        seamcall_decode(*ret_status, &status);
        if (status.code)
            return true;
    }
    return false;
}

void seamcall_read_line(const char *line, struct seamcall_line *ret_line)
{
    struct seamcall_line found = { 0 };

    find_leaf(line, found.leaf);
    found.has_status =
            status_after_mark(line, &found.status) || status_by_code(line, &found.status);
    if (!found.has_status)
        found.status = 0;
    *ret_line = found;
}
