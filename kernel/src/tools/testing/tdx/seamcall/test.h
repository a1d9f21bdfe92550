/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEAMCALL_TEST_TEST_H
#define SEAMCALL_TEST_TEST_H

#include <linux/printk.h>

/* Print a line of KTAP; the runner finds it in the kernel log by the mark. */
#define say(fmt, ...)	pr_info("ktap| " fmt "\n", ##__VA_ARGS__)

/* If @condition does not hold, the case fails, but goes on. */
#define expect(condition)	check(condition, __FILE__, __LINE__, #condition)

void check(bool holds, const char *file, int line, const char *what);

void case_wrappers_pass_registers(void);
void case_vp_enter_passes_all_registers(void);
void case_users_against_unregister(void);

/* Register the fake backend and enable() it.  Returns 0 or -errno. */
int bring_up(void);
/* tdx_cpu_enable() on all CPUs, then tdx_enable().  Returns 0 or -errno. */
int enable(void);

#endif
