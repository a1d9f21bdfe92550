// SPDX-License-Identifier: GPL-2.0-only
/*
 * SYS leaves: initialise the module, describe it, shut it down.
 */

#include "leaves.h"

#define INFO_BYTES	1024
/* Alignment of the lists of CMRs and of TDMRs, and of a TDMR_INFO. */
#define TABLE_ALIGN	512

int sm_core_load(u16 first_hkid, u16 nr_hkids)
{
	memset(&sm_sys, 0, sizeof(sm_sys));
	memset(&sm_injection, 0, sizeof(sm_injection));
	sm_kot_load(first_hkid, nr_hkids);
	sm_sys.nr_packages = sm_platform_nr_packages();
	sm_sys.nr_cmrs = sm_platform_cmrs(sm_sys.cmrs, SM_MAX_CMRS);
	if (!sm_platform_random(sm_sys.report_key, sizeof(sm_sys.report_key)))
		return -EAGAIN;
	return 0;
}

static u64 lock_sys(struct sm_call *call)
{
	return sm_call_lock(call, &sm_sys.lock, SM_EXCLUSIVE, TDX_SYS_BUSY);
}

SM_HANDLER(sys_init)
{
	u64 status = lock_sys(call);

	if (status)
		return status;
	if (call->in.rcx)
		return TDX_OPERAND_INVALID | SM_RCX;
	if (sm_sys.state != SM_SYS_INIT_PENDING)
		return TDX_SYS_INIT_NOT_PENDING;
	WRITE_ONCE(sm_sys.state, SM_SYS_INIT_DONE);
	return TDX_SUCCESS;
}

#define MSR_TSC_ADJUST		0x3b
#define MSR_MISC_ENABLE		0x1a0
#define MISC_ENABLE_LIMIT_CPUID	BIT_ULL(22)

static u64 read_msr(u32 msr)
{
	u64 value;

	return sm_platform_msr(msr, &value) ? value : 0;
}

u64 sm_check_misc_enable(unsigned int lp)
{
	u64 value;

	if (!sm_sys.is_strict)
		return 0;
	value = read_msr(MSR_MISC_ENABLE);
	if (value & MISC_ENABLE_LIMIT_CPUID)
		return TDX_LIMIT_CPUID_MAXVAL_SET;
	return value == sm_sys.lp_msrs[lp].misc_enable ? 0 :
	       TDX_INCORRECT_MSR_VALUE | MSR_MISC_ENABLE;
}

u64 sm_check_tsc_adjust(unsigned int lp)
{
	return !sm_sys.is_strict || read_msr(MSR_TSC_ADJUST) == sm_sys.lp_msrs[lp].tsc_adjust ? 0 :
	       TDX_INCONSISTENT_MSR | MSR_TSC_ADJUST;
}

SM_HANDLER(sys_lp_init)
{
	u64 status = sm_call_lock(call, &sm_sys.lock, SM_SHARED, TDX_SYS_BUSY);

	if (status)
		return status;
	if (sm_sys.state != SM_SYS_INIT_DONE)
		return TDX_SYS_LP_INIT_NOT_PENDING;
	if (call->lp >= SM_MAX_LPS)
		return TDX_INVALID_PKG_ID;
	if (test_and_set_bit(call->lp, sm_sys.lps))
		return TDX_SYS_LP_INIT_DONE;
	sm_sys.lp_msrs[call->lp].tsc_adjust = read_msr(MSR_TSC_ADJUST);
	sm_sys.lp_msrs[call->lp].misc_enable = read_msr(MSR_MISC_ENABLE);
	return TDX_SUCCESS;
}

SM_HANDLER(sys_info)
{
	const struct tdx_module_args *in = &call->in;
	u64 cmrs[SM_MAX_CMRS][2] = {};
	u8 info[INFO_BYTES] = {};
	unsigned int i;
	u64 status;

	status = sm_host_operand(in->rcx, INFO_BYTES, SM_RCX);
	if (!status && in->rdx < INFO_BYTES)
		status = TDX_OPERAND_INVALID | SM_RDX;
	if (!status)
		status = sm_host_operand(in->r8, TABLE_ALIGN, SM_R8);
	if (!status && in->r9 < SM_MAX_CMRS)
		status = TDX_OPERAND_INVALID | SM_R9;
	if (status)
		return status;

	sm_sys_info_fill(info);
	for (i = 0; i < sm_sys.nr_cmrs; i++) {
		cmrs[i][0] = sm_sys.cmrs[i].base;
		cmrs[i][1] = sm_sys.cmrs[i].size;
	}
	if (!sm_platform_write_host(in->rcx, info, INFO_BYTES))
		return TDX_OPERAND_INVALID | SM_RCX;
	if (!sm_platform_write_host(in->r8, cmrs, sizeof(cmrs)))
		return TDX_OPERAND_INVALID | SM_R8;
	call->out->rdx = INFO_BYTES;
	call->out->r9 = SM_MAX_CMRS;
	return TDX_SUCCESS;
}

SM_HANDLER(sys_rd)
{
	return sm_metadata_read(SM_SIDE_HOST, SM_CONTEXT_SYS, NULL, NULL, call->in.rdx,
				&call->out->r8, &call->out->rdx);
}

SM_HANDLER(sys_rdall)
{
	u64 status = sm_host_operand(call->in.rdx, SM_PAGE_SIZE, SM_RDX), *page;

	if (status)
		return status;
	page = sm_platform_host_va(call->in.rdx);
	if (!page)
		return TDX_OPERAND_INVALID | SM_RDX;
	return sm_metadata_list(SM_SIDE_HOST, call->in.r8, page, &call->out->r8);
}

/* The host's TDMR_INFO structures; too large for the stack.  sm_sys.lock protects them. */
static struct sm_tdmr_info tdmr_infos[SM_MAX_TDMRS];

/* Read the TDMR_INFO that entry @n of the host's array points to, and check it. */
static u64 configure_tdmr(u64 array, unsigned int n)
{
	u64 pa;

	if (!sm_platform_read_host(&pa, array + n * sizeof(pa), sizeof(pa)) ||
	    sm_host_operand(pa, TABLE_ALIGN, 0) ||
	    !sm_platform_read_host(&tdmr_infos[n], pa, sizeof(tdmr_infos[n])))
		return TDX_OPERAND_INVALID | SM_RCX;
	return sm_tdmr_configure(tdmr_infos, n);
}

/* The list of usable memory: whole pages, ascending, without overlap. */
static bool cmrs_are_valid(void)
{
	u64 end = 0;
	unsigned int i;

	for (i = 0; i < sm_sys.nr_cmrs; i++) {
		const struct sm_range *cmr = &sm_sys.cmrs[i];

		if (!IS_ALIGNED(cmr->base | cmr->size, SM_PAGE_SIZE) || cmr->base < end)
			return false;
		end = cmr->base + cmr->size;
	}
	return true;
}

SM_HANDLER(sys_config)
{
	const struct tdx_module_args *in = &call->in;
	u64 status = lock_sys(call);
	unsigned int n;

	if (status)
		return status;
	if (sm_sys.state != SM_SYS_INIT_DONE || !sm_platform_all_lps_in(sm_sys.lps))
		return TDX_SYS_CONFIG_NOT_PENDING;
	if (!cmrs_are_valid())
		return TDX_CMR_LIST_INVALID;
	status = sm_host_operand(in->rcx, TABLE_ALIGN, SM_RCX);
	if (!status && (!in->rdx || in->rdx > SM_MAX_TDMRS))
		status = TDX_OPERAND_INVALID | SM_RDX;
	if (!status && !sm_kot_is_private(in->r8))
		status = TDX_OPERAND_INVALID | SM_R8;
	if (status)
		return status;

	/* The KeyID stays reserved also if a TDMR is refused. */
	sm_kot_reserve(in->r8);
	for (n = 0; n < in->rdx && !status; n++)
		status = configure_tdmr(in->rcx, n);
	if (status)
		return status;
	sm_sys.nr_tdmrs = in->rdx;
	WRITE_ONCE(sm_sys.state, SM_SYS_CONFIG_DONE);
	return TDX_SUCCESS;
}

SM_HANDLER(sys_key_config)
{
	u64 status = lock_sys(call), bit = BIT_ULL(sm_platform_package());

	if (status)
		return status;
	if (sm_sys.state != SM_SYS_CONFIG_DONE)
		return TDX_SYS_KEY_CONFIG_NOT_PENDING;
	if (sm_sys.keyed_packages & bit)
		return TDX_KEY_CONFIGURED;
	status = sm_key_make(call);
	if (status)
		return status;
	sm_sys.keyed_packages |= bit;
	if (hweight64(sm_sys.keyed_packages) == sm_sys.nr_packages)
		WRITE_ONCE(sm_sys.state, SM_SYS_READY);
	return TDX_SUCCESS;
}

SM_HANDLER(sys_lp_shutdown)
{
	return TDX_SUCCESS;
}

SM_HANDLER(sys_shutdown)
{
	u64 status = lock_sys(call);

	if (status)
		return status;
	/* RCX must be the handoff version that softmod has (MODULE_HV), which is 0. */
	if (call->in.rcx)
		return TDX_OPERAND_INVALID | SM_RCX;
	WRITE_ONCE(sm_sys.state, SM_SYS_SHUTDOWN);
	return TDX_SUCCESS;
}

/* After it, another kernel can load and initialise the module again. */
SM_HANDLER(sys_disable)
{
	u64 status = lock_sys(call);

	if (!status)
		WRITE_ONCE(sm_sys.state, SM_SYS_SHUTDOWN);
	return status;
}

/* Takes over the TDs of the module that ran before, if it left them: softmod never did. */
SM_HANDLER(sys_update)
{
	u64 status = lock_sys(call);

	if (status)
		return status;
	if (sm_sys.state != SM_SYS_INIT_DONE || !sm_platform_all_lps_in(sm_sys.lps))
		return TDX_SYS_STATE_INCORRECT;
	return TDX_SYS_INVALID_HANDOFF;
}
