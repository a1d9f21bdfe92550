// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks what user space asks for in a TD, and fills in TD_PARAMS from that.  The functions
 * have no side effects, so that a unit test can run them in user space.
 */
#include "params.h"

/*
 * ATTRIBUTES that KVM supports: those that need no other code in KVM.  PKS, PERFMON, debug
 * and migration would need some.
 */
#define TD_ATTRIBUTES		TDX_ATTR_SEPT_VE_DISABLE

/*
 * XFAM that KVM supports.  The TDX module switches the state of all features, but KVM has to
 * restore the host's state that a TD exit does not keep, and so must know the feature.  KVM
 * of this base does not know CET (bits 11 and 12).  User space does not ask for such
 * features: it goes by KVM_GET_SUPPORTED_CPUID.
 */
#define TD_XFAM			(XFEATURE_MASK_FPSSE | XFEATURE_MASK_YMM |	\
				 XFEATURE_MASK_AVX512 | XFEATURE_MASK_PKRU |	\
				 XFEATURE_MASK_XTILE)

/* GPA width in CPUID 0x80000008.EAX. */
#define CPUID_GPAW		GENMASK(23, 16)

u64 td_supported_attributes(const struct tdx_sys_info *sys)
{
	return (TD_ATTRIBUTES & sys->attributes_fixed0) | sys->attributes_fixed1;
}

u64 td_supported_xfam(const struct tdx_sys_info *sys)
{
	return (TD_XFAM & sys->xfam_fixed0) | sys->xfam_fixed1;
}

/*
 * Does KVM support all attributes and features that the module forces on a TD, and does at
 * least one of each remain that user space can ask for?
 */
bool td_check_fixed(const struct tdx_sys_info *sys)
{
	return !(sys->attributes_fixed1 & ~TD_ATTRIBUTES) && !(sys->xfam_fixed1 & ~TD_XFAM) &&
	       td_supported_attributes(sys) && td_supported_xfam(sys);
}

/* CPUID bits of features that KVM does not offer, see td_fill_capabilities(). */
static u32 hidden_ebx(u32 leaf, u32 sub_leaf)
{
	/* TSX: HLE, RTM */
	return leaf == 7 && !sub_leaf ? BIT(4) | BIT(11) : 0;
}

static u32 hidden_ecx(u32 leaf, u32 sub_leaf)
{
	/* WAITPKG */
	return leaf == 7 && !sub_leaf ? BIT(5) : 0;
}

static bool has_sub_leaf(const struct tdx_cpuid_config *config)
{
	return config->sub_leaf != TDX_CPUID_NO_SUBLEAF;
}

static void fill_cpuid(const struct tdx_cpuid_config *config, struct kvm_cpuid_entry2 *entry)
{
	entry->function = config->leaf;
	if (has_sub_leaf(config)) {
		entry->index = config->sub_leaf;
		entry->flags = KVM_CPUID_FLAG_SIGNIFCANT_INDEX;
	}

	entry->eax = config->mask.eax;
	entry->ebx = config->mask.ebx & ~hidden_ebx(config->leaf, config->sub_leaf);
	entry->ecx = config->mask.ecx & ~hidden_ecx(config->leaf, config->sub_leaf);
	entry->edx = config->mask.edx;

	/*
	 * User space asks for the GPA width in this leaf.  The TDX module gets the width as a
	 * flag of TD_PARAMS, so it does not list these bits as configurable.
	 */
	if (config->leaf == 0x80000008)
		entry->eax |= CPUID_GPAW;
}

/*
 * Fill in @caps, which is zeroed and has room for all CPUID configurations.  TSX and WAITPKG
 * are left out: KVM would have to switch their MSRs when it enters and leaves the TD.
 */
void td_fill_capabilities(const struct tdx_sys_info *sys, struct kvm_tdx_capabilities *caps)
{
	unsigned int i;

	caps->supported_attrs = td_supported_attributes(sys);
	caps->supported_xfam = td_supported_xfam(sys);

	/* GetTdVmCallInfo, leaf 1: bit 1 of R11 is SetupEventNotifyInterrupt. */
	caps->user_tdvmcallinfo_1_r11 = BIT_ULL(1);

	caps->cpuid.nent = sys->nr_cpuid_configs;
	for (i = 0; i < sys->nr_cpuid_configs; i++)
		fill_cpuid(&sys->cpuid_configs[i], &caps->cpuid.entries[i]);
}

static const struct kvm_cpuid_entry2 *find_cpuid(const struct kvm_cpuid2 *cpuid,
						 const struct tdx_cpuid_config *config)
{
	unsigned int i;

	for (i = 0; i < cpuid->nent; i++) {
		const struct kvm_cpuid_entry2 *entry = &cpuid->entries[i];

		if (entry->function == config->leaf &&
		    (!has_sub_leaf(config) || entry->index == config->sub_leaf))
			return entry;
	}

	return NULL;
}

/*
 * Fill in the values of the configurable CPUID leaves.  -EINVAL if user space has an entry
 * for a leaf that is not configurable, or two entries for one leaf.
 */
static int fill_cpuid_values(const struct tdx_sys_info *sys, const struct kvm_cpuid2 *cpuid,
			     struct tdx_td_params *params)
{
	const struct kvm_cpuid_entry2 *entry;
	unsigned int i, used = 0;

	for (i = 0; i < sys->nr_cpuid_configs; i++) {
		const struct tdx_cpuid_config *config = &sys->cpuid_configs[i];
		struct tdx_cpuid_value *value = &params->cpuid_values[i];

		entry = find_cpuid(cpuid, config);
		if (!entry)
			continue;

		if ((entry->ebx & hidden_ebx(config->leaf, config->sub_leaf)) ||
		    (entry->ecx & hidden_ecx(config->leaf, config->sub_leaf)))
			return -EINVAL;

		value->eax = entry->eax;
		value->ebx = entry->ebx;
		value->ecx = entry->ecx;
		value->edx = entry->edx;
		if (config->leaf == 0x80000008)
			value->eax &= ~CPUID_GPAW;
		used++;
	}

	return used == cpuid->nent ? 0 : -EINVAL;
}

/* Returns the GPA width that user space asks for, or 0 if the host cannot have it. */
static int find_gpaw(const struct kvm_cpuid2 *cpuid, int max_level)
{
	static const struct tdx_cpuid_config config = {
		.leaf = 0x80000008,
		.sub_leaf = TDX_CPUID_NO_SUBLEAF,
	};
	const struct kvm_cpuid_entry2 *entry = find_cpuid(cpuid, &config);
	int gpaw = entry ? FIELD_GET(CPUID_GPAW, entry->eax) : 0;

	if (gpaw == 48 || (gpaw == 52 && max_level >= 5))
		return gpaw;

	return 0;
}

/*
 * Fill in @params, which is zeroed, with what user space asks for.  -EINVAL if KVM does not
 * support that.  The TDX module checks CPUID bits and may refuse the result.
 */
int td_fill_params(const struct tdx_sys_info *sys, const struct kvm_tdx_init_vm *init,
		   struct td_config *config, struct tdx_td_params *params)
{
	if ((init->attributes & ~td_supported_attributes(sys)) ||
	    (sys->attributes_fixed1 & ~init->attributes))
		return -EINVAL;

	if ((init->xfam & ~td_supported_xfam(sys)) || (sys->xfam_fixed1 & ~init->xfam))
		return -EINVAL;

	if (config->tsc_khz < TD_MIN_TSC_FREQUENCY * TDX_TSC_UNIT_KHZ ||
	    config->tsc_khz > TD_MAX_TSC_FREQUENCY * TDX_TSC_UNIT_KHZ)
		return -EINVAL;

	config->gpaw = find_gpaw(&init->cpuid, config->max_level);
	if (!config->gpaw)
		return -EINVAL;

	params->attributes = init->attributes;
	params->xfam = init->xfam;
	params->max_vcpus = config->max_vcpus;
	params->eptp_controls = TDX_EPTP_MT_WB |
				(config->gpaw == 52 ? 4ULL : 3ULL) << TDX_EPTP_WALK_SHIFT;
	params->config_flags = TDX_CONFIG_NO_RBP_MOD |
			       (config->gpaw == 52 ? TDX_CONFIG_GPAW52 : 0);
	/* Round to the closest unit: a measured frequency may be a little below the real one. */
	params->tsc_frequency = (config->tsc_khz + TDX_TSC_UNIT_KHZ / 2) / TDX_TSC_UNIT_KHZ;

	memcpy(params->mrconfigid, init->mrconfigid, sizeof(params->mrconfigid));
	memcpy(params->mrowner, init->mrowner, sizeof(params->mrowner));
	memcpy(params->mrownerconfig, init->mrownerconfig, sizeof(params->mrownerconfig));

	return fill_cpuid_values(sys, &init->cpuid, params);
}
