// SPDX-License-Identifier: GPL-2.0-only
/*
 * Conversion of ranges to shared and back: the data on each side stays, memory around the
 * range does not change, and the number of tracks does not depend on the size of the range.
 */
#include "mirror_vm.h"

#define NR	1536ul

static const struct { const char *name; u64 page, nr; } ranges[] = {
	{ "4 KiB",				3,	1 },
	{ "4 KiB at the end of 2 MiB",		511,	1 },
	{ "64 KiB across a 2 MiB border",	504,	16 },
	{ "2 MiB",				512,	512 },
	{ "2 MiB less a page at each end",	513,	510 },
	{ "2 MiB and a page at each end",	511,	514 },
	{ "everything",				0,	NR },
};

static void check_private(struct mirror_vm *m, u64 page, u64 nr, u64 seed)
{
	if (nr)
		mirror_do(m, 0, JOB_CHECK, PRIVATE, page, nr, seed);
}

static void convert_and_back(struct mirror_vm *m, u64 page, u64 nr, u64 seed)
{
	struct kvm_mirror_test_counts before, after;

	mirror_do(m, 0, JOB_WRITE, PRIVATE, 0, NR, seed);
	before = mirror_counts(m);
	TEST_ASSERT_EQ(before.pages, NR);

	mirror_convert(m, page, nr, SHARED);
	after = mirror_counts(m);
	TEST_ASSERT_EQ(after.pages, NR - nr);
	/* One track for the range, and one more if huge leaves have to be split. */
	TEST_ASSERT(after.calls[KVM_MOCK_TRACK] - before.calls[KVM_MOCK_TRACK] <=
		    1 + (after.calls[KVM_MOCK_SPLIT] > before.calls[KVM_MOCK_SPLIT]),
		    "%llu tracks", after.calls[KVM_MOCK_TRACK] - before.calls[KVM_MOCK_TRACK]);
	TEST_ASSERT(after.calls[KVM_MOCK_TRACK] > before.calls[KVM_MOCK_TRACK], "no track");
	mirror_verify(m);

	/* The guest reads what the host has written, and the host what the guest has. */
	mirror_host_write(m, 0, page, nr, seed + 1);
	mirror_do(m, 0, JOB_CHECK, SHARED, page, nr, seed + 1);
	mirror_do(m, 0, JOB_WRITE, SHARED, page, nr, seed + 2);
	mirror_host_check(m, 0, page, nr, seed + 2);
	check_private(m, 0, page, seed);
	check_private(m, page + nr, NR - page - nr, seed);
	TEST_ASSERT_EQ(mirror_counts(m).pages, NR - nr);

	mirror_convert(m, page, nr, PRIVATE);
	check_private(m, 0, NR, seed);
	mirror_host_check(m, 0, page, nr, seed + 2);
	TEST_ASSERT_EQ(mirror_counts(m).pages, NR);
	TEST_ASSERT_EQ(atomic_load(&m->nr_converted), 0);
	mirror_verify(m);
}

static void test_ranges(u64 flags)
{
	struct mirror_vm *m = mirror_create(1, flags);
	struct kvm_mirror_test_counts c;
	unsigned int i;
	u64 huge;

	mirror_do(m, 0, JOB_WRITE, PRIVATE, 0, NR, 1);
	huge = mirror_counts(m).huge_pages;
	for (i = 0; i < ARRAY_SIZE(ranges); i++)
		convert_and_back(m, ranges[i].page, ranges[i].nr, 10 * (i + 1));

	c = mirror_counts(m);
	TEST_ASSERT_EQ(c.calls[KVM_MOCK_SPLIT] > 0, huge > 0);
	mirror_destroy(m);
	mirror_pass("%zu ranges to shared and back, %llu splits, flags %lu",
		    ARRAY_SIZE(ranges), c.calls[KVM_MOCK_SPLIT], flags);
}

/* If every second page of 2 MiB is shared, KVM must not map a huge leaf. */
static void test_mixed(void)
{
	struct mirror_vm *m = mirror_create(1, 0);
	u64 page;

	for (page = 0; page < HUGE_PAGES; page += 2)
		mirror_convert(m, page, 1, SHARED);
	for (page = 0; page < HUGE_PAGES; page += 2) {
		mirror_do(m, 0, JOB_WRITE, SHARED, page, 1, 7);
		mirror_do(m, 0, JOB_WRITE, PRIVATE, page + 1, 1, 8);
	}
	TEST_ASSERT_EQ(mirror_counts(m).pages, HUGE_PAGES / 2);
	TEST_ASSERT_EQ(mirror_counts(m).huge_pages, 0);
	for (page = 0; page < HUGE_PAGES; page += 2) {
		mirror_host_check(m, 0, page, 1, 7);
		mirror_do(m, 0, JOB_CHECK, PRIVATE, page + 1, 1, 8);
	}
	mirror_verify(m);

	mirror_convert(m, 0, HUGE_PAGES, PRIVATE);
	for (page = 0; page < HUGE_PAGES; page += 2)
		mirror_do(m, 0, JOB_CHECK, PRIVATE, page + 1, 1, 8);
	mirror_finish(m, "a 2 MiB range of which every second page is shared");
}

/* Split a huge leaf, as if the guest had accepted a page of 4K; its data must stay. */
static void test_split(void)
{
	struct mirror_vm *m = mirror_create(1, 0);
	u64 huge;

	mirror_do(m, 0, JOB_WRITE, PRIVATE, 0, 2 * HUGE_PAGES, 9);
	huge = mirror_counts(m).huge_pages;
	mirror_cmd(m->vm, KVM_MIRROR_TEST_SPLIT, MIRROR_GPA + 5 * PAGE_SIZE);
	TEST_ASSERT_EQ(mirror_counts(m).huge_pages, huge ? huge - HUGE_PAGES : 0);
	mirror_do(m, 0, JOB_CHECK, PRIVATE, 0, 2 * HUGE_PAGES, 9);
	TEST_ASSERT_EQ(mirror_counts(m).pages, 2 * HUGE_PAGES);
	mirror_finish(m, "a split keeps the guest's data (%lu pages were in huge leaves)", huge);
}

int main(void)
{
	test_ranges(0);
	test_ranges(KVM_MIRROR_TEST_PENDING);
	test_mixed();
	test_split();
	return 0;
}
