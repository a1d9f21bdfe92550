// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hibernation, suspend and kexec of a kernel in which TDX is enabled.  The module's state does
 * not survive a power state in which memory controllers stop, so hibernation and suspend are
 * refused.  It does survive kexec, so the module is disabled before.
 */

#define pr_fmt(fmt)	"virt/tdx: " fmt

#include <linux/init.h>
#include <linux/kexec.h>
#include <linux/notifier.h>
#include <linux/printk.h>
#include <linux/reboot.h>
#include <linux/suspend.h>
#include <linux/syscore_ops.h>

#include "seamcall.h"

static int refuse_hibernation(struct notifier_block *nb, unsigned long action, void *unused)
{
	if ((action != PM_HIBERNATION_PREPARE && action != PM_RESTORE_PREPARE) ||
	    !tdx_is_enabled())
		return NOTIFY_DONE;

	pr_err("Hibernation refused: TDX is enabled and would not survive it.\n");
	return notifier_from_errno(-EPERM);
}

static struct notifier_block pm_nb = {
	.notifier_call = refuse_hibernation,
};

/*
 * Suspend, and a kexec that returns to this kernel (kexec jump), which no PM notifier
 * announces.
 */
static int refuse_suspend(void *unused)
{
	if (!tdx_is_enabled())
		return 0;

	pr_err("Suspend refused: TDX is enabled and would not survive it.\n");
	return -EPERM;
}

static const struct syscore_ops syscore_ops = {
	.suspend = refuse_suspend,
};

static struct syscore syscore = {
	.ops = &syscore_ops,
};

/*
 * After SYS.DISABLE the next kernel can enable TDX again; modules without that leaf do not
 * allow it.  If KVM is loaded, CPUs are still in VMX operation here, as SEAMCALLs need.
 */
static int disable_for_kexec(struct notifier_block *nb, unsigned long action, void *unused)
{
	if (kexec_in_progress && tdx_is_enabled())
		tdx_sys_disable();
	return NOTIFY_DONE;
}

static struct notifier_block reboot_nb = {
	.notifier_call = disable_for_kexec,
};

static int __init watch_ways_out(void)
{
	register_pm_notifier(&pm_nb);
	register_syscore(&syscore);
	return register_reboot_notifier(&reboot_nb);
}
core_initcall(watch_ways_out);
