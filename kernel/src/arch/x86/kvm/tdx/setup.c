// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a host needs before it can run TDs.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/misc_cgroup.h>

#include "mmu.h"
#include "mmu/spte.h"
#include "x86.h"
#include "tdx.h"

/*
 * The vendor modules have it as their parameter "tdx", although the code is in
 * kvm.ko: /sys/module/kvm_intel/parameters/tdx is where libvirt (to see that its
 * cached capabilities are out of date), Kata Containers, node-feature-discovery
 * and others look, kvm_amd's is the same thing for TDs over a software module.
 *
 * On by default: it costs nothing on a host without TDX.  It falls back to N when
 * the host can not run TDs.
 */
bool __read_mostly enable_tdx = true;
EXPORT_SYMBOL_GPL(enable_tdx);

/* CPU hotplug state; 0 while TDX is not set up. */
static enum cpuhp_state hotplug_state;

static int td_online_cpu(unsigned int cpu)
{
	unsigned long flags;
	int ret;

	local_irq_save(flags);
	ret = tdx_cpu_enable();
	local_irq_restore(flags);

	if (ret)
		pr_err("tdx: CPU %u can not be used: %d\n", cpu, ret);
	return ret;
}

/*
 * Keys are made and caches written back once for each package: a KeyID can not be
 * released without a CPU of each.
 */
static int td_offline_cpu(unsigned int cpu)
{
	unsigned int other;

	if (!td_nr_keyids_used())
		return 0;

	for_each_online_cpu(other) {
		if (other != cpu &&
		    topology_physical_package_id(other) == topology_physical_package_id(cpu))
			return 0;
	}

	pr_warn("tdx: TDs need CPU %u, the last one of its package, to stay online\n", cpu);
	return -EBUSY;
}

/* Does what KVM has match what TDs need of it? */
static int check_kvm(void)
{
	if (!tdp_mmu_enabled || !kvm_ad_enabled()) {
		pr_err("tdx: needs two-dimensional paging with the TDP MMU and A/D bits\n");
		return -EOPNOTSUPP;
	}

	/* The shared bit of the smaller GPA width is bit 47. */
	if (kvm_host.maxphyaddr < 48) {
		pr_err("tdx: needs 48 physical address bits, the CPU has %u\n",
		       kvm_host.maxphyaddr);
		return -EOPNOTSUPP;
	}

	/* A guest learns of MMIO by a #VE, which needs an entry that says so. */
	if (!enable_mmio_caching) {
		pr_err("tdx: needs MMIO caching\n");
		return -EOPNOTSUPP;
	}

	return 0;
}

/* Does the module offer what this code relies on? */
static int check_module(const struct tdx_sys_info *sys)
{
	const u64 features = TDX_FEATURES0_NO_RBP_MOD | TDX_FEATURES0_TOPOLOGY_ENUM;

	if ((sys->features0 & features) != features ||
	    sys->nr_cpuid_configs > TDX_TD_PARAMS_NR_CPUIDS ||
	    !sys->max_vcpus_per_td || !td_check_fixed(sys)) {
		pr_err("tdx: the TDX module is too old or too new\n");
		return -EOPNOTSUPP;
	}

	return 0;
}

/* CPUs that come online later are enabled by the same callback. */
static int enable_module(void)
{
	int ret;

	cpus_read_lock();
	ret = cpuhp_setup_state_cpuslocked(CPUHP_AP_ONLINE_DYN, "kvm/tdx:online",
					   td_online_cpu, td_offline_cpu);
	if (ret < 0)
		goto out;

	hotplug_state = ret;
	ret = tdx_enable();
	if (!ret)
		ret = tdx_get();
	if (ret)
		goto out_remove;

	ret = check_module(tdx_get_sys_info());
	if (!ret)
		goto out;

	tdx_put();
out_remove:
	__cpuhp_remove_state_cpuslocked(hotplug_state, true);
	hotplug_state = 0;
out:
	cpus_read_unlock();
	return ret;
}

/*
 * Returns 0 if TDs can be offered.  CPUs virtualize from here on even while no VM
 * exists: a SEAMCALL needs it.
 */
int td_setup(void)
{
	int ret = -ENODEV;

	if (!enable_tdx || !tdx_is_available())
		goto out;

	ret = check_kvm();
	if (ret)
		goto out;

	ret = kvm_enable_virtualization();
	if (ret)
		goto out;

	td_vcpu_setup();
	ret = enable_module();
	if (ret) {
		pr_err("tdx: initialisation failed: %d\n", ret);
		kvm_disable_virtualization();
		goto out;
	}

	td_create_debugfs();
	misc_cg_set_capacity(MISC_CG_RES_TDX, tdx_nr_guest_keyids());
	pr_info("tdx: TDs are available, %u at a time\n", tdx_nr_guest_keyids());
	return 0;

out:
	enable_tdx = false;
	return ret;
}

/* No VM exists.  Another vendor module, or the same once more, starts afresh. */
void td_unsetup(void)
{
	if (hotplug_state) {
		misc_cg_set_capacity(MISC_CG_RES_TDX, 0);
		cpuhp_remove_state(hotplug_state);
		hotplug_state = 0;
		tdx_put();
		kvm_disable_virtualization();
	}

	enable_tdx = true;
}

int td_on_each_package(int (*fn)(void *), void *arg)
{
	cpumask_var_t todo;
	unsigned int cpu, other, nr = 0;
	int ret = 0;

	if (!zalloc_cpumask_var(&todo, GFP_KERNEL))
		return -ENOMEM;

	cpus_read_lock();
	cpumask_copy(todo, cpu_online_mask);
	while (!ret && (cpu = cpumask_first(todo)) < nr_cpu_ids) {
		for_each_cpu(other, todo) {
			if (topology_physical_package_id(other) ==
			    topology_physical_package_id(cpu))
				cpumask_clear_cpu(other, todo);
		}
		ret = smp_call_on_cpu(cpu, fn, arg, true);
		nr++;
	}
	if (!ret && nr < topology_max_packages())
		ret = -EIO;
	cpus_read_unlock();

	free_cpumask_var(todo);
	return ret;
}
