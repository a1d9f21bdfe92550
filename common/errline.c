/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "errline.h"

#include <ctype.h>
#include <string.h>

#include "text.h"

/* The first entry with a mark that occurs in the line is taken: put narrow marks above wide ones.
 */
static const struct errline lines[] = {
    { "vm-type-not-supported",
      { "vm-type TDX not supported by KVM" },
      "QEMU asked KVM for a TD, but this kernel does not offer TDs.",
      "The running kernel does not support TDX, or TDX was not initialised: run tdxctl check and "
      "look at host.kvm.*." },
    { "launch-security-not-supported",
      { "launch security is not supported with this QEMU binary" },
      "libvirt believes that this QEMU or this kernel cannot start TDs.",
      "If tdxctl check passes, libvirt's cache of capabilities is out of date: see "
      "host.libvirt.caps-cache." },
    { "capabilities-ioctl",
      { "KVM_TDX_CAPABILITIES" },
      "QEMU and the kernel speak different versions of the TDX interface.",
      "Use QEMU 10.1 or later from the distribution and a kernel with upstream's interface "
      "(kernel-tdx, or 6.16 and later); remove patched QEMU builds of early TDX stacks." },
    { "init-vm-no-keyid",
      { "hw_errors: 0x0: No space left on device" },
      "KVM had no KeyID left for this TD.",
      "Stop a TD, or raise the number of TDX KeyIDs in the BIOS: see host.tdx.keyids-free." },
    { "no-entropy",
      { "Hardware RNG (Random Number" },
      "The CPU's random number generator had no entropy left for the key of a new TD.",
      "Try again. If it persists, another guest uses up RDRAND and RDSEED, or the microcode is "
      "old." },
    { "init-vm-invalid",
      { "KVM_TDX_INIT_VM failed" },
      "The TDX module refused the TD's configuration: CPU features, attributes or width of guest "
      "physical addresses.",
      "Use <cpu mode='host-passthrough'/> without <feature> elements and "
      "<policy>0x10000000</policy>, and look at host.tdx.module-version." },
    { "tdx-ioctl",
      { "TDX ioctl KVM_TDX_" },
      "KVM refused a step of creating the TD. The number after hw_errors is the status code of the "
      "TDX module.",
      "Give the whole line to tdxctl explain, and look at the kernel log at the same time." },
    { "attributes",
      { "for TDX VM (KVM supported:", "QEMU unsupported TD attribute bits" },
      "The TD policy or the CPU model asks for TD attributes that this host does not support.",
      "Use <policy>0x10000000</policy> and <cpu mode='host-passthrough'/> without <feature> "
      "elements." },
    { "xfam",
      { "Invalid XFAM" },
      "The CPU model asks for register state (XFAM) that the TDX module does not support for TDs.",
      "Use <cpu mode='host-passthrough'/> without <feature> elements." },
    { "physical-bits",
      { "to match host CPU physical bits" },
      "A TD must have as many physical address bits as the host.",
      "Remove <maxphysaddr> from <cpu>: host-passthrough sets the right number." },
    { "tsc-frequency",
      { "Invalid TSC" },
      "The frequency of a TD's time stamp counter must be a multiple of 25 MHz, from 100 MHz to 10 "
      "GHz.",
      "Remove the frequency from <timer name='tsc'>: the TD then has that of the host." },
    { "digest-length",
      { "sha384 digest was" },
      "mrConfigId, mrOwner and mrOwnerConfig must be 48 bytes in base64.",
      "Correct the value in <launchSecurity>, or leave it out." },
    { "cpu-features-differ",
      { "TDX doesn't support requested feature", "TDX forcibly sets the feature" },
      "Only a warning: the TDX module, not the CPU model, decides whether the guest has this CPU "
      "feature.",
      "Do nothing, unless the guest needs the feature." },
    { "guest-memory",
      { "cannot set up guest memory" },
      "The host has less memory available than the guest needs.",
      "Stop other guests, or give the domain less memory: see not-enough-memory." },
    { "cpu-model-named",
      { "Named cpu model is not supported for TDX" },
      "A TD can only have the host's CPU model.",
      "Use <cpu mode='host-passthrough'/>: see cpu-model." },
    { "needs-split-irqchip",
      { "needs split kernel irqchip", "requires kernel_irqchip to be split" },
      "A TD cannot use the I/O APIC in KVM.",
      "Remove <ioapic driver='kvm'/> from <features>: see ioapic-kvm." },
    { "machine-part",
      { "TDX VM doesn't support SMM", "TDX VM doesn't support PIC" },
      "A TD cannot have system management mode (SMM) or a PIC.",
      "Use <smm state='off'/> and remove <pic>: see smm-on." },
    { "pflash-readonly",
      { "pflash with kvm requires KVM readonly memory support" },
      "A TD cannot have its firmware in flash (pflash).",
      "Use firmware whose descriptor has the feature intel-tdx, as a ROM: see firmware-pflash." },
    { "firmware-not-tdx",
      { "Domain requires TDX, firmware" },
      "The firmware that the domain names does not support TDX.",
      "Install the TDX firmware (ovmf-inteltdx, edk2-ovmf) and let <os firmware='efi'> choose "
      "it." },
    { "firmware-no-tdvf",
      { "TDX_METADATA_OFFSET_GUID", "TDVF" },
      "The firmware file is not made for TDs: the TDX metadata that describe its layout are "
      "missing.",
      "Install the TDX firmware (ovmf-inteltdx, edk2-ovmf) and let <os firmware='efi'> choose it: "
      "see host.firmware.tdx." },
    { "qgs-connect",
      { "Failed to connect to" },
      "QEMU cannot connect to the quote generation service.",
      "Start qgsd and give QEMU's user access to its socket: see host.qgs.socket." },
    { "policy-bits",
      { "bit(s) in policy" },
      "The TD policy has bits that are not allowed.",
      "Use <policy>0x10000000</policy>." },
    { "hibernation-refused",
      { "Hibernation refused", "Suspend refused" },
      "kernel-tdx refuses suspend and hibernation while TDX is on: private memory would be lost.",
      "Power the host off instead, or turn TDX off (kernel argument kvm_intel.tdx=0) and reboot." },
    { "hibernation",
      { "Hibernation support is enabled" },
      "This kernel refuses TDX because it can hibernate.",
      "Add nohibernate to the kernel command line: see host.kernel.hibernation." },
    { "too-few-keyids",
      { "too few private KeyIDs available" },
      "The BIOS assigned only one KeyID to TDX, which the TDX module needs for itself.",
      "Raise the TME-MT/TDX key split in the BIOS: see host.cpu.keyids." },
    { "reserved-areas-exhausted",
      { "reserved areas exhausted" },
      "The memory map has more holes than the TDX module can describe.",
      "Update the BIOS; turn off CXL, persistent memory and memory mirroring; use a kernel that "
      "merges small holes." },
    { "tdmrs-exhausted",
      { "TDMRs exhausted" },
      "The memory map has more regions than the TDX module can manage.",
      "Update the BIOS; turn off CXL and persistent memory." },
    { "module-not-loaded",
      { "module not loaded" },
      "The BIOS enabled TDX but did not load the TDX module.",
      "Enable the SEAM loader in the BIOS, update the BIOS, then cold boot: see host.cpu.seamrr." },
    { "module-too-old",
      { "the module has no NO_RBP_MOD" },
      "The TDX module is too old: it changes a register (RBP) that the kernel needs.",
      "Update the BIOS, which brings the module: see host.tdx.module-version." },
    { "module-does-not-fit",
      { "the TDX module is too old or too new", "CPUID configurations, at most",
        "not whole pages: TDR" },
      "This kernel does not support this version of the TDX module.",
      "If the BIOS is new, update kernel-tdx; otherwise update the BIOS: see "
      "host.tdx.module-version." },
    { "kvm-paging",
      { "needs two-dimensional paging" },
      "EPT (or NPT), the TDP MMU or accessed bits are turned off, so KVM offers no TDs.",
      "Remove the kernel argument or module option that turns them off: see host.kernel.cmdline." },
    { "kvm-mmio-caching",
      { "needs MMIO caching" },
      "MMIO caching is turned off, so KVM offers no TDs.",
      "Remove kvm.mmio_caching=0: see host.kernel.cmdline." },
    { "kvm-address-bits",
      { "needs 48 physical address bits" },
      "The CPU has too few physical address bits for TDs.",
      "In a virtual machine, give its QEMU -cpu ...,phys-bits=48." },
    { "cpu-unusable",
      { "tdx: CPU " },
      "This CPU could not be initialised for TDX and stays offline.",
      "Look for a status code in the line before; take no CPU online or offline while TDX "
      "starts." },
    { "cpu-last-of-package",
      { "the last one of its package" },
      "While there are TDs every package needs a CPU that is online, so this last one may not go "
      "offline.",
      "Leave one CPU of each package online, or stop all TDs first." },
    { "package-offline",
      { "all CPUs of a package are offline" },
      "Each package that has CPUs needs one that is online to configure a TD's key; all CPUs of "
      "one package are offline, so KVM cannot create the TD.",
      "Take one CPU of each package online: write 1 into "
      "/sys/devices/system/cpu/cpuN/online." },
    { "split-failed",
      { "huge page of a guest cannot be split" },
      "The TDX module gave up splitting a 2 MiB page of a TD every time, so KVM ended the TD.",
      "Start the TD again. If the line comes back, update the BIOS, which brings the TDX module, "
      "and report it with the kernel log." },
    { "keyid-lost",
      { "is not free:" },
      "The KeyID of a TD could not be freed. KVM tries once more when the VM is destroyed; if that "
      "fails, no other TD can have it.",
      "See whether tdxctl status shows more KeyIDs in use than TDs; if so, report it with the "
      "kernel log. A reboot frees the KeyID." },
    { "not-accepted",
      { "which is not accepted" },
      "A guest used private memory that it had not accepted before; KVM stopped the guest there.",
      "Look at the guest's console and update its kernel and firmware; use "
      "<policy>0x10000000</policy>." },
    { "kvm-no-tdx",
      { "tdx: initialisation failed" },
      "KVM could not initialise TDX and offers no TDs.",
      "The lines before say why; tdxctl check shows the reason, too: "
      "host.tdx.module-initialized." },
    { "module-failed",
      { "module initialization failed" },
      "The TDX module could not be initialised.",
      "The lines before say why: give the one that has SEAMCALL or failed in it to tdxctl "
      "explain." },
    { "softmod-not-asked-for",
      { "give i_know_this_is_not_tdx=1" },
      "The software TDX module loads only if its parameter i_know_this_is_not_tdx=1 is set.",
      "In a lab, write options tdx_softmod i_know_this_is_not_tdx=1 into a file in "
      "/etc/modprobe.d." },
    { "softmod-loaded",
      { "software TDX module 1.5" },
      "The TDX module of this host is software: its TDs are not confidential.",
      "In a lab do nothing; guests that hold secrets need a host with TDX hardware." },
    { "softmod-not-flushed",
      { "was not flushed" },
      "In strict mode the software TDX module refuses a page whose cache lines the kernel did not "
      "write back before: a bug of the kernel, which would corrupt memory on TDX hardware.",
      "Report it with the kernel log. Without the parameter strict=1 tdx_softmod takes such "
      "pages." },
    { "softmod-not-scrubbed",
      { "was not written back with KeyID", "pages were not scrubbed" },
      "In strict mode the software TDX module keeps pages from the kernel that came back from a TD "
      "and were not written back and scrubbed: a bug of the kernel, which would corrupt memory on "
      "TDX hardware.",
      "Report it with the kernel log. Without the parameter strict=1 tdx_softmod gives such pages "
      "back." },
    { "softmod-keyids",
      { "not loaded: keyids=" },
      "The parameter keyids= of the software TDX module is out of range.",
      "Correct keyids= of tdx_softmod; the module takes one KeyID for itself." },
    { "softmod-no-svm",
      { "the CPU has no AMD-V with nested paging" },
      "The software TDX module needs nested paging on a CPU with AMD-V, which this CPU or virtual "
      "machine does not have.",
      "In a virtual machine give it -cpu ...,svm=on,npt=on." },
    { "softmod-no-world",
      { "the CPU has neither AMD-V nor VMX" },
      "The software TDX module needs AMD-V or VMX, which this CPU or virtual machine does not "
      "have.",
      "Turn SVM or VMX on in the BIOS; in a virtual machine give it -cpu ...,svm=on,npt=on or "
      "-cpu ...,vmx=on." },
    { "softmod-vmx-lacks",
      { "not loaded: the CPU's VMX lacks", "not loaded: the CPU's EPT lacks",
        "the CPU has fewer than 48 physical address bits" },
      "The software TDX module needs features of VMX that this CPU or virtual machine does not "
      "have.",
      "Use a machine with a newer CPU of a server. A virtual machine has only those features that "
      "its host passes on." },
    { "softmod-vmx-in-use",
      { "VMX is in use", "VMXON fails" },
      "Another hypervisor uses VMX, or kvm_intel was loaded before the software TDX module.",
      "Unload kvm_intel and other hypervisors, load tdx_softmod, then kvm_intel." },
    { "softmod-tdx",
      { "not loaded: the CPU has TDX" },
      "This CPU has TDX, so it needs no TDX module in software.",
      "Do not load tdx_softmod." },
    { "softmod-no-xsave",
      { "the CPU has no XSAVE" },
      "The software TDX module needs XSAVE, which this CPU or virtual machine does not have.",
      "In a virtual machine give it -cpu ...,xsave=on, or the CPU model of its host." },
    { "softmod-vm-entry",
      { "VM entry fails: error" },
      "The CPU refused to enter a TD that the software TDX module runs: this TD ends, others go "
      "on.",
      "Report it with the kernel log and the CPU's name. The number is the VM-instruction error of "
      "VMX." },
    { "softmod-5-level",
      { "the host uses 5-level paging" },
      "The software TDX module supports hosts with 4-level paging only.",
      "Add no5lvl to the kernel command line." },
    { "softmod-refused",
      { "the kernel refuses another TDX module" },
      "This host already has another TDX module.",
      "A host with TDX hardware needs no software module: do not load tdx_softmod." },
    { "softmod-memory-map",
      { "memory: more than" },
      "The memory map has more areas than the software TDX module can describe.",
      "Configure the virtual machine's memory as one piece." },
    { "qgs-not-registered",
      { "0xe011", "0xb00f" },
      "There is no attestation certificate for this platform: it was not registered, or a BIOS "
      "update gave it new keys.",
      "Register the platform (PCKIDRetrievalTool or mpa_registration): see host.qgs.pccs." },
    { "qgs-platform-unknown",
      { "0xe047", "0xb010" },
      "PCCS does not know this platform, and did not get its certificate from Intel's service "
      "either.",
      "Register the platform with this PCCS (PCKIDRetrievalTool), and look at the log of PCCS: its "
      "API key for Intel's service may be missing." },
    { "qgs-tls",
      { "0xe065", "0xb033" },
      "PCCS refused the connection: its TLS certificate is not trusted.",
      "Give PCCS a certificate that this host trusts. Only if PCCS runs on this host itself, you "
      "may set use_secure_cert to false in /etc/sgx_default_qcnl.conf." },
    { "qgs-network",
      { "0xe019", "0xb005", "0xb006" },
      "QGS cannot connect to PCCS.",
      "Start PCCS, correct pccs_url in /etc/sgx_default_qcnl.conf, and check the proxy and the "
      "firewall." },
    { "qgs-pccs-failed",
      { "0xe044", "0xb011" },
      "PCCS answered with an internal error.",
      "Look at the log of PCCS; restart qgsd once PCCS works." },
    { "qgs-no-quote",
      { "0x11001", "0x1100f" },
      "QGS could not create a quote; this number does not say why.",
      "Find the number in the line before (0xe..., 0xb...) in journalctl -u qgsd and give it to "
      "tdxctl explain." },
    { "qgs-answered-error",
      { "QGS message error code" },
      "QGS could not create a quote for the guest. The number in the line is decimal: 69633 is "
      "0x11001.",
      "Find the numbers 0xe... and 0xb... of the same time in journalctl -u qgsd and give them to "
      "tdxctl explain." },
    { "qgs-no-answer",
      { "End of file before reply received" },
      "QGS closed the connection before it answered.",
      "Look at journalctl -u qgsd; restart qgsd." },
    { "security-driver-null",
      { "Security driver model '(null)' is not available" },
      "libvirt lost the security driver of the domain when the guest was restarted.",
      "Restart libvirt's daemon; update libvirt to 12 or later." },
    { "root-not-found",
      { "Unable to mount root fs" },
      "The kernel found no root file system: its initramfs is missing or lacks a storage driver.",
      "Boot the previous kernel and rebuild the initramfs: dracut --force --kver VERSION." },
};

/* Does the mark occur in the line? A mark that is a number must be the whole number there: 0xb010
 * does not match 0xb0104000. */
static bool has_mark(const char *line, const char *mark)
{
    bool is_number = text_starts_with(mark, "0x");
    size_t len = strlen(mark);

    for (const char *at = strstr(line, mark); at; at = strstr(at + len, mark))
        if (!is_number || !isxdigit((unsigned char)at[len]))
            return true;
    return false;
}

const struct errline *errline_find(const char *line)
{
    for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
        for (size_t j = 0; j < ERRLINE_MAX_MARKS && lines[i].marks[j]; j++)
            if (has_mark(line, lines[i].marks[j]))
                return &lines[i];
    return NULL;
}

const struct errline *errline_all(size_t *ret_count)
{
    *ret_count = ARRAY_SIZE(lines);
    return lines;
}
