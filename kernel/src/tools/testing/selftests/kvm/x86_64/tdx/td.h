/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SELFTEST_TDX_TD_H
#define SELFTEST_TDX_TD_H

/* A TD in which the agent runs (agent.h), and calls of the agent. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/kvm.h>

#include "agent.h"

struct td_vcpu {
	int fd;
	struct kvm_run *run;
	struct agent_mailbox *box;
	/* Not used by any test. */
	bool busy;
};

struct td {
	int kvm_fd;
	int vm_fd;
	int gmem_fd;
	/* Size of memory from GPA 0 on, and the host's mapping of its shared side. */
	uint64_t bytes;
	uint8_t *shared;
	unsigned int nr_vcpus;
	struct td_vcpu vcpus[AGENT_MAX_VCPUS];
	/* Initial private memory: the agent and its page tables; and the reset vector's page. */
	uint8_t *image;
	bool may_die;
};

struct td_options {
	unsigned int nr_vcpus;
	/* Size of memory; 0: 64 MiB */
	uint64_t bytes;
	/* If KVM cannot run a vCPU any more, end the program with exit code EIO. */
	bool may_die;
	/* Called before each of the steps in @until, if not NULL. */
	void (*reached)(unsigned int step);
	/* Return before this step. */
	enum { TD_READY, TD_BEFORE_INIT_VM, TD_BEFORE_VCPUS, TD_BEFORE_INIT_VCPU, TD_BEFORE_MEMORY,
	       TD_BEFORE_FINALIZE, TD_BEFORE_RUN } until;
};

/* Create a TD and run it until the agent is ready.  Any error ends the program with 1. */
void td_create(struct td *td, const struct td_options *options);
/* The same, but if a command of KVM_MEMORY_ENCRYPT_OP fails, return -errno; else 0. */
int td_try_create(struct td *td, const struct td_options *options);
void td_destroy(struct td *td);
/* End the program with 4 (skip) if this host offers no TDs. */
void td_skip_unless_available(void);

/* Steps of td_create(); return 0 or -errno. */
int td_init_vm(struct td *td);
/*
 * The parameters of td_init_vm(): all CPUID bits that the TDX module lets the host configure
 * and that KVM supports, GPA width 48.  It has room for more CPUID entries.  The caller
 * frees it.
 */
struct kvm_tdx_init_vm *td_make_init_vm(struct td *td);
int td_init_vcpu(struct td *td, unsigned int index);
int td_finalize(struct td *td);
int td_command(int fd, uint32_t id, uint32_t flags, uint64_t data);
/* Make memory private or shared and drop its other side; @gpa is without the shared bit. */
int td_set_private(struct td *td, uint64_t gpa, uint64_t bytes, bool is_private);

/* One KVM_RUN; returns 0 or -errno. */
int td_run_once(struct td_vcpu *vcpu);
/*
 * Start an operation of the agent and run the vCPU until the operation is done (true), or
 * until an exit that user space has to handle (false); td_resume() goes on after that.
 * Interrupted system calls are repeated, and memory faults that ask to convert are served.
 */
bool td_start(struct td *td, unsigned int index, enum agent_op op,
	      const uint64_t args[AGENT_NR_ARGS]);
bool td_resume(struct td *td, unsigned int index);
/* td_start(), in which an exit to user space fails the test.  Returns ret[0]. */
uint64_t td_call(struct td *td, unsigned int index, enum agent_op op,
		 const uint64_t args[AGENT_NR_ARGS]);

#define START(td, index, op, ...) \
	td_start(td, index, op, (const uint64_t[AGENT_NR_ARGS]){ __VA_ARGS__ })
#define CALL(td, index, op, ...) \
	td_call(td, index, op, (const uint64_t[AGENT_NR_ARGS]){ __VA_ARGS__ })

/* Have the agent call MapGPA, and do user space's part of it.  Returns R10, 0 on success. */
uint64_t td_map_gpa(struct td *td, unsigned int index, uint64_t gpa, uint64_t bytes,
		    bool is_private);
/* Have the agent accept private memory (AGENT_ACCEPT).  Returns the last status. */
uint64_t td_accept(struct td *td, unsigned int index, uint64_t gpa, uint64_t bytes, int level);
/* Have KVM map private memory before the TD accesses it. */
void td_pre_fault(struct td *td, unsigned int index, uint64_t gpa, uint64_t bytes);

/* look.c: what the host sees */

/*
 * The number that follows @key at the start of a line of a file; with an empty key, the first one.
 * No such number fails the test.
 */
unsigned long td_read_number(const char *path, const char *key);
/* A statistic of the VM, by its name in debugfs. */
unsigned long td_stat(const struct td *td, const char *name);
/* Fail unless the mirrored and the private page table are the same. */
void td_expect_verified(const struct td *td);
/* How many pages all TDs together have lost since boot; and fail unless none. */
unsigned long td_nr_leaked(void);
void td_expect_nothing_leaked(void);
/* Count free KeyIDs: create TDs until there is none left, and destroy them. */
unsigned int td_count_keyids(void);
/* Free memory of the whole host, that in lists of its CPUs included. */
unsigned long td_free_kib(void);
/* How much freed memory KASAN may hold back; 0 if the kernel does not have KASAN. */
unsigned long td_quarantine_kib(void);
/*
 * How often the host has called a leaf of the software TDX module so far, by the leaf's name
 * ("MEM_TRACK"); NULL: all leaves.
 */
unsigned long td_nr_calls(const char *leaf);
/* Memory in huge pages of files, of the whole host. */
unsigned long td_huge_page_kib(void);

/* child.c: a process that has a TD and is killed; a program has one at a time */

/* Run @live in a child process.  It must not return. */
pid_t td_child_start(void (*live)(void));
/* In the child: let td_child_wait_ready() of the parent return true.  Call it once. */
void td_child_is_ready(void);
/* Wait until the child is ready.  False: it ended before. */
bool td_child_wait_ready(void);
/* Kill the child and wait until it is gone; or wait for it, and fail unless SIGKILL ended it. */
void td_child_kill(pid_t pid);
void td_child_expect_killed(pid_t pid);

/* Tests; the table ends with a row without a name. */
struct td_test {
	const char *name;
	void (*run)(void);
};

int td_run_tests(const struct td_test *tests);
void td_fail(const char *file, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4), noreturn));

#define EXPECT(cond)	do { if (!(cond)) td_fail(__FILE__, __LINE__, "%s", #cond); } while (0)
#define EXPECT_EQ(a, b)	do {								\
	unsigned long long a_ = (a), b_ = (b);						\
	if (a_ != b_)									\
		td_fail(__FILE__, __LINE__, "%s is 0x%llx, not 0x%llx", #a, a_, b_);	\
} while (0)

#endif
