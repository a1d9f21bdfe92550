/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What lines of the software TDX module mean. */
#include "errline.h"

static const struct errline lines[] = {
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
      "In strict mode the software TDX module refuses a page whose cache lines the kernel did "
      "not write back before: a bug of the kernel, which would corrupt memory on TDX hardware.",
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
      "The software TDX module needs nested paging on a CPU with AMD-V, which this CPU or "
      "virtual machine does not have.",
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
      "Use a machine with a newer CPU of a server. A virtual machine has only those features "
      "that its host passes on." },
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
      "Report it with the kernel log and the CPU's name. The number is the VM-instruction error "
      "of VMX." },
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
};

const struct errline_table errline_softmod = { lines, ARRAY_SIZE(lines) };
