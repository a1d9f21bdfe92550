// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs one scenario again and again, and each time another step of it fails: each
 * allocation; each operation of the private PT, which is busy or refuses; and the VM,
 * which another task ends while a zap has dropped mmu_lock.
 */
#include "test.h"

/* Operations in the order of enum kvm_mock_op, for messages. */
static const char * const op_names[KVM_MOCK_NR_OPS] = {
	"link", "map", "block", "track", "unmap", "split", "unlink", "read", "die",
};

/* Fault up to five times; returns true if the page is mapped. */
static bool try_fault(struct world *w, int v, int page, enum side side)
{
	int i, ret = RET_PF_RETRY;

	for (i = 0; i < 5; i++) {
		if (w->kvm.vm_dead)
			return false;
		ret = world_fault(w, v, page, side);
		if (ret == RET_PF_FIXED || ret == RET_PF_SPURIOUS)
			return true;
	}
	return false;
}

static void ignore(int ret)
{
	(void)ret;
}

/* Which call is to fail after call @n: the next one in a long run, a later one in a short run. */
static int next_call(const struct options *options, int n)
{
	return options->nr_ops >= 500000 ? n + 1 : n + 1 + n / 12;
}

/*
 * Every kind of operation, on huge and small leaves, also in ranges that begin or end in
 * the middle of a huge leaf.  When a step fails, the next one follows, as in user space.
 */
static void scenario(struct world *w)
{
	int i;

	for (i = 0; i < 40; i++)
		try_fault(w, i & 1, i * 100, PRIVATE);
	w->huge_ok[0] = w->huge_ok[1] = false;
	ignore(world_convert(w, 50, 400, SHARED));
	try_fault(w, 0, 60, SHARED);
	ignore(world_convert(w, 50, 400, PRIVATE));
	for (i = 0; i < 512; i += 16)
		try_fault(w, 0, i, PRIVATE);
	ignore(world_punch(w, 300, 1024));
	ignore(kvm_mirror_split_gfn(&w->kvm, world_gfn(2048)));
	ignore(world_convert(w, 2000, 1100, SHARED));
	ignore(world_punch(w, 0, 1024));
	/* The tables of the small pages are empty now. */
	ignore(world_convert(w, 0, 1024, PRIVATE));
	world_slot_unmap(w, 2048, 700);
	for (i = 6 * BLOCK_PAGES; i < NR_PAGES; i += 300)
		try_fault(w, 1, i, PRIVATE);
	ignore(kvm_mirror_map_gfn(&w->vcpus[0]->vcpu, world_gfn(5000), SHIM_GUEST_PFN + 5000,
				  PG_LEVEL_4K));
	ignore(world_punch(w, 12 * BLOCK_PAGES, BLOCK_PAGES + 10));
}

static bool test_alloc(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 2 };
	struct world *w;
	int n;

	for (n = 1; ; n++) {
		bool verified = true, failed;

		atomic_set(&shim_failed, 0);
		atomic_set(&shim_fail_nth, n);
		w = world_create(&config);
		if (w) {
			scenario(w);
			atomic_set(&shim_fail_nth, 0);
			verified = world_verify(w) && !w->kvm.vm_dead &&
				   !atomic_read(&w->mock->violations);
			world_destroy(w);
		}
		failed = atomic_read(&shim_failed);
		atomic_set(&shim_fail_nth, 0);
		if (!verified || !nothing_leaks()) {
			fprintf(stderr, "# allocation %d\n", n);
			return false;
		}
		if (!failed)
			break;
	}
	ASSERT(n > 20);
	snprintf(ret_value, size, "%d allocations failed in turn", n - 1);
	return true;
}

/* Whether the mock's script has made a call of @op fail. */
static bool script_fired(struct world *w, enum kvm_mock_op op, int times)
{
	return atomic_read(&w->mock->scripts[op].times) < times;
}

/* Each call of each op in turn returns -EBUSY once: both PTs are equal and the VM lives. */
static bool test_busy(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 2 };
	int op, n, total = 0;

	for (op = KVM_MOCK_LINK; op <= KVM_MOCK_UNLINK; op++) {
		for (n = 0; ; n = next_call(options, n)) {
			struct world *w = world_create(&config);
			bool fired, clean;

			ASSERT(w);
			kvm_mock_script(w->mock, op, n, 1, -EBUSY);
			scenario(w);
			fired = script_fired(w, op, 1);
			clean = world_verify(w) && !w->kvm.vm_dead &&
				!atomic_read(&w->mock->violations);
			world_destroy(w);
			if (!clean || !nothing_leaks()) {
				fprintf(stderr, "# %s busy at call %d\n", op_names[op], n);
				return false;
			}
			if (!fired)
				break;
			total++;
		}
		ASSERT(n);
	}
	snprintf(ret_value, size, "%d calls busy in turn", total);
	return true;
}

/*
 * Run the scenario while calls of @op fail: @times calls, from call @n on.  That must kill
 * the VM, with one line in the log and no warning, and leave both PTs equal.  The op works again
 * in teardown, which must lose nothing.
 */
static bool refuse(enum kvm_mock_op op, int n, int times, int error, bool *ret_fired)
{
	struct world_config config = { .nr_vcpus = 2 };
	struct world *w = world_create(&config);
	bool clean;

	ASSERT(w);
	atomic_set(&shim_nr_lines, 0);
	kvm_mock_script(w->mock, op, n, times, error);
	scenario(w);
	*ret_fired = script_fired(w, op, times);
	/* From now on the op works. */
	kvm_mock_script(w->mock, op, 0, 0, 0);
	clean = world_verify(w) && w->kvm.vm_dead == *ret_fired && !w->kvm.vm_bugged;
	clean &= atomic_read(&shim_nr_lines) == *ret_fired;
	/* A failed op must not lead to a call that breaks a precondition of the mock. */
	clean &= !atomic_read(&w->mock->violations);
	world_destroy(w);
	if (clean && nothing_leaks())
		return true;
	fprintf(stderr, "# %s refused with %d at call %d, %d times\n", op_names[op], error, n, times);
	return false;
}

static bool test_refused(const struct options *options, char *ret_value, size_t size)
{
	static const struct { int times, error; } ways[] = {
		{ 1, -EIO }, { INT_MAX / 2, -EIO }, { INT_MAX / 2, -EBUSY },
	};
	int op, way, n, total = 0;

	for (way = 0; way < (int)ARRAY_SIZE(ways); way++) {
		for (op = KVM_MOCK_LINK; op <= KVM_MOCK_UNLINK; op++) {
			bool fired = true;

			/* A fault retries while link or map is busy; that never kills the VM. */
			if (ways[way].error == -EBUSY && op <= KVM_MOCK_MAP)
				continue;
			for (n = 0; fired; n = next_call(options, n)) {
				ASSERT(refuse(op, n, ways[way].times, ways[way].error, &fired));
				total += fired;
			}
		}
	}
	snprintf(ret_value, size, "%d refusals in turn", total);
	return true;
}

/* Splits that a guest's request and the edges of a range need, which are interrupted @times times. */
static bool interrupted_splits(struct world *w, int times, bool *ret_ok)
{
	int ret, before = shim_nr_write_locks;

	kvm_mock_script(w->mock, KVM_MOCK_SPLIT, 0, times, -EAGAIN);
	ret = kvm_mirror_split_gfn(&w->kvm, world_gfn(BLOCK_PAGES + 5));
	*ret_ok = !ret;
	ASSERT(!ret || ret == -EIO);
	/* Whoever waits for mmu_lock gets it between two attempts. */
	ASSERT(shim_nr_write_locks - before >= min(times, MIRROR_SPLIT_TRIES));
	if (ret)
		return true;

	before = shim_nr_write_locks;
	kvm_mock_script(w->mock, KVM_MOCK_SPLIT, 0, times, -EAGAIN);
	ASSERT_EQ(world_convert(w, 300, 100, SHARED), 0);
	ASSERT(shim_nr_write_locks - before >= times);
	ASSERT_EQ(world_mapped(w, 299, PRIVATE), PG_LEVEL_4K);
	ASSERT_EQ(world_mapped(w, 300, PRIVATE), 0);
	ASSERT_EQ(world_mapped(w, BLOCK_PAGES + 5, PRIVATE), PG_LEVEL_4K);
	return true;
}

/* A split that is interrupted makes progress, with mmu_lock dropped, or ends the VM; the host does not warn. */
static bool test_interrupted(const struct options *options, char *ret_value, size_t size)
{
	static const int times[] = { 1, 300, MIRROR_SPLIT_TRIES - 1, INT_MAX / 2 };
	struct world_config config = { .nr_vcpus = 1 };

	for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
		struct world *w = world_create(&config);
		bool ok;

		ASSERT(w);
		ASSERT(try_fault(w, 0, 0, PRIVATE) && try_fault(w, 0, BLOCK_PAGES, PRIVATE));
		ASSERT(interrupted_splits(w, times[i], &ok));
		ASSERT_EQ(ok, times[i] < MIRROR_SPLIT_TRIES);
		ASSERT_EQ(w->kvm.vm_dead, !ok);
		ASSERT(!w->kvm.vm_bugged && !atomic_read(&w->mock->violations));
		/* A conversion whose edge cannot be cut ends the VM, too, and leaves the leaf where it is. */
		if (!ok) {
			w->kvm.vm_dead = false;
			(void)world_convert(w, 300, 100, SHARED);
			ASSERT(w->kvm.vm_dead && !w->kvm.vm_bugged);
			kvm_mock_script(w->mock, KVM_MOCK_SPLIT, 0, 0, 0);
		}
		ASSERT(world_verify(w));
		world_destroy(w);
		ASSERT(nothing_leaks());
	}
	return true;
}

/* While link or map is busy, a fault maps nothing and the VM lives; afterwards it works. */
static bool test_busy_faults(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 2 };
	int op;

	for (op = KVM_MOCK_LINK; op <= KVM_MOCK_MAP; op++) {
		struct world *w = world_create(&config);

		ASSERT(w);
		kvm_mock_script(w->mock, op, 0, INT_MAX / 2, -EBUSY);
		ASSERT(!try_fault(w, 0, 0, PRIVATE));
		ASSERT_EQ(world_counter(w, MIRROR_NR_LEAVES_2M), 0);
		ASSERT(world_verify(w));
		ASSERT(!w->kvm.vm_dead);
		kvm_mock_script(w->mock, op, 0, 0, 0);
		ASSERT(try_fault(w, 0, 0, PRIVATE));
		ASSERT(world_verify(w));
		world_destroy(w);
		ASSERT(nothing_leaks());
	}
	return true;
}

/* Another task ends the VM while a zap has dropped mmu_lock for the nth time. */
enum end { END_DEAD, END_BUGGED };

static struct {
	struct world *w;
	enum end end;
	/* The VM ends when mmu_lock has been dropped this many more times. */
	int n;
	/* Log of what the zap did after that. */
	char log[8192];
} ending;

static void end_vm(void)
{
	struct world *w = ending.w;

	if (--ending.n)
		return;

	world_exit(w, 0);
	w->log = ending.log;
	w->log_size = sizeof(ending.log);
	if (ending.end == END_BUGGED) {
		KVM_BUG_ON(true, &w->kvm);
		return;
	}

	/* Like mirror_die(); end_in_zap() calls kvm_mirror_flush_all() later. */
	BUG_ON(w->ops.die(&w->kvm));
	write_lock(&w->kvm.mmu_lock);
	w->kvm.arch.mirror->life = MIRROR_DEAD;
	write_unlock(&w->kvm.mmu_lock);
}

/* Both PTs have the same numbers of leaves and tables. */
static bool same_counts(struct world *w)
{
	ASSERT_EQ(atomic64_read(&w->mock->nr_huge_pages),
		  BLOCK_PAGES * world_counter(w, MIRROR_NR_LEAVES_2M));
	ASSERT_EQ(atomic64_read(&w->mock->nr_pages), world_counter(w, MIRROR_NR_LEAVES_4K) +
		  BLOCK_PAGES * world_counter(w, MIRROR_NR_LEAVES_2M));
	ASSERT_EQ(atomic64_read(&w->mock->nr_tables), world_counter(w, MIRROR_NR_TABLES));
	return true;
}

/*
 * The VM ends in the middle of a zap.  If it is dead, the zap goes on without block, track
 * and kick; if it is bugged, with them, as in a VM that lives.
 */
static bool end_in_zap(struct world *w)
{
	int i;

	/* Two huge leaves, one of which the zap must split, and a table with small leaves. */
	w->huge_ok[1] = false;
	ASSERT(try_fault(w, 0, 0, PRIVATE));
	for (i = BLOCK_PAGES; i < 2 * BLOCK_PAGES; i += 100)
		ASSERT(try_fault(w, 0, i, PRIVATE));
	ASSERT(try_fault(w, 0, 2 * BLOCK_PAGES, PRIVATE));
	world_enter(w, 0);

	shim_on_yield = end_vm;
	shim_yield_chance = 1;
	ASSERT_EQ(world_convert(w, 300, 3 * BLOCK_PAGES - 300, SHARED), 0);
	shim_yield_chance = 0;
	shim_on_yield = NULL;

	ASSERT(w->kvm.arch.mirror->life != MIRROR_DEAD || !strpbrk(ending.log, "bBtksSmMlL"));
	ASSERT_EQ(w->kvm.vm_bugged, ending.n <= 0 && ending.end == END_BUGGED);
	ASSERT(same_counts(w));
	ASSERT(world_verify(w));
	kvm_mirror_flush_all(&w->kvm);
	ASSERT(same_counts(w));
	ASSERT_EQ(atomic64_read(&w->mock->nr_pages), 0);
	ASSERT_EQ(atomic_read(&w->mock->violations), 0);
	return true;
}

static bool test_end(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 1 };
	int n, way, total = 0;

	shim_expect_bug = true;
	for (way = 0; way < 2; way++) {
		ending.end = way;
		ending.n = 0;
		for (n = 1; ending.n <= 0; n = next_call(options, n)) {
			bool clean;

			ending.w = world_create(&config);
			ASSERT(ending.w);
			ending.n = n;
			ending.log[0] = 0;
			clean = end_in_zap(ending.w);
			total += ending.n <= 0;
			world_destroy(ending.w);
			if (!clean || !nothing_leaks()) {
				fprintf(stderr, "# %s at break %d\n",
					ending.end == END_DEAD ? "dead" : "bugged", n);
				return false;
			}
		}
	}
	ASSERT(total > 100);
	snprintf(ret_value, size, "%d ends in turn", total);
	return true;
}

/* Teardown cannot remove a leaf: the leaf's page and the tables above it are leaked. */
static bool test_leak(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 1 };
	struct world *w = world_create(&config);
	int i;

	ASSERT(w);
	w->huge_ok[1] = false;
	ASSERT(try_fault(w, 0, 0, PRIVATE));
	ASSERT(try_fault(w, 0, 512, PRIVATE));
	ASSERT(try_fault(w, 0, 513, PRIVATE));

	/*
	 * Unmap fails for the first of three leaves, the huge one.  So the two tables above
	 * it never become empty.
	 */
	kvm_mock_script(w->mock, KVM_MOCK_UNMAP, 0, 1, -EIO);
	kvm_mirror_flush_all(&w->kvm);
	ASSERT_EQ(world_counter(w, MIRROR_NR_LEAKED), 512 + 2);
	ASSERT_EQ(world_counter(w, MIRROR_NR_PINNED), 0);
	ASSERT_EQ(world_counter(w, MIRROR_NR_LEAVES_4K), 0);
	ASSERT_EQ(world_counter(w, MIRROR_NR_LEAVES_2M), 0);
	ASSERT_EQ(world_counter(w, MIRROR_NR_TABLES), 0);
	/* Each 4 KiB page of the leaf is kept by its own reference: the folio may get split. */
	for (i = 0; i < SHIM_GUEST_PAGES; i++)
		ASSERT_EQ(atomic_read(&pfn_to_page(SHIM_GUEST_PFN + i)->refs), i < BLOCK_PAGES);

	/* Hide the leaked tables from kvm_mock_uninit(), which warns about them. */
	memset(w->mock->root, 0, PAGE_SIZE);
	world_destroy(w);
	rcu_barrier();
	ASSERT_EQ(atomic_read(&shim_nr_live), 2);
	ASSERT_EQ(atomic_read(&shim_nr_pgtables), 2);
	ASSERT_EQ(atomic_read(&shim_nr_warnings), 0);
	snprintf(ret_value, size, "1 leaf of 2M, 2 tables");
	return true;
}

/*
 * ->die() always fails: teardown removes leaves and tables as from a live VM.  A leaf that unmap
 * refuses is leaked, and so are the tables above it.
 */
static bool test_no_death(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 1 };
	struct world *w = world_create(&config);
	int i;

	ASSERT(w);
	w->huge_ok[1] = false;
	ASSERT(try_fault(w, 0, 0, PRIVATE));
	ASSERT(try_fault(w, 0, 512, PRIVATE));
	ASSERT(try_fault(w, 0, 513, PRIVATE));

	kvm_mock_script(w->mock, KVM_MOCK_DIE, 0, INT_MAX / 2, -EIO);
	kvm_mock_script(w->mock, KVM_MOCK_UNMAP, 0, 1, -EIO);
	kvm_mirror_flush_all(&w->kvm);
	ASSERT_EQ(world_counter(w, MIRROR_NR_PINNED), 1);
	/* Nothing is leaked yet, because a later ->die() might succeed. */
	ASSERT_EQ(world_counter(w, MIRROR_NR_LEAKED), 0);
	ASSERT_EQ(world_counter(w, MIRROR_NR_TABLES), 2);

	kvm_mirror_destroy(&w->kvm);
	ASSERT_EQ(world_counter(w, MIRROR_NR_LEAKED), 512 + 2);
	ASSERT_EQ(world_counter(w, MIRROR_NR_PINNED), 0);
	ASSERT_EQ(world_counter(w, MIRROR_NR_LEAVES_2M), 0);
	ASSERT_EQ(world_counter(w, MIRROR_NR_TABLES), 0);
	for (i = 0; i < SHIM_GUEST_PAGES; i++)
		ASSERT_EQ(atomic_read(&pfn_to_page(SHIM_GUEST_PFN + i)->refs), i < BLOCK_PAGES);

	memset(w->mock->root, 0, PAGE_SIZE);
	world_destroy(w);
	rcu_barrier();
	ASSERT_EQ(atomic_read(&shim_nr_live), 2);
	ASSERT_EQ(atomic_read(&shim_nr_pgtables), 2);
	ASSERT_EQ(atomic_read(&shim_nr_warnings), 0);
	snprintf(ret_value, size, "1 leaf of 2M, 2 tables");
	return true;
}

/* Slow operations must change nothing but the time that the scenario takes. */
static bool test_slow(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 2 };
	struct world *w = world_create(&config);

	ASSERT(w);
	w->mock->slow_loops = 1000;
	scenario(w);
	ASSERT(world_verify(w));
	world_destroy(w);
	return nothing_leaks();
}

/* A zap must cut a huge leaf, the reserve is empty and no memory is free: the zap waits for memory. */
static bool test_reserve(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 1 };
	struct world *w = world_create(&config);
	struct kvm_mmu_page *sp;
	struct kvm_gfn_range range;

	ASSERT(w);
	ASSERT(try_fault(w, 0, 0, PRIVATE));
	write_lock(&w->kvm.mmu_lock);
	while ((sp = mirror_take_reserve(&w->kvm)))
		mirror_free_page(sp);
	range = (struct kvm_gfn_range){
		.slot = &w->slot, .start = world_gfn(100), .end = world_gfn(200),
		.may_block = true, .attr_filter = KVM_FILTER_PRIVATE,
	};
	shim_fail_chance = 1;
	kvm_tdp_mmu_unmap_gfn_range(&w->kvm, &range, false);
	shim_fail_chance = 0;
	write_unlock(&w->kvm.mmu_lock);

	ASSERT(!w->kvm.vm_dead);
	ASSERT_EQ(world_counter(w, MIRROR_NR_PINNED), 0);
	ASSERT_EQ(world_mapped(w, 99, PRIVATE), PG_LEVEL_4K);
	ASSERT_EQ(world_mapped(w, 100, PRIVATE), 0);
	ASSERT(world_verify(w));
	world_destroy(w);
	return nothing_leaks();
}

/* The guest asks for a split and no memory is free: nothing is blocked, and the same split works later. */
static bool test_split_no_memory(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 1 };
	struct world *w = world_create(&config);
	struct kvm_mmu_page *sp;
	int failed;

	ASSERT(w);
	ASSERT(try_fault(w, 0, 0, PRIVATE));
	write_lock(&w->kvm.mmu_lock);
	while ((sp = mirror_take_reserve(&w->kvm)))
		mirror_free_page(sp);
	write_unlock(&w->kvm.mmu_lock);

	for (failed = 1; failed <= 3; failed++) {
		atomic_set(&shim_fail_nth, failed);
		ASSERT_EQ(kvm_mirror_split_gfn(&w->kvm, world_gfn(5)), -ENOMEM);
		ASSERT_EQ(world_fault(w, 0, 5, PRIVATE), RET_PF_SPURIOUS);
		ASSERT_EQ(atomic_read(&w->nr_ops[MIRROR_OP_BLOCK]), 0);
	}
	ASSERT_EQ(kvm_mirror_split_gfn(&w->kvm, world_gfn(5)), 0);
	ASSERT_EQ(world_mapped(w, 5, PRIVATE), PG_LEVEL_4K);
	world_destroy(w);
	return nothing_leaks();
}

/* An entry is blocked and nobody is at work who would remove it: faults and splits end with an error. */
static bool test_blocked_for_ever(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 1 };
	int split;

	shim_expect_bug = true;
	for (split = 0; split < 2; split++) {
		struct world *w = world_create(&config);
		struct tdp_iter iter;

		ASSERT(w);
		ASSERT(try_fault(w, 0, 0, PRIVATE));
		write_lock(&w->kvm.mmu_lock);
		rcu_read_lock();
		for_each_tdp_pte_min_level(iter, w->kvm.arch.mirror->root, PG_LEVEL_2M, world_gfn(0), world_gfn(0) + 1) {
			struct mirror_change change = mirror_change_at(&iter, mirror_block_spte(iter.old_spte, 0));

			if (iter.level == PG_LEVEL_2M)
				ASSERT_EQ(mirror_propagate(&w->kvm, &change), 0);
		}
		rcu_read_unlock();
		write_unlock(&w->kvm.mmu_lock);

		ASSERT(!w->kvm.vm_dead);
		ASSERT_EQ(split ? kvm_mirror_split_gfn(&w->kvm, world_gfn(5)) : world_fault(w, 0, 5, PRIVATE), -EIO);
		ASSERT(w->kvm.vm_dead);
		world_destroy(w);
		ASSERT(nothing_leaks());
	}
	return true;
}

/* The VM that is being created, as its guest_memfd sees it at each allocation. */
static struct world *created;
static bool seen_early;

static void look_early(void)
{
	seen_early |= kvm_has_mirror(&created->kvm);
}

/* While the creation of a mirrored PT can fail, a hole in a guest_memfd does not find the mirrored PT. */
static bool test_publish(const struct options *options, char *ret_value, size_t size)
{
	struct kvm_mirror_config config = { .ops = &kvm_mock_ops, .shared_gfn = SHARED_GFN, .root_level = 4 };
	struct world_config world_config = { .nr_vcpus = 1 };
	int n;

	for (n = 1; ; n++) {
		int ret;

		created = world_create(&world_config);
		ASSERT(created);
		/* Make it a VM whose mirrored PT does not exist yet. */
		kvm_mirror_destroy(&created->kvm);
		created->kvm.arch.shared_gfn = 0;
		created->kvm.created_vcpus = 0;

		atomic_set(&shim_failed, 0);
		atomic_set(&shim_fail_nth, n);
		shim_on_alloc = look_early;
		ret = kvm_mirror_init(&created->kvm, &config);
		shim_on_alloc = NULL;
		atomic_set(&shim_fail_nth, 0);
		ASSERT(!seen_early);
		ASSERT_EQ(ret, atomic_read(&shim_failed) ? -ENOMEM : 0);
		ASSERT_EQ(kvm_has_mirror(&created->kvm), !ret);
		ASSERT_EQ(created->kvm.arch.shared_gfn, ret ? 0 : SHARED_GFN);
		created->kvm.created_vcpus = 1;
		if (!ret)
			created->kvm.arch.mirror->backend = created->mock;
		world_destroy(created);
		ASSERT(nothing_leaks());
		if (!ret)
			break;
	}
	ASSERT(n > 3);
	snprintf(ret_value, size, "%d allocations failed in turn", n - 1);
	return true;
}

/*
 * A signal comes at each moment of kvm_mirror_map_gfn(), which finds the private PT busy some times.  The page belongs to the
 * guest if the function returns 0, and to the host if it returns -EINTR.
 */
static bool test_signals(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 1 };
	int busy, n, total = 0;

	for (busy = 0; busy < 4; busy++) {
		for (n = 1; n < 8; n++) {
			struct world *w = world_create(&config);
			int ret;

			ASSERT(w);
			kvm_mock_script(w->mock, KVM_MOCK_MAP, 0, busy, -EBUSY);
			shim_signal_nth = n;
			ret = kvm_mirror_map_gfn(&w->vcpus[0]->vcpu, world_gfn(5), SHIM_GUEST_PFN + 5, PG_LEVEL_4K);
			shim_signal_nth = 0;
			ASSERT(!ret || ret == -EINTR);
			ASSERT_EQ(pfn_to_page(SHIM_GUEST_PFN + 5)->owner, ret ? OWNER_HOST : OWNER_GUEST);
			total += ret == -EINTR;
			ASSERT(world_verify(w));
			world_destroy(w);
			ASSERT(nothing_leaks());
		}
	}
	ASSERT(total > 0);
	snprintf(ret_value, size, "%d of %d calls interrupted", total, 4 * 7);
	return true;
}

static struct world *remapped;

static void invalidate_roots(void)
{
	world_zap_all_fast(remapped);
}

/*
 * kvm_mirror_map_gfn() tries again more often than the vCPU's caches have pages for, while the shared root becomes obsolete
 * between two attempts.
 */
static bool test_map_retries(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 1 };
	int op;

	for (op = KVM_MOCK_LINK; op <= KVM_MOCK_MAP; op++) {
		remapped = world_create(&config);
		ASSERT(remapped);
		ASSERT_EQ(world_convert(remapped, 4000, 1, SHARED), 0);
		ASSERT(try_fault(remapped, 0, 4000, SHARED));
		kvm_mock_script(remapped->mock, op, 0, 50, -EBUSY);
		shim_on_yield = invalidate_roots;
		ASSERT_EQ(kvm_mirror_map_gfn(&remapped->vcpus[0]->vcpu, world_gfn(5), SHIM_GUEST_PFN + 5, PG_LEVEL_4K), 0);
		shim_on_yield = NULL;
		ASSERT_EQ(world_mapped(remapped, 5, PRIVATE), PG_LEVEL_4K);
		ASSERT(world_verify(remapped) && !remapped->kvm.vm_dead);
		world_destroy(remapped);
		ASSERT(nothing_leaks());
	}
	return true;
}

const struct test fail_tests[] = {
	{ "fail.alloc", test_alloc },
	{ "fail.busy", test_busy },
	{ "fail.refused", test_refused },
	{ "fail.busy-faults", test_busy_faults },
	{ "fail.interrupted-splits", test_interrupted },
	{ "fail.reserve", test_reserve },
	{ "fail.split-no-memory", test_split_no_memory },
	{ "fail.blocked-for-ever", test_blocked_for_ever },
	{ "fail.publish", test_publish },
	{ "fail.signals", test_signals },
	{ "fail.map-retries", test_map_retries },
	{ "fail.slow", test_slow },
	{ "fail.end", test_end },
	{ "fail.leak", test_leak },
	{ "fail.no-death", test_no_death },
	{ NULL, NULL },
};
