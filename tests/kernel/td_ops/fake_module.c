// SPDX-License-Identifier: GPL-2.0-only
/* A TDX module that answers as the test says, and counts the calls of each leaf. */
#include "test.h"

struct fake_module module;

static u64 answer(enum tdx_host_leaf leaf)
{
	module.nr_calls[leaf]++;
	return module.status[leaf];
}

bool tdx_copies_shared_root(void)
{
	return module.copies_shared_root;
}

const struct tdx_sys_info *tdx_get_sys_info(void)
{
	static const struct tdx_sys_info sys = {
		.tdcs_base_size = 6 * 4096, .tdvps_base_size = 6 * 4096, .max_vcpus_per_td = 8,
	};

	return &sys;
}

u64 tdh_vp_wr(phys_addr_t tdvpr, u64 field, u64 value, u64 mask)
{
	return answer(TDH_VP_WR);
}

u64 tdh_vp_enter(phys_addr_t tdvpr, struct tdx_module_args *args)
{
	return answer(TDH_VP_ENTER);
}

u64 tdh_vp_flush(phys_addr_t tdvpr)
{
	return answer(TDH_VP_FLUSH);
}

u64 tdh_mng_create(phys_addr_t tdr, u16 hkid)
{
	return answer(TDH_MNG_CREATE);
}

u64 tdh_mng_key_config(phys_addr_t tdr)
{
	return answer(TDH_MNG_KEY_CONFIG);
}

u64 tdh_mng_addcx(phys_addr_t tdr, phys_addr_t page)
{
	return answer(TDH_MNG_ADDCX);
}

u64 tdh_mng_init(phys_addr_t tdr, phys_addr_t td_params, u64 *ret_rcx)
{
	return answer(TDH_MNG_INIT);
}

u64 tdh_mng_rd(phys_addr_t tdr, u64 field, u64 *ret_value)
{
	*ret_value = 0;
	return answer(TDH_MNG_RD);
}

/* Pages have addresses, but no memory. */
phys_addr_t td_alloc_page(void)
{
	return 0x1000;
}

void td_free_page(phys_addr_t page)
{
}

/* No vCPU was initialised, so the TDX module has no page of one. */
void td_reclaim_page(phys_addr_t page)
{
	BUG_ON(page);
}
