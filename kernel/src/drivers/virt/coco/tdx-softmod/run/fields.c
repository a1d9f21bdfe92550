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

struct vmcs_field {
	u16 encoding;
	u16 offset;
	u8 size;
};

#define FIELD(encoding, member)	{ encoding, offsetof(struct vmcb_save_area, member), \
				  sizeof_field(struct vmcb_save_area, member) }
#define SEGMENT(selector_encoding, limit_encoding, base_encoding, name)	\
	FIELD(selector_encoding, name.selector),			\
	FIELD(limit_encoding, name.limit),				\
	FIELD(base_encoding, name.base)

/* Fields of a VMCS for which the VMCB has a counterpart, by VMCS encoding. */
static const struct vmcs_field vmcs_fields[] = {
	SEGMENT(0x0800, 0x4800, 0x6806, es),
	SEGMENT(0x0802, 0x4802, 0x6808, cs),
	SEGMENT(0x0804, 0x4804, 0x680a, ss),
	SEGMENT(0x0806, 0x4806, 0x680c, ds),
	SEGMENT(0x0808, 0x4808, 0x680e, fs),
	SEGMENT(0x080a, 0x480a, 0x6810, gs),
	SEGMENT(0x080c, 0x480c, 0x6812, ldtr),
	SEGMENT(0x080e, 0x480e, 0x6814, tr),
	FIELD(0x4810, gdtr.limit),
	FIELD(0x6816, gdtr.base),
	FIELD(0x4812, idtr.limit),
	FIELD(0x6818, idtr.base),
	FIELD(0x2804, g_pat),
	FIELD(0x6800, cr0),
	FIELD(0x6802, cr3),
	FIELD(0x6804, cr4),
	FIELD(0x681a, dr7),
	FIELD(0x681e, rip),
	FIELD(0x6820, rflags),
};

#define ENCODING_RSP		0x681c
#define ENCODING_EFER		0x2806

static void *vmcs_field(struct sm_vcpu *vcpu, u32 code, u8 *ret_size)
{
	struct sm_run *run = sm_run(vcpu);
	unsigned int i;

	*ret_size = sizeof(u64);
	if (code == ENCODING_RSP)
		return &run->regs[SM_GPR_RSP];
	for (i = 0; i < ARRAY_SIZE(vmcs_fields); i++) {
		if (vmcs_fields[i].encoding == code) {
			*ret_size = vmcs_fields[i].size;
			return (void *)&run->vmcb->save + vmcs_fields[i].offset;
		}
	}
	return NULL;
}

/* Where the field is in memory; NULL if there is no such field that can be written. */
static void *field_at(struct sm_vcpu *vcpu, u64 field, u8 *ret_size)
{
	u32 class = (field & TDX_MD_CLASS_MASK) >> CLASS_SHIFT;
	u32 code = field & TDX_MD_FIELD_MASK;

	if (class == CLASS_VMCS)
		return vmcs_field(vcpu, code, ret_size);
	if (class == CLASS_GPR && code < SM_NR_GPRS) {
		*ret_size = sizeof(u64);
		return &sm_run(vcpu)->regs[code];
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
	const void *at;
	u8 size;

	*ret_value = 0;
	if (is_field(field, TDX_MD_VP_STATE_DETAILS)) {
		if (sm_apic_is_deliverable(vcpu))
			*ret_value = TDX_VP_STATE_DETAILS_INTR_PENDING;
		return true;
	}
	if (is_field(field, TDX_MD_VP_VMCS64(ENCODING_EFER))) {
		*ret_value = sm_run(vcpu)->efer;
		return true;
	}
	at = field_at(vcpu, field, &size);
	if (!at)
		return false;
	memcpy(ret_value, at, size);
	return true;
}

bool sm_run_write(struct sm_vcpu *vcpu, u64 field, u64 value)
{
	void *at;
	u8 size;

	at = field_at(vcpu, field, &size);
	if (!at)
		return false;
	memcpy(at, &value, size);
	return true;
}
