/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WORLDS_GUEST_H
#define WORLDS_GUEST_H

#include "run.h"

/*
 * A guest in user space.  It executes no instruction: bare_td_do() makes the VM exit that the
 * instruction would cause, and run/ handles that.
 */

/* CPUID of the CPU below. */
void cpu_with_all(u32 leaf, u32 subleaf, u32 ret_regs[4]);
void cpu_with_nothing(u32 leaf, u32 subleaf, u32 ret_regs[4]);

/* Makes a vCPU in 64-bit mode, of a TD for which nothing is configured. */
struct sm_vcpu *guest_reset(void (*cpuid)(u32 leaf, u32 subleaf, u32 ret_regs[4]));

#endif
