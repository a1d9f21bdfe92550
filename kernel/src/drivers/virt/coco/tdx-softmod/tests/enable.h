/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDX_SOFTMOD_TESTS_ENABLE_H
#define TDX_SOFTMOD_TESTS_ENABLE_H

#include <linux/cpu.h>
#include <linux/smp.h>

#include <asm/tdx_host.h>

static inline void tdx_test_enable_cpu(void *ret)
{
	int r = tdx_cpu_enable();

	if (r)
		WRITE_ONCE(*(int *)ret, r);
}

/*
 * Enable TDX and keep it enabled until tdx_put(), as KVM does when it offers TDs.  Returns 0
 * or -errno; may sleep.
 */
static inline int tdx_test_enable(void)
{
	int r = 0;

	cpus_read_lock();
	if (!tdx_is_enabled()) {
		on_each_cpu(tdx_test_enable_cpu, &r, true);
		if (!r)
			r = tdx_enable();
	}
	cpus_read_unlock();
	return r ?: tdx_get();
}

#endif
