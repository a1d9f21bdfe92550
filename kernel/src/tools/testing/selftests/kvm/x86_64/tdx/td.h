/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SELFTEST_TDX_TD_H
#define SELFTEST_TDX_TD_H

/* A TD with the agent in it, and the calls to the agent. */

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
	/* The agent is in the middle of an operation: its next stop is the end of it. */
	bool busy;
};

struct td {
	int kvm_fd;
	int vm_fd;
	int gmem_fd;
	/* Memory from GPA 0, and the host's mapping of its shared side. */
	uint64_t bytes;
	uint8_t *shared;
	unsigned int nr_vcpus;
	struct td_vcpu vcpus[AGENT_MAX_VCPUS];
	/* What the agent starts from. */
	uint8_t *image;
	bool may_die;
};

struct td_options {
	unsigned int nr_vcpus;
	/* 0: 64 MiB */
	uint64_t bytes;
	/* A vCPU that the host can not run any more ends the program, with EIO. */
	bool may_die;
	/* Called before each of those steps, if not NULL. */
	void (*reached)(unsigned int step);
	/* Stop before that step. */
	enum { TD_READY, TD_BEFORE_INIT_VM, TD_BEFORE_VCPUS, TD_BEFORE_INIT_VCPU, TD_BEFORE_MEMORY,
	       TD_BEFORE_FINALIZE, TD_BEFORE_RUN } until;
};

/* Ends the program: 4 (skip) if this host has no TDs, 1 if something that must work does not. */
void td_create(struct td *td, const struct td_options *options);
/* The same, but a command of KVM_MEMORY_ENCRYPT_OP may fail: 0 or -errno. */
int td_try_create(struct td *td, const struct td_options *options);
void td_destroy(struct td *td);
void td_skip_unless_available(void);

/* Steps of td_create(), 0 or -errno. */
int td_init_vm(struct td *td);
/*
 * What td_init_vm() asks for: what the TDX module lets the host configure, as KVM
 * supports it; GPA width 48.  There is room for more CPUID entries; to be freed.
 */
struct kvm_tdx_init_vm *td_make_init_vm(struct td *td);
int td_init_vcpu(struct td *td, unsigned int index);
int td_finalize(struct td *td);
int td_command(int fd, uint32_t id, uint32_t flags, uint64_t data);
/* GPAs without the shared bit. */
int td_set_private(struct td *td, uint64_t gpa, uint64_t bytes, bool is_private);

/* One KVM_RUN; 0 or -errno. */
int td_run_once(struct td_vcpu *vcpu);
/*
 * Starts an operation and runs the vCPU until the agent is done (true), or until an
 * exit that is not KVM's to handle (false).  td_resume() goes on from there.
 * Interrupted system calls, and memory faults that ask to convert, are handled.
 */
bool td_start(struct td *td, unsigned int index, enum agent_op op,
	      const uint64_t args[AGENT_NR_ARGS]);
bool td_resume(struct td *td, unsigned int index);
/* The same, and any other exit ends the test.  Returns ret[0]. */
uint64_t td_call(struct td *td, unsigned int index, enum agent_op op,
		 const uint64_t args[AGENT_NR_ARGS]);

#define START(td, index, op, ...) \
	td_start(td, index, op, (const uint64_t[AGENT_NR_ARGS]){ __VA_ARGS__ })
#define CALL(td, index, op, ...) \
	td_call(td, index, op, (const uint64_t[AGENT_NR_ARGS]){ __VA_ARGS__ })

/* MapGPA by the agent, with user space's side of it.  Returns R10. */
uint64_t td_map_gpa(struct td *td, unsigned int index, uint64_t gpa, uint64_t bytes,
		    bool is_private);
/* Private pages become usable: AGENT_ACCEPT.  Returns the status. */
uint64_t td_accept(struct td *td, unsigned int index, uint64_t gpa, uint64_t bytes, int level);
/* The host maps private memory before the TD asks for it. */
void td_pre_fault(struct td *td, unsigned int index, uint64_t gpa, uint64_t bytes);

/* look.c: what the host sees */
unsigned long td_stat(const struct td *td, const char *name);
/* The mirrored and the private page table are the same. */
void td_expect_verified(const struct td *td);
/* Pages lost since boot, of whatever TD: how many; none. */
unsigned long td_nr_leaked(void);
void td_expect_nothing_leaked(void);
/* Free KeyIDs: creates TDs until there is none, and destroys them. */
unsigned int td_count_keyids(void);
/* Free memory of the whole host. */
unsigned long td_free_kib(void);
/* What KASAN, if the kernel has it, may keep of what was freed. */
unsigned long td_quarantine_kib(void);
/* 2 MiB pages of files, of the whole host. */
unsigned long td_huge_page_kib(void);

/* Tests */
struct td_test {
	const char *name;
	void (*run)(void);
	/* 0: two minutes */
	unsigned int limit_s;
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
