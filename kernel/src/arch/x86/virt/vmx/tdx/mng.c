// SPDX-License-Identifier: GPL-2.0-only
/* SEAMCALLs about a TD: its life cycle, metadata and measurement. */

#include <linux/export.h>

#include "seamcall.h"

u64 tdh_mng_create(phys_addr_t tdr, u16 hkid)
{
	struct tdx_module_args args = { .rcx = tdr, .rdx = hkid };

	return tdx_call_giving(TDH_MNG_CREATE, &args, tdr, TDX_PS_4K);
}
EXPORT_SYMBOL_GPL(tdh_mng_create);

u64 tdh_mng_key_config(phys_addr_t tdr)
{
	struct tdx_module_args args = { .rcx = tdr };

	return tdx_call(TDH_MNG_KEY_CONFIG, &args);
}
EXPORT_SYMBOL_GPL(tdh_mng_key_config);

u64 tdh_mng_addcx(phys_addr_t tdr, phys_addr_t page)
{
	struct tdx_module_args args = { .rcx = page, .rdx = tdr };

	return tdx_call_giving(TDH_MNG_ADDCX, &args, page, TDX_PS_4K);
}
EXPORT_SYMBOL_GPL(tdh_mng_addcx);

u64 tdh_mng_init(phys_addr_t tdr, phys_addr_t td_params, u64 *ret_rcx)
{
	struct tdx_module_args args = { .rcx = tdr, .rdx = td_params };
	u64 status = tdx_call(TDH_MNG_INIT, &args);

	*ret_rcx = args.rcx;
	return status;
}
EXPORT_SYMBOL_GPL(tdh_mng_init);

u64 tdh_mng_rd(phys_addr_t tdr, u64 field, u64 *ret_value)
{
	struct tdx_module_args args = { .rcx = tdr, .rdx = field };
	u64 status = tdx_call(TDH_MNG_RD, &args);

	*ret_value = args.r8;
	return status;
}
EXPORT_SYMBOL_GPL(tdh_mng_rd);

u64 tdh_mng_vpflushdone(phys_addr_t tdr)
{
	struct tdx_module_args args = { .rcx = tdr };

	return tdx_call(TDH_MNG_VPFLUSHDONE, &args);
}
EXPORT_SYMBOL_GPL(tdh_mng_vpflushdone);

u64 tdh_mng_key_freeid(phys_addr_t tdr)
{
	struct tdx_module_args args = { .rcx = tdr };

	return tdx_call(TDH_MNG_KEY_FREEID, &args);
}
EXPORT_SYMBOL_GPL(tdh_mng_key_freeid);

u64 tdh_mr_extend(phys_addr_t tdr, u64 gpa, struct tdx_sept_info *ret_sept)
{
	struct tdx_module_args args = { .rcx = gpa, .rdx = tdr };
	u64 status = tdx_call(TDH_MR_EXTEND, &args);

	if (ret_sept)
		*ret_sept = (struct tdx_sept_info){ .entry = args.rcx, .info = args.rdx };
	return status;
}
EXPORT_SYMBOL_GPL(tdh_mr_extend);

u64 tdh_mr_finalize(phys_addr_t tdr)
{
	struct tdx_module_args args = { .rcx = tdr };

	return tdx_call(TDH_MR_FINALIZE, &args);
}
EXPORT_SYMBOL_GPL(tdh_mr_finalize);
