/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conf.h"

#include <string.h>

#include "text.h"

static int parse_line(char *line, conf_handler handler, void *data)
{
    char *equals = strchr(line, '=');

    if (!equals)
        return -EINVAL;
    *equals = '\0';
    return handler(text_trim(line), text_trim(equals + 1), data);
}

int conf_parse(char *text, conf_handler handler, void *data, struct conf_faults *ret_faults)
{
    struct conf_faults faults = { 0 };
    unsigned int number = 0;
    char *line;

    while ((line = text_next_line(&text))) {
        int r;

        if (++number > CONF_MAX_LINES)
            return -E2BIG;
        line = text_trim(line);
        if (*line == '\0' || *line == '#' || *line == ';')
            continue;
        r = parse_line(line, handler, data);
        if (r < 0 && faults.count++ == 0) {
            faults.first_line = number;
            faults.first_error = r;
        }
    }
    *ret_faults = faults;
    return 0;
}
