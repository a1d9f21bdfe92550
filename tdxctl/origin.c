/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tdxctl origin: writes down what the host is like before tdx-host changes it; origin restore gives
 * it back. */
#include "origin.h"

#include <stdio.h>
#include <string.h>

#include "file.h"
#include "program.h"

#define MAX_ARGUMENTS 512
#define MAX_SAYS      ((size_t)1024 * 1024)
#define TIMEOUT_S     1800

static const struct {
    const char *name;
    const char *variable; /* names a stand-in for tests */
} programs[] = {
    [ORIGIN_RPM] = { "rpm", "TDX_HOST_RPM" },
    [ORIGIN_DNF] = { "dnf", "TDX_HOST_DNF" },
    [ORIGIN_DRACUT] = { "dracut", "TDX_HOST_DRACUT" },
    [ORIGIN_SYSTEMCTL] = { "systemctl", "TDX_HOST_SYSTEMCTL" },
};

int origin_run(const struct ctl *ctl, enum origin_program program, char *const *arguments,
               char **ret_says)
{
    const char *stand_in = secure_getenv(programs[program].variable);
    _cleanup_free_ char *says = malloc(MAX_SAYS);
    char *argv[MAX_ARGUMENTS] = { (char *)(uintptr_t)(stand_in ?: programs[program].name) };
    size_t i;
    int r;

    if (!ctl->is_live && !stand_in)
        return -ENOSYS;
    if (!says)
        return -ENOMEM;
    for (i = 0; arguments[i]; i++) {
        if (i + 2 == MAX_ARGUMENTS)
            return -E2BIG;
        argv[i + 1] = arguments[i];
    }
    r = program_run(argv, TIMEOUT_S, says, MAX_SAYS);
    if (r == 0)
        *ret_says = STEAL_PTR(says);
    return r > 0 ? -EIO : r;
}

/* Adds the first word of each line to a list. */
static int add_list(const struct ctl *ctl, json_object *origin, const char *key,
                    enum origin_program program, char *const *arguments)
{
    json_object *list = json_object_new_array();
    _cleanup_free_ char *says = NULL;
    int r = origin_run(ctl, program, arguments, &says);
    char *rest = says, *line;

    (void)json_object_object_add(origin, key, list);
    if (r < 0)
        return r;
    while ((line = text_next_line(&rest))) {
        const char *word = text_next_word(&line);

        if (word)
            (void)json_object_array_add(list, json_object_new_string(word));
    }
    return 0;
}

static int write_origin(struct ctl *ctl)
{
    char all[] = "-qa", format[] = "--qf", names[] = "%{NAME}\n";
    char list[] = "list-unit-files", plain[] = "--plain", no_legend[] = "--no-legend";
    char enabled[] = "--state=enabled";
    char *packages[] = { all, format, names, NULL };
    char *units[] = { list, plain, no_legend, enabled, NULL };
    json_object *origin = json_object_new_object();
    int r = origin_collect(ctl->ask.root_fd, origin);

    if (r == 0)
        r = add_list(ctl, origin, "packages", ORIGIN_RPM, packages);
    if (r == 0)
        r = add_list(ctl, origin, "enabled_units", ORIGIN_SYSTEMCTL, units);
    if (r == 0)
        r = origin_save(ctl->ask.root_fd, origin);
    json_object_put(origin);
    if (r < 0)
        return ctl_error("cannot write down what this host is like: %s",
                         r == -ENOSYS ? "a recorded host has no packages and units to ask for"
                                      : strerror(-r));
    (void)printf("written to /%s\n", ORIGIN_FILE);
    return CTL_OK;
}

int verb_origin(struct ctl *ctl, int argc, char **argv)
{
    json_object *origin;
    int r;

    if (argc == 2 && strcmp(argv[1], "restore") == 0)
        return ctl_take_options(ctl, "origin restore", CTL_DRY_RUN) ?: origin_restore(ctl);
    if (argc != 1)
        return ctl_error("origin takes nothing, or restore");
    r = ctl_take_options(ctl, "origin", 0);
    if (r != CTL_OK)
        return r;
    r = origin_load(ctl->ask.root_fd, &origin);
    if (r == -ENOENT)
        return write_origin(ctl);
    if (r < 0)
        return ctl_error("cannot read " ORIGIN_FILE ": %s",
                         r == -EBADMSG ? "it is corrupt" : strerror(-r));
    json_object_put(origin);
    (void)printf("written before; /%s stays as it is\n", ORIGIN_FILE);
    return CTL_OK;
}
