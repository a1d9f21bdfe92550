// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests how KVM makes TD_PARAMS: a table of requests with the expected results, the bytes
 * of one TD_PARAMS at the offsets of the ABI, and random requests against rules.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "params.h"

#define NR_RANDOM	300000
#define MAX_ENTRIES	64
#define NONE		TDX_CPUID_NO_SUBLEAF

/* Metadata as a module of version 1.5.05 reports it. */
static const struct tdx_sys_info module = {
	.attributes_fixed0 = 0x8000000070000001ULL,
	.xfam_fixed0 = 0x6dbe7,
	.xfam_fixed1 = 0x3,
	.max_vcpus_per_td = 576,
	.nr_cpuid_configs = 6,
	.cpuid_configs = {
		{ 1, NONE, { 0x0fff3fff, 0x00ff0000, 0x31044d88, 0xb8440000 } },
		{ 4, 0, { 0xffffc3ff, 0xfffff000, 0xffffffff, 0xfffffffb } },
		{ 4, 1, { 0xffffc3ff, 0xfffff000, 0xffffffff, 0xfffffffb } },
		{ 7, 0, { 0, 0xdc2b9b18, 0x02417f65, 0x0005411c } },
		{ 0x80000008, NONE, { 0, 0x200, 0, 0 } },
		{ 0x1f, 0, { 0x1f, 0xffff, 0xffff, 0 } },
	},
};

/* A request: struct kvm_tdx_init_vm with room for CPUID entries. */
union request {
	struct kvm_tdx_init_vm init;
	char bytes[sizeof(struct kvm_tdx_init_vm) + MAX_ENTRIES * sizeof(struct kvm_cpuid_entry2)];
};

static int nr_tests, nr_failed;

static void result(bool ok, const char *name)
{
	printf("%s %d %s\n", ok ? "ok" : "not ok", ++nr_tests, name);
	nr_failed += !ok;
}

static void add(union request *r, u32 function, u32 index, u32 eax, u32 ebx, u32 ecx, u32 edx)
{
	r->init.cpuid.entries[r->init.cpuid.nent++] = (struct kvm_cpuid_entry2) {
		.function = function, .index = index,
		.eax = eax, .ebx = ebx, .ecx = ecx, .edx = edx,
	};
}

/* A request such as QEMU makes. */
static void good(union request *r, struct td_config *config)
{
	memset(r, 0, sizeof(*r));
	r->init.attributes = TDX_ATTR_SEPT_VE_DISABLE;
	r->init.xfam = 0x7;
	add(r, 0x80000008, 0, 48 << 16, 0x200, 0, 0);
	*config = (struct td_config) { .max_vcpus = 4, .tsc_khz = 2500000, .max_level = 4 };
}

static void entry_7(union request *r, u32 ebx, u32 ecx)
{
	add(r, 7, 0, 0, ebx, ecx, 0);
}

struct row {
	const char *name;
	void (*change)(union request *r, struct td_config *config);
	int want;
};

#define CHANGE(id, code) \
	static void id(union request *r, struct td_config *config) { (void)r; (void)config; code; }

CHANGE(nothing, )
CHANGE(no_attribute, r->init.attributes = 0)
CHANGE(debug, r->init.attributes |= TDX_ATTR_DEBUG)
CHANGE(pks, r->init.attributes |= TDX_ATTR_PKS)
CHANGE(perfmon, r->init.attributes |= TDX_ATTR_PERFMON)
CHANGE(unknown_attribute, r->init.attributes |= BIT_ULL(40))
CHANGE(no_xfam, r->init.xfam = 0)
CHANGE(no_sse, r->init.xfam = 1)
CHANGE(all_xfam, r->init.xfam = 0x602e7)
CHANGE(cet, r->init.xfam |= BIT_ULL(11) | BIT_ULL(12))
CHANGE(tsc_slow, config->tsc_khz = 99999)
CHANGE(tsc_slowest, config->tsc_khz = 100000)
CHANGE(tsc_fastest, config->tsc_khz = 10000000)
CHANGE(tsc_fast, config->tsc_khz = 10025000)
CHANGE(tsc_huge, config->tsc_khz = ~0U)
CHANGE(tsc_odd, config->tsc_khz = 2399987)
CHANGE(no_gpaw, r->init.cpuid.entries[0].eax = 0)
CHANGE(gpaw_40, r->init.cpuid.entries[0].eax = 40 << 16)
CHANGE(gpaw_52, r->init.cpuid.entries[0].eax = 52 << 16)
CHANGE(gpaw_52_5, r->init.cpuid.entries[0].eax = 52 << 16; config->max_level = 5)
CHANGE(no_entry, r->init.cpuid.nent = 0)
CHANGE(unknown_leaf, add(r, 6, 0, 0, 0, 0, 0))
CHANGE(unknown_subleaf, add(r, 4, 2, 0, 0, 0, 0))
CHANGE(twice, add(r, 4, 1, 0, 0, 0, 0); add(r, 4, 1, 0, 0, 0, 0))
CHANGE(both_subleaves, add(r, 4, 1, 0, 0, 0, 0); add(r, 4, 0, 0, 0, 0, 0))
CHANGE(rtm, entry_7(r, BIT(11), 0))
CHANGE(hle, entry_7(r, BIT(4), 0))
CHANGE(waitpkg, entry_7(r, 0, BIT(5)))
CHANGE(leaf_7, entry_7(r, 0xdc2b9308, 0x02417f45))
CHANGE(bit_for_the_module, add(r, 1, 0, ~0U, ~0U, ~0U, ~0U))

static const struct row rows[] = {
	{ "what-qemu-asks-for", nothing, 0 },
	{ "no-attribute", no_attribute, 0 },
	{ "debug", debug, -EINVAL },
	{ "pks", pks, -EINVAL },
	{ "perfmon", perfmon, -EINVAL },
	{ "unknown-attribute", unknown_attribute, -EINVAL },
	{ "no-xfam", no_xfam, -EINVAL },
	{ "xfam-without-sse", no_sse, -EINVAL },
	{ "all-of-xfam", all_xfam, 0 },
	{ "cet", cet, -EINVAL },
	{ "tsc-too-slow", tsc_slow, -EINVAL },
	{ "tsc-slowest", tsc_slowest, 0 },
	{ "tsc-fastest", tsc_fastest, 0 },
	{ "tsc-too-fast", tsc_fast, -EINVAL },
	{ "tsc-huge", tsc_huge, -EINVAL },
	{ "tsc-that-is-no-multiple", tsc_odd, 0 },
	{ "no-gpa-width", no_gpaw, -EINVAL },
	{ "gpa-width-of-40", gpaw_40, -EINVAL },
	{ "gpa-width-of-52-with-4-levels", gpaw_52, -EINVAL },
	{ "gpa-width-of-52-with-5-levels", gpaw_52_5, 0 },
	{ "no-cpuid", no_entry, -EINVAL },
	{ "leaf-that-is-not-configurable", unknown_leaf, -EINVAL },
	{ "subleaf-that-is-not-configurable", unknown_subleaf, -EINVAL },
	{ "leaf-twice", twice, -EINVAL },
	{ "two-subleaves", both_subleaves, 0 },
	{ "rtm", rtm, -EINVAL },
	{ "hle", hle, -EINVAL },
	{ "waitpkg", waitpkg, -EINVAL },
	{ "all-of-leaf-7", leaf_7, 0 },
	{ "bits-that-the-module-judges", bit_for_the_module, 0 },
};

static void table(void)
{
	struct tdx_td_params params;
	struct td_config config;
	union request r;
	char name[80];
	size_t i;
	int ret;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		good(&r, &config);
		rows[i].change(&r, &config);
		memset(&params, 0, sizeof(params));
		ret = td_fill_params(&module, &r.init, &config, &params);
		snprintf(name, sizeof(name), "td_params.%s", rows[i].name);
		result(ret == rows[i].want, name);
	}
}

static u64 read_at(const struct tdx_td_params *params, size_t offset, size_t bytes)
{
	u64 value = 0;

	memcpy(&value, (const char *)params + offset, bytes);
	return value;
}

/* Each field of TD_PARAMS is at the offset that the ABI says. */
static void bytes(void)
{
	struct tdx_td_params params = {};
	struct td_config config;
	union request r;
	bool ok;
	int i;

	good(&r, &config);
	r.init.cpuid.entries[0].eax |= 0xff0000ff;
	for (i = 0; i < 6; i++) {
		r.init.mrconfigid[i] = 0x1111111111111111ULL * (i + 1);
		r.init.mrowner[i] = 0x100 + i;
		r.init.mrownerconfig[i] = 0x200 + i;
	}
	add(&r, 4, 1, 0xa, 0xb, 0xc, 0xd);
	ok = !td_fill_params(&module, &r.init, &config, &params);

	ok = ok && sizeof(params) == 1024 &&
	     read_at(&params, 0x00, 8) == BIT_ULL(28) &&
	     read_at(&params, 0x08, 8) == 7 &&
	     read_at(&params, 0x10, 2) == 4 &&
	     read_at(&params, 0x12, 6) == 0 &&
	     read_at(&params, 0x18, 8) == (6 | 3 << 3) &&
	     read_at(&params, 0x20, 8) == 4 &&
	     read_at(&params, 0x28, 8) == 100;
	for (i = 0; i < 6; i++) {
		ok = ok && read_at(&params, 0x50 + 8 * i, 8) == r.init.mrconfigid[i] &&
		     read_at(&params, 0x80 + 8 * i, 8) == r.init.mrowner[i] &&
		     read_at(&params, 0xb0 + 8 * i, 8) == r.init.mrownerconfig[i];
	}
	/* CPUID values are in the module's order, not in the request's, without the GPA width. */
	ok = ok && read_at(&params, 0x100 + 2 * 16, 8) == 0xb0000000aULL &&
	     read_at(&params, 0x108 + 2 * 16, 8) == 0xd0000000cULL &&
	     read_at(&params, 0x100 + 4 * 16, 8) == 0x200ff0000ffULL &&
	     read_at(&params, 0x100, 8) == 0;
	result(ok && config.gpaw == 48, "td_params.bytes");

	good(&r, &config);
	gpaw_52_5(&r, &config);
	memset(&params, 0, sizeof(params));
	ok = !td_fill_params(&module, &r.init, &config, &params);
	result(ok && config.gpaw == 52 && read_at(&params, 0x18, 8) == (6 | 4 << 3) &&
	       read_at(&params, 0x20, 8) == 5, "td_params.bytes-of-5-levels");
}

static void capabilities(void)
{
	static union {
		struct kvm_tdx_capabilities caps;
		char bytes[sizeof(struct kvm_tdx_capabilities) +
			   MAX_ENTRIES * sizeof(struct kvm_cpuid_entry2)];
	} u;
	const struct kvm_cpuid_entry2 *e = u.caps.cpuid.entries;
	struct tdx_sys_info strange = module;

	td_fill_capabilities(&module, &u.caps);
	result(u.caps.supported_attrs == BIT_ULL(28) && u.caps.supported_xfam == 0x602e7 &&
	       u.caps.user_tdvmcallinfo_1_r11 == 2 && !u.caps.kernel_tdvmcallinfo_1_r11,
	       "td_params.capabilities");
	result(u.caps.cpuid.nent == 6 && e[1].function == 4 && e[1].index == 0 &&
	       e[1].flags == KVM_CPUID_FLAG_SIGNIFCANT_INDEX && !e[0].flags &&
	       e[3].ebx == 0xdc2b9308 && e[3].ecx == 0x02417f45 && e[4].eax == 0xff0000,
	       "td_params.capabilities-of-cpuid");

	result(td_check_fixed(&module), "td_params.module-is-fine");
	strange.attributes_fixed1 = TDX_ATTR_PKS;
	result(!td_check_fixed(&strange), "td_params.module-forces-what-kvm-can-not");
	strange = module;
	strange.attributes_fixed0 = 0;
	result(!td_check_fixed(&strange), "td_params.module-allows-nothing");
}

/* Rules that hold for each request that is not refused. */
static bool is_right(const union request *r, const struct td_config *config,
		     const struct tdx_td_params *params)
{
	u32 i, j, found;

	if (params->attributes & ~BIT_ULL(28) || (params->xfam & 3) != 3 ||
	    params->tsc_frequency < 4 || params->tsc_frequency > 400 ||
	    abs((int)params->tsc_frequency * 25000 - (int)config->tsc_khz) > 12500 ||
	    params->max_vcpus != config->max_vcpus ||
	    (config->gpaw != 48 && config->gpaw != 52) ||
	    (config->gpaw == 52 && config->max_level < 5))
		return false;

	/* Each CPUID entry of the request has got into one leaf of TD_PARAMS. */
	for (i = 0; i < r->init.cpuid.nent; i++) {
		const struct kvm_cpuid_entry2 *e = &r->init.cpuid.entries[i];

		for (j = 0, found = 0; j < module.nr_cpuid_configs; j++) {
			const struct tdx_cpuid_config *c = &module.cpuid_configs[j];

			if (c->leaf == e->function &&
			    (c->sub_leaf == NONE || c->sub_leaf == e->index))
				found += params->cpuid_values[j].edx == e->edx;
		}
		if (found != 1)
			return false;
	}

	return true;
}

static void random_requests(unsigned int seed)
{
	static const u32 leaves[] = { 1, 4, 7, 0x80000008, 0x1f, 0x1f, 2 };
	struct tdx_td_params params;
	struct td_config config;
	union request r;
	int i, j, nr, accepted = 0;
	bool ok = true;
	char name[80];

	srandom(seed);
	for (i = 0; i < NR_RANDOM && ok; i++) {
		good(&r, &config);
		config.max_level = 4 + random() % 2;
		config.tsc_khz = random() % 12000000;
		r.init.xfam = random() & random() & 0x7ffff;
		if (random() % 2)
			r.init.xfam = 3 | (random() & 0x602e4);
		r.init.attributes = (u64)random() & (random() % 4 ? BIT_ULL(28) : ~0ULL);
		r.init.cpuid.entries[0].eax = (random() % 2 ? 48 : random() % 256) << 16;
		for (nr = random() % 4, j = 0; j < nr; j++)
			add(&r, leaves[random() % 7], random() % 3, random(), random() & random(),
			    random() & random(), random());
		memset(&params, 0, sizeof(params));
		if (!td_fill_params(&module, &r.init, &config, &params)) {
			accepted++;
			ok = is_right(&r, &config, &params);
		}
	}
	snprintf(name, sizeof(name), "td_params.random # seed %u, %d of %d accepted", seed,
		 accepted, i);
	result(ok && accepted > NR_RANDOM / 100, name);
}

int main(int argc, char **argv)
{
	unsigned int seed = argc > 1 ? strtoul(argv[1], NULL, 0) : (unsigned int)time(NULL);

	printf("KTAP version 1\n");
	table();
	bytes();
	capabilities();
	random_requests(seed);
	printf("1..%d\n", nr_tests);
	return nr_failed != 0;
}
