// SPDX-License-Identifier: GPL-2.0-only
/*
 * Removal of private memory, also while vCPUs use it: holes in the guest_memfd, memslots that
 * are deleted or moved.
 */
#include "mirror_vm.h"

#define NR		1024ul
#define SPARE_SLOT	11
#define SPARE_GPA	0x200000000ul

static void punch(struct mirror_vm *m, u64 page, u64 nr)
{
	vm_guest_mem_punch_hole(m->vm, MIRROR_GPA + page * PAGE_SIZE, nr * PAGE_SIZE);
}

static void test_punch(u64 flags)
{
	static const struct { u64 page, nr; } holes[] = {
		{ 0, 1 }, { 511, 2 }, { 512, 512 }, { 1, 1022 }, { 0, NR },
	};
	struct mirror_vm *m = mirror_create(1, flags);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(holes); i++) {
		u64 page = holes[i].page, nr = holes[i].nr, end = page + nr;

		mirror_do(m, 0, JOB_WRITE, PRIVATE, 0, NR, i + 1);
		punch(m, page, nr);
		TEST_ASSERT_EQ(mirror_counts(m).pages, NR - nr);
		mirror_verify(m);
		mirror_do(m, 0, JOB_CHECK, PRIVATE, page, nr, 0);
		if (page)
			mirror_do(m, 0, JOB_CHECK, PRIVATE, 0, page, i + 1);
		if (end < NR)
			mirror_do(m, 0, JOB_CHECK, PRIVATE, end, NR - end, i + 1);
		mirror_verify(m);
	}
	mirror_destroy(m);
	mirror_pass("%zu holes, flags %lu", ARRAY_SIZE(holes), flags);
}

struct thread {
	struct mirror_vm *m;
	int v;
	atomic_int *stop;
	/* How many jobs were done; did the last one fail because the memory was gone? */
	atomic_ulong nr;
	bool gone;
};

/* Write again and again, until told to stop or until the slot is deleted. */
static void *keep_writing(void *arg)
{
	struct thread *t = arg;
	int ret;

	while (!atomic_load(t->stop)) {
		mirror_set_job(t->m, t->v, JOB_WRITE, PRIVATE, 64 * t->v, 512, 5);
		ret = __mirror_run(t->m, t->v);
		if (ret) {
			TEST_ASSERT_EQ(ret, EFAULT);
			TEST_ASSERT_EQ(t->m->vcpu[t->v]->run->exit_reason, KVM_EXIT_MEMORY_FAULT);
			t->gone = true;
			break;
		}
		atomic_fetch_add(&t->nr, 1);
	}
	return NULL;
}

/* Start a thread for each vCPU, and wait until each has done a job. */
static void start(struct mirror_vm *m, struct thread *t, pthread_t *id, atomic_int *stop)
{
	int v;

	for (v = 0; v < MIRROR_MAX_VCPUS; v++) {
		t[v] = (struct thread) { .m = m, .v = v, .stop = stop };
		pthread_create(&id[v], NULL, keep_writing, &t[v]);
	}
	for (v = 0; v < MIRROR_MAX_VCPUS; v++) {
		while (!atomic_load(&t[v].nr))
			usleep(1000);
	}
}

static void delete_under_load(u64 flags)
{
	struct mirror_vm *m = mirror_create(MIRROR_MAX_VCPUS, flags);
	struct thread t[MIRROR_MAX_VCPUS];
	pthread_t id[MIRROR_MAX_VCPUS];
	atomic_int stop = 0;
	int v;

	start(m, t, id, &stop);
	vm_mem_region_delete(m->vm, MIRROR_SLOT);
	TEST_ASSERT_EQ(mirror_counts(m).pages, 0);
	for (v = 0; v < MIRROR_MAX_VCPUS; v++) {
		pthread_join(id[v], NULL);
		TEST_ASSERT(t[v].gone, "vCPU %d did not notice", v);
	}
	TEST_ASSERT_EQ(mirror_counts(m).pages, 0);
	mirror_verify(m);

	/* Give the guest new memory. */
	vm_userspace_mem_region_add(m->vm, VM_MEM_SRC_ANONYMOUS, MIRROR_GPA, MIRROR_SLOT,
				    MIRROR_PAGES, KVM_MEM_GUEST_MEMFD);
	/* The jobs that the deletion has interrupted go on now, and end. */
	for (v = 0; v < MIRROR_MAX_VCPUS; v++)
		TEST_ASSERT_EQ(__mirror_run(m, v), 0);
	vm_guest_mem_punch_hole(m->vm, MIRROR_GPA, MIRROR_PAGES * PAGE_SIZE);
	mirror_do(m, 0, JOB_CHECK, PRIVATE, 0, NR, 0);
	mirror_do(m, 1, JOB_WRITE, PRIVATE, 0, NR, 6);
	mirror_do(m, 1, JOB_CHECK, PRIVATE, 0, NR, 6);
	mirror_finish(m, "memslot deleted under 4 vCPUs, and another in its place, flags %lu",
		      flags);
}

/*
 * A slot with private memory cannot be moved.  But it can be deleted and its file bound to a
 * new slot, at another offset, with the data that is in it.
 */
static void test_move(void)
{
	struct mirror_vm *m = mirror_create(MIRROR_MAX_VCPUS, 0);
	struct thread t[MIRROR_MAX_VCPUS];
	pthread_t id[MIRROR_MAX_VCPUS];
	struct userspace_mem_region *region = memslot2region(m->vm, MIRROR_SLOT);
	struct kvm_userspace_memory_region2 moved = region->region;
	int v, gmem = dup(region->region.guest_memfd);
	atomic_int stop = 0;

	mirror_do(m, 0, JOB_WRITE, PRIVATE, 1024, NR, 11);
	moved.guest_phys_addr += PAGE_SIZE;
	TEST_ASSERT(__vm_ioctl(m->vm, KVM_SET_USER_MEMORY_REGION2, &moved) < 0 && errno == EINVAL,
		    "a slot with private memory moved");
	mirror_do(m, 0, JOB_CHECK, PRIVATE, 1024, NR, 11);

	vm_mem_region_delete(m->vm, MIRROR_SLOT);
	TEST_ASSERT_EQ(mirror_counts(m).pages, 0);
	/* The slot's first page is page 1024 of the file now. */
	vm_mem_add(m->vm, VM_MEM_SRC_ANONYMOUS, MIRROR_GPA, MIRROR_SLOT, NR, KVM_MEM_GUEST_MEMFD,
		   gmem, 1024 * PAGE_SIZE);
	for (v = 0; v < 16; v++)
		mirror_do(m, 0, JOB_WRITE, PRIVATE, v, 1, 12);
	/*
	 * Page 16 still has what the guest has written to it as page 1024 + 16, so the check
	 * must find one wrong word, with the pattern of that page.
	 */
	mirror_set_job(m, 0, JOB_CHECK, PRIVATE, 16, 1, 11);
	TEST_ASSERT(_vcpu_run(m->vcpu[0]) == 0 && m->job[0]->wrong == 1 &&
		    m->job[0]->wrong_value == mirror_pattern(11, 1024 + 16, 0),
		    "page 16 has 0x%lx", m->job[0]->wrong_value);
	mirror_verify(m);

	/* Move a slot without private memory while vCPUs use the slot with private memory. */
	vm_userspace_mem_region_add(m->vm, VM_MEM_SRC_ANONYMOUS, SPARE_GPA, SPARE_SLOT, 512, 0);
	start(m, t, id, &stop);
	for (v = 0; v < 8; v++)
		vm_mem_region_move(m->vm, SPARE_SLOT, SPARE_GPA + (v & 1) * 0x40000000ul);
	atomic_store(&stop, 1);
	for (v = 0; v < MIRROR_MAX_VCPUS; v++) {
		pthread_join(id[v], NULL);
		TEST_ASSERT(!t[v].gone, "vCPU %d lost its memory", v);
	}
	mirror_verify(m);
	mirror_destroy(m);
	close(gmem);
	mirror_pass("private memory moves by its file, others' memslots under 4 vCPUs");
}

int main(void)
{
	test_punch(0);
	delete_under_load(0);
	test_move();
	return 0;
}
