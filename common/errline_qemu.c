/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What lines of QEMU, libvirt and VFIO mean. */
#include "errline.h"

static const struct errline lines[] = {
    { "kvm-permission",
      { "KVM kernel module: Permission denied", "/dev/kvm*Permission denied" },
      "QEMU's user may not open /dev/kvm.",
      "Give the user access: usermod -aG kvm USER, then log in anew." },
    { "kvm-absent",
      { "failed to initialize kvm", "Could not access KVM kernel module", "KVM is not available" },
      "There is no /dev/kvm: VT-x is off in the BIOS, or kvm_intel is not loaded.",
      "Run modprobe kvm_intel; if that fails, enable VT-x in the BIOS: see host.kvm.loaded." },
    { "vm-type-not-supported",
      { "vm-type*tdx*not supported by KVM", "kvm-type*tdx*not supported by KVM" },
      "QEMU asked KVM for a TD, but this kernel does not offer TDs.",
      "Run tdxctl check and look at host.kvm.*: the running kernel does not support TDX, or TDX "
      "was not initialised. If KVM does offer TDs, QEMU and kernel come from different TDX "
      "stacks: take both from one distribution." },
    { "launch-security-not-supported",
      { "launch security is not supported with this QEMU binary" },
      "libvirt believes that this QEMU or this kernel cannot start TDs.",
      "If tdxctl check passes, libvirt's cache of capabilities is out of date: see "
      "host.libvirt.caps-cache." },
    { "qemu-without-tdx",
      { "qom-type*does not accept value 'tdx-guest'", "invalid object type: tdx-guest",
        "'tdx-guest' is not a valid object type" },
      "This QEMU was built without support for TDs.",
      "Install the distribution's QEMU that has it (upstream since 10.1), and name that one in "
      "<emulator>: see host.qemu.version." },
    { "libvirt-without-tdx",
      { "launchSecurity*'tdx'*invalid", "invalid*'tdx'*launchSecurity",
        "type 'tdx' of launch security", "unknown launch security type*tdx",
        "element 'launchSecurity': 'tdx'" },
      "This libvirt does not know TDs.",
      "Install libvirt 11.6 or later, or the distribution's build that has TDX: see "
      "host.libvirt.version." },
    { "td-not-migratable",
      { "State blocked by non-migratable", "non-migratable CPU device", "migration*blocked*TDX" },
      "A TD cannot be saved, snapshotted with its memory, or migrated: the host cannot read its "
      "memory. (Of an ordinary guest the line says that its CPU has the feature invtsc.)",
      "Shut the TD down instead, and start it again, on another host if need be. Snapshots of "
      "its disks alone work: virsh snapshot-create-as --disk-only." },
    { "td-vcpus-fixed",
      { "failed to find appropriate hotpluggable vcpus" },
      "The number of vCPUs of a TD is fixed when it starts.",
      "Change it for the next start: virsh setvcpus --config, with --maximum for more than the "
      "domain may have now." },
    { "td-memory-fixed",
      { "memory of active domain without the balloon",
        "resize the maximum memory on an active domain", "memory*hotplug*not supported*TDX",
        "maxMemory*has to be specified" },
      "The memory of a TD is fixed when it starts.",
      "Change <memory> and <currentMemory> for the next start: virsh setmaxmem --config, virsh "
      "setmem --config." },
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
      "The TDX module refused the TD's configuration: CPU features, attributes or width of "
      "guest physical addresses.",
      "Use <cpu mode='host-passthrough'/> without <feature> elements and "
      "<policy>0x10000000</policy>, and look at host.tdx.module-version." },
    { "init-mem-region",
      { "KVM_TDX_INIT_MEM_REGION" },
      "KVM could not put the firmware into the private memory of the TD.",
      "If a number that is not 0x0 follows hw_errors, it says why: give the whole line to "
      "tdxctl explain. Else QEMU, kernel and firmware come from different TDX stacks: take all "
      "of them from one distribution." },
    { "tdx-ioctl",
      { "TDX ioctl KVM_TDX_" },
      "KVM refused a step of creating the TD. The number after hw_errors is the status code of "
      "the TDX module; 0x0 means that not the module refused, but the kernel.",
      "Give the whole line to tdxctl explain, and look at the kernel log at the same time." },
    { "attributes",
      { "for TDX VM (KVM supported:", "QEMU unsupported TD attribute bits" },
      "The TD policy or the CPU model asks for TD attributes that this host does not support.",
      "Use <policy>0x10000000</policy> and <cpu mode='host-passthrough'/> without <feature> "
      "elements." },
    { "xfam",
      { "Invalid XFAM" },
      "The CPU model asks for register state (XFAM) that the TDX module does not support for "
      "TDs.",
      "Use <cpu mode='host-passthrough'/> without <feature> elements." },
    { "physical-bits",
      { "to match host CPU physical bits" },
      "A TD must have as many physical address bits as the host.",
      "Remove <maxphysaddr> from <cpu>: host-passthrough sets the right number." },
    { "tsc-frequency",
      { "Invalid TSC*KHz", "Invalid TSC frequency" },
      "The frequency of a TD's time stamp counter must be a multiple of 25 MHz, from 100 MHz to "
      "10 GHz.",
      "Remove the frequency from <timer name='tsc'>: the TD then has that of the host." },
    { "digest-length",
      { "sha384 digest was" },
      "mrConfigId, mrOwner and mrOwnerConfig must be 48 bytes in base64.",
      "Correct the value in <launchSecurity>, or leave it out." },
    { "cpu-features-differ",
      { "TDX doesn't support requested feature", "TDX forcibly sets the feature" },
      "Only a warning: the TDX module, not the CPU model, decides whether the guest has this "
      "CPU feature.",
      "Do nothing, unless the guest needs the feature." },
    { "guest-memory",
      { "cannot set up guest memory" },
      "Not about TDX: the host has less memory available than the guest needs.",
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
    { "tdvf-old-warning",
      { "upgrade to upstream version TDVF" },
      "This is only a warning: the firmware was made for an early TDX stack.",
      "Do nothing if the TD starts; else install the distribution's TDX firmware: see "
      "host.firmware.tdx." },
    { "loader-not-there",
      { "could not load firmware", "could not load PC BIOS", "Could not open '*OVMF" },
      "QEMU cannot read the firmware: the path is wrong, or the package is not installed.",
      "Correct the path in <loader>, or use <os firmware='efi'> and let libvirt choose: see "
      "firmware-not-there." },
    { "firmware-none",
      { "Unable to find any firmware to satisfy", "no firmware*intel-tdx" },
      "libvirt finds no firmware descriptor for what the domain asks of its firmware.",
      "Install the TDX firmware (edk2-ovmf, ovmf-inteltdx), and ask for no feature that it "
      "lacks: see firmware-no-descriptor." },
    { "tdvf-section",
      { "TDVF*unsupported section type", "unsupported section type*TDVF" },
      "The firmware has a section that this QEMU does not know: they come from different TDX "
      "stacks.",
      "Take QEMU and the TDX firmware from one distribution: see host.firmware.tdx." },
    { "firmware-no-tdvf",
      { "TDX_METADATA_OFFSET_GUID", "TDVF" },
      "The firmware file is not made for TDs: the TDX metadata that describe its layout are "
      "missing.",
      "Install the TDX firmware (ovmf-inteltdx, edk2-ovmf) and let <os firmware='efi'> choose "
      "it: see host.firmware.tdx." },
    { "kvm-unknown-exit",
      { "unknown exit, hardware reason" },
      "The TD left its vCPU for a reason that this kernel does not know: the TDX module and the "
      "kernel do not fit.",
      "Update the BIOS, which brings the TDX module, to one with module 1.5.05 or later, and "
      "update the kernel: see host.tdx.module-version." },
    { "kvm-run-failed",
      { "kvm run failed", "Failed to get registers", "Failed to put registers" },
      "KVM could not run the guest on. QEMU cannot show a TD's registers, so the cause is in "
      "the kernel log only.",
      "Look at the kernel log of that time (tdxctl check quotes errors of TDX), at the guest's "
      "console, and at host.tdx.module-version." },
    { "vfio-mappings",
      { "VFIO_MAP_DMA failed: No space left", "running out of DMA mappings" },
      "VFIO's limit of DMA mappings is reached: shared memory of a TD is mapped piece by piece.",
      "Use iommufd, which has no such limit: <driver name='vfio' iommufd='yes'/> in <hostdev>. "
      "Else raise dma_entry_limit of vfio_iommu_type1." },
    { "vfio-memlock",
      { "VFIO_MAP_DMA failed: Cannot allocate memory", "IOMMU_IOAS_MAP*Cannot allocate memory",
        "limit locked memory", "mlock*Cannot allocate memory", "unable to lock memory" },
      "QEMU may not lock as much memory as the assigned device needs.",
      "Raise <hard_limit> in <memtune> to 1 GiB or more above the guest's memory, or remove it. "
      "For a QEMU without libvirt raise the limit of locked memory (ulimit -l, LimitMEMLOCK=)." },
    { "iommufd-bind",
      { "bind device fd=*to iommufd" },
      "The kernel does not give the device to iommufd: another driver has the device, or a "
      "crash left it in a bad state.",
      "See that the device is bound to vfio-pci and that no other guest has it, then reset it: "
      "echo 1 > /sys/bus/pci/devices/ADDRESS/reset. If that does not help, power-cycle the host." },
    { "vfio-cdev",
      { "Failed to open /dev/vfio/devices/", "vfio-dev*No such file" },
      "There is no device node in /dev/vfio/devices, which iommufd needs: the kernel lacks "
      "CONFIG_VFIO_DEVICE_CDEV, or the device is not bound to vfio-pci.",
      "Bind the device to vfio-pci; use a kernel with CONFIG_VFIO_DEVICE_CDEV=y; in a container "
      "pass /dev/vfio/devices through." },
    { "iommufd-absent",
      { "/dev/iommu*No such file", "Failed to open*/dev/iommu'" },
      "There is no /dev/iommu: the kernel has no iommufd, or its module is not loaded.",
      "Run modprobe iommufd, and see that the IOMMU is on: intel_iommu=on on the kernel command "
      "line." },
    { "policy-bits",
      { "bit(s) in policy" },
      "The TD policy has bits that are not allowed.",
      "Use <policy>0x10000000</policy>." },
    { "security-driver-null",
      { "Security driver model '(null)' is not available" },
      "libvirt lost the security driver of the domain when the guest was restarted.",
      "Restart libvirt's daemon; update libvirt to 12 or later." },
};

const struct errline_table errline_qemu = { lines, ARRAY_SIZE(lines) };
