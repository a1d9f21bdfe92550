/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tdxctl validate: starts a small TD on this host, checks it and stops it. The steps run in order;
 * those that clean up also run after a failure. */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "checks.h"
#include "ctl.h"
#include "domain.h"
#include "file.h"
#include "json.h"
#include "qemu.h"
#include "virsh.h"

#define SCHEMA      "tdx-host.validate.v1"
#define DOMAIN_XML  "run/tdx-host/validate.xml"
#define MAX_CHECKS  64
#define DEADLINE_MS 15000
#define INTERVAL_MS 100
#define DETAIL_SIZE 1280

struct run {
    struct ctl *ctl;
    struct check_facts facts;
    const char *firmware;
    uint64_t keyids_before;
    bool has_keyids;
    bool is_started;
    char detail[DETAIL_SIZE];
};

static int says(struct run *run, int result, const char *format, ...) PRINTF_LIKE(3, 4);

static int says(struct run *run, int result, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (vsnprintf(run->detail, sizeof(run->detail), format, args) < 0)
        run->detail[0] = '\0';
    va_end(args);
    return result;
}

/* Calls is_so() until it returns true or DEADLINE_MS have passed. */
static bool wait_for(struct run *run, bool (*is_so)(struct run *run))
{
    const struct timespec interval = { .tv_nsec = INTERVAL_MS * 1000000L };

    for (int waited_ms = 0; waited_ms <= DEADLINE_MS; waited_ms += INTERVAL_MS) {
        if (is_so(run))
            return true;
        (void)nanosleep(&interval, NULL);
    }
    return false;
}

static int keyids_used(const struct run *run, uint64_t *ret_used)
{
    struct host_tdx tdx;

    host_read_tdx_admission(&run->ctl->ask, &tdx);
    if (tdx.keyids_used.error)
        return tdx.keyids_used.error;
    *ret_used = tdx.keyids_used.value;
    return 0;
}

static int step_check(struct run *run)
{
    struct check_result results[MAX_CHECKS];
    const struct check *checks;
    size_t nr;

    checks = checks_all(&nr);
    checks_run(&run->facts, results);
    for (size_t i = 0; i < nr; i++)
        if (results[i].verdict == CHECK_FAIL && checks[i].level == CHECK_REQUIRED)
            return says(run, -EINVAL, "%s failed: %s", checks[i].id, results[i].reason);
    return says(run, 0, "no required check failed");
}

static int step_firmware(struct run *run)
{
    const struct host_virt *virt = &run->facts.host.virt;

    for (unsigned int i = 0; i < virt->firmware_count && !run->firmware; i++)
        if (virt->firmware[i].has_binary)
            run->firmware = virt->firmware[i].binary;
    if (!run->firmware)
        return says(run, -ENOENT, "no firmware for TDX guests is installed");
    return says(run, 0, "%s", run->firmware);
}

static int step_define(struct run *run)
{
    char xml[2048];
    int r;

    text_print(xml, sizeof(xml),
               "<domain type='kvm'>\n"
               "  <name>" DOMAIN_VALIDATE "</name>\n"
               "  <memory unit='MiB'>512</memory>\n"
               "  <vcpu>1</vcpu>\n"
               "  <os><type arch='x86_64' machine='q35'>hvm</type><loader readonly='yes' "
               "type='rom'>%s</loader></os>\n"
               "  <features><acpi/><apic/><ioapic driver='qemu'/><smm state='off'/><pmu "
               "state='off'/></features>\n"
               "  <cpu mode='host-passthrough'/>\n"
               "  <on_reboot>destroy</on_reboot>\n"
               "  <devices><memballoon model='none'/><serial type='null'/></devices>\n"
               "  <launchSecurity type='tdx'/>\n"
               "</domain>\n",
               run->firmware);
    r = file_make_dir(run->ctl->ask.root_fd, "run/tdx-host", 0755);
    if (r == 0)
        r = file_write_atomic(run->ctl->ask.root_fd, DOMAIN_XML, xml, 0600);
    if (r < 0)
        return says(run, r, "/%s: %s", DOMAIN_XML, strerror(-r));
    return says(run, 0, "/%s", DOMAIN_XML);
}

static int step_start(struct run *run)
{
    char *argv[] = { (char *)(uintptr_t) "create", (char *)(uintptr_t) "/" DOMAIN_XML, NULL };
    char output[VIRSH_SAYS_SIZE];
    int r;

    run->has_keyids = keyids_used(run, &run->keyids_before) == 0;
    r = virsh_run(argv, output);
    if (r < 0)
        return says(run, r, "virsh: %s", strerror(-r));
    if (r > 0)
        return says(run, -EIO, "%s", output);
    run->is_started = true;
    return says(run, 0, "%s", output);
}

static enum tri is_td(const struct run *run)
{
    return qemu_is_td(&run->ctl->ask, qemu_pid(&run->ctl->ask, DOMAIN_VALIDATE));
}

static bool is_td_known(struct run *run)
{
    return is_td(run) != TRI_UNKNOWN;
}

static int step_is_td(struct run *run)
{
    if (!wait_for(run, is_td_known))
        return says(run, -ETIMEDOUT, "the command line of its QEMU could not be read within %d s",
                    DEADLINE_MS / 1000);
    if (is_td(run) == TRI_NO)
        return says(run, -EIO, "its QEMU does not run a TD");
    return says(run, 0, "its QEMU has a tdx-guest object");
}

static int step_keyid_taken(struct run *run)
{
    uint64_t used;

    if (!run->has_keyids || keyids_used(run, &used) < 0)
        return says(run, 0, "this kernel does not report KeyIDs");
    if (used <= run->keyids_before)
        return says(run, -EIO, "the number of KeyIDs in use did not grow");
    return says(run, 0, "%llu in use now, %llu before", (unsigned long long)used,
                (unsigned long long)run->keyids_before);
}

static int step_running(struct run *run)
{
    char *argv[] = { (char *)(uintptr_t) "domstate", (char *)(uintptr_t)DOMAIN_VALIDATE, NULL };
    char output[VIRSH_SAYS_SIZE];
    int r = virsh_run(argv, output);

    if (r != 0 || strcmp(output, "running") != 0)
        return says(run, -EIO, "state: %s", r < 0 ? strerror(-r) : output);
    return says(run, 0, "running");
}

static int step_stop(struct run *run)
{
    char *argv[] = { (char *)(uintptr_t) "destroy", (char *)(uintptr_t)DOMAIN_VALIDATE, NULL };
    char output[VIRSH_SAYS_SIZE];
    int r;

    if (!run->is_started)
        return says(run, 0, "the TD was not started");
    r = virsh_run(argv, output);
    if (r != 0)
        return says(run, -EIO, "%s", r < 0 ? strerror(-r) : output);
    return says(run, 0, "stopped");
}

static bool is_keyid_back(struct run *run)
{
    uint64_t used;

    return keyids_used(run, &used) == 0 && used <= run->keyids_before;
}

static int step_keyid_back(struct run *run)
{
    if (!run->is_started || !run->has_keyids)
        return says(run, 0,
                    run->is_started ? "this kernel does not report KeyIDs"
                                    : "the TD was not started");
    if (!wait_for(run, is_keyid_back))
        return says(run, -EIO, "the KeyID was not freed within %d s", DEADLINE_MS / 1000);
    return says(run, 0, "%llu in use", (unsigned long long)run->keyids_before);
}

static int step_remove(struct run *run)
{
    (void)file_remove(run->ctl->ask.root_fd, DOMAIN_XML);
    return says(run, 0, "/%s", DOMAIN_XML);
}

static int step_remember(struct run *run)
{
    int r = remembered_write(run->ctl->ask.root_fd, &run->facts.host);

    if (r < 0)
        return says(run, r, "/%s: %s", REMEMBERED_FILE, strerror(-r));
    return says(run, 0, "/%s", REMEMBERED_FILE);
}

static const struct {
    const char *id;
    const char *words;
    bool is_always; /* run it after a failure, too */
    int (*run)(struct run *run);
} steps[] = {
    { "validate.host", "see that no required check of tdxctl check fails", false, step_check },
    { "validate.firmware", "choose the firmware for TDX guests", false, step_firmware },
    { "validate.define", "write the XML of a TD: 1 vCPU, 512 MiB, no disk, no network", false,
      step_define },
    { "validate.start", "start the TD: virsh create", false, step_start },
    { "validate.is-td", "see that its QEMU runs a TD", false, step_is_td },
    { "validate.keyid-taken", "see that a KeyID was taken", false, step_keyid_taken },
    { "validate.running", "see that the TD runs: virsh domstate", false, step_running },
    { "validate.stop", "stop the TD: virsh destroy", true, step_stop },
    { "validate.keyid-back", "see that the KeyID is free again", true, step_keyid_back },
    { "validate.remove", "remove the XML", true, step_remove },
    { "validate.remember", "write down the versions that this host has, for host.unchanged", false,
      step_remember },
};

static const char *const verdicts[] = { "PASS", "FAIL", "SKIP", "WOULD" };

static void print_step(const struct ctl *ctl, json_object *list, size_t i, size_t verdict,
                       const char *detail)
{
    json_object *object;

    if (!ctl->is_json) {
        (void)printf("%-5s %s: %s%s%s%s\n", verdicts[verdict], steps[i].id, steps[i].words,
                     detail[0] ? " [" : "", detail, detail[0] ? "]" : "");
        return;
    }
    object = json_object_new_object();
    (void)json_object_object_add(object, "id", json_object_new_string(steps[i].id));
    (void)json_object_object_add(object, "verdict", json_object_new_string(verdicts[verdict]));
    (void)json_object_object_add(object, "detail", json_object_new_string(detail));
    (void)json_object_array_add(list, object);
}

static int run_steps(struct run *run, json_object *list)
{
    bool is_failed = false;

    for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
        size_t verdict = 3;

        run->detail[0] = '\0';
        if (!run->ctl->is_dry_run) {
            verdict = 2;
            if (!is_failed || steps[i].is_always)
                verdict = steps[i].run(run) < 0;
            is_failed |= verdict == 1;
        }
        print_step(run->ctl, list, i, verdict, run->detail);
    }
    return is_failed ? CTL_FAILED : CTL_OK;
}

int verb_validate(struct ctl *ctl, int argc, char **argv)
{
    struct run run = { .ctl = ctl };
    json_object *root, *list;
    sigset_t signals;
    int status;

    (void)argv;
    if (argc != 1)
        return ctl_error("validate takes no arguments");
    if (!ctl->is_live && !ctl->is_dry_run && !secure_getenv("TDX_HOST_VIRSH"))
        return ctl_error("a recorded host cannot start a guest; use --dry-run");
    /* Block SIGINT and SIGTERM: ended half-way, validate would leave its guest behind. Every step
     * has a deadline, so it ends by itself. */
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGINT);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigprocmask(SIG_BLOCK, &signals, NULL);
    ctl_read_facts(ctl, &run.facts);
    if (!ctl->is_json)
        ctl_print_warning(run.facts.host.tdx.backend);
    root = json_object_new_object();
    list = json_object_new_array();
    status = run_steps(&run, list);
    json_add_text(root, "schema", SCHEMA);
    json_add_text(root, "warning", host_backend_warning(run.facts.host.tdx.backend));
    (void)json_object_object_add(root, "exit_status", json_object_new_int(status));
    (void)json_object_object_add(root, "steps", list);
    if (ctl->is_json)
        json_print(root);
    else
        json_object_put(root);
    return status;
}
