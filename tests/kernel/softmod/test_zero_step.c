// SPDX-License-Identifier: GPL-2.0-only
/* Strict mode: what VP.ENTER does with a vCPU that gets no further. */
#include "test.h"

#define TDR		0
#define VCPU_PAGE	16
#define TABLES		32
#define NEW_PAGE	48
#define GUARD_AFTER	6
#define EPT_VIOLATION	48
/* In the table that world_make_tables() has made, and without a page. */
#define GPA		0x5000ULL
#define SHARED_GPA	(SM_SHARED_BIT | 0x5000)

/* What the guest does: where it is, and the GPA of the EPT violation that ends its run. */
static u64 rip, gpa;
static unsigned int nr_runs;

static u64 faults(struct sm_vcpu *vcpu, struct tdx_module_args *args)
{
	nr_runs++;
	sm_run_write(vcpu, 0x681e, rip);
	*args = (struct tdx_module_args) { .rcx = SM_ACCESS_READ, .r8 = gpa };
	return EPT_VIOLATION;
}

static u64 enter(struct tdx_module_args *args)
{
	*args = (struct tdx_module_args) { .rcx = PAGE(VCPU_PAGE) };
	return sm_seamcall(TDH_VP_ENTER, args);
}

static bool start(bool is_strict)
{
	world_reset();
	ASSERT(world_boot());
	sm_sys.is_strict = is_strict;
	ASSERT(world_make_td(TDR, FIRST_HKID + 1));
	ASSERT(world_make_vcpu(TDR, VCPU_PAGE, 0));
	ASSERT(world_make_tables(TDR, TABLES));
	ASSERT_EQ(CALL(MR_FINALIZE, .rcx = PAGE(TDR)), 0);
	world_guest = faults;
	rip = 0x1000;
	gpa = GPA;
	nr_runs = 0;
	return true;
}

/* Enters the vCPU @nr times; each time the guest must run into its EPT violation. */
static bool fault_times(unsigned int nr)
{
	struct tdx_module_args args;
	unsigned int runs = nr_runs + nr;

	while (nr--) {
		ASSERT_EQ(enter(&args), EPT_VIOLATION);
		ASSERT_EQ(args.rcx, SM_ACCESS_READ);
	}
	ASSERT_EQ(nr_runs, runs);
	return true;
}

/* The guest does not run, until the host has mapped the page. */
static bool is_guarded(void)
{
	struct tdx_module_args args;

	ASSERT(start(true));
	ASSERT(fault_times(GUARD_AFTER));
	ASSERT_EQ(enter(&args), EPT_VIOLATION);
	ASSERT_EQ(nr_runs, GUARD_AFTER);
	ASSERT_EQ(args.rcx, SM_ACCESS_WRITE);
	ASSERT_EQ(args.rdx, 0);
	ASSERT_EQ(args.r8, GPA);
	/* The TD lives, and no vCPU is counted in its epoch. */
	ASSERT_EQ(CALL(MEM_TRACK, .rcx = PAGE(TDR)), 0);
	ASSERT_EQ(CALL(MEM_TRACK, .rcx = PAGE(TDR)), 0);
	ASSERT_EQ(CALL(MEM_PAGE_AUG, .rcx = GPA, .rdx = PAGE(TDR), .r8 = PAGE(NEW_PAGE)), 0);
	ASSERT(fault_times(1));
	/* The host takes the page away again: that is what the guard is for. */
	ASSERT_EQ(CALL(MEM_RANGE_BLOCK, .rcx = GPA, .rdx = PAGE(TDR)), 0);
	ASSERT_EQ(enter(&args), EPT_VIOLATION);
	ASSERT_EQ(args.rcx, SM_ACCESS_WRITE);
	ASSERT_EQ(nr_runs, GUARD_AFTER + 1);
	return true;
}

static bool tree_is_busy(void)
{
	struct sm_tdcs *tdcs;
	struct tdx_module_args args;

	ASSERT(start(true));
	tdcs = ((struct sm_td *)sm_va(PAGE(TDR)))->tdcs;
	tdcs->sept_lock = 1;
	ASSERT(fault_times(GUARD_AFTER));
	/* Another LP is about to add a page, and holds the tree shared. */
	ASSERT_EQ(enter(&args), TDX_OPERAND_BUSY | TDX_OPERAND_ID_SEPT_TREE);
	ASSERT_EQ(nr_runs, GUARD_AFTER);
	tdcs->sept_lock = 0;
	ASSERT_EQ(enter(&args), EPT_VIOLATION);
	ASSERT_EQ(tdcs->sept_lock, 0);
	return true;
}

static bool progress(void)
{
	unsigned int i;

	ASSERT(start(true));
	for (i = 0; i < 4; i++, rip += 4)
		ASSERT(fault_times(GUARD_AFTER - 1));
	/* MMIO and shared memory do not count. */
	gpa = SHARED_GPA;
	ASSERT(fault_times(2 * GUARD_AFTER));
	ASSERT(start(false));
	ASSERT(fault_times(3 * GUARD_AFTER));
	return true;
}

void test_zero_step(const struct options *options)
{
	report(is_guarded(), "strict.zero-step-guard", "%u EPT violations at one RIP", GUARD_AFTER);
	report(tree_is_busy(), "strict.zero-step-busy", "the guard locks the secure EPT tree");
	report(progress(), "strict.zero-step-progress", "another RIP, shared GPAs, not strict");
}
