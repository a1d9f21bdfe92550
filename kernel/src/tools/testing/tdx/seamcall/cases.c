// SPDX-License-Identifier: GPL-2.0-only
/* Tests of the SEAMCALL layer with a fake backend.  They run when the module is loaded. */

#include <linux/cpu.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/topology.h>

#include <asm/archrandom.h>

#include "fake.h"
#include "test.h"

static bool keep;
module_param(keep, bool, 0);
MODULE_PARM_DESC(keep, "leave the fake registered and enabled");

static int cpu_error;
static unsigned int failures;

void check(bool holds, const char *file, int line, const char *what)
{
	if (holds)
		return;
	failures++;
	say("# %s:%d: not true: %s", kbasename(file), line, what);
}

static void enable_cpu(void *unused)
{
	int r = tdx_cpu_enable();

	if (r)
		WRITE_ONCE(cpu_error, r);
}

int enable(void)
{
	int r;

	cpus_read_lock();
	cpu_error = 0;
	on_each_cpu(enable_cpu, NULL, 1);
	r = cpu_error ?: tdx_enable();
	cpus_read_unlock();
	return r;
}

int bring_up(void)
{
	return tdx_register_backend(&fake_backend) ?: enable();
}

static int package_of(unsigned int cpu)
{
	return topology_physical_package_id(cpu);
}

static unsigned int nr_packages(void)
{
	unsigned int cpu, other, nr = 0;

	for_each_online_cpu(cpu) {
		/* Count a package when @cpu is its first CPU. */
		for_each_online_cpu(other)
			if (package_of(other) == package_of(cpu))
				break;
		nr += other == cpu;
	}
	return nr;
}

static void case_platform_has_none(void)
{
	expect(!tdx_is_available());
	expect(!tdx_is_enabled());
	expect(tdx_nr_guest_keyids() == 0);
	expect(tdx_guest_keyid_alloc() == -ENODEV);
	expect(tdx_get() == -ENODEV);
	expect(!tdx_get_sys_info());
	expect(enable() == -ENODEV);
	/* Without a backend SEAMCALL is executed.  It is #UD, as the CPU has VMX off. */
	expect(tdh_mem_track(0x1000) == TDX_SEAMCALL_UD);
	expect(tdx_status_is_software(tdh_mem_track(0x1000)));
}

static void case_bad_backend(void)
{
	static const struct {
		u32 first, nr;
	} bad[] = { { 0, 4 }, { 5, 1 }, { 5, 0 }, { U16_MAX, 2 }, { 1, U16_MAX + 1 },
		    { U32_MAX, 2 }, { 2, U32_MAX } };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		struct tdx_backend b = fake_backend;

		b.first_keyid = bad[i].first;
		b.nr_keyids = bad[i].nr;
		expect(tdx_register_backend(&b) == -EINVAL);
	}
	expect(!tdx_is_available());
	expect(tdx_unregister_backend(&fake_backend) == -ENOENT);
}

static void case_one_backend_at_a_time(void)
{
	struct tdx_backend other = fake_backend;

	expect(tdx_register_backend(&fake_backend) == 0);
	expect(tdx_is_available());
	expect(!tdx_is_enabled());
	expect(tdx_register_backend(&other) == -EBUSY);
	expect(tdx_register_backend(&fake_backend) == -EBUSY);
	expect(tdx_unregister_backend(&other) == -ENOENT);
	expect(tdx_is_available());
	expect(tdx_unregister_backend(&fake_backend) == 0);
	expect(!tdx_is_available());
}

static void case_initialisation_in_order(void)
{
	expect(bring_up() == 0);
	expect(!fake.out_of_order);
	expect(tdx_is_enabled());
	expect(fake.calls[TDH_SYS_INIT] == 1);
	expect(fake.calls[TDH_SYS_LP_INIT] == num_online_cpus());
	expect(fake.calls[TDH_SYS_CONFIG] == 1);
	expect(fake.calls[TDH_SYS_KEY_CONFIG] == nr_packages());
	expect(fake.nr_tdmrs && fake.nr_tdmrs_done == fake.nr_tdmrs);

	/* Enabling it again does nothing. */
	expect(enable() == 0);
	expect(!fake.out_of_order);
	expect(fake.calls[TDH_SYS_LP_INIT] == num_online_cpus());
	expect(fake.calls[TDH_SYS_CONFIG] == 1);

	expect(tdx_unregister_backend(&fake_backend) == 0);
	expect(fake.calls[TDH_SYS_DISABLE] == 1);
}

static void case_metadata_as_served(void)
{
	const struct tdx_sys_info *sys;
	unsigned int i;

	expect(bring_up() == 0);
	sys = tdx_get_sys_info();
	expect(sys);
	if (!sys)
		return;
	expect(sys->major_version == 1 && sys->minor_version == 5 && sys->update_version == 5);
	expect(sys->features0 == fake.features0);
	expect(tdx_nr_tdcs_pages(sys) == 4);
	expect(tdx_nr_tdvps_pages(sys) == 5);
	expect(sys->attributes_fixed0 ==
	       (TDX_ATTR_DEBUG | TDX_ATTR_SEPT_VE_DISABLE | TDX_ATTR_PERFMON));
	expect(sys->attributes_fixed1 == 0);
	expect(sys->xfam_fixed0 == 0x6dbe7);
	expect(sys->xfam_fixed1 == 3);
	expect(sys->max_vcpus_per_td == 576);
	expect(sys->nr_cpuid_configs == FAKE_NR_CPUID_CONFIGS);
	for (i = 0; i < FAKE_NR_CPUID_CONFIGS; i++) {
		const struct tdx_cpuid_config *c = &sys->cpuid_configs[i];

		expect(c->leaf == 0x80000008 + i);
		expect(c->sub_leaf == TDX_CPUID_NO_SUBLEAF);
		expect(c->mask.eax == 0x11111110 + i && c->mask.ebx == 0x22222222);
		expect(c->mask.ecx == 0x33333330 + i && c->mask.edx == 0x44444444);
	}
}

static void case_modules_that_are_refused(void)
{
	expect(tdx_register_backend(&fake_backend) == 0);
	fake.features0 = TDX_FEATURES0_TOPOLOGY_ENUM;
	expect(enable() == -EOPNOTSUPP);
	expect(!tdx_is_enabled());
	expect(tdx_unregister_backend(&fake_backend) == 0);

	fake_reset();
	expect(tdx_register_backend(&fake_backend) == 0);
	fake.nr_cpuid_configs = TDX_MAX_CPUID_CONFIGS + 1;
	expect(enable() == -EOPNOTSUPP);
	expect(!tdx_is_enabled());
}

static void case_keyids(void)
{
	bool seen[FAKE_NR_KEYIDS] = {};
	int i, id;

	expect(bring_up() == 0);
	expect(tdx_nr_guest_keyids() == FAKE_NR_KEYIDS - 1);
	for (i = 0; i < FAKE_NR_KEYIDS - 1; i++) {
		id = tdx_guest_keyid_alloc();
		expect(id > FAKE_FIRST_KEYID && id < FAKE_FIRST_KEYID + FAKE_NR_KEYIDS);
		expect(id < 0 || !seen[id - FAKE_FIRST_KEYID]);
		if (id > 0)
			seen[id - FAKE_FIRST_KEYID] = true;
	}
	expect(tdx_guest_keyid_alloc() == -ENOSPC);
	tdx_guest_keyid_free(FAKE_FIRST_KEYID + 3);
	expect(tdx_guest_keyid_alloc() == FAKE_FIRST_KEYID + 3);
	expect(tdx_guest_keyid_alloc() == -ENOSPC);
	for (i = 1; i < FAKE_NR_KEYIDS; i++)
		tdx_guest_keyid_free(FAKE_FIRST_KEYID + i);
}

static void case_no_unregister_while_in_use(void)
{
	expect(bring_up() == 0);
	expect(tdx_get() == 0);
	expect(tdx_get() == 0);
	expect(tdx_unregister_backend(&fake_backend) == -EBUSY);
	tdx_put();
	expect(tdx_unregister_backend(&fake_backend) == -EBUSY);
	/* After the refusal everything is as before. */
	expect(tdx_is_available() && tdx_is_enabled() && tdx_get_sys_info());
	expect(tdh_mem_track(0x1000) == TDX_SUCCESS);
	tdx_put();
	expect(tdx_unregister_backend(&fake_backend) == 0);
	expect(tdx_get() == -ENODEV);
}

/* Leaves of the initialisation, and from which of its calls on the leaf fails. */
static const struct {
	u16 leaf;
	unsigned int from;
} init_steps[] = {
	{ TDH_SYS_INIT, 1 }, { TDH_SYS_LP_INIT, 1 }, { TDH_SYS_RD, 1 }, { TDH_SYS_RD, 20 },
	{ TDH_SYS_RD, 24 }, { TDH_SYS_CONFIG, 1 }, { TDH_SYS_KEY_CONFIG, 1 },
	{ TDH_SYS_TDMR_INIT, 1 }, { TDH_SYS_TDMR_INIT, 3 },
};

static void case_failure_at_each_step(void)
{
	unsigned long before = global_zone_page_state(NR_FREE_PAGES), after;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(init_steps); i++) {
		fake_reset();
		fake.fail_leaf = init_steps[i].leaf;
		fake.fail_from = init_steps[i].from;
		fake.fail_times = UINT_MAX / 2;
		fake.fail_status = TDX_OPERAND_INVALID | TDX_OPERAND_ID_RCX;
		expect(bring_up() == -EIO);
		expect(fake.calls[init_steps[i].leaf] >= init_steps[i].from);
		expect(!tdx_is_enabled() && !tdx_get_sys_info());
		expect(tdx_get() == -ENODEV);
		expect(tdx_guest_keyid_alloc() == -ENODEV);
		expect(tdx_unregister_backend(&fake_backend) == 0);
		expect(!tdx_is_available());
	}
	/* A failure leaves nothing behind: the next attempt works. */
	fake_reset();
	expect(bring_up() == 0);
	expect(!fake.out_of_order);
	expect(tdx_unregister_backend(&fake_backend) == 0);

	/* If one PAMT had not been freed, free memory would have shrunk by more than half of it. */
	expect(fake.pamt_bytes >= SZ_4M);
	after = global_zone_page_state(NR_FREE_PAGES);
	say("# free pages before %lu, after %lu, PAMT %llu", before, after,
	    fake.pamt_bytes >> PAGE_SHIFT);
	expect(after + (fake.pamt_bytes >> PAGE_SHIFT) / 2 > before);
}

static void case_entropy_is_waited_for(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(init_steps); i++) {
		/* As often as the SEAMCALL layer retries. */
		fake_reset();
		fake.fail_leaf = init_steps[i].leaf;
		fake.fail_from = init_steps[i].from;
		fake.fail_times = RDRAND_RETRY_LOOPS - 1;
		fake.fail_status = TDX_RND_NO_ENTROPY;
		expect(bring_up() == 0);
		expect(fake.calls[init_steps[i].leaf] >= RDRAND_RETRY_LOOPS);
		expect(tdx_unregister_backend(&fake_backend) == 0);

		/* More often: the layer gives up. */
		fake_reset();
		fake.fail_leaf = init_steps[i].leaf;
		fake.fail_from = init_steps[i].from;
		fake.fail_times = UINT_MAX / 2;
		fake.fail_status = TDX_RND_NO_ENTROPY;
		expect(bring_up() == -EIO);
		expect(fake.calls[init_steps[i].leaf] % RDRAND_RETRY_LOOPS ==
		       (init_steps[i].from - 1) % RDRAND_RETRY_LOOPS);
		expect(tdx_unregister_backend(&fake_backend) == 0);
	}
}

static void case_other_statuses_are_the_callers(void)
{
	expect(bring_up() == 0);
	fake.answer_status = TDX_OPERAND_BUSY | TDX_OPERAND_ID_SEPT_TREE;
	expect(tdh_mem_track(0x1000) == fake.answer_status);
	expect(fake.calls[TDH_MEM_TRACK] == 1);
}

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
	{ "seamcall.platform-has-none", case_platform_has_none },
	{ "seamcall.bad-backend", case_bad_backend },
	{ "seamcall.one-backend-at-a-time", case_one_backend_at_a_time },
	{ "seamcall.initialisation-in-order", case_initialisation_in_order },
	{ "seamcall.metadata-as-served", case_metadata_as_served },
	{ "seamcall.modules-that-are-refused", case_modules_that_are_refused },
	{ "seamcall.keyids", case_keyids },
	{ "seamcall.no-unregister-while-in-use", case_no_unregister_while_in_use },
	{ "seamcall.failure-at-each-step", case_failure_at_each_step },
	{ "seamcall.entropy-is-waited-for", case_entropy_is_waited_for },
	{ "seamcall.other-statuses-are-the-callers", case_other_statuses_are_the_callers },
	{ "seamcall.users-against-unregister", case_users_against_unregister },
	/* Near the end, so that its calls are still in the trace buffer after the run. */
	{ "seamcall.wrappers-pass-registers", case_wrappers_pass_registers },
	{ "seamcall.vp-enter-passes-all-registers", case_vp_enter_passes_all_registers },
	/* Nothing that the other cases did may have an effect on this one. */
	{ "seamcall.platform-has-none-again", case_platform_has_none },
};

static int __init seamcall_test_init(void)
{
	unsigned int i, failed = 0;

	say("KTAP version 1");
	say("1..%zu", ARRAY_SIZE(cases));
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		fake_reset();
		failures = 0;
		cases[i].run();
		/* A case may leave the fake registered. */
		(void)tdx_unregister_backend(&fake_backend);
		say("%sok %u - %s", failures ? "not " : "", i + 1, cases[i].name);
		failed += !!failures;
	}
	if (!keep)
		return failed ? -EIO : 0;

	fake_reset();
	return bring_up();
}

static void __exit seamcall_test_exit(void)
{
	(void)tdx_unregister_backend(&fake_backend);
}

module_init(seamcall_test_init);
module_exit(seamcall_test_exit);
MODULE_DESCRIPTION("Test of the SEAMCALL layer with a fake backend");
MODULE_LICENSE("GPL");
