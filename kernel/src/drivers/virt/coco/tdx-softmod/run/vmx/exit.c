// SPDX-License-Identifier: GPL-2.0-only
/*
 * VM exits: the exit record.
 */
#include "../run.h"
#include "insn.h"

#define BASIC_REASON		0xffff

bool sm_vmx_exit(struct sm_vcpu *vcpu)
{
	const u64 gla_bits = EPT_VIOLATION_GVA_IS_VALID | EPT_VIOLATION_GVA_TRANSLATED;
	struct sm_run *run = sm_run(vcpu);
	const struct sm_vmx_vcpu *vmx = &run->vmx;
	struct sm_vmexit *exit = &run->vmexit;

	exit->reason = vmx->reason & BASIC_REASON;
	if (vmx->reason & VMX_EXIT_REASONS_FAILED_VMENTRY) {
		if (exit->reason != EXIT_REASON_MCE_DURING_VMENTRY)
			exit->reason = EXIT_REASON_INVALID_STATE;
		return true;
	}
	exit->qualification = vmx->qualification;
	switch (exit->reason) {
	case EXIT_REASON_EXCEPTION_NMI:
	case EXIT_REASON_EXTERNAL_INTERRUPT:
		exit->event = vmx->event;
		break;
	case EXIT_REASON_EPT_VIOLATION:
		exit->has_gla = (vmx->qualification & gla_bits) == gla_bits;
		if (exit->has_gla)
			exit->gla = sm_vmread(GUEST_LINEAR_ADDRESS);
		fallthrough;
	case EXIT_REASON_EPT_MISCONFIG:
		exit->gpa = sm_vmread(GUEST_PHYSICAL_ADDRESS);
		break;
	default:
		exit->length = sm_vmread(VM_EXIT_INSTRUCTION_LEN);
	}
	return true;
}
