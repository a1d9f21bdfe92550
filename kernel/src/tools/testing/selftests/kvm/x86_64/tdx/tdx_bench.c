// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measures what private memory of a TD costs: SEAMCALLs, in total and by leaf, kicks of
 * vCPUs, and TSC ticks.  The ticks are called instructions, because they are if the machine
 * is emulated with a clock that counts instructions.  Prints a line "FIGURE VALUE" for each.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "td.h"

#define PAGE		0x1000ULL
#define HUGE		0x200000ULL
#define GIB		0x40000000ULL
/* Start of memory that the TD has not used yet, 2 MiB aligned. */
#define AT		0x800000ULL
#define SMALL_TD	(256ULL << 20)
/* How much is accepted for a measurement; figures of SEAMCALLs are scaled to 1 GiB. */
#define SAMPLE_2M	(128ULL << 20)
#define SAMPLE_4K	(16ULL << 20)
/* More than the TDX module has leaves. */
#define MAX_LEAVES	96

static struct td td;

static uint64_t now(void)
{
	return __builtin_ia32_rdtsc();
}

static void say(const char *figure, uint64_t value)
{
	printf("%s %lu\n", figure, value);
	fflush(stdout);
}

static void create(uint64_t bytes)
{
	td_create(&td, &(struct td_options) { .nr_vcpus = 1, .bytes = bytes });
}

/* How often each leaf was called, as the software TDX module counts it; see count_calls(). */
static struct calls {
	char leaf[32];
	uint64_t nr;
} before[MAX_LEAVES];

static void read_calls(struct calls *calls)
{
	FILE *file = fopen("/sys/kernel/debug/tdx_softmod/calls", "r");
	unsigned int i;

	EXPECT(file);
	memset(calls, 0, sizeof(before));
	for (i = 0; i < MAX_LEAVES; i++) {
		if (fscanf(file, "%31s %lu", calls[i].leaf, &calls[i].nr) != 2)
			break;
	}
	EXPECT(i < MAX_LEAVES);
	fclose(file);
}

static void count_calls(void)
{
	read_calls(before);
}

static uint64_t nr_before(const char *leaf)
{
	unsigned int i;

	for (i = 0; before[i].nr; i++) {
		if (!strcmp(before[i].leaf, leaf))
			return before[i].nr;
	}
	return 0;
}

/* Print the number of calls since count_calls(), multiplied by @times. */
static void say_calls(const char *figure, uint64_t times)
{
	struct calls after[MAX_LEAVES];
	uint64_t nr, sum = 0;
	unsigned int i;

	read_calls(after);
	for (i = 0; after[i].nr; i++) {
		nr = (after[i].nr - nr_before(after[i].leaf)) * times;
		if (nr)
			printf("%s.%s %lu\n", figure, after[i].leaf, nr);
		sum += nr;
	}
	say(figure, sum);
}

static void set_huge_pages(bool on)
{
	int fd = open("/sys/module/kvm/parameters/gmem_huge_pages", O_WRONLY);

	EXPECT(fd >= 0 && write(fd, on ? "Y" : "N", 1) == 1);
	close(fd);
}

static void bench_create(void)
{
	uint64_t start;

	/* The first TD also makes allocations that happen only once; do not measure it. */
	create(SMALL_TD);
	td_destroy(&td);

	count_calls();
	start = now();
	create(SMALL_TD);
	say("td.create.instructions", now() - start);
	say_calls("td.create.seamcalls", 1);
	td_destroy(&td);
}

static void accept(uint64_t gpa, uint64_t bytes, int level)
{
	EXPECT_EQ(td_accept(&td, 0, gpa, bytes, level), 0);
}

static void bench_accept(void)
{
	uint64_t start;

	create(SMALL_TD);
	count_calls();
	start = now();
	accept(AT, SAMPLE_2M, 1);
	say("td.accept-2m.instructions", (now() - start) / (SAMPLE_2M / HUGE));
	say_calls("td.accept-gib-2m.seamcalls", GIB / SAMPLE_2M);

	set_huge_pages(false);
	count_calls();
	start = now();
	accept(AT + SAMPLE_2M, SAMPLE_4K, 0);
	say("td.accept-4k.instructions", (now() - start) / (SAMPLE_4K / PAGE));
	say_calls("td.accept-gib-4k.seamcalls", GIB / SAMPLE_4K);
	set_huge_pages(true);
	td_destroy(&td);
}

/* Convert 2 MiB to shared and back to private, and accept it again. */
static void bench_convert(void)
{
	uint64_t kicks, start;

	create(SMALL_TD);
	accept(AT, HUGE, 1);
	count_calls();
	kicks = td_stat(&td, "mirror_kicks");
	start = now();
	EXPECT_EQ(td_map_gpa(&td, 0, AT, HUGE, false), 0);
	EXPECT_EQ(td_map_gpa(&td, 0, AT, HUGE, true), 0);
	accept(AT, HUGE, 1);
	say("td.convert-2m.instructions", now() - start);
	say_calls("td.convert-2m.seamcalls", 1);
	say("td.convert-2m.kicks", td_stat(&td, "mirror_kicks") - kicks);
	td_destroy(&td);
}

static void bench_gib(void)
{
	create(GIB + AT);
	count_calls();
	td_pre_fault(&td, 0, AT, GIB);
	say_calls("td.pre-fault-gib.seamcalls", 1);
	count_calls();
	td_destroy(&td);
	say_calls("td.teardown-gib.seamcalls", 1);
}

static void live_with_gib(void)
{
	create(GIB + AT);
	td_pre_fault(&td, 0, AT, GIB);
	td_child_is_ready();
	for (;;)
		pause();
}

/* The same TD ends because its process is killed. */
static void bench_killed(void)
{
	pid_t pid = td_child_start(live_with_gib);

	EXPECT(td_child_wait_ready());
	count_calls();
	td_child_kill(pid);
	say_calls("td.teardown-gib.killed.seamcalls", 1);
}

/*
 * How much of its private memory a guest has in pages of 2M, if it accepts all that it did
 * not start with: by 2M where possible, by 4K at the edges.
 */
static void bench_share(void)
{
	uint64_t mailboxes = AGENT_MAX_VCPUS * PAGE, large;

	create(SMALL_TD);
	accept(mailboxes, AGENT_IMAGE_GPA - mailboxes, 0);
	accept(AGENT_END_GPA, HUGE - AGENT_END_GPA, 0);
	accept(HUGE, SMALL_TD - HUGE, 1);
	large = td_stat(&td, "mirror_pages_2m") * HUGE;
	say("td.private-2m-share.permille",
	    large * 1000 / (large + td_stat(&td, "mirror_pages_4k") * PAGE));
	td_destroy(&td);
}

int main(void)
{
	td_skip_unless_available();
	bench_create();
	bench_accept();
	bench_convert();
	bench_gib();
	bench_killed();
	bench_share();
	td_expect_nothing_leaked();
	return 0;
}
