// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPU packages: each has its own keys and caches, so some SEAMCALLs must be made once on each
 * package.
 *
 * A package counts if a CPU of it is present.  Firmware may describe empty sockets as possible
 * packages; nothing can be done there, and nothing needs to be.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/smp.h>
#include <linux/topology.h>

#include "tdx.h"

/* Takes the CPUs of one package out of @todo.  Returns one that is online, or nr_cpu_ids. */
static unsigned int next_package(struct cpumask *todo)
{
	unsigned int first = cpumask_first(todo), online = nr_cpu_ids, cpu;

	for_each_cpu(cpu, todo) {
		if (topology_physical_package_id(cpu) != topology_physical_package_id(first))
			continue;
		cpumask_clear_cpu(cpu, todo);
		if (cpu_online(cpu))
			online = cpu;
	}
	return online;
}

int td_on_each_package(int (*fn)(void *), void *arg)
{
	cpumask_var_t todo;
	unsigned int cpu;
	int ret = 0;

	if (!alloc_cpumask_var(&todo, GFP_KERNEL))
		return -ENOMEM;

	cpumask_copy(todo, cpu_present_mask);
	while (!ret && !cpumask_empty(todo)) {
		cpu = next_package(todo);
		if (cpu >= nr_cpu_ids) {
			pr_warn_ratelimited("tdx: all CPUs of a package are offline\n");
			ret = -EIO;
		} else if (fn) {
			ret = smp_call_on_cpu(cpu, fn, arg, true);
		}
	}

	free_cpumask_var(todo);
	return ret;
}
