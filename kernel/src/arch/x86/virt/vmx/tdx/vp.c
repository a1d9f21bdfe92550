// SPDX-License-Identifier: GPL-2.0-only
/* SEAMCALLs about a vCPU. */

#include <linux/export.h>

#include <asm/asm.h>

#include "seamcall.h"

/* Version 1 of the leaf has the x2APIC ID as an operand. */
#define VP_INIT_V1	(TDH_VP_INIT | 1ULL << TDX_LEAF_VERSION_SHIFT)

u64 tdh_vp_create(phys_addr_t tdr, phys_addr_t tdvpr)
{
	struct tdx_module_args args = { .rcx = tdvpr, .rdx = tdr };

	return tdx_call_giving(TDH_VP_CREATE, &args, tdvpr, TDX_PS_4K);
}
EXPORT_SYMBOL_GPL(tdh_vp_create);

u64 tdh_vp_addcx(phys_addr_t tdvpr, phys_addr_t page)
{
	struct tdx_module_args args = { .rcx = page, .rdx = tdvpr };

	return tdx_call_giving(TDH_VP_ADDCX, &args, page, TDX_PS_4K);
}
EXPORT_SYMBOL_GPL(tdh_vp_addcx);

u64 tdh_vp_init(phys_addr_t tdvpr, u64 initial_rcx, u32 x2apic_id)
{
	struct tdx_module_args args = { .rcx = tdvpr, .rdx = initial_rcx, .r8 = x2apic_id };

	return tdx_call(VP_INIT_V1, &args);
}
EXPORT_SYMBOL_GPL(tdh_vp_init);

u64 tdh_vp_rd(phys_addr_t tdvpr, u64 field, u64 *ret_value)
{
	struct tdx_module_args args = { .rcx = tdvpr, .rdx = field };
	u64 status = tdx_call(TDH_VP_RD, &args);

	*ret_value = args.r8;
	return status;
}
EXPORT_SYMBOL_GPL(tdh_vp_rd);

u64 tdh_vp_wr(phys_addr_t tdvpr, u64 field, u64 value, u64 mask)
{
	struct tdx_module_args args = { .rcx = tdvpr, .rdx = field, .r8 = value, .r9 = mask };

	return tdx_call(TDH_VP_WR, &args);
}
EXPORT_SYMBOL_GPL(tdh_vp_wr);

u64 tdh_vp_flush(phys_addr_t tdvpr)
{
	struct tdx_module_args args = { .rcx = tdvpr };

	return tdx_call(TDH_VP_FLUSH, &args);
}
EXPORT_SYMBOL_GPL(tdh_vp_flush);

/*
 * Module 1.5.05 returns RBP = 0 at TD exits other than by TDG.VP.VMCALL, also for a TD that has
 * NO_RBP_MOD.  __seamcall_saved_ret() saves RBP only in kernels with frame pointers.
 */
noinstr u64 tdh_vp_enter(phys_addr_t tdvpr, struct tdx_module_args *args)
{
	u64 status, fn = TDH_VP_ENTER;

	args->rcx = tdvpr;
	asm volatile("push %%rbp\n\t"
		     "call %c[seamcall]\n\t"
		     "pop %%rbp"
		     : "=a" (status), "+D" (fn), "+S" (args), ASM_CALL_CONSTRAINT
		     : [seamcall] "i" (static_call(tdx_seamcall))
		     : "rcx", "rdx", "r8", "r9", "r10", "r11", "cc", "memory");
	return status;
}
EXPORT_SYMBOL_GPL(tdh_vp_enter);
