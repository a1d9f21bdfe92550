/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "checks.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fixes.h"

/* A parent stands above its children: checks_run() needs its result first. */
static const struct check checks[] = {
    /* firmware and CPU */
    { "host.cpu.vendor", NULL, CHECK_REQUIRED, "The CPU supports TDX",
      "TDX needs an Intel Xeon of the 5th generation, Xeon 6 or later (4th generation: some "
      "models).",
      check_cpu_vendor },
    { "host.cpu.features", "host.cpu.vendor", CHECK_REQUIRED,
      "The CPU has the features that TDX needs",
      "Enable all CPU features in the BIOS; remove clearcpuid= and noxsave from the kernel command "
      "line.",
      check_cpu_features },
    { "host.cpu.tme", "host.cpu.vendor", CHECK_REQUIRED,
      "The BIOS turned memory encryption (TME) on",
      "BIOS: Processor > Memory Encryption (TME) = Enabled, TME Multi-Tenant (TME-MT) = Enabled, "
      "TME Bypass = Auto.",
      check_cpu_tme },
    { "host.cpu.keyids", "host.cpu.tme", CHECK_REQUIRED, "The BIOS assigned KeyIDs to TDX",
      "BIOS: Trust Domain Extension (TDX) = Enabled, TME-MT/TDX key split = 1 or more. The TDX "
      "module takes one KeyID for itself, each guest takes one more.",
      check_cpu_keyids },
    { "host.cpu.seamrr", "host.cpu.keyids", CHECK_REQUIRED,
      "The BIOS reserved memory for the TDX module (SEAMRR)",
      "BIOS: TDX Secure Arbitration Mode Loader (SEAM Loader) = Enabled, then a cold boot. If the "
      "lock bit stays 0, this BIOS does not load the module: update it.",
      check_cpu_seamrr },
    { "host.cpu.mcheck", "host.cpu.vendor", CHECK_REQUIRED,
      "The CPU's check of the platform (MCHECK) passed",
      "Update BIOS and microcode, populate the memory slots symmetrically, load BIOS defaults and "
      "enable SGX and TDX again.",
      check_cpu_mcheck },
    { "host.cpu.production", "host.cpu.vendor", CHECK_ADVICE,
      "The CPU is a production part, no pre-production sample",
      "Intel's production service does not attest pre-production CPUs: replace the CPU.",
      check_cpu_production },
    { "host.cpu.all-online", NULL, CHECK_REQUIRED, "All CPUs are online",
      "Bring all CPUs online before KVM is loaded: remove maxcpus= and nr_cpus= from the kernel "
      "command line, and scripts that take CPUs offline.",
      check_cpu_online },

    /* kernel */
    { "host.kernel.booted", NULL, CHECK_REQUIRED,
      "If kernel-tdx is installed, it is the kernel that runs",
      "Reboot into kernel-tdx. If the host comes up with another kernel again, run grubby "
      "--set-default /boot/vmlinuz-VERSION+tdx and reboot; journalctl -b -1 shows what went wrong "
      "when kernel-tdx ran last.",
      check_kernel_booted },
    { "host.kernel.config", "host.kernel.booted", CHECK_REQUIRED,
      "The kernel was built with TDX host support",
      "Install kernel-tdx, or a distribution kernel of 6.16 or later with CONFIG_INTEL_TDX_HOST=y.",
      check_kernel_config },
    { "host.kernel.default", "host.kernel.config", CHECK_ADVICE,
      "The default kernel of the boot loader has TDX, too",
      "Before the next reboot run grubby --set-default /boot/vmlinuz-VERSION with the version of a "
      "kernel that has TDX. While a new kernel is on trial the old one stays the default on "
      "purpose.",
      check_kernel_default },
    { "host.kernel.hibernation", "host.kernel.config", CHECK_REQUIRED,
      "Hibernation does not make the kernel refuse TDX",
      "Add nohibernate to the kernel command line: grubby --update-kernel=ALL --args=nohibernate. "
      "Then reboot.",
      check_kernel_hibernation },
    { "host.kernel.cmdline", "host.kernel.config", CHECK_REQUIRED,
      "No kernel argument or module parameter turns TDX off",
      "Remove the argument that the check names: grubby --update-kernel=ALL "
      "--remove-args=ARGUMENT. "
      "If it is a module parameter, correct it in /etc/modprobe.d and run dracut --force. Then "
      "reboot.",
      check_kernel_cmdline },
    { "host.kernel.kexec", "host.kernel.config", CHECK_ADVICE,
      "A kernel started by kexec or kdump can use all memory",
      "Run kernel-tdx, which supports kdump, or turn kdump off (systemctl disable --now kdump): "
      "this kernel does not clean the memory that TDX encrypted, and on CPUs with the "
      "partial-write erratum the next kernel can take a machine check when it writes there.",
      check_kernel_kexec },
    { "host.kernel.memory-hotplug", "host.kernel.config", CHECK_ADVICE,
      "Hot-plugged memory stays offline",
      "Add memhp_default_state=offline to the kernel command line: memory that was not there at "
      "boot cannot be used while TDX is on.",
      check_kernel_hotplug },

    /* TDX */
    { "host.tdx.enabled", NULL, CHECK_REQUIRED, "The kernel found TDX at boot",
      "Look at host.cpu.* above: the BIOS did not enable TDX, or this kernel does not support TDX.",
      check_tdx_enabled },
    { "host.kvm.loaded", NULL, CHECK_REQUIRED, "KVM is loaded",
      "Run modprobe kvm_intel; if that fails, enable VT-x in the BIOS.", check_kvm_loaded },
    { "host.kvm.tdx-parameter", "host.kvm.loaded", CHECK_REQUIRED, "KVM was told to use TDX",
      "Install tdx-host-dracut (it sets the module option kvm_intel tdx=1), run dracut --force and "
      "reboot. If the parameter is N again after that, host.tdx.module-initialized says why.",
      check_kvm_param },
    { "host.tdx.module-initialized", "host.tdx.enabled", CHECK_REQUIRED,
      "The TDX module is initialised",
      "Run tdxctl explain with the line or the status code of the kernel log. In most cases a BIOS "
      "update, which brings the TDX module, and a cold boot help.",
      check_tdx_module },
    { "host.tdx.module-version", "host.tdx.module-initialized", CHECK_REQUIRED,
      "The TDX module is new enough for this kernel",
      "Update the BIOS, or the module on the EFI system partition if the BIOS reads it from there: "
      "1.5.05 is the oldest that works.",
      check_tdx_version },
    { "host.tdx.pamt", "host.tdx.module-initialized", CHECK_ADVICE,
      "The TDX module's page metadata (PAMT) takes little memory",
      "About 0.4 % of memory is normal. More means that the memory map has many holes: update the "
      "BIOS.",
      check_tdx_pamt },
    { "host.tdx.kernel-log", NULL, CHECK_ADVICE, "The kernel log has no error of running TDX",
      "Give the line to tdxctl explain; if it does not know the line, look at the lines around it "
      "in "
      "the kernel log, and report them.",
      check_tdx_log },
    { "host.kvm.vm-type", "host.kvm.tdx-parameter", CHECK_REQUIRED,
      "KVM can create TDX guests (VM type TDX)",
      "The kernel is too old for TDX guests, or TDX was not initialised: see the checks above.",
      check_kvm_vm_type },
    { "host.kvm.huge-pages", "host.kvm.vm-type", CHECK_ADVICE,
      "KVM can map private memory by 2 MiB pages",
      "On kernel-tdx: echo Y > /sys/module/kvm/parameters/gmem_huge_pages, and remove "
      "kvm.gmem_huge_pages=0 from the kernel command line. Other kernels use 4 KiB pages only: "
      "with them TDs with much memory or many vCPUs take minutes to start; kernel-tdx is faster.",
      check_kvm_huge_pages },
    { "host.tdx.keyids-free", "host.kvm.tdx-parameter", CHECK_REQUIRED,
      "A KeyID is free for another guest",
      "Stop a TD (tdxctl status lists those that run), or raise the number of TDX KeyIDs in the "
      "BIOS: TME-MT/TDX key split.",
      check_tdx_keyids },

    { "host.unchanged", NULL, CHECK_ADVICE,
      "Nothing changed on the host since tdxctl validate last passed",
      "Run tdxctl validate: it starts a small TD and, if that works, writes down the versions that "
      "this host has now. After a change of BIOS, microcode or TDX module also register the "
      "platform again (see host.qgs.pccs), and check attestation policies that name the module's "
      "measurement.",
      check_unchanged },

    /* memory */
    { "host.memory.available", NULL, CHECK_REQUIRED,
      "At least 1 GiB of memory is available for a guest",
      "Stop guests, or give back the memory that is reserved for huge pages (TDs cannot use them): "
      "sysctl vm.nr_hugepages=0.",
      check_memory_available },
    { "host.memory.numa", NULL, CHECK_ADVICE, "Every NUMA node with CPUs has memory",
      "Populate the memory slots of all sockets alike: a guest that runs on a node without memory "
      "has all its private memory on another node, which is slower.",
      check_memory_numa },

    /* QEMU, libvirt, firmware */
    { "host.qemu.version", NULL, CHECK_REQUIRED, "QEMU is new enough to start TDs",
      "Install QEMU 10.1 or later from the distribution, and make sure that no patched build of an "
      "older version replaces it.",
      check_qemu_version },
    { "host.libvirt.version", NULL, CHECK_REQUIRED, "libvirt is new enough to know TDX guests",
      "Install libvirt 11.6 or later.", check_libvirt_version },
    { "host.libvirt.daemon", "host.libvirt.version", CHECK_REQUIRED,
      "libvirt's daemon for QEMU listens",
      "Run systemctl enable --now virtqemud.socket (or libvirtd.socket).", check_libvirt_daemon },
    { "host.libvirt.caps-cache", "host.kvm.vm-type", CHECK_REQUIRED,
      "libvirt's cache of QEMU's capabilities includes TDX",
      "libvirt filled its cache when TDX was off: run rm "
      "/var/cache/libvirt/qemu/capabilities/*.xml and restart virtqemud (or libvirtd).",
      check_libvirt_caps },
    { "host.firmware.tdx", NULL, CHECK_REQUIRED, "Guest firmware for TDs is installed",
      "Install edk2-ovmf (EL, Fedora) or ovmf-inteltdx (Debian).", check_firmware },
    { "host.hook.installed", NULL, CHECK_ADVICE, "The libvirt hook of tdx-host is installed",
      "Install tdx-host-libvirt and restart virtqemud (or libvirtd) once.", check_hook },
    { "host.hook.config", NULL, CHECK_REQUIRED, "tdx-host.conf has no errors",
      "Correct the line that the check names; tdx-host.conf(5) lists all settings.",
      check_hook_config },

    /* attestation */
    { "host.qgs.socket", NULL, CHECK_ADVICE, "The quote generation service (QGS) listens",
      "Install and start qgsd (systemctl enable --now qgsd), set no port in /etc/qgs.conf nor by "
      "-p "
      "in its unit (systemctl cat qgsd), and give QEMU's user access to qgsd's socket.",
      check_qgs_socket },
    { "host.qgs.pccs", NULL, CHECK_ADVICE, "The source of attestation certificates (PCCS) is set",
      "Set pccs_url in /etc/sgx_default_qcnl.conf (SUSE: /etc/dcap/qcnl.conf) and register the "
      "platform with that service.",
      check_qgs_pccs },
};

const struct check *checks_all(size_t *ret_count)
{
    *ret_count = ARRAY_SIZE(checks);
    return checks;
}

static size_t index_of(const char *id)
{
    size_t i = 0;

    while (strcmp(checks[i].id, id) != 0)
        i++;
    return i;
}

void checks_run(const struct check_facts *facts, struct check_result *ret_results)
{
    for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
        const char *parent = checks[i].parent;
        struct check_result *result = &ret_results[i];

        *result = (struct check_result){ .verdict = CHECK_PASS };
        /* A parent that was skipped as not applicable (host.cpu.* on a softmod host) does not keep
         * its children from running. */
        if (parent) {
            const struct check_result *above = &ret_results[index_of(parent)];

            if (above->verdict == CHECK_FAIL || above->skip == CHECK_SKIP_DEPENDENCY) {
                check_skip(result, CHECK_SKIP_DEPENDENCY, "%s did not pass", parent);
                continue;
            }
        }
        checks[i].run(facts, result);
        if (result->verdict == CHECK_FAIL)
            fix_for(facts, &checks[i], result);
    }
}

const char *check_fix(const struct check *check, const struct check_result *result)
{
    return result->fix[0] ? result->fix : check->fix;
}

int checks_exit_status(const struct check_result *results)
{
    bool is_undecided = false;

    for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
        if (checks[i].level != CHECK_REQUIRED)
            continue;
        if (results[i].verdict == CHECK_FAIL)
            return 1;
        is_undecided |= results[i].skip == CHECK_SKIP_UNKNOWN;
    }
    return is_undecided ? 2 : 0;
}

/* Values come from files that anybody may have written: text_copy() replaces what is no printable
 * UTF-8 and never cuts within a character, so that terminals and JSON get valid text. */
__attribute__((format(printf, 3, 0))) static void print_clean(char *dst, size_t size,
                                                              const char *format, va_list args)
{
    char text[1024];

    if (vsnprintf(text, sizeof(text), format, args) < 0)
        text[0] = '\0';
    text_copy(dst, size, text);
}

#define FORMAT_INTO(field)                                                                         \
    do {                                                                                           \
        va_list args_;                                                                             \
        va_start(args_, format);                                                                   \
        print_clean(field, sizeof(field), format, args_);                                          \
        va_end(args_);                                                                             \
    } while (0)

void check_pass(struct check_result *result, const char *format, ...)
{
    result->verdict = CHECK_PASS;
    FORMAT_INTO(result->value);
}

void check_fail(struct check_result *result, const char *format, ...)
{
    result->verdict = CHECK_FAIL;
    FORMAT_INTO(result->reason);
}

void check_skip(struct check_result *result, enum check_skip why, const char *format, ...)
{
    result->verdict = CHECK_SKIP;
    result->skip = why;
    FORMAT_INTO(result->reason);
}

void check_value(struct check_result *result, const char *format, ...)
{
    FORMAT_INTO(result->value);
}
