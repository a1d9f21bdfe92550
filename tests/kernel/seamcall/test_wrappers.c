// SPDX-License-Identifier: GPL-2.0-only
/* Runs the test module's cases about wrappers, and stands in for what they use of the module. */

#include "fake.h"

/* The test.h of the module, not that of this folder. */
#include "../../../kernel/src/tools/testing/tdx/seamcall/test.h"

struct fake fake;
static unsigned int failures;

struct test {
	const char *name;
	bool (*run)(void);
};

void answer_with(u64 (*seamcall)(u64 fn, struct tdx_module_args *args));
extern const struct test wrappers_tests[];

void check(bool holds, const char *file, int line, const char *what)
{
	if (holds)
		return;
	failures++;
	printf("# %s:%d: not true: %s\n", file, line, what);
}

static u64 __attribute__((used)) record(u64 fn, struct tdx_module_args *args)
{
	fake.calls[fn & TDX_LEAF_NR_MASK]++;
	fake.last_fn = fn;
	fake.last_in = *args;
	*args = fake.answer;
	return fake.answer_status;
}

int bring_up(void)
{
	memset(&fake, 0, sizeof(fake));
	answer_with(record);
	return 0;
}

static bool pass_registers(void)
{
	failures = 0;
	case_wrappers_pass_registers();
	return !failures;
}

static bool vp_enter(void)
{
	failures = 0;
	case_vp_enter_passes_all_registers();
	return !failures;
}

/* What was flushed since the test began a call, when the SEAMCALL was made. */
static struct shim_flush flushed;

static u64 record_flush(u64 fn, struct tdx_module_args *args)
{
	flushed = shim_flush;
	return TDX_SUCCESS;
}

#define FLUSHES(call, page, bytes) \
	(shim_flush = flushed = (struct shim_flush) {}, (void)(call), flushed.from == (page) && flushed.size == (bytes))

/* Every wrapper of a leaf that gives a page flushes this page, and others flush none. */
static bool giving_flushes(void)
{
	phys_addr_t tdr = 0x11000, vp = 0x12000, page = 0x13000, big = 0x200000, taken;
	u64 gpa = 0x40200000;

	answer_with(record_flush);
	return FLUSHES(tdh_mng_create(page, 7), page, 4096) &&
	       FLUSHES(tdh_mng_addcx(tdr, page), page, 4096) &&
	       FLUSHES(tdh_vp_create(tdr, page), page, 4096) &&
	       FLUSHES(tdh_vp_addcx(vp, page), page, 4096) &&
	       FLUSHES(tdh_mem_sept_add(tdr, gpa, 2, page, NULL), page, 4096) &&
	       FLUSHES(tdh_mem_page_add(tdr, gpa, page, 0x14000, NULL), page, 4096) &&
	       FLUSHES(tdh_mem_page_aug(tdr, gpa, 0, page, NULL), page, 4096) &&
	       FLUSHES(tdh_mem_page_aug(tdr, gpa, 1, big, NULL), big, 2 << 20) &&
	       FLUSHES(tdh_mem_page_demote(tdr, gpa, 1, page, NULL), page, 4096) &&
	       FLUSHES(tdh_mem_page_remove(tdr, gpa, 0, &taken, NULL), 0, 0) &&
	       FLUSHES(tdh_mem_track(tdr), 0, 0) && FLUSHES(tdh_vp_flush(vp), 0, 0);
}

/* record(), which then returns RBP = 0, as module 1.5.05 does at asynchronous TD exits. */
u64 record_and_lose_rbp(u64 fn, struct tdx_module_args *args);
asm(".pushsection .text\n"
    "record_and_lose_rbp:\n"
    "	call record\n"
    "	xor %ebp, %ebp\n"
    "	ret\n"
    ".popsection");

static bool vp_enter_keeps_rbp(void)
{
	struct tdx_module_args args = {}, *p = &args;
	phys_addr_t vp = 0x12000;
	u64 status, rbp;

	bring_up();
	answer_with(record_and_lose_rbp);
	fake.answer_status = TDX_OPERAND_BUSY;
	asm volatile("push %%rbp\n\t"
		     "mov $0x5a5a, %%ebp\n\t"
		     "call tdh_vp_enter\n\t"
		     "mov %%rbp, %[rbp]\n\t"
		     "pop %%rbp"
		     : "=a" (status), [rbp] "=c" (rbp), "+D" (vp), "+S" (p), ASM_CALL_CONSTRAINT
		     : : "rdx", "r8", "r9", "r10", "r11", "cc", "memory");
	return fake.last_fn == TDH_VP_ENTER && status == TDX_OPERAND_BUSY && rbp == 0x5a5a;
}

const struct test wrappers_tests[] = {
	{ "seamcall.wrappers.pass-registers", pass_registers },
	{ "seamcall.wrappers.giving-flushes", giving_flushes },
	{ "seamcall.wrappers.vp-enter-passes-all-registers", vp_enter },
	{ "seamcall.wrappers.vp-enter-keeps-rbp", vp_enter_keeps_rbp },
	{}
};
