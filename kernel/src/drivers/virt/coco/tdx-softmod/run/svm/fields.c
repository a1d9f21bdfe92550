// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fields of the guest's state that are in the VMCB only.
 */
#include "../run.h"

struct vmcb_field {
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

/* By VMCS encoding. */
static const struct vmcb_field fields[] = {
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
	FIELD(0x681a, dr7),
};

static void *field_at(struct sm_vcpu *vcpu, u32 encoding, u8 *ret_size)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		if (fields[i].encoding == encoding) {
			*ret_size = fields[i].size;
			return (void *)&sm_run(vcpu)->svm.vmcb->save + fields[i].offset;
		}
	}
	return NULL;
}

bool sm_svm_read_field(struct sm_vcpu *vcpu, u32 encoding, u64 *ret_value)
{
	u8 size;
	const void *at = field_at(vcpu, encoding, &size);

	if (!at)
		return false;
	memcpy(ret_value, at, size);
	return true;
}

bool sm_svm_write_field(struct sm_vcpu *vcpu, u32 encoding, u64 value)
{
	u8 size;
	void *at = field_at(vcpu, encoding, &size);

	if (!at)
		return false;
	memcpy(at, &value, size);
	return true;
}
