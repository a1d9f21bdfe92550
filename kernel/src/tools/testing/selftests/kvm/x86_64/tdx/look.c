// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the host can see of TDs: statistics, the comparison of the page tables, lost pages.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "td.h"

#define MAX_TDS		128

unsigned long td_read_number(const char *path, const char *key)
{
	FILE *file = fopen(path, "r");
	unsigned long number;
	bool found = false;
	char line[256];

	while (file && !found && fgets(line, sizeof(line), file)) {
		if (!strncmp(line, key, strlen(key)))
			found = sscanf(line + strlen(key), "%lu", &number) == 1;
	}
	if (!found)
		td_fail(__FILE__, __LINE__, "no number \"%s\" in %s", key, path);
	fclose(file);
	return number;
}

static unsigned long read_vm_number(const struct td *td, const char *name, const char *key)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/kernel/debug/kvm/%d-%d/%s", getpid(), td->vm_fd, name);
	return td_read_number(path, key);
}

unsigned long td_stat(const struct td *td, const char *name)
{
	return read_vm_number(td, name, "");
}

void td_expect_verified(const struct td *td)
{
	EXPECT(read_vm_number(td, "mirror-verify", "entries "));
	EXPECT_EQ(read_vm_number(td, "mirror-verify", "wrong "), 0);
	EXPECT_EQ(read_vm_number(td, "mirror-verify", "unread "), 0);
}

unsigned long td_nr_leaked(void)
{
	return td_read_number("/sys/kernel/debug/kvm/tdx-leaked-pages", "");
}

void td_expect_nothing_leaked(void)
{
	EXPECT_EQ(td_nr_leaked(), 0);
}

unsigned int td_count_keyids(void)
{
	static struct td tds[MAX_TDS];
	unsigned int i, nr;
	int ret = 0;

	for (nr = 0; nr < MAX_TDS && !ret; nr++) {
		td_create(&tds[nr], &(struct td_options) { .until = TD_BEFORE_INIT_VM });
		ret = td_init_vm(&tds[nr]);
	}
	EXPECT_EQ(-ret, ENOSPC);
	for (i = 0; i < nr; i++)
		td_destroy(&tds[i]);
	return nr - 1;
}

/*
 * Pages that each CPU keeps in lists of its own.  They are free, but not part of MemFree, and
 * the lists grow to megabytes while many pages are freed.
 */
static unsigned long count_pages_in_lists_of_cpus(void)
{
	FILE *file = fopen("/proc/zoneinfo", "r");
	unsigned long count, sum = 0;
	char line[256];

	EXPECT(file);
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, " count: %lu", &count) == 1)
			sum += count;
	}
	fclose(file);
	return sum;
}

unsigned long td_free_kib(void)
{
	return td_read_number("/proc/meminfo", "MemFree:") + count_pages_in_lists_of_cpus() * 4;
}

unsigned long td_quarantine_kib(void)
{
	FILE *file = fopen("/proc/kallsyms", "r");
	bool found = false;
	char line[256];

	EXPECT(file);
	while (!found && fgets(line, sizeof(line), file))
		found = strstr(line, " kasan_report\n");
	fclose(file);
	return found ? td_read_number("/proc/meminfo", "MemTotal:") / 32 : 0;
}

unsigned long td_nr_calls(const char *leaf)
{
	FILE *file = fopen("/sys/kernel/debug/tdx_softmod/calls", "r");
	unsigned long nr, sum = 0;
	char name[64];

	EXPECT(file);
	while (fscanf(file, "%63s %lu", name, &nr) == 2) {
		if (!leaf || !strcmp(name, leaf))
			sum += nr;
	}
	fclose(file);
	return sum;
}

unsigned long td_huge_page_kib(void)
{
	return td_read_number("/proc/meminfo", "FileHugePages:");
}
