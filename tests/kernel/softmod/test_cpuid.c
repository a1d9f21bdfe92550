// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPUID of a TD, compared with the table of a TDX module, answers/cpuid.tsv: what does each row make
 * of a CPU that has every bit, of one that has none, and of what the host configures?
 */
#include "test.h"

enum { EAX, EBX, ECX, EDX, NR_REGS };

#define NO_SUBLEAF	TDX_CPUID_NO_SUBLEAF

/* A line of the table, in the order of its columns. */
struct line {
	u32 leaf, subleaf;
	bool is_faulting;
	u32 needs[NR_REGS], needed[NR_REGS], same[NR_REGS];
	u32 zero[NR_REGS], one[NR_REGS], direct[NR_REGS], allowed[NR_REGS];
};

/* Bits that softmod does not show although the table does. */
static const struct {
	u32 leaf, subleaf, regs[NR_REGS];
} never[] = {
	/* With XFAM of this test: no AVX-512, PT, CET, LBR, AMX, UINTR; never PKS, Key Locker, LASS. */
	{ 7, 0, { 0, 0xde230000, 0x808058ca, 0x03d8012c } },
	{ 7, 1, { BIT(5) | BIT(6) } },
	{ 0xa, NO_SUBLEAF, { ~0U, ~0U, ~0U, ~0U } },
	{ 0x14, 0, { ~0U, ~0U, ~0U, ~0U } },
	{ 0x14, 1, { ~0U, ~0U, ~0U, ~0U } },
	{ 0x19, NO_SUBLEAF, { ~0U, ~0U, ~0U, ~0U } },
	{ 0x1c, NO_SUBLEAF, { ~0U, ~0U, ~0U, ~0U } },
	{ 0x1d, 0, { ~0U, ~0U, ~0U, ~0U } },
	{ 0x1d, 1, { ~0U, ~0U, ~0U, ~0U } },
	{ 0x1e, NO_SUBLEAF, { ~0U, ~0U, ~0U, ~0U } },
	{ 0x23, 0, { ~0U, ~0U, ~0U, ~0U } },
	{ 0x23, 1, { ~0U, ~0U, ~0U, ~0U } },
	{ 0x23, 3, { ~0U, ~0U, ~0U, ~0U } },
};

/* Bits of needed instructions, which softmod shows only if the CPU has them. */
static const struct {
	u32 leaf, subleaf, regs[NR_REGS];
} instructions[] = {
	{ 1, NO_SUBLEAF, { 0, 0, 0x47da2203, 0x0789fbff } },
	{ 7, 0, { 0, 0x21940483, 0x98000000, 0 } },
	{ 0x80000001, NO_SUBLEAF, { 0, 0, 0x121, 0x2c100800 } },
};

static u32 look_up_never(const struct line *l, unsigned int reg)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(never); i++) {
		if (never[i].leaf == l->leaf && never[i].subleaf == l->subleaf)
			return never[i].regs[reg];
	}
	return 0;
}

static u32 look_up_instructions(const struct line *l, unsigned int reg)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(instructions); i++) {
		if (instructions[i].leaf == l->leaf && instructions[i].subleaf == l->subleaf)
			return instructions[i].regs[reg];
	}
	return 0;
}

static bool parse_masks(char **rest, u32 ret[NR_REGS])
{
	char *word = strsep(rest, "\t");

	memset(ret, 0, NR_REGS * sizeof(*ret));
	return word && (*word == '-' || sscanf(word, "%x,%x,%x,%x", &ret[EAX], &ret[EBX], &ret[ECX],
					       &ret[EDX]) == NR_REGS);
}

static bool parse(char *text, struct line *ret)
{
	char *rest = text;

	rest[strcspn(rest, "\n")] = 0;
	ret->leaf = strtoul(strsep(&rest, "\t"), NULL, 16);
	if (!rest)
		return false;
	ret->subleaf = strtoul(strsep(&rest, "\t"), NULL, 16);
	ret->is_faulting = rest && *strsep(&rest, "\t") == '1';
	return parse_masks(&rest, ret->needs) && parse_masks(&rest, ret->needed) &&
	       parse_masks(&rest, ret->same) && parse_masks(&rest, ret->zero) &&
	       parse_masks(&rest, ret->one) && parse_masks(&rest, ret->direct) &&
	       parse_masks(&rest, ret->allowed);
}

static void every_bit(u32 leaf, u32 subleaf, u32 regs[4])
{
	memset(regs, 0xff, 4 * sizeof(*regs));
}

static void no_bit(u32 leaf, u32 subleaf, u32 regs[4])
{
	memset(regs, 0, 4 * sizeof(*regs));
}

/*
 * What depends on more than the row: family, model and stepping, XFAM, the rate of the TSC, the
 * topology.  Other tests look at these.
 */
static bool is_made_up(const struct line *l, unsigned int reg)
{
	return (l->leaf == 1 && reg == EAX) || l->leaf == 0xd || l->leaf == 0xb ||
	       l->leaf == 0x1f || (l->leaf == 0x15 && reg != ECX);
}

static u32 expected(const struct line *l, unsigned int reg, u32 cpu, u32 config)
{
	u32 has = (cpu & ~l->needs[reg]) | (l->needed[reg] & (cpu | ~look_up_instructions(l, reg)));
	u32 host = l->direct[reg] | l->allowed[reg];

	return ((has & ~l->zero[reg] & ~host) | l->one[reg] | (config & l->direct[reg]) |
		(config & has & l->allowed[reg])) & ~look_up_never(l, reg);
}

/* The configuration that the host gives for the row: none, or each bit that it can set. */
static void configure(struct tdx_td_params *params, u32 (*configs)[NR_REGS], bool all)
{
	struct tdx_cpuid_config config;
	unsigned int i;

	for (i = 0; i < SM_NR_CPUID_CONFIGS; i++) {
		memset(configs[i], 0, sizeof(configs[i]));
		sm_cpuid_config(i, &config);
		if (!all || config.leaf == 0x1f)
			continue;
		/* Family, model and stepping. */
		configs[i][EAX] = config.leaf == 1 ? 0 : config.mask.eax;
		configs[i][EBX] = config.mask.ebx;
		configs[i][ECX] = config.mask.ecx;
		configs[i][EDX] = config.mask.edx;
		memcpy(&params->cpuid_values[i], configs[i], sizeof(configs[i]));
	}
}

static const u32 *config_of(const struct line *l, u32 (*configs)[NR_REGS])
{
	static const u32 nothing[NR_REGS];
	struct tdx_cpuid_config config;
	unsigned int i;

	for (i = 0; i < SM_NR_CPUID_CONFIGS; i++) {
		sm_cpuid_config(i, &config);
		if (config.leaf == l->leaf && config.sub_leaf == l->subleaf)
			return configs[i];
	}
	return nothing;
}

static bool compare_row(const struct sm_tdcs *tdcs, const struct line *l,
			u32 (*configs)[NR_REGS])
{
	u32 subleaf = l->subleaf == NO_SUBLEAF ? 0 : l->subleaf, regs[NR_REGS], cpu[NR_REGS];
	unsigned int reg;
	bool ok = true;

	if (l->is_faulting) {
		ASSERT(!sm_td_cpuid(tdcs, l->leaf, subleaf, regs));
		return true;
	}
	ASSERT(sm_cpuid_index(l->leaf, l->subleaf) >= 0);
	ASSERT(sm_td_cpuid(tdcs, l->leaf, subleaf, regs));
	world_cpuid(l->leaf, subleaf, cpu);
	for (reg = 0; reg < NR_REGS; reg++) {
		u32 want = expected(l, reg, cpu[reg], config_of(l, configs)[reg]);

		if (is_made_up(l, reg) || regs[reg] == want)
			continue;
		printf("# CPUID %x.%x, register %u: %#x, not %#x\n", l->leaf, l->subleaf, reg,
		       regs[reg], want);
		ok = false;
	}
	return ok;
}

/* Returns the number of rows; 0 if one differs. */
static unsigned int compare(void (*cpu)(u32 leaf, u32 subleaf, u32 regs[4]), bool all)
{
	FILE *file = fopen(TEST_DIR "/answers/cpuid.tsv", "r");
	static u32 configs[SM_NR_CPUID_CONFIGS][NR_REGS];
	static u32 values[256][4];
	struct tdx_td_params params;
	struct sm_tdcs tdcs = { .cpuid = values };
	unsigned int nr = 0, nr_rows = 0;
	u64 bad_cpuid = 0;
	char text[1024];
	u32 leaf, subleaf;
	bool ok = file;

	world_reset();
	world_cpuid = cpu;
	world_default_params(&params);
	configure(&params, configs, all);
	tdcs.xfam = params.xfam;
	tdcs.tsc_frequency = params.tsc_frequency;
	ok = ok && !sm_cpuid_configure(&tdcs, &params, &bad_cpuid);
	if (bad_cpuid)
		printf("# the configuration of %#llx is refused\n", bad_cpuid);
	while (ok && fgets(text, sizeof(text), file)) {
		struct line line;

		if (!strncmp(text, "leaf", 4))
			continue;
		ok = parse(text, &line) && compare_row(&tdcs, &line, configs);
		nr += ok && !line.is_faulting;
	}
	/* Every row of softmod must be in the table. */
	while (sm_cpuid_leaf(nr_rows, &leaf, &subleaf))
		nr_rows++;
	world_cpuid = NULL;
	if (file)
		fclose(file);
	return ok && nr == nr_rows ? nr : 0;
}

void test_cpuid(const struct options *options)
{
	unsigned int nr;

	nr = compare(every_bit, false);
	report(nr, "cpuid.cpu-with-all", "%u rows", nr);
	nr = compare(every_bit, true);
	report(nr, "cpuid.all-configured", "%u rows", nr);
	nr = compare(no_bit, false);
	report(nr, "cpuid.cpu-with-nothing", "%u rows", nr);
	nr = compare(no_bit, true);
	report(nr, "cpuid.nothing-to-configure", "%u rows", nr);
}
