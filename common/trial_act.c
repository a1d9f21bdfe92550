/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Does the actions of a trial on a host's files. Each can be done again, after a power cut. */
#include <string.h>

#include "boot_entry.h"
#include "file.h"
#include "grubenv.h"
#include "trial.h"

/* The kernel panics instead of going on, reboots after a panic, and the initramfs reboots instead
 * of waiting for somebody. systemd.watchdog_sec has no effect on a machine without a watchdog. */
#define ARGUMENTS                                                                                  \
    TRIAL_ARGUMENT                                                                                 \
    "=1 panic=30 oops=panic softlockup_panic=1 nmi_watchdog=panic rd.shell=0 "                     \
    "rd.emergency=reboot rd.timeout=180 systemd.watchdog_sec=60"

#define UPDATE_FILE "etc/sysconfig/kernel"

static int set_variable(int root_fd, const char *name, const char *value)
{
    struct grubenv env, before;
    int r = grubenv_read(root_fd, &env);

    if (r < 0)
        return r;
    before = env;
    r = grubenv_set(&env, name, value);
    if (r < 0 || memcmp(before.block, env.block, env.size) == 0)
        return r;
    return grubenv_write(root_fd, &env);
}

static int copy_entry(const struct trial_host *host, const struct trial *trial)
{
    return boot_entry_copy(host->root_fd, trial->target.entry, TRIAL_ENTRY, "(trial)", ARGUMENTS);
}

/* With UPDATEDEFAULT=yes the installation of a kernel makes it the default. */
static int stop_updates_of_default(int root_fd)
{
    _cleanup_free_ char *text = NULL;
    int r = file_read(root_fd, UPDATE_FILE, FILE_MAX_SMALL, &text);
    char *yes;

    if (r < 0)
        return r == -ENOENT ? 0 : r;
    yes = text_starts_with(text, "UPDATEDEFAULT=yes") ? text : strstr(text, "\nUPDATEDEFAULT=yes");
    if (!yes)
        return 0;
    yes = strstr(yes, "=yes");
    memmove(yes + 3, yes + 4, strlen(yes + 4) + 1);
    memcpy(yes, "=no", 3);
    return file_write_atomic(root_fd, UPDATE_FILE, text, 0644);
}

static int pin_home(const struct trial_host *host, const struct trial *trial)
{
    int r = stop_updates_of_default(host->root_fd);

    return r < 0 ? r : set_variable(host->root_fd, "saved_entry", trial->home.entry);
}

static int arm(const struct trial_host *host, const struct trial *trial)
{
    (void)trial;
    return set_variable(host->root_fd, "next_entry", TRIAL_ENTRY);
}

static int disarm(const struct trial_host *host, const struct trial *trial)
{
    struct grubenv env;
    char value[160];
    int r = grubenv_read(host->root_fd, &env);

    (void)trial;
    if (r < 0)
        return r;
    /* Somebody else's entry for the next boot stays. */
    if (!grubenv_get(&env, "next_entry", value, sizeof(value)) || strcmp(value, TRIAL_ENTRY) != 0)
        return 0;
    return set_variable(host->root_fd, "next_entry", NULL);
}

static int drop_entry(const struct trial_host *host, const struct trial *trial)
{
    (void)trial;
    return boot_entry_remove(host->root_fd, TRIAL_ENTRY);
}

static int set_default(const struct trial_host *host, const struct trial *trial)
{
    return set_variable(host->root_fd, "saved_entry", trial->target.entry);
}

static int note_good(const struct trial_host *host, const struct trial *trial)
{
    char line[sizeof(trial->target.release) + 1];
    int r = trial_forget_rejected(host->root_fd, trial->target.release);

    text_print(line, sizeof(line), "%s\n", trial->target.release);
    return r < 0 ? r : file_write_atomic(host->root_fd, TRIAL_GOOD_FILE, line, 0644);
}

static int rejected_path(const char *release, char *path, size_t size)
{
    if (!*release || *release == '.' || strchr(release, '/'))
        return -EINVAL;
    text_print(path, size, "%s/%s", TRIAL_REJECTED_DIR, release);
    return 0;
}

static int note_rejected(const struct trial_host *host, const struct trial *trial)
{
    char path[256], line[sizeof(trial->reason) + sizeof(trial->detail) + 4];
    int r = rejected_path(trial->target.release, path, sizeof(path));

    text_print(line, sizeof(line), "%s%s%s\n", trial->reason, trial->detail[0] ? ": " : "",
               trial->detail);
    if (r == 0)
        r = file_make_dir(host->root_fd, TRIAL_REJECTED_DIR, 0755);
    return r < 0 ? r : file_write_atomic(host->root_fd, path, line, 0644);
}

bool trial_is_rejected(int root_fd, const char *release, char *ret_why, size_t size)
{
    char path[256];

    return rejected_path(release, path, sizeof(path)) == 0 &&
           file_read_line(root_fd, path, ret_why, size) == 0;
}

int trial_forget_rejected(int root_fd, const char *release)
{
    char path[256];
    int r = rejected_path(release, path, sizeof(path));

    if (r == 0)
        r = file_remove(root_fd, path);
    return r == -ENOENT ? 0 : r;
}

static int hold_guests(const struct trial_host *host, const struct trial *trial)
{
    int r = file_make_dir(host->root_fd, "run/libvirt/qemu", 0755);

    (void)trial;
    return r < 0 ? r : file_write_atomic(host->root_fd, TRIAL_NO_AUTOSTART, "", 0600);
}

static int release_guests(const struct trial_host *host, const struct trial *trial)
{
    int r = file_remove(host->root_fd, TRIAL_NO_AUTOSTART);

    (void)trial;
    if (r == -ENOENT)
        return 0; /* the host booted since: libvirt has started them */
    return r < 0 ? r : host->release_guests();
}

static int reboot_host(const struct trial_host *host, const struct trial *trial)
{
    (void)trial;
    return host->reboot();
}

static int (*const actions[TRIAL_ACTION_COUNT])(const struct trial_host *, const struct trial *) = {
    [TRIAL_COPY_ENTRY] = copy_entry,
    [TRIAL_PIN_HOME] = pin_home,
    [TRIAL_ARM] = arm,
    [TRIAL_DISARM] = disarm,
    [TRIAL_DROP_ENTRY] = drop_entry,
    [TRIAL_SET_DEFAULT] = set_default,
    [TRIAL_NOTE_GOOD] = note_good,
    [TRIAL_NOTE_REJECTED] = note_rejected,
    [TRIAL_HOLD_GUESTS] = hold_guests,
    [TRIAL_RELEASE_GUESTS] = release_guests,
    [TRIAL_REBOOT] = reboot_host,
};

int trial_host_act(void *data, const struct trial *trial, enum trial_action action)
{
    return actions[action](data, trial);
}

int trial_host_save(void *data, const struct trial *trial)
{
    const struct trial_host *host = data;

    return trial_save(host->root_fd, trial);
}
