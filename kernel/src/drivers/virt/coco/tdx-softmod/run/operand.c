// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds the linear address that an instruction accesses.
 *
 * A guest that gets #VE for MMIO needs this address: Linux refuses MMIO at user-space
 * addresses.  VMX reports it with the exit, but a nested page fault on AMD-V reports the
 * guest-physical address only, so the instruction is decoded here.
 */
#include <linux/mm.h>

#include <asm/insn.h>

#include "run.h"

/* Values of fields of ModRM and SIB that do not name a register. */
#define RM_HAS_SIB		4
#define RM_IS_RIP		5
#define SIB_NO_INDEX		4
#define SIB_NO_BASE		5

#define PREFIX_FS		0x64
#define PREFIX_GS		0x65

static bool decode(struct sm_vcpu *vcpu, struct insn *ret_insn)
{
	struct sm_insn fetched;
	unsigned int more;
	int ret;

	/* Read byte by byte: only an instruction that crosses a page needs the next page. */
	for (more = 0; more < sizeof(fetched.bytes); more++) {
		if (!sm_insn_fetch(vcpu, more, &fetched))
			return false;
		ret = insn_decode(ret_insn, fetched.bytes, fetched.nr_bytes, INSN_MODE_64);
		if (ret != -ENODATA)
			return !ret;
	}
	return false;
}

static u64 segment_base(struct sm_vcpu *vcpu, struct insn *insn)
{
	const struct sm_guest *guest = sm_guest(vcpu);
	u64 base = 0;
	int i;

	/* Other segments have base 0 in 64-bit mode; the last prefix of the two counts. */
	for (i = 0; i < insn->prefixes.nbytes; i++) {
		if (insn->prefixes.bytes[i] == PREFIX_FS)
			base = guest->fs_base;
		else if (insn->prefixes.bytes[i] == PREFIX_GS)
			base = guest->gs_base;
	}
	return base;
}

static u64 sib_address(const u64 *regs, const struct insn *insn)
{
	u8 sib = insn->sib.value, rex = insn->rex_prefix.value;
	unsigned int index = X86_SIB_INDEX(sib) | (X86_REX_X(rex) ? 8 : 0);
	unsigned int base = X86_SIB_BASE(sib);
	u64 address = 0;

	if (base != SIB_NO_BASE || X86_MODRM_MOD(insn->modrm.value))
		address = regs[base | (X86_REX_B(rex) ? 8 : 0)];
	if (index != SIB_NO_INDEX)
		address += regs[index] << X86_SIB_SCALE(sib);
	return address;
}

static u64 modrm_address(struct sm_vcpu *vcpu, const struct insn *insn)
{
	const u64 *regs = sm_run(vcpu)->regs;
	u8 modrm = insn->modrm.value;
	unsigned int rm = X86_MODRM_RM(modrm);
	u64 address;

	if (rm == RM_HAS_SIB)
		address = sib_address(regs, insn);
	else if (rm == RM_IS_RIP && !X86_MODRM_MOD(modrm))
		address = sm_guest(vcpu)->rip + insn->length;
	else
		address = regs[rm | (X86_REX_B(insn->rex_prefix.value) ? 8 : 0)];
	return address + (s64)insn->displacement.value;
}

/* MOV between AL or (E/R)AX and an absolute address that is part of the instruction. */
static bool is_moffs(const struct insn *insn)
{
	return insn->opcode.nbytes == 1 && (insn->opcode.bytes[0] & 0xfc) == 0xa0;
}

u64 sm_operand_address(struct sm_vcpu *vcpu, u64 gpa)
{
	struct insn insn;
	u64 address;

	if (!sm_is_64bit(vcpu) || !decode(vcpu, &insn))
		return 0;
	if (is_moffs(&insn))
		address = (u32)insn.moffset1.value | (u64)insn.moffset2.value << 32;
	else if (insn.modrm.nbytes && X86_MODRM_MOD(insn.modrm.value) != 3)
		address = modrm_address(vcpu, &insn);
	else
		return 0;
	if (insn.addr_bytes == 4)
		address = (u32)address;
	address += segment_base(vcpu, &insn);
	/*
	 * If the offset in the page differs, @gpa was accessed by another operand, or the
	 * guest has changed the instruction meanwhile.
	 */
	return offset_in_page(address) == offset_in_page(gpa) ? address : 0;
}
