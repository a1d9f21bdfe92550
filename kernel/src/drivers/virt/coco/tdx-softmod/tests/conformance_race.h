/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDX_SOFTMOD_TESTS_CONFORMANCE_RACE_H
#define TDX_SOFTMOD_TESTS_CONFORMANCE_RACE_H

#include <linux/seq_file.h>

/*
 * Make @nr_calls random SEAMCALLs from all CPUs at once, on the TD at TDR, which is at stage
 * RUNNABLE.  False, after a line to @out, if a leaf returned a status that the ABI does not
 * list for it, or if hardly any call succeeded.  May sleep.
 */
bool conformance_race(struct seq_file *out, u64 seed, unsigned int nr_calls);

#endif
