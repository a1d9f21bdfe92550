// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a TD sees of CPUID, MSRs and control registers: the test that a TD runs on a booted host, with
 * the guest of guest.h; and the rows of CR0 and CR4 against ../softmod/answers/cr.tsv.
 */
#include <stdarg.h>

#include "guest.h"
#include "test.h"

/* What the test prints, besides its results. */
#undef seq_printf
static void seq_printf(struct seq_file *out, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
}

#include "bare_td_tables.c"

void bare_td_result(struct bare_td *td, bool ok, const char *name)
{
	td->nr_tests++;
	td->nr_failed += !ok;
	if (!ok)
		printf("# failed: %s\n", name);
}

void bare_td_equal(struct bare_td *td, const char *name, u64 got, u64 want)
{
	if (got != want)
		printf("# %s: %#llx, not %#llx\n", name, got, want);
	bare_td_result(td, got == want, name);
}

static void in_a_td(const char *name, void (*cpuid)(u32 leaf, u32 subleaf, u32 ret_regs[4]))
{
	struct bare_td td = {};

	if (guest_reset(cpuid))
		bare_td_test_tables(&td);
	report(td.nr_tests && !td.nr_failed, name, "%u tests", td.nr_tests);
}

static const struct sm_cr_row *row_of(unsigned int cr, unsigned int bit)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sm_cr_rows); i++) {
		if (sm_cr_rows[i].cr == cr && sm_cr_rows[i].bits & BIT_ULL(bit))
			return &sm_cr_rows[i];
	}
	return NULL;
}

/* Is this what a word of the table says about writing 1 (@is_set) or 0 to the bit? */
static bool is_effect(enum sm_cr_effect effect, const struct sm_cr_row *row, const char *word,
		      bool is_set)
{
	static const char *const names[] = {
		[SM_CR_FREE] = "free", [SM_CR_IGNORED] = "ignored", [SM_CR_VE] = "#VE",
		[SM_CR_GP] = "#GP",
	};
	char text[64];

	/* PCIDE is ignored where the CPU has no PCIDs, see cr_rows.h. */
	if (row->cr == 4 && row->bits == X86_CR4_PCIDE && effect == SM_CR_IGNORED)
		effect = SM_CR_GP;
	snprintf(text, sizeof(text), is_set && row->unless.leaf ? "free if %x.%x.%u.%u, else %s" : "",
		 row->unless.leaf, row->unless.subleaf, row->unless.reg, row->unless.bit,
		 names[effect]);
	return !strcmp(*text ? text : names[effect], word);
}

static bool compare(unsigned int cr, unsigned int bit, const char *set, const char *clear)
{
	const struct sm_cr_row *row = row_of(cr, bit);

	if (row && is_effect(row->set, row, set, true) && is_effect(row->clear, row, clear, false))
		return true;
	printf("# CR%u, bit %u is not %s when 1 is written, %s when 0 is\n", cr, bit, set, clear);
	return false;
}

static void compare_cr_rows(void)
{
	unsigned int cr, first, last, nr_bits = 0;
	char text[256], set[64], clear[64];
	FILE *file = fopen(CR_TABLE, "r");
	bool ok = file;

	while (file && fgets(text, sizeof(text), file)) {
		if (sscanf(text, "%u\t%u\t%u\t%63[^\t]\t%63[^\n]", &cr, &first, &last, set, clear) != 5)
			continue;
		for (; first <= last; first++, nr_bits++)
			ok &= compare(cr, first, set, clear);
	}
	if (file)
		fclose(file);
	report(ok && nr_bits == 2 * 64, "cr.rows", "%u bits", nr_bits);
}

void test_tables(void)
{
	compare_cr_rows();
	in_a_td("td.cpu-with-all", cpu_with_all);
	in_a_td("td.cpu-with-nothing", cpu_with_nothing);
}
