// SPDX-License-Identifier: GPL-2.0-only
/* Metadata fields of a TD. */

#include "metadata.h"

/* Elements of CPUID_VALUES, the field codes with leaf and subleaf in them. */
#define CPUID_CODES		BIT(17)
/* Microseconds */
#define HP_LOCK_TIMEOUT_MIN	10000
#define HP_LOCK_TIMEOUT_MAX	100000000

static u64 get_chldcnt(const struct who *who, unsigned int i)
{
	return atomic64_read(&who->td->chldcnt);
}

static u64 get_gpaw(const struct who *who, unsigned int i)
{
	return who->td->tdcs->config_flags & TDX_CONFIG_GPAW52;
}

static u64 get_x2apic_id(const struct who *who, unsigned int i)
{
	return who->td->tdcs->x2apic_ids[i];
}

static u64 get_lifecycle(const struct who *who, unsigned int i)
{
	return who->td->lifecycle;
}

static u64 get_refcount(const struct who *who, unsigned int i)
{
	return atomic_read(&who->td->tdcs->refcount[i]);
}

static u64 get_nr_cpuid_values(const struct who *who, unsigned int i)
{
	u32 leaf, subleaf;
	unsigned int nr = 0;

	while (sm_cpuid_leaf(nr, &leaf, &subleaf))
		nr++;
	return nr;
}

/*
 * A guest may change PENDING_VE_DISABLE only if the host configured FLEXIBLE_PENDING_VE, and
 * set ENUM_TOPOLOGY only if the host gave all vCPUs their x2APIC ids.
 */
static u64 check_td_ctls(const struct who *who, u64 value)
{
	const struct sm_tdcs *tdcs = who->td->tdcs;

	if ((value & SM_TD_CTLS_PENDING_VE_DISABLE) !=
	    (tdcs->td_ctls & SM_TD_CTLS_PENDING_VE_DISABLE) &&
	    !(tdcs->config_flags & TDX_CONFIG_FLEXIBLE_PENDING_VE))
		return TDX_METADATA_FIELD_VALUE_NOT_VALID;
	if ((value & SM_TD_CTLS_ENUM_TOPOLOGY) && !tdcs->topology_enum_configured)
		return TDX_METADATA_FIELD_VALUE_NOT_VALID;
	return 0;
}

static u64 check_hp_lock_timeout(const struct who *who, u64 value)
{
	return value >= HP_LOCK_TIMEOUT_MIN && value <= HP_LOCK_TIMEOUT_MAX ? 0 :
	       TDX_METADATA_FIELD_VALUE_NOT_VALID;
}

static const struct field fields[] = {
	{ ONE(0x8010000000000001ULL /* FATAL */), IN(TD, sm_td, fatal), HOST_RO },
	{ ONE(0x8010000200000002ULL /* NUM_TDCX */), IN(TD, sm_td, nr_tdcx), HOST_RO },
	{ ONE(TDX_MD_TD_CHLDCNT), CALL(get_chldcnt), HOST_RO },
	{ ONE(TDX_MD_TD_LIFECYCLE_STATE), CALL(get_lifecycle), HOST_RO },
	{ MANY(0x8010000300000010ULL /* TDCX_PA */, SM_MAX_TDCS_PAGES), IN(TD, sm_td, tdcx),
	  HOST_RO },
	{ MANY(TDX_MD_TD_UUID, 4), IN(TD, sm_td, uuid), BOTH_RO },
	{ ONE(TDX_MD_TD_HKID), IN(TD, sm_td, hkid), HOST_RO },
	{ ONE(0x8110000300000002ULL /* PKG_CONFIG_BITMAP */), IN(TD, sm_td, keyed_packages),
	  HOST_RO },
	{ ONE(0x8210000100000000ULL /* HANDOFF_VERSION */), CONSTANT(0), HOST_RO },
	{ ONE(0x8210000300000001ULL /* SEAMDB_INDEX */), CONSTANT(0), HOST_RO },

	{ ONE(TDX_MD_TD_NUM_VCPUS), IN(TDCS, sm_tdcs, nr_vcpus), BOTH_RO },
	{ ONE(0x9010000200000002ULL /* NUM_ASSOC_VCPUS */), IN(TDCS, sm_tdcs, nr_associated),
	  HOST_RO },
	{ ONE(TDX_MD_TD_OP_STATE), IN(TDCS, sm_tdcs, op_state), HOST_RO },
	{ ONE(0x9010000100000005ULL /* NUM_L2_VMS */), CONSTANT(0), BOTH_RO },

	{ ONE(TDX_MD_TD_ATTRIBUTES), IN(TDCS, sm_tdcs, attributes), BOTH_RO },
	{ ONE(TDX_MD_TD_XFAM), IN(TDCS, sm_tdcs, xfam), BOTH_RO },
	{ ONE(TDX_MD_TD_MAX_VCPUS), IN(TDCS, sm_tdcs, max_vcpus), BOTH_RO },
	{ ONE(0x1110000000000003ULL /* GPAW */), CALL(get_gpaw), BOTH_RO },
	{ ONE(TDX_MD_TD_EPTP), IN(TDCS, sm_tdcs, eptp), HOST_RO },
	{ ONE(TDX_MD_TD_TSC_OFFSET), IN(TDCS, sm_tdcs, tsc_offset), HOST_RO },
	{ ONE(TDX_MD_TD_TSC_MULTIPLIER), IN(TDCS, sm_tdcs, tsc_multiplier), HOST_RO },
	{ ONE(TDX_MD_TD_TSC_FREQUENCY), IN(TDCS, sm_tdcs, tsc_frequency), BOTH_RO },
	{ ONE(0x911000010000000eULL /* NUM_CPUID_VALUES */), CALL(get_nr_cpuid_values), HOST_RO },
	{ ONE(0x911000010000000fULL /* XBUFF_SIZE */), CONSTANT(SM_PAGE_SIZE), HOST_RO },
	{ ONE(TDX_MD_TD_NOTIFY_ENABLES), IN(TDCS, sm_tdcs, notify_enables), DEBUG_RO,
	  GUEST_RW(BIT_ULL(0)) },
	{ ONE(TDX_MD_TD_HP_LOCK_TIMEOUT), IN(TDCS, sm_tdcs, hp_lock_timeout), HOST_RW(ALL),
	  .whole = true, .check = check_hp_lock_timeout },
	{ MANY(0x9110000300000012ULL /* VM_CTLS */, 4), CONSTANT(0), HOST_RO },
	{ ONE(TDX_MD_TD_CONFIG_FLAGS), IN(TDCS, sm_tdcs, config_flags), BOTH_RO },
	{ ONE(TDX_MD_TD_TD_CTLS), IN(TDCS, sm_tdcs, td_ctls), DEBUG_RO,
	  GUEST_RW(SM_TD_CTLS_PENDING_VE_DISABLE | SM_TD_CTLS_ENUM_TOPOLOGY),
	  .check = check_td_ctls },
	{ ONE(TDX_MD_TD_TOPOLOGY_ENUM_CONFIGURED), IN(TDCS, sm_tdcs, topology_enum_configured),
	  BOTH_RO },
	{ MANY(0x9110000000000080ULL /* CPUID_VALID */, 80), CONSTANT(1), DEBUG_RO },
	{ MANY(0x9110000200000800ULL /* XBUFF_OFFSETS */, 19), CONSTANT(0), HOST_RO },

	{ ONE(TDX_MD_TD_EPOCH), IN(TDCS, sm_tdcs, epoch), HOST_RO },
	{ MANY(0x9210000100000001ULL /* REFCOUNT */, 2), CALL(get_refcount), HOST_RO },
	{ MANY(TDX_MD_TD_MRTD, 6), IN(TDCS, sm_tdcs, mrtd), BOTH_RO },
	{ MANY(TDX_MD_TD_MRCONFIGID, 6), IN(TDCS, sm_tdcs, mrconfigid), BOTH_RO },
	{ MANY(TDX_MD_TD_MROWNER, 6), IN(TDCS, sm_tdcs, mrowner), BOTH_RO },
	{ MANY(TDX_MD_TD_MROWNERCONFIG, 6), IN(TDCS, sm_tdcs, mrownerconfig), BOTH_RO },
	{ MANY(TDX_MD_TD_RTMR, 24), IN(TDCS, sm_tdcs, rtmr), GUEST_RO, DEBUG_RO },
	{ MANY(0x9410000300000000ULL /* CPUID_VALUES */, CPUID_CODES), .source = CPUID, HOST_RO },
	{ MANY(0x9810000300000040ULL /* PRE_IMPORT_UUID */, 4), CONSTANT(0), BOTH_RO },
	{ MANY(0x9910000300000000ULL /* SERVTD_HASH */, 6), IN(TDCS, sm_tdcs, servtd_hash),
	  BOTH_RO },
	{ ONE(0x9910000100000006ULL /* SERVTD_NUM */), CONSTANT(0), BOTH_RO },
	{ MANY(0x9910000300000080ULL /* SERVTD_BINDINGS_TABLE */, 16), CONSTANT(0), BOTH_RO },
	{ MANY(TDX_MD_TD_X2APIC_ID(0), SM_MAX_VCPUS), CALL(get_x2apic_id), HOST_RO },
};

const struct fields sm_td_fields = { fields, ARRAY_SIZE(fields) };
