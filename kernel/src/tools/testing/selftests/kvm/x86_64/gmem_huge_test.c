// SPDX-License-Identifier: GPL-2.0-only
/*
 * 2 MiB folios in guest_memfd: where they are used, what remains after a hole was punched,
 * and how they are charged to memory cgroups.
 */
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/sizes.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "kvm_util.h"
#include "processor.h"
#include "test_util.h"

#define HUGE		((uint64_t)SZ_2M)
#define AREA_GPA	0x100000000ul
#define AREA_SLOT	10
#define STRESS_ROUNDS	300

/* All slots are within this many bytes from AREA_GPA on. */
#define AREA_SIZE	(6ull * HUGE)

struct world {
	struct kvm_vm *vm;
	struct kvm_vcpu *vcpus[2];
	/* The guest_memfd. */
	int fd;
	/* The host's mapping of shared memory. */
	void *hva;
};

/* The guest writes @value to one byte of each page in [gpa, gpa + size), or checks it. */
struct job {
	uint64_t gpa, size;
	bool write;
	uint8_t value;
};

static struct job jobs[2];

static void run_job(const struct job *job)
{
	uint64_t gpa;

	for (gpa = job->gpa; gpa < job->gpa + job->size; gpa += PAGE_SIZE) {
		volatile uint8_t *p = (void *)gpa;

		if (job->write)
			*p = job->value;
		else
			GUEST_ASSERT_EQ(*p, job->value);
	}
}

static void guest_code(uint64_t index)
{
	for (;;) {
		run_job(&jobs[index]);
		GUEST_SYNC(0);
	}
}

/* A page is zero or has what this vCPU wrote, because holes are punched at any time. */
static void guest_stress(uint64_t index)
{
	uint64_t gpa;

	for (;;) {
		for (gpa = AREA_GPA + index * PAGE_SIZE; gpa < AREA_GPA + 2 * HUGE;
		     gpa += 2 * PAGE_SIZE) {
			volatile uint64_t *p = (void *)gpa;
			uint64_t value = *p;

			GUEST_ASSERT(!value || value == gpa);
			*p = gpa;
		}
		GUEST_SYNC(0);
	}
}

static void set_slot(struct world *w, uint64_t gpa, uint64_t size, uint64_t offset)
{
	vm_set_user_memory_region2(w->vm, AREA_SLOT, KVM_MEM_GUEST_MEMFD, gpa, size,
				   w->hva + (gpa - AREA_GPA), w->fd, offset);
}

/*
 * Make a VM and a guest_memfd of @file_size.  Memory in [@gpa, @gpa + @size) is at @offset in
 * the file.
 */
static void open_world(struct world *w, void *code, uint64_t file_size, uint64_t gpa,
		       uint64_t size, uint64_t offset)
{
	const struct vm_shape shape = {
		.mode = VM_MODE_DEFAULT,
		.type = KVM_X86_SW_PROTECTED_VM,
	};
	int i;

	w->vm = __vm_create_shape_with_one_vcpu(shape, &w->vcpus[0], 512, code);
	w->vcpus[1] = vm_vcpu_add(w->vm, 1, code);
	for (i = 0; i < 2; i++)
		vcpu_args_set(w->vcpus[i], 1, i);

	w->hva = mmap(NULL, AREA_SIZE + HUGE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	TEST_ASSERT(w->hva != MAP_FAILED, "mmap");
	w->hva = align_ptr_up(w->hva, HUGE);

	w->fd = vm_create_guest_memfd(w->vm, file_size, 0);
	set_slot(w, gpa, size, offset);
	virt_map(w->vm, AREA_GPA, AREA_GPA, AREA_SIZE / PAGE_SIZE);
	vm_mem_set_private(w->vm, AREA_GPA, AREA_SIZE);
}

static void close_world(struct world *w)
{
	close(w->fd);
	kvm_vm_free(w->vm);
}

static uint64_t allocated(struct world *w)
{
	struct stat st;

	TEST_ASSERT(!fstat(w->fd, &st), "fstat");
	return st.st_blocks * 512ull;
}

static void hole(struct world *w, uint64_t offset, uint64_t size)
{
	int r = fallocate(w->fd, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, offset, size);

	TEST_ASSERT(!r, "fallocate(0x%lx, 0x%lx): errno %d", offset, size, errno);
}

static void run(struct world *w, int index)
{
	struct ucall uc;

	vcpu_run(w->vcpus[index]);
	switch (get_ucall(w->vcpus[index], &uc)) {
	case UCALL_SYNC:
		return;
	case UCALL_ABORT:
		REPORT_GUEST_ASSERT(uc);
	default:
		TEST_FAIL("unexpected exit %d", w->vcpus[index]->run->exit_reason);
	}
}

static void guest_do(struct world *w, uint64_t offset, uint64_t size, bool write, uint8_t value)
{
	jobs[0] = (struct job) {
		.gpa = AREA_GPA + offset,
		.size = size,
		.write = write,
		.value = value,
	};
	sync_global_to_guest(w->vm, jobs);
	run(w, 0);
}

static void guest_write(struct world *w, uint64_t offset, uint64_t size, uint8_t value)
{
	guest_do(w, offset, size, true, value);
}

static void guest_expect(struct world *w, uint64_t offset, uint64_t size, uint8_t value)
{
	guest_do(w, offset, size, false, value);
}

static uint64_t nr_2m(struct world *w)
{
	return vm_get_stat(w->vm, "pages_2m");
}

static uint64_t read_number(const char *path, const char *key)
{
	char line[200];
	uint64_t value = 0;
	FILE *f = fopen(path, "r");

	TEST_ASSERT(f, "%s: errno %d", path, errno);
	while (fgets(line, sizeof(line), f)) {
		if (!strncmp(line, key, strlen(key)))
			value = strtoull(line + strlen(key), NULL, 0);
	}
	fclose(f);
	return value;
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	TEST_ASSERT(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text),
		    "%s: errno %d", path, errno);
	close(fd);
}

/*
 * The first access to a byte allocates 2 MiB and maps one leaf.  In the rest of the file that
 * is no whole 2 MiB it allocates a page.
 */
static void test_where_it_fits(void)
{
	uint64_t size = 4 * HUGE + HUGE / 2, before;
	struct world w;

	open_world(&w, guest_code, size, AREA_GPA, size, 0);
	before = nr_2m(&w);
	guest_write(&w, HUGE + 5 * PAGE_SIZE, 1, 1);
	TEST_ASSERT_EQ(allocated(&w), HUGE);
	TEST_ASSERT_EQ(nr_2m(&w) - before, 1);
	guest_expect(&w, HUGE, 1, 0);
	guest_expect(&w, 2 * HUGE - 1, 1, 0);
	TEST_ASSERT_EQ(allocated(&w), HUGE);
	guest_write(&w, 4 * HUGE, 1, 1);
	TEST_ASSERT_EQ(allocated(&w), HUGE + PAGE_SIZE);
	TEST_ASSERT_EQ(nr_2m(&w) - before, 1);
	close_world(&w);
}

/* GPA and offset in the file are not aligned alike, the slot ends, or a page is shared. */
static void test_where_it_does_not(void)
{
	struct world w;

	open_world(&w, guest_code, 4 * HUGE, AREA_GPA + PAGE_SIZE, 3 * HUGE, 0);
	guest_write(&w, HUGE, 1, 1);
	TEST_ASSERT_EQ(allocated(&w), PAGE_SIZE);
	close_world(&w);

	open_world(&w, guest_code, 4 * HUGE, AREA_GPA, HUGE + HUGE / 2, HUGE);
	guest_write(&w, HUGE, 1, 1);
	TEST_ASSERT_EQ(allocated(&w), PAGE_SIZE);
	guest_write(&w, 0, 1, 1);
	TEST_ASSERT_EQ(allocated(&w), HUGE + PAGE_SIZE);
	close_world(&w);

	/* One page of the 2 MiB is shared. */
	open_world(&w, guest_code, 4 * HUGE, AREA_GPA, 4 * HUGE, 0);
	vm_mem_set_shared(w.vm, AREA_GPA + 7 * PAGE_SIZE, PAGE_SIZE);
	guest_write(&w, 0, 1, 1);
	TEST_ASSERT_EQ(allocated(&w), PAGE_SIZE);
	close_world(&w);
}

/* A hole frees its part, the rest keeps its data, and the part is zero when it is used again. */
static void test_hole(uint64_t offset, uint64_t size)
{
	uint64_t before, end = offset + size;
	struct world w;

	open_world(&w, guest_code, 4 * HUGE, AREA_GPA, 4 * HUGE, 0);
	before = nr_2m(&w);
	guest_write(&w, 0, 4 * HUGE, 0x5a);
	TEST_ASSERT_EQ(allocated(&w), 4 * HUGE);
	TEST_ASSERT_EQ(nr_2m(&w) - before, 4);

	hole(&w, offset, size);
	TEST_ASSERT_EQ(allocated(&w), 4 * HUGE - size);
	guest_expect(&w, offset, size, 0);
	TEST_ASSERT_EQ(allocated(&w), 4 * HUGE);

	guest_expect(&w, 0, offset, 0x5a);
	guest_expect(&w, end, 4 * HUGE - end, 0x5a);

	hole(&w, 0, 4 * HUGE);
	TEST_ASSERT_EQ(allocated(&w), 0);
	guest_expect(&w, 0, 4 * HUGE, 0);
	TEST_ASSERT_EQ(allocated(&w), 4 * HUGE);
	TEST_ASSERT_EQ(nr_2m(&w) - before, 4);
	close_world(&w);
}

static void test_holes(void)
{
	test_hole(HUGE, HUGE);
	test_hole(HUGE + 16 * PAGE_SIZE, 32 * PAGE_SIZE);
	test_hole(HUGE, PAGE_SIZE);
	test_hole(2 * HUGE - PAGE_SIZE, PAGE_SIZE);
	test_hole(HUGE / 2, 2 * HUGE);
	test_hole(0, 4 * HUGE);
}

/* Convert a page to shared and back to private, as user space does. */
static void test_conversion(void)
{
	uint64_t page = HUGE + 9 * PAGE_SIZE, before;
	struct world w;

	open_world(&w, guest_code, 4 * HUGE, AREA_GPA, 4 * HUGE, 0);
	before = nr_2m(&w);
	guest_write(&w, HUGE, HUGE, 3);
	TEST_ASSERT_EQ(nr_2m(&w) - before, 1);

	vm_mem_set_shared(w.vm, AREA_GPA + page, PAGE_SIZE);
	hole(&w, page, PAGE_SIZE);
	TEST_ASSERT_EQ(allocated(&w), HUGE - PAGE_SIZE);
	guest_expect(&w, page, 1, 0);
	guest_write(&w, page, 1, 4);
	TEST_ASSERT_EQ(*(uint8_t *)(w.hva + page), 4);
	TEST_ASSERT_EQ(allocated(&w), HUGE - PAGE_SIZE);
	guest_expect(&w, HUGE, page - HUGE, 3);
	guest_expect(&w, page + PAGE_SIZE, 2 * HUGE - page - PAGE_SIZE, 3);
	TEST_ASSERT_EQ(nr_2m(&w) - before, 0);

	vm_mem_set_private(w.vm, AREA_GPA + page, PAGE_SIZE);
	guest_expect(&w, page, 1, 0);
	guest_expect(&w, HUGE, PAGE_SIZE, 3);
	TEST_ASSERT_EQ(allocated(&w), HUGE);
	close_world(&w);
}

/*
 * fallocate() allocates huge pages within the range that it is given.  If the slot is not
 * aligned like them, they are split when the guest uses them.
 */
static void test_fallocate(void)
{
	uint64_t thps = read_number("/proc/meminfo", "FileHugePages:");
	struct world w;

	open_world(&w, guest_code, 4 * HUGE, AREA_GPA + PAGE_SIZE, 3 * HUGE, 0);
	TEST_ASSERT(!fallocate(w.fd, FALLOC_FL_KEEP_SIZE, HUGE / 2, 2 * HUGE), "fallocate");
	TEST_ASSERT_EQ(allocated(&w), 2 * HUGE);
	TEST_ASSERT_EQ(read_number("/proc/meminfo", "FileHugePages:") - thps, HUGE / 1024);

	guest_expect(&w, HUGE + 3 * PAGE_SIZE, 1, 0);
	guest_write(&w, HUGE + 3 * PAGE_SIZE, 1, 9);
	TEST_ASSERT_EQ(read_number("/proc/meminfo", "FileHugePages:"), thps);
	TEST_ASSERT_EQ(allocated(&w), 2 * HUGE);

	/* The data stays in its page of the file when a slot is at another GPA. */
	set_slot(&w, AREA_GPA + PAGE_SIZE, 0, 0);
	set_slot(&w, AREA_GPA, 3 * HUGE, 0);
	guest_expect(&w, HUGE + 2 * PAGE_SIZE, 1, 9);
	guest_expect(&w, HUGE + 3 * PAGE_SIZE, 1, 0);
	hole(&w, 0, 4 * HUGE);
	TEST_ASSERT_EQ(allocated(&w), 0);
	close_world(&w);
}

static void test_switched_off(void)
{
	const char *path = "/sys/module/kvm/parameters/gmem_huge_pages";
	struct world w;

	write_file(path, "N");
	open_world(&w, guest_code, 4 * HUGE, AREA_GPA, 4 * HUGE, 0);
	guest_write(&w, HUGE, 1, 1);
	TEST_ASSERT_EQ(allocated(&w), PAGE_SIZE);
	write_file(path, "Y");
	/* These 2 MiB already have a small page, so they stay small. */
	guest_write(&w, HUGE + PAGE_SIZE, 1, 1);
	TEST_ASSERT_EQ(allocated(&w), 2 * PAGE_SIZE);
	guest_write(&w, 0, 1, 1);
	TEST_ASSERT_EQ(allocated(&w), HUGE + 2 * PAGE_SIZE);
	close_world(&w);
}

/* Folios are charged to the memory cgroup; if 2 MiB exceed its limit, a page is allocated. */
static void test_cgroup(void)
{
	char text[40];
	struct world w;
	uint64_t limit;

	mkdir("/tmp", 0755);
	mkdir("/tmp/cgroup", 0755);
	if (mount("none", "/tmp/cgroup", "cgroup2", 0, NULL)) {
		ksft_test_result_skip("gmem.cgroup no cgroup2\n");
		return;
	}
	write_file("/tmp/cgroup/cgroup.subtree_control", "+memory");
	mkdir("/tmp/cgroup/test", 0755);
	snprintf(text, sizeof(text), "%d", getpid());
	write_file("/tmp/cgroup/test/cgroup.procs", text);

	open_world(&w, guest_code, 4 * HUGE, AREA_GPA, 4 * HUGE, 0);
	guest_write(&w, 0, 1, 1);
	TEST_ASSERT_EQ(read_number("/tmp/cgroup/test/memory.stat", "file_thp "), HUGE);
	hole(&w, 0, PAGE_SIZE);
	TEST_ASSERT_EQ(read_number("/tmp/cgroup/test/memory.stat", "file_thp "), 0);

	limit = read_number("/tmp/cgroup/test/memory.current", "") + HUGE / 2;
	snprintf(text, sizeof(text), "%lu", limit);
	write_file("/tmp/cgroup/test/memory.max", text);
	guest_write(&w, 2 * HUGE, 1, 1);
	TEST_ASSERT_EQ(allocated(&w), HUGE);
	TEST_ASSERT_EQ(read_number("/tmp/cgroup/test/memory.events", "oom_kill "), 0);
	write_file("/tmp/cgroup/test/memory.max", "max");
	close_world(&w);

	write_file("/tmp/cgroup/cgroup.procs", "0");
	rmdir("/tmp/cgroup/test");
	umount("/tmp/cgroup");
	ksft_test_result_pass("gmem.cgroup\n");
}

static bool stress_done;

static void *stress_vcpu(void *data)
{
	struct world *w = data;
	static int next;
	int index = __atomic_fetch_add(&next, 1, __ATOMIC_SEQ_CST);

	while (!__atomic_load_n(&stress_done, __ATOMIC_SEQ_CST))
		run(w, index);
	return NULL;
}

/* Punch holes of all sizes while two vCPUs write to the memory. */
static void test_stress(void)
{
	unsigned int seed = time(NULL);
	pthread_t threads[2];
	struct world w;
	int i;

	ksft_print_msg("seed %u\n", seed);
	srandom(seed);
	open_world(&w, guest_stress, 4 * HUGE, AREA_GPA, 4 * HUGE, 0);
	for (i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, stress_vcpu, &w);
	for (i = 0; i < STRESS_ROUNDS; i++) {
		uint64_t start = random() % (2 * HUGE / PAGE_SIZE);
		uint64_t nr = 1 + random() % (2 * HUGE / PAGE_SIZE - start);

		hole(&w, start * PAGE_SIZE, nr * PAGE_SIZE);
		if (i % 4 == 0)
			hole(&w, 0, 2 * HUGE);
	}
	__atomic_store_n(&stress_done, true, __ATOMIC_SEQ_CST);
	for (i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	hole(&w, 0, 4 * HUGE);
	TEST_ASSERT_EQ(allocated(&w), 0);
	close_world(&w);
}

int main(void)
{
	static const struct { const char *name; void (*run)(void); } tests[] = {
		{ "where-it-fits", test_where_it_fits },
		{ "where-it-does-not-fit", test_where_it_does_not },
		{ "holes", test_holes },
		{ "conversion", test_conversion },
		{ "fallocate", test_fallocate },
		{ "switched-off", test_switched_off },
		{ "stress", test_stress },
	};
	int i;

	TEST_REQUIRE(kvm_check_cap(KVM_CAP_VM_TYPES) & BIT(KVM_X86_SW_PROTECTED_VM));
	TEST_REQUIRE(thp_configured());

	ksft_print_header();
	ksft_set_plan(ARRAY_SIZE(tests) + 1);
	for (i = 0; i < ARRAY_SIZE(tests); i++) {
		tests[i].run();
		ksft_test_result_pass("gmem.%s\n", tests[i].name);
	}
	test_cgroup();
	ksft_finished();
}
