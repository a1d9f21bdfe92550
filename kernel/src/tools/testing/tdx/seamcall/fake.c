// SPDX-License-Identifier: GPL-2.0-only
#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/smp.h>
#include <linux/spinlock.h>

#include "fake.h"

/* A TDMR takes this many calls of TDMR.INIT. */
#define STEPS_PER_TDMR		3
#define MAX_TDMRS		64

struct tdmr {
	u64 base;
	u64 size;
	u64 pamt_1g_base;
	u64 pamt_1g_size;
	u64 pamt_2m_base;
	u64 pamt_2m_size;
	u64 pamt_4k_base;
	u64 pamt_4k_size;
};

struct fake fake;

static DEFINE_RAW_SPINLOCK(fake_lock);
static struct {
	u64 base;
	u64 size;
	unsigned int steps;
} tdmrs[MAX_TDMRS];

void fake_reset(void)
{
	fake = (struct fake){
		.features0 = TDX_FEATURES0_NO_RBP_MOD | TDX_FEATURES0_TOPOLOGY_ENUM,
		.nr_cpuid_configs = FAKE_NR_CPUID_CONFIGS,
	};
	memset(tdmrs, 0, sizeof(tdmrs));
}

bool fake_metadata(u64 id, u64 *ret_value)
{
	unsigned int i;

	switch (id) {
	case TDX_MD_SYS_MAJOR_VERSION:
		*ret_value = 1;
		return true;
	case TDX_MD_SYS_MINOR_VERSION:
	case TDX_MD_SYS_UPDATE_VERSION:
		*ret_value = 5;
		return true;
	case TDX_MD_SYS_FEATURES0:
		*ret_value = fake.features0;
		return true;
	case TDX_MD_SYS_MAX_TDMRS:
		*ret_value = MAX_TDMRS;
		return true;
	case TDX_MD_SYS_MAX_RESERVED_PER_TDMR:
	case TDX_MD_SYS_PAMT_4K_ENTRY_SIZE:
	case TDX_MD_SYS_PAMT_2M_ENTRY_SIZE:
	case TDX_MD_SYS_PAMT_1G_ENTRY_SIZE:
		*ret_value = 16;
		return true;
	case TDX_MD_SYS_TDR_BASE_SIZE:
		*ret_value = 0x1000;
		return true;
	case TDX_MD_SYS_TDCS_BASE_SIZE:
		*ret_value = 0x4000;
		return true;
	case TDX_MD_SYS_TDVPS_BASE_SIZE:
		*ret_value = 0x6000;
		return true;
	case TDX_MD_SYS_ATTRIBUTES_FIXED0:
		*ret_value = TDX_ATTR_DEBUG | TDX_ATTR_SEPT_VE_DISABLE | TDX_ATTR_PERFMON;
		return true;
	case TDX_MD_SYS_XFAM_FIXED0:
		*ret_value = 0x6dbe7;
		return true;
	case TDX_MD_SYS_XFAM_FIXED1:
		*ret_value = 3;
		return true;
	case TDX_MD_SYS_ATTRIBUTES_FIXED1:
		*ret_value = 0;
		return true;
	case TDX_MD_SYS_MAX_VCPUS_PER_TD:
		*ret_value = 576;
		return true;
	case TDX_MD_SYS_NUM_CPUID_CONFIG:
		*ret_value = fake.nr_cpuid_configs;
		return true;
	}
	for (i = 0; i < FAKE_NR_CPUID_CONFIGS; i++) {
		if (id == TDX_MD_SYS_CPUID_CONFIG_LEAF(i)) {
			*ret_value = 0xffffffff80000008ULL + i;
			return true;
		}
		if (id == TDX_MD_SYS_CPUID_CONFIG_VALUE(i, 0)) {
			*ret_value = 0x2222222211111110ULL + i;
			return true;
		}
		if (id == TDX_MD_SYS_CPUID_CONFIG_VALUE(i, 1)) {
			*ret_value = 0x4444444433333330ULL + i;
			return true;
		}
	}
	return false;
}

/* Note the first thing that the host did wrong; return what a TDX module would. */
static u64 refuse(const char *why, u64 status)
{
	if (!fake.out_of_order)
		fake.out_of_order = why;
	return status;
}

static u64 sys_config(struct tdx_module_args *args)
{
	const u64 *list = __va(args->rcx);
	unsigned int i;
	u64 end = 0;

	if (!cpumask_equal(&fake.lps, cpu_online_mask))
		return refuse("SYS.CONFIG before LP.INIT on each CPU", TDX_SYS_CONFIG_NOT_PENDING);
	if (fake.nr_tdmrs)
		return refuse("SYS.CONFIG twice", TDX_SYS_CONFIG_NOT_PENDING);
	if (!IS_ALIGNED(args->rcx, 512) || !args->rdx || args->rdx > MAX_TDMRS)
		return refuse("SYS.CONFIG with a bad list", TDX_OPERAND_INVALID);
	if (args->r8 != FAKE_FIRST_KEYID)
		return refuse("SYS.CONFIG with a bad global KeyID",
			      TDX_OPERAND_INVALID | TDX_OPERAND_ID_R8);

	fake.nr_tdmrs = args->rdx;
	for (i = 0; i < fake.nr_tdmrs; i++) {
		const struct tdmr *tdmr = __va(list[i]);

		if (!IS_ALIGNED(tdmr->base, SZ_1G) || !IS_ALIGNED(tdmr->size, SZ_1G) ||
		    !tdmr->size)
			return refuse("SYS.CONFIG with a bad TDMR", TDX_INVALID_TDMR);
		if (tdmr->base < end)
			return refuse("SYS.CONFIG with TDMRs out of order", TDX_NON_ORDERED_TDMR);
		end = tdmr->base + tdmr->size;
		if (tdmr->pamt_4k_size < tdmr->size / SZ_4K * 16)
			return refuse("SYS.CONFIG with a small PAMT", TDX_INVALID_PAMT);
		tdmrs[i].base = tdmr->base;
		tdmrs[i].size = tdmr->size;
		fake.pamt_bytes += tdmr->pamt_4k_size + tdmr->pamt_2m_size + tdmr->pamt_1g_size;
	}
	return TDX_SUCCESS;
}

static u64 tdmr_init(struct tdx_module_args *args)
{
	unsigned int i;

	if (!fake.calls[TDH_SYS_KEY_CONFIG])
		return refuse("TDMR.INIT before KEY.CONFIG", TDX_SYS_NOT_READY);

	for (i = 0; i < fake.nr_tdmrs; i++) {
		if (tdmrs[i].base != args->rcx)
			continue;
		if (tdmrs[i].steps == STEPS_PER_TDMR)
			return refuse("TDMR.INIT after the end", TDX_TDMR_ALREADY_INITIALIZED);
		tdmrs[i].steps++;
		args->rdx = tdmrs[i].base;
		if (tdmrs[i].steps == STEPS_PER_TDMR) {
			args->rdx += tdmrs[i].size;
			fake.nr_tdmrs_done++;
		}
		return TDX_SUCCESS;
	}
	return refuse("TDMR.INIT of an unknown TDMR", TDX_OPERAND_INVALID | TDX_OPERAND_ID_RCX);
}

static u64 answer(u64 fn, struct tdx_module_args *args)
{
	switch (fn) {
	case TDH_SYS_INIT:
		if (fake.initialised)
			return refuse("SYS.INIT twice", TDX_SYS_INIT_NOT_PENDING);
		fake.initialised = true;
		return TDX_SUCCESS;
	case TDH_SYS_LP_INIT:
		if (!fake.initialised)
			return refuse("LP.INIT before SYS.INIT", TDX_SYS_LP_INIT_NOT_PENDING);
		if (cpumask_test_and_set_cpu(smp_processor_id(), &fake.lps))
			return refuse("LP.INIT twice", TDX_SYS_LP_INIT_DONE);
		return TDX_SUCCESS;
	case TDH_SYS_RD:
		args->r8 = 0;
		if (!fake_metadata(args->rdx, &args->r8))
			return TDX_METADATA_FIELD_ID_INCORRECT;
		return TDX_SUCCESS;
	case TDH_SYS_CONFIG:
		return sys_config(args);
	case TDH_SYS_KEY_CONFIG:
		if (!fake.nr_tdmrs)
			return refuse("KEY.CONFIG before SYS.CONFIG",
				      TDX_SYS_KEY_CONFIG_NOT_PENDING);
		return TDX_SUCCESS;
	case TDH_SYS_TDMR_INIT:
		return tdmr_init(args);
	case TDH_SYS_DISABLE:
		return TDX_OPERAND_INVALID;
	}
	fake.last_fn = fn;
	fake.last_in = *args;
	*args = fake.answer;
	return fake.answer_status;
}

static bool fails(u16 leaf)
{
	return leaf == fake.fail_leaf && fake.calls[leaf] >= fake.fail_from &&
	       fake.calls[leaf] < fake.fail_from + fake.fail_times;
}

static u64 fake_seamcall(u64 fn, struct tdx_module_args *args)
{
	u16 leaf = fn & TDX_LEAF_NR_MASK;
	unsigned long flags;
	u64 status;

	if (leaf >= FAKE_MAX_LEAF)
		return TDX_OPERAND_INVALID;

	raw_spin_lock_irqsave(&fake_lock, flags);
	fake.calls[leaf]++;
	if (fails(leaf)) {
		/* Overwrite the registers: a retry must not use what a failed call left there. */
		memset(args, 0xa5, sizeof(*args));
		status = fake.fail_status;
	} else {
		status = answer(fn, args);
	}
	raw_spin_unlock_irqrestore(&fake_lock, flags);
	return status;
}

const struct tdx_backend fake_backend = {
	.name = "fake",
	.owner = THIS_MODULE,
	.first_keyid = FAKE_FIRST_KEYID,
	.nr_keyids = FAKE_NR_KEYIDS,
	.seamcall = fake_seamcall,
};
