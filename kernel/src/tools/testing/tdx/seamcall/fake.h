/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEAMCALL_TEST_FAKE_H
#define SEAMCALL_TEST_FAKE_H

/*
 * A fake backend for SEAMCALLs.  It checks that the steps of the module's initialisation come
 * in the right order, returns metadata, records calls, and fails those that a test chooses.
 */

#include <linux/cpumask.h>
#include <asm/tdx_host.h>

#define FAKE_FIRST_KEYID	5
#define FAKE_NR_KEYIDS		9
#define FAKE_NR_CPUID_CONFIGS	3
#define FAKE_MAX_LEAF		70

struct fake {
	/* How often each leaf was called since fake_reset(). */
	unsigned int calls[FAKE_MAX_LEAF];
	/* The first call that came in the wrong order or had a bad operand; NULL if none. */
	const char *out_of_order;
	/* SYS.INIT succeeded. */
	bool initialised;
	/* CPUs that have called LP.INIT. */
	struct cpumask lps;
	/* Size of all PAMTs that SYS.CONFIG was given. */
	u64 pamt_bytes;
	/* How many TDMRs there are, and how many of them are initialised to their end. */
	unsigned int nr_tdmrs;
	unsigned int nr_tdmrs_done;

	/* Leaf that fails, from which of its calls on, how often, with which status. */
	u16 fail_leaf;
	unsigned int fail_from;
	unsigned int fail_times;
	u64 fail_status;

	/* Values of metadata fields that a test may change. */
	u64 features0;
	u64 nr_cpuid_configs;

	/* The last call of a leaf other than SYS.*, and what such calls return. */
	u64 last_fn;
	struct tdx_module_args last_in;
	struct tdx_module_args answer;
	u64 answer_status;
};

extern struct fake fake;
extern const struct tdx_backend fake_backend;

/* Forget all calls and failures that a test has set. */
void fake_reset(void);

/* The fake's value of a metadata field; false if it has no such field. */
bool fake_metadata(u64 id, u64 *ret_value);

#endif
