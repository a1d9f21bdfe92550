/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host.unchanged, and the checks of memory, QEMU, libvirt, firmware, the hook and attestation. */
#include <string.h>

#include "checks.h"
#include "policy.h"

#define SMALLEST_GUEST_KIB KIB_PER_GIB

static const struct version oldest_qemu = { 10, 1, 0 };
static const struct version oldest_libvirt = { 11, 6, 0 };

void check_unchanged(CHECK_ARGUMENTS)
{
    const struct remembered *remembered = &facts->remembered;

    if (remembered->error == -ENOENT)
        check_skip(result, CHECK_SKIP_NOT_APPLICABLE,
                   "tdxctl validate has not passed on this host yet");
    else if (remembered->error)
        check_skip(result, CHECK_SKIP_UNKNOWN, "/%s cannot be read: %s", REMEMBERED_FILE,
                   strerror(-remembered->error));
    else if (remembered->changes[0])
        check_fail(result, "%s", remembered->changes);
    else
        check_pass(result, "nothing changed");
}

void check_memory_available(CHECK_ARGUMENTS)
{
    const struct host_memory *memory = &facts->host.memory;
    char available[24], total[24];

    if (memory->available_kib.error || memory->total_kib.error) {
        check_skip(result, CHECK_SKIP_UNKNOWN, "/proc/meminfo cannot be read");
        return;
    }
    text_from_kib(available, sizeof(available), memory->available_kib.value);
    text_from_kib(total, sizeof(total), memory->total_kib.value);
    check_value(result, "%s of %s available", available, total);
    if (memory->available_kib.value < SMALLEST_GUEST_KIB)
        check_fail(result, "less than 1 GiB is available");
}

void check_memory_numa(CHECK_ARGUMENTS)
{
    const struct host_memory *memory = &facts->host.memory;

    if (memory->node_count < 2) {
        check_skip(result, CHECK_SKIP_NOT_APPLICABLE, "this host has one NUMA node");
        return;
    }
    check_value(result, "%u nodes", memory->node_count);
    for (unsigned int i = 0; i < memory->node_count; i++)
        if (memory->nodes[i].has_cpus && memory->nodes[i].total_kib == 0) {
            check_fail(result, "node %u has CPUs but no memory", memory->nodes[i].id);
            return;
        }
}

/* Builds of distributions have TDX before upstream's version: the program's own answer counts, then
 * what libvirt wrote into its cache when it asked QEMU, and only then the version. */
static void check_has_tdx(const char *name, const struct host_virt *virt, enum tri has_tdx,
                          const struct version *version, const struct version *oldest,
                          struct check_result *result)
{
    check_value(result, "%u.%u.%u", version->major, version->minor, version->micro);
    if (has_tdx == TRI_NO)
        check_fail(result, "this build of %s has no TDX", name);
    else if (has_tdx == TRI_UNKNOWN && virt->caps_with_tdx == 0 &&
             version_compare(version, oldest) < 0)
        check_skip(result, CHECK_SKIP_UNKNOWN,
                   "it is older than %u.%u, and does not say whether this build has TDX",
                   oldest->major, oldest->minor);
}

static void not_installed(const char *name, struct check_result *result)
{
    check_fail(result, "%s is not installed, or does not report its version", name);
}

void check_qemu_version(CHECK_ARGUMENTS)
{
    const struct host_virt *virt = &facts->host.virt;

    if (!virt->has_qemu)
        not_installed("QEMU", result);
    else
        check_has_tdx("QEMU", virt, virt->qemu_has_tdx, &virt->qemu, &oldest_qemu, result);
}

void check_libvirt_version(CHECK_ARGUMENTS)
{
    const struct host_virt *virt = &facts->host.virt;

    if (!virt->has_libvirt)
        not_installed("libvirt", result);
    else
        check_has_tdx("libvirt", virt, virt->libvirt_has_tdx, &virt->libvirt, &oldest_libvirt,
                      result);
}

void check_libvirt_daemon(CHECK_ARGUMENTS)
{
    if (facts->host.virt.libvirt_socket[0])
        check_pass(result, "%s", facts->host.virt.libvirt_socket);
    else
        check_fail(result, "no socket of virtqemud or libvirtd listens");
}

void check_libvirt_caps(CHECK_ARGUMENTS)
{
    const struct host_virt *virt = &facts->host.virt;

    if (virt->caps_count == 0) {
        check_skip(result, CHECK_SKIP_NOT_APPLICABLE,
                   "the cache is empty, or there is no permission to read it");
        return;
    }
    check_value(result, "%u of %u cached files have tdx-guest", virt->caps_with_tdx,
                virt->caps_count);
    if (virt->caps_with_tdx == 0 && facts->host.tdx.offers_tds == TRI_YES)
        check_fail(result, "KVM offers TDX, but the cache says that it does not");
}

void check_firmware(CHECK_ARGUMENTS)
{
    const struct host_virt *virt = &facts->host.virt;

    if (virt->firmware_count == 0) {
        check_fail(result, "no firmware descriptor has the feature intel-tdx");
        return;
    }
    for (unsigned int i = 0; i < virt->firmware_count; i++)
        if (virt->firmware[i].has_binary) {
            check_pass(result, "%s", virt->firmware[i].binary);
            return;
        }
    check_fail(result, "%s names the file %s, which does not exist", virt->firmware[0].descriptor,
               virt->firmware[0].binary);
}

void check_hook(CHECK_ARGUMENTS)
{
    const struct host_virt *virt = &facts->host.virt;

    if (virt->hook_installed == TRI_UNKNOWN)
        check_skip(result, CHECK_SKIP_UNKNOWN,
                   "no permission to read /etc/libvirt/hooks: run as root");
    else if (virt->hook_installed == TRI_NO)
        check_fail(result, "there is no /etc/libvirt/hooks/qemu.d/50-tdx-host");
    else if (virt->hook_executable == TRI_NO)
        check_fail(result, "/etc/libvirt/hooks/qemu.d/50-tdx-host is not executable, so libvirt "
                           "does not run it");
    else
        check_pass(result, "installed");
}

void check_hook_config(CHECK_ARGUMENTS)
{
    const struct conf_faults *faults = &facts->settings_faults;
    const char *unknown = policy_unknown_rule(facts->settings);

    if (faults->count && !faults->first_line)
        check_fail(result, "/%s cannot be read: %s", faults->first_file,
                   strerror(-faults->first_error));
    else if (faults->count)
        check_fail(result, "%u lines are wrong and ignored; the first is line %u of /%s: %s",
                   faults->count, faults->first_line, faults->first_file,
                   strerror(-faults->first_error));
    else if (unknown)
        check_fail(result, "Rule=%s: there is no such rule", unknown);
    else
        check_pass(result, "no errors");
}

void check_qgs_socket(CHECK_ARGUMENTS)
{
    const struct host_qgs *qgs = &facts->host.qgs;

    check_value(result, "%s", qgs->socket);
    if (qgs->listening == TRI_UNKNOWN)
        check_skip(result, CHECK_SKIP_UNKNOWN, "/proc/net/unix cannot be read");
    else if (qgs->listening == TRI_NO && qgs->vsock_port)
        check_fail(result, "no process listens: /%s sets port %llu, so QGS listens on vsock only",
                   qgs->port_file, (unsigned long long)qgs->vsock_port);
    else if (qgs->listening == TRI_NO)
        check_fail(result, "no process listens, so guests cannot be attested");
    else if (qgs->group_can_connect == TRI_NO)
        check_fail(result, "only root may connect, QEMU's user may not");
}

void check_qgs_pccs(CHECK_ARGUMENTS)
{
    const struct host_qgs *qgs = &facts->host.qgs;

    if (!qgs->qcnl_file[0])
        check_fail(result, "there is no /etc/sgx_default_qcnl.conf");
    else if (!qgs->pccs_url[0])
        check_fail(result, "/%s has no pccs_url", qgs->qcnl_file);
    else
        check_pass(result, "%s", qgs->pccs_url);
}
