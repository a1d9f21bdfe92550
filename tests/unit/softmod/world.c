// SPDX-License-Identifier: GPL-2.0-only
/* A host, as far as tests need it again and again. */
#include "world.h"

struct coverage *coverage;

u64 world_call(unsigned int leaf, unsigned int version, struct tdx_module_args *args)
{
	u64 status = sm_seamcall(leaf | (u64)version << TDX_LEAF_VERSION_SHIFT, args);

	if (leaf < SM_NR_LEAVES)
		coverage->seen[leaf][tdx_status_class(status) & 31][status >> 32 & 255] = 1;
	return status;
}

bool world_saw(unsigned int leaf, u64 code)
{
	return coverage->seen[leaf][tdx_status_class(code) & 31][code >> 32 & 255];
}

void world_write_tdmrs(void)
{
	u64 *array = world_memory(BUF);
	unsigned int i;

	for (i = 0; i < 2; i++) {
		u64 *info = world_memory(BUF + 0x1000 + i * 512);

		memset(info, 0, 512);
		array[i] = BUF + 0x1000 + i * 512;
		info[0] = (i + 1) * GIB;
		info[1] = GIB;
		/* 1G, 2M, 4K */
		info[2] = HOST + i * (8ULL << 20);
		info[3] = 4096;
		info[4] = info[2] + 4096;
		info[5] = 8192;
		info[6] = info[2] + (1ULL << 20);
		info[7] = 4ULL << 20;
	}
	((u64 *)world_memory(BUF + 0x1000))[8] = GIB - (1ULL << 20);
	((u64 *)world_memory(BUF + 0x1000))[9] = 1ULL << 20;
}

void world_write_params(struct tdx_td_params *p)
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
	memcpy(world_memory(PARAMS), p, sizeof(*p));
}

bool world_boot(void)
{
	struct tdx_module_args args;

	world_write_tdmrs();
	world_lp = 0;
	if (CALL(SYS_INIT) || CALL(SYS_LP_INIT))
		return false;
	world_lp = 1;
	if (CALL(SYS_LP_INIT) || CALL(SYS_CONFIG, .rcx = BUF, .rdx = 2, .r8 = GLOBAL_HKID) ||
	    CALL(SYS_KEY_CONFIG))
		return false;
	world_lp = 0;
	if (CALL(SYS_KEY_CONFIG))
		return false;
	do {
		args = (struct tdx_module_args){ .rcx = GIB };
		if (world_call(TDH_SYS_TDMR_INIT, 0, &args))
			return false;
	} while (args.rdx < 2 * GIB);
	return true;
}

bool world_make_td(unsigned int first, u16 hkid)
{
	unsigned int i, lp = world_lp;
	struct tdx_td_params params;

	world_write_params(&params);
	if (CALL(MNG_CREATE, .rcx = PAGE(first), .rdx = hkid))
		return false;
	for (world_lp = 0; world_lp < NR_LPS; world_lp++) {
		if (CALL(MNG_KEY_CONFIG, .rcx = PAGE(first)))
			return false;
	}
	world_lp = lp;
	for (i = 0; i < SM_NR_TDCS_PAGES; i++) {
		if (CALL(MNG_ADDCX, .rcx = PAGE(first + 1 + i), .rdx = PAGE(first)))
			return false;
	}
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
		if (CALL(MEM_SEPT_ADD, .rcx = level, .rdx = PAGE(tdr), .r8 = PAGE(first + 3 - level)))
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
