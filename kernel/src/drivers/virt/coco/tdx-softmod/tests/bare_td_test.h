/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDX_SOFTMOD_TESTS_BARE_TD_TEST_H
#define TDX_SOFTMOD_TESTS_BARE_TD_TEST_H

#include <linux/list.h>
#include <linux/seq_file.h>

#include <asm/tdx_host.h>

#include "bare_td.h"

#define BARE_TD_SHARED_BIT	BIT_ULL(47)
#define BARE_TD_MAX_PAGES	64
#define BARE_TD_X2APIC_ID	5

/* The guest's code, to be loaded at GUEST_CODE. */
extern const u8 bare_td_code[GUEST_CODE_BYTES];

/* What the guest reported with its last request: counts, and registers after the command. */
struct bare_td_report {
	/* Of the exception that ended the command, or GUEST_NO_FAULT. */
	u16 vector;
	u16 error;
	u16 irqs;
	u16 nmis;
	u64 rax;
	u64 rcx;
	u64 rdx;
	u64 r8;
	u64 r9;
	u64 r10;
	u64 r11;
};

struct bare_td_command {
	u64 nr;
	u64 rax;
	u64 rcx;
	u64 rdx;
	u64 r8;
	u64 r9;
};

struct bare_td {
	struct seq_file *out;
	unsigned int nr_tests;
	unsigned int nr_failed;
	/* Print only tests that fail. */
	bool quiet;

	int keyid;
	phys_addr_t tdr;
	phys_addr_t tdvpr;
	/* All pages that the TD has, in the order in which it got them. */
	phys_addr_t pages[BARE_TD_MAX_PAGES];
	unsigned int nr_pages;

	/* Page table for shared memory, root first; a shared page; the PI descriptor. */
	u64 *shared[4];
	void *shared_data;
	unsigned long *posted;

	struct bare_td_report report;
	/* Registers of the last TD exit, and how often the host's interrupts ended a run. */
	struct tdx_module_args args;
	u64 nr_interrupted;
	/* How often VP.ENTER returned with another RBP than it was called with. */
	u64 nr_rbp_lost;
	/* How many MSRs had another value after VP.ENTER than they must have. */
	u64 nr_msrs_wrong;
	/* XMM1 after the last TD exit, which is also passed to the next VP.ENTER. */
	u64 xmm1;
};

/* bare_td_life.c: creating returns 0 or -errno; the output says which SEAMCALL failed. */
int bare_td_create(struct bare_td *td);
void bare_td_destroy(struct bare_td *td);
/* Allocate a page for the TD; 0 if there is none. */
phys_addr_t bare_td_alloc(struct bare_td *td);
/*
 * Scrub @page, which came back from the TD, so that it is ordinary memory again.  True if it has
 * nothing of what was in it: all its bytes are the same, 0 but in strict mode.
 */
bool bare_td_is_blank(phys_addr_t page);
/* Free @page, which came back from the TD other than by PHYMEM.PAGE.RECLAIM. */
void bare_td_forget(struct bare_td *td, phys_addr_t page);

/* bare_td_run.c: VP.ENTER, repeated after interrupts of the host.  Returns RAX. */
u64 bare_td_enter(struct bare_td *td);
/* Answer the guest's request.  Returns RAX of VP.ENTER, 77 if the guest requests again. */
u64 bare_td_command(struct bare_td *td, const struct bare_td_command *command);
/* Go on after a TD exit in the middle of a command.  False if no request follows. */
bool bare_td_resume(struct bare_td *td);
/* bare_td_command(); false if no request follows. */
bool bare_td_do(struct bare_td *td, struct bare_td_command command);

/* Print one line of KTAP. */
void bare_td_result(struct bare_td *td, bool ok, const char *name);
#define EXPECT(td, name, condition)	bare_td_result(td, condition, name)
/* Test that @got is @want, and print both if not. */
void bare_td_equal(struct bare_td *td, const char *name, u64 got, u64 want);

/* bare_td_cases.c: all cases; the guest has not run yet. */
void bare_td_run_cases(struct bare_td *td);
/* bare_td_tables.c: CPUID and MSRs. */
void bare_td_test_tables(struct bare_td *td);

/* bare_td_gate.S */
void td_call_interrupt_gate(unsigned long handler);

#endif
