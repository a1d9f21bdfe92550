// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPUID of a TD: what the real CPU has, without what a TD cannot have, and with what the host
 * configures.
 *
 * value = (real & passed) | fixed | (configured & direct) | (configured & real & allowed)
 */

#include "core.h"

enum { EAX, EBX, ECX, EDX };

struct leaf {
	u32 leaf, subleaf;
	/* Bits that every TD has if the real CPU has them. */
	u32 passed[4];
	/* Bits that every TD has on any CPU. */
	u32 fixed[4];
	/* Bits that the host sets freely, and bits that it can set if the real CPU has them. */
	u32 direct[4], allowed[4];
	bool is_configurable;
};

#define NONE		TDX_CPUID_NO_SUBLEAF
#define PLAIN(l, s)	{ .leaf = (l), .subleaf = (s) }
#define CONFIG		.is_configurable = true
/* Lines of 64 bytes */
#define CACHE(s, d)	{ .leaf = 4, .subleaf = (s), CONFIG, \
			  .fixed = { 0, 0x3f }, \
			  .direct = { 0xffffc3ff, 0xfffff000, 0xffffffff, d } }
#define TOPOLOGY(s)	{ .leaf = 0x1f, .subleaf = (s), CONFIG, .direct = { 0x1f, 0xffff, 0xffff } }

static const struct leaf leaves[] = {
	{ .leaf = 0, .subleaf = NONE, .fixed = { 0x23, 0x756e6547, 0x6c65746e, 0x49656e69 } },
	{ .leaf = 1, .subleaf = NONE, CONFIG,
	  .passed = { 0, 0x0000ff00, 0x46fab217, 0x07a9fbff }, .fixed = { 0, 0, 0x80200000, 0x200 },
	  .direct = { 0x0fff3fff, 0x00ff0000 }, .allowed = { 0, 0, 0x31044d88, 0xb8440000 } },
	PLAIN(3, NONE),
	CACHE(0, 0xfffffffb), CACHE(1, 0xfffffffb), CACHE(2, 0xfffffffb), CACHE(3, 0x7),
	PLAIN(4, 4),
	PLAIN(5, NONE),
	{ .leaf = 7, .subleaf = 0, CONFIG,
	  .passed = { 0x3, 0x219424e1, 0x19000008, 0xdc000400 }, .fixed = { 0, 0, 0, 1U << 29 },
	  .allowed = { 0, 0xdc2b9b18, 0x02417f65, 0x0005411c } },
	{ .leaf = 7, .subleaf = 1, CONFIG, .allowed = { 0x04001d30, 0, 0, 0x430 } },
	{ .leaf = 7, .subleaf = 2, CONFIG, .passed = { 0, 0, 0, 0x17 },
	  .allowed = { 0, 0, 0, 0x28 } },
	PLAIN(8, NONE),
	{ .leaf = 0xa, .subleaf = NONE, CONFIG },
	PLAIN(0xb, 0), PLAIN(0xb, 1), PLAIN(0xb, 2),
	PLAIN(0xd, 0),
	/* XSAVEOPT, XSAVEC, XGETBV with ECX 1, XSAVES */
	{ .leaf = 0xd, .subleaf = 1, .passed = { 0xf } },
	PLAIN(0xd, 2), PLAIN(0xd, 3), PLAIN(0xd, 4), PLAIN(0xd, 5), PLAIN(0xd, 6), PLAIN(0xd, 7),
	PLAIN(0xd, 8), PLAIN(0xd, 9), PLAIN(0xd, 10), PLAIN(0xd, 11), PLAIN(0xd, 12),
	PLAIN(0xd, 13), PLAIN(0xd, 14), PLAIN(0xd, 15), PLAIN(0xd, 16), PLAIN(0xd, 17),
	PLAIN(0xd, 18),
	PLAIN(0xe, NONE), PLAIN(0x11, NONE), PLAIN(0x12, NONE), PLAIN(0x13, NONE),
	PLAIN(0x14, 0), PLAIN(0x14, 1),
	{ .leaf = 0x15, .subleaf = NONE, .fixed = { 1, 0, 25000000, 0 } },
	PLAIN(0x19, NONE), PLAIN(0x1a, NONE),
	{ .leaf = 0x1c, .subleaf = NONE, CONFIG, .allowed = { 0xff } },
	PLAIN(0x1d, 0), PLAIN(0x1d, 1), PLAIN(0x1e, NONE),
	TOPOLOGY(0), TOPOLOGY(1), TOPOLOGY(2), TOPOLOGY(3), TOPOLOGY(4), TOPOLOGY(5),
	PLAIN(0x20, NONE),
	{ .leaf = 0x21, .subleaf = 0, .fixed = { 0, 0x65746e49, 0x20202020, 0x5844546c } },
	PLAIN(0x22, NONE),
	{ .leaf = 0x23, .subleaf = 0, CONFIG, .allowed = { 0xf } },
	PLAIN(0x23, 1), PLAIN(0x23, 2), PLAIN(0x23, 3),
	{ .leaf = 0x80000000, .subleaf = NONE, .fixed = { 0x80000008 } },
	/* LAHF, LZCNT, PREFETCHW; SYSCALL, NX, 1 GiB pages, RDTSCP, long mode */
	{ .leaf = 0x80000001, .subleaf = NONE, .passed = { 0, 0, 0x121, 0x2c100800 } },
	{ .leaf = 0x80000007, .subleaf = NONE, .fixed = { 0, 0, 0, 0x100 } },
	/* Widths of physical and linear addresses; WBNOINVD */
	{ .leaf = 0x80000008, .subleaf = NONE, CONFIG, .passed = { 0xffff },
	  .allowed = { 0, 0x200 } },
};

/* Configurable leaves in the ABI's order, in which 7.2 and 23.0 come after others. */
static const struct {
	u32 leaf, subleaf;
} configs[SM_NR_CPUID_CONFIGS] = {
	{ 1, NONE }, { 4, 0 }, { 4, 1 }, { 4, 2 }, { 4, 3 }, { 7, 0 }, { 7, 1 }, { 0xa, NONE },
	{ 0x1c, NONE }, { 0x80000008, NONE }, { 7, 2 }, { 0x23, 0 },
	{ 0x1f, 0 }, { 0x1f, 1 }, { 0x1f, 2 }, { 0x1f, 3 }, { 0x1f, 4 }, { 0x1f, 5 },
};

/* Features that a TD has only if XFAM has the state component they need. */
static const struct {
	u32 leaf, subleaf, reg, mask;
	u8 xfam_bit;
} needs_xfam[] = {
	{ 1, NONE, ECX, BIT(12) | BIT(28) | BIT(29), 2 },
	{ 7, 0, EBX, BIT(5), 2 },
	{ 7, 0, EBX, 0xdc230000, 5 },
	{ 7, 0, ECX, BIT(9) | BIT(10), 2 },
	{ 7, 0, ECX, BIT(1) | BIT(6) | BIT(11) | BIT(12) | BIT(14), 5 },
	{ 7, 0, ECX, BIT(3), 9 },
	{ 7, 0, EDX, BIT(2) | BIT(3) | BIT(8), 5 },
	{ 7, 1, EAX, BIT(4), 2 },
	{ 7, 1, EAX, BIT(5), 5 },
	{ 7, 1, EDX, BIT(4) | BIT(5), 2 },
};

#define MAX_BASE_LEAF	0x23

int sm_cpuid_index(u32 leaf, u32 subleaf)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(leaves); i++) {
		if (leaves[i].leaf == leaf && leaves[i].subleaf == subleaf)
			return i;
	}
	return -1;
}

bool sm_cpuid_leaf(unsigned int i, u32 *ret_leaf, u32 *ret_subleaf)
{
	if (i >= ARRAY_SIZE(leaves))
		return false;
	*ret_leaf = leaves[i].leaf;
	*ret_subleaf = leaves[i].subleaf;
	return true;
}

static void real_cpuid(const struct leaf *leaf, u32 ret_regs[4])
{
	sm_platform_cpuid(leaf->leaf, leaf->subleaf == NONE ? 0 : leaf->subleaf, ret_regs);
}

void sm_cpuid_config(unsigned int i, struct tdx_cpuid_config *ret_config)
{
	const struct leaf *leaf = &leaves[sm_cpuid_index(configs[i].leaf, configs[i].subleaf)];
	u32 real[4];

	real_cpuid(leaf, real);
	ret_config->leaf = leaf->leaf;
	ret_config->sub_leaf = leaf->subleaf;
	ret_config->mask.eax = leaf->direct[EAX] | (leaf->allowed[EAX] & real[EAX]);
	ret_config->mask.ebx = leaf->direct[EBX] | (leaf->allowed[EBX] & real[EBX]);
	ret_config->mask.ecx = leaf->direct[ECX] | (leaf->allowed[ECX] & real[ECX]);
	ret_config->mask.edx = leaf->direct[EDX] | (leaf->allowed[EDX] & real[EDX]);
}

/* Leaf 0xD: the state components in XFAM, with the real CPU's sizes and offsets. */
static void set_xsave(const struct sm_tdcs *tdcs, const struct leaf *leaf, u32 regs[4])
{
	u32 real[4], size = SM_XSAVE_MIN_BYTES;
	unsigned int i;

	if (leaf->subleaf == 1)
		return;
	if (leaf->subleaf) {
		if (tdcs->xfam & BIT_ULL(leaf->subleaf))
			real_cpuid(leaf, regs);
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
static void adjust(const struct sm_tdcs *tdcs, const struct leaf *leaf, u32 regs[4])
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(needs_xfam); i++) {
		if (needs_xfam[i].leaf == leaf->leaf && needs_xfam[i].subleaf == leaf->subleaf &&
		    !(tdcs->xfam & BIT_ULL(needs_xfam[i].xfam_bit)))
			regs[needs_xfam[i].reg] &= ~needs_xfam[i].mask;
	}
	if (leaf->leaf == 0xd)
		set_xsave(tdcs, leaf, regs);
	if (leaf->leaf == 0x15)
		set_tsc(tdcs, regs);
	if (leaf->leaf == 7 && !leaf->subleaf)
		regs[EAX] = 2;
}

static bool set_leaf(const struct sm_tdcs *tdcs, const struct leaf *leaf,
		     const struct tdx_cpuid_value *value, u32 regs[4])
{
	u32 config[4] = { value->eax, value->ebx, value->ecx, value->edx }, real[4];
	unsigned int i;

	real_cpuid(leaf, real);
	for (i = 0; i < 4; i++) {
		if (config[i] & ~(leaf->direct[i] | (leaf->allowed[i] & real[i])))
			return false;
		regs[i] = (real[i] & leaf->passed[i]) | leaf->fixed[i] | config[i];
	}
	/* Family, model and stepping are the real CPU's; the host may give these or 0. */
	if (leaf->leaf == 1) {
		if (config[EAX] && config[EAX] != (real[EAX] & leaf->direct[EAX]))
			return false;
		regs[EAX] = real[EAX] & leaf->direct[EAX];
	}
	/* A TD has both HLE and RTM or none of them. */
	if (leaf->leaf == 7 && !leaf->subleaf && !(regs[EBX] & BIT(4)) != !(regs[EBX] & BIT(11)))
		return false;
	adjust(tdcs, leaf, regs);
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

	for (i = 0; i < ARRAY_SIZE(leaves); i++) {
		if (!leaves[i].is_configurable)
			set_leaf(tdcs, &leaves[i], &nothing, tdcs->cpuid[i]);
	}
	/* In the order of TD_PARAMS, which decides which of two wrong values is reported. */
	for (n = 0; n < SM_NR_CPUID_CONFIGS; n++) {
		i = sm_cpuid_index(configs[n].leaf, configs[n].subleaf);
		if (!set_leaf(tdcs, &leaves[i], &params->cpuid_values[n], tdcs->cpuid[i])) {
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
