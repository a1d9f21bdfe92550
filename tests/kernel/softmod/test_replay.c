// SPDX-License-Identifier: GPL-2.0-only
/*
 * Replays what a TDX module answered: answers/, and the folder that TDX_HOST_MODULE_ANSWERS
 * names.
 */
#include <glob.h>
#include <sys/mman.h>
#include <unistd.h>

#include "replay.h"
#include "test.h"

/* Least share of the comparable calls that must agree, in 1/10000. */
#define LEAST_STATUS	10000
#define LEAST_REGISTERS	9990

static void agreement(const char *name, bool readable)
{
	const struct replay_counts *c = replay_counts;
	double percent = 100.0 / max(c->reached, 1L);

	report(readable && c->reached && !c->errors &&
	       c->status * 10000 >= c->reached * LEAST_STATUS &&
	       c->registers * 10000 >= c->reached * LEAST_REGISTERS, name,
	       "%ld calls, %ld comparable: status of %ld (%.2f %%), registers too of %ld (%.2f %%); "
	       "%ld differ on purpose, %ld sequences end early",
	       c->calls, c->reached, c->status, c->status * percent, c->registers,
	       c->registers * percent, c->deliberate, c->ended);
	memset(replay_counts, 0, sizeof(*replay_counts));
}

/* Replays all files of @folder; @label is part of the names of the checks. */
static void replay_folder(const char *folder, const char *label)
{
	bool readable = true;
	char text[512];
	glob_t files;
	size_t i;

	snprintf(text, sizeof(text), "%s/rows.tsv", folder);
	if (!access(text, R_OK)) {
		readable = replay_rows(text);
		snprintf(text, sizeof(text), "replay.%srows", label);
		agreement(text, readable);
	}

	snprintf(text, sizeof(text), "%s/*.txt*", folder);
	readable = !glob(text, 0, NULL, &files);
	for (i = 0; readable && i < files.gl_pathc; i++)
		readable = replay_sequences(files.gl_pathv[i]);
	globfree(&files);
	snprintf(text, sizeof(text), "replay.%ssequences", label);
	agreement(text, readable);
}

void test_replay(const struct options *options)
{
	replay_counts = mmap(NULL, sizeof(*replay_counts), PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (!replay_deliberate(TEST_DIR "/answers/deliberate.tsv"))
		report(false, "replay.deliberate", "answers/deliberate.tsv cannot be read");
	if (options->answers) {
		replay_nr_shown = LONG_MAX;
		replay_folder(options->answers, "folder-");
		return;
	}
	replay_folder(TEST_DIR "/answers", "");
	if (getenv("TDX_HOST_MODULE_ANSWERS"))
		replay_folder(getenv("TDX_HOST_MODULE_ANSWERS"), "folder-");
}
