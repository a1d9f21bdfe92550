/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SELFTEST_TDX_AGENT_H
#define SELFTEST_TDX_AGENT_H

/*
 * The program inside the TD: it does what the test on the host asks for, one thing
 * at a time, and tells what came of it.  So a test is a sequence of calls on the
 * host, and the TD's code is the same for all.
 *
 * Each vCPU has a mailbox, a shared page at GPA 4096 * index.  When the agent has
 * filled in ret[] it writes to AGENT_PORT, which stops KVM_RUN.
 */

#include <stdint.h>

#define AGENT_PORT		0x500
#define AGENT_NR_ARGS		16

#define AGENT_IMAGE_GPA		0x100000ULL
#define AGENT_TABLES_GPA	0x120000ULL
#define AGENT_STACKS_GPA	0x130000ULL
#define AGENT_STACK_BYTES	0x4000ULL
#define AGENT_MAX_VCPUS		8
#define AGENT_END_GPA		(AGENT_STACKS_GPA + AGENT_MAX_VCPUS * AGENT_STACK_BYTES)
#define AGENT_RESET_GPA		0xfffff000ULL

/* Virtual addresses: private GPAs as they are, shared GPAs behind this. */
#define AGENT_SHARED_VA		0x8000000000ULL

#define TD_SHARED_BIT		(1ULL << 47)

enum agent_op {
	/* Nothing. */
	AGENT_NOP,
	/* va, bytes -> value */
	AGENT_READ,
	/* va, bytes, value */
	AGENT_WRITE,
	/* va, bytes, seed: a pattern of 8 byte words */
	AGENT_FILL,
	/* va, bytes, seed -> words that differ; seed 0: from zero */
	AGENT_CHECK,
	/* rax, rcx, rdx, r8, r9 -> rax, rcx, rdx, r8, r9, r10, r11 */
	AGENT_TDCALL,
	/* r10..r15, rbx, rdi, rsi, r8, r9, rdx -> the same after TDG.VP.VMCALL */
	AGENT_VMCALL,
	/* eax, ecx -> eax, ebx, ecx, edx; the instruction */
	AGENT_CPUID,
	/* index -> value, #VE reason or 0; the instruction */
	AGENT_RDMSR,
	/* index, value -> #VE reason or 0; the instruction */
	AGENT_WRMSR,
	/* toggle CR4.PCIDE twice -> CR4 before, between, after */
	AGENT_TOGGLE_PCIDE,
	/* va, AGENT_PROBE_* -> #VE reason or 0, qualification, GPA, linear address */
	AGENT_PROBE,
	/* interrupts on, software-enable the local APIC -> x2APIC ID */
	AGENT_APIC_ON,
	/* vector, count, halt: wait until it came that often -> times */
	AGENT_WAIT_IRQ,
	/* vector -> times that it came */
	AGENT_COUNT_IRQ,
	/* until the host sets stop; va, bytes: reads there -> rounds */
	AGENT_SPIN,
	/* gpa, bytes, level: accept all -> status of the last, calls */
	AGENT_ACCEPT,
	/* a triple fault */
	AGENT_DIE,
	AGENT_NR_OPS,
};

enum {
	AGENT_PROBE_LOAD,
	AGENT_PROBE_STORE,
	AGENT_PROBE_STORE_IMMEDIATE,
	AGENT_PROBE_LOAD_INDEXED,
	AGENT_PROBE_STORE_INDEXED,
	AGENT_NR_PROBES,
};

struct agent_mailbox {
	uint64_t op;
	uint64_t args[AGENT_NR_ARGS];
	uint64_t ret[AGENT_NR_ARGS];
	/* Written by the host while the agent works. */
	volatile uint64_t stop;
	/* The agent's progress, for the host. */
	volatile uint64_t rounds;
};

/* Word of a pattern at @address. */
static inline uint64_t agent_pattern(uint64_t seed, uint64_t address)
{
	return seed ? (seed ^ address) * 0x9e3779b97f4a7c15ULL : 0;
}

#endif
