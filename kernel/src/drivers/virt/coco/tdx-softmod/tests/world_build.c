// SPDX-License-Identifier: GPL-2.0-only
/* What the host does to make TDs and vCPUs, for all tests. */
#include "world.h"

void world_default_params(struct tdx_td_params *p)
{
	memset(p, 0, sizeof(*p));
	p->attributes = TDX_ATTR_SEPT_VE_DISABLE;
	p->xfam = 0x7;
	p->max_vcpus = 4;
	p->eptp_controls = 6 | 3 << 3;
	p->config_flags = TDX_CONFIG_NO_RBP_MOD;
	p->tsc_frequency = 100;
	memset(p->mrconfigid, 0x11, 48);
	memset(p->mrowner, 0x22, 48);
	memset(p->mrownerconfig, 0x33, 48);
}

bool world_on_packages(unsigned int leaf, u64 rcx)
{
	unsigned int lp = world_lp;
	u64 status = 0;

	for (world_lp = 0; world_lp < world_nr_packages && !status; world_lp++) {
		struct tdx_module_args args = { .rcx = rcx };

		status = world_call(leaf, 0, &args);
	}
	world_lp = lp;
	return !status;
}

bool world_make_td(unsigned int first, u16 hkid)
{
	unsigned int i;

	if (CALL(MNG_CREATE, .rcx = PAGE(first), .rdx = hkid) ||
	    !world_on_packages(TDH_MNG_KEY_CONFIG, PAGE(first)))
		return false;
	for (i = 0; i < SM_NR_TDCS_PAGES; i++) {
		if (CALL(MNG_ADDCX, .rcx = PAGE(first + 1 + i), .rdx = PAGE(first)))
			return false;
	}
	world_default_params(world_memory(PARAMS));
	return !CALL(MNG_INIT, .rcx = PAGE(first), .rdx = PARAMS);
}

bool world_make_vcpu(unsigned int tdr, unsigned int first, u32 x2apic_id)
{
	unsigned int i;

	if (CALL(VP_CREATE, .rcx = PAGE(first), .rdx = PAGE(tdr)))
		return false;
	for (i = 1; i < SM_NR_TDVPS_PAGES; i++) {
		if (CALL(VP_ADDCX, .rcx = PAGE(first + i), .rdx = PAGE(first)))
			return false;
	}
	return !CALL_V(VP_INIT, 1, .rcx = PAGE(first), .r8 = x2apic_id);
}

bool world_make_tables(unsigned int tdr, unsigned int first)
{
	unsigned int level;

	for (level = 3; level; level--) {
		if (CALL(MEM_SEPT_ADD, .rcx = level, .rdx = PAGE(tdr),
			 .r8 = PAGE(first + 3 - level)))
			return false;
	}
	return true;
}

void world_fill(phys_addr_t pa, u64 pattern)
{
	u8 *page = world_memory(pa);
	unsigned int i;

	for (i = 0; i < 4096; i++)
		page[i] = (u8)(pattern + i * 7 + (i >> 8));
}
