// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads the instruction that caused an exit, to find its opcode and its length.  Not each
 * CPU, and not each kind of exit, reports these.
 *
 * The guest may change the bytes meanwhile.  They are copied and only the copy is used, so
 * at worst it is another instruction that the guest itself has put there.
 */
#include <linux/mm.h>

#include "run.h"

/* Copy @size bytes at @gva, but none beyond the end of its page.  Returns how many; or 0. */
static unsigned int read_code(struct sm_vcpu *vcpu, u64 gva, u8 *to, unsigned int size)
{
	unsigned int in_page = min_t(unsigned int, size, PAGE_SIZE - offset_in_page(gva));
	struct sm_fault fault;
	const void *code;
	u64 gpa;

	if (!sm_walk(vcpu, gva, &gpa))
		return 0;
	code = sm_gpa_map(vcpu, gpa, in_page, false, &fault);
	if (!code)
		return 0;
	memcpy(to, code, in_page);
	return in_page;
}

static u64 linear_rip(struct sm_vcpu *vcpu)
{
	const struct sm_guest *guest = sm_guest(vcpu);

	if (sm_is_64bit(vcpu))
		return guest->rip;
	return (u32)(guest->cs_base + guest->rip);
}

/* If @byte is a prefix, note it in @insn and return true. */
static bool take_prefix(struct sm_vcpu *vcpu, struct sm_insn *insn, u8 byte)
{
	switch (byte) {
	case 0x66:
		insn->has_66 = true;
		break;
	case 0xf2:
	case 0xf3:
		insn->has_rep = true;
		break;
	case 0x26:
	case 0x2e:
	case 0x36:
	case 0x3e:
	case 0x64:
	case 0x65:
	case 0x67:
	case 0xf0:
		break;
	case 0x40 ... 0x4f:
		if (!sm_is_64bit(vcpu))
			return false;
		insn->rex = byte;
		return true;
	default:
		return false;
	}
	/* REX counts only right before the opcode. */
	insn->rex = 0;
	return true;
}

bool sm_insn_fetch(struct sm_vcpu *vcpu, unsigned int more, struct sm_insn *insn)
{
	u64 gva = linear_rip(vcpu);
	unsigned int nr;

	memset(insn, 0, sizeof(*insn));
	insn->nr_bytes = read_code(vcpu, gva, insn->bytes, sizeof(insn->bytes));
	if (!insn->nr_bytes)
		return false;

	for (;;) {
		while (insn->opcode < insn->nr_bytes &&
		       take_prefix(vcpu, insn, insn->bytes[insn->opcode]))
			insn->opcode++;
		if (insn->opcode + more < insn->nr_bytes)
			return true;
		if (insn->nr_bytes == sizeof(insn->bytes))
			return false;
		/* The instruction goes on in the next page. */
		nr = read_code(vcpu, gva + insn->nr_bytes, insn->bytes + insn->nr_bytes,
			       sizeof(insn->bytes) - insn->nr_bytes);
		if (!nr)
			return false;
		insn->nr_bytes += nr;
	}
}

unsigned int sm_insn_match(const struct sm_insn *insn, const u8 *opcode, unsigned int nr)
{
	if (insn->opcode + nr > insn->nr_bytes || memcmp(insn->bytes + insn->opcode, opcode, nr))
		return 0;
	return insn->opcode + nr;
}

void sm_insn_skip(struct sm_vcpu *vcpu, unsigned int length)
{
	struct sm_guest *guest = sm_guest(vcpu);

	guest->rip += length;
	if (!sm_is_64bit(vcpu))
		guest->rip = (u32)guest->rip;
	guest->rflags &= ~X86_EFLAGS_RF;
	guest->in_shadow = false;
	if (guest->rflags & X86_EFLAGS_TF)
		sm_world->single_step(vcpu);
}
