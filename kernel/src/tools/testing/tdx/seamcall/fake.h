/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEAMCALL_TEST_FAKE_H
#define SEAMCALL_TEST_FAKE_H

/*
 * A backend that follows the order of a TDX module's initialisation, serves
 * metadata, records what it is asked, and fails on demand.
 */

#include <linux/cpumask.h>
#include <asm/tdx_host.h>

#define FAKE_FIRST_KEYID	5
#define FAKE_NR_KEYIDS		9
#define FAKE_NR_CPUID_CONFIGS	3
#define FAKE_MAX_LEAF		70

struct fake {
	/* Calls of each leaf since fake_reset(). */
	unsigned int calls[FAKE_MAX_LEAF];
	/* What went against the order that the interface demands; NULL if nothing. */
	const char *out_of_order;
	/* SYS.INIT succeeded. */
	bool initialised;
	/* CPUs that did LP.INIT. */
	struct cpumask lps;
	/* PAMT pages that SYS.CONFIG was given, in bytes. */
	u64 pamt_bytes;
	unsigned int nr_tdmrs;
	unsigned int nr_tdmrs_done;

	/* Leaf to fail, from which call on, how often, with what. */
	u16 fail_leaf;
	unsigned int fail_from;
	unsigned int fail_times;
	u64 fail_status;

	/* Served as metadata. */
	u64 features0;
	u64 nr_cpuid_configs;

	/* Last leaf that is none of SYS.*; answered with @answer. */
	u64 last_fn;
	struct tdx_module_args last_in;
	struct tdx_module_args answer;
	u64 answer_status;
};

extern struct fake fake;
extern const struct tdx_backend fake_backend;

/* Forgets all calls and injected failures. */
void fake_reset(void);

/* The value that the fake serves for a metadata field, and whether there is one. */
bool fake_metadata(u64 id, u64 *ret_value);

#endif
