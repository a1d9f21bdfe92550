// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPUID of a TD: what a CPU with TDX has, without what a TD cannot have, and with what the host
 * configures.  The rows say which bit is which:
 *
 * value = (CPU & ~zero & ~direct & ~allowed) | one | (configured & direct) |
 *	   (configured & CPU & allowed)
 *
 * Last, features that need a state component are taken away if XFAM does not have it.
 */

#include "core.h"
#include "cpuid_rows.h"

enum { EAX, EBX, ECX, EDX };

/* Configurable leaves in the ABI's order, in which 7.2 and 23.0 come after others. */
static const struct {
	u32 leaf, subleaf;
} configs[SM_NR_CPUID_CONFIGS] = {
	{ 1, NONE }, { 4, 0 }, { 4, 1 }, { 4, 2 }, { 4, 3 }, { 7, 0 }, { 7, 1 }, { 0xa, NONE },
	{ 0x1c, NONE }, { 0x80000008, NONE }, { 7, 2 }, { 0x23, 0 },
	{ 0x1f, 0 }, { 0x1f, 1 }, { 0x1f, 2 }, { 0x1f, 3 }, { 0x1f, 4 }, { 0x1f, 5 },
};

/* Number of no state component: softmod gives the feature to no TD. */
#define NEVER	63

/* Features that a TD has only if XFAM has the state component they need. */
static const struct {
	u32 leaf, subleaf, reg, mask;
	u8 xfam_bit;
} needs_xfam[] = {
	{ 1, NONE, ECX, BIT(12) | BIT(28) | BIT(29), 2 },
	{ 7, 0, EBX, BIT(5), 2 },
	{ 7, 0, EBX, 0xdc230000, 5 },
	{ 7, 0, EBX, BIT(25), 8 },
	{ 7, 0, ECX, BIT(9) | BIT(10), 2 },
	{ 7, 0, ECX, BIT(1) | BIT(6) | BIT(11) | BIT(12) | BIT(14), 5 },
	{ 7, 0, ECX, BIT(3), 9 },
	{ 7, 0, ECX, BIT(7), 11 },
	/* Key Locker and PKS. */
	{ 7, 0, ECX, BIT(23) | BIT(31), NEVER },
	{ 7, 0, EDX, BIT(2) | BIT(3) | BIT(8) | BIT(23), 5 },
	{ 7, 0, EDX, BIT(5), 14 },
	{ 7, 0, EDX, BIT(19), 15 },
	{ 7, 0, EDX, BIT(20), 11 },
	{ 7, 0, EDX, BIT(22) | BIT(24) | BIT(25), 18 },
	{ 7, 1, EAX, BIT(4), 2 },
	{ 7, 1, EAX, BIT(5), 5 },
	/* LASS */
	{ 7, 1, EAX, BIT(6), NEVER },
	{ 7, 1, EDX, BIT(4) | BIT(5), 2 },
	{ 0xd, 1, EAX, BIT(4), 18 },
};

/* Leaves that are all zero unless XFAM has the state component that they are about. */
static const struct {
	u32 leaf;
	u8 xfam_bit;
} leaf_needs_xfam[] = {
	/* Performance monitoring, in 0xA and 0x23; Key Locker. */
	{ 0xa, NEVER }, { 0x23, NEVER }, { 0x19, NEVER },
	{ 0x14, 8 }, { 0x1c, 15 }, { 0x1d, 18 }, { 0x1e, 18 },
};

#define MAX_BASE_LEAF	0x23

int sm_cpuid_index(u32 leaf, u32 subleaf)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sm_cpuid_rows); i++) {
		if (sm_cpuid_rows[i].leaf == leaf && sm_cpuid_rows[i].subleaf == subleaf)
			return i;
	}
	return -1;
}

bool sm_cpuid_leaf(unsigned int i, u32 *ret_leaf, u32 *ret_subleaf)
{
	if (i >= ARRAY_SIZE(sm_cpuid_rows))
		return false;
	*ret_leaf = sm_cpuid_rows[i].leaf;
	*ret_subleaf = sm_cpuid_rows[i].subleaf;
	return true;
}

static void real_cpuid(const struct sm_cpuid_row *row, u32 ret_regs[4])
{
	sm_platform_cpuid(row->leaf, row->subleaf == NONE ? 0 : row->subleaf, ret_regs);
}

/* CPUID of a CPU with TDX that has the instructions of the real one. */
static void tdx_cpuid(const struct sm_cpuid_row *row, u32 ret_regs[4])
{
	unsigned int i;

	real_cpuid(row, ret_regs);
	for (i = 0; i < 4; i++)
		ret_regs[i] = (ret_regs[i] & ~row->needs[i]) |
			      (row->needed[i] & (ret_regs[i] | ~row->real[i]));
}

void sm_cpuid_config(unsigned int i, struct tdx_cpuid_config *ret_config)
{
	const struct sm_cpuid_row *row =
		&sm_cpuid_rows[sm_cpuid_index(configs[i].leaf, configs[i].subleaf)];
	u32 cpu[4];

	tdx_cpuid(row, cpu);
	ret_config->leaf = row->leaf;
	ret_config->sub_leaf = row->subleaf;
	ret_config->mask.eax = row->direct[EAX] | (row->allowed[EAX] & cpu[EAX]);
	ret_config->mask.ebx = row->direct[EBX] | (row->allowed[EBX] & cpu[EBX]);
	ret_config->mask.ecx = row->direct[ECX] | (row->allowed[ECX] & cpu[ECX]);
	ret_config->mask.edx = row->direct[EDX] | (row->allowed[EDX] & cpu[EDX]);
}

/* Leaf 0xD: the state components in XFAM, with the real CPU's sizes and offsets. */
static void set_xsave(const struct sm_tdcs *tdcs, const struct sm_cpuid_row *row, u32 regs[4])
{
	u32 real[4], size = SM_XSAVE_MIN_BYTES;
	unsigned int i;

	if (row->subleaf == 1) {
		/* Supervisor states. */
		regs[ECX] &= tdcs->xfam;
		return;
	}
	if (row->subleaf) {
		if (!(tdcs->xfam & BIT_ULL(row->subleaf)))
			memset(regs, 0, 4 * sizeof(*regs));
		return;
	}
	for (i = 2; i <= 18; i++) {
		if (!(tdcs->xfam & BIT_ULL(i)))
			continue;
		sm_platform_cpuid(0xd, i, real);
		size = max(size, real[EAX] + real[EBX]);
	}
	regs[EAX] = tdcs->xfam;
	/* EBX, the size for the current XCR0, is made up at run time. */
	regs[ECX] = size;
	regs[EDX] = tdcs->xfam >> 32;
}

/*
 * Leaf 0x15: the TSC runs at ECX * EBX / EAX Hz.  On a CPU that cannot scale the TSC this
 * must be the CPU's own rate.  It is given in steps of ECX / 500 Hz: finer steps would make
 * EBX so large that a guest's product of kHz and EBX does not fit into 32 bits.
 */
static void set_tsc(const struct sm_tdcs *tdcs, u32 regs[4])
{
	const u32 steps = 500;

	if (sm_platform_scales_tsc()) {
		regs[EBX] = tdcs->tsc_frequency;
		return;
	}
	regs[EAX] = steps;
	regs[EBX] = (sm_platform_tsc_hz() + regs[ECX] / steps / 2) / (regs[ECX] / steps);
}

/* Bits that depend on XFAM and on the TSC frequency of the TD. */
static void adjust(const struct sm_tdcs *tdcs, const struct sm_cpuid_row *row, u32 regs[4])
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(needs_xfam); i++) {
		if (needs_xfam[i].leaf == row->leaf && needs_xfam[i].subleaf == row->subleaf &&
		    !(tdcs->xfam & BIT_ULL(needs_xfam[i].xfam_bit)))
			regs[needs_xfam[i].reg] &= ~needs_xfam[i].mask;
	}
	for (i = 0; i < ARRAY_SIZE(leaf_needs_xfam); i++) {
		if (leaf_needs_xfam[i].leaf == row->leaf &&
		    !(tdcs->xfam & BIT_ULL(leaf_needs_xfam[i].xfam_bit)))
			memset(regs, 0, 4 * sizeof(*regs));
	}
	if (row->leaf == 0xd)
		set_xsave(tdcs, row, regs);
	if (row->leaf == 0x15)
		set_tsc(tdcs, regs);
}

static bool set_leaf(const struct sm_tdcs *tdcs, const struct sm_cpuid_row *row,
		     const struct tdx_cpuid_value *value, u32 regs[4])
{
	u32 config[4] = { value->eax, value->ebx, value->ecx, value->edx }, cpu[4];
	unsigned int i;

	tdx_cpuid(row, cpu);
	for (i = 0; i < 4; i++) {
		if (config[i] & ~(row->direct[i] | (row->allowed[i] & cpu[i])))
			return false;
		regs[i] = (cpu[i] & ~(row->zero[i] | row->direct[i] | row->allowed[i])) |
			  row->one[i] | config[i];
	}
	/* Family, model and stepping are the real CPU's; the host may give these or 0. */
	if (row->leaf == 1) {
		if (config[EAX] && config[EAX] != (cpu[EAX] & row->direct[EAX]))
			return false;
		regs[EAX] = cpu[EAX] & row->direct[EAX];
	}
	/* A TD has both HLE and RTM or none of them. */
	if (row->leaf == 7 && !row->subleaf && !(regs[EBX] & BIT(4)) != !(regs[EBX] & BIT(11)))
		return false;
	adjust(tdcs, row, regs);
	return true;
}

#define TOPOLOGY_LEAF		0x1f
#define NR_TOPOLOGY		6
#define TOPOLOGY_TYPE(ecx)	((ecx) >> 8 & 0xff)
#define TYPE_SMT		1
#define TYPE_CORE		2
#define TYPE_MAX		5

/*
 * The type of a level must be above that of the level before it, and there must be a core level
 * before the first subleaf that is no level.
 */
static bool is_topology(u32 (*regs)[4])
{
	bool has_core = false;
	u32 type, last = 0;
	unsigned int i;

	for (i = 0; i < NR_TOPOLOGY; i++, last = type) {
		type = TOPOLOGY_TYPE(regs[i][ECX]);
		if (!type && !has_core)
			return false;
		if (type && (type <= last || type > TYPE_MAX))
			return false;
		has_core |= type == TYPE_CORE;
	}
	return has_core;
}

/* Check leaf 0x1F, or take the real CPU's if the host has left it out, and make leaf 0xB of it. */
static u64 set_topology(struct sm_tdcs *tdcs)
{
	u32 (*levels)[4] = &tdcs->cpuid[sm_cpuid_index(TOPOLOGY_LEAF, 0)];
	u32 (*old_levels)[4] = &tdcs->cpuid[sm_cpuid_index(0xb, 0)];
	unsigned int i;

	if (!memchr_inv(levels, 0, NR_TOPOLOGY * sizeof(*levels))) {
		for (i = 0; i < NR_TOPOLOGY; i++) {
			sm_platform_cpuid(TOPOLOGY_LEAF, i, levels[i]);
			/* The x2APIC id of a CPU of the host. */
			levels[i][EDX] = 0;
		}
	} else if (!is_topology(levels)) {
		return TDX_CPUID_LEAF_1F_FORMAT_UNRECOGNIZED;
	}
	memset(old_levels[0], 0, sizeof(*old_levels));
	for (i = 0; i < NR_TOPOLOGY; i++) {
		if (TOPOLOGY_TYPE(levels[i][ECX]) == TYPE_SMT)
			memcpy(old_levels[0], levels[i], sizeof(*levels));
	}
	memcpy(old_levels[1], levels[NR_TOPOLOGY - 1], sizeof(*levels));
	old_levels[1][ECX] = (old_levels[1][ECX] & 0xff) | TYPE_CORE << 8;
	return 0;
}

u64 sm_cpuid_configure(struct sm_tdcs *tdcs, const struct tdx_td_params *params, u64 *ret_cpuid)
{
	static const struct tdx_cpuid_value nothing;
	unsigned int i, n;
	u64 status;

	for (i = 0; i < ARRAY_SIZE(sm_cpuid_rows); i++) {
		if (!sm_cpuid_rows[i].is_configurable)
			set_leaf(tdcs, &sm_cpuid_rows[i], &nothing, tdcs->cpuid[i]);
	}
	/* In the order of TD_PARAMS, which decides which of two wrong values is reported. */
	for (n = 0; n < SM_NR_CPUID_CONFIGS; n++) {
		i = sm_cpuid_index(configs[n].leaf, configs[n].subleaf);
		if (!set_leaf(tdcs, &sm_cpuid_rows[i], &params->cpuid_values[n], tdcs->cpuid[i])) {
			*ret_cpuid = configs[n].leaf | (u64)configs[n].subleaf << 32;
			return TDX_OPERAND_INVALID | TDX_OPERAND_ID_CPUID_CONFIG;
		}
	}
	status = set_topology(tdcs);
	if (status)
		return status;
	/* Values beyond the last configurable leaf must be 0. */
	return memchr_inv(&params->cpuid_values[SM_NR_CPUID_CONFIGS], 0,
			  (TDX_TD_PARAMS_NR_CPUIDS - SM_NR_CPUID_CONFIGS) *
			  sizeof(params->cpuid_values[0])) ? TDX_OPERAND_INVALID | SM_RDX : 0;
}

bool sm_td_cpuid(const struct sm_tdcs *tdcs, u32 leaf, u32 subleaf, u32 ret_regs[4])
{
	int i;

	if (leaf > MAX_BASE_LEAF && leaf < 0x40000000)
		leaf = MAX_BASE_LEAF;
	i = sm_cpuid_index(leaf, NONE);
	if (i < 0)
		i = sm_cpuid_index(leaf, subleaf);
	if (i >= 0) {
		memcpy(ret_regs, tdcs->cpuid[i], sizeof(tdcs->cpuid[i]));
		return true;
	}
	/* A subleaf without a row, of a leaf that has rows, is all zero. */
	memset(ret_regs, 0, 4 * sizeof(u32));
	return sm_cpuid_index(leaf, 0) >= 0;
}
