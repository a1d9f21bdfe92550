// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page faults in a VM with a mirrored page table: on private and on shared memory, on the
 * wrong side, by an instruction fetch, and KVM_PRE_FAULT_MEMORY; and which calls the VM type
 * refuses.
 */
#include "mirror_vm.h"

#define NR	1024ul

static void test_private(u64 flags)
{
	struct mirror_vm *m = mirror_create(1, flags);
	struct kvm_mirror_test_counts c;

	mirror_do(m, 0, JOB_CHECK, PRIVATE, 0, NR, 0);
	mirror_do(m, 0, JOB_WRITE, PRIVATE, 0, NR, 1);
	mirror_do(m, 0, JOB_CHECK, PRIVATE, 0, NR, 1);

	c = mirror_counts(m);
	TEST_ASSERT_EQ(c.pages, NR);
	TEST_ASSERT_EQ(c.calls[KVM_MOCK_MAP], NR - c.huge_pages + c.huge_pages / HUGE_PAGES);
	TEST_ASSERT(c.calls[KVM_MOCK_LINK] && c.calls[KVM_MOCK_LINK] == c.tables,
		    "%llu links, %llu tables", c.calls[KVM_MOCK_LINK], c.tables);
	TEST_ASSERT_EQ(c.calls[KVM_MOCK_BLOCK], 0);
	mirror_finish(m, "private faults: %lu pages, %llu of them in huge leaves, flags %lu",
		      NR, c.huge_pages, flags);
}

static void test_shared(void)
{
	struct mirror_vm *m = mirror_create(1, 0);
	struct kvm_mirror_test_counts c;

	mirror_convert(m, 0, MIRROR_PAGES, SHARED);
	mirror_host_write(m, 0, 0, NR, 2);
	mirror_do(m, 0, JOB_CHECK, SHARED, 0, NR, 2);
	mirror_do(m, 0, JOB_WRITE, SHARED, 0, NR, 3);
	mirror_host_check(m, 0, 0, NR, 3);

	c = mirror_counts(m);
	TEST_ASSERT_EQ(c.calls[KVM_MOCK_MAP] + c.calls[KVM_MOCK_LINK], 0);
	TEST_ASSERT_EQ(c.pages, 0);
	mirror_finish(m, "shared faults never reach the private page table");
}

/* A GPA has separate private and shared memory; conversion changes the data of neither. */
static void test_two_sides(void)
{
	struct mirror_vm *m = mirror_create(1, 0);

	mirror_do(m, 0, JOB_WRITE, PRIVATE, 0, 16, 4);
	mirror_host_check(m, 0, 0, 16, 0);
	mirror_convert(m, 0, 16, SHARED);
	mirror_do(m, 0, JOB_CHECK, SHARED, 0, 16, 0);
	mirror_do(m, 0, JOB_WRITE, SHARED, 0, 16, 5);
	mirror_convert(m, 0, 16, PRIVATE);
	mirror_do(m, 0, JOB_CHECK, PRIVATE, 0, 16, 4);
	mirror_host_check(m, 0, 0, 16, 5);
	TEST_ASSERT_EQ(atomic_load(&m->nr_converted), 0);
	mirror_finish(m, "private and shared contents of a GPA are two");
}

/* The vCPU uses @page on @side, which must be the wrong one, and exits; then convert it. */
static void expect_fault(struct mirror_vm *m, enum mirror_side side, u64 page)
{
	struct kvm_run *run = m->vcpu[0]->run;

	mirror_set_job(m, 0, JOB_CHECK, side, page, 1, 0);
	TEST_ASSERT_EQ(__mirror_run(m, 0), EFAULT);
	TEST_ASSERT_EQ(run->exit_reason, KVM_EXIT_MEMORY_FAULT);
	TEST_ASSERT_EQ(run->memory_fault.flags,
		       side == PRIVATE ? KVM_MEMORY_EXIT_FLAG_PRIVATE : 0);
	TEST_ASSERT_EQ(run->memory_fault.gpa, MIRROR_GPA + page * PAGE_SIZE);
	TEST_ASSERT_EQ(run->memory_fault.size, PAGE_SIZE);
	mirror_serve_exit(m, 0);
	TEST_ASSERT_EQ(__mirror_run(m, 0), 0);
}

static void test_wrong_side(void)
{
	struct mirror_vm *m = mirror_create(1, 0);
	u64 nr_others;

	expect_fault(m, SHARED, 7);
	expect_fault(m, PRIVATE, 7);
	/* If the page was mapped by a huge leaf, the other pages of that stay mapped. */
	nr_others = mirror_counts(m).pages - 1;
	expect_fault(m, SHARED, 7);
	TEST_ASSERT_EQ(mirror_counts(m).pages, nr_others);
	mirror_finish(m, "the wrong side exits to user space");
}

static void test_call(void)
{
	struct mirror_vm *m = mirror_create(1, 0);

	mirror_do(m, 0, JOB_CALL, PRIVATE, 100, 32, 6);
	mirror_do(m, 0, JOB_CALL, SHARED, 300, 32, 7);
	mirror_finish(m, "instructions are fetched from both sides");
}

static void test_prefault(u64 flags)
{
	struct mirror_vm *m = mirror_create(1, flags);
	struct kvm_mirror_test_counts before, after;

	mirror_convert(m, NR, NR, SHARED);
	mirror_pre_fault(m, MIRROR_GPA, NR);
	before = mirror_counts(m);
	TEST_ASSERT_EQ(before.pages, NR);

	mirror_do(m, 0, JOB_CHECK, PRIVATE, 0, NR, 0);
	mirror_do(m, 0, JOB_WRITE, PRIVATE, 0, NR, 8);
	mirror_do(m, 0, JOB_CHECK, PRIVATE, 0, NR, 8);
	after = mirror_counts(m);
	TEST_ASSERT_EQ(after.calls[KVM_MOCK_MAP], before.calls[KVM_MOCK_MAP]);
	TEST_ASSERT_EQ(after.pages, NR);
	mirror_finish(m, "pre-faulted private memory needs no fault, flags %lu", flags);
}

static void expect_errno(const char *what, int ret, int want)
{
	TEST_ASSERT(ret < 0 && errno == want, "%s: %d, errno %d, not %d", what, ret, errno, want);
}

static void test_refusals(void)
{
	struct kvm_vm *vm = mirror_create_bare();
	struct kvm_mirror_test_script script = { .op = KVM_MOCK_NR_OPS };
	struct kvm_mirror_test_report report;
	struct mirror_vm *m;

	expect_errno("vCPU before INIT", __vm_ioctl(vm, KVM_CREATE_VCPU, (void *)0ul), EINVAL);
	expect_errno("VERIFY before INIT",
		     __mirror_cmd(vm, KVM_MIRROR_TEST_VERIFY, (u64)&report), EINVAL);
	expect_errno("unknown flag", __mirror_cmd(vm, KVM_MIRROR_TEST_INIT, 2), EINVAL);
	expect_errno("no such command", __mirror_cmd(vm, 99, 0), EINVAL);
	kvm_vm_free(vm);

	m = mirror_create(1, 0);
	expect_errno("second INIT", __mirror_cmd(m->vm, KVM_MIRROR_TEST_INIT, 0), EEXIST);
	expect_errno("no such op",
		     __mirror_cmd(m->vm, KVM_MIRROR_TEST_SCRIPT, (u64)&script), EINVAL);
	expect_errno("bad pointer", __mirror_cmd(m->vm, KVM_MIRROR_TEST_COUNT, 8), EFAULT);
	expect_errno("SPLIT of a shared GPA",
		     __mirror_cmd(m->vm, KVM_MIRROR_TEST_SPLIT, SHARED_BIT), EINVAL);
	expect_errno("memslot across the shared bit",
		     __vm_set_user_memory_region(m->vm, 20, 0, SHARED_BIT - PAGE_SIZE,
						 2 * PAGE_SIZE, m->shared), EINVAL);
	expect_errno("memslot behind the shared bit",
		     __vm_set_user_memory_region(m->vm, 20, 0, SHARED_BIT, PAGE_SIZE,
						 m->shared), EINVAL);
	mirror_do(m, 0, JOB_CHECK, PRIVATE, 0, 1, 0);
	mirror_verify(m);
	mirror_destroy(m);

	vm = vm_create_barebones();
	expect_errno("INIT of another type",
		     __mirror_cmd(vm, KVM_MIRROR_TEST_INIT, 0), ENOTTY);
	kvm_vm_free(vm);
	mirror_pass("what must be refused is");
}

int main(void)
{
	test_private(0);
	test_private(KVM_MIRROR_TEST_PENDING);
	test_shared();
	test_two_sides();
	test_wrong_side();
	test_call();
	test_prefault(0);
	test_prefault(KVM_MIRROR_TEST_PENDING);
	test_refusals();
	return 0;
}
