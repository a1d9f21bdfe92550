/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "errline.h"

#include <ctype.h>
#include <string.h>

#include "text.h"

/* The first of which a mark occurs wins: put the narrower one first. */
static const struct errline lines[] = {
    { "vm-type-not-supported",
      { "vm-type TDX not supported by KVM" },
      "QEMU asked KVM for a TD and this kernel offers none.",
      "The running kernel has no TDX, or TDX did not initialise: run tdxctl check and look at "
      "host.kvm.*." },
    { "launch-security-not-supported",
      { "launch security is not supported with this QEMU binary" },
      "libvirt believes that this QEMU or this kernel can not start TDs.",
      "If tdxctl check passes, libvirt's cached capabilities are old: see "
      "host.libvirt.caps-cache." },
    { "capabilities-ioctl",
      { "KVM_TDX_CAPABILITIES" },
      "QEMU and the kernel speak different versions of the TDX interface.",
      "Use QEMU 10.1 or later from the distribution with a kernel of the upstream interface; "
      "remove "
      "patched QEMU builds of early TDX stacks." },
    { "init-vm-no-keyid",
      { "hw_errors: 0x0: No space left on device" },
      "KVM had no KeyID left for this TD.",
      "Stop a TD, or raise the number of TDX KeyIDs in the BIOS: see host.tdx.keyids-free." },
    { "no-entropy",
      { "Hardware RNG (Random Number" },
      "The CPU's random number generator had nothing to give for a new TD.",
      "Try again; if it persists another guest exhausts RDRAND and RDSEED, or the microcode is "
      "old." },
    { "init-vm-invalid",
      { "KVM_TDX_INIT_VM failed" },
      "The TDX module refused the shape of the TD: CPU features, attributes or GPA width.",
      "Use <cpu mode='host-passthrough'/> without features, <policy> 0x10000000, and check "
      "host.tdx.module-version." },
    { "tdx-ioctl",
      { "TDX ioctl KVM_TDX_" },
      "KVM refused a step of building the TD. The number after hw_errors is the TDX module's "
      "answer.",
      "Give the whole line to tdxctl explain, and look into the kernel log for the same moment." },
    { "attributes",
      { "for TDX VM (KVM supported:", "QEMU unsupported TD attribute bits" },
      "The TD policy or the CPU model asks for attributes that this host does not give to TDs.",
      "Use <policy>0x10000000</policy> and <cpu mode='host-passthrough'/> without features." },
    { "xfam",
      { "Invalid XFAM" },
      "The CPU model asks for register state that the TDX module does not give to TDs.",
      "Use <cpu mode='host-passthrough'/> without features." },
    { "physical-bits",
      { "to match host CPU physical bits" },
      "A TD must have as many physical address bits as the host.",
      "Remove <maxphysaddr> from <cpu>: host-passthrough has the right number." },
    { "tsc-frequency",
      { "Invalid TSC" },
      "A TD's time stamp counter runs at a multiple of 25 MHz, from 100 MHz to 10 GHz.",
      "Remove the frequency from <timer name='tsc'>: the TD gets the host's." },
    { "digest-length",
      { "sha384 digest was" },
      "mrConfigId, mrOwner and mrOwnerConfig are base64 of 48 bytes.",
      "Correct the value in <launchSecurity>, or leave it out." },
    { "cpu-features-differ",
      { "TDX doesn't support requested feature", "TDX forcibly sets the feature" },
      "A warning: the TDX module decides about this CPU feature, not the CPU model.",
      "Nothing, unless the guest needs the feature." },
    { "guest-memory",
      { "cannot set up guest memory" },
      "The host has less memory than the guest is to have.",
      "Stop other guests, or give the domain less memory: see not-enough-memory." },
    { "cpu-model-named",
      { "Named cpu model is not supported for TDX" },
      "TDs take the host's CPU only.",
      "Use <cpu mode='host-passthrough'/>: see cpu-model." },
    { "needs-split-irqchip",
      { "needs split kernel irqchip", "requires kernel_irqchip to be split" },
      "TDs can not have an interrupt controller of KVM's.",
      "Remove <ioapic driver='kvm'/> from <features>: see ioapic-kvm." },
    { "machine-part",
      { "TDX VM doesn't support SMM", "TDX VM doesn't support PIC" },
      "TDs have no system management mode and no PIC.",
      "Use <smm state='off'/> and no <pic>: see smm-on." },
    { "pflash-readonly",
      { "pflash with kvm requires KVM readonly memory support" },
      "TDs can not have firmware in flash.",
      "Use firmware with an intel-tdx descriptor as ROM: see firmware-pflash." },
    { "firmware-not-tdx",
      { "Domain requires TDX, firmware" },
      "The firmware that the domain names has no TDX support.",
      "Install the TDX firmware (ovmf-inteltdx, edk2-ovmf) and let <os firmware='efi'> choose "
      "it." },
    { "firmware-no-tdvf",
      { "TDX_METADATA_OFFSET_GUID", "TDVF" },
      "The firmware file is none for TDs: it does not say how it is laid out.",
      "Install the TDX firmware (ovmf-inteltdx, edk2-ovmf) and let <os firmware='efi'> choose it: "
      "see "
      "host.firmware.tdx." },
    { "qgs-connect",
      { "Failed to connect to" },
      "QEMU can not reach the quote generation service.",
      "Start qgsd and let QEMU's user reach its socket: see host.qgs.socket." },
    { "policy-bits",
      { "bit(s) in policy" },
      "The TD policy has bits that are not allowed.",
      "Use <policy>0x10000000</policy>." },
    { "hibernation-refused",
      { "Hibernation refused", "Suspend refused" },
      "kernel-tdx does not sleep while TDX is on: private memory would not survive it.",
      "Power the host off instead, or turn TDX off (kvm_intel.tdx=0) and reboot." },
    { "hibernation",
      { "Hibernation support is enabled" },
      "The kernel refuses TDX because it could hibernate.",
      "Boot with nohibernate: see host.kernel.hibernation." },
    { "too-few-keyids",
      { "too few private KeyIDs available" },
      "The BIOS gave one TDX KeyID only; the module needs it for itself.",
      "Raise the TME-MT/TDX key split in the BIOS: see host.cpu.keyids." },
    { "reserved-areas-exhausted",
      { "reserved areas exhausted" },
      "The memory map has more holes than the TDX module can describe.",
      "Update the BIOS; turn off CXL, persistent memory and memory mirroring; use a kernel that "
      "merges "
      "small holes." },
    { "tdmrs-exhausted",
      { "TDMRs exhausted" },
      "The memory map has more regions than the TDX module takes.",
      "Update the BIOS; turn off CXL and persistent memory." },
    { "module-not-loaded",
      { "module not loaded" },
      "The BIOS enabled TDX but loaded no TDX module.",
      "Enable the SEAM loader in the BIOS, update the BIOS, cold boot: see host.cpu.seamrr." },
    { "module-too-old",
      { "the module has no NO_RBP_MOD" },
      "The TDX module is too old: it changes a register that the kernel needs.",
      "Update the BIOS, which brings the module: see host.tdx.module-version." },
    { "module-does-not-fit",
      { "the TDX module is too old or too new", "CPUID configurations, at most",
        "not whole pages: TDR" },
      "The TDX module and this kernel do not fit.",
      "Update kernel-tdx if the BIOS is new, else the BIOS: see host.tdx.module-version." },
    { "kvm-paging",
      { "needs two-dimensional paging" },
      "KVM runs without EPT (NPT), the TDP MMU or accessed bits, and offers no TDs so.",
      "Remove what turns them off: see host.kernel.cmdline." },
    { "kvm-mmio-caching",
      { "needs MMIO caching" },
      "KVM runs without MMIO caching, and offers no TDs so.",
      "Remove kvm.mmio_caching=0: see host.kernel.cmdline." },
    { "kvm-address-bits",
      { "needs 48 physical address bits" },
      "The CPU has too few physical address bits for TDs.",
      "In a lab give the outer QEMU -cpu ...,phys-bits=48." },
    { "cpu-unusable",
      { "tdx: CPU " },
      "This CPU could not be made ready for TDX and stays offline.",
      "Look at the line before for a status; take no CPU on- or offline while TDX starts." },
    { "cpu-last-of-package",
      { "the last one of its package" },
      "Every package needs a CPU that runs while there are TDs; this one may not go offline.",
      "Leave one CPU of each package online, or stop all TDs before." },
    { "keyid-lost",
      { "is not free:" },
      "A TD's KeyID could not be taken back. KVM tries once more when the VM ends; if that fails, "
      "no other TD gets it.",
      "See whether tdxctl status has a KeyID too few; if so, report it with the kernel log. A "
      "reboot brings it back." },
    { "not-accepted",
      { "which is not accepted" },
      "A guest used private memory that it had not accepted; it was stopped at that place.",
      "Look at the guest's console and update its kernel and firmware; use "
      "<policy>0x10000000</policy>." },
    { "kvm-no-tdx",
      { "tdx: initialisation failed" },
      "KVM could not bring TDX up, and offers no TDs.",
      "The lines before say why; tdxctl check looks at the same: host.tdx.module-initialized." },
    { "module-failed",
      { "module initialization failed" },
      "The TDX module could not be initialised.",
      "The lines before say why: give the one with SEAMCALL or failed to tdxctl explain." },
    { "softmod-not-asked-for",
      { "give i_know_this_is_not_tdx=1" },
      "The software TDX module does not load unless somebody says that it is wanted.",
      "For a lab: options tdx_softmod i_know_this_is_not_tdx=1 in a file of /etc/modprobe.d." },
    { "softmod-loaded",
      { "software TDX module 1.5" },
      "The TDX module of this host is software: its TDs are not confidential.",
      "For a lab this is as it should be; guests that hold secrets need a host with TDX "
      "hardware." },
    { "softmod-keyids",
      { "not loaded: keyids=" },
      "The software TDX module was given a number of KeyIDs that it can not have.",
      "Correct keyids= of tdx_softmod; one KeyID is the module's own." },
    { "softmod-no-svm",
      { "the CPU has no AMD-V with nested paging" },
      "The software TDX module runs TDs by AMD-V, and this CPU or virtual machine has none.",
      "Turn SVM on in the BIOS; in a virtual machine give it -cpu ...,svm=on,npt=on." },
    { "softmod-5-level",
      { "the host uses 5-level paging" },
      "The software TDX module works with 4-level paging only.",
      "Boot with no5lvl." },
    { "softmod-refused",
      { "the kernel refuses another TDX module" },
      "Another TDX module answers on this host already.",
      "A host with TDX hardware needs no software module: do not load tdx_softmod." },
    { "softmod-memory-map",
      { "memory: more than" },
      "The memory map has more areas than the software TDX module can describe.",
      "Give the virtual machine its memory in one piece." },
    { "qgs-not-registered",
      { "0xe011", "0xb00f" },
      "There is no certificate for this platform: it was not registered, or a BIOS update gave it "
      "new "
      "keys.",
      "Register the platform (PCKIDRetrievalTool or mpa_registration): see host.qgs.pccs." },
    { "qgs-platform-unknown",
      { "0xe047", "0xb010" },
      "PCCS does not know this platform, and did not get it from Intel's service.",
      "Register the platform with this PCCS (PCKIDRetrievalTool), and look at the log of PCCS: its "
      "API key "
      "for Intel's service may be missing." },
    { "qgs-tls",
      { "0xe065", "0xb033" },
      "PCCS refused the connection: its TLS certificate is not trusted.",
      "Give PCCS a certificate that this host trusts; only where PCCS runs on this host, set "
      "use_secure_cert to false in /etc/sgx_default_qcnl.conf." },
    { "qgs-network",
      { "0xe019", "0xb005", "0xb006" },
      "QGS can not reach PCCS.",
      "Start PCCS, correct pccs_url in /etc/sgx_default_qcnl.conf, look at the proxy and the "
      "firewall." },
    { "qgs-pccs-failed",
      { "0xe044", "0xb011" },
      "PCCS answered with an error of its own.",
      "Look at the log of PCCS; restart qgsd once PCCS is well." },
    { "qgs-no-quote",
      { "0x11001", "0x1100f" },
      "QGS could not make a quote; this number does not say why.",
      "Look in journalctl -u qgsd for the number of the line before (0xe..., 0xb...) and explain "
      "that." },
    { "qgs-answered-error",
      { "QGS message error code" },
      "QGS could not make a quote for the guest. The number is decimal: 69633 is 0x11001.",
      "Look in journalctl -u qgsd for the numbers 0xe... and 0xb... at that moment and explain "
      "those." },
    { "qgs-no-answer",
      { "End of file before reply received" },
      "QGS closed the connection before it answered.",
      "Look at journalctl -u qgsd; restart qgsd." },
    { "security-driver-null",
      { "Security driver model '(null)' is not available" },
      "libvirt lost the domain's state across a restart of the guest.",
      "Restart libvirt's daemon; update libvirt to 12 or later." },
    { "root-not-found",
      { "Unable to mount root fs" },
      "The kernel found no root file system: its initramfs lacks a storage driver.",
      "Boot the kernel before and rebuild the initramfs: dracut --force --kver VERSION." },
};

/* A number must stand there whole: 0xb010 is not in 0xb0104000. */
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
