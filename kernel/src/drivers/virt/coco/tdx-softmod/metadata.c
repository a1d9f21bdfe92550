// SPDX-License-Identifier: GPL-2.0-only
/*
 * Metadata fields: a table for each context (module, TD, vCPU) of where the value is and
 * which of its bits host and guest may read and write.
 */

#include "core.h"

#define ALL		(~0ULL)
#define NO_FIELD	(~0ULL)
/* Bits that must be 0 in an identifier that names one element. */
#define RESERVED	(GENMASK_ULL(31, 24) | GENMASK_ULL(37, 34) | GENMASK_ULL(46, 38) | \
			 GENMASK_ULL(49, 47) | BIT_ULL(55) | BIT_ULL(62))
#define KEY_MASK	(TDX_MD_CLASS_MASK | TDX_MD_FIELD_MASK)
#define SIZE_CODE(id)	(((id) & TDX_MD_ELEMENT_SIZE_MASK) >> 32)

enum source {
	/* field.value is the value, or its offset in struct sm_td, sm_tdcs or sm_vcpu. */
	VALUE, TD, TDCS, VCPU,
	/* field.get() computes it. */
	FUNCTION,
	/* The run loop has it: sm_run_read(). */
	RUN,
};

struct who {
	struct sm_td *td;
	struct sm_vcpu *vcpu;
};

struct field {
	/* The ABI's identifier of the first element. */
	u64 id;
	u16 nr_elements;
	/* enum source */
	u8 source;
	/* The host can read the field only of debug TDs. */
	bool debug;
	/* Bits that the host and the guest can read and write. */
	u64 host_read, host_write, guest_read, guest_write;
	u64 value;
	u64 (*get)(const struct who *who, unsigned int element);
	/* Returns 0 if @value may be written, else the status. */
	u64 (*check)(const struct who *who, u64 value);
};

static u64 get_attributes_fixed0(const struct who *who, unsigned int i)
{
	return sm_attributes_fixed0();
}

static u64 get_xfam_fixed0(const struct who *who, unsigned int i)
{
	return sm_xfam_fixed0();
}

static u64 get_nr_cmrs(const struct who *who, unsigned int i)
{
	return sm_sys.nr_cmrs;
}

static u64 get_cmr_base(const struct who *who, unsigned int i)
{
	return sm_sys.cmrs[i].base;
}

static u64 get_cmr_size(const struct who *who, unsigned int i)
{
	return sm_sys.cmrs[i].size;
}

static u64 get_config_leaf(const struct who *who, unsigned int i)
{
	struct tdx_cpuid_config config;

	sm_cpuid_config(i, &config);
	return config.leaf | (u64)config.sub_leaf << 32;
}

static u64 get_config_value(const struct who *who, unsigned int i)
{
	struct tdx_cpuid_config config;

	sm_cpuid_config(i / 2, &config);
	return i & 1 ? config.mask.ecx | (u64)config.mask.edx << 32 :
		       config.mask.eax | (u64)config.mask.ebx << 32;
}

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

static u64 get_assoc_lp(const struct who *who, unsigned int i)
{
	return atomic_read(&who->vcpu->assoc_lp);
}

static u64 get_cpuid_supervisor_ve(const struct who *who, unsigned int i)
{
	return who->vcpu->cpuid_ve & 1;
}

static u64 get_cpuid_user_ve(const struct who *who, unsigned int i)
{
	return who->vcpu->cpuid_ve >> 1 & 1;
}

static u64 get_xfam(const struct who *who, unsigned int i)
{
	return who->vcpu->tdcs->xfam;
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

static u64 check_posted_vector(const struct who *who, u64 value)
{
	return value < 256 ? 0 : TDX_METADATA_FIELD_VALUE_NOT_VALID;
}

static u64 check_posted_desc(const struct who *who, u64 value)
{
	return sm_host_operand(value, 64, 0) ? TDX_METADATA_FIELD_VALUE_NOT_VALID : 0;
}

static u64 check_shared_eptp(const struct who *who, u64 value)
{
	return sm_host_operand(value, SM_PAGE_SIZE, 0) ? TDX_METADATA_FIELD_VALUE_NOT_VALID : 0;
}

static u64 check_pin_controls(const struct who *who, u64 value)
{
	if (!(value & SM_PIN_POSTED_INTERRUPTS))
		return 0;
	if (who->vcpu->host.posted_vector == NO_FIELD)
		return TDX_TD_VMCS_FIELD_NOT_INITIALIZED | 0x0002;
	if (who->vcpu->host.posted_desc == NO_FIELD)
		return TDX_TD_VMCS_FIELD_NOT_INITIALIZED | 0x2016;
	return 0;
}

static u64 check_bool(const struct who *who, u64 value)
{
	return value < 2 ? 0 : TDX_METADATA_FIELD_VALUE_NOT_VALID;
}

#define ONE(i)		.id = (i), .nr_elements = 1
#define MANY(i, n)	.id = (i), .nr_elements = (n)
#define CONSTANT(v)	.source = VALUE, .value = (v)
#define IN(where, type, member) \
	.source = where, .value = offsetof(struct type, member)
#define CALL(fn)	.source = FUNCTION, .get = (fn)
#define HOST_RO		.host_read = ALL
#define GUEST_RO	.guest_read = ALL
#define BOTH_RO		.host_read = ALL, .guest_read = ALL
#define DEBUG_RO	.host_read = ALL, .debug = true

static const struct field sys_fields[] = {
	{ ONE(TDX_MD_SYS_VENDOR), CONSTANT(0x8086), BOTH_RO },
	{ ONE(TDX_MD_SYS_BUILD_DATE), CONSTANT(0x20260101), HOST_RO },
	{ ONE(TDX_MD_SYS_BUILD_NUM), CONSTANT(0), HOST_RO },
	{ ONE(TDX_MD_SYS_MINOR_VERSION), CONSTANT(5), BOTH_RO },
	{ ONE(TDX_MD_SYS_MAJOR_VERSION), CONSTANT(1), BOTH_RO },
	{ ONE(TDX_MD_SYS_UPDATE_VERSION), CONSTANT(5), HOST_RO },
	{ ONE(0x8900000100000000ULL /* MODULE_HV */), CONSTANT(0), HOST_RO },
	{ ONE(TDX_MD_SYS_FEATURES0), CONSTANT(SM_FEATURES0), BOTH_RO },
	{ ONE(0x9000000100000000ULL /* NUM_CMRS */), CALL(get_nr_cmrs), HOST_RO },
	{ MANY(0x9000000300000080ULL /* CMR_BASE */, SM_MAX_CMRS), CALL(get_cmr_base), HOST_RO },
	{ MANY(0x9000000300000100ULL /* CMR_SIZE */, SM_MAX_CMRS), CALL(get_cmr_size), HOST_RO },
	{ ONE(TDX_MD_SYS_MAX_TDMRS), CONSTANT(SM_MAX_TDMRS), HOST_RO },
	{ ONE(TDX_MD_SYS_MAX_RESERVED_PER_TDMR), CONSTANT(SM_MAX_RESERVED), HOST_RO },
	{ ONE(TDX_MD_SYS_PAMT_4K_ENTRY_SIZE), CONSTANT(sizeof(struct sm_pamt)), HOST_RO },
	{ ONE(TDX_MD_SYS_PAMT_2M_ENTRY_SIZE), CONSTANT(sizeof(struct sm_pamt)), HOST_RO },
	{ ONE(TDX_MD_SYS_PAMT_1G_ENTRY_SIZE), CONSTANT(sizeof(struct sm_pamt)), HOST_RO },
	{ ONE(TDX_MD_SYS_TDR_BASE_SIZE), CONSTANT(SM_PAGE_SIZE), HOST_RO },
	{ ONE(TDX_MD_SYS_TDCS_BASE_SIZE), CONSTANT(SM_NR_TDCS_PAGES * SM_PAGE_SIZE), HOST_RO },
	{ ONE(TDX_MD_SYS_TDVPS_BASE_SIZE), CONSTANT(SM_NR_TDVPS_PAGES * SM_PAGE_SIZE), HOST_RO },
	{ ONE(TDX_MD_SYS_ATTRIBUTES_FIXED0), CALL(get_attributes_fixed0), HOST_RO },
	{ ONE(TDX_MD_SYS_ATTRIBUTES_FIXED1), CONSTANT(0), HOST_RO },
	{ ONE(TDX_MD_SYS_XFAM_FIXED0), CALL(get_xfam_fixed0), HOST_RO },
	{ ONE(TDX_MD_SYS_XFAM_FIXED1), CONSTANT(SM_XFAM_FIXED1), HOST_RO },
	{ ONE(TDX_MD_SYS_NUM_CPUID_CONFIG), CONSTANT(SM_NR_CPUID_CONFIGS), HOST_RO },
	{ ONE(TDX_MD_SYS_CONFIG_FLAGS_FIXED0), CONSTANT(SM_CONFIG_FLAGS_FIXED0), HOST_RO },
	{ ONE(TDX_MD_SYS_CONFIG_FLAGS_FIXED1), CONSTANT(0), HOST_RO },
	{ ONE(TDX_MD_SYS_MAX_VCPUS_PER_TD), CONSTANT(SM_MAX_VCPUS), HOST_RO },
	{ MANY(TDX_MD_SYS_CPUID_CONFIG_LEAF(0), SM_NR_CPUID_CONFIGS), CALL(get_config_leaf),
	  HOST_RO },
	{ MANY(TDX_MD_SYS_CPUID_CONFIG_VALUE(0, 0), 2 * SM_NR_CPUID_CONFIGS),
	  CALL(get_config_value), HOST_RO },
};

static const struct field td_fields[] = {
	{ ONE(TDX_MD_TD_HKID), IN(TD, sm_td, hkid), HOST_RO },
	{ ONE(TDX_MD_TD_CHLDCNT), CALL(get_chldcnt), HOST_RO },
	{ ONE(TDX_MD_TD_LIFECYCLE_STATE), IN(TD, sm_td, lifecycle), HOST_RO },
	{ MANY(TDX_MD_TD_UUID, 4), IN(TD, sm_td, uuid), BOTH_RO },
	{ ONE(TDX_MD_TD_NUM_VCPUS), IN(TDCS, sm_tdcs, nr_vcpus), BOTH_RO },
	{ ONE(TDX_MD_TD_OP_STATE), IN(TDCS, sm_tdcs, op_state), HOST_RO },
	{ ONE(TDX_MD_TD_ATTRIBUTES), IN(TDCS, sm_tdcs, attributes), BOTH_RO },
	{ ONE(TDX_MD_TD_XFAM), IN(TDCS, sm_tdcs, xfam), BOTH_RO },
	{ ONE(TDX_MD_TD_MAX_VCPUS), IN(TDCS, sm_tdcs, max_vcpus), BOTH_RO },
	{ ONE(TDX_MD_TD_GPAW), CALL(get_gpaw), BOTH_RO },
	{ ONE(TDX_MD_TD_EPTP), IN(TDCS, sm_tdcs, eptp), HOST_RO },
	{ ONE(TDX_MD_TD_TSC_OFFSET), IN(TDCS, sm_tdcs, tsc_offset), HOST_RO },
	{ ONE(TDX_MD_TD_TSC_MULTIPLIER), IN(TDCS, sm_tdcs, tsc_multiplier), HOST_RO },
	{ ONE(TDX_MD_TD_TSC_FREQUENCY), IN(TDCS, sm_tdcs, tsc_frequency), BOTH_RO },
	{ ONE(TDX_MD_TD_NOTIFY_ENABLES), IN(TDCS, sm_tdcs, notify_enables), GUEST_RO,
	  .guest_write = BIT_ULL(0) },
	{ ONE(TDX_MD_TD_HP_LOCK_TIMEOUT), IN(TDCS, sm_tdcs, hp_lock_timeout), HOST_RO,
	  .host_write = ALL },
	{ ONE(TDX_MD_TD_CONFIG_FLAGS), IN(TDCS, sm_tdcs, config_flags), BOTH_RO },
	{ ONE(TDX_MD_TD_TD_CTLS), IN(TDCS, sm_tdcs, td_ctls), GUEST_RO,
	  .guest_write = SM_TD_CTLS_PENDING_VE_DISABLE | SM_TD_CTLS_ENUM_TOPOLOGY,
	  .check = check_td_ctls },
	{ ONE(TDX_MD_TD_TOPOLOGY_ENUM_CONFIGURED), IN(TDCS, sm_tdcs, topology_enum_configured),
	  BOTH_RO },
	{ ONE(TDX_MD_TD_EPOCH), IN(TDCS, sm_tdcs, epoch), DEBUG_RO },
	{ MANY(TDX_MD_TD_MRTD, 6), IN(TDCS, sm_tdcs, mrtd), GUEST_RO, DEBUG_RO },
	{ MANY(TDX_MD_TD_MRCONFIGID, 6), IN(TDCS, sm_tdcs, mrconfigid), GUEST_RO, DEBUG_RO },
	{ MANY(TDX_MD_TD_MROWNER, 6), IN(TDCS, sm_tdcs, mrowner), GUEST_RO, DEBUG_RO },
	{ MANY(TDX_MD_TD_MROWNERCONFIG, 6), IN(TDCS, sm_tdcs, mrownerconfig), GUEST_RO, DEBUG_RO },
	{ MANY(TDX_MD_TD_RTMR, 24), IN(TDCS, sm_tdcs, rtmr), GUEST_RO, DEBUG_RO },
	{ MANY(0x9910000300000000ULL /* SERVTD_HASH */, 6), IN(TDCS, sm_tdcs, servtd_hash),
	  BOTH_RO },
	{ MANY(TDX_MD_TD_X2APIC_ID(0), SM_MAX_VCPUS), CALL(get_x2apic_id), HOST_RO },
};

#define HOST_RW(mask)	.host_read = ALL, .host_write = (mask)
#define HOST(member)	IN(VCPU, sm_vcpu, host.member)

static const struct field vp_fields[] = {
	{ ONE(TDX_MD_VP_POSTED_INTR_NV), HOST(posted_vector), HOST_RW(0xffff),
	  .check = check_posted_vector },
	{ ONE(TDX_MD_VP_POSTED_INTR_DESC), HOST(posted_desc), HOST_RW(ALL),
	  .check = check_posted_desc },
	{ ONE(TDX_MD_VP_SHARED_EPTP), HOST(shared_eptp), HOST_RW(GENMASK_ULL(51, 12)),
	  .check = check_shared_eptp },
	{ ONE(TDX_MD_VP_PIN_CONTROLS), HOST(pin_controls), HOST_RW(SM_PIN_POSTED_INTERRUPTS),
	  .check = check_pin_controls },
	{ ONE(TDX_MD_VP_PROC_CONTROLS2), HOST(proc_controls2), HOST_RW(GENMASK_ULL(31, 30)) },
	{ ONE(TDX_MD_VP_NOTIFY_WINDOW), HOST(notify_window), HOST_RW(0xffffffff) },
	{ ONE(TDX_MD_VP_PEND_NMI), IN(VCPU, sm_vcpu, pend_nmi), HOST_RW(0xff),
	  .check = check_bool },
	{ ONE(TDX_MD_VP_XFAM), CALL(get_xfam), HOST_RO },
	{ ONE(TDX_MD_VP_STATE_DETAILS), .source = RUN, HOST_RO },
	{ ONE(TDX_MD_VP_VCPU_INDEX), IN(VCPU, sm_vcpu, index), HOST_RO },
	{ ONE(TDX_MD_VP_ASSOC_LPID), CALL(get_assoc_lp), HOST_RO },
	{ ONE(TDX_MD_VP_VCPU_EPOCH), IN(VCPU, sm_vcpu, epoch), HOST_RO },
	{ ONE(0xa020000000000007ULL /* CPUID_SUPERVISOR_VE */), CALL(get_cpuid_supervisor_ve),
	  GUEST_RO, .guest_write = 1 },
	{ ONE(0xa020000000000008ULL /* CPUID_USER_VE */), CALL(get_cpuid_user_ve),
	  GUEST_RO, .guest_write = 1 },
};

static const struct {
	const struct field *fields;
	unsigned int nr;
} contexts[] = {
	[SM_CONTEXT_SYS] = { sys_fields, ARRAY_SIZE(sys_fields) },
	[SM_CONTEXT_TD] = { td_fields, ARRAY_SIZE(td_fields) },
	[SM_CONTEXT_VP] = { vp_fields, ARRAY_SIZE(vp_fields) },
};

/* Find a field by class and field code of @id; the other bits do not matter. */
static const struct field *find(enum sm_context context, u64 id, unsigned int *ret_element)
{
	unsigned int i;

	for (i = 0; i < contexts[context].nr; i++) {
		const struct field *field = &contexts[context].fields[i];
		u64 distance = (id & KEY_MASK) - (field->id & KEY_MASK);

		if (distance < field->nr_elements) {
			*ret_element = distance;
			return field;
		}
	}
	return NULL;
}

/* Bits that @side may read; 0 if it may not read the field. */
static u64 readable(const struct field *field, enum sm_side side, const struct who *who)
{
	if (side == SM_SIDE_GUEST)
		return field->guest_read;
	return field->debug && !sm_td_is_debug(who->td->tdcs) ? 0 : field->host_read;
}

static u64 next_field(enum sm_context context, const struct field *field, unsigned int element,
		      enum sm_side side, const struct who *who)
{
	const struct field *end = contexts[context].fields + contexts[context].nr;

	if (field && element + 1 < field->nr_elements)
		return field->id + element + 1;
	for (field = field ? field + 1 : contexts[context].fields; field < end; field++) {
		if (readable(field, side, who))
			return field->id;
	}
	return NO_FIELD;
}

static void *place(const struct field *field, const struct who *who, unsigned int element)
{
	void *base = field->source == TD ? (void *)who->td :
		     field->source == TDCS ? (void *)who->td->tdcs : (void *)who->vcpu;

	return base + field->value + (element << SIZE_CODE(field->id));
}

static u64 get(const struct field *field, const struct who *who, unsigned int element)
{
	u64 value = 0;

	switch (field->source) {
	case VALUE:
		return field->value;
	case FUNCTION:
		return field->get(who, element);
	case RUN:
		sm_run_read(who->vcpu, field->id, &value);
		return value;
	case VCPU:
		if (field->value >= offsetof(struct sm_vcpu, host))
			return *(u64 *)place(field, who, 0);
		break;
	}
	memcpy(&value, place(field, who, element), 1 << SIZE_CODE(field->id));
	return value;
}

static void put(const struct field *field, const struct who *who, u64 value)
{
	if (field->get == get_cpuid_supervisor_ve) {
		who->vcpu->cpuid_ve = (who->vcpu->cpuid_ve & 2) | value;
	} else if (field->get == get_cpuid_user_ve) {
		who->vcpu->cpuid_ve = (who->vcpu->cpuid_ve & 1) | value << 1;
	} else {
		/* Members of struct sm_vcpu_host are u64, whatever size the ABI's field has. */
		bool is_wide = field->source == VCPU &&
			       field->value >= offsetof(struct sm_vcpu, host);

		memcpy(place(field, who, 0), &value, is_wide ? 8 : 1 << SIZE_CODE(field->id));
	}
}

/* Class CPUID_VALUES: leaf and subleaf are part of the field code. */
#define CPUID_CLASS		0x14ULL
#define CPUID_NO_SUBLEAF	BIT(8)

static bool is_cpuid(enum sm_context context, u64 id)
{
	return context == SM_CONTEXT_TD && (id & TDX_MD_CLASS_MASK) >> 56 == CPUID_CLASS;
}

static u64 read_cpuid(const struct who *who, u64 id, u64 *ret_value, u64 *ret_next)
{
	u32 code = id & TDX_MD_FIELD_MASK, *regs;
	u32 leaf = (code >> 9 & 0x7f) | (code & BIT(16) ? 0x80000000 : 0);
	u32 subleaf = code & CPUID_NO_SUBLEAF ? TDX_CPUID_NO_SUBLEAF : code >> 1 & 0x7f;
	int i;

	if (code >> 17 || ((code & CPUID_NO_SUBLEAF) && (code >> 1 & 0x7f) != 0x7f))
		return TDX_METADATA_FIELD_ID_INCORRECT;
	i = sm_cpuid_index(leaf, subleaf);
	if (i < 0)
		return TDX_METADATA_FIELD_NOT_READABLE;
	regs = who->td->tdcs->cpuid[i];
	*ret_value = code & 1 ? regs[2] | (u64)regs[3] << 32 : regs[0] | (u64)regs[1] << 32;
	if (!(code & 1))
		*ret_next = tdx_md_td_cpuid(leaf, subleaf, 1);
	else if (sm_cpuid_leaf(i + 1, &leaf, &subleaf))
		*ret_next = tdx_md_td_cpuid(leaf, subleaf, 0);
	return TDX_SUCCESS;
}

u64 sm_metadata_read(enum sm_side side, enum sm_context context, struct sm_td *td,
		     struct sm_vcpu *vcpu, u64 id, u64 *ret_value, u64 *ret_next)
{
	struct who who = { .td = td, .vcpu = vcpu };
	const struct field *field;
	unsigned int element;
	u64 next = NO_FIELD, mask, status = TDX_SUCCESS;

	*ret_value = 0;
	if ((id | TDX_MD_CONTEXT_MASK) == NO_FIELD) {
		next = next_field(context, NULL, 0, side, &who);
		status = TDX_METADATA_FIRST_FIELD_ID_IN_CONTEXT;
	} else if (id & RESERVED) {
		status = TDX_METADATA_FIELD_ID_INCORRECT;
	} else if (is_cpuid(context, id)) {
		status = side == SM_SIDE_HOST ? read_cpuid(&who, id, ret_value, &next) :
						TDX_METADATA_FIELD_NOT_READABLE;
	} else {
		field = find(context, id, &element);
		mask = field ? readable(field, side, &who) : 0;
		if (mask) {
			*ret_value = get(field, &who, element) & mask;
			next = next_field(context, field, element, side, &who);
		} else if (field) {
			status = TDX_METADATA_FIELD_NOT_READABLE;
		} else if (context != SM_CONTEXT_VP || side != SM_SIDE_HOST ||
			   !sm_td_is_debug(td->tdcs) || !sm_run_read(vcpu, id, ret_value)) {
			status = TDX_METADATA_FIELD_ID_INCORRECT;
		}
	}
	if (ret_next)
		*ret_next = next;
	return status;
}

u64 sm_metadata_write(enum sm_side side, enum sm_context context, struct sm_td *td,
		      struct sm_vcpu *vcpu, u64 id, u64 value, u64 mask, u64 *ret_old)
{
	struct who who = { .td = td, .vcpu = vcpu };
	const struct field *field;
	unsigned int element;
	u64 old, writable, status;

	*ret_old = 0;
	if (id & RESERVED)
		return TDX_METADATA_FIELD_ID_INCORRECT;
	if (is_cpuid(context, id))
		return TDX_METADATA_FIELD_NOT_WRITABLE;
	field = find(context, id, &element);
	if (!field) {
		/* The rest are registers of a vCPU, which the host may write in a debug TD. */
		if (context != SM_CONTEXT_VP || side != SM_SIDE_HOST ||
		    !sm_td_is_debug(td->tdcs) || !sm_run_read(vcpu, id, &old))
			return TDX_METADATA_FIELD_ID_INCORRECT;
		*ret_old = old;
		return sm_run_write(vcpu, id, (old & ~mask) | (value & mask)) ? TDX_SUCCESS :
			TDX_METADATA_FIELD_VALUE_NOT_VALID;
	}

	writable = side == SM_SIDE_HOST ? field->host_write : field->guest_write;
	if (!(writable & mask))
		return TDX_METADATA_FIELD_NOT_WRITABLE;
	old = get(field, &who, element);
	/*
	 * Bits that cannot be written must keep their values.  In a field that was never
	 * written, which has no value yet, they must be 0.
	 */
	if (old != NO_FIELD && ((old ^ value) & mask & ~writable))
		return TDX_METADATA_FIELD_VALUE_NOT_VALID;
	if (old == NO_FIELD && field->check && (value & mask & ~writable))
		return TDX_METADATA_FIELD_VALUE_NOT_VALID;
	mask &= writable;
	value = (old == NO_FIELD ? 0 : old & ~mask) | (value & mask);
	status = field->check ? field->check(&who, value) : 0;
	if (status)
		return status;
	put(field, &who, value);
	*ret_old = old & (side == SM_SIDE_HOST ? field->host_read : field->guest_read);
	return TDX_SUCCESS;
}

/* TDSYSINFO of TDH.SYS.INFO. */
void sm_sys_info_fill(u8 *info)
{
	const u32 vendor = 0x8086, build_date = 0x20260101, nr_configs = SM_NR_CPUID_CONFIGS;
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
