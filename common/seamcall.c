/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seamcall.h"

/* Sorted by number, without its top hexadecimal digit (the error bits). */
static const struct seamcall_code codes[] = {
    { 0x00000000, "SUCCESS", "the call succeeded", NULL },
    { 0x40000001, "NON_RECOVERABLE_VCPU",
      "this vCPU cannot run again; the usual cause is a triple fault of the guest",
      "Look at the guest's console for what it did last; the TD must be restarted." },
    { 0x60000002, "NON_RECOVERABLE_TD", "the TD cannot run again",
      "Restart the TD; if it repeats, report it with the kernel log." },
    { 0x40000002, "NON_RECOVERABLE_TD", "the TD cannot run again (number as in kernel headers)",
      "Restart the TD; if it repeats, report it with the kernel log." },
    { 0x80000003, "INTERRUPTED_RESUMABLE",
      "an interrupt stopped the call; it goes on when it is repeated with the same operands",
      NULL },
    { 0x80000004, "INTERRUPTED_RESTARTABLE", "an interrupt stopped the call; it has to start again",
      NULL },
    { 0x60000005, "NON_RECOVERABLE_TD_NON_ACCESSIBLE",
      "the TD's memory cannot be accessed; the usual cause is a machine check on private memory",
      "Look for machine checks in the kernel log and test the memory of this host." },
    { 0xC0000006, "INVALID_RESUMPTION", "an interrupted call was resumed with other operands",
      NULL },
    { 0xE0000007, "NON_RECOVERABLE_TD_WRONG_APIC_MODE", "the host's APIC is not in x2APIC mode",
      "Enable x2APIC in the BIOS and remove nox2apic from the kernel command line." },
    { 0x60000007, "NON_RECOVERABLE_TD_WRONG_APIC_MODE",
      "the host's APIC is not in x2APIC mode (number as in kernel headers)",
      "Enable x2APIC in the BIOS and remove nox2apic from the kernel command line." },
    { 0x80000008, "CROSS_TD_FAULT", "a call on behalf of another TD faulted", NULL },
    { 0x90000009, "CROSS_TD_TRAP", "a call on behalf of another TD trapped", NULL },
    { 0x6000000A, "NON_RECOVERABLE_TD_CORRUPTED_MD", "the TD's metadata are corrupted",
      "Restart the TD; look for machine checks in the kernel log." },
    { 0xC0000100, "OPERAND_INVALID", "an operand of the call is not valid",
      "The kernel asks for something that this TDX module does not support: update the module (by "
      "the BIOS), or use a kernel that supports this module." },
    { 0xC0000101, "OPERAND_ADDR_RANGE_ERROR",
      "an address is outside of the memory that TDX may use",
      "The memory was added after TDX was initialised, or the BIOS excludes it from TDX: reboot, "
      "and turn memory hotplug off." },
    { 0x80000200, "OPERAND_BUSY",
      "another CPU uses the same object now; the kernel repeats the call", NULL },
    { 0x80000201, "PREVIOUS_TLB_EPOCH_BUSY",
      "a vCPU still runs with old address translations; the kernel repeats the call", NULL },
    { 0x80000202, "SYS_BUSY",
      "another CPU is in a SEAMCALL that locks the whole module; the kernel repeats the call",
      NULL },
    { 0x80000203, "RND_NO_ENTROPY",
      "the CPU's random number generator had no entropy left; the kernel repeats the call",
      "If it persists, the random number generator is overloaded or broken: try again later, "
      "update the microcode." },
    { 0x80000204, "OPERAND_BUSY_HOST_PRIORITY",
      "the guest uses the object now, and the host comes next; the kernel repeats the call", NULL },
    { 0x90000205, "HOST_PRIORITY_BUSY_TIMEOUT", "the guest kept an object locked for too long",
      NULL },
    { 0xC0000300, "PAGE_METADATA_INCORRECT", "the page is not in the state that the call needs",
      NULL },
    { 0x00000301, "PAGE_ALREADY_FREE", "the page was free already", NULL },
    { 0xC0000302, "PAGE_NOT_OWNED_BY_TD", "the page belongs to another TD", NULL },
    { 0xC0000303, "PAGE_NOT_FREE", "the page is in use", NULL },
    { 0xC0000400, "TD_ASSOCIATED_PAGES_EXIST", "the TD still owns pages", NULL },
    { 0xC0000500, "SYS_INIT_NOT_PENDING", "the TDX module was already initialised",
      "A kernel that used TDX started this one by kexec and left the module initialised: "
      "power-cycle the host." },
    { 0xC0000502, "SYS_LP_INIT_NOT_DONE", "this CPU was not initialised for TDX",
      "Take no CPU online or offline before TDX is initialised; boot without maxcpus= and "
      "nr_cpus=." },
    { 0xC0000503, "SYS_LP_INIT_DONE", "this CPU was already initialised for TDX", NULL },
    { 0xC0000505, "SYS_NOT_READY",
      "the module is not initialised, or it is too old to know the call",
      "The TDX module is too old for this kernel: update the BIOS, which brings the module, to one "
      "with module 1.5.05 or later." },
    { 0xC0000506, "SYS_SHUTDOWN", "the module was shut down", "Power-cycle the host." },
    { 0xC0000507, "SYS_KEY_CONFIG_NOT_PENDING", "the key configuration was called out of order",
      NULL },
    { 0xC0000508, "SYS_STATE_INCORRECT", "the module is in another state than the call needs",
      NULL },
    { 0xC0000509, "SYS_INVALID_HANDOFF",
      "the module that ran before left nothing that this one could take over", NULL },
    { 0xC000050B, "SYS_LP_INIT_NOT_PENDING", "the initialisation of a CPU was called out of order",
      NULL },
    { 0xC000050C, "SYS_CONFIG_NOT_PENDING",
      "the system configuration was called out of order, or a CPU was not initialised for TDX",
      "Bring all CPUs online before KVM is loaded; boot without maxcpus= and nr_cpus=." },
    { 0xE0000604, "TD_FATAL", "the TD is in a fatal state", "Restart the TD." },
    { 0xC0000605, "TD_NON_DEBUG", "the call is for debug TDs only", NULL },
    { 0xC0000606, "TDCS_NOT_ALLOCATED", "the TD's control pages are missing", NULL },
    { 0xC0000607, "LIFECYCLE_STATE_INCORRECT",
      "the TD is in another life cycle state than the call needs", NULL },
    { 0xC0000608, "OP_STATE_INCORRECT", "the TD is not in the state that the call needs", NULL },
    { 0xC0000609, "NO_VCPUS", "the TD has no vCPU", NULL },
    { 0xC0000610, "TDCX_NUM_INCORRECT", "the number of control pages is wrong", NULL },
    { 0xC0000621, "X2APIC_ID_NOT_UNIQUE", "two vCPUs have the same APIC ID", NULL },
    { 0xC0000700, "VCPU_STATE_INCORRECT", "the vCPU is not in the state that the call needs",
      NULL },
    { 0x80000701, "VCPU_ASSOCIATED", "the vCPU is associated with another CPU", NULL },
    { 0x80000702, "VCPU_NOT_ASSOCIATED", "the vCPU is not associated with this CPU", NULL },
    { 0xC0000704, "NO_VALID_VE_INFO", "no virtualisation exception is pending", NULL },
    { 0xC0000705, "MAX_VCPUS_EXCEEDED", "the TD has more vCPUs than it was created for",
      "Give the domain fewer vCPUs." },
    { 0xC0000706, "TSC_ROLLBACK", "the time stamp counter of a CPU went backwards",
      "The TSCs of this host's CPUs are not synchronous: update the BIOS, look for \"tsc\" in the "
      "kernel log." },
    { 0xC0000730, "TD_VMCS_FIELD_NOT_INITIALIZED", "a field of the vCPU was not initialised",
      NULL },
    { 0x80000800, "KEY_GENERATION_FAILED",
      "no encryption key could be generated; the kernel repeats the call", NULL },
    { 0x80000810, "TD_KEYS_NOT_CONFIGURED", "the TD's key is not configured on every package yet",
      NULL },
    { 0xC0000811, "KEY_STATE_INCORRECT", "the key is in another state than the call needs", NULL },
    { 0x00000815, "KEY_CONFIGURED", "the key was already configured", NULL },
    { 0x80000817, "WBCACHE_NOT_COMPLETE", "the caches were not written back on every package yet",
      NULL },
    { 0xC0000820, "HKID_NOT_FREE", "the KeyID is in use", NULL },
    { 0x00000821, "NO_HKID_READY_TO_WBCACHE", "no KeyID waits for its caches to be written back",
      NULL },
    { 0xC0000823, "WBCACHE_RESUME_ERROR", "the write-back of the caches was resumed in a wrong way",
      NULL },
    { 0x80000824, "FLUSHVP_NOT_DONE", "vCPUs of the TD were not flushed yet", NULL },
    { 0xC0000825, "NUM_ACTIVATED_HKIDS_NOT_SUPPORTED",
      "the number of KeyIDs that the BIOS activated is not supported",
      "Change the TME-MT/TDX key split in the BIOS." },
    { 0xC0000900, "INCORRECT_CPUID_VALUE",
      "a CPUID value of a CPU is not one that the TDX module accepts",
      "Update the BIOS and load its defaults, then enable TDX again. Some firmware needs a cold "
      "boot after that." },
    { 0xC0000901, "LIMIT_CPUID_MAXVAL_SET", "the BIOS setting \"Limit CPUID Maximum\" is on",
      "Turn \"Limit CPUID Maximum\" off in the BIOS." },
    { 0xC0000902, "INCONSISTENT_CPUID_FIELD", "the CPUs differ in their CPUID values",
      "Use CPUs of one model and stepping; update the BIOS." },
    { 0xC0000904, "CPUID_LEAF_1F_FORMAT_UNRECOGNIZED",
      "the topology in CPUID leaf 0x1F that the TD was configured with is not valid", NULL },
    { 0xC0000906, "INVALID_PKG_ID", "the ID of a CPU package is not valid", "Update the BIOS." },
    { 0xC0000920, "INCONSISTENT_MSR", "an MSR differs between the CPUs",
      "Update the BIOS; let no program write MSRs before TDX is initialised." },
    { 0xC0000921, "INCORRECT_MSR_VALUE", "an MSR has a value that the TDX module does not accept",
      "Update the BIOS; let no program write MSRs before TDX is initialised." },
    { 0xC0000A00, "INVALID_TDMR", "a memory region for TDX (TDMR) is not valid", NULL },
    { 0xC0000A01, "NON_ORDERED_TDMR",
      "the memory regions for TDX (TDMRs) are not in ascending order", NULL },
    { 0xC0000A02, "TDMR_OUTSIDE_CMRS",
      "a memory region for TDX (TDMR) is outside of the memory that the BIOS gave to TDX (CMRs)",
      "Turn CXL and persistent memory off, or update the BIOS: its memory map and its TDX ranges "
      "disagree." },
    { 0x00000A03, "TDMR_ALREADY_INITIALIZED", "the memory region (TDMR) was already initialised",
      NULL },
    { 0xC0000A10, "INVALID_PAMT", "the memory for page metadata (PAMT) is not valid", NULL },
    { 0xC0000A11, "PAMT_OUTSIDE_CMRS",
      "the memory for page metadata (PAMT) is outside of the memory that the BIOS gave to TDX "
      "(CMRs)",
      "Update the BIOS: its memory map and its TDX ranges disagree." },
    { 0xC0000A12, "PAMT_OVERLAP", "two areas for page metadata (PAMT) overlap", NULL },
    { 0xC0000A20, "INVALID_RESERVED_IN_TDMR",
      "a reserved area of a memory region (TDMR) is not valid", NULL },
    { 0xC0000A21, "NON_ORDERED_RESERVED_IN_TDMR",
      "the reserved areas of a memory region (TDMR) are not in ascending order", NULL },
    { 0xC0000A22, "CMR_LIST_INVALID", "the BIOS's list of memory for TDX (CMRs) is not valid",
      "Update the BIOS." },
    { 0xC0000B00, "EPT_WALK_FAILED",
      "the private page table (SEPT) lacks a page on the way to the entry", NULL },
    { 0xC0000B01, "EPT_ENTRY_FREE", "the private page table entry is free", NULL },
    { 0xC0000B02, "EPT_ENTRY_NOT_FREE", "the private page table entry is in use", NULL },
    { 0xC0000B03, "EPT_ENTRY_NOT_PRESENT", "the private page table entry is not present", NULL },
    { 0xC0000B04, "EPT_ENTRY_NOT_LEAF", "the private page table entry is not a leaf", NULL },
    { 0xC0000B05, "EPT_ENTRY_LEAF", "the private page table entry is a leaf", NULL },
    { 0xC0000B06, "GPA_RANGE_NOT_BLOCKED", "the range was not blocked first", NULL },
    { 0x00000B07, "GPA_RANGE_ALREADY_BLOCKED", "the range was already blocked", NULL },
    { 0xC0000B08, "TLB_TRACKING_NOT_DONE",
      "old address translations were not flushed first (TDH.MEM.TRACK)", NULL },
    { 0xC0000B09, "EPT_INVALID_PROMOTE_CONDITIONS", "the pages cannot be merged into a large one",
      NULL },
    { 0x00000B0A, "PAGE_ALREADY_ACCEPTED", "the guest already accepted the page", NULL },
    { 0xC0000B0B, "PAGE_SIZE_MISMATCH", "the page is mapped at another size", NULL },
    { 0xC0000B0C, "GPA_RANGE_BLOCKED", "the range is blocked", NULL },
    { 0xC0000B0D, "EPT_ENTRY_STATE_INCORRECT",
      "the private page table entry is in another state than the call needs", NULL },
    { 0xC0000B0E, "EPT_PAGE_NOT_FREE", "the page table still has entries", NULL },
    { 0xC0000B11, "PAGE_ATTR_INVALID", "the page attributes are not valid", NULL },
    { 0xC0000C00, "METADATA_FIELD_ID_INCORRECT", "the TDX module does not know the metadata field",
      "The TDX module is too old for this kernel: update the BIOS, which brings the module, to one "
      "with module 1.5.05 or later." },
    { 0xC0000C01, "METADATA_FIELD_NOT_WRITABLE", "the metadata field cannot be written", NULL },
    { 0xC0000C02, "METADATA_FIELD_NOT_READABLE", "the metadata field cannot be read", NULL },
    { 0xC0000C03, "METADATA_FIELD_VALUE_NOT_VALID", "the value is not valid for the metadata field",
      NULL },
    { 0xC0000C0A, "METADATA_WR_MASK_NOT_VALID", "the metadata field can only be written as a whole",
      NULL },
    { 0x00000C0B, "METADATA_FIRST_FIELD_ID_IN_CONTEXT",
      "the module returned the ID of the first metadata field", NULL },
    { 0xC0001000, "INVALID_CPUSVN",
      "the report was made with a newer security version (CPUSVN) than this platform has",
      "The report comes from another platform, or the microcode was downgraded." },
    { 0xC0001001, "INVALID_REPORTMACSTRUCT", "the report was not made on this platform", NULL },
    { 0x8000FF00, "SEAMCALL_VMFAILINVALID",
      "no TDX module is loaded (a code of the kernel, not of the module)",
      "Enable TDX and the SEAM loader in the BIOS, then look at host.cpu.seamrr and "
      "host.tdx.module-initialized of tdxctl check." },
};

static const struct {
    uint32_t id;
    const char *name;
} operands[] = {
    { 0, "RAX" },
    { 1, "RCX" },
    { 2, "RDX" },
    { 3, "RBX" },
    { 5, "RBP" },
    { 6, "RSI" },
    { 7, "RDI" },
    { 8, "R8" },
    { 9, "R9" },
    { 10, "R10" },
    { 11, "R11" },
    { 12, "R12" },
    { 13, "R13" },
    { 14, "R14" },
    { 15, "R15" },
    { 64, "ATTRIBUTES" },
    { 65, "XFAM" },
    { 66, "CONFIG_FLAGS" },
    { 67, "EPTP_CONTROLS" },
    { 68, "MAX_VCPUS" },
    { 69, "CPUID_CONFIG" },
    { 70, "TSC_FREQUENCY" },
    { 71, "NUM_L2_VMS" },
    { 72, "IA32_ARCH_CAPABILITIES_CONFIG" },
    { 95, "PAGE" },
    { 96, "TDMR_INFO_PA" },
    { 128, "TDR" },
    { 129, "TDCX" },
    { 130, "TDVPR" },
    { 132, "REG_PAGE" },
    { 144, "TDCS" },
    { 145, "TDVPS" },
    { 146, "SEPT_TREE" },
    { 147, "SEPT_ENTRY" },
    { 168, "RTMR" },
    { 169, "TD_EPOCH" },
    { 172, "OP_STATE" },
    { 176, "METADATA_FIELD" },
    { 184, "SYS" },
    { 185, "TDMR" },
    { 186, "KOT" },
    { 187, "KET" },
    { 188, "WBCACHE" },
};

/* As in the kernel's asm/tdx_leaves.h; tests/kernel/seamcall compares the two. */
static const char *const leaves[] = {
    [0] = "TDH.VP.ENTER",
    [1] = "TDH.MNG.ADDCX",
    [2] = "TDH.MEM.PAGE.ADD",
    [3] = "TDH.MEM.SEPT.ADD",
    [4] = "TDH.VP.ADDCX",
    [5] = "TDH.MEM.PAGE.RELOCATE",
    [6] = "TDH.MEM.PAGE.AUG",
    [7] = "TDH.MEM.RANGE.BLOCK",
    [8] = "TDH.MNG.KEY.CONFIG",
    [9] = "TDH.MNG.CREATE",
    [10] = "TDH.VP.CREATE",
    [11] = "TDH.MNG.RD",
    [12] = "TDH.MEM.RD",
    [13] = "TDH.MNG.WR",
    [14] = "TDH.MEM.WR",
    [15] = "TDH.MEM.PAGE.DEMOTE",
    [16] = "TDH.MR.EXTEND",
    [17] = "TDH.MR.FINALIZE",
    [18] = "TDH.VP.FLUSH",
    [19] = "TDH.MNG.VPFLUSHDONE",
    [20] = "TDH.MNG.KEY.FREEID",
    [21] = "TDH.MNG.INIT",
    [22] = "TDH.VP.INIT",
    [23] = "TDH.MEM.PAGE.PROMOTE",
    [24] = "TDH.PHYMEM.PAGE.RDMD",
    [25] = "TDH.MEM.SEPT.RD",
    [26] = "TDH.VP.RD",
    [27] = "TDH.MNG.KEY.RECLAIMID",
    [28] = "TDH.PHYMEM.PAGE.RECLAIM",
    [29] = "TDH.MEM.PAGE.REMOVE",
    [30] = "TDH.MEM.SEPT.REMOVE",
    [31] = "TDH.SYS.KEY.CONFIG",
    [32] = "TDH.SYS.INFO",
    [33] = "TDH.SYS.INIT",
    [34] = "TDH.SYS.RD",
    [35] = "TDH.SYS.LP.INIT",
    [36] = "TDH.SYS.TDMR.INIT",
    [37] = "TDH.SYS.RDALL",
    [38] = "TDH.MEM.TRACK",
    [39] = "TDH.MEM.RANGE.UNBLOCK",
    [40] = "TDH.PHYMEM.CACHE.WB",
    [41] = "TDH.PHYMEM.PAGE.WBINVD",
    [43] = "TDH.VP.WR",
    [44] = "TDH.SYS.LP.SHUTDOWN",
    [45] = "TDH.SYS.CONFIG",
    [52] = "TDH.SYS.SHUTDOWN",
    [53] = "TDH.SYS.UPDATE",
    [69] = "TDH.SYS.DISABLE",
};

/* MSRs that the TDX module compares; the lower half of the codes of class 0x09 names one. */
static const struct {
    uint32_t index;
    const char *name;
} msrs[] = {
    { 0x33, "TEST_CTRL" },
    { 0x3a, "IA32_FEATURE_CONTROL" },
    { 0x3b, "IA32_TSC_ADJUST" },
    { 0x87, "IA32_MKTME_KEYID_PARTITIONING" },
    { 0xcf, "IA32_CORE_CAPABILITIES" },
    { 0xfe, "IA32_MTRRCAP" },
    { 0x10a, "IA32_ARCH_CAPABILITIES" },
    { 0x122, "IA32_TSX_CTRL" },
    { 0x186, "IA32_PERFEVTSEL0" },
    { 0x1a0, "IA32_MISC_ENABLE" },
    { 0x345, "IA32_PERF_CAPABILITIES" },
    { 0x480, "IA32_VMX_BASIC" },
    { 0x981, "IA32_TME_CAPABILITY" },
    { 0x982, "IA32_TME_ACTIVATE" },
    { 0xda0, "IA32_XSS" },
    { 0x1400, "IA32_SEAMRR_PHYS_BASE" },
    { 0x1401, "IA32_SEAMRR_PHYS_MASK" },
};

static const char *msr_name(uint32_t index)
{
    for (size_t i = 0; i < ARRAY_SIZE(msrs); i++)
        if (msrs[i].index == index)
            return msrs[i].name;
    return "unnamed";
}

static const char *operand_name(uint32_t id)
{
    for (size_t i = 0; i < ARRAY_SIZE(operands); i++)
        if (operands[i].id == id)
            return operands[i].name;
    return NULL;
}

/* Is it a status after which the same call may succeed later? Class 0x02 (bits 15:8 of the upper
 * half) holds the codes for busy objects; the others are listed one by one. */
static bool is_retryable(uint64_t status)
{
    uint32_t code = (uint32_t)(status >> 32);

    return code == 0x80000003 || code == 0x80000004 || code == 0x80000800 ||
           (code & 0xC000FF00) == 0x80000200;
}

void seamcall_decode(uint64_t status, struct seamcall_status *ret_status)
{
    struct seamcall_status decoded = {
        .raw = status,
        .is_error = status & SEAMCALL_ERROR,
        .is_non_recoverable = status & SEAMCALL_NON_RECOVERABLE,
        .is_fatal = status & SEAMCALL_FATAL,
        .is_retryable = is_retryable(status),
    };

    for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
        if (codes[i].code == status >> 32)
            decoded.code = &codes[i];
    /* Operand ID 0 is RAX. But for all codes but OPERAND_INVALID, 0 in the lower half means that no
     * operand is named. */
    decoded.is_msr = (uint32_t)status != 0 && (status >> 36) == (0xC0000920 >> 4);
    if (decoded.is_msr)
        decoded.operand = msr_name((uint32_t)status);
    else if ((uint32_t)status != 0 || (status >> 32) == 0xC0000100)
        decoded.operand = operand_name((uint32_t)status);
    *ret_status = decoded;
}

const char *seamcall_leaf_name(uint64_t leaf)
{
    return leaf < ARRAY_SIZE(leaves) ? leaves[leaf] : NULL;
}

const struct seamcall_code *seamcall_codes(size_t *ret_count)
{
    *ret_count = ARRAY_SIZE(codes);
    return codes;
}
