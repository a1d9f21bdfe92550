/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the family of the distribution, on which the tools for boot loader, initramfs and packages
 * depend. */
#include <string.h>

#include "file.h"
#include "host.h"

static const struct {
    const char *id;
    enum host_family family;
} families[] = {
    { "rhel", HOST_FAMILY_EL },       { "fedora", HOST_FAMILY_EL },
    { "centos", HOST_FAMILY_EL },     { "debian", HOST_FAMILY_DEBIAN },
    { "ubuntu", HOST_FAMILY_DEBIAN }, { "suse", HOST_FAMILY_SUSE },
    { "sles", HOST_FAMILY_SUSE },     { "opensuse", HOST_FAMILY_SUSE },
};

/* The value is a word, or words in quotes. */
static enum host_family family_of(char *value)
{
    char *word;

    for (char *c = value; *c; c++)
        if (strchr("\"'", *c))
            *c = ' ';
    while ((word = text_next_word(&value)))
        for (size_t i = 0; i < ARRAY_SIZE(families); i++)
            if (strcmp(word, families[i].id) == 0)
                return families[i].family;
    return HOST_FAMILY_UNKNOWN;
}

enum host_family host_read_family(const struct ask *ask)
{
    static const char *const files[] = { "etc/os-release", "usr/lib/os-release" };
    enum host_family family = HOST_FAMILY_UNKNOWN;
    _cleanup_free_ char *text = NULL;
    char *cursor, *line;

    for (size_t i = 0; i < ARRAY_SIZE(files) && !text; i++)
        (void)file_read(ask->root_fd, files[i], FILE_MAX_SMALL, &text);
    cursor = text;
    while (family == HOST_FAMILY_UNKNOWN && (line = text_next_line(&cursor)))
        if (text_starts_with(line, "ID=") || text_starts_with(line, "ID_LIKE="))
            family = family_of(strchr(line, '=') + 1);
    return family;
}
