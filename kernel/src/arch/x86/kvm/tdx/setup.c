// SPDX-License-Identifier: GPL-2.0-only
/*
 * Preparation of the host for TDs: checks KVM and the TDX module, and enables both.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/debugfs.h>
#include <linux/misc_cgroup.h>

#include "mmu.h"
#include "mmu/spte.h"
#include "x86.h"
#include "tdx.h"

/*
 * Module parameter "tdx" of the vendor modules, although this code is in kvm.ko: libvirt (to
 * see that its cached capabilities are out of date), Kata Containers, node-feature-discovery
 * and others read /sys/module/kvm_intel/parameters/tdx.  kvm_amd has the same parameter, for
 * TDs that run on a software TDX module.
 *
 * It is on by default, because it costs nothing on a host without TDX.  td_setup() sets it
 * to N if the host cannot run TDs.
 */
bool __read_mostly enable_tdx = true;
EXPORT_SYMBOL_GPL(enable_tdx);

/* CPU hotplug state; 0 while TDX is not set up. */
static enum cpuhp_state hotplug_state;

/* KVM removes these files together with their folder. */
static void create_debugfs(void)
{
	struct dentry *dir = debugfs_lookup("kvm", NULL);

	debugfs_create_atomic_t("tdx-leaked-pages", 0444, dir, &td_nr_leaked);
	debugfs_create_atomic_t("tdx-branch-barriers", 0444, dir, &td_nr_branch_barriers);
	dput(dir);
}

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
 * While a TD has a KeyID, do not let the last CPU of a package go offline: keys are
 * configured and caches are written back by one CPU of each package, so without it the KeyID
 * could not be released.
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

/* Can KVM on this CPU do what TDs need? */
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

	/*
	 * A TD does MMIO in its #VE handler.  It gets the #VE only if the shared PT has an
	 * entry that says so, and KVM makes such entries only with MMIO caching.
	 */
	if (!enable_mmio_caching) {
		pr_err("tdx: needs MMIO caching\n");
		return -EOPNOTSUPP;
	}

	return 0;
}

/* Does the TDX module have the features that this code relies on? */
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

/* Enable all online CPUs, now, and by the same callback each CPU that comes online later. */
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
 * Returns 0 if the host can run TDs.  From here on virtualization stays enabled on all CPUs
 * even if no VM exists: SEAMCALLs need it.
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

	create_debugfs();
	misc_cg_set_capacity(MISC_CG_RES_TDX, tdx_nr_guest_keyids());
	pr_info("tdx: TDs are available, %u at a time\n", tdx_nr_guest_keyids());
	return 0;

out:
	enable_tdx = false;
	return ret;
}

/*
 * Undo td_setup(), and set the parameter back to its default for the next vendor module that
 * is loaded.  No VM exists.
 */
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
