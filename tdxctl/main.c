/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tdxctl: checks a host of TDX guests, explains errors, shows the guests that run. */
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ctl.h"

static const struct {
    const char *name;
    const char *arguments;
    const char *words;
    unsigned int takes; /* options; a verb with verbs of its own looks at those itself */
    int (*run)(struct ctl *ctl, int argc, char **argv);
} verbs[] = {
    { "check", "", "say whether this host can run TDX guests, and what to do if not",
      CTL_JSON | CTL_WATCH, verb_check },
    { "status", "", "list the TDX guests that run, KeyIDs and memory", CTL_JSON, verb_status },
    { "explain", "CODE | LINE | DOMAIN.XML",
      "say what a TDX status code or an error line means, or what the hook would say to a domain",
      CTL_JSON, verb_explain },
    { "metrics", "", "print metrics for Prometheus", 0, verb_metrics },
    { "validate", "", "start a small TDX guest through virsh, check it, stop it",
      CTL_JSON | CTL_DRY_RUN, verb_validate },
    { "trial", "start|keep|reject|status",
      "boot a new kernel once; keep it, or the host goes back by itself", ~0U, verb_trial },
    { "origin", "[restore]", "write down what this host is like, or give it back like that", ~0U,
      verb_origin },
};

static const struct {
    enum ctl_option option;
    const char *name;
} option_names[] = {
    { CTL_JSON, "--json" },       { CTL_WATCH, "--watch" },   { CTL_DRY_RUN, "--dry-run" },
    { CTL_CONFIRM, "--confirm" }, { CTL_WITHIN, "--within" }, { CTL_FORCE, "--force" },
};

int ctl_error(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)fputs("tdxctl: ", stderr);
    (void)vfprintf(stderr, format, args);
    (void)fputc('\n', stderr);
    va_end(args);
    return CTL_UNDECIDED;
}

int ctl_take_options(const struct ctl *ctl, const char *verb, unsigned int takes)
{
    for (size_t i = 0; i < ARRAY_SIZE(option_names); i++)
        if (ctl->given & ~takes & option_names[i].option)
            return ctl_error("the option %s does not go with %s", option_names[i].name, verb);
    return CTL_OK;
}

void ctl_print_warning(enum host_backend backend)
{
    const char *warning = host_backend_warning(backend);

    if (warning)
        (void)printf("%s\n\n", warning);
}

static int print_help(void)
{
    (void)puts("Usage: tdxctl [OPTION...] VERB [ARGUMENT...]\n");
    for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
        (void)printf("  %-9s %-25s %s\n", verbs[i].name, verbs[i].arguments, verbs[i].words);
    (void)puts("\n      --json           print JSON, for programs; its schema has a version\n"
               "      --root=DIR       look at a recorded host in DIR instead of this one\n"
               "      --watch[=SEC]    check: repeat every SEC seconds (10), print what changed\n"
               "      --dry-run        validate, trial start, origin restore: only say so\n"
               "      --confirm=WHO    trial start: operator (default) keeps it, or host does\n"
               "      --within=SEC     trial start: seconds after the boot to keep it in (900)\n"
               "      --force          trial start: try a kernel that was rejected\n"
               "      --help           print this text\n"
               "      --version        print the version\n\n"
               "Exit status: 0 all is well, 1 something is wrong, 2 tdxctl could not find out.\n"
               "See tdxctl(8).");
    return CTL_OK;
}

enum {
    OPTION_JSON = 256,
    OPTION_ROOT,
    OPTION_WATCH,
    OPTION_DRY_RUN,
    OPTION_CONFIRM,
    OPTION_WITHIN,
    OPTION_FORCE,
    OPTION_HELP,
    OPTION_VERSION,
};

static const struct option options[] = {
    { "json", no_argument, NULL, OPTION_JSON },
    { "root", required_argument, NULL, OPTION_ROOT },
    { "watch", optional_argument, NULL, OPTION_WATCH },
    { "dry-run", no_argument, NULL, OPTION_DRY_RUN },
    { "confirm", required_argument, NULL, OPTION_CONFIRM },
    { "within", required_argument, NULL, OPTION_WITHIN },
    { "force", no_argument, NULL, OPTION_FORCE },
    { "help", no_argument, NULL, OPTION_HELP },
    { "version", no_argument, NULL, OPTION_VERSION },
    { 0 },
};

static int open_host(const char *root, struct ctl *ctl, int *ret_root_fd)
{
    int fd = open(root ? root : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    int r = 0;

    if (fd < 0)
        return -errno;
    *ret_root_fd = fd;
    ctl->is_live = !root;
    if (root)
        r = ask_open_recorded(fd, &ctl->ask);
    else
        ask_open_live(fd, &ctl->ask);
    return r;
}

static int run_verb(struct ctl *ctl, const char *root, int argc, char **argv)
{
    _cleanup_close_ int root_fd = -1;
    int r;

    for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
        if (strcmp(verbs[i].name, argv[0]) != 0)
            continue;
        r = ctl_take_options(ctl, argv[0], verbs[i].takes);
        if (r != CTL_OK)
            return r;
        r = open_host(root, ctl, &root_fd);
        if (r < 0)
            return ctl_error("cannot open the host's files at %s: %s", root ? root : "/",
                             strerror(-r));
        settings_read(root_fd, &ctl->settings, &ctl->settings_faults);
        r = verbs[i].run(ctl, argc, argv);
        ask_close(&ctl->ask);
        return r;
    }
    return ctl_error("there is no verb %s; tdxctl --help lists the verbs", argv[0]);
}

/* A full disk or a closed pipe must not look like success. */
static int close_stdout(int status)
{
    if (fflush(stdout) != 0 || ferror(stdout))
        return ctl_error("cannot write the output: %s", strerror(errno));
    return status;
}

int main(int argc, char **argv)
{
    struct ctl ctl = { 0 };
    const char *root = NULL;
    int option;

    opterr = 0;
    while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
        switch (option) {
        case OPTION_JSON:
            ctl.given |= CTL_JSON;
            ctl.is_json = true;
            break;
        case OPTION_ROOT:
            root = optarg;
            break;
        case OPTION_WATCH:
            ctl.given |= CTL_WATCH;
            ctl.watch_s = 10;
            if (optarg &&
                (text_to_u64(optarg, &ctl.watch_s) < 0 || !ctl.watch_s || ctl.watch_s > 86400))
                return ctl_error("--watch needs a number of seconds from 1 to 86400");
            break;
        case OPTION_DRY_RUN:
            ctl.given |= CTL_DRY_RUN;
            ctl.is_dry_run = true;
            break;
        case OPTION_CONFIRM:
            ctl.given |= CTL_CONFIRM;
            ctl.is_host_enough = strcmp(optarg, "host") == 0;
            if (!ctl.is_host_enough && strcmp(optarg, "operator") != 0)
                return ctl_error("--confirm needs operator or host");
            break;
        case OPTION_WITHIN:
            ctl.given |= CTL_WITHIN;
            if (text_to_u64(optarg, &ctl.within_s) < 0 || ctl.within_s < 60 || ctl.within_s > 86400)
                return ctl_error("--within needs a number of seconds from 60 to 86400");
            break;
        case OPTION_FORCE:
            ctl.given |= CTL_FORCE;
            ctl.is_forced = true;
            break;
        case OPTION_HELP:
            return close_stdout(print_help());
        case OPTION_VERSION:
            (void)printf("tdxctl %s\n", TDX_HOST_VERSION);
            return close_stdout(CTL_OK);
        default:
            return ctl_error("the option %s does not exist, or its value is missing or not "
                             "allowed; tdxctl --help lists the options",
                             argv[optind - 1]);
        }
    }
    if (optind == argc)
        return ctl_error("no verb given; tdxctl --help lists the verbs");
    return close_stdout(run_verb(&ctl, root, argc - optind, argv + optind));
}
