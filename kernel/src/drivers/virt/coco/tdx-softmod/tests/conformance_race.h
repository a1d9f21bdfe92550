/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDX_SOFTMOD_TESTS_CONFORMANCE_RACE_H
#define TDX_SOFTMOD_TESTS_CONFORMANCE_RACE_H

#include <linux/seq_file.h>

/*
 * @nr_calls random SEAMCALLs by all CPUs at once, on the TD at TDR at stage RUNNABLE.
 * False if a status is one that the ABI does not list for its leaf; says which.  May sleep.
 */
bool conformance_race(struct seq_file *out, u64 seed, unsigned int nr_calls);

#endif
