// SPDX-License-Identifier: GPL-2.0-only
/* Metadata fields of the module, and TDSYSINFO, the older form of the same. */

#include "metadata.h"

#define BUILD_DATE	20260101
#define NR_CONFIGS	32

static u64 get_attributes_fixed0(const struct who *who, unsigned int i)
{
	return sm_attributes_fixed0();
}

static u64 get_xfam_fixed0(const struct who *who, unsigned int i)
{
	return sm_xfam_fixed0();
}

static u64 get_cmr_base(const struct who *who, unsigned int i)
{
	return sm_sys.cmrs[i].base;
}

static u64 get_cmr_size(const struct who *who, unsigned int i)
{
	return sm_sys.cmrs[i].size;
}

/* Unused CMRs and CPUID configurations can be read, too. */
static u64 get_config_leaf(const struct who *who, unsigned int i)
{
	struct tdx_cpuid_config config;

	if (i >= SM_NR_CPUID_CONFIGS)
		return ~0ULL;
	sm_cpuid_config(i, &config);
	return config.leaf | (u64)config.sub_leaf << 32;
}

static u64 get_config_value(const struct who *who, unsigned int i)
{
	struct tdx_cpuid_config config;

	if (i / 2 >= SM_NR_CPUID_CONFIGS)
		return 0;
	sm_cpuid_config(i / 2, &config);
	return i & 1 ? config.mask.ecx | (u64)config.mask.edx << 32 :
		       config.mask.eax | (u64)config.mask.ebx << 32;
}

static u64 get_features0(const struct who *who, unsigned int i)
{
	return SM_FEATURES0 | (sm_sys.is_newer ? SM_FEATURES0_NEWER : 0);
}

static u64 get_nr_packages(const struct who *who, unsigned int i)
{
	return sm_sys.nr_packages;
}

/* Family, model and stepping of each package; all are alike. */
static u64 get_package_fms(const struct who *who, unsigned int i)
{
	u32 regs[4];

	if (i >= sm_sys.nr_packages)
		return 0;
	sm_platform_cpuid(1, 0, regs);
	return regs[0];
}

static const struct field fields[] = {
	{ ONE(0x0000000200000000ULL /* NUM_PKGS */), CALL(get_nr_packages), HOST_RO },
	{ MANY(0x0000000200000001ULL /* PKG_FMS */, 8), CALL(get_package_fms), HOST_RO },

	{ ONE(TDX_MD_SYS_VENDOR), CONSTANT(0x8086), BOTH_RO },
	{ ONE(TDX_MD_SYS_BUILD_DATE), CONSTANT(BUILD_DATE), HOST_RO },
	{ ONE(TDX_MD_SYS_BUILD_NUM), CONSTANT(0), HOST_RO },
	{ ONE(TDX_MD_SYS_MINOR_VERSION), CONSTANT(5), BOTH_RO },
	{ ONE(TDX_MD_SYS_MAJOR_VERSION), CONSTANT(1), BOTH_RO },
	{ ONE(TDX_MD_SYS_UPDATE_VERSION), CONSTANT(5), HOST_RO },
	{ ONE(0x0800000100000006ULL /* INTERNAL_VERSION */), CONSTANT(0), HOST_RO },

	/* softmod takes no TDs over from another module, and leaves none. */
	{ ONE(0x8900000100000000ULL /* MODULE_HV */), CONSTANT(0), HOST_RO },
	{ ONE(0x8900000100000001ULL /* MIN_UPDATE_HV */), CONSTANT(0), HOST_RO },
	{ ONE(0x8900000000000002ULL /* NO_DOWNGRADE */), CONSTANT(0), HOST_RO },
	{ ONE(0x8900000100000003ULL /* NUM_HANDOFF_PAGES */), CONSTANT(0), HOST_RO },
	{ ONE(0x8900000000000004ULL /* HANDOFF_DATA_VALID */), CONSTANT(0), HOST_RO },
	{ ONE(0x8900000100000005ULL /* HANDOFF_DATA_HV */), CONSTANT(0), HOST_RO },
	{ ONE(0x8900000200000006ULL /* HANDOFF_DATA_SIZE */), CONSTANT(0), HOST_RO },

	{ ONE(0x0a00000200000000ULL /* SYS_ATTRIBUTES */), CONSTANT(0), BOTH_RO },
	{ ONE(0x0a00000000000001ULL /* NUM_TDX_FEATURES */), CONSTANT(1), BOTH_RO },
	{ ONE(TDX_MD_SYS_FEATURES0), CALL(get_features0), BOTH_RO },

	{ ONE(0x9000000100000000ULL /* NUM_CMRS */), CONSTANT(SM_MAX_CMRS), HOST_RO },
	{ MANY(0x9000000300000080ULL /* CMR_BASE */, SM_MAX_CMRS), CALL(get_cmr_base), HOST_RO },
	{ MANY(0x9000000300000100ULL /* CMR_SIZE */, SM_MAX_CMRS), CALL(get_cmr_size), HOST_RO },

	{ ONE(TDX_MD_SYS_MAX_TDMRS), CONSTANT(SM_MAX_TDMRS), HOST_RO },
	{ ONE(TDX_MD_SYS_MAX_RESERVED_PER_TDMR), CONSTANT(SM_MAX_RESERVED), HOST_RO },
	{ ONE(TDX_MD_SYS_PAMT_4K_ENTRY_SIZE), CONSTANT(sizeof(struct sm_pamt)), HOST_RO },
	{ ONE(TDX_MD_SYS_PAMT_2M_ENTRY_SIZE), CONSTANT(sizeof(struct sm_pamt)), HOST_RO },
	{ ONE(TDX_MD_SYS_PAMT_1G_ENTRY_SIZE), CONSTANT(sizeof(struct sm_pamt)), HOST_RO },

	/* What nested VMs would take; no TD has one. */
	{ ONE(TDX_MD_SYS_TDR_BASE_SIZE), CONSTANT(SM_PAGE_SIZE), HOST_RO },
	{ ONE(TDX_MD_SYS_TDCS_BASE_SIZE), CONSTANT(SM_NR_TDCS_PAGES * SM_PAGE_SIZE), HOST_RO },
	{ ONE(0x9800000100000101ULL /* TDCS_SIZE_PER_L2_VM */), CONSTANT(SM_PAGE_SIZE), HOST_RO },
	{ ONE(TDX_MD_SYS_TDVPS_BASE_SIZE), CONSTANT(SM_NR_TDVPS_PAGES * SM_PAGE_SIZE), HOST_RO },
	{ ONE(0x9800000100000201ULL /* TDVPS_SIZE_PER_L2_VM */), CONSTANT(3 * SM_PAGE_SIZE),
	  HOST_RO },

	{ ONE(TDX_MD_SYS_ATTRIBUTES_FIXED0), CALL(get_attributes_fixed0), HOST_RO },
	{ ONE(TDX_MD_SYS_ATTRIBUTES_FIXED1), CONSTANT(0), HOST_RO },
	{ ONE(TDX_MD_SYS_XFAM_FIXED0), CALL(get_xfam_fixed0), HOST_RO },
	{ ONE(TDX_MD_SYS_XFAM_FIXED1), CONSTANT(SM_XFAM_FIXED1), HOST_RO },
	{ ONE(TDX_MD_SYS_NUM_CPUID_CONFIG), CONSTANT(SM_NR_CPUID_CONFIGS), HOST_RO },
	{ ONE(TDX_MD_SYS_CONFIG_FLAGS_FIXED0), CONSTANT(SM_CONFIG_FLAGS_FIXED0), HOST_RO },
	{ ONE(TDX_MD_SYS_CONFIG_FLAGS_FIXED1), CONSTANT(0), HOST_RO },
	{ ONE(TDX_MD_SYS_MAX_VCPUS_PER_TD), CONSTANT(SM_MAX_VCPUS), HOST_RO },
	{ MANY(TDX_MD_SYS_CPUID_CONFIG_LEAF(0), NR_CONFIGS), CALL(get_config_leaf), HOST_RO },
	{ MANY(TDX_MD_SYS_CPUID_CONFIG_VALUE(0, 0), 2 * NR_CONFIGS), CALL(get_config_value),
	  HOST_RO },
	{ ONE(0x9900000300000600ULL /* IA32_ARCH_CAPABILITIES_CONFIG_MASK */),
	  CONSTANT(SM_ARCH_CAPABILITIES_CONFIG), HOST_RO },
	{ ONE(0x9900000100000800ULL /* NUM_ALLOWED_FMS */), CONSTANT(0), HOST_RO },
	{ ONE(0x9900000100000801ULL /* NUM_DISALLOWED_FMS */), CONSTANT(0), HOST_RO },
	{ MANY(0x9900000300000810ULL /* ALLOWED_FMS */, 64), CONSTANT(0), HOST_RO },
	{ MANY(0x9900000300000850ULL /* DISALLOWED_FMS */, 64), CONSTANT(0), HOST_RO },

	/* Migration, service TDs and nested VMs: FEATURES0 says that there are none. */
	{ ONE(0xa000000300000000ULL /* MIG_ATTRIBUTES */), CONSTANT(0), BOTH_RO },
	{ ONE(0x2000000100000001ULL /* MIN_EXPORT_VERSION */), CONSTANT(0), BOTH_RO },
	{ ONE(0x2000000100000002ULL /* MAX_EXPORT_VERSION */), CONSTANT(0), BOTH_RO },
	{ ONE(0x2000000100000003ULL /* MIN_IMPORT_VERSION */), CONSTANT(0), BOTH_RO },
	{ ONE(0x2000000100000004ULL /* MAX_IMPORT_VERSION */), CONSTANT(0), BOTH_RO },
	{ ONE(0xa000000100000010ULL /* MAX_MIGS */), CONSTANT(512), HOST_RO },
	{ ONE(0xa000000000000020ULL /* NUM_IMMUTABLE_STATE_PAGES */), CONSTANT(4), HOST_RO },
	{ ONE(0xa000000000000021ULL /* NUM_TD_STATE_PAGES */), CONSTANT(2), HOST_RO },
	{ ONE(0xa000000000000022ULL /* NUM_VP_STATE_PAGES */), CONSTANT(5), HOST_RO },
	{ ONE(0xa100000100000000ULL /* MAX_SERV_TDS */), CONSTANT(1), HOST_RO },
	{ ONE(0xa100000300000001ULL /* SERVTD_ATTR_FIXED0 */), CONSTANT(0), HOST_RO },
	{ ONE(0xa100000300000002ULL /* SERVTD_ATTR_FIXED1 */), CONSTANT(0), HOST_RO },
	{ ONE(0xa200000100000000ULL /* GUEST_L2_GPA_ATTR_MASK */), CONSTANT(0x807f), BOTH_RO },
	{ MANY(0xa200000300000001ULL /* VM_CTLS_FIXED0, 1 */, 2), CONSTANT(0), HOST_RO },
	{ MANY(0xa200000300000003ULL /* VCPU_L2_CTLS_FIXED0, 1 */, 2), CONSTANT(0), HOST_RO },
	{ MANY(0xa200000300000005ULL /* VCPU_L2_DEBUG_CTLS_FIXED0, 1 */, 2), CONSTANT(0), HOST_RO },
};

const struct fields sm_sys_fields = { fields, ARRAY_SIZE(fields) };

/* TDSYSINFO of TDH.SYS.INFO. */
void sm_sys_info_fill(u8 *info)
{
	const u32 vendor = 0x8086, build_date = BUILD_DATE, nr_configs = SM_NR_CPUID_CONFIGS;
	const u16 minor = 5, major = 1, max_tdmrs = SM_MAX_TDMRS, max_reserved = SM_MAX_RESERVED;
	const u16 pamt_entry = sizeof(struct sm_pamt);
	const u16 tdcs = SM_NR_TDCS_PAGES * SM_PAGE_SIZE, tdvps = SM_NR_TDVPS_PAGES * SM_PAGE_SIZE;
	const u64 fixed[4] = { sm_attributes_fixed0(), 0, sm_xfam_fixed0(), SM_XFAM_FIXED1 };
	struct tdx_cpuid_config config;
	unsigned int i;

	memcpy(info + 0x04, &vendor, 4);
	memcpy(info + 0x08, &build_date, 4);
	memcpy(info + 0x0e, &minor, 2);
	memcpy(info + 0x10, &major, 2);
	info[0x12] = 1;
	memcpy(info + 0x20, &max_tdmrs, 2);
	memcpy(info + 0x22, &max_reserved, 2);
	memcpy(info + 0x24, &pamt_entry, 2);
	memcpy(info + 0x30, &tdcs, 2);
	memcpy(info + 0x34, &tdvps, 2);
	memcpy(info + 0x40, fixed, sizeof(fixed));
	memcpy(info + 0x80, &nr_configs, 4);
	for (i = 0; i < SM_NR_CPUID_CONFIGS; i++) {
		sm_cpuid_config(i, &config);
		memcpy(info + 0x84 + i * sizeof(config), &config, sizeof(config));
	}
}
