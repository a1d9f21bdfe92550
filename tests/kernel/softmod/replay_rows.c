// SPDX-License-Identifier: GPL-2.0-only
/* Replays rows.tsv: what a TDX module answers to the rows of the conformance table. */
#include "replay.h"
#include "rows.h"

/* Columns of rows.tsv; after DO come the inputs RCX, RDX, R8, R9, after STATUS the outputs. */
enum {
	ROW, LEAF, VERSION, STAGE, DO, FIRST_IN, OLD_STATUS = FIRST_IN + 4, STATUS, FIRST_OUT,
	COMPARE = FIRST_OUT + REPLAY_NR_REGS, NR_COLUMNS
};

struct line {
	char *column[NR_COLUMNS];
	char text[512];
};

static const char *const stages[] = {
#define NAME(name) #name,
	CONFORMANCE_STAGES(NAME)
};

static bool split(const char *text, struct line *ret)
{
	char *rest = ret->text;
	unsigned int i;

	snprintf(ret->text, sizeof(ret->text), "%s", text);
	rest[strcspn(rest, "\n")] = 0;
	for (i = 0; i < NR_COLUMNS; i++)
		ret->column[i] = strsep(&rest, "\t");
	return ret->column[COMPARE];
}

static u64 number(const struct line *line, unsigned int column)
{
	return strtoull(line->column[column], NULL, 16);
}

static bool is_same(const struct line *line, const struct conformance_row *row)
{
	const struct sm_leaf *leaf = sm_leaf(row->leaf);

	return !strcmp(line->column[LEAF], leaf ? leaf->name : "?") &&
	       atoi(line->column[VERSION]) == row->version &&
	       !strcmp(line->column[STAGE], stages[row->stage]) &&
	       !strcmp(line->column[DO], row->before ? row->before->name : "-") &&
	       number(line, FIRST_IN) == row->in.rcx && number(line, FIRST_IN + 1) == row->in.rdx &&
	       number(line, FIRST_IN + 2) == row->in.r8 && number(line, FIRST_IN + 3) == row->in.r9;
}

static const struct conformance_row *find(const struct line *line)
{
	unsigned int i;

	for (i = 0; i < conformance_nr_rows; i++) {
		if (is_same(line, &conformance_rows[i]))
			return &conformance_rows[i];
	}
	for (i = 0; i < own_nr_rows; i++) {
		if (is_same(line, &own_rows[i]))
			return &own_rows[i];
	}
	return NULL;
}

static void play(void *context)
{
	struct replay_answer got, module = {};
	const struct line *line = context;
	const struct conformance_row *row = find(line);
	unsigned int i;

	if (!row) {
		printf("# %s: no such row in the conformance table\n", line->column[ROW]);
		replay_counts->errors++;
		return;
	}
	conformance_run(row);
	got.status = conformance_result.status;
	replay_registers(&conformance_result.out, got.regs);
	/* The guest of these tests makes a TDVMCALL, which ends VP.ENTER with 77. */
	module.status = strcmp(line->column[STATUS], "in") ? number(line, STATUS) : 77;
	for (i = 0; i < REPLAY_NR_REGS; i++) {
		if (!strcmp(line->column[FIRST_OUT + i], "-"))
			continue;
		module.regs[i] = number(line, FIRST_OUT + i);
		module.compared |= BIT(i);
	}
	replay_compare(line->column[ROW], line->column[LEAF], &got, &module);
}

bool replay_rows(const char *path)
{
	FILE *file = fopen(path, "r");
	unsigned int stage;
	char text[512];
	struct line line;

	for (stage = 0; file && stage < NR_STAGES; stage++) {
		if (!test_reach(stage))
			return false;
		rewind(file);
		while (fgets(text, sizeof(text), file)) {
			if (!split(text, &line))
				return false;
			if (strcmp(line.column[STAGE], stages[stage]) ||
			    strcmp(line.column[COMPARE], "yes"))
				continue;
			replay_counts->calls++;
			replay_in_child(line.column[ROW], play, &line);
		}
	}
	return file && !fclose(file);
}
