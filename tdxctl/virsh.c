/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "virsh.h"

#include <string.h>

#include "program.h"
#include "text.h"

#define MAX_ARGUMENTS 16
#define TIMEOUT_S     60

/* Joins all lines with "; ": virsh says in the first what failed, and why in the last. */
static void join_lines(char *text, char *says)
{
    char *line;
    size_t len = 0;

    says[0] = '\0';
    while ((line = text_next_line(&text))) {
        char clean[VIRSH_SAYS_SIZE];

        text_copy(clean, sizeof(clean), text_trim(line));
        if (!clean[0])
            continue;
        text_print(says + len, VIRSH_SAYS_SIZE - len, "%s%s", len ? "; " : "", clean);
        len = strlen(says);
    }
}

int virsh_run(char *const *argv, char *says)
{
    const char *program = secure_getenv("TDX_HOST_VIRSH") ?: "virsh";
    char *all[MAX_ARGUMENTS] = { (char *)(uintptr_t)program, (char *)(uintptr_t) "-c",
                                 (char *)(uintptr_t) "qemu:///system" };
    char text[VIRSH_SAYS_SIZE];
    int r;

    for (size_t i = 0; argv[i] && i + 4 < MAX_ARGUMENTS; i++)
        all[i + 3] = argv[i];
    r = program_run(all, TIMEOUT_S, text, sizeof(text));
    join_lines(text, says);
    return r;
}
