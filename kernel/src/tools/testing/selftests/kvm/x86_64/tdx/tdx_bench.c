// SPDX-License-Identifier: GPL-2.0-only
/*
 * What private memory costs: calls of the TDX module that change the private page
 * table, kicks, and TSC ticks, which are instructions if the machine is emulated with
 * its clock counting them.  One line "FIGURE VALUE" each.
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
/* Memory that nobody touched, 2 MiB aligned. */
#define AT		0x800000ULL
#define SMALL_TD	(256ULL << 20)
/* How much is accepted; the figures are for 1 GiB. */
#define SAMPLE_2M	(128ULL << 20)
#define SAMPLE_4K	(16ULL << 20)

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

/* Calls that change the private page table. */
static uint64_t nr_calls(void)
{
	static const char *const ops[] = {
		"mirror_link", "mirror_map", "mirror_block", "mirror_track", "mirror_unmap",
		"mirror_split", "mirror_unlink",
	};
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		sum += td_stat(&td, ops[i]);
	return sum;
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

	/* What is allocated once. */
	create(SMALL_TD);
	td_destroy(&td);

	start = now();
	create(SMALL_TD);
	say("td.create.instructions", now() - start);
	td_destroy(&td);
}

static void accept(uint64_t gpa, uint64_t bytes, int level)
{
	EXPECT_EQ(td_accept(&td, 0, gpa, bytes, level), 0);
}

static void bench_accept(void)
{
	uint64_t calls, start;

	create(SMALL_TD);
	calls = nr_calls();
	start = now();
	accept(AT, SAMPLE_2M, 1);
	say("td.accept-2m.instructions", (now() - start) / (SAMPLE_2M / HUGE));
	say("td.accept-gib-2m.seamcalls", (nr_calls() - calls) * (GIB / SAMPLE_2M));

	set_huge_pages(false);
	calls = nr_calls();
	start = now();
	accept(AT + SAMPLE_2M, SAMPLE_4K, 0);
	say("td.accept-4k.instructions", (now() - start) / (SAMPLE_4K / PAGE));
	say("td.accept-gib-4k.seamcalls", (nr_calls() - calls) * (GIB / SAMPLE_4K));
	set_huge_pages(true);
	td_destroy(&td);
}

/* To shared and back again, accepted. */
static void bench_convert(void)
{
	uint64_t calls, kicks, start;

	create(SMALL_TD);
	accept(AT, HUGE, 1);
	calls = nr_calls();
	kicks = td_stat(&td, "mirror_kicks");
	start = now();
	EXPECT_EQ(td_map_gpa(&td, 0, AT, HUGE, false), 0);
	EXPECT_EQ(td_map_gpa(&td, 0, AT, HUGE, true), 0);
	accept(AT, HUGE, 1);
	say("td.convert-2m.instructions", now() - start);
	say("td.convert-2m.seamcalls", nr_calls() - calls);
	say("td.convert-2m.kicks", td_stat(&td, "mirror_kicks") - kicks);
	td_destroy(&td);
}

static void bench_gib(void)
{
	uint64_t calls;

	create(GIB + AT);
	calls = nr_calls();
	td_pre_fault(&td, 0, AT, GIB);
	say("td.pre-fault-gib.seamcalls", nr_calls() - calls);
	td_destroy(&td);
}

/* A guest accepts what it was not born with: 2M where it can, 4K at the edges. */
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
	bench_share();
	td_expect_nothing_leaked();
	return 0;
}
