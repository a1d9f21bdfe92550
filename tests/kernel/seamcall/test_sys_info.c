// SPDX-License-Identifier: GPL-2.0-only
/* Reads the metadata of a module of version 1.5.05, and of modules that must be refused. */

#include "test.h"

struct field {
	u64 id;
	u64 value;
};

static const struct field module_1505[] = {
	{ 0x0800000100000004, 1 },
	{ 0x0800000100000003, 5 },
	{ 0x0800000100000005, 5 },
	{ 0x0a00000300000008, 1ULL << 20 | 1ULL << 18 | 0xf8 },
	{ 0x9800000100000000, 0x1000 },
	{ 0x9800000100000100, 0x6000 },
	{ 0x9800000100000200, 0x6000 },
	{ 0x1900000300000000, 0x8000000078000001 },
	{ 0x1900000300000001, 0 },
	{ 0x1900000300000002, 0x6dbe7 },
	{ 0x1900000300000003, 3 },
	{ 0x9900000100000008, 576 },
	{ 0x9900000100000004, 2 },
	{ 0x9900000300000400, 0xffffffff00000001 },
	{ 0x9900000300000500, 0x00ff00000fff3fff },
	{ 0x9900000300000501, 0xb8440000031044d8 },
	{ 0x9900000300000401, 0x0000000300000004 },
	{ 0x9900000300000502, 0xfffff000ffffc3ff },
	{ 0x9900000300000503, 0x00000007ffffffff },
};

/* A field that has this value and not that of module_1505. */
static struct field odd;
/* The call that fails, 0: none; calls so far. */
static unsigned int fail_at, calls;

static u64 serve(u64 fn, struct tdx_module_args *args)
{
	calls++;
	args->r8 = 0;
	if (fn != TDH_SYS_RD || calls == fail_at)
		return TDX_OPERAND_INVALID | TDX_OPERAND_ID_RDX;
	if (args->rdx == odd.id) {
		args->r8 = odd.value;
		return TDX_SUCCESS;
	}
	for (size_t i = 0; i < ARRAY_SIZE(module_1505); i++) {
		if (module_1505[i].id == args->rdx) {
			args->r8 = module_1505[i].value;
			return TDX_SUCCESS;
		}
	}
	return TDX_METADATA_FIELD_ID_INCORRECT;
}

static int read_with(u64 id, u64 value)
{
	odd = (struct field){ id, value };
	fail_at = 0;
	calls = 0;
	answer_with(serve);
	return tdx_read_sys_info();
}

static bool all_of_1505(void)
{
	const struct tdx_sys_info *sys;

	ASSERT(read_with(0, 0) == 0);
	set_enabled(false);
	ASSERT(!tdx_get_sys_info());
	set_enabled(true);
	sys = tdx_get_sys_info();
	ASSERT(sys->major_version == 1 && sys->minor_version == 5 && sys->update_version == 5);
	ASSERT(sys->features0 == module_1505[3].value);
	ASSERT(tdx_nr_tdcs_pages(sys) == 6);
	ASSERT(tdx_nr_tdvps_pages(sys) == 5);
	ASSERT(sys->attributes_fixed0 == 0x8000000078000001 && !sys->attributes_fixed1);
	ASSERT(sys->xfam_fixed0 == 0x6dbe7 && sys->xfam_fixed1 == 3);
	ASSERT(sys->max_vcpus_per_td == 576);
	ASSERT(sys->nr_cpuid_configs == 2);
	ASSERT(sys->cpuid_configs[0].leaf == 1);
	ASSERT(sys->cpuid_configs[0].sub_leaf == TDX_CPUID_NO_SUBLEAF);
	ASSERT(sys->cpuid_configs[0].mask.eax == 0x0fff3fff);
	ASSERT(sys->cpuid_configs[0].mask.ebx == 0x00ff0000);
	ASSERT(sys->cpuid_configs[0].mask.ecx == 0x031044d8);
	ASSERT(sys->cpuid_configs[0].mask.edx == 0xb8440000);
	ASSERT(sys->cpuid_configs[1].leaf == 4);
	ASSERT(sys->cpuid_configs[1].sub_leaf == 3);
	ASSERT(sys->cpuid_configs[1].mask.edx == 7);
	return true;
}

static bool an_error_at_any_field(void)
{
	unsigned int nr;

	ASSERT(read_with(0, 0) == 0);
	nr = calls;
	ASSERT(nr == ARRAY_SIZE(module_1505));
	for (unsigned int i = 1; i <= nr; i++) {
		odd = (struct field){};
		fail_at = i;
		calls = 0;
		ASSERT(tdx_read_sys_info() == -EIO);
		ASSERT(calls == i);
	}
	return true;
}

static bool modules_that_are_refused(void)
{
	/* A module without the feature NO_RBP_MOD */
	ASSERT(read_with(0x0a00000300000008, ~(1ULL << 18)) == -EOPNOTSUPP);
	/* Sizes of the TDR, TDCS and TDVPS that are not whole pages */
	ASSERT(read_with(0x9800000100000000, 0) == -EOPNOTSUPP);
	ASSERT(read_with(0x9800000100000100, 0x6001) == -EOPNOTSUPP);
	ASSERT(read_with(0x9800000100000200, 0x800) == -EOPNOTSUPP);
	/* One more CPUID configuration than there is room for */
	ASSERT(read_with(0x9900000100000004, TDX_MAX_CPUID_CONFIGS + 1) == -EOPNOTSUPP);
	ASSERT(read_with(0x9900000100000004, 0xffff) == -EOPNOTSUPP);
	/* No CPUID configuration at all: accepted */
	ASSERT(read_with(0x9900000100000004, 0) == 0);
	return true;
}

static bool field_identifiers(void)
{
	ASSERT(tdx_md_size(0x0800000200000000) == 4);
	ASSERT(tdx_md_size(TDX_MD_SYS_FEATURES0) == 8);
	ASSERT(tdx_md_size(TDX_MD_TD_TOPOLOGY_ENUM_CONFIGURED) == 1);
	/* Leaf 4, subleaf 3, ECX and EDX; a leaf without subleaves; an extended leaf. */
	ASSERT(tdx_md_td_cpuid(4, 3, 1) == (0x9410000300000000 | 4 << 9 | 3 << 1 | 1));
	ASSERT(tdx_md_td_cpuid(1, TDX_CPUID_NO_SUBLEAF, 0) == (0x9410000300000000 | 1 << 9 | 0x1fe));
	ASSERT(tdx_md_td_cpuid(0x80000008, TDX_CPUID_NO_SUBLEAF, 0) ==
	       (0x9410000300000000 | 1 << 16 | 8 << 9 | 0x1fe));
	return true;
}

_Static_assert(sizeof(struct tdx_td_params) == 1024, "TD_PARAMS");
_Static_assert(offsetof(struct tdx_td_params, mrconfigid) == 0x50, "TD_PARAMS");
_Static_assert(offsetof(struct tdx_td_params, arch_capabilities) == 0xe0, "TD_PARAMS");
_Static_assert(offsetof(struct tdx_td_params, cpuid_values) == 0x100, "TD_PARAMS");

const struct test sys_info_tests[] = {
	{ "seamcall.sys-info.all-of-1505", all_of_1505 },
	{ "seamcall.sys-info.an-error-at-any-field", an_error_at_any_field },
	{ "seamcall.sys-info.modules-that-are-refused", modules_that_are_refused },
	{ "seamcall.field-identifiers", field_identifiers },
	{}
};
