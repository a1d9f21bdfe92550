// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measurement: MRTD while the host builds the TD, RTMRs while the guest runs.
 */

#include "entry.h"
#include "leaves.h"

#define BLOCK		128
#define CHUNK		256

/* Measure that the leaf @what was applied to @gpa. */
static void measure(struct sm_tdcs *tdcs, const char *what, u64 gpa)
{
	u8 block[BLOCK] = {};

	memcpy(block, what, strlen(what));
	memcpy(block + 16, &gpa, sizeof(gpa));
	sm_platform_sha384_update(&tdcs->mrtd_stream, block, sizeof(block));
}

void sm_mr_page_add(struct sm_tdcs *tdcs, u64 gpa)
{
	measure(tdcs, "MEM.PAGE.ADD", gpa);
}

SM_HANDLER(mr_extend)
{
	u64 gpa = call->in.rcx, status;
	void *content;

	if (!IS_ALIGNED(gpa, CHUNK) || gpa >= SM_SHARED_BIT)
		return TDX_OPERAND_INVALID | SM_RCX;
	status = sm_mem_find_content(call, gpa, &content);
	if (status)
		return status;
	measure(call->tdcs, "MR.EXTEND", gpa);
	sm_platform_sha384_update(&call->tdcs->mrtd_stream, content, CHUNK);
	return TDX_SUCCESS;
}

SM_HANDLER(mr_finalize)
{
	struct sm_tdcs *tdcs = call->tdcs;

	if (!tdcs->nr_vcpus)
		return TDX_NO_VCPUS;
	sm_platform_sha384_final(&tdcs->mrtd_stream, tdcs->mrtd);
	tdcs->op_state = SM_OP_RUNNABLE;
	return TDX_SUCCESS;
}

u64 sm_rtmr_extend(struct sm_vcpu *vcpu, unsigned int index, const u8 data[SM_SHA384_SIZE])
{
	struct sm_tdcs *tdcs = vcpu->tdcs;
	struct sm_sha384 sha;

	if (!sm_try_lock(&tdcs->rtmr_lock, SM_EXCLUSIVE))
		return TDX_OPERAND_BUSY | TDX_OPERAND_ID_RTMR;
	sm_platform_sha384_init(&sha);
	sm_platform_sha384_update(&sha, tdcs->rtmr[index], SM_SHA384_SIZE);
	sm_platform_sha384_update(&sha, data, SM_SHA384_SIZE);
	sm_platform_sha384_final(&sha, tdcs->rtmr[index]);
	sm_unlock(&tdcs->rtmr_lock, SM_EXCLUSIVE);
	return TDX_SUCCESS;
}
