/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "errline.h"

#include <ctype.h>
#include <string.h>

#include "text.h"

/* The first entry with a mark that occurs in the line is taken: put narrow marks above wide ones.
 */
static const struct errline_table *const tables[] = { &errline_qemu, &errline_kernel,
                                                      &errline_softmod, &errline_attest };

/* Does the mark occur in the line? A mark that is a number must be the whole number there: 0xb010
 * does not match 0xb0104000. */
static bool has_mark(const char *line, const char *mark)
{
    size_t len = strlen(mark);

    if (!text_starts_with(mark, "0x"))
        return text_matches(line, mark);
    for (const char *at = text_find(line, mark); at; at = text_find(at + len, mark))
        if (!isxdigit((unsigned char)at[len]))
            return true;
    return false;
}

const struct errline *errline_at(size_t index)
{
    for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
        if (index < tables[i]->count)
            return &tables[i]->lines[index];
        index -= tables[i]->count;
    }
    return NULL;
}

const struct errline *errline_find(const char *line)
{
    const struct errline *known;

    for (size_t i = 0; (known = errline_at(i)); i++)
        for (size_t j = 0; j < ERRLINE_MAX_MARKS && known->marks[j]; j++)
            if (has_mark(line, known->marks[j]))
                return known;
    return NULL;
}
