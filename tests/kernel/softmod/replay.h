/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SOFTMOD_REPLAY_H
#define SOFTMOD_REPLAY_H

/*
 * Replays what a TDX module answered: answers/README says what is in the files.
 *
 * A call is compared by its status, and by its status and the registers that it returns.  What
 * differs on purpose is listed in answers/deliberate.tsv, and such a call is not comparable.
 */

#include "machine.h"

struct replay_counts {
	/* Calls in the files, and those that can be compared. */
	long calls, reached;
	/* How many of them agree by status, and by status and registers. */
	long status, registers;
	/* Differences that answers/deliberate.tsv lists. */
	long deliberate;
	/* Sequences that ended early: a call succeeded in softmod or in the module only. */
	long ended;
	/* Children that died, wrong uses of pages, warnings. */
	long errors;
};

/* Shared with the children that play the sequences and rows. */
extern struct replay_counts *replay_counts;
/* How many differences are printed; the others are only counted. */
extern long replay_nr_shown;

/* A call and its answers: RCX, RDX, R8 to R11, of which those in @compared count. */
#define REPLAY_NR_REGS	6
struct replay_answer {
	u64 status;
	u64 regs[REPLAY_NR_REGS];
	u8 compared;
};

/* Counts the call @what, at @where, as reached and compares softmod's answer with the module's. */
void replay_compare(const char *where, const char *what, const struct replay_answer *got,
		    const struct replay_answer *module);
void replay_registers(const struct tdx_module_args *args, u64 ret_regs[REPLAY_NR_REGS]);
/* Runs @play in a child and counts an error if it dies or leaves something wrong behind. */
void replay_in_child(const char *where, void (*play)(void *), void *context);

/* False if the file cannot be read. */
bool replay_deliberate(const char *path);
/* Each replays one file and adds to replay_counts; false if it is not of the format. */
bool replay_rows(const char *path);
bool replay_sequences(const char *path);

/*
 * replay_guest.c: what the guest on @vcpu does.  True if it ends in a TD exit, whose RAX is then
 * @ret->status.
 */
bool replay_tdcall(struct sm_vcpu *vcpu, unsigned int leaf, unsigned int version, const u64 in[4],
		   struct replay_answer *ret);
enum replay_access { REPLAY_OK, REPLAY_VE, REPLAY_EXIT };
enum replay_access replay_access(struct sm_vcpu *vcpu, u64 gpa, unsigned int access,
				 struct replay_answer *ret);

#endif
