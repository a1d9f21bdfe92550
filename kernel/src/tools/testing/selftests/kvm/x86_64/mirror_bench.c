// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measures what page faults cost in an ordinary VM, and what private memory costs in a VM with
 * a mirrored page table.  The unit is TSC ticks, which are instructions if the machine is
 * emulated with a clock that counts them.  Prints a line "FIGURE VALUE" for each.
 *
 * The host's memory is allocated before the measurement, so that only KVM's part is measured.
 */
#include <fcntl.h>
#include <linux/sizes.h>

#include "mirror_vm.h"

/* The slot of the ordinary VM. */
#define PLAIN_GVA	0xc0000000ul
#define PLAIN_GPA	0x100000000ul
#define PLAIN_SLOT	10
/* A slot of the mirrored VM that no guest code ever touches. */
#define LARGE_GPA	0x400000000ul
#define LARGE_SLOT	11
#define LARGE_PAGES	(SZ_1G / PAGE_SIZE)

#define WARM_UP_PAGES	512ul
#define NR_FAULTS	2048ul

static struct mirror_vm *m;

static void say(const char *figure, u64 value)
{
	printf("%s %lu\n", figure, value);
}

static void say_for(const char *figure, u64 nr, u64 value)
{
	printf("%s.%lu %lu\n", figure, nr, value);
}

static void plain_guest_code(u64 nr_pages)
{
	u64 i;

	for (;;) {
		for (i = 0; i < nr_pages; i++)
			WRITE_ONCE(*(u64 *)(PLAIN_GVA + i * PAGE_SIZE), i);
		GUEST_SYNC(0);
	}
}

static u64 plain_touch(struct kvm_vcpu *vcpu)
{
	u64 start = rdtsc();

	vcpu_run(vcpu);
	TEST_ASSERT_EQ(get_ucall(vcpu, NULL), UCALL_SYNC);
	return rdtsc() - start;
}

/* Ticks per fault: the guest touches all pages twice, and only the first pass has faults. */
static u64 bench_plain(u64 nr_pages)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm;
	u64 ticks;

	vm = __vm_create_with_one_vcpu(&vcpu, nr_pages / 512 + 64, plain_guest_code);
	vm_userspace_mem_region_add(vm, VM_MEM_SRC_ANONYMOUS, PLAIN_GPA, PLAIN_SLOT, nr_pages, 0);
	virt_map(vm, PLAIN_GVA, PLAIN_GPA, nr_pages);
	vcpu_args_set(vcpu, 1, nr_pages);
	memset(addr_gpa2hva(vm, PLAIN_GPA), 1, nr_pages * PAGE_SIZE);

	ticks = plain_touch(vcpu);
	ticks -= plain_touch(vcpu);
	kvm_vm_free(vm);
	return ticks / nr_pages;
}

/* The least of some runs: in the first one caches are cold, and any can be disturbed. */
static u64 least_plain(void)
{
	u64 least = -1ul;
	int i;

	for (i = 0; i < 4; i++)
		least = min(least, bench_plain(NR_FAULTS));
	return least;
}

static u64 stat_of(const char *name)
{
	return vm_get_stat(m->vm, name);
}

static void set_huge_pages(bool on)
{
	int fd = open("/sys/module/kvm/parameters/gmem_huge_pages", O_WRONLY);

	TEST_ASSERT(fd >= 0 && write(fd, on ? "Y" : "N", 1) == 1, "gmem_huge_pages");
	close(fd);
}

/* Ticks of all root copies so far, which are the test VM type's own. */
static u64 copy_ticks(void)
{
	struct kvm_mirror_test_counts counts;

	mirror_cmd(m->vm, KVM_MIRROR_TEST_COUNT, (u64)&counts);
	return counts.copy_ticks;
}

static u64 touch(enum mirror_side side, u64 page, u64 nr)
{
	u64 copies = copy_ticks(), start, ticks;

	mirror_set_job(m, 0, JOB_WRITE, side, page, nr, 1);
	start = rdtsc();
	TEST_ASSERT_EQ(__mirror_run(m, 0), 0);
	ticks = rdtsc() - start;
	return ticks - (copy_ticks() - copies);
}

/* Time spent in the private-PT ops, that is, in the test VM type's backend. */
static u64 backend_ticks(void)
{
	return stat_of("mirror_link_ns") + stat_of("mirror_map_ns");
}

/* Ticks of all faults in the range, without those in the backend. */
static u64 fault_ticks(enum mirror_side side, u64 page, u64 nr)
{
	u64 backend = backend_ticks(), ticks = touch(side, page, nr);

	backend = backend_ticks() - backend;
	return ticks - touch(side, page, nr) - backend;
}

static void bench_shared_fault(void)
{
	memset(m->shared, 1, MIRROR_PAGES * PAGE_SIZE);
	mirror_convert(m, 0, MIRROR_PAGES, SHARED);
	touch(SHARED, MIRROR_PAGES - WARM_UP_PAGES, WARM_UP_PAGES);
	say("mirror-shared-fault", fault_ticks(SHARED, 0, NR_FAULTS) / NR_FAULTS);
}

/* Convert to shared and back first: that unmaps the range, but the file keeps its pages. */
static u64 bench_private_fault(u64 page, u64 nr)
{
	mirror_convert(m, page, nr, PRIVATE);
	touch(PRIVATE, page, nr);
	mirror_convert(m, page, nr, SHARED);
	mirror_convert(m, page, nr, PRIVATE);
	return fault_ticks(PRIVATE, page, nr);
}

static void bench_faults(void)
{
	bench_shared_fault();
	say("private-fault-2m",
	    bench_private_fault(NR_FAULTS, NR_FAULTS) / (NR_FAULTS / HUGE_PAGES));
	set_huge_pages(false);
	say("private-fault-4k", bench_private_fault(0, NR_FAULTS) / NR_FAULTS);
	set_huge_pages(true);
}

static u64 convert_large(u64 nr, u64 attributes)
{
	u64 start = rdtsc();

	vm_set_memory_attributes(m->vm, LARGE_GPA, nr * PAGE_SIZE, attributes);
	return rdtsc() - start;
}

/* Map @nr pages of 4 KiB, then measure what it costs to convert them to shared. */
static void bench_removal(u64 nr)
{
	u64 kicks, tracks, ticks;

	convert_large(nr, KVM_MEMORY_ATTRIBUTE_PRIVATE);
	mirror_pre_fault(m, LARGE_GPA, nr);
	kicks = stat_of("mirror_kicks");
	tracks = stat_of("mirror_track");
	ticks = convert_large(nr, 0);
	say_for("kicks-per-range", nr, stat_of("mirror_kicks") - kicks);
	say_for("tracks-per-range", nr, stat_of("mirror_track") - tracks);

	/* Subtract the cost of the attributes: measure the same with no page mapped. */
	convert_large(nr, KVM_MEMORY_ATTRIBUTE_PRIVATE);
	ticks -= convert_large(nr, 0);
	say_for("remove-page", nr, ticks / nr);
}

static void bench_verify(u64 nr)
{
	struct kvm_mirror_test_report report;
	u64 start;

	convert_large(nr, KVM_MEMORY_ATTRIBUTE_PRIVATE);
	mirror_pre_fault(m, LARGE_GPA, nr);
	start = rdtsc();
	mirror_cmd(m->vm, KVM_MIRROR_TEST_VERIFY, (u64)&report);
	say("verify-entry", (rdtsc() - start) / report.entries);
	TEST_ASSERT(!report.wrong && !report.unread, "%llu wrong", report.wrong);
}

static void bench_large(void)
{
	static const u64 sizes[] = { 1, 8, 512, LARGE_PAGES };
	u64 maps, links;
	int i;

	vm_userspace_mem_region_add(m->vm, VM_MEM_SRC_ANONYMOUS_THP, LARGE_GPA, LARGE_SLOT,
				    LARGE_PAGES, KVM_MEM_GUEST_MEMFD);

	/* With huge pages wherever KVM uses them. */
	convert_large(LARGE_PAGES, KVM_MEMORY_ATTRIBUTE_PRIVATE);
	maps = stat_of("mirror_map");
	links = stat_of("mirror_link");
	mirror_pre_fault(m, LARGE_GPA, LARGE_PAGES);
	say("leaf-ops-per-gib", stat_of("mirror_map") - maps);
	say("tables-per-gib", stat_of("mirror_link") - links);
	vm_guest_mem_punch_hole(m->vm, LARGE_GPA, SZ_1G);
	convert_large(LARGE_PAGES, 0);

	set_huge_pages(false);
	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		bench_removal(sizes[i]);
	bench_verify(512);
	set_huge_pages(true);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	say("shared-fault", least_plain());
	if (!(kvm_check_cap(KVM_CAP_VM_TYPES) & BIT(KVM_X86_MIRROR_TEST_VM)))
		return 0;

	m = mirror_create(1, 0);
	bench_faults();
	bench_large();
	mirror_verify(m);
	say("longest-hold", stat_of("mirror_longest_hold"));
	mirror_destroy(m);
	return 0;
}
