/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tdxctl trial: boots a new kernel once; it is kept, or the host goes back home. */
#include "ctl_trial.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "file.h"
#include "program.h"

#define SYSTEMCTL_TIMEOUT_S 60

static const struct {
    const char *name;
    unsigned int takes; /* options */
    int (*run)(struct ctl *ctl, int argc, char **argv);
} verbs[] = {
    { "start", CTL_DRY_RUN | CTL_CONFIRM | CTL_WITHIN | CTL_FORCE, trial_verb_start },
    { "keep", 0, trial_verb_keep },
    { "reject", 0, trial_verb_reject },
    { "status", CTL_JSON, trial_verb_status },
    { "boot", 0, trial_verb_boot },
    { "expire", 0, trial_verb_expire },
    { "assess", 0, trial_verb_assess },
};

int trial_refuse(const char *format, ...)
{
    char text[1024];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    (void)ctl_error("%s", text);
    return CTL_FAILED;
}

static int systemctl(char *const *arguments)
{
    const char *program = secure_getenv("TDX_HOST_SYSTEMCTL") ?: "systemctl";
    char *argv[6] = { (char *)(uintptr_t)program }, says[512];
    int r;

    for (size_t i = 0; arguments[i] && i + 2 < ARRAY_SIZE(argv); i++)
        argv[i + 1] = arguments[i];
    r = program_run(argv, SYSTEMCTL_TIMEOUT_S, says, sizeof(says));
    return r > 0 ? -EIO : r;
}

/* Without force systemd asks others first, who may say no. */
static int reboot_live(void)
{
    char force[] = "--force", verb[] = "reboot";
    char *asking[] = { verb, NULL }, *forcing[] = { force, verb, NULL };

    return systemctl(asking) == 0 ? 0 : systemctl(forcing);
}

/* libvirt starts its guests when its daemon starts, and not the guests that run already. */
static int release_live(void)
{
    static const char *const daemons[] = { "virtqemud.service", "libvirtd.service" };
    int r = 0;

    for (size_t i = 0; i < ARRAY_SIZE(daemons); i++) {
        char enabled[] = "is-enabled", quiet[] = "--quiet", restart[] = "restart";
        char *daemon = (char *)(uintptr_t)daemons[i];
        char *ask[] = { enabled, quiet, daemon, NULL }, *tell[] = { restart, daemon, NULL };

        if (systemctl(ask) == 0)
            r = systemctl(tell) ?: r;
    }
    return r;
}

static int nothing_recorded(void)
{
    return 0;
}

struct trial_host trial_host_of(const struct ctl *ctl)
{
    return (struct trial_host){
        .root_fd = ctl->ask.root_fd,
        .reboot = ctl->is_live ? reboot_live : nothing_recorded,
        .release_guests = ctl->is_live ? release_live : nothing_recorded,
    };
}

bool trial_read_running(const struct ctl *ctl, char *ret_release, size_t size, char *ret_cmdline,
                        size_t cmdline_size)
{
    int r = file_read_line(ctl->ask.root_fd, "proc/sys/kernel/osrelease", ret_release, size);

    if (r == 0)
        r = file_read_line(ctl->ask.root_fd, "proc/cmdline", ret_cmdline, cmdline_size);
    if (r < 0)
        (void)ctl_error("cannot read the running kernel: %s", strerror(-r));
    return r == 0;
}

int verb_trial(struct ctl *ctl, int argc, char **argv)
{
    if (argc < 2)
        return ctl_error("trial needs one of: start keep reject status");
    for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
        if (strcmp(verbs[i].name, argv[1]) == 0) {
            char words[32];

            text_print(words, sizeof(words), "trial %s", argv[1]);
            return ctl_take_options(ctl, words, verbs[i].takes)
                           ?: verbs[i].run(ctl, argc - 1, argv + 1);
        }
    return ctl_error("trial has no verb %s; it needs one of: start keep reject status", argv[1]);
}
