// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's status codes and leaves must be those of the tables by which tdxctl explains them. */

#include "test.h"

/* From common/seamcall.h, which cannot be included: the kernel's header has the same name. */
struct seamcall_code {
	uint32_t code;
	const char *name;
	const char *words;
	const char *advice;
};

const struct seamcall_code *seamcall_codes(size_t *ret_count);
const char *seamcall_leaf_name(uint64_t leaf);

static const struct {
	const char *name;
	u64 status;
} codes[] = {
#define CODE(x) { #x, TDX_##x },
#include "codes.inc"
#undef CODE
};

static bool names_as_tdxctl(void)
{
	size_t nr, found = 0;
	const struct seamcall_code *theirs = seamcall_codes(&nr);

	for (size_t i = 0; i < ARRAY_SIZE(codes); i++) {
		bool known = false;

		for (size_t j = 0; j < nr; j++) {
			if (strcmp(theirs[j].name, codes[i].name))
				continue;
			known |= (u64)theirs[j].code << 32 == codes[i].status;
		}
		if (!known)
			printf("# %s 0x%llx\n", codes[i].name, (unsigned long long)codes[i].status);
		ASSERT(known);
		found++;
	}
	/* The Makefile cuts codes.inc out of tdx_status.h: it must not have come out empty. */
	ASSERT(found > 80);
	return true;
}

/* Names such as "TDH.VP.ENTER", by number of the leaf; NULL: no such leaf. */
static const char *const leaf_names[TDX_LEAF_NR_MASK + 1] = {
#define NAME(nr, id, name) [nr] = "TDH." name,
	TDX_HOST_LEAVES(NAME)
#undef NAME
};

static bool leaves_as_tdxctl(void)
{
	for (u64 nr = 0; nr < ARRAY_SIZE(leaf_names); nr++) {
		const char *ours = leaf_names[nr] ?: "none", *theirs = seamcall_leaf_name(nr) ?: "none";

		if (strcmp(ours, theirs))
			printf("# leaf %llu: %s in the kernel, %s in tdxctl\n", nr, ours, theirs);
		ASSERT(!strcmp(ours, theirs));
	}
	return true;
}

/*
 * In the table of leaves an identifier is the name with _ in place of dots; the enum TDH_* has
 * the numbers of the table.
 */
static bool leaves_are_named_alike(void)
{
	static const struct {
		unsigned int nr, value;
		const char *id, *name;
	} leaves[] = {
#define LEAF(nr, id, name) { nr, TDH_##id, #id, name },
		TDX_HOST_LEAVES(LEAF)
#undef LEAF
	};

	for (size_t i = 0; i < ARRAY_SIZE(leaves); i++) {
		ASSERT(leaves[i].value == leaves[i].nr);
		ASSERT(!strcmp(tdx_leaf_name(leaves[i].nr), leaves[i].name));
		ASSERT(strlen(leaves[i].id) == strlen(leaves[i].name));
		for (size_t j = 0; leaves[i].id[j]; j++)
			ASSERT(leaves[i].id[j] == (leaves[i].name[j] == '.' ? '_' : leaves[i].name[j]));
	}
	ASSERT(!strcmp(tdx_leaf_name(42), "unknown leaf"));
	return true;
}

static bool every_code_decodes(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(codes); i++) {
		u64 code = codes[i].status, status = code | TDX_OPERAND_ID_SEPT_TREE;

		ASSERT(!tdx_status_detail(code));
		ASSERT(tdx_status_code(status) == code);
		ASSERT(tdx_status_detail(status) == 0x92);
		ASSERT(tdx_status_is(status, code) && tdx_status_is(code, code));
		ASSERT(tdx_status_is_about(status, code, TDX_OPERAND_ID_SEPT_TREE));
		ASSERT(!tdx_status_is_about(status, code, TDX_OPERAND_ID_TDR));
		ASSERT(!tdx_status_is_software(status));
		ASSERT(tdx_status_is_error(status) == (code >> 63));
		ASSERT(tdx_status_is_non_recoverable(status) == (code >> 62 & 1));
		for (size_t j = 0; j < i; j++)
			ASSERT(codes[j].status != code);
	}
	return true;
}

static bool busy_is_a_class(void)
{
	static const u64 busy[] = {
		0x8000020000000092, 0x80000201000000a9, 0x8000020200000000, 0x8000020300000000,
		0x8000020400000001, 0x9000020500000000,
	};
	static const u64 others[] = {
		0, 0x0000081500000000, 0x8000000300000000, 0xc000010000000001, 0x8000081700000000,
		0x0000020000000000, 0x8000070100000000, 0x8000ff00ffff0000, 0x4000000100000002,
	};

	for (size_t i = 0; i < ARRAY_SIZE(busy); i++)
		ASSERT(tdx_status_is_busy(busy[i]));
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		ASSERT(!tdx_status_is_busy(others[i]));
	return true;
}

static bool what_the_cpu_says(void)
{
	/* What the kernel returns if SEAMCALL itself fails: VMfailInvalid, #GP, #UD. */
	ASSERT(tdx_status_is_software(0x8000ff00ffff0000));
	ASSERT(tdx_status_is_software(0x8000ff000000000d));
	ASSERT(tdx_status_is_software(0x8000ff0000000006));
	ASSERT(tdx_status_class(0x8000020000000092) == TDX_CLASS_BUSY);
	ASSERT(tdx_status_class(0xc0000b0600000000) == TDX_CLASS_SEPT);
	return true;
}

static bool sept_info_decodes(void)
{
	struct tdx_sept_info sept = { .info = 0x10000 | TDX_SEPT_NL_BLOCKED << 8 | 2 };

	ASSERT(tdx_sept_level(&sept) == 2);
	ASSERT(tdx_sept_state(&sept) == TDX_SEPT_NL_BLOCKED);
	return true;
}

static bool addresses_with_a_keyid(void)
{
	ASSERT(tdx_hkid_pa(0x12345000, 0) == 0x12345000);
	ASSERT(tdx_hkid_pa(0x12345000, 3) == (0x12345000 | 3ULL << 46));
	ASSERT(tdx_hkid_pa(0x12345000, 0xffff) == (0x12345000 | 0xffffULL << 46));
	return true;
}

const struct test status_tests[] = {
	{ "seamcall.status.names-as-tdxctl", names_as_tdxctl },
	{ "seamcall.leaves.names-as-tdxctl", leaves_as_tdxctl },
	{ "seamcall.leaves.named-alike", leaves_are_named_alike },
	{ "seamcall.status.every-code-decodes", every_code_decodes },
	{ "seamcall.status.busy-is-a-class", busy_is_a_class },
	{ "seamcall.status.what-the-cpu-says", what_the_cpu_says },
	{ "seamcall.sept-info-decodes", sept_info_decodes },
	{ "seamcall.addresses-with-a-keyid", addresses_with_a_keyid },
	{}
};
