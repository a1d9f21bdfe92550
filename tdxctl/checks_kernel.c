/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host.kernel.*: the running kernel, and what of its command line and configuration matters to TDX.
 */
#include <string.h>

#include "checks.h"

void check_kernel_booted(CHECK_ARGUMENTS)
{
    const struct host_kernel *kernel = &facts->host.kernel;

    check_value(result, "%s", kernel->release);
    if (!kernel->release[0])
        check_skip(result, CHECK_SKIP_UNKNOWN, "/proc/sys/kernel/osrelease cannot be read");
    else if (!kernel->is_kernel_tdx && kernel->installed_kernel_tdx[0])
        check_fail(result, "%s is installed, but %s runs", kernel->installed_kernel_tdx,
                   kernel->release);
}

void check_kernel_config(CHECK_ARGUMENTS)
{
    const struct host_kernel *kernel = &facts->host.kernel;

    if (facts->host.tdx.backend == HOST_BACKEND_SOFTMOD) {
        check_skip(result, CHECK_SKIP_NOT_APPLICABLE,
                   "this host runs softmod, the software TDX module");
        return;
    }
    switch (kernel->config_tdx_host) {
    case TRI_YES:
        check_pass(result, "CONFIG_INTEL_TDX_HOST=y");
        break;
    case TRI_NO:
        check_fail(result, "CONFIG_INTEL_TDX_HOST is not set in %s", kernel->release);
        break;
    case TRI_UNKNOWN:
        if (facts->host.tdx.module_state == HOST_MODULE_READY)
            check_pass(result, "must be so: the TDX module is initialised");
        else
            check_skip(result, CHECK_SKIP_UNKNOWN,
                       "the configuration of this kernel is not in /boot or /lib/modules");
        break;
    }
}

void check_kernel_default(CHECK_ARGUMENTS)
{
    const struct host_kernel *kernel = &facts->host.kernel;

    if (kernel->default_error == -ENOENT) {
        check_skip(result, CHECK_SKIP_NOT_APPLICABLE,
                   "GRUB has no saved default entry, or it is none of /boot/loader/entries");
        return;
    }
    if (kernel->default_error) {
        check_skip(result, CHECK_SKIP_UNKNOWN,
                   "no permission to read the boot loader's settings: run as root");
        return;
    }
    check_value(result, "%s", kernel->default_release);
    if (strcmp(kernel->default_release, kernel->release) == 0 || kernel->default_has_tdx == TRI_YES)
        return;
    if (kernel->default_has_tdx == TRI_NO)
        check_fail(result, "the default entry boots %s, which has no TDX", kernel->default_release);
    else
        check_skip(result, CHECK_SKIP_UNKNOWN,
                   "the configuration of %s is not in /boot or /lib/modules",
                   kernel->default_release);
}

void check_kernel_hibernation(CHECK_ARGUMENTS)
{
    switch (facts->host.kernel.hibernation_possible) {
    case TRI_NO:
        check_pass(result, "this kernel cannot hibernate");
        break;
    case TRI_YES:
        if (facts->host.kernel.is_kernel_tdx)
            check_pass(result, "kernel-tdx refuses to hibernate once TDX is enabled");
        else if (host_tdx_runs(&facts->host.tdx))
            check_pass(result, "it does not: TDX runs");
        else
            check_fail(result, "this kernel can hibernate, and refuses TDX for that reason");
        break;
    case TRI_UNKNOWN:
        check_skip(result, CHECK_SKIP_UNKNOWN, "/sys/power cannot be read");
        break;
    }
}

/* Arguments that turn off what TDX needs: plain words, and parameters that are on by default. */
static const char *const words_off[] = { "noept", "nox2apic" };
static const char *const parameters[] = {
    "kvm_intel.tdx", "kvm_intel.ept",    "kvm_intel.eptad", "kvm_intel.enable_apicv",
    "kvm.tdp_mmu",   "kvm.mmio_caching", "kvm_amd.npt",
};

/* The first argument of the command line that turns TDX off; false if there is none. */
static bool find_conflict(const char *cmdline, char *ret_argument, size_t size)
{
    for (size_t i = 0; i < ARRAY_SIZE(words_off); i++)
        if (text_has_word(cmdline, words_off[i])) {
            text_print(ret_argument, size, "%s", words_off[i]);
            return true;
        }
    for (size_t i = 0; i < ARRAY_SIZE(parameters); i++) {
        char value[16];
        bool is_on;

        if (text_cmdline_value(cmdline, parameters[i], value, sizeof(value)) == 0 &&
            text_to_bool(value, &is_on) == 0 && !is_on) {
            text_print(ret_argument, size, "%s=%s", parameters[i], value);
            return true;
        }
    }
    return false;
}

void check_kernel_cmdline(CHECK_ARGUMENTS)
{
    const struct host_kernel *kernel = &facts->host.kernel;
    char argument[64];

    if (!kernel->cmdline[0])
        check_skip(result, CHECK_SKIP_UNKNOWN, "/proc/cmdline cannot be read");
    else if (find_conflict(kernel->cmdline, argument, sizeof(argument)))
        check_fail(result, "%s is on the kernel command line", argument);
    else if (kernel->parameter_off[0])
        check_fail(result, "module parameter %s is off, but not by the kernel command line",
                   kernel->parameter_off);
    else
        check_pass(result, "none of the %zu that do so is set",
                   ARRAY_SIZE(words_off) + ARRAY_SIZE(parameters));
}

void check_kernel_kexec(CHECK_ARGUMENTS)
{
    const struct host_kernel *kernel = &facts->host.kernel;
    const char *erratum = facts->host.cpu.bug_tdx_pw_mce == TRI_YES
                                  ? "; this CPU has the partial-write erratum"
                                  : "";

    if (kernel->kexec_loaded.error == -ENOENT && kernel->kexec_crash_loaded.error == -ENOENT) {
        check_pass(result, "this kernel does not support kexec");
        return;
    }
    if (kernel->kexec_loaded.error || kernel->kexec_crash_loaded.error) {
        check_skip(result, CHECK_SKIP_UNKNOWN, "/sys/kernel/kexec_loaded cannot be read");
        return;
    }
    if (!kernel->kexec_crash_loaded.value && !kernel->kexec_loaded.value)
        check_pass(result, "no kexec or kdump image is loaded");
    else if (kernel->is_kernel_tdx)
        check_pass(result, "an image is loaded; kernel-tdx cleans TDX memory before it starts it");
    else if (kernel->kexec_crash_loaded.value)
        check_fail(result, "a kdump image is loaded%s", erratum);
    else
        check_fail(result, "a kexec image is loaded%s", erratum);
}

void check_kernel_hotplug(CHECK_ARGUMENTS)
{
    const char *state = facts->host.kernel.auto_online_blocks;

    if (!state[0])
        check_skip(result, CHECK_SKIP_NOT_APPLICABLE,
                   "this kernel does not support memory hotplug");
    else if (strcmp(state, "offline") != 0)
        check_fail(result, "the kernel sets new memory to %s by itself", state);
    else
        check_pass(result, "new memory stays offline");
}
