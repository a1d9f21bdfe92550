// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest of a recorded sequence: TDCALLs and accesses to memory.  Does what tdcall.c and
 * memory.c in softmod's run/ do with the answers of the core.
 */
#include "replay.h"

#define EPT_VIOLATION	48
#define EXT_PENDING	6

/* What sm_handle_fault() of run/memory.c makes of the fault. */
static enum replay_access fault_exit(struct sm_vcpu *vcpu, const struct sm_fault *fault,
				     unsigned int access, struct replay_answer *ret)
{
	*ret = (struct replay_answer){ .status = EPT_VIOLATION };
	switch (fault->kind) {
	case SM_FAULT_NONE:
		return REPLAY_OK;
	case SM_FAULT_PENDING:
		if (sm_td_has_pending_ve(vcpu->tdcs))
			return REPLAY_VE;
		ret->regs[0] = access;
		ret->regs[1] = EXT_PENDING;
		break;
	case SM_FAULT_EXIT:
		ret->regs[0] = fault->qualification;
		ret->regs[1] = fault->ext_qualification;
		break;
	default:
		ret->status = TDX_OPERAND_BUSY;
	}
	ret->regs[2] = fault->gpa & ~0xfffULL;
	return REPLAY_EXIT;
}

enum replay_access replay_access(struct sm_vcpu *vcpu, u64 gpa, unsigned int access,
				 struct replay_answer *ret)
{
	struct sm_fault fault = {};

	sm_sept_fault(vcpu, gpa, access, &fault);
	return fault_exit(vcpu, &fault, access, ret);
}

static u64 rtmr_extend(struct sm_vcpu *vcpu, u64 gpa, u64 index, struct sm_fault *fault)
{
	u8 data[SM_SHA384_SIZE];
	const void *va;

	if (gpa & SM_SHARED_BIT || gpa >> SM_GPAW || !IS_ALIGNED(gpa, 64))
		return TDX_OPERAND_INVALID | TDX_OPERAND_ID_RCX;
	va = sm_gpa_map(vcpu, gpa, sizeof(data), false, fault);
	if (!va)
		return 0;
	if (index > 3)
		return TDX_OPERAND_INVALID | TDX_OPERAND_ID_RDX;
	memcpy(data, va, sizeof(data));
	return sm_rtmr_extend(vcpu, index, data);
}

static void access_field(struct sm_vcpu *vcpu, unsigned int leaf, unsigned int version,
			 const u64 in[4], struct replay_answer *ret)
{
	enum sm_context context = leaf <= 8 ? SM_CONTEXT_TD : SM_CONTEXT_VP;
	u64 next = ~0ULL;

	ret->regs[2] = 0;
	if (in[0])
		ret->status = TDX_OPERAND_INVALID | TDX_OPERAND_ID_RCX;
	else if (leaf == 8 || leaf == 10)
		ret->status = sm_metadata_write(SM_SIDE_GUEST, context, vcpu->td, vcpu, in[1],
						in[2], in[3], &ret->regs[2]);
	else
		ret->status = sm_metadata_read(SM_SIDE_GUEST, context, vcpu->td, vcpu, in[1],
					       &ret->regs[2], leaf == 9 || version ? &next : NULL);
	if (leaf == 9 || (leaf == 7 && version))
		ret->regs[1] = next;
}

bool replay_tdcall(struct sm_vcpu *vcpu, unsigned int leaf, unsigned int version, const u64 in[4],
		   struct replay_answer *ret)
{
	unsigned int access = leaf == 6 ? SM_ACCESS_WRITE : SM_ACCESS_READ;
	struct sm_fault fault = {};

	ret->regs[0] = in[0];
	ret->regs[1] = in[1];
	ret->regs[2] = in[2];
	switch (leaf) {
	case 2:
		ret->status = rtmr_extend(vcpu, in[0], in[1], &fault);
		break;
	case 6:
		ret->status = sm_sept_accept(vcpu, in[0], &fault);
		break;
	case 7 ... 10:
		access_field(vcpu, leaf, version, in, ret);
		break;
	case 23:
		ret->status = sm_sept_attr_read(vcpu, in[0], &ret->regs[0], &ret->regs[1], &fault);
		break;
	}
	return fault.kind != SM_FAULT_NONE &&
	       fault_exit(vcpu, &fault, access, ret) == REPLAY_EXIT;
}
