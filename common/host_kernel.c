/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads struct host_kernel: the running kernel, its configuration, and other installed kernels. */
#include <string.h>

#include "file.h"
#include "host.h"

#define KERNEL_TDX_SUFFIX "+tdx"
#define MAX_KERNELS       256

static enum tri config_is_set(const char *config, const char *symbol)
{
    char line[96];

    text_print(line, sizeof(line), "\n%s=y\n", symbol);
    return tri_of(strstr(config, line) != NULL);
}

static char *read_config(const struct ask *ask, const char *release)
{
    static const char *const places[] = { "boot/config-%s", "lib/modules/%s/config",
                                          "usr/lib/modules/%s/config" };
    char *config = NULL;

    for (size_t i = 0; i < ARRAY_SIZE(places) && !config; i++) {
        const char *mark = strchr(places[i], '%');
        char path[256];

        text_print(path, sizeof(path), "%.*s%s%s", (int)(mark - places[i]), places[i], release,
                   mark + 2);
        (void)file_read(ask->root_fd, path, FILE_MAX_LARGE, &config);
    }
    return config;
}

static void read_configs(const struct ask *ask, struct host_kernel *kernel)
{
    _cleanup_free_ char *config = read_config(ask, kernel->release), *by_default = NULL;

    if (config) {
        kernel->config_tdx_host = config_is_set(config, "CONFIG_INTEL_TDX_HOST");
        kernel->config_hibernation = config_is_set(config, "CONFIG_HIBERNATION");
    }
    kernel->default_error =
            host_read_default_kernel(ask, kernel->default_release, sizeof(kernel->default_release));
    if (kernel->default_error == 0)
        by_default = read_config(ask, kernel->default_release);
    if (text_ends_with(kernel->default_release, KERNEL_TDX_SUFFIX))
        kernel->default_has_tdx = TRI_YES;
    else if (by_default)
        kernel->default_has_tdx = config_is_set(by_default, "CONFIG_INTEL_TDX_HOST");
}

/* Can the kernel hibernate? With nohibernate sys/power/disk contains "[disabled]"; a kernel without
 * hibernation does not have the file. */
static enum tri read_hibernation(const struct ask *ask, const struct host_kernel *kernel)
{
    char line[128];
    int r;

    if (kernel->config_hibernation == TRI_NO)
        return TRI_NO;
    r = file_read_line(ask->root_fd, "sys/power/disk", line, sizeof(line));
    if (r == 0)
        return tri_of(!strstr(line, "[disabled]"));
    if (text_has_word(kernel->cmdline, "nohibernate"))
        return TRI_NO;
    return r == -ENOENT && file_exists(ask->root_fd, "sys/power/state") ? TRI_NO : TRI_UNKNOWN;
}

static void read_installed(const struct ask *ask, struct host_kernel *kernel)
{
    char **names;
    size_t count;

    if (file_list(ask->root_fd, "lib/modules", MAX_KERNELS, &names, &count) < 0)
        return;
    /* A kernel that was removed can leave its folder behind. */
    for (size_t i = 0; i < count; i++) {
        char path[512];

        text_print(path, sizeof(path), "lib/modules/%s/modules.builtin", names[i]);
        if (text_ends_with(names[i], KERNEL_TDX_SUFFIX) && file_exists(ask->root_fd, path))
            text_copy(kernel->installed_kernel_tdx, sizeof(kernel->installed_kernel_tdx), names[i]);
    }
    file_list_free(names, count);
}

/* Reads the values in sysfs, because not only the command line sets them, but also /etc/modprobe.d.
 */
static void read_parameters(const struct ask *ask, struct host_kernel *kernel)
{
    static const struct {
        const char *module;
        const char *name;
    } parameters[] = {
        { "kvm", "tdp_mmu" },     { "kvm", "mmio_caching" },       { "kvm_intel", "ept" },
        { "kvm_intel", "eptad" }, { "kvm_intel", "enable_apicv" }, { "kvm_amd", "npt" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(parameters); i++) {
        char path[96], line[8];
        bool is_on;

        text_print(path, sizeof(path), "sys/module/%s/parameters/%s", parameters[i].module,
                   parameters[i].name);
        if (file_read_line(ask->root_fd, path, line, sizeof(line)) < 0 ||
            text_to_bool(line, &is_on) < 0 || is_on)
            continue;
        text_print(kernel->parameter_off, sizeof(kernel->parameter_off), "%s.%s",
                   parameters[i].module, parameters[i].name);
        return;
    }
}

static struct fact read_number(const struct ask *ask, const char *path)
{
    struct fact fact = { 0 };

    fact.error = file_read_u64(ask->root_fd, path, &fact.value);
    return fact;
}

static enum tri read_lockdown(const struct ask *ask)
{
    char line[96];

    if (file_read_line(ask->root_fd, "sys/kernel/security/lockdown", line, sizeof(line)) < 0)
        return TRI_UNKNOWN;
    return tri_of(!strstr(line, "[none]"));
}

void host_read_kernel(const struct ask *ask, struct host_kernel *ret_kernel)
{
    struct host_kernel kernel = { 0 };
    char release[sizeof(kernel.release)];

    if (file_read_line(ask->root_fd, "proc/sys/kernel/osrelease", release, sizeof(release)) == 0)
        text_copy(kernel.release, sizeof(kernel.release), release);
    (void)text_to_version(kernel.release, &kernel.version);
    (void)file_read_line(ask->root_fd, "proc/cmdline", kernel.cmdline, sizeof(kernel.cmdline));
    read_parameters(ask, &kernel);
    kernel.is_kernel_tdx = text_ends_with(kernel.release, KERNEL_TDX_SUFFIX);
    read_installed(ask, &kernel);
    read_configs(ask, &kernel);
    kernel.hibernation_possible = read_hibernation(ask, &kernel);
    kernel.kexec_loaded = read_number(ask, "sys/kernel/kexec_loaded");
    kernel.kexec_crash_loaded = read_number(ask, "sys/kernel/kexec_crash_loaded");
    (void)file_read_line(ask->root_fd, "sys/devices/system/memory/auto_online_blocks",
                         kernel.auto_online_blocks, sizeof(kernel.auto_online_blocks));
    kernel.lockdown = read_lockdown(ask);
    *ret_kernel = kernel;
}
