// SPDX-License-Identifier: GPL-2.0-only
/* Reads the module's global metadata that KVM needs, once, when TDX is enabled. */

#define pr_fmt(fmt)	"virt/tdx: " fmt

#include <linux/align.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "seamcall.h"

static struct tdx_sys_info sys_info;

/* Fields that are one number.  The member has the size that the field's identifier says. */
static const struct {
	u64 id;
	size_t offset;
} fields[] = {
#define FIELD(name, member)	{ TDX_MD_SYS_##name, offsetof(struct tdx_sys_info, member) }
	FIELD(MAJOR_VERSION,		major_version),
	FIELD(MINOR_VERSION,		minor_version),
	FIELD(UPDATE_VERSION,		update_version),
	FIELD(FEATURES0,		features0),
	FIELD(TDR_BASE_SIZE,		tdr_base_size),
	FIELD(TDCS_BASE_SIZE,		tdcs_base_size),
	FIELD(TDVPS_BASE_SIZE,		tdvps_base_size),
	FIELD(ATTRIBUTES_FIXED0,	attributes_fixed0),
	FIELD(ATTRIBUTES_FIXED1,	attributes_fixed1),
	FIELD(XFAM_FIXED0,		xfam_fixed0),
	FIELD(XFAM_FIXED1,		xfam_fixed1),
	FIELD(MAX_VCPUS_PER_TD,		max_vcpus_per_td),
	FIELD(NUM_CPUID_CONFIG,		nr_cpuid_configs),
#undef FIELD
};

static int read_field(u64 id, u64 *ret_value)
{
	struct tdx_module_args args = { .rdx = id };
	u64 status = tdx_call(TDH_SYS_RD, &args);

	if (status != TDX_SUCCESS) {
		pr_err("SEAMCALL (0x%016x) failed: 0x%016llx, metadata field 0x%016llx\n",
		       TDH_SYS_RD, status, id);
		return -EIO;
	}
	*ret_value = args.r8;
	return 0;
}

static int read_numbers(struct tdx_sys_info *info)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		u64 value;
		int r;

		r = read_field(fields[i].id, &value);
		if (r)
			return r;
		/* Little endian: the low bytes of value come first. */
		memcpy((void *)info + fields[i].offset, &value, tdx_md_size(fields[i].id));
		if (fields[i].id == TDX_MD_SYS_UPDATE_VERSION)
			pr_info("Module version: %u.%u.%02u\n", info->major_version,
				info->minor_version, info->update_version);
	}
	return 0;
}

static int read_cpuid_config(u16 i, struct tdx_cpuid_config *ret_config)
{
	u64 leaf, eax_ebx, ecx_edx;
	int r;

	r = read_field(TDX_MD_SYS_CPUID_CONFIG_LEAF(i), &leaf);
	if (r)
		return r;
	r = read_field(TDX_MD_SYS_CPUID_CONFIG_VALUE(i, 0), &eax_ebx);
	if (r)
		return r;
	r = read_field(TDX_MD_SYS_CPUID_CONFIG_VALUE(i, 1), &ecx_edx);
	if (r)
		return r;

	*ret_config = (struct tdx_cpuid_config){
		.leaf = lower_32_bits(leaf),
		.sub_leaf = upper_32_bits(leaf),
		.mask = {
			.eax = lower_32_bits(eax_ebx),
			.ebx = upper_32_bits(eax_ebx),
			.ecx = lower_32_bits(ecx_edx),
			.edx = upper_32_bits(ecx_edx),
		},
	};
	return 0;
}

static bool whole_pages(u16 size_bytes)
{
	return size_bytes && IS_ALIGNED(size_bytes, PAGE_SIZE);
}

/* Check here what every user of the metadata relies on, so that no user has to. */
static int check_numbers(const struct tdx_sys_info *info)
{
	/* The kernel calls VP.ENTER from C code, which needs RBP unchanged afterwards. */
	if (!(info->features0 & TDX_FEATURES0_NO_RBP_MOD)) {
		pr_err("initialization failed: the module has no NO_RBP_MOD, update it\n");
		return -EOPNOTSUPP;
	}
	if (info->nr_cpuid_configs > TDX_MAX_CPUID_CONFIGS) {
		pr_err("initialization failed: %u CPUID configurations, at most %u expected\n",
		       info->nr_cpuid_configs, TDX_MAX_CPUID_CONFIGS);
		return -EOPNOTSUPP;
	}
	if (!whole_pages(info->tdr_base_size) || !whole_pages(info->tdcs_base_size) ||
	    !whole_pages(info->tdvps_base_size)) {
		pr_err("initialization failed: not whole pages: TDR %u, TDCS %u, TDVPS %u bytes\n",
		       info->tdr_base_size, info->tdcs_base_size, info->tdvps_base_size);
		return -EOPNOTSUPP;
	}
	return 0;
}

int tdx_read_sys_info(void)
{
	u16 i;
	int r;

	r = read_numbers(&sys_info);
	if (r)
		return r;
	pr_info("Module FEATURES0: 0x%llx\n", sys_info.features0);
	r = check_numbers(&sys_info);
	if (r)
		return r;

	for (i = 0; i < sys_info.nr_cpuid_configs; i++) {
		r = read_cpuid_config(i, &sys_info.cpuid_configs[i]);
		if (r)
			return r;
	}
	return 0;
}

const struct tdx_sys_info *tdx_get_sys_info(void)
{
	return tdx_is_enabled() ? &sys_info : NULL;
}
EXPORT_SYMBOL_GPL(tdx_get_sys_info);
