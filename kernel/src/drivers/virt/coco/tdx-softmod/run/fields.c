// SPDX-License-Identifier: GPL-2.0-only
/*
 * TDH.VP.RD and TDH.VP.WR of fields that live in the run state.  The core has decided
 * already that the caller may access the field; guest state only in a debug TD.
 */
#include "run.h"

/* Metadata classes of a vCPU. */
#define CLASS_VMCS		0
#define CLASS_GPR		16

#define CLASS_SHIFT		56

#define FIELD(encoding, member)	{ encoding, offsetof(struct sm_guest, member) }

/* Fields of a VMCS that struct sm_guest has, each a u64, by VMCS encoding. */
static const struct {
	u16 encoding;
	u16 offset;
} guest_fields[] = {
	FIELD(0x2804, pat),
	FIELD(0x6800, cr0),
	FIELD(0x6802, cr3),
	FIELD(0x6804, cr4),
	FIELD(0x681e, rip),
	FIELD(0x6820, rflags),
};

#define ENCODING_RSP		0x681c
#define ENCODING_EFER		0x2806

static u32 class_of(u64 field)
{
	return (field & TDX_MD_CLASS_MASK) >> CLASS_SHIFT;
}

/* Where the field is in struct sm_run; NULL if it is not there. */
static u64 *field_at(struct sm_vcpu *vcpu, u64 field)
{
	struct sm_run *run = sm_run(vcpu);
	u32 code = field & TDX_MD_FIELD_MASK;
	unsigned int i;

	if (class_of(field) == CLASS_GPR)
		return code < SM_NR_GPRS ? &run->regs[code] : NULL;
	if (class_of(field) != CLASS_VMCS)
		return NULL;
	if (code == ENCODING_RSP)
		return &run->regs[SM_GPR_RSP];
	for (i = 0; i < ARRAY_SIZE(guest_fields); i++) {
		if (guest_fields[i].encoding == code)
			return (void *)&run->guest + guest_fields[i].offset;
	}
	return NULL;
}

static bool is_field(u64 field, u64 id)
{
	const u64 mask = TDX_MD_CLASS_MASK | TDX_MD_FIELD_MASK;

	return (field & mask) == (id & mask);
}

bool sm_run_read(struct sm_vcpu *vcpu, u64 field, u64 *ret_value)
{
	const u64 *at;

	*ret_value = 0;
	if (is_field(field, TDX_MD_VP_STATE_DETAILS)) {
		if (sm_apic_is_deliverable(vcpu))
			*ret_value = TDX_VP_STATE_DETAILS_INTR_PENDING;
		return true;
	}
	if (is_field(field, TDX_MD_VP_VMCS64(ENCODING_EFER))) {
		*ret_value = sm_guest(vcpu)->efer;
		return true;
	}
	at = field_at(vcpu, field);
	if (at) {
		*ret_value = *at;
		return true;
	}
	return class_of(field) == CLASS_VMCS &&
	       sm_world->read_field(vcpu, field & TDX_MD_FIELD_MASK, ret_value);
}

bool sm_run_write(struct sm_vcpu *vcpu, u64 field, u64 value)
{
	u64 *at = field_at(vcpu, field);

	if (at) {
		*at = value;
		return true;
	}
	return class_of(field) == CLASS_VMCS &&
	       sm_world->write_field(vcpu, field & TDX_MD_FIELD_MASK, value);
}
