// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit suite kvm_mirror: tests the mirrored-PT MMU with the real locks, RCU and page
 * allocator, so that the kernel's debugging aids (lockdep, KASAN) check their use.  The VM
 * is incomplete: it has an MMU, one memslot and vCPUs that never run.
 */
#include <kunit/test.h>
#include <linux/kthread.h>
#include <linux/module.h>

#include "../mirror_internal.h"
#include "mock.h"

#define NR_PAGES	1024
#define NR_VCPUS	3
#define BASE_GFN	0x10000ULL

struct half_vm {
	struct kvm kvm;
	struct kvm_vcpu vcpus[NR_VCPUS];
	struct kvm_memslots slots;
	struct kvm_memory_slot slot;
	struct kvm_lpage_info lpage_info[NR_PAGES / SPTE_ENT_PER_PAGE];
	struct kvm_mock mock;
	/* The guest's memory: two blocks, each of 2 MiB of contiguous pages. */
	struct page *blocks[NR_PAGES / SPTE_ENT_PER_PAGE];
};

static kvm_pfn_t pfn_of(struct half_vm *vm, int page)
{
	return page_to_pfn(vm->blocks[page / SPTE_ENT_PER_PAGE]) + page % SPTE_ENT_PER_PAGE;
}

static void init_slot(struct half_vm *vm)
{
	vm->slot.base_gfn = BASE_GFN;
	vm->slot.npages = NR_PAGES;
	vm->slot.flags = KVM_MEM_GUEST_MEMFD;
	vm->slot.arch.lpage_info[0] = vm->lpage_info;
	vm->slots.gfn_tree = RB_ROOT;
	hash_init(vm->slots.id_hash);
	rcu_assign_pointer(vm->kvm.memslots[0], &vm->slots);
}

static int init_mirror(struct half_vm *vm)
{
	struct kvm_mock_config mock_config = {
		.root_level = PT64_ROOT_4LEVEL,
	};
	struct kvm_mirror_config config = {
		.ops = &kvm_mock_ops,
		.backend = &vm->mock,
		.shared_gfn = gpa_to_gfn(BIT_ULL(47)),
		.root_level = PT64_ROOT_4LEVEL,
	};
	int ret;

	ret = kvm_mock_init(&vm->mock, &mock_config);
	if (ret)
		return ret;

	kvm_mirror_use();
	mutex_lock(&vm->kvm.lock);
	mutex_lock(&vm->kvm.slots_lock);
	ret = kvm_mirror_init(&vm->kvm, &config);
	mutex_unlock(&vm->kvm.slots_lock);
	mutex_unlock(&vm->kvm.lock);
	return ret;
}

static struct half_vm *create_vm(struct kunit *test)
{
	struct half_vm *vm = kvzalloc(sizeof(*vm), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, vm);
	rwlock_init(&vm->kvm.mmu_lock);
	mutex_init(&vm->kvm.lock);
	mutex_init(&vm->kvm.slots_lock);
	vm->kvm.arch.vm_type = KVM_X86_SW_PROTECTED_VM;
	init_slot(vm);
	KUNIT_ASSERT_EQ(test, kvm_mmu_init_vm(&vm->kvm), 0);
	KUNIT_ASSERT_EQ(test, init_mirror(vm), 0);

	for (i = 0; i < NR_VCPUS; i++) {
		vm->vcpus[i].kvm = &vm->kvm;
		vm->vcpus[i].last_used_slot = &vm->slot;
		KUNIT_ASSERT_EQ(test, kvm_mmu_create(&vm->vcpus[i]), 0);
	}
	for (i = 0; i < ARRAY_SIZE(vm->blocks); i++) {
		vm->blocks[i] = alloc_pages(GFP_KERNEL | __GFP_COMP, PMD_SHIFT - PAGE_SHIFT);
		KUNIT_ASSERT_NOT_NULL(test, vm->blocks[i]);
	}
	return vm;
}

static void expect_clean(struct kunit *test, struct half_vm *vm, int nr_pages)
{
	struct kvm_mirror_report report;

	KUNIT_EXPECT_EQ(test, atomic64_read(&vm->mock.nr_pages), nr_pages);
	KUNIT_EXPECT_EQ(test, atomic_read(&vm->mock.violations), 0);
	KUNIT_ASSERT_EQ(test, kvm_mirror_verify(&vm->kvm, &report), 0);
	KUNIT_EXPECT_GE(test, report.nr_entries, 256);
	KUNIT_EXPECT_EQ(test, report.nr_wrong, 0);
	KUNIT_EXPECT_EQ(test, report.nr_unread, 0);
}

static void destroy_vm(struct kunit *test, struct half_vm *vm)
{
	int i;

	kvm_mirror_flush_all(&vm->kvm);
	KUNIT_EXPECT_EQ(test, atomic64_read(&vm->mock.nr_pages), 0);
	KUNIT_EXPECT_EQ(test, atomic64_read(&vm->mock.nr_tables), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&vm->mock.violations), 0);

	for (i = 0; i < NR_VCPUS; i++)
		kvm_mmu_destroy(&vm->vcpus[i]);
	kvm_mmu_uninit_vm(&vm->kvm);
	kvm_mock_uninit(&vm->mock);
	for (i = 0; i < ARRAY_SIZE(vm->blocks); i++) {
		/* Nothing is pinned. */
		KUNIT_EXPECT_EQ(test, page_count(vm->blocks[i]), 1);
		__free_pages(vm->blocks[i], PMD_SHIFT - PAGE_SHIFT);
	}
	KUNIT_EXPECT_EQ(test, atomic64_read(&vm->kvm.arch.tdp_mmu_pages), 0);
	kvfree(vm);
}

static int map_page(struct half_vm *vm, int v, int page, int level)
{
	return kvm_mirror_map_gfn(&vm->vcpus[v], BASE_GFN + page, pfn_of(vm, page), level);
}

static void map_pages(struct kunit *test, struct half_vm *vm, int page, int nr)
{
	for (; nr--; page++)
		KUNIT_ASSERT_EQ(test, map_page(vm, 0, page, PG_LEVEL_4K), 0);
}

static void zap_pages(struct half_vm *vm, int page, int nr)
{
	struct kvm_gfn_range range = {
		.slot = &vm->slot,
		.start = BASE_GFN + page,
		.end = BASE_GFN + page + nr,
		.attr_filter = KVM_FILTER_PRIVATE,
		.may_block = true,
	};

	write_lock(&vm->kvm.mmu_lock);
	kvm_mirror_zap_range(&vm->kvm, &range);
	write_unlock(&vm->kvm.mmu_lock);
}

/* The legal transitions, written down a second time, independently of state.c. */
static void test_transitions(struct kunit *test)
{
	static const struct { u8 from, to, life, op; } legal[] = {
		{ KVM_MIRROR_EMPTY, KVM_MIRROR_LEAF, MIRROR_LIVE, MIRROR_OP_MAP },
		{ KVM_MIRROR_EMPTY, KVM_MIRROR_TABLE, MIRROR_LIVE, MIRROR_OP_LINK },
		{ KVM_MIRROR_LEAF, KVM_MIRROR_BLOCKED_LEAF, MIRROR_LIVE, MIRROR_OP_BLOCK },
		{ KVM_MIRROR_TABLE, KVM_MIRROR_BLOCKED_TABLE, MIRROR_LIVE, MIRROR_OP_BLOCK },
		{ KVM_MIRROR_BLOCKED_LEAF, KVM_MIRROR_EMPTY, MIRROR_LIVE, MIRROR_OP_UNMAP },
		{ KVM_MIRROR_BLOCKED_LEAF, KVM_MIRROR_TABLE, MIRROR_LIVE, MIRROR_OP_SPLIT },
		{ KVM_MIRROR_BLOCKED_TABLE, KVM_MIRROR_EMPTY, MIRROR_LIVE, MIRROR_OP_UNLINK },
		{ KVM_MIRROR_LEAF, KVM_MIRROR_EMPTY, MIRROR_DEAD, MIRROR_OP_UNMAP },
		{ KVM_MIRROR_TABLE, KVM_MIRROR_EMPTY, MIRROR_DEAD, MIRROR_OP_UNLINK },
		{ KVM_MIRROR_BLOCKED_LEAF, KVM_MIRROR_EMPTY, MIRROR_DEAD, MIRROR_OP_UNMAP },
		{ KVM_MIRROR_BLOCKED_TABLE, KVM_MIRROR_EMPTY, MIRROR_DEAD, MIRROR_OP_UNLINK },
	};
	int from, to, life, i, nr = 0;

	for (i = 0; i < ARRAY_SIZE(legal); i++) {
		const struct mirror_transition *t;

		t = mirror_transition(legal[i].from, legal[i].to, legal[i].life);
		KUNIT_ASSERT_NOT_NULL_MSG(test, t, "legal[%d]", i);
		KUNIT_EXPECT_EQ_MSG(test, t->op, legal[i].op, "legal[%d]", i);
	}
	for (from = 0; from < KVM_MIRROR_NR_STATES; from++)
		for (to = 0; to < KVM_MIRROR_NR_STATES; to++)
			for (life = 0; life < MIRROR_NR_LIVES; life++)
				nr += !!mirror_transition(from, to, life);
	KUNIT_EXPECT_EQ(test, nr, ARRAY_SIZE(legal));
}

static void test_map_and_zap(struct kunit *test)
{
	struct half_vm *vm = create_vm(test);

	map_pages(test, vm, 0, NR_PAGES);
	expect_clean(test, vm, NR_PAGES);
	/* Mapping a page again returns success without calling an op. */
	KUNIT_EXPECT_EQ(test, map_page(vm, 1, 7, PG_LEVEL_4K), 0);
	KUNIT_EXPECT_EQ(test, atomic64_read(&vm->mock.calls[KVM_MOCK_MAP]), NR_PAGES);

	zap_pages(vm, 3, 600);
	expect_clean(test, vm, NR_PAGES - 600);
	KUNIT_EXPECT_EQ(test, atomic64_read(&vm->mock.calls[KVM_MOCK_TRACK]), 1);
	map_pages(test, vm, 0, NR_PAGES);
	expect_clean(test, vm, NR_PAGES);
	zap_pages(vm, 0, NR_PAGES);
	expect_clean(test, vm, 0);
	KUNIT_EXPECT_EQ(test, atomic64_read(&vm->mock.calls[KVM_MOCK_TRACK]), 2);
	destroy_vm(test, vm);
}

/* A table that a range empties goes with the next one that removes leaves. */
static void test_empty_tables(struct kunit *test)
{
	struct half_vm *vm = create_vm(test);
	long nr_tables;

	map_pages(test, vm, 0, NR_PAGES);
	nr_tables = atomic64_read(&vm->mock.nr_tables);
	zap_pages(vm, 0, NR_PAGES);
	expect_clean(test, vm, 0);
	KUNIT_EXPECT_EQ(test, atomic64_read(&vm->mock.nr_tables), nr_tables);
	map_pages(test, vm, 5, 10);
	expect_clean(test, vm, 10);
	zap_pages(vm, 0, NR_PAGES);
	KUNIT_EXPECT_LT(test, atomic64_read(&vm->mock.nr_tables), nr_tables);
	expect_clean(test, vm, 0);
	destroy_vm(test, vm);
}

static void test_huge(struct kunit *test)
{
	struct half_vm *vm = create_vm(test);

	KUNIT_ASSERT_EQ(test, map_page(vm, 0, 0, PG_LEVEL_2M), 0);
	KUNIT_ASSERT_EQ(test, map_page(vm, 0, 512, PG_LEVEL_2M), 0);
	KUNIT_EXPECT_EQ(test, atomic64_read(&vm->mock.nr_huge_pages), 1024);
	expect_clean(test, vm, 1024);

	/* A range that covers a part of the first leaf and all of the second one. */
	KUNIT_ASSERT_EQ(test, kvm_mirror_prepare_zap(&vm->kvm), 0);
	zap_pages(vm, 510, 514);
	KUNIT_EXPECT_EQ(test, atomic64_read(&vm->mock.calls[KVM_MOCK_SPLIT]), 1);
	KUNIT_EXPECT_EQ(test, atomic64_read(&vm->mock.nr_huge_pages), 0);
	expect_clean(test, vm, 510);

	KUNIT_ASSERT_EQ(test, map_page(vm, 0, 512, PG_LEVEL_2M), 0);
	KUNIT_ASSERT_EQ(test, kvm_mirror_split_gfn(&vm->kvm, BASE_GFN + 700), 0);
	KUNIT_EXPECT_EQ(test, atomic64_read(&vm->mock.nr_huge_pages), 0);
	expect_clean(test, vm, 510 + 512);
	destroy_vm(test, vm);
}

/* Each op returns -EBUSY a few times; mapping and zapping succeed all the same. */
static void test_busy(struct kunit *test)
{
	struct half_vm *vm = create_vm(test);
	int op;

	for (op = KVM_MOCK_LINK; op < KVM_MOCK_READ; op++)
		kvm_mock_script(&vm->mock, op, 1, 5, -EBUSY);

	KUNIT_ASSERT_EQ(test, map_page(vm, 0, 0, PG_LEVEL_2M), 0);
	map_pages(test, vm, 512, 512);
	expect_clean(test, vm, NR_PAGES);
	zap_pages(vm, 100, 800);
	expect_clean(test, vm, NR_PAGES - 800);
	zap_pages(vm, 0, NR_PAGES);
	zap_pages(vm, 0, NR_PAGES);
	expect_clean(test, vm, 0);
	KUNIT_EXPECT_GE(test, atomic64_read(&vm->mock.nr_busy), 20);
	destroy_vm(test, vm);
}

struct mapper {
	struct half_vm *vm;
	int v;
	int error;
	atomic_long_t nr;
};

static int map_for_ever(void *arg)
{
	struct mapper *m = arg;
	int error, page = 0;

	while (!kthread_should_stop()) {
		error = map_page(m->vm, m->v, page, PG_LEVEL_4K);
		/* kvm_mirror_map_gfn() takes kthread_stop() for a signal. */
		if (error != -EINTR || !kthread_should_stop())
			m->error = m->error ?: error;
		page = (page + 7) % NR_PAGES;
		atomic_long_inc(&m->nr);
		cond_resched();
	}
	return 0;
}

/*
 * vCPUs map a range while it is zapped.  The two page tables must stay equal, and no update
 * may get lost.
 */
static void test_parallel(struct kunit *test)
{
	struct half_vm *vm = create_vm(test);
	struct task_struct *tasks[NR_VCPUS];
	struct mapper mappers[NR_VCPUS];
	int i;

	for (i = 0; i < NR_VCPUS; i++) {
		mappers[i] = (struct mapper) { .vm = vm, .v = i };
		tasks[i] = kthread_run(map_for_ever, &mappers[i], "kvm_mirror/%d", i);
		KUNIT_ASSERT_FALSE(test, IS_ERR(tasks[i]));
	}
	for (i = 0; i < 100; i++) {
		zap_pages(vm, (i * 131) % 512, 1 + (i * 37) % 512);
		cond_resched();
	}
	for (i = 0; i < NR_VCPUS; i++) {
		kthread_stop(tasks[i]);
		KUNIT_EXPECT_EQ(test, mappers[i].error, 0);
		KUNIT_EXPECT_GT(test, atomic_long_read(&mappers[i].nr), 0);
	}
	expect_clean(test, vm, atomic64_read(&vm->mock.nr_pages));
	zap_pages(vm, 0, NR_PAGES);
	expect_clean(test, vm, 0);
	destroy_vm(test, vm);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_transitions),
	KUNIT_CASE(test_map_and_zap),
	KUNIT_CASE(test_empty_tables),
	KUNIT_CASE(test_huge),
	KUNIT_CASE(test_busy),
	KUNIT_CASE_SLOW(test_parallel),
	{}
};

static struct kunit_suite suite = {
	.name = "kvm_mirror",
	.test_cases = cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("KUnit tests of KVM's mirrored page tables");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
