/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ASM_X86_TDX_ABI_H
#define _ASM_X86_TDX_ABI_H

/*
 * The interface of the TDX module, version 1.5.05: structures in memory, metadata fields and
 * other constants that more than one part of the kernel needs.  The numbers of the leaves are
 * in asm/tdx_leaves.h.
 */

#include <linux/bits.h>
#include <linux/types.h>

#include <asm/tdx_leaves.h>

/* RAX of a SEAMCALL */
#define TDX_LEAF_NR_MASK		GENMASK_ULL(15, 0)
#define TDX_LEAF_VERSION_SHIFT		16
#define TDX_LEAF_VERSION_MASK		GENMASK_ULL(23, 16)

/* PAMT page types */
#define TDX_PT_NDA			0
#define TDX_PT_RSVD			1
#define TDX_PT_REG			3
#define TDX_PT_TDR			4
#define TDX_PT_TDCX			5
#define TDX_PT_TDVPR			6
#define TDX_PT_EPT			8

/* State of a secure EPT entry, as leaves return it in RDX bits 15:8 */
#define TDX_SEPT_FREE			0x00
#define TDX_SEPT_BLOCKED		0x01
#define TDX_SEPT_PENDING		0x02
#define TDX_SEPT_PENDING_BLOCKED	0x03
#define TDX_SEPT_MAPPED			0x04
#define TDX_SEPT_REMOVED		0x05
/* State of an entry that points to a table */
#define TDX_SEPT_NON_LEAF		0x80
#define TDX_SEPT_NL_BLOCKED		0x81
#define TDX_SEPT_NL_MAPPED		0x84

/* A secure EPT entry in the architectural format */
#define TDX_SEPT_ENTRY_R		BIT_ULL(0)
#define TDX_SEPT_ENTRY_W		BIT_ULL(1)
#define TDX_SEPT_ENTRY_X		BIT_ULL(2)
#define TDX_SEPT_ENTRY_PS		BIT_ULL(7)
#define TDX_SEPT_ENTRY_HPA		GENMASK_ULL(51, 12)
#define TDX_SEPT_ENTRY_SVE		BIT_ULL(63)

/* ATTRIBUTES of a TD */
#define TDX_ATTR_DEBUG			BIT_ULL(0)
#define TDX_ATTR_LASS			BIT_ULL(27)
#define TDX_ATTR_SEPT_VE_DISABLE	BIT_ULL(28)
#define TDX_ATTR_MIGRATABLE		BIT_ULL(29)
#define TDX_ATTR_PKS			BIT_ULL(30)
#define TDX_ATTR_KL			BIT_ULL(31)
#define TDX_ATTR_PERFMON		BIT_ULL(63)

/* CONFIG_FLAGS of a TD */
#define TDX_CONFIG_GPAW52		BIT_ULL(0)
#define TDX_CONFIG_FLEXIBLE_PENDING_VE	BIT_ULL(1)
#define TDX_CONFIG_NO_RBP_MOD		BIT_ULL(2)

/* EPTP_CONTROLS of a TD: memory type, walk length - 1 */
#define TDX_EPTP_MT_WB			6ULL
#define TDX_EPTP_WALK_SHIFT		3

/* FEATURES0 */
#define TDX_FEATURES0_NO_RBP_MOD	BIT_ULL(18)
#define TDX_FEATURES0_TOPOLOGY_ENUM	BIT_ULL(20)

/* Subleaf number of a CPUID leaf that has no subleaves */
#define TDX_CPUID_NO_SUBLEAF		0xffffffffU

/* Unit of TSC_FREQUENCY in TD_PARAMS and in metadata */
#define TDX_TSC_UNIT_KHZ		25000U

struct tdx_cpuid_value {
	__u32 eax;
	__u32 ebx;
	__u32 ecx;
	__u32 edx;
} __packed;

/* Bits of one CPUID leaf that the host may configure for a TD. */
struct tdx_cpuid_config {
	__u32 leaf;
	__u32 sub_leaf;
	struct tdx_cpuid_value mask;
} __packed;

#define TDX_TD_PARAMS_NR_CPUIDS		48

/* Operand of TDH.MNG.INIT; 1024 bytes, aligned to 1024. */
struct tdx_td_params {
	__u64 attributes;
	__u64 xfam;
	__u16 max_vcpus;
	__u8 num_l2_vms;
	__u8 msr_config_ctls;
	__u8 reserved0[4];
	__u64 eptp_controls;
	__u64 config_flags;
	/* In units of TDX_TSC_UNIT_KHZ. */
	__u16 tsc_frequency;
	__u8 reserved1[38];
	__u8 mrconfigid[48];
	__u8 mrowner[48];
	__u8 mrownerconfig[48];
	__u64 arch_capabilities;
	__u8 reserved2[24];
	/* In the same order as the CPUID configurations that the module reports. */
	struct tdx_cpuid_value cpuid_values[TDX_TD_PARAMS_NR_CPUIDS];
} __packed __aligned(1024);

/* Metadata field identifiers: class 61:56, context 54:52, element size 33:32, field 23:0 */
#define TDX_MD_CLASS_MASK		GENMASK_ULL(61, 56)
#define TDX_MD_CONTEXT_MASK		GENMASK_ULL(54, 52)
#define TDX_MD_ELEMENT_SIZE_MASK	GENMASK_ULL(33, 32)
#define TDX_MD_FIELD_MASK		GENMASK_ULL(23, 0)

/* Size of one element of a field, in bytes. */
static inline unsigned int tdx_md_size(__u64 id)
{
	return 1U << ((id & TDX_MD_ELEMENT_SIZE_MASK) >> 32);
}

/* Fields of the module, read by TDH.SYS.RD */
#define TDX_MD_SYS_MINOR_VERSION	0x0800000100000003ULL
#define TDX_MD_SYS_MAJOR_VERSION	0x0800000100000004ULL
#define TDX_MD_SYS_UPDATE_VERSION	0x0800000100000005ULL
#define TDX_MD_SYS_VENDOR		0x0800000200000000ULL
#define TDX_MD_SYS_BUILD_DATE		0x8800000200000001ULL
#define TDX_MD_SYS_BUILD_NUM		0x8800000100000002ULL
#define TDX_MD_SYS_FEATURES0		0x0a00000300000008ULL
#define TDX_MD_SYS_MAX_TDMRS		0x9100000100000008ULL
#define TDX_MD_SYS_MAX_RESERVED_PER_TDMR 0x9100000100000009ULL
#define TDX_MD_SYS_PAMT_4K_ENTRY_SIZE	0x9100000100000010ULL
#define TDX_MD_SYS_PAMT_2M_ENTRY_SIZE	0x9100000100000011ULL
#define TDX_MD_SYS_PAMT_1G_ENTRY_SIZE	0x9100000100000012ULL
#define TDX_MD_SYS_TDR_BASE_SIZE	0x9800000100000000ULL
#define TDX_MD_SYS_TDCS_BASE_SIZE	0x9800000100000100ULL
#define TDX_MD_SYS_TDVPS_BASE_SIZE	0x9800000100000200ULL
#define TDX_MD_SYS_ATTRIBUTES_FIXED0	0x1900000300000000ULL
#define TDX_MD_SYS_ATTRIBUTES_FIXED1	0x1900000300000001ULL
#define TDX_MD_SYS_XFAM_FIXED0		0x1900000300000002ULL
#define TDX_MD_SYS_XFAM_FIXED1		0x1900000300000003ULL
#define TDX_MD_SYS_NUM_CPUID_CONFIG	0x9900000100000004ULL
#define TDX_MD_SYS_CONFIG_FLAGS_FIXED0	0x9900000300000006ULL
#define TDX_MD_SYS_CONFIG_FLAGS_FIXED1	0x9900000300000007ULL
#define TDX_MD_SYS_MAX_VCPUS_PER_TD	0x9900000100000008ULL
/* Value: CPUID leaf in bits 31:0, subleaf in bits 63:32 */
#define TDX_MD_SYS_CPUID_CONFIG_LEAF(i)	(0x9900000300000400ULL + (i))
/* Value for @j = 0: EAX in bits 31:0, EBX in bits 63:32; for @j = 1: ECX and EDX likewise */
#define TDX_MD_SYS_CPUID_CONFIG_VALUE(i, j) (0x9900000300000500ULL + 2 * (i) + (j))

/* Fields of a TD, for TDH.MNG.RD and TDH.MNG.WR */
#define TDX_MD_TD_NUM_VCPUS		0x9010000200000001ULL
#define TDX_MD_TD_OP_STATE		0x9010000200000004ULL
#define TDX_MD_TD_LIFECYCLE_STATE	0x8010000200000005ULL
#define TDX_MD_TD_CHLDCNT		0x8010000300000004ULL
#define TDX_MD_TD_UUID			0x8010000300000020ULL
#define TDX_MD_TD_HKID			0x8110000100000001ULL
#define TDX_MD_TD_ATTRIBUTES		0x1110000300000000ULL
#define TDX_MD_TD_XFAM			0x1110000300000001ULL
#define TDX_MD_TD_MAX_VCPUS		0x1110000200000002ULL
#define TDX_MD_TD_GPAW			0x1110000300000003ULL
#define TDX_MD_TD_EPTP			0x1110000300000004ULL
#define TDX_MD_TD_TSC_OFFSET		0x111000030000000aULL
#define TDX_MD_TD_TSC_MULTIPLIER	0x111000030000000bULL
#define TDX_MD_TD_TSC_FREQUENCY		0x111000010000000cULL
#define TDX_MD_TD_NOTIFY_ENABLES	0x9110000300000010ULL
#define TDX_MD_TD_HP_LOCK_TIMEOUT	0x9110000300000011ULL
#define TDX_MD_TD_CONFIG_FLAGS		0x9110000300000016ULL
#define TDX_MD_TD_TD_CTLS		0x9110000300000017ULL
#define TDX_MD_TD_TOPOLOGY_ENUM_CONFIGURED 0x9110000000000019ULL
#define TDX_MD_TD_EPOCH			0x9210000300000000ULL
#define TDX_MD_TD_MRTD			0x1310000300000000ULL
#define TDX_MD_TD_MRCONFIGID		0x1310000300000010ULL
#define TDX_MD_TD_MROWNER		0x1310000300000018ULL
#define TDX_MD_TD_MROWNERCONFIG		0x1310000300000020ULL
#define TDX_MD_TD_RTMR			0x1310000300000040ULL
#define TDX_MD_TD_X2APIC_ID(i)		(0x9c10000200000000ULL + (i))

/*
 * Field identifier of the CPUID values of a TD.  @sub_leaf is 0..127 or TDX_CPUID_NO_SUBLEAF;
 * @j as in TDX_MD_SYS_CPUID_CONFIG_VALUE().
 */
static inline __u64 tdx_md_td_cpuid(__u32 leaf, __u32 sub_leaf, unsigned int j)
{
	__u64 sub = sub_leaf == TDX_CPUID_NO_SUBLEAF ? 0xff : sub_leaf & 0x7f;

	return 0x9410000300000000ULL | (leaf >> 31) << 16 | (leaf & 0x7f) << 9 | sub << 1 | j;
}

/* Fields of a vCPU, for TDH.VP.RD and TDH.VP.WR; fields of class 0 have VMCS encodings */
#define TDX_MD_VP_VMCS16(encoding)	(0x0020000100000000ULL | (encoding))
#define TDX_MD_VP_VMCS32(encoding)	(0x0020000200000000ULL | (encoding))
#define TDX_MD_VP_VMCS64(encoding)	(0x0020000300000000ULL | (encoding))
#define TDX_MD_VP_POSTED_INTR_NV	TDX_MD_VP_VMCS16(0x0002)
#define TDX_MD_VP_POSTED_INTR_DESC	TDX_MD_VP_VMCS64(0x2016)
#define TDX_MD_VP_SHARED_EPTP		TDX_MD_VP_VMCS64(0x203c)
#define TDX_MD_VP_PIN_CONTROLS		TDX_MD_VP_VMCS32(0x4000)
#define TDX_MD_VP_PROC_CONTROLS2	TDX_MD_VP_VMCS32(0x401e)
#define TDX_MD_VP_NOTIFY_WINDOW		TDX_MD_VP_VMCS32(0x4024)
#define TDX_MD_VP_PEND_NMI		0x202000000000000bULL
#define TDX_MD_VP_XFAM			0x202000030000000cULL
#define TDX_MD_VP_STATE_DETAILS		0x9120000300000100ULL
#define TDX_MD_VP_VCPU_INDEX		0xa020000200000002ULL
#define TDX_MD_VP_ASSOC_LPID		0xa020000200000004ULL
#define TDX_MD_VP_VCPU_EPOCH		0xa020000300000006ULL

#define TDX_VP_STATE_DETAILS_INTR_PENDING BIT_ULL(0)

#endif /* _ASM_X86_TDX_ABI_H */
