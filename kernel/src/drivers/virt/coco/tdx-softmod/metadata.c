// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads and writes metadata fields: of the module, of a TD, of a vCPU.  Tables say where each
 * value is, and which of its bits host and guest may read and write.
 */

#include "metadata.h"

/* Bits that must be 0 in an identifier that names one element. */
#define RESERVED	(GENMASK_ULL(31, 24) | GENMASK_ULL(37, 34) | GENMASK_ULL(46, 38) | \
			 GENMASK_ULL(49, 47) | BIT_ULL(55) | BIT_ULL(62))
#define KEY_MASK	(TDX_MD_CLASS_MASK | TDX_MD_FIELD_MASK)
#define SIZE_CODE(id)	(((id) & TDX_MD_ELEMENT_SIZE_MASK) >> 32)
#define CLASS_OF(id)	(((id) & TDX_MD_CLASS_MASK) >> 56)

static const struct fields *const contexts[] = {
	[SM_CONTEXT_SYS] = &sm_sys_fields,
	[SM_CONTEXT_TD] = &sm_td_fields,
	[SM_CONTEXT_VP] = &sm_vp_fields,
};

/* Find a field by class and field code of @id; the other bits do not matter. */
static const struct field *find(enum sm_context context, u64 id, unsigned int *ret_element)
{
	unsigned int i;

	for (i = 0; i < contexts[context]->nr; i++) {
		const struct field *field = &contexts[context]->fields[i];
		u64 distance = (id & KEY_MASK) - (field->id & KEY_MASK);

		if (distance < field->nr_elements) {
			*ret_element = distance;
			return field;
		}
	}
	return NULL;
}

/*
 * The guest's state of a vCPU.  It exists in every TD, but only the host of a debug TD may see
 * it; the run loop has what there is of it on this CPU.
 */
#define CLASS_VMCS	0
#define CLASS_GPR	0x10
#define NR_GPRS		16

/* Encodings of VMCS fields, which are even, from the first to the last of each group. */
static const struct {
	u16 first, last;
} vmcs_groups[] = {
	{ 0x0000, 0x0004 }, { 0x0800, 0x0812 }, { 0x0c00, 0x0c0c }, { 0x2000, 0x204c },
	{ 0x2400, 0x2400 }, { 0x2800, 0x281a }, { 0x4000, 0x4026 }, { 0x4400, 0x440e },
	{ 0x4800, 0x482e }, { 0x6000, 0x600e }, { 0x6400, 0x640a }, { 0x6800, 0x682c },
};

static bool is_guest_state(enum sm_context context, u64 id)
{
	u32 code = id & TDX_MD_FIELD_MASK;
	unsigned int i;

	if (context != SM_CONTEXT_VP)
		return false;
	if (CLASS_OF(id) == CLASS_GPR)
		return code < NR_GPRS;
	for (i = 0; CLASS_OF(id) == CLASS_VMCS && !(code & 1) && i < ARRAY_SIZE(vmcs_groups); i++) {
		if (code >= vmcs_groups[i].first && code <= vmcs_groups[i].last)
			return true;
	}
	return false;
}

static bool sees_guest_state(enum sm_side side, const struct who *who)
{
	return side == SM_SIDE_HOST && sm_td_is_debug(who->td->tdcs);
}

/* Bits that @side may read; 0 if it may not read the field. */
static u64 readable(const struct field *field, enum sm_side side, const struct who *who)
{
	if (side == SM_SIDE_GUEST)
		return field->guest_read;
	return field->host_read |
	       (field->debug_read && sm_td_is_debug(who->td->tdcs) ? field->debug_read : 0);
}

/* Identifier of the @i-th CPUID leaf's first element; NO_FIELD after the last one. */
static u64 cpuid_field(unsigned int i)
{
	u32 leaf, subleaf;

	return sm_cpuid_leaf(i, &leaf, &subleaf) ? tdx_md_td_cpuid(leaf, subleaf, 0) : NO_FIELD;
}

/* The first field after @field that @side may read; @field can be NULL. */
static u64 next_field(enum sm_context context, const struct field *field, enum sm_side side,
		      const struct who *who)
{
	const struct field *end = contexts[context]->fields + contexts[context]->nr;

	for (field = field ? field + 1 : contexts[context]->fields; field < end; field++) {
		if (readable(field, side, who))
			return field->source == CPUID ? cpuid_field(0) : field->id;
	}
	return NO_FIELD;
}

static void *place(const struct field *field, const struct who *who, unsigned int element)
{
	void *base = field->source == TD ? (void *)who->td :
		     field->source == TDCS ? (void *)who->td->tdcs :
		     field->source == VCPU ? (void *)who->vcpu : (void *)&who->vcpu->host;

	return base + field->value + (element << SIZE_CODE(field->id));
}

static unsigned int size(const struct field *field)
{
	return field->source == HOST ? sizeof(u64) : 1U << SIZE_CODE(field->id);
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
	}
	memcpy(&value, place(field, who, element), size(field));
	return value;
}

static void put(const struct field *field, const struct who *who, unsigned int element, u64 value)
{
	if (field->put)
		field->put(who, value);
	else
		memcpy(place(field, who, element), &value, size(field));
}

#define CPUID_NO_SUBLEAF	BIT(8)

/* Leaves that the module knows and does not answer. */
static bool is_faulting(u32 leaf)
{
	return leaf == 6 || leaf == 0x80000006;
}

/* *@ret_next is NO_FIELD if this is the last of the CPUID values. */
static u64 read_cpuid(const struct who *who, u32 code, u64 *ret_value, u64 *ret_next)
{
	u32 leaf = (code >> 9 & 0x7f) | (code & BIT(16) ? 0x80000000 : 0), *regs;
	u32 subleaf = code & CPUID_NO_SUBLEAF ? TDX_CPUID_NO_SUBLEAF : code >> 1 & 0x7f;
	int i;

	if ((code & CPUID_NO_SUBLEAF) && (code >> 1 & 0x7f) != 0x7f)
		return TDX_METADATA_FIELD_ID_INCORRECT;
	if (is_faulting(leaf))
		return TDX_METADATA_FIELD_NOT_READABLE;
	/* A leaf without subleaves is found without the bit that says so, too. */
	i = sm_cpuid_index(leaf, subleaf);
	if (i < 0)
		i = sm_cpuid_index(leaf, TDX_CPUID_NO_SUBLEAF);
	if (i < 0)
		return TDX_METADATA_FIELD_ID_INCORRECT;
	regs = who->td->tdcs->cpuid[i];
	*ret_value = code & 1 ? regs[2] | (u64)regs[3] << 32 : regs[0] | (u64)regs[1] << 32;
	*ret_next = code & 1 ? cpuid_field(i + 1) : cpuid_field(i) | 1;
	return TDX_SUCCESS;
}

static u64 read_field(enum sm_side side, enum sm_context context, const struct who *who, u64 id,
		      u64 *ret_value, u64 *ret_next)
{
	const struct field *field;
	unsigned int element;
	u64 mask, status;

	if (id & RESERVED)
		return TDX_METADATA_FIELD_ID_INCORRECT;
	field = find(context, id, &element);
	if (!field) {
		if (!is_guest_state(context, id))
			return TDX_METADATA_FIELD_ID_INCORRECT;
		return sees_guest_state(side, who) && sm_run_read(who->vcpu, id, ret_value) ?
		       TDX_SUCCESS : TDX_METADATA_FIELD_NOT_READABLE;
	}
	mask = readable(field, side, who);
	if (!mask)
		return TDX_METADATA_FIELD_NOT_READABLE;
	if (field->source == CPUID) {
		status = read_cpuid(who, element, ret_value, ret_next);
		if (status)
			return status;
	} else {
		*ret_value = get(field, who, element) & mask;
		if (element + 1 < field->nr_elements)
			*ret_next = field->id + element + 1;
	}
	if (*ret_next == NO_FIELD)
		*ret_next = next_field(context, field, side, who);
	return TDX_SUCCESS;
}

u64 sm_metadata_read(enum sm_side side, enum sm_context context, struct sm_td *td,
		     struct sm_vcpu *vcpu, u64 id, u64 *ret_value, u64 *ret_next)
{
	const struct who who = { .td = td, .vcpu = vcpu };
	u64 next = NO_FIELD, status;

	*ret_value = 0;
	if (ret_next && (id | TDX_MD_CONTEXT_MASK) == NO_FIELD) {
		next = next_field(context, NULL, side, &who);
		status = TDX_METADATA_FIRST_FIELD_ID_IN_CONTEXT;
	} else {
		status = read_field(side, context, &who, id, ret_value, &next);
	}
	if (ret_next)
		*ret_next = next;
	return status;
}

#define LAST_IN_SEQUENCE_SHIFT	38
#define NR_SEQUENCES_SHIFT	16

u64 sm_metadata_list(enum sm_side side, u64 first, u64 *page, u64 *ret_next)
{
	const enum sm_context context = SM_CONTEXT_SYS;
	const struct who who = {};
	const struct field *field;
	unsigned int element, nr, i, at = 1;
	u64 id = first, sequences = 0;

	if ((id | TDX_MD_CONTEXT_MASK) == NO_FIELD)
		id = next_field(context, NULL, side, &who);
	for (; id != NO_FIELD; id = next_field(context, field, side, &who), sequences++) {
		field = id & RESERVED ? NULL : find(context, id, &element);
		if (!field)
			return TDX_METADATA_FIELD_ID_INCORRECT;
		if (!readable(field, side, &who))
			return TDX_METADATA_FIELD_NOT_READABLE;
		nr = field->nr_elements - element;
		if (at + 1 + nr > SM_PAGE_SIZE / sizeof(*page))
			break;
		page[at++] = (field->id + element) | (u64)(nr - 1) << LAST_IN_SEQUENCE_SHIFT;
		for (i = 0; i < nr; i++)
			page[at++] = get(field, &who, element + i);
	}
	page[0] = at * sizeof(*page) | sequences << NR_SEQUENCES_SHIFT;
	*ret_next = id;
	return TDX_SUCCESS;
}

/* Write guest state: all of it, to the host of a debug TD. */
static u64 write_guest_state(enum sm_side side, const struct who *who, u64 id, u64 value, u64 mask,
			     u64 *ret_old)
{
	u64 old;

	if (!sees_guest_state(side, who) || !sm_run_read(who->vcpu, id, &old))
		return TDX_METADATA_FIELD_NOT_WRITABLE;
	*ret_old = old;
	return sm_run_write(who->vcpu, id, (old & ~mask) | (value & mask)) ? TDX_SUCCESS :
	       TDX_METADATA_FIELD_VALUE_NOT_VALID;
}

u64 sm_metadata_write(enum sm_side side, enum sm_context context, struct sm_td *td,
		      struct sm_vcpu *vcpu, u64 id, u64 value, u64 mask, u64 *ret_old)
{
	const struct who who = { .td = td, .vcpu = vcpu };
	const struct field *field;
	unsigned int element;
	u64 old, writable, status;

	*ret_old = 0;
	if (id & RESERVED)
		return TDX_METADATA_FIELD_ID_INCORRECT;
	field = find(context, id, &element);
	if (!field)
		return is_guest_state(context, id) ?
		       write_guest_state(side, &who, id, value, mask, ret_old) :
		       TDX_METADATA_FIELD_ID_INCORRECT;

	writable = side == SM_SIDE_HOST ? field->host_write : field->guest_write;
	if (!(writable & mask))
		return TDX_METADATA_FIELD_NOT_WRITABLE;
	if (field->whole && mask != ALL)
		return TDX_METADATA_WR_MASK_NOT_VALID;
	old = get(field, &who, element);
	/*
	 * Bits that cannot be written must keep their values.  In a field that was never
	 * written, which has no value yet, they must be 0.
	 */
	if (((old == NO_FIELD ? 0 : old) ^ value) & mask & ~writable)
		return TDX_METADATA_FIELD_VALUE_NOT_VALID;
	mask &= writable;
	value = (old == NO_FIELD ? 0 : old & ~mask) | (value & mask);
	status = field->check ? field->check(&who, value) : 0;
	if (status)
		return status;
	put(field, &who, element, value);
	*ret_old = old & readable(field, side, &who);
	return TDX_SUCCESS;
}
