// SPDX-License-Identifier: GPL-2.0-only
/* The host that starts the module, and notes which status codes the leaves return. */
#include "machine.h"

struct coverage *coverage;

u64 world_call(unsigned int leaf, unsigned int version, struct tdx_module_args *args)
{
	u64 status = sm_seamcall(leaf | (u64)version << TDX_LEAF_VERSION_SHIFT, args);

	if (leaf < SM_NR_LEAVES)
		coverage->seen[leaf][tdx_status_class(status) & 31][status >> 32 & 255] = 1;
	return status;
}

void world_on_lps(unsigned int leaf, u64 rcx)
{
	unsigned int lp = world_lp;

	for (world_lp = 0; world_lp < NR_LPS; world_lp++) {
		struct tdx_module_args args = { .rcx = rcx };

		world_call(leaf, 0, &args);
	}
	world_lp = lp;
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
		info[0] = RAM_BASE + i * GIB;
		info[1] = GIB;
		/* Address and size of the PAMT for 1G pages, for 2M pages, for 4K pages. */
		info[2] = HOST + i * (8ULL << 20);
		info[3] = 4096;
		info[4] = info[2] + 4096;
		info[5] = 8192;
		info[6] = info[2] + (1ULL << 20);
		info[7] = 4ULL << 20;
	}
	/* A reserved area: the last MiB of the first TDMR. */
	((u64 *)world_memory(BUF + 0x1000))[8] = GIB - (1ULL << 20);
	((u64 *)world_memory(BUF + 0x1000))[9] = 1ULL << 20;
}

bool world_init_tdmr(void)
{
	struct tdx_module_args args;

	do {
		args = (struct tdx_module_args){ .rcx = RAM_BASE };
		if (world_call(TDH_SYS_TDMR_INIT, 0, &args))
			return false;
	} while (args.rdx < RAM_BASE + GIB);
	return true;
}

bool world_boot(void)
{
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
	return world_init_tdmr();
}
