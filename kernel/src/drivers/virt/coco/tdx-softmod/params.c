// SPDX-License-Identifier: GPL-2.0-only
/*
 * TD_PARAMS, the host's parameters for a new TD: check them and put them into the TDCS.
 */

#include "core.h"

#define MASK_AVX512	GENMASK_ULL(7, 5)
#define MASK_AVX	BIT_ULL(2)
/* User state components that the run loop can switch: their XSAVE area fits into a page. */
#define MASK_XFAM	(0xe7ULL | BIT_ULL(9))

#define TSC_HZ_PER_UNIT	(TDX_TSC_UNIT_KHZ * 1000ULL)
#define TSC_MIN		4
#define TSC_MAX		400

/* Microseconds; the host may change it. */
#define HP_LOCK_TIMEOUT	1000000

/* What all TDs read: RDCL_NO, SKIP_L1DFL_VMENTRY, MDS_NO, PSCHANGE_MC_NO, TAA_NO. */
#define ARCH_CAPABILITIES (BIT_ULL(0) | BIT_ULL(3) | BIT_ULL(5) | BIT_ULL(6) | BIT_ULL(8))

#define BAD(operand)	(TDX_OPERAND_INVALID | TDX_OPERAND_ID_##operand)

/* Other attributes need CPU features that softmod does not provide. */
u64 sm_attributes_fixed0(void)
{
	return TDX_ATTR_DEBUG | TDX_ATTR_SEPT_VE_DISABLE;
}

u64 sm_xfam_fixed0(void)
{
	return (sm_platform_xcr0() & MASK_XFAM) | SM_XFAM_FIXED1;
}

static bool is_zero(const u8 *bytes, size_t size)
{
	return !memchr_inv(bytes, 0, size);
}

static bool xfam_is_valid(u64 xfam)
{
	if ((xfam & ~sm_xfam_fixed0()) || (xfam & SM_XFAM_FIXED1) != SM_XFAM_FIXED1)
		return false;
	return !(xfam & MASK_AVX512) ||
	       ((xfam & MASK_AVX512) == MASK_AVX512 && (xfam & MASK_AVX));
}

/* Check the fields before the CPUID values.  Returns 0 or the status of MNG.INIT. */
static u64 check(const struct tdx_td_params *p)
{
	if (p->attributes & ~sm_attributes_fixed0())
		return BAD(ATTRIBUTES);
	if (!xfam_is_valid(p->xfam))
		return BAD(XFAM);
	if (!p->max_vcpus || p->max_vcpus > SM_MAX_VCPUS)
		return BAD(MAX_VCPUS);
	if (p->num_l2_vms)
		return BAD(NUM_L2_VMS);
	if (!is_zero(p->reserved0, sizeof(p->reserved0)))
		return BAD(RDX);
	if (p->config_flags & ~(SM_CONFIG_FLAGS_FIXED0 | TDX_CONFIG_GPAW52))
		return BAD(CONFIG_FLAGS);
	/* GPAs of 52 bits need five levels, and there are four. */
	if (p->eptp_controls != (TDX_EPTP_MT_WB | SM_TOP_LEVEL << TDX_EPTP_WALK_SHIFT) ||
	    (p->config_flags & TDX_CONFIG_GPAW52))
		return BAD(EPTP_CONTROLS);
	if (p->tsc_frequency < TSC_MIN || p->tsc_frequency > TSC_MAX)
		return BAD(TSC_FREQUENCY);
	if (!is_zero(p->reserved1, sizeof(p->reserved1)) || (p->msr_config_ctls & ~1) ||
	    !is_zero(p->reserved2, sizeof(p->reserved2)))
		return BAD(RDX);
	return 0;
}

/* Of the bits that a host may set the CPUs with AMD-V have none but RRSBA, which is a warning. */
static u64 configure_arch_capabilities(struct sm_tdcs *tdcs, const struct tdx_td_params *p)
{
	u64 allowed = p->msr_config_ctls & 1 ? SM_ARCH_CAPABILITIES_CONFIG : 0;

	if (p->arch_capabilities & ~allowed)
		return BAD(ARCH_CAPABILITIES);
	tdcs->arch_capabilities = ARCH_CAPABILITIES |
				  (p->arch_capabilities & SM_ARCH_CAPABILITIES_RRSBA);
	return 0;
}

u64 sm_params_apply(struct sm_tdcs *tdcs, const struct tdx_td_params *p, u64 *ret_cpuid)
{
	u64 status = check(p);

	if (status)
		return status;
	tdcs->attributes = p->attributes;
	tdcs->xfam = p->xfam;
	tdcs->tsc_frequency = p->tsc_frequency;
	status = sm_cpuid_configure(tdcs, p, ret_cpuid);
	if (!status)
		status = configure_arch_capabilities(tdcs, p);
	if (status)
		return status;

	tdcs->config_flags = p->config_flags;
	tdcs->eptp = p->eptp_controls | tdcs->root_pa;
	tdcs->max_vcpus = p->max_vcpus;
	tdcs->hp_lock_timeout = HP_LOCK_TIMEOUT;
	memcpy(tdcs->mrconfigid, p->mrconfigid, sizeof(tdcs->mrconfigid));
	memcpy(tdcs->mrowner, p->mrowner, sizeof(tdcs->mrowner));
	memcpy(tdcs->mrownerconfig, p->mrownerconfig, sizeof(tdcs->mrownerconfig));

	if (p->attributes & TDX_ATTR_SEPT_VE_DISABLE)
		tdcs->td_ctls |= SM_TD_CTLS_PENDING_VE_DISABLE;

	/*
	 * The guest's TSC starts at 0.  On a CPU that cannot scale the TSC it runs at the
	 * CPU's rate whatever rate the host asked for; the host sees that in TSC_MULTIPLIER.
	 */
	tdcs->tsc_multiplier = 1ULL << 48;
	if (sm_platform_scales_tsc())
		tdcs->tsc_multiplier = mul_u64_u64_div_u64(p->tsc_frequency * TSC_HZ_PER_UNIT,
							   1ULL << 48, sm_platform_tsc_hz());
	tdcs->tsc_offset = -mul_u64_u64_shr(sm_platform_tsc(), tdcs->tsc_multiplier, 48);
	return 0;
}
