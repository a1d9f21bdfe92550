// SPDX-License-Identifier: GPL-2.0-only
/*
 * Private memory of a TD in pages of 2 MiB: when KVM maps such pages, what splits them, and
 * that the guest's data survives the split.  After each test the mirrored and the private
 * page table must be the same, and no page may be lost.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "asm/tdx_leaves.h"
#include "td.h"

#define PAGE		0x1000ULL
#define HUGE		0x200000ULL
#define PAGES_PER_HUGE	512
/* Start of memory that the TD has not used yet, 2 MiB aligned. */
#define AT		0x800000ULL
#define ROUNDS		4

#define STATUS(status)	((status) >> 32)
#define ALREADY_ACCEPTED 0x00000b0aULL
#define SIZE_MISMATCH	0xc0000b0bULL

#define OPERAND_BUSY		"0x8000020000000000"
#define INTERRUPTED_RESTARTABLE	"0x8000000400000000"

static struct td td;
/* Huge pages of files on the host before the TD was created. */
static unsigned long huge_kib_before;

/* Private memory that KVM has mapped now, and how many pages it has split so far. */
struct mapped {
	long pages_4k, pages_2m, splits;
};

/* The same right after the TD was created. */
static struct mapped base;

static struct mapped read_mapped(void)
{
	return (struct mapped) {
		.pages_4k = td_stat(&td, "mirror_pages_4k"),
		.pages_2m = td_stat(&td, "mirror_pages_2m"),
		.splits = td_stat(&td, "mirror_split"),
	};
}

static void create(unsigned int nr_vcpus)
{
	huge_kib_before = td_huge_page_kib();
	td_create(&td, &(struct td_options) { .nr_vcpus = nr_vcpus });
	base = read_mapped();
	/* Initial memory is added, and so mapped, in pages of 4 KiB. */
	EXPECT(base.pages_4k);
	EXPECT_EQ(base.pages_2m, 0);
}

static void destroy(void)
{
	td_expect_verified(&td);
	EXPECT_EQ(td_stat(&td, "mirror_pinned"), 0);
	td_destroy(&td);
	EXPECT_EQ(td_huge_page_kib(), huge_kib_before);
	td_expect_nothing_leaked();
}

#define EXPECT_MAPPED(nr_4k, nr_2m, nr_splits) do {		\
	struct mapped now_ = read_mapped();			\
	EXPECT_EQ(now_.pages_4k - base.pages_4k, nr_4k);	\
	EXPECT_EQ(now_.pages_2m, nr_2m);			\
	EXPECT_EQ(now_.splits - base.splits, nr_splits);	\
} while (0)

/*
 * The pattern of a range depends on its GPA.  It can be checked only for the same range that
 * was filled.
 */
static void fill(uint64_t gpa, uint64_t bytes)
{
	CALL(&td, 0, AGENT_FILL, gpa, bytes, gpa);
}

static void expect_filled(uint64_t gpa, uint64_t bytes)
{
	EXPECT_EQ(CALL(&td, 0, AGENT_CHECK, gpa, bytes, gpa), 0);
}

static void expect_zero(uint64_t gpa, uint64_t bytes)
{
	EXPECT_EQ(CALL(&td, 0, AGENT_CHECK, gpa, bytes, 0), 0);
}

static uint64_t allocated(void)
{
	struct stat st;

	EXPECT(!fstat(td.gmem_fd, &st));
	return st.st_blocks * 512ULL;
}

static void punch(uint64_t gpa, uint64_t bytes)
{
	uint64_t before = allocated();

	EXPECT_EQ(fallocate(td.gmem_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, gpa, bytes), 0);
	EXPECT_EQ(before - allocated(), bytes);
}

/* Accept by 2M and, where that is a size mismatch, by 4K, as firmware and Linux do. */
static void accept_by_any(unsigned int index, uint64_t gpa, uint64_t bytes)
{
	uint64_t end = gpa + bytes, status;

	while (gpa < end) {
		if (!(gpa % HUGE) && end - gpa >= HUGE) {
			status = td_accept(&td, index, gpa, HUGE, 1);
			if (STATUS(status) != SIZE_MISMATCH) {
				EXPECT(!(status >> 63));
				gpa += HUGE;
				continue;
			}
		}
		EXPECT(!(td_accept(&td, index, gpa, PAGE, 0) >> 63));
		gpa += PAGE;
	}
}

/* The guest accepts by 2 MiB: for each there is one leaf and one SEAMCALL that maps it. */
static void test_accept(void)
{
	unsigned long maps;

	create(1);
	maps = td_stat(&td, "mirror_map");
	EXPECT_EQ(td_accept(&td, 0, AT, 8 * HUGE, 1), 0);
	EXPECT_MAPPED(0, 8, 0);
	EXPECT_EQ(td_stat(&td, "mirror_map") - maps, 8);
	EXPECT_EQ(td.vcpus[0].box->ret[1], 8);
	EXPECT_EQ(td_huge_page_kib() - huge_kib_before, 8 * HUGE / 1024);

	expect_zero(AT, HUGE);
	fill(AT, HUGE);
	EXPECT_EQ(td_accept(&td, 0, AT, HUGE, 1), ALREADY_ACCEPTED << 32 | 1);
	EXPECT_EQ(td_accept(&td, 0, AT + 9 * PAGE, PAGE, 0), ALREADY_ACCEPTED << 32 | 1);
	expect_filled(AT, HUGE);
	EXPECT_MAPPED(0, 8, 0);
	destroy();
}

/* Accept one 4K page of a page of 2 MiB: that is split once, and the rest stays mapped. */
static void test_accept_smaller(void)
{
	unsigned long maps;

	create(1);
	EXPECT_EQ(td_accept(&td, 0, AT + 100 * PAGE, PAGE, 0), 0);
	EXPECT_MAPPED(PAGES_PER_HUGE, 0, 1);
	fill(AT + 100 * PAGE, PAGE);
	maps = td_stat(&td, "mirror_map");
	EXPECT_EQ(td_accept(&td, 0, AT + 101 * PAGE, 411 * PAGE, 0), 0);
	EXPECT_EQ(td_accept(&td, 0, AT, 100 * PAGE, 0), 0);
	EXPECT_EQ(td_stat(&td, "mirror_map"), maps);
	expect_filled(AT + 100 * PAGE, PAGE);
	expect_zero(AT, 100 * PAGE);
	EXPECT_EQ(td_accept(&td, 0, AT, HUGE, 1), SIZE_MISMATCH << 32 | 1);
	EXPECT_MAPPED(PAGES_PER_HUGE, 0, 1);
	destroy();
}

/* If one page of 2 MiB is shared, the others are small pages, in the file and in the TD. */
static void test_mixed(void)
{
	uint64_t hole = AT + 5 * PAGE, before;

	create(1);
	before = allocated();
	EXPECT_EQ(td_map_gpa(&td, 0, hole, PAGE, false), 0);
	CALL(&td, 0, AGENT_WRITE, AGENT_SHARED_VA + hole, 8, 77);
	EXPECT_EQ(td_accept(&td, 0, AT, HUGE, 1), SIZE_MISMATCH << 32 | 1);
	EXPECT_EQ(td_accept(&td, 0, AT, 5 * PAGE, 0), 0);
	EXPECT_EQ(td_accept(&td, 0, AT + 6 * PAGE, 506 * PAGE, 0), 0);
	EXPECT_MAPPED(PAGES_PER_HUGE - 1, 0, 0);
	EXPECT_EQ(allocated() - before, HUGE - PAGE);
	EXPECT_EQ(*(uint64_t *)(td.shared + hole), 77);
	destroy();
}

/* A TD that has accepted 6 MiB by 2M and filled the range, and what is around it. */
static void create_filled(uint64_t gpa, uint64_t bytes)
{
	create(1);
	EXPECT_EQ(td_accept(&td, 0, AT, 3 * HUGE, 1), 0);
	EXPECT_MAPPED(0, 3, 0);
	fill(AT, gpa - AT);
	fill(gpa, bytes);
	fill(gpa + bytes, AT + 3 * HUGE - gpa - bytes);
}

/* The memory around the range must still have its data. */
static void expect_rest(uint64_t gpa, uint64_t bytes)
{
	expect_filled(AT, gpa - AT);
	expect_filled(gpa + bytes, AT + 3 * HUGE - gpa - bytes);
}

/*
 * Convert a range to shared and back to private.  This splits @nr_cut pages of 2 MiB; the
 * memory around the range must keep its data.
 */
static void convert_part(uint64_t gpa, uint64_t bytes, unsigned int nr_cut)
{
	uint64_t at;

	create_filled(gpa, bytes);

	EXPECT_EQ(td_map_gpa(&td, 0, gpa, bytes, false), 0);
	EXPECT_EQ(td_stat(&td, "mirror_split") - base.splits, nr_cut);
	for (at = gpa; at < gpa + bytes; at += PAGE) {
		EXPECT_EQ(*(uint64_t *)(td.shared + at), 0);
		*(uint64_t *)(td.shared + at) = at;
		EXPECT_EQ(CALL(&td, 0, AGENT_READ, AGENT_SHARED_VA + at, 8), at);
	}
	expect_rest(gpa, bytes);
	td_expect_verified(&td);

	EXPECT_EQ(td_map_gpa(&td, 0, gpa, bytes, true), 0);
	accept_by_any(0, gpa, bytes);
	expect_zero(gpa, bytes);
	expect_rest(gpa, bytes);
	EXPECT_MAPPED(nr_cut * PAGES_PER_HUGE, 3 - nr_cut, nr_cut);
	destroy();
}

static void test_convert_middle(void)
{
	convert_part(AT + HUGE + 100 * PAGE, PAGE, 1);
}

static void test_convert_edges(void)
{
	convert_part(AT + HUGE, PAGE, 1);
	convert_part(AT + 2 * HUGE - PAGE, 2 * PAGE, 2);
}

/* Convert 2 MiB as a whole: nothing is split, one kick suffices, and it is 2 MiB again. */
static void test_convert_whole(void)
{
	long kicks;

	create_filled(AT + HUGE, HUGE);
	kicks = td_stat(&td, "mirror_kicks");
	EXPECT_EQ(td_map_gpa(&td, 0, AT + HUGE, HUGE, false), 0);
	EXPECT_EQ(td_stat(&td, "mirror_kicks") - kicks, 1);
	EXPECT_MAPPED(0, 2, 0);
	EXPECT_EQ(td_map_gpa(&td, 0, AT + HUGE, HUGE, true), 0);
	EXPECT_EQ(td_accept(&td, 0, AT + HUGE, HUGE, 1), 0);
	EXPECT_MAPPED(0, 3, 0);
	expect_zero(AT + HUGE, HUGE);
	expect_rest(AT + HUGE, HUGE);
	destroy();
}

/*
 * Convert one page of 2 MiB, which splits them, then the rest, and all of it back: the empty table
 * goes, and the guest gets 2 MiB in one page again.  No conversion takes more than one kick.
 */
static void test_convert_split(void)
{
	long kicks, tables;

	create_filled(AT + HUGE, HUGE);
	tables = td_stat(&td, "mirror_tables");
	EXPECT_EQ(td_map_gpa(&td, 0, AT + HUGE + 7 * PAGE, PAGE, false), 0);
	EXPECT_EQ(td_stat(&td, "mirror_tables") - tables, 1);
	kicks = td_stat(&td, "mirror_kicks");
	EXPECT_EQ(td_map_gpa(&td, 0, AT + HUGE, HUGE, false), 0);
	EXPECT_EQ(td_stat(&td, "mirror_kicks") - kicks, 1);
	EXPECT_MAPPED(0, 2, 1);
	EXPECT_EQ(td_map_gpa(&td, 0, AT + HUGE, HUGE, true), 0);
	EXPECT_EQ(td_stat(&td, "mirror_kicks") - kicks, 2);
	EXPECT_EQ(td_stat(&td, "mirror_tables") - tables, 0);
	EXPECT_EQ(td_accept(&td, 0, AT + HUGE, HUGE, 1), 0);
	EXPECT_MAPPED(0, 3, 1);
	expect_zero(AT + HUGE, HUGE);
	expect_rest(AT + HUGE, HUGE);
	destroy();
}

/* The host punches a hole of this range; the memory around it must keep its data. */
static void punch_part(uint64_t gpa, uint64_t bytes, unsigned int nr_cut)
{
	create_filled(gpa, bytes);
	punch(gpa, bytes);
	td_expect_verified(&td);
	EXPECT_EQ(td_stat(&td, "mirror_split") - base.splits, nr_cut);
	expect_rest(gpa, bytes);
	accept_by_any(0, gpa, bytes);
	expect_zero(gpa, bytes);
	expect_rest(gpa, bytes);
	destroy();
}

static void test_punch(void)
{
	punch_part(AT + HUGE + 7 * PAGE, 9 * PAGE, 1);
	punch_part(AT + HUGE / 2, 2 * HUGE, 2);
	punch_part(AT + HUGE, HUGE, 0);
}

struct worker {
	unsigned int index;
	void (*work)(unsigned int index);
	pthread_t thread;
};

static void *run_worker(void *arg)
{
	struct worker *worker = arg;

	worker->work(worker->index);
	return NULL;
}

static void run_workers(unsigned int nr, void (*work)(unsigned int index))
{
	struct worker workers[AGENT_MAX_VCPUS];
	unsigned int i;

	for (i = 0; i < nr; i++) {
		workers[i] = (struct worker) { .index = i, .work = work };
		EXPECT_EQ(pthread_create(&workers[i].thread, NULL, run_worker, &workers[i]), 0);
	}
	for (i = 0; i < nr; i++)
		EXPECT_EQ(pthread_join(workers[i].thread, NULL), 0);
}

static void accept_large(unsigned int index)
{
	EXPECT(!(td_accept(&td, index, AT, 8 * HUGE, 1) >> 63));
}

/* Two vCPUs accept by 2M and two by 4K, the same pages from both ends. */
static void accept_mixed(unsigned int index)
{
	uint64_t i;

	for (i = 0; i < 8; i++) {
		uint64_t gpa = AT + (8 + (index % 2 ? i : 7 - i)) * HUGE;

		if (index < 2)
			accept_by_any(index, gpa, HUGE);
		else
			EXPECT(!(td_accept(&td, index, gpa, HUGE, 0) >> 63));
	}
}

static void test_accept_race(void)
{
	create(4);
	run_workers(4, accept_large);
	EXPECT_MAPPED(0, 8, 0);
	expect_zero(AT, HUGE);
	run_workers(4, accept_mixed);
	expect_zero(AT + 8 * HUGE, 8 * HUGE);
	destroy();
}

/* Each vCPU converts a part of 2 MiB that all of them use, and 2 MiB of its own. */
static void convert_and_accept(unsigned int index)
{
	const uint64_t parts[] = { AT + index * 100 * PAGE, AT + (1 + index) * HUGE };
	const uint64_t sizes[] = { 100 * PAGE, HUGE };
	unsigned int i;

	for (i = 0; i < 2 * ROUNDS; i++) {
		uint64_t gpa = parts[i % 2], bytes = sizes[i % 2];

		accept_by_any(index, gpa, bytes);
		CALL(&td, index, AGENT_FILL, gpa, bytes, 1 + index);
		EXPECT_EQ(CALL(&td, index, AGENT_CHECK, gpa, bytes, 1 + index), 0);
		EXPECT_EQ(td_map_gpa(&td, index, gpa, bytes, false), 0);
		EXPECT_EQ(CALL(&td, index, AGENT_CHECK, AGENT_SHARED_VA + gpa, bytes, 0), 0);
		EXPECT_EQ(td_map_gpa(&td, index, gpa, bytes, true), 0);
	}
}

/* Holes that one vCPU causes must not split the 2 MiB of another one. */
static void test_convert_race(void)
{
	unsigned int i;

	create(4);
	run_workers(4, convert_and_accept);
	for (i = 0; i < 4; i++)
		EXPECT_EQ(td_accept(&td, 0, AT + (1 + i) * HUGE, HUGE, 1), 0);
	EXPECT_EQ(td_stat(&td, "mirror_pages_2m"), 4);
	destroy();
}

/* KVM maps memory before the guest accesses it, in pages of 2 MiB. */
static void test_pre_fault(void)
{
	create(1);
	td_pre_fault(&td, 0, AT, 4 * HUGE);
	EXPECT_MAPPED(0, 4, 0);
	EXPECT_EQ(td_accept(&td, 0, AT, 4 * HUGE, 1), 0);
	expect_zero(AT, 4 * HUGE);
	EXPECT_MAPPED(0, 4, 0);
	destroy();
}

static void inject(const char *name, const char *value)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/debug/tdx_softmod/%s", name);
	fd = open(path, O_WRONLY);
	EXPECT(fd >= 0);
	EXPECT_EQ(write(fd, value, strlen(value)), strlen(value));
	close(fd);
}

/* Have the next calls of MEM.PAGE.DEMOTE return @status, @times times. */
static void inject_demote(const char *status, const char *times)
{
	char leaf[8];

	snprintf(leaf, sizeof(leaf), "%d", TDH_MEM_PAGE_DEMOTE);
	inject("nth", "0");
	inject("leaf", leaf);
	inject("status", status);
	inject("times", times);
	inject("nth", "1");
}

/*
 * MEM.PAGE.DEMOTE is busy: KVM makes another split, which the statistic counts.  It is
 * interrupted: KVM repeats the SEAMCALL within the same split.
 */
static void test_demote_again(void)
{
	static const struct { const char *status; unsigned int nr_calls; } moods[] = {
		{ OPERAND_BUSY, 4 }, { INTERRUPTED_RESTARTABLE, 1 },
	};
	unsigned int i;

	for (i = 0; i < sizeof(moods) / sizeof(moods[0]); i++) {
		create_filled(AT + PAGE, PAGE);
		inject_demote(moods[i].status, "3");
		EXPECT_EQ(td_map_gpa(&td, 0, AT + PAGE, PAGE, false), 0);
		expect_rest(AT + PAGE, PAGE);
		EXPECT_MAPPED(PAGES_PER_HUGE - 1, 2, moods[i].nr_calls);
		destroy();
	}
}

/* How often the host has called the leaf, as the software TDX module counts it. */
static unsigned long nr_calls(const char *leaf)
{
	FILE *file = fopen("/sys/kernel/debug/tdx_softmod/calls", "r");
	unsigned long nr, found = 0;
	char name[32];

	EXPECT(file);
	while (fscanf(file, "%31s %lu", name, &nr) == 2) {
		if (!strcmp(name, leaf))
			found = nr;
	}
	fclose(file);
	return found;
}

/*
 * MEM.PAGE.DEMOTE is interrupted so often that KVM gives up splits, each after 16 attempts: after
 * each it writes back the caches of the page that the module may have written, because it may free
 * the page.  It begins the split anew, for as long as it takes.
 */
static void test_demote_gives_up(void)
{
	static const struct { const char *times; unsigned int nr_given_up; } moods[] = {
		{ "40", 2 }, { "300", 18 },
	};
	unsigned long wbinvds;
	unsigned int i;

	for (i = 0; i < sizeof(moods) / sizeof(moods[0]); i++) {
		create_filled(AT + PAGE, PAGE);
		wbinvds = nr_calls("PHYMEM_PAGE_WBINVD");
		inject_demote(INTERRUPTED_RESTARTABLE, moods[i].times);
		EXPECT_EQ(td_map_gpa(&td, 0, AT + PAGE, PAGE, false), 0);
		/* One more is for the page that is converted. */
		EXPECT_EQ(nr_calls("PHYMEM_PAGE_WBINVD") - wbinvds, moods[i].nr_given_up + 1);
		expect_rest(AT + PAGE, PAGE);
		EXPECT_MAPPED(PAGES_PER_HUGE - 1, 2, moods[i].nr_given_up + 1);
		destroy();
	}
}

#define SLOT_GPA	0x40000000ULL
#define SLOT_BYTES	(2 * HUGE)

/* Set a memslot at SLOT_GPA that has its own guest_memfd @fd; 0 bytes: delete the slot. */
static void set_slot(int fd, void *shared, uint64_t bytes)
{
	EXPECT_EQ(ioctl(td.vm_fd, KVM_SET_USER_MEMORY_REGION2,
			&((struct kvm_userspace_memory_region2) {
		.slot = 5,
		.flags = KVM_MEM_GUEST_MEMFD,
		.guest_phys_addr = SLOT_GPA,
		.memory_size = bytes,
		.userspace_addr = (uint64_t)shared,
		.guest_memfd = fd,
	})), 0);
}

static void use_slot(unsigned int index)
{
	struct kvm_create_guest_memfd gmem = { .size = SLOT_BYTES };
	void *shared;
	int i, fd;

	if (index) {
		CALL(&td, index, AGENT_SPIN, AT, 4 * HUGE);
		return;
	}
	shared = mmap(NULL, SLOT_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	EXPECT(shared != MAP_FAILED);
	while (!td.vcpus[1].box->rounds)
		sched_yield();
	for (i = 0; i < ROUNDS; i++) {
		fd = ioctl(td.vm_fd, KVM_CREATE_GUEST_MEMFD, &gmem);
		EXPECT(fd >= 0);
		set_slot(fd, shared, SLOT_BYTES);
		EXPECT_EQ(td_accept(&td, 0, SLOT_GPA, SLOT_BYTES, 1), 0);
		expect_zero(SLOT_GPA, SLOT_BYTES);
		fill(SLOT_GPA, SLOT_BYTES);
		EXPECT_MAPPED(0, 4 + 2, 0);
		set_slot(fd, shared, 0);
		EXPECT_MAPPED(0, 4, 0);
		close(fd);
	}
	munmap(shared, SLOT_BYTES);
	td.vcpus[1].box->stop = 1;
}

/* A memslot is deleted and another one created in its place, while a vCPU runs. */
static void test_slot(void)
{
	create(2);
	EXPECT_EQ(ioctl(td.vm_fd, KVM_SET_MEMORY_ATTRIBUTES, &((struct kvm_memory_attributes) {
		.address = SLOT_GPA,
		.size = SLOT_BYTES,
		.attributes = KVM_MEMORY_ATTRIBUTE_PRIVATE,
	})), 0);
	EXPECT_EQ(td_accept(&td, 0, AT, 4 * HUGE, 1), 0);
	fill(AT, 4 * HUGE);
	run_workers(2, use_slot);
	expect_filled(AT, 4 * HUGE);
	destroy();
}

/* Close the guest_memfd while the TD exists, with large, small and split pages mapped. */
static void test_file_closed(void)
{
	create(1);
	EXPECT_EQ(td_accept(&td, 0, AT, 4 * HUGE, 1), 0);
	EXPECT_EQ(td_accept(&td, 0, AT + 4 * HUGE, HUGE, 0), 0);
	EXPECT_EQ(td_map_gpa(&td, 0, AT + 3 * PAGE, PAGE, false), 0);
	close(td.gmem_fd);
	td.gmem_fd = -1;
	EXPECT_EQ(td_stat(&td, "mirror_pages_2m"), 0);
	EXPECT_EQ(td_stat(&td, "mirror_pages_4k"), 0);
	EXPECT_EQ(td_stat(&td, "mirror_pinned"), 0);
	td_destroy(&td);
	EXPECT_EQ(td_huge_page_kib(), huge_kib_before);
	td_expect_nothing_leaked();
}

int main(void)
{
	static const struct td_test tests[] = {
		{ "accept", test_accept }, { "accept-smaller", test_accept_smaller },
		{ "mixed", test_mixed }, { "convert-middle", test_convert_middle },
		{ "convert-edges", test_convert_edges }, { "convert-whole", test_convert_whole },
		{ "convert-split", test_convert_split },
		{ "punch", test_punch }, { "accept-race", test_accept_race },
		{ "convert-race", test_convert_race }, { "pre-fault", test_pre_fault },
		{ "demote-again", test_demote_again },
		{ "demote-gives-up", test_demote_gives_up },
		{ "slot", test_slot }, { "file-closed", test_file_closed }, {},
	};

	return td_run_tests(tests);
}
