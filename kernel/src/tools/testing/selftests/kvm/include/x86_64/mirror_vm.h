/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SELFTEST_KVM_MIRROR_VM_H
#define SELFTEST_KVM_MIRROR_VM_H

/*
 * A VM of type KVM_X86_MIRROR_TEST_VM, for tests of the MMU with mirrored page tables.
 *
 * The guest's code, stack and page tables are in shared memory.  The test's memory slot is
 * mapped twice into the guest: at PRIVATE_GVA as private memory, at SHARED_GVA as shared
 * memory, by the same GPAs with the shared bit.  The guest does what the test asks it for,
 * one job after the other: see mirror_do().
 */

#include <pthread.h>
#include <stdatomic.h>

#include "kvm_util.h"
#include "processor.h"
#include "test_util.h"
#include "ucall_common.h"
#include "../../../../../../arch/x86/kvm/mmu/mirror/tests/abi.h"

#define SHARED_BIT	BIT_ULL(KVM_MIRROR_TEST_SHARED_BIT)

#define MIRROR_MAX_VCPUS	4
#define MIRROR_SLOT		10
#define MIRROR_GPA		0x100000000ul
#define PRIVATE_GVA		0x100000000ul
#define SHARED_GVA		0x200000000ul
/* Number of pages in the slot, and in a leaf of 2 MiB. */
#define MIRROR_PAGES		4096ul
#define HUGE_PAGES		512ul

/* Offset in a page of the word that belongs to vCPU @word; guests use only these. */
#define WORD_OFFSET(word)	((word) * 1016ul)

enum mirror_side { PRIVATE, SHARED };

enum mirror_job_op {
	/* Write the pattern of @seed. */
	JOB_WRITE,
	/* Count words that differ from the pattern of @seed; of seed 0 it is zero. */
	JOB_CHECK,
	/* Write a function to each page, call it, and count wrong results. */
	JOB_CALL,
};

/* A job for one vCPU; lives in the guest's memory. */
struct mirror_job {
	/* enum mirror_job_op, enum mirror_side */
	u32 op, side;
	/* First page and number of pages in the slot; seed of the pattern. */
	u64 page, nr, seed;
	/* Which word of each page: the vCPU's own. */
	u32 word;
	/* Result: number of wrong words; page and value of the first one. */
	u64 wrong, wrong_page, wrong_value;
};

struct mirror_vm {
	struct kvm_vm *vm;
	struct kvm_vcpu *vcpu[MIRROR_MAX_VCPUS];
	struct mirror_job *job[MIRROR_MAX_VCPUS];
	/* The host's mapping of the slot's shared memory. */
	u8 *shared;
	/* How many memory fault exits asked to convert a page, and were served. */
	atomic_ulong nr_converted;
};

static struct mirror_job mirror_jobs[MIRROR_MAX_VCPUS];

static inline u64 mirror_pattern(u64 seed, u64 page, u32 word)
{
	return seed ? (seed << 40) ^ (page << 8) ^ word ^ 0x5a00000000000000ul : 0;
}

/*
 * The guest.  It must not execute instructions that KVM emulates, because KVM cannot read
 * its code.
 */

static inline u64 mirror_call(u64 *word, u64 value)
{
	/* movabs $value, %rax; ret */
	u8 *code = (u8 *)word;

	code[0] = 0x48;
	code[1] = 0xb8;
	WRITE_ONCE(*(u64 *)(code + 2), value);
	code[10] = 0xc3;
	return ((u64 (*)(void))code)();
}

static inline void mirror_guest_code(u64 v)
{
	struct mirror_job *job = &mirror_jobs[v];
	u64 base, page, value, want, *word;

	for (;;) {
		base = READ_ONCE(job->side) == SHARED ? SHARED_GVA : PRIVATE_GVA;
		job->wrong = 0;

		for (page = job->page; page < job->page + job->nr; page++) {
			word = (u64 *)(base + page * PAGE_SIZE + WORD_OFFSET(job->word));
			want = mirror_pattern(job->seed, page, job->word);

			if (job->op == JOB_WRITE) {
				WRITE_ONCE(*word, want);
				continue;
			}

			value = job->op == JOB_CALL ? mirror_call(word, want) : READ_ONCE(*word);
			if (value != want && !job->wrong++) {
				job->wrong_page = page;
				job->wrong_value = value;
			}
		}
		GUEST_SYNC(job->wrong);
	}
}

/* The host */

static inline int __mirror_cmd(struct kvm_vm *vm, u32 id, u64 data)
{
	struct kvm_mirror_test_cmd cmd = { .id = id, .data = data };

	return ioctl(vm->fd, KVM_MEMORY_ENCRYPT_OP, &cmd);
}

static inline void mirror_cmd(struct kvm_vm *vm, u32 id, u64 data)
{
	int ret = __mirror_cmd(vm, id, data);

	TEST_ASSERT(!ret, "command %u: errno %d (%s)", id, errno, strerror(errno));
}

static inline struct kvm_mirror_test_counts mirror_counts(struct mirror_vm *m)
{
	struct kvm_mirror_test_counts counts;

	mirror_cmd(m->vm, KVM_MIRROR_TEST_COUNT, (u64)&counts);
	return counts;
}

static inline void mirror_script(struct mirror_vm *m, u32 op, int skip, int times, int error)
{
	struct kvm_mirror_test_script script = {
		.op = op, .skip = skip, .times = times, .error = error,
	};

	mirror_cmd(m->vm, KVM_MIRROR_TEST_SCRIPT, (u64)&script);
}

/*
 * Fail unless the mirrored and the private page table are equal, and KVM has called no
 * private-PT op while its preconditions did not hold.
 */
static inline void mirror_verify(struct mirror_vm *m)
{
	struct kvm_mirror_test_counts counts = mirror_counts(m);
	struct kvm_mirror_test_report report;

	mirror_cmd(m->vm, KVM_MIRROR_TEST_VERIFY, (u64)&report);
	TEST_ASSERT(report.entries >= 256, "only %llu entries", report.entries);
	TEST_ASSERT(!report.wrong && !report.unread, "of %llu entries %llu differ, %llu unread",
		    report.entries, report.wrong, report.unread);
	TEST_ASSERT(!counts.violations, "%llu broken preconditions", counts.violations);
}

/*
 * Set the shared bit in each entry of the guest's page table that points to a table or to
 * shared memory.  The selftest library sets it in neither.
 */
static inline void mirror_tag_table(struct kvm_vm *vm, u64 table_gpa, int level, u64 gva)
{
	u64 *table = addr_gpa2hva(vm, table_gpa);
	int i;

	for (i = 0; i < 512; i++) {
		u64 entry_gva = gva + i * PG_LEVEL_SIZE(level);
		bool leaf = level == PG_LEVEL_4K || (table[i] & PTE_LARGE_MASK);

		if (!(table[i] & PTE_PRESENT_MASK))
			continue;
		if (!leaf)
			mirror_tag_table(vm, PTE_GET_PA(table[i]), level - 1, entry_gva);
		if (!leaf || entry_gva < PRIVATE_GVA ||
		    entry_gva >= PRIVATE_GVA + MIRROR_PAGES * PAGE_SIZE)
			table[i] |= SHARED_BIT;
	}
}

static inline void mirror_map_slot(struct mirror_vm *m)
{
	virt_map(m->vm, PRIVATE_GVA, MIRROR_GPA, MIRROR_PAGES);
	virt_map(m->vm, SHARED_GVA, MIRROR_GPA, MIRROR_PAGES);
	m->shared = addr_gpa2hva(m->vm, MIRROR_GPA);
}

static inline struct kvm_vm *mirror_create_bare(void)
{
	const struct vm_shape shape = {
		.mode = VM_MODE_DEFAULT,
		.type = KVM_X86_MIRROR_TEST_VM,
	};

	TEST_REQUIRE(kvm_check_cap(KVM_CAP_VM_TYPES) & BIT(KVM_X86_MIRROR_TEST_VM));
	return __vm_create(shape, MIRROR_MAX_VCPUS, 4 * MIRROR_PAGES / 512 + 256);
}

static inline struct mirror_vm *mirror_create(int nr_vcpus, u64 flags)
{
	struct mirror_vm *m = calloc(1, sizeof(*m));
	struct kvm_vm *vm = mirror_create_bare();
	int v;

	m->vm = vm;
	mirror_cmd(vm, KVM_MIRROR_TEST_INIT, flags);
	vm->gpa_tag_mask = SHARED_BIT;
	vm->pgd |= SHARED_BIT;

	for (v = 0; v < nr_vcpus; v++) {
		m->vcpu[v] = vm_vcpu_add(vm, v, mirror_guest_code);
		vcpu_args_set(m->vcpu[v], 1, (u64)v);
	}

	vm_userspace_mem_region_add(vm, VM_MEM_SRC_ANONYMOUS, MIRROR_GPA, MIRROR_SLOT,
				    MIRROR_PAGES, KVM_MEM_GUEST_MEMFD);
	mirror_map_slot(m);
	vm_mem_set_private(vm, MIRROR_GPA, MIRROR_PAGES * PAGE_SIZE);
	mirror_tag_table(vm, vm->pgd & PHYSICAL_PAGE_MASK, PG_LEVEL_512G, 0);

	for (v = 0; v < nr_vcpus; v++)
		m->job[v] = addr_gva2hva(vm, (vm_vaddr_t)&mirror_jobs[v]);
	return m;
}

static inline void mirror_destroy(struct mirror_vm *m)
{
	kvm_vm_free(m->vm);
	free(m);
}

static inline void mirror_convert(struct mirror_vm *m, u64 page, u64 nr, enum mirror_side to)
{
	vm_set_memory_attributes(m->vm, MIRROR_GPA + page * PAGE_SIZE, nr * PAGE_SIZE,
				 to == PRIVATE ? KVM_MEMORY_ATTRIBUTE_PRIVATE : 0);
}

static inline void mirror_set_job(struct mirror_vm *m, int v, u32 op, enum mirror_side side,
				  u64 page, u64 nr, u64 seed)
{
	*m->job[v] = (struct mirror_job) {
		.op = op, .side = side, .page = page, .nr = nr, .seed = seed, .word = v,
	};
}

/*
 * Run vCPU @v until its job is done.  Returns 0, or the errno of KVM_RUN, with
 * the exit in vcpu->run.  Wrong words fail the test.
 */
static inline int __mirror_run(struct mirror_vm *m, int v)
{
	struct kvm_vcpu *vcpu = m->vcpu[v];
	struct mirror_job *job = m->job[v];
	struct ucall uc;
	u64 want;

	if (_vcpu_run(vcpu))
		return errno;

	switch (get_ucall(vcpu, &uc)) {
	case UCALL_SYNC:
		want = mirror_pattern(job->seed, job->wrong_page, job->word);
		TEST_ASSERT(!uc.args[1],
			    "vCPU %d, op %u, side %u: %lu of %lu wrong, page %lu 0x%lx, want 0x%lx",
			    v, job->op, job->side, uc.args[1], job->nr, job->wrong_page,
			    job->wrong_value, want);
		return 0;
	case UCALL_ABORT:
		REPORT_GUEST_ASSERT(uc);
		break;
	default:
		TEST_FAIL("vCPU %d: exit %s", v, exit_reason_str(vcpu->run->exit_reason));
	}
	return -1;
}

/* Convert the page that caused the memory fault exit to the side that the guest used. */
static inline void mirror_serve_exit(struct mirror_vm *m, int v)
{
	struct kvm_run *run = m->vcpu[v]->run;
	bool private = run->memory_fault.flags & KVM_MEMORY_EXIT_FLAG_PRIVATE;

	TEST_ASSERT_EQ(run->exit_reason, KVM_EXIT_MEMORY_FAULT);
	vm_set_memory_attributes(m->vm, run->memory_fault.gpa, run->memory_fault.size,
				 private ? KVM_MEMORY_ATTRIBUTE_PRIVATE : 0);
	atomic_fetch_add(&m->nr_converted, 1);
}

/* Have vCPU @v do a job; convert pages that it uses on the other side than they are. */
static inline void mirror_do(struct mirror_vm *m, int v, u32 op, enum mirror_side side,
			     u64 page, u64 nr, u64 seed)
{
	int ret;

	mirror_set_job(m, v, op, side, page, nr, seed);
	while ((ret = __mirror_run(m, v))) {
		TEST_ASSERT(ret == EFAULT, "vCPU %d: KVM_RUN: %s", v, strerror(ret));
		mirror_serve_exit(m, v);
	}
}

/* Map private memory before the guest accesses it. */
static inline void mirror_pre_fault(struct mirror_vm *m, u64 gpa, u64 nr)
{
	struct kvm_pre_fault_memory range = { .gpa = gpa, .size = nr * PAGE_SIZE };
	int ret;

	do {
		ret = __vcpu_ioctl(m->vcpu[0], KVM_PRE_FAULT_MEMORY, &range);
	} while (ret < 0 && (errno == EINTR || errno == EAGAIN));
	TEST_ASSERT(!ret, "KVM_PRE_FAULT_MEMORY: errno %d", errno);
	TEST_ASSERT_EQ(range.size, 0);
}

static inline u64 *mirror_host_word(struct mirror_vm *m, u64 page, u32 word)
{
	return (u64 *)(m->shared + page * PAGE_SIZE + WORD_OFFSET(word));
}

static inline void mirror_host_write(struct mirror_vm *m, u32 word, u64 page, u64 nr, u64 seed)
{
	for (; nr--; page++)
		*mirror_host_word(m, page, word) = mirror_pattern(seed, page, word);
}

static inline void mirror_host_check(struct mirror_vm *m, u32 word, u64 page, u64 nr, u64 seed)
{
	for (; nr--; page++)
		TEST_ASSERT(*mirror_host_word(m, page, word) == mirror_pattern(seed, page, word),
			    "host: page %lu has 0x%lx", page, *mirror_host_word(m, page, word));
}

#define mirror_pass(...)				\
do {							\
	printf("ok: " __VA_ARGS__);			\
	printf("\n");					\
} while (0)

/* End a test: verify the page tables, destroy the VM, print that the test has passed. */
#define mirror_finish(m, ...)				\
do {							\
	mirror_verify(m);				\
	mirror_destroy(m);				\
	mirror_pass(__VA_ARGS__);			\
} while (0)

#endif
