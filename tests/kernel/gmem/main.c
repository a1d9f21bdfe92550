// SPDX-License-Identifier: GPL-2.0-only
/* Runs the tests, or the one whose name is the argument; prints KTAP. */
#include "gmem_folio.h"

/* A file with one binding, and what memory_failure() does to it. */
static struct inode inode;
static struct address_space cache;
static struct kvm the_vm;
static struct { pgoff_t start, end; int nr_begun, nr_ended; } unmapped;

struct kvm_gmem;
static void kvm_gmem_invalidate_begin(struct kvm_gmem *gmem, pgoff_t start, pgoff_t end)
{
	BUG_ON(!cache.invalidate_lock.nr_shared);
	unmapped.start = start;
	unmapped.end = end;
	unmapped.nr_begun++;
}

static void kvm_gmem_invalidate_end(struct kvm_gmem *gmem, pgoff_t start, pgoff_t end)
{
	unmapped.nr_ended++;
}

/* Of the VM under test: what protects the guest zeroes its pages. */
static bool is_zeroed;
bool kvm_arch_gmem_is_zeroed(struct kvm *vm)
{
	return is_zeroed;
}

#include "gmem_parts.h"

#define ASSERT(cond) do { \
	if (!(cond)) { \
		printf("# %s:%d: not true: %s\n", __FILE__, __LINE__, #cond); \
		return false; \
	} \
} while (0)

static void make_file(void)
{
	memset(&inode, 0, sizeof(inode));
	memset(&cache, 0, sizeof(cache));
	memset(&unmapped, 0, sizeof(unmapped));
	pthread_mutex_init(&inode.rwsem, NULL);
	pthread_mutex_init(&cache.lock, NULL);
	INIT_LIST_HEAD(&cache.i_private_list);
	cache.host = &inode;
	inode.refs = 1;
	atomic_set(&nr_failed_splits, 0);
	atomic_set(&nr_invalidate_waits, 0);
}

static void free_file(void)
{
	/* A folio is at several indices, and at its own last. */
	for (pgoff_t i = FILE_PAGES; i--;) {
		if (cache.folios[i] && cache.folios[i]->index == i)
			free(cache.folios[i]);
	}
}

static const struct kvm_memory_slot whole = { .base_gfn = 0x1000, .npages = FILE_PAGES };

/* Puts a huge folio at the file's start, without a lock or another reference. */
static struct folio *put_huge(void)
{
	struct folio *folio = filemap_alloc_folio(0, PMD_ORDER);

	BUG_ON(filemap_add_folio(&cache, folio, 0, 0));
	folio_unlock(folio);
	folio_put(folio);
	return folio;
}

/* The order of the folio that a fault of @slot gets at @index, or an error. */
static int fault(const struct kvm_memory_slot *slot, pgoff_t index)
{
	struct folio *folio = kvm_gmem_grab_slot_folio(&the_vm, (struct kvm_memory_slot *)slot, &cache, index);
	int order;

	if (IS_ERR(folio))
		return (int)PTR_ERR(folio);
	order = (int)folio_order(folio);
	folio_unlock(folio);
	folio_put(folio);
	return order;
}

static void end_hole(void)
{
	if (atomic_read(&nr_invalidate_waits) == 2)
		cache.invalidate_lock.exclusive = false;
}

/* A fault that wants a huge folio waits for a short hole. Beside a long one it takes a small page, and others go on. */
static bool test_fault_beside_hole(void)
{
	unsigned long start = jiffies;

	ASSERT(fault(&whole, 5) == PMD_ORDER);
	cache.invalidate_lock.exclusive = true;
	on_invalidate_wait = end_hole;
	ASSERT(fault(&whole, 600) == PMD_ORDER);
	ASSERT(atomic_read(&nr_invalidate_waits) == 2);

	on_invalidate_wait = NULL;
	cache.invalidate_lock.exclusive = true;
	ASSERT(fault(&whole, 5) == PMD_ORDER);
	ASSERT(atomic_read(&nr_invalidate_waits) == 2);
	ASSERT(fault(&whole, 1030) == 0);
	ASSERT(jiffies - start <= HZ / 20);
	/* Its neighbours are to be small as well: they do not wait. */
	atomic_set(&nr_invalidate_waits, 0);
	ASSERT(fault(&whole, 1031) == 0);
	ASSERT(!atomic_read(&nr_invalidate_waits));
	ASSERT(!cache.invalidate_lock.nr_shared);
	return true;
}

#define NR_VCPUS 16
static int orders[NR_VCPUS];
/* The slot has a part of the huge folio only. */
static const struct kvm_memory_slot part = { .base_gfn = 0x1000, .npages = 256 };

static void *run_fault(void *arg)
{
	int *order = arg;

	*order = fault(&part, (pgoff_t)(order - orders));
	return NULL;
}

/* One vCPU splits; go on when all others wait, wherever they do. */
static void all_others_wait(void)
{
	while (atomic_read(&nr_lock_waiters) + atomic_read(&nr_idle) < NR_VCPUS - 1)
		sched_yield();
	on_split = NULL;
	atomic_set(&time_stands_still, 0);
}

/* Many vCPUs fault on a folio that has to be split first: those that wait are not in the way of the one that splits. */
static bool test_many_split(void)
{
	pthread_t threads[NR_VCPUS];
	struct folio *folio = put_huge();
	int i;

	shim_nr_threads = NR_VCPUS;
	on_split = all_others_wait;
	atomic_set(&time_stands_still, 1);
	for (i = 0; i < NR_VCPUS; i++)
		pthread_create(&threads[i], NULL, run_fault, &orders[i]);
	for (i = 0; i < NR_VCPUS; i++)
		pthread_join(threads[i], NULL);
	shim_nr_threads = 1;
	for (i = 0; i < NR_VCPUS; i++)
		ASSERT(orders[i] == 0);
	ASSERT(!atomic_read(&nr_failed_splits));
	ASSERT(folio->refs == 1);
	return true;
}

/* Somebody keeps a reference: the fault gives up with an error after a second, or when the task is killed. */
static bool test_stubborn(void)
{
	struct folio *folio = put_huge();
	unsigned long start = jiffies;

	folio->refs++;
	ASSERT(PTR_ERR(kvm_gmem_grab_slot_folio(&the_vm, (struct kvm_memory_slot *)&part, &cache, 0)) == -EBUSY);
	ASSERT(jiffies - start >= HZ && jiffies - start < 2 * HZ);
	ASSERT(kvm_gmem_split_edges(&cache, 5, 1024) == -EBUSY);
	shim_signal_nth = 2;
	ASSERT(PTR_ERR(kvm_gmem_grab_slot_folio(&the_vm, (struct kvm_memory_slot *)&part, &cache, 0)) == -EINTR);
	shim_signal_nth = 0;
	folio->refs--;
	ASSERT(fault(&part, 0) == 0);
	return true;
}

/* memory_failure() and a hole take the folio's lock and the invalidate lock in the same order. */
static bool test_memory_failure(void)
{
	struct folio *folio = put_huge();
	struct kvm_gmem gmem = { .kvm = &the_vm };

	list_add(&gmem.entry, &cache.i_private_list);
	folio->refs++;
	folio_lock(folio);
	ASSERT(kvm_gmem_error_folio(&cache, folio) == MF_DELAYED);
	ASSERT(nr_folio_locks == 1 && inode.refs == 1 && !cache.invalidate_lock.nr_shared);
	ASSERT(unmapped.nr_begun == 1 && unmapped.nr_ended == 1);
	ASSERT(unmapped.start == 0 && unmapped.end == 512);

	/* A hole has taken the folio out of the file, or the file is going away: nothing is unmapped. */
	folio->mapping = NULL;
	ASSERT(kvm_gmem_error_folio(&cache, folio) == MF_DELAYED);
	folio->mapping = &cache;
	inode.freeing = true;
	ASSERT(kvm_gmem_error_folio(&cache, folio) == MF_DELAYED);
	ASSERT(nr_folio_locks == 1 && inode.refs == 1 && !cache.invalidate_lock.nr_shared);
	ASSERT(unmapped.nr_begun == 1);
	folio_unlock(folio);
	folio_put(folio);
	return true;
}

/* A page is zeroed once: by guest_memfd, unless somebody else does it, and not again at the next fault. */
static bool test_zeroed_once(void)
{
	int i, huge;

	for (i = 0; i < 4; i++) {
		struct folio *folio;

		huge = i & 1;
		is_zeroed = i & 2;
		nr_cleared = 0;
		folio = kvm_gmem_grab_slot_folio(&the_vm, (struct kvm_memory_slot *)(huge ? &whole : &part), &cache,
						 huge ? 1024 : 0);
		ASSERT(!IS_ERR(folio) && folio_order(folio) == (huge ? PMD_ORDER : 0));
		folio->uptodate = false;
		ASSERT(!kvm_gmem_prepare_folio(&the_vm, (struct kvm_memory_slot *)&whole,
					       whole.base_gfn + folio->index, folio));
		ASSERT(folio_test_uptodate(folio));
		ASSERT(nr_cleared == (is_zeroed ? 0 : huge ? 512 : 1));
		folio_unlock(folio);
		folio_put(folio);
	}
	is_zeroed = false;
	return true;
}

static const struct { const char *name; bool (*run)(void); } tests[] = {
	{ "fault-beside-hole", test_fault_beside_hole },
	{ "stubborn-reference", test_stubborn },
	{ "many-split", test_many_split },
	{ "memory-failure", test_memory_failure },
	{ "zeroed-once", test_zeroed_once },
};

int main(int argc, char **argv)
{
	int i, n = 0, failed = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	shim_start_watchdog();
	printf("KTAP version 1\n");
	for (i = 0; i < (int)ARRAY_SIZE(tests); i++) {
		bool ok;

		if (argc > 1 && strcmp(argv[1], tests[i].name))
			continue;
		make_file();
		ok = tests[i].run();
		free_file();
		failed += !ok;
		printf("%s %d - %s\n", ok ? "ok" : "not ok", ++n, tests[i].name);
	}
	printf("1..%d\n", n);
	return failed || !n ? 1 : 0;
}
