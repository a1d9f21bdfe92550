/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tdxctl origin restore: gives the host back as it was. Looks at everything first; then the steps
 * run in order, and each does only what is still to do, so that it can be run again. */
#include <stdio.h>
#include <string.h>

#include "boot_entry.h"
#include "file.h"
#include "grubenv.h"
#include "guests.h"
#include "origin.h"
#include "sha256.h"
#include "trial.h"

#define DOMAINS_DIR  "etc/libvirt/qemu"
#define MAX_DOMAINS  4096
#define MAX_PACKAGES 256
#define NAME_SIZE    128

struct restore {
    const struct ctl *ctl;
    json_object *origin;
    char running[96];
    bool has_domains;
    size_t steps_done;
};

/* What this project and its roles install. Others' packages stay, whenever they came. */
static const struct {
    const char *prefix;
    bool is_qemu; /* stays while there are domains */
} packages[] = {
    { "kernel-tdx", false }, { "tdx-host", false }, { "ansible-collection-tdx-host", false },
    { "qemu-kvm", true },    { "libvirt", true },   { "edk2-ovmf", true },
};

static void say(struct restore *restore, const char *what, const char *name)
{
    restore->steps_done++;
    (void)printf("%s%s %s\n", restore->ctl->is_dry_run ? "would " : "", what, name);
}

static bool is_dry(const struct restore *restore)
{
    return restore->ctl->is_dry_run;
}

static int step_default(struct restore *restore)
{
    const char *wanted = origin_text(restore->origin, "default_entry");
    int root_fd = restore->ctl->ask.root_fd, r;
    struct grubenv env;
    char saved[160];

    r = grubenv_read(root_fd, &env);
    if (r < 0)
        return r == -ENOENT ? 0 : r;
    (void)grubenv_get(&env, "saved_entry", saved, sizeof(saved));
    if (strcmp(saved, wanted) == 0)
        return 0;
    say(restore, "set the default to", wanted);
    if (is_dry(restore))
        return 0;
    r = grubenv_set(&env, "saved_entry", *wanted ? wanted : NULL);
    return r < 0 ? r : grubenv_write(root_fd, &env);
}

/* Nothing is taken away from under a kernel that is to go. */
static int step_running(struct restore *restore)
{
    if (origin_has(restore->origin, "kernels", restore->running))
        return 0;
    (void)printf("%s runs, which was not there before: reboot, then run this again\n",
                 restore->running);
    return is_dry(restore) ? 0 : -EAGAIN;
}

static int restore_file(struct restore *restore, const char *path)
{
    const char *before = origin_file_text(restore->origin, path);
    _cleanup_free_ char *now = NULL;
    int root_fd = restore->ctl->ask.root_fd;
    int r = file_read(root_fd, path, FILE_MAX_SMALL, &now);

    if (r < 0 && r != -ENOENT)
        return r;
    if ((!before && !now) || (before && now && strcmp(before, now) == 0))
        return 0;
    say(restore, before ? "restore" : "remove", path);
    if (is_dry(restore))
        return 0;
    return before ? file_write_atomic(root_fd, path, before, 0644) : file_remove(root_fd, path);
}

static int step_files(struct restore *restore)
{
    int r = 0;

    for (size_t i = 0; origin_files[i] && r == 0; i++)
        r = restore_file(restore, origin_files[i]);
    return r;
}

static bool goes(const struct restore *restore, const char *name, bool *ret_stays)
{
    for (size_t i = 0; i < ARRAY_SIZE(packages); i++) {
        if (!text_starts_with(name, packages[i].prefix) ||
            origin_has(restore->origin, "packages", name))
            continue;
        *ret_stays = packages[i].is_qemu && restore->has_domains;
        return true;
    }
    return false;
}

static int step_packages(struct restore *restore)
{
    char all[] = "-qa", format[] = "--qf", just_names[] = "%{NAME}\n", remove[] = "remove";
    char yes[] = "-y", keep[] = "--setopt=clean_requirements_on_remove=False";
    char *query[] = { all, format, just_names, NULL }, *argv[MAX_PACKAGES] = { remove, yes, keep };
    _cleanup_free_ char *says = NULL, *removed = NULL;
    size_t count = 3;
    int r = origin_run(restore->ctl, ORIGIN_RPM, query, &says);
    char *rest = says, *name;

    if (r < 0)
        return r;
    while ((name = text_next_line(&rest))) {
        bool stays = false;

        if (!goes(restore, name, &stays) || count + 1 == MAX_PACKAGES)
            continue;
        if (stays) {
            (void)printf("%s stays: domains are defined that need it\n", name);
            continue;
        }
        say(restore, "remove the package", name);
        argv[count++] = name;
    }
    if (count == 3 || is_dry(restore))
        return 0;
    return origin_run(restore->ctl, ORIGIN_DNF, argv, &removed);
}

/* After the packages are gone: what they put into an initramfs must not be put there again. */
static int step_initramfs(struct restore *restore)
{
    int root_fd = restore->ctl->ask.root_fd;
    json_object *sums;

    if (!json_object_object_get_ex(restore->origin, "initramfs", &sums))
        return 0;
    json_object_object_foreach(sums, release, sum)
    {
        char hex[SHA256_HEX_SIZE], force[] = "--force", kver[] = "--kver";
        char *argv[] = { force, kver, release, NULL };
        _cleanup_free_ char *says = NULL;
        int r;

        if (sha256_file(root_fd, origin_text(sum, "path"), hex) == 0 &&
            strcmp(hex, origin_text(sum, "sha256")) == 0)
            continue;
        say(restore, "rebuild the initramfs of", release);
        r = is_dry(restore) ? 0 : origin_run(restore->ctl, ORIGIN_DRACUT, argv, &says);
        if (r < 0)
            return r;
    }
    return 0;
}

/* Libvirt's units stay while there are domains. */
static bool is_ours(const struct restore *restore, const char *unit)
{
    return text_starts_with(unit, "tdx-host") ||
           (!restore->has_domains &&
            (text_starts_with(unit, "virt") || text_starts_with(unit, "libvirt")));
}

static int step_units(struct restore *restore)
{
    char list[] = "list-unit-files", plain[] = "--plain", no_legend[] = "--no-legend";
    char enabled[] = "--state=enabled", disable[] = "disable";
    char *query[] = { list, plain, no_legend, enabled, NULL };
    _cleanup_free_ char *says = NULL;
    int r = origin_run(restore->ctl, ORIGIN_SYSTEMCTL, query, &says);
    char *rest = says, *line;

    while (r == 0 && (line = text_next_line(&rest))) {
        char *unit = text_next_word(&line), *argv[] = { disable, unit, NULL };
        _cleanup_free_ char *said = NULL;

        if (!unit || origin_has(restore->origin, "enabled_units", unit) || !is_ours(restore, unit))
            continue;
        say(restore, "disable", unit);
        if (!is_dry(restore))
            r = origin_run(restore->ctl, ORIGIN_SYSTEMCTL, argv, &said);
    }
    return r;
}

static int step_forget(struct restore *restore)
{
    if (is_dry(restore))
        return 0;
    return file_remove(restore->ctl->ask.root_fd, ORIGIN_FILE);
}

static const struct {
    const char *name;
    int (*run)(struct restore *restore);
} steps[] = {
    { "the default", step_default },
    { "the running kernel", step_running },
    { "files", step_files },
    { "units", step_units },
    { "packages", step_packages },
    { "initramfs", step_initramfs },
    { "the record of it", step_forget },
};

static bool has_domains(const struct ctl *ctl)
{
    char **names;
    size_t count;
    bool found = false;

    if (file_list(ctl->ask.root_fd, DOMAINS_DIR, MAX_DOMAINS, &names, &count) < 0)
        return false;
    for (size_t i = 0; i < count; i++)
        found |= text_ends_with(names[i], ".xml");
    file_list_free(names, count);
    return found;
}

/* Is the host in a state in which it can be given back? Says why not. */
static int look(const struct ctl *ctl, json_object *origin)
{
    _cleanup_free_ struct guest *guests = NULL;
    _cleanup_free_ struct boot_entry *entries = NULL;
    const char *wanted = origin_text(origin, "default_entry");
    struct trial trial;
    size_t count;
    int r = trial_load(ctl->ask.root_fd, &trial);

    if (r < 0 || !trial_is_over(trial.state))
        return ctl_error("a trial is running; end it with tdxctl trial keep or reject");
    r = guests_read(&ctl->ask, &guests, &count);
    if (r < 0)
        return ctl_error("cannot read which guests run: %s; run as root", strerror(-r));
    if (count)
        return ctl_error("%s runs, and %zu TDs in all; shut them down first", guests[0].domain.name,
                         count);
    r = boot_entries_read(ctl->ask.root_fd, &entries, &count);
    if (r < 0 && r != -ENOENT)
        return ctl_error("cannot read " BOOT_ENTRIES_DIR ": %s", strerror(-r));
    if (*wanted && (r < 0 || !boot_entry_by_id(entries, count, wanted)))
        return ctl_error("the kernel that was the default is not there any more (%s); install it "
                         "first",
                         wanted);
    return CTL_OK;
}

int origin_restore(struct ctl *ctl)
{
    struct restore restore = { .ctl = ctl, .has_domains = has_domains(ctl) };
    int r = origin_load(ctl->ask.root_fd, &restore.origin);
    int status;

    if (r < 0)
        return ctl_error("cannot read " ORIGIN_FILE ": %s",
                         r == -EBADMSG ? "it is corrupt" : strerror(-r));
    status = look(ctl, restore.origin) == CTL_OK ? CTL_OK : CTL_FAILED;
    if (status == CTL_OK && file_read_line(ctl->ask.root_fd, "proc/sys/kernel/osrelease",
                                           restore.running, sizeof(restore.running)) < 0)
        status = ctl_error("cannot read which kernel runs");
    for (size_t i = 0; i < ARRAY_SIZE(steps) && status == CTL_OK; i++) {
        r = steps[i].run(&restore);
        if (r == -EAGAIN)
            status = CTL_FAILED;
        else if (r < 0)
            status = ctl_error("cannot restore %s: %s; run it again", steps[i].name, strerror(-r));
    }
    if (status == CTL_OK && !restore.steps_done)
        (void)puts("the host is as it was");
    json_object_put(restore.origin);
    return status;
}
