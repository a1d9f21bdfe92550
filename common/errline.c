/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "errline.h"

#include <string.h>

/* The first whose mark occurs wins: put the narrower one first. */
static const struct errline lines[] = {
    { "vm-type-not-supported", "vm-type TDX not supported by KVM",
      "QEMU asked KVM for a TD and this kernel offers none.",
      "The running kernel has no TDX, or TDX did not initialise: run tdxctl check and look at "
      "host.kvm.*." },
    { "launch-security-not-supported", "launch security is not supported with this QEMU binary",
      "libvirt believes that this QEMU or this kernel can not start TDs.",
      "If tdxctl check passes, libvirt's cached capabilities are old: see "
      "host.libvirt.caps-cache." },
    { "capabilities-ioctl", "KVM_TDX_CAPABILITIES",
      "QEMU and the kernel speak different versions of the TDX interface.",
      "Use QEMU 10.1 or later from the distribution with a kernel of the upstream interface; "
      "remove "
      "patched QEMU builds of early TDX stacks." },
    { "init-vm-no-keyid", "No space left on device", "KVM had no KeyID left for this TD.",
      "Stop a TD, or raise the number of TDX KeyIDs in the BIOS: see host.tdx.keyids-free." },
    { "init-vm-invalid", "KVM_TDX_INIT_VM failed",
      "The TDX module refused the shape of the TD: CPU features, attributes or GPA width.",
      "Use <cpu mode='host-passthrough'/> without features, <policy> 0x10000000, and check "
      "host.tdx.module-version." },
    { "guest-memory", "cannot set up guest memory",
      "The host has less memory than the guest is to have.",
      "Stop other guests, or give the domain less memory: see not-enough-memory." },
    { "cpu-model-named", "Named cpu model is not supported for TDX",
      "TDs take the host's CPU only.", "Use <cpu mode='host-passthrough'/>: see cpu-model." },
    { "needs-split-irqchip", "needs split kernel irqchip",
      "TDs can not have an interrupt controller of KVM's.",
      "Remove <ioapic driver='kvm'/> from <features>: see ioapic-kvm." },
    { "pflash-readonly", "pflash with kvm requires KVM readonly memory support",
      "TDs can not have firmware in flash.",
      "Use firmware with an intel-tdx descriptor as ROM: see firmware-pflash." },
    { "firmware-not-tdx", "Domain requires TDX, firmware",
      "The firmware that the domain names has no TDX support.",
      "Install the TDX firmware (ovmf-inteltdx, edk2-ovmf) and let <os firmware='efi'> choose "
      "it." },
    { "qgs-connect", "Failed to connect to", "QEMU can not reach the quote generation service.",
      "Start qgsd and let QEMU's user reach its socket: see host.qgs.socket." },
    { "policy-bits", "bit(s) in policy", "The TD policy has bits that are not allowed.",
      "Use <policy>0x10000000</policy>." },
    { "hibernation", "Hibernation support is enabled",
      "The kernel refuses TDX because it could hibernate.",
      "Boot with nohibernate: see host.kernel.hibernation." },
    { "too-few-keyids", "too few private KeyIDs available",
      "The BIOS gave one TDX KeyID only; the module needs it for itself.",
      "Raise the TME-MT/TDX key split in the BIOS: see host.cpu.keyids." },
    { "reserved-areas-exhausted", "reserved areas exhausted",
      "The memory map has more holes than the TDX module can describe.",
      "Update the BIOS; turn off CXL, persistent memory and memory mirroring; use a kernel that "
      "merges "
      "small holes." },
    { "tdmrs-exhausted", "TDMRs exhausted",
      "The memory map has more regions than the TDX module takes.",
      "Update the BIOS; turn off CXL and persistent memory." },
    { "module-not-loaded", "module not loaded", "The BIOS enabled TDX but loaded no TDX module.",
      "Enable the SEAM loader in the BIOS, update the BIOS, cold boot: see host.cpu.seamrr." },
    { "qgs-not-registered", "0xe011", "The platform is not registered with Intel's service.",
      "Register the platform (PCKIDRetrievalTool or mpa_registration): see host.qgs.pccs." },
    { "qgs-tls", "0xe065", "PCCS refused the connection: its TLS certificate is not trusted.",
      "Set use_secure_cert and the certificate in /etc/sgx_default_qcnl.conf." },
    { "qgs-no-collateral", "0x11001", "QGS got no certificate for this platform.",
      "Check that PCCS runs, that its URL in /etc/sgx_default_qcnl.conf is right and that the "
      "platform "
      "is registered." },
    { "qgs-no-response", "0xb010", "QGS did not answer the guest.",
      "Check that qgsd runs and that the domain names its socket: see host.qgs.socket." },
    { "security-driver-null", "Security driver model '(null)' is not available",
      "libvirt lost the domain's state across a restart of the guest.",
      "Restart libvirt's daemon; update libvirt to 12 or later." },
    { "root-not-found", "Unable to mount root fs",
      "The kernel found no root file system: its initramfs lacks a storage driver.",
      "Boot the kernel before and rebuild the initramfs: dracut --force --kver VERSION." },
};

const struct errline *errline_find(const char *line)
{
    for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
        if (strstr(line, lines[i].mark))
            return &lines[i];
    return NULL;
}

const struct errline *errline_all(size_t *ret_count)
{
    *ret_count = ARRAY_SIZE(lines);
    return lines;
}
