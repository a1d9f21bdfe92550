/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SELFTEST_TDX_AGENT_H
#define SELFTEST_TDX_AGENT_H

/*
 * The agent is the program that runs inside the TD of all tests.  It does the operations that
 * the test on the host asks for, one at a time, and returns their results.  So a test is
 * nothing but a sequence of calls on the host.
 *
 * Each vCPU has a mailbox, a shared page at GPA 4096 * index.  When an operation is done and
 * the agent has filled in ret[], it writes to AGENT_PORT, which makes KVM_RUN return.
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

/* Private memory is mapped at virtual addresses equal to its GPAs, shared memory from here. */
#define AGENT_SHARED_VA		0x8000000000ULL

#define TD_SHARED_BIT		(1ULL << 47)

/* Operations: arguments -> results.  "the instruction": executed natively, may be #VE. */
enum agent_op {
	/* Do nothing. */
	AGENT_NOP,
	/* va, bytes -> value */
	AGENT_READ,
	/* va, bytes, value */
	AGENT_WRITE,
	/* va, bytes, seed: write the pattern of @seed, in words of 8 bytes */
	AGENT_FILL,
	/* va, bytes, seed -> number of words that differ; the pattern of seed 0 is zero */
	AGENT_CHECK,
	/* rax, rcx, rdx, r8, r9 -> rax, rcx, rdx, r8, r9, r10, r11 */
	AGENT_TDCALL,
	/* r10..r15, rbx, rdi, rsi, r8, r9, rdx -> the same after TDG.VP.VMCALL */
	AGENT_VMCALL,
	/* eax, ecx -> eax, ebx, ecx, edx; the instruction */
	AGENT_CPUID,
	/* index -> low 32 bits of the value, #VE reason or 0; the instruction */
	AGENT_RDMSR,
	/* index, value -> #VE reason or 0; the instruction */
	AGENT_WRMSR,
	/* toggle CR4.PCIDE twice -> CR4 before, between, after */
	AGENT_TOGGLE_PCIDE,
	/* va, AGENT_PROBE_* -> #VE reason or 0, qualification, GPA, linear address */
	AGENT_PROBE,
	/* interrupts on, software-enable the local APIC -> x2APIC ID */
	AGENT_APIC_ON,
	/* vector, count, halt: wait, halted or not, for @count interrupts -> how many came */
	AGENT_WAIT_IRQ,
	/* vector -> how many interrupts came so far */
	AGENT_COUNT_IRQ,
	/* va, bytes: read there until the host sets mailbox.stop -> rounds */
	AGENT_SPIN,
	/* gpa, bytes, level: accept it all -> status of the last call, number of calls */
	AGENT_ACCEPT,
	/* cause a triple fault */
	AGENT_DIE,
	AGENT_NR_OPS,
};

/* Forms of the instruction that AGENT_PROBE accesses memory with. */
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
	/* Set by the host to end AGENT_WAIT_IRQ and AGENT_SPIN. */
	volatile uint64_t stop;
	/* How often their loops went round, which shows the host that the agent runs. */
	volatile uint64_t rounds;
};

/* Word of the pattern of @seed at @address. */
static inline uint64_t agent_pattern(uint64_t seed, uint64_t address)
{
	return seed ? (seed ^ address) * 0x9e3779b97f4a7c15ULL : 0;
}

#endif
