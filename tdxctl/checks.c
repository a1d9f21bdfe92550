/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "checks.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A parent stands above its children. */
static const struct check checks[] = {
    /* firmware and CPU */
    { "host.cpu.vendor", NULL, CHECK_REQUIRED, "The CPU is one with TDX",
      "TDX needs an Intel Xeon of the 5th generation, Xeon 6 or later (4th generation: some "
      "models).",
      check_cpu_vendor },
    { "host.cpu.features", "host.cpu.vendor", CHECK_REQUIRED, "CPU features that TDX needs",
      "Enable all CPU features in the BIOS; remove clearcpuid= from the kernel command line.",
      check_cpu_features },
    { "host.cpu.tme", "host.cpu.vendor", CHECK_REQUIRED, "Memory encryption (TME) is on",
      "BIOS: Processor > Memory Encryption (TME) = Enabled, TME Multi-Tenant (TME-MT) = Enabled, "
      "TME Bypass = Auto.",
      check_cpu_tme },
    { "host.cpu.keyids", "host.cpu.tme", CHECK_REQUIRED, "The BIOS gives KeyIDs to TDX",
      "BIOS: Trust Domain Extension (TDX) = Enabled, TME-MT/TDX key split = 1 or more. One KeyID "
      "is "
      "the module's own, each guest takes one.",
      check_cpu_keyids },
    { "host.cpu.seamrr", "host.cpu.keyids", CHECK_REQUIRED,
      "Memory for the TDX module is set apart",
      "BIOS: TDX Secure Arbitration Mode Loader (SEAM Loader) = Enabled, then a cold boot. If the "
      "lock bit stays 0, this BIOS does not load the module: update it.",
      check_cpu_seamrr },
    { "host.cpu.mcheck", "host.cpu.vendor", CHECK_REQUIRED, "The platform check (MCHECK) passed",
      "Update BIOS and microcode, populate the memory slots symmetrically, load BIOS defaults and "
      "enable SGX and TDX again.",
      check_cpu_mcheck },
    { "host.cpu.production", "host.cpu.vendor", CHECK_ADVICE, "The CPU is a production part",
      "Pre-production parts can not be attested by Intel's production service: replace the CPU.",
      check_cpu_production },
    { "host.cpu.all-online", NULL, CHECK_REQUIRED, "All CPUs are online",
      "Bring all CPUs online before KVM is loaded: remove maxcpus= and nr_cpus= and offlining "
      "scripts.",
      check_cpu_online },

    /* kernel */
    { "host.kernel.booted", NULL, CHECK_REQUIRED, "The kernel meant for TDX is the one that runs",
      "Reboot into kernel-tdx; if it comes up with another kernel again: grubby --set-default "
      "/boot/vmlinuz-VERSION+tdx, and look with journalctl -b -1 why the last try did not last.",
      check_kernel_booted },
    { "host.kernel.config", "host.kernel.booted", CHECK_REQUIRED,
      "The kernel was built with TDX host support",
      "Install kernel-tdx, or a distribution kernel of 6.16 or later with CONFIG_INTEL_TDX_HOST=y.",
      check_kernel_config },
    { "host.kernel.default", "host.kernel.config", CHECK_ADVICE,
      "The next boot brings a kernel with TDX, too",
      "grubby --set-default /boot/vmlinuz-VERSION of a kernel with TDX, before the next reboot. "
      "While a new "
      "kernel is being tried the old one is the default on purpose.",
      check_kernel_default },
    { "host.kernel.hibernation", "host.kernel.config", CHECK_REQUIRED,
      "Hibernation does not keep TDX off",
      "Add nohibernate to the kernel command line: grubby --update-kernel=ALL --args=nohibernate; "
      "reboot.",
      check_kernel_hibernation },
    { "host.kernel.cmdline", "host.kernel.config", CHECK_REQUIRED,
      "No kernel argument turns TDX off",
      "Remove the named argument: grubby --update-kernel=ALL --remove-args=ARGUMENT; a module "
      "parameter is set in /etc/modprobe.d (then dracut --force). Reboot.",
      check_kernel_cmdline },
    { "host.kernel.kexec", "host.kernel.config", CHECK_ADVICE,
      "A kernel started by kexec finds memory in order",
      "Run kernel-tdx, which goes with kdump, or turn kdump off (systemctl disable --now kdump): "
      "this "
      "kernel leaves behind what TDX did to memory, and on CPUs with the partial-write erratum the "
      "next one can take a machine check.",
      check_kernel_kexec },
    { "host.kernel.memory-hotplug", "host.kernel.config", CHECK_ADVICE,
      "Memory is not added at run time",
      "Set memhp_default_state=offline: memory that was not there at boot can not be used while "
      "TDX is on.",
      check_kernel_hotplug },

    /* TDX */
    { "host.tdx.enabled", NULL, CHECK_REQUIRED, "The kernel found TDX at boot",
      "Look at host.cpu.* above: the BIOS did not enable TDX, or the kernel does not know it.",
      check_tdx_enabled },
    { "host.kvm.loaded", NULL, CHECK_REQUIRED, "KVM is loaded",
      "modprobe kvm_intel; if that fails enable VT-x in the BIOS.", check_kvm_loaded },
    { "host.kvm.tdx-parameter", "host.kvm.loaded", CHECK_REQUIRED, "KVM was told to use TDX",
      "Install tdx-host-dracut (it brings options kvm_intel tdx=1), run "
      "dracut --force, reboot. If the parameter falls back to N, host.tdx.module-initialized says "
      "why.",
      check_kvm_param },
    { "host.tdx.module-initialized", "host.tdx.enabled", CHECK_REQUIRED,
      "The TDX module is initialised",
      "tdxctl explain CODE words the status in the log. Mostly: update the BIOS, which brings the "
      "module, and cold boot.",
      check_tdx_module },
    { "host.tdx.module-version", "host.tdx.module-initialized", CHECK_REQUIRED,
      "The TDX module is one that this kernel can use",
      "Update the BIOS, or the module on the EFI system partition if the BIOS reads it from there: "
      "1.5.05 is the oldest that works.",
      check_tdx_version },
    { "host.tdx.pamt", "host.tdx.module-initialized", CHECK_ADVICE,
      "Memory that TDX keeps for itself",
      "About 0.4 % of memory is normal. More means that the memory map has many holes.",
      check_tdx_pamt },
    { "host.kvm.vm-type", "host.kvm.tdx-parameter", CHECK_REQUIRED, "KVM offers the VM type TDX",
      "The kernel is too old for TDX guests, or TDX did not initialise: see the checks above.",
      check_kvm_vm_type },
    { "host.kvm.huge-pages", "host.kvm.vm-type", CHECK_ADVICE,
      "Private memory can be mapped by 2 MiB",
      "On kernel-tdx: echo Y > /sys/module/kvm/parameters/gmem_huge_pages, and look for "
      "kvm.gmem_huge_pages=0. "
      "Other kernels map it by 4 KiB: give TDs with much memory or many vCPUs minutes to start, or "
      "use kernel-tdx.",
      check_kvm_huge_pages },
    { "host.tdx.keyids-free", "host.kvm.tdx-parameter", CHECK_REQUIRED,
      "A KeyID is free for another guest",
      "Stop a TD; tdxctl status shows who has them. More: BIOS, TME-MT/TDX key split.",
      check_tdx_keyids },

    { "host.unchanged", NULL, CHECK_ADVICE, "The host is made of what tdxctl validate passed on",
      "Run tdxctl validate: it starts a small TD and remembers the host as it is. After a change "
      "of BIOS, "
      "microcode or TDX module also register the platform again (see host.qgs.pccs), and look at "
      "attestation "
      "policies that name the module.",
      check_unchanged },

    /* memory */
    { "host.memory.available", NULL, CHECK_REQUIRED, "There is memory for a guest",
      "Stop guests, or free huge pages (a TD can not use them): sysctl vm.nr_hugepages=0.",
      check_memory_available },
    { "host.memory.numa", NULL, CHECK_ADVICE, "Every NUMA node with CPUs has memory",
      "Populate the memory slots of all sockets alike: private memory of a guest on a node without "
      "memory is remote.",
      check_memory_numa },

    /* QEMU, libvirt, firmware */
    { "host.qemu.version", NULL, CHECK_REQUIRED, "QEMU can start TDs",
      "Install QEMU 10.1 or later from the distribution; hold it back from being replaced by an "
      "older patched build.",
      check_qemu_version },
    { "host.libvirt.version", NULL, CHECK_REQUIRED, "libvirt knows TDX guests",
      "Install libvirt 11.6 or later.", check_libvirt_version },
    { "host.libvirt.daemon", "host.libvirt.version", CHECK_REQUIRED,
      "libvirt's QEMU daemon listens",
      "systemctl enable --now virtqemud.socket (or libvirtd.socket).", check_libvirt_daemon },
    { "host.libvirt.caps-cache", "host.kvm.vm-type", CHECK_REQUIRED,
      "libvirt's cached capabilities have TDX",
      "The cache was filled when TDX was off: rm /var/cache/libvirt/qemu/capabilities/*.xml and "
      "restart virtqemud (or libvirtd).",
      check_libvirt_caps },
    { "host.firmware.tdx", NULL, CHECK_REQUIRED, "Guest firmware for TDs is installed",
      "Install edk2-ovmf (EL, Fedora) or ovmf-inteltdx (Debian).", check_firmware },
    { "host.hook.installed", NULL, CHECK_ADVICE, "libvirt's hook of tdx-host is installed",
      "Install tdx-host-libvirt and restart virtqemud (or libvirtd) once.", check_hook },
    { "host.hook.config", NULL, CHECK_REQUIRED, "tdx-host.conf is understood",
      "Correct the line; tdx-host.conf(5) names all settings.", check_hook_config },

    /* attestation */
    { "host.qgs.socket", NULL, CHECK_ADVICE, "The quote generation service listens",
      "Install and start qgsd (systemctl enable --now qgsd), without a port in /etc/qgs.conf; let "
      "QEMU's user "
      "reach its socket.",
      check_qgs_socket },
    { "host.qgs.pccs", "host.qgs.socket", CHECK_ADVICE, "Where certificates come from is set",
      "Write pccs_url into /etc/sgx_default_qcnl.conf and register the platform with that service.",
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
        /* A parent that does not apply, as silicon on a softmod host, takes nothing from its
         * children. */
        if (parent) {
            const struct check_result *above = &ret_results[index_of(parent)];

            if (above->verdict == CHECK_FAIL || above->skip == CHECK_SKIP_DEPENDENCY) {
                check_skip(result, CHECK_SKIP_DEPENDENCY, "%s did not pass", parent);
                continue;
            }
        }
        checks[i].run(facts, result);
    }
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

/* Values come from files that anybody may have written: they reach terminals and JSON as clean
 * text, cut between letters.
 */
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
