/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hook-td: the part of the hook that judges TDs. 50-tdx-host (gate.c) executes it. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "file.h"
#include "hook.h"

/* Exit status if the time is up; the handler of SIGALRM reads it. */
static volatile sig_atomic_t arg_timeout_status;

static void on_alarm(int signal)
{
    static const char text[] = "tdx-host: refused: timed-out: the hook did not finish in time; see "
                               "TimeLimitSec in tdx-host.conf(5)\n";

    (void)signal;
    if (arg_timeout_status)
        (void)!write(STDERR_FILENO, text, sizeof(text) - 1);
    _exit(arg_timeout_status);
}

static void bound_time(enum operation operation, uint64_t seconds)
{
    struct sigaction action = { .sa_handler = on_alarm };

    arg_timeout_status = operation_may_refuse(operation);
    (void)sigaction(SIGALRM, &action, NULL);
    (void)alarm((unsigned int)seconds);
}

static uint64_t seconds_since_boot(int root_fd)
{
    char line[64];
    uint64_t seconds;

    if (file_read_line(root_fd, "proc/uptime", line, sizeof(line)) < 0)
        return 0;
    line[strcspn(line, ". ")] = '\0';
    return text_to_u64(line, &seconds) < 0 ? 0 : seconds;
}

static int run(struct hook_call *call)
{
    _cleanup_free_ char *xml = NULL;
    struct conf_faults faults;
    struct settings settings;
    size_t len;
    int r;

    bound_time(call->operation, 60);
    settings_read(call->ask->root_fd, &settings, &faults);
    bound_time(call->operation, settings.time_limit_s);
    call->settings = &settings;
    call->now_s = seconds_since_boot(call->ask->root_fd);
    if (faults.count || policy_unknown_rule(&settings)) {
        const struct journal_record entry = {
            .kind = JOURNAL_WARNING,
            .reason = "config-invalid",
            .operation = call->operation_word,
            .domain = call->object,
            .uuid = "",
            .message = "tdx-host.conf has lines that are wrong and ignored; tdxctl check names the "
                       "first one",
        };

        journal_send(call->journal, &entry);
    }
    r = file_read_fd(STDIN_FILENO, DOMAIN_MAX_XML, &xml, &len);
    if (r < 0)
        return hook_fail(call, r == -EFBIG ? "xml-too-large" : "domain-xml", r,
                         "the domain's XML cannot be read");
    return hook_run(call, xml, len);
}

int main(int argc, char **argv)
{
    const char *recorded = secure_getenv("TDX_HOST_ROOT");
    _cleanup_close_ int root_fd = open(recorded ? recorded : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    struct journal journal = { .root_fd = root_fd, .is_live = !recorded };
    char object[128];
    struct hook_call call = { .journal = &journal, .object = object };
    struct ask ask;
    int r = 0;

    if (argc < 3) {
        (void)fprintf(stderr, "%s: only 50-tdx-host starts this program, see tdx-host-hook(8)\n",
                      argv[0]);
        return 2;
    }
    text_copy(object, sizeof(object), argv[1]);
    call.operation_word = argv[2];
    call.operation = operation_parse(argv[2]);
    if (call.operation == OPERATION_UNKNOWN)
        return 0;
    if (root_fd < 0)
        return operation_may_refuse(call.operation);
    if (recorded)
        r = ask_open_recorded(root_fd, &ask);
    else
        ask_open_live(root_fd, &ask);
    if (r < 0)
        return operation_may_refuse(call.operation);
    call.ask = &ask;
    r = run(&call);
    ask_close(&ask);
    return r;
}
