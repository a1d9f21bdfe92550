/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fixes.h"

#include <string.h>

#include "errline.h"
#include "seamcall.h"
#include "seamcall_line.h"

/* How a distribution changes the kernel command line, makes an initramfs and installs firmware. */
static const struct {
    const char *add_argument; /* before the argument */
    const char *remove_argument;
    const char *run_after; /* behind the argument */
    const char *initramfs;
    const char *firmware;
} tools[] = {
    [HOST_FAMILY_EL] = { "run grubby --update-kernel=ALL --args=",
                         "run grubby --update-kernel=ALL --remove-args=", "", "dracut --force",
                         "dnf install edk2-ovmf" },
    [HOST_FAMILY_DEBIAN] = { "in /etc/default/grub add to GRUB_CMDLINE_LINUX ",
                             "in /etc/default/grub remove ", ", then run update-grub",
                             "update-initramfs -u",
                             "apt install ovmf-inteltdx (Debian) or ovmf (Ubuntu)" },
    [HOST_FAMILY_SUSE] = { "in /etc/default/grub add to GRUB_CMDLINE_LINUX_DEFAULT ",
                           "in /etc/default/grub remove ",
                           ", then run update-bootloader --refresh (or grub2-mkconfig -o "
                           "/boot/grub2/grub.cfg)",
                           "dracut --force", "zypper install qemu-ovmf-x86_64" },
};

#define FIX_ARGUMENTS const struct check_facts *facts, const struct check_result *result, char *fix

/* The advice for a line of the kernel log; NULL if nothing is known about it. */
static const char *advice_for(const char *line)
{
    const struct errline *known = errline_find(line);
    struct seamcall_status status;
    struct seamcall_line call;

    seamcall_read_line(line, &call);
    if (call.has_status) {
        seamcall_decode(call.status, &status);
        if (status.code && status.code->advice)
            return status.code->advice;
    }
    return known ? known->advice : NULL;
}

static void say_argument(const struct check_facts *facts, const char *argument, char *fix)
{
    enum host_family family = facts->host.family;

    if (family != HOST_FAMILY_UNKNOWN)
        text_print(fix, CHECK_FIX_SIZE, "Put %s on the kernel command line: %s%s%s. Then reboot.",
                   argument, tools[family].add_argument, argument, tools[family].run_after);
}

static void fix_vendor(FIX_ARGUMENTS)
{
    (void)result;
    if (facts->host.tdx.is_inside_td || facts->host.cpu.flag_tdx_guest == TRI_YES)
        text_print(fix, CHECK_FIX_SIZE,
                   "You are inside a TD, a guest of TDX: run tdxctl on its host.");
    else
        text_print(fix, CHECK_FIX_SIZE,
                   "This CPU has no TDX, and no setting changes that: use a machine with an Intel "
                   "Xeon of the 5th generation, Xeon 6 or later (4th generation: some models).");
}

static void fix_hibernation(FIX_ARGUMENTS)
{
    (void)result;
    say_argument(facts, "nohibernate", fix);
}

static void fix_hotplug(FIX_ARGUMENTS)
{
    (void)result;
    say_argument(facts, "memhp_default_state=offline", fix);
}

/* The check's reason begins with the argument, if it is one of the command line. */
static void fix_cmdline(FIX_ARGUMENTS)
{
    enum host_family family = facts->host.family;
    char argument[64];

    text_print(argument, sizeof(argument), "%.*s", (int)strcspn(result->reason, " "),
               result->reason);
    if (!text_ends_with(result->reason, "is on the kernel command line"))
        text_print(fix, CHECK_FIX_SIZE,
                   "Correct the module parameter that the check names in /etc/modprobe.d, make the "
                   "initramfs anew (%s) and reboot.",
                   family ? tools[family].initramfs : "dracut --force or update-initramfs -u");
    else if (family == HOST_FAMILY_UNKNOWN)
        text_print(fix, CHECK_FIX_SIZE,
                   "Remove %s from the kernel command line and from /etc/modprobe.d. Then reboot.",
                   argument);
    else
        text_print(fix, CHECK_FIX_SIZE,
                   "Remove %s from the kernel command line: %s%s%s. Then reboot.", argument,
                   tools[family].remove_argument, argument, tools[family].run_after);
}

static void fix_param(FIX_ARGUMENTS)
{
    enum host_family family = facts->host.family;
    const char *known = advice_for(facts->host.tdx.kvm_failure);
    char value[16];
    bool is_on = false;

    (void)result;
    if (facts->host.tdx.kvm_failure[0] && known)
        text_copy(fix, CHECK_FIX_SIZE, known);
    else if (text_cmdline_value(facts->host.kernel.cmdline, "kvm_intel.tdx", value,
                                sizeof(value)) == 0 &&
             text_to_bool(value, &is_on) == 0 && is_on)
        text_print(fix, CHECK_FIX_SIZE,
                   "kvm_intel.tdx=%s is set already, so KVM turned TDX off because something "
                   "failed: correct what the kernel log says, then reboot.",
                   value);
    else if (family != HOST_FAMILY_UNKNOWN && !facts->host.kernel.is_kernel_tdx)
        text_print(fix, CHECK_FIX_SIZE,
                   "Write the line options kvm_intel tdx=1 into /etc/modprobe.d/tdx.conf, run %s "
                   "and reboot.",
                   tools[family].initramfs);
}

static void fix_module(FIX_ARGUMENTS)
{
    const struct host_tdx *tdx = &facts->host.tdx;
    const char *line = tdx->module_failure[0] ? tdx->module_failure : tdx->kvm_failure;
    const char *known = line[0] ? advice_for(line) : NULL;

    (void)result;
    if (known)
        text_copy(fix, CHECK_FIX_SIZE, known);
}

static void fix_enabled(FIX_ARGUMENTS)
{
    (void)result;
    (void)facts;
    text_print(fix, CHECK_FIX_SIZE,
               "Enable TDX in the BIOS: memory encryption (TME, TME-MT), TDX, SEAM loader, SGX; "
               "then cold boot. As root, with the module msr loaded, host.cpu.* says which setting "
               "it is.");
}

/* The check quotes the line. */
static void fix_log(FIX_ARGUMENTS)
{
    const char *known = advice_for(result->value);

    (void)facts;
    if (known)
        text_copy(fix, CHECK_FIX_SIZE, known);
}

static void fix_firmware(FIX_ARGUMENTS)
{
    enum host_family family = facts->host.family;

    (void)result;
    if (family != HOST_FAMILY_UNKNOWN)
        text_print(fix, CHECK_FIX_SIZE, "Install the TDX firmware: %s.", tools[family].firmware);
}

static const struct {
    const char *id;
    void (*say)(FIX_ARGUMENTS);
} rows[] = {
    { "host.cpu.vendor", fix_vendor },
    { "host.kernel.hibernation", fix_hibernation },
    { "host.kernel.memory-hotplug", fix_hotplug },
    { "host.kernel.cmdline", fix_cmdline },
    { "host.kvm.tdx-parameter", fix_param },
    { "host.tdx.enabled", fix_enabled },
    { "host.tdx.module-initialized", fix_module },
    { "host.tdx.kernel-log", fix_log },
    { "host.firmware.tdx", fix_firmware },
};

void fix_for(const struct check_facts *facts, const struct check *check,
             struct check_result *result)
{
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        if (strcmp(rows[i].id, check->id) == 0)
            rows[i].say(facts, result, result->fix);
}
