// SPDX-License-Identifier: GPL-2.0-only
/* Takes the place of softmod's run/ in user space: a guest is a function of the test. */
#include "machine.h"

u64 (*world_guest)(struct sm_vcpu *vcpu, struct tdx_module_args *args);

u64 sm_run_seamcall(u64 fn, struct tdx_module_args *args)
{
	return sm_seamcall(fn, args);
}

u64 sm_run_init(struct sm_vcpu *vcpu, u64 rcx)
{
	return TDX_SUCCESS;
}

u64 sm_run_enter(struct sm_vcpu *vcpu, struct tdx_module_args *args)
{
	vcpu->flush_tlb = false;
	/* 77 is the exit reason of a TDVMCALL. */
	return world_guest ? world_guest(vcpu, args) : 77;
}

void sm_run_flush(struct sm_vcpu *vcpu)
{
}

/* The fields of a vCPU that can be read: VCPU_STATE_DETAILS and, in a debug TD, RIP. */
#define GUEST_RIP 0x681e

bool sm_run_read(struct sm_vcpu *vcpu, u64 field, u64 *ret_value)
{
	if (field == TDX_MD_VP_STATE_DETAILS) {
		*ret_value = 0;
		return true;
	}
	if ((field & 0xffffff) != GUEST_RIP)
		return false;
	memcpy(ret_value, vcpu->run_bytes, sizeof(*ret_value));
	return true;
}

bool sm_run_write(struct sm_vcpu *vcpu, u64 field, u64 value)
{
	if ((field & 0xffffff) != GUEST_RIP)
		return false;
	memcpy(vcpu->run_bytes, &value, sizeof(value));
	return true;
}
