/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads struct host_memory from proc/meminfo and from the NUMA nodes in sysfs. */
#include <string.h>

#include "file.h"
#include "host.h"

/* Gets the number of a line "MemFree:  1024 kB", or "Node 0 MemFree: ..." in the file of a node.
 * -ENOENT if there is none. */
static struct fact meminfo_value(const char *text, const char *name)
{
    struct fact fact = { .error = -ENOENT };
    char mark[40], digits[24];
    const char *at;

    text_print(mark, sizeof(mark), "%s:", name);
    for (at = text; (at = strstr(at, mark)); at += strlen(mark))
        if (at == text || at[-1] == '\n' || at[-1] == ' ')
            break;
    if (!at)
        return fact;
    at += strlen(mark);
    at += strspn(at, " ");
    text_print(digits, sizeof(digits), "%.*s", (int)strspn(at, "0123456789"), at);
    fact.error = text_to_u64(digits, &fact.value);
    return fact;
}

static struct fact huge_pages(const char *text)
{
    struct fact pages = meminfo_value(text, "HugePages_Total");
    struct fact size = meminfo_value(text, "Hugepagesize");
    struct fact fact = { .error = pages.error ? pages.error : size.error };

    if (fact.error == 0 && __builtin_mul_overflow(pages.value, size.value, &fact.value))
        fact.error = -ERANGE;
    return fact;
}

static void read_node(const struct ask *ask, unsigned int id, struct host_memory *memory)
{
    static const char *const reclaimable[] = { "Active(file)", "Inactive(file)", "SReclaimable" };
    struct host_node *node = &memory->nodes[memory->node_count];
    _cleanup_free_ char *text = NULL;
    char path[96], cpus[256];

    text_print(path, sizeof(path), "sys/devices/system/node/node%u/meminfo", id);
    if (file_read(ask->root_fd, path, FILE_MAX_SMALL, &text) < 0)
        return;
    text_print(path, sizeof(path), "sys/devices/system/node/node%u/cpulist", id);
    node->id = id;
    node->total_kib = meminfo_value(text, "MemTotal").value;
    node->free_kib = meminfo_value(text, "MemFree").value;
    for (size_t i = 0; i < ARRAY_SIZE(reclaimable); i++)
        node->reclaimable_kib += meminfo_value(text, reclaimable[i]).value;
    node->has_cpus = file_read_line(ask->root_fd, path, cpus, sizeof(cpus)) == 0 && cpus[0];
    memory->node_count++;
}

void host_read_memory(const struct ask *ask, struct host_memory *ret_memory)
{
    struct host_memory memory = { 0 };
    _cleanup_free_ char *text = NULL;
    int r = file_read(ask->root_fd, "proc/meminfo", FILE_MAX_SMALL, &text);

    memory.total_kib = r < 0 ? (struct fact){ .error = r } : meminfo_value(text, "MemTotal");
    memory.available_kib =
            r < 0 ? (struct fact){ .error = r } : meminfo_value(text, "MemAvailable");
    memory.unevictable_kib =
            r < 0 ? (struct fact){ .error = r } : meminfo_value(text, "Unevictable");
    memory.huge_kib = r < 0 ? (struct fact){ .error = r } : huge_pages(text);
    for (unsigned int id = 0; id < HOST_MAX_NODES; id++)
        read_node(ask, id, &memory);
    *ret_memory = memory;
}
