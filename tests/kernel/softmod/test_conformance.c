// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs the rows of the conformance table: those of conformance_rows.c, which the kernel's test
 * module runs, too, and those below, which need a module that was just loaded, or a machine
 * or guest that the test controls.
 *
 * Each row runs in a forked child, so that no row sees what another one changed.  Then those of
 * conformance_rows.c run once more as in the kernel: one after the other on the same module, and
 * after each of them the host takes all pages back.
 */
#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rows.h"
#include "test.h"

BEFORE(hold_sys, POKE(sm_sys.lock, SM_LOCK_EXCLUSIVE))
BEFORE(newer, POKE(sm_sys.is_newer, true))
BEFORE(newer_and_hold_sys, newer->run(); hold_sys->run())
BEFORE(disabled, newer->run(); CALL(SYS_DISABLE))
BEFORE(hold_tdmr, POKE(sm_sys.tdmrs[0].lock, SM_LOCK_EXCLUSIVE))
BEFORE(not_flushed, world_flush_delay = 1)
BEFORE(hold_ket, POKE(sm_ket[0], SM_LOCK_EXCLUSIVE))
BEFORE(entropy_gone, POKE(sm_injection.no_entropy, 1))
BEFORE(cmr_order, POKE(sm_sys.cmrs[1].base, 0))
BEFORE(interrupted, sm_injection = ((struct sm_injection) {
	.leaf = TDH_MEM_PAGE_DEMOTE, .nth = 1, .status = TDX_INTERRUPTED_RESTARTABLE }))

/* The host has changed what a TDX module finds changed. */
BEFORE(strict, POKE(sm_sys.is_strict, true))
BEFORE(tsc_adjusted, strict->run(); POKE(world_tsc_adjust, 1))
BEFORE(cpuid_limited, strict->run(); POKE(world_misc_enable, world_misc_enable | BIT(22)))
BEFORE(slow_strings, strict->run(); POKE(world_misc_enable, world_misc_enable & ~BIT(0)))
static void complete_vcpu(void)
{
	unsigned int i;

	for (i = 1; i < SM_NR_TDVPS_PAGES; i++)
		CALL(VP_ADDCX, .rcx = NEW_VCPU + i * SM_PAGE_SIZE, .rdx = NEW_VCPU);
}

BEFORE(complete_and_adjusted, complete_vcpu(); tsc_adjusted->run())
BEFORE(tsc_went_back, world_tsc = 100; CALL(VP_ENTER, .rcx = VCPU); world_tsc = 99)

static u64 dies(struct sm_vcpu *vcpu, struct tdx_module_args *args)
{
	return TDX_NON_RECOVERABLE_VCPU | 2;
}

BEFORE(guest_dies, world_guest = dies)
BEFORE(guest_died, guest_dies->run(); CALL(VP_ENTER, .rcx = VCPU))

/* Write the TDMR_INFOs, with one wrong word in number @n. */
#define TDMR(name, n, word, value) \
	BEFORE(tdmr_##name, world_write_tdmrs(); \
	       ((u64 *)world_memory(BUF + 0x1000 + (n) * 512))[word] = (value))

TDMR(base, 0, 0, RAM_BASE + 4096)
TDMR(size, 1, 1, 0)
TDMR(order, 1, 0, RAM_BASE)
TDMR(cmr, 1, 1, 2 * GIB)
TDMR(outside, 1, 0, RAM_BASE + 8 * GIB)
TDMR(reserved_empty, 1, 11, 4096)
TDMR(pamt_align, 0, 6, HOST + (1ULL << 20) + 512)
TDMR(pamt_small, 1, 7, 4096)
TDMR(pamt_cmr, 0, 2, RAM_BASE + 8 * GIB)
TDMR(pamt_overlap, 1, 2, HOST)
TDMR(pamt_in_tdmr, 0, 2, RAM_BASE)
TDMR(reserved_align, 0, 8, 100)
TDMR(reserved_end, 0, 9, 2ULL << 20)

TDMR(reserved_order, 0, 11, 4096)
BEFORE(tdmr_info_address, world_write_tdmrs(); ((u64 *)world_memory(BUF))[1] += 8)

/* A KeyID of which SYS.CONFIG made no use can be given to it again. */
BEFORE(tdmr_refused, tdmr_order->run(); CALL(SYS_CONFIG, .rcx = BUF, .rdx = 2, .r8 = GLOBAL_HKID);
       world_write_tdmrs())

const struct conformance_row own_rows[] = {
	{ TDH_SYS_INIT, 0, LOADED, { .rcx = 1 }, INVALID(1) },
	{ TDH_SYS_INIT, 0, LOADED, {}, TDX_SYS_BUSY, hold_sys },
	{ TDH_SYS_INIT, 0, LOADED, {}, 0, NULL, OUT(0, 0) },
	{ TDH_SYS_INIT, 0, SYS_INITED, {}, TDX_SYS_INIT_NOT_PENDING },
	{ TDH_SYS_LP_INIT, 0, LOADED, {}, TDX_SYS_LP_INIT_NOT_PENDING },
	{ TDH_SYS_LP_INIT, 0, SYS_INITED, {}, TDX_SYS_BUSY, hold_sys },
	{ TDH_SYS_LP_INIT, 0, SYS_INITED, {}, 0, NULL, OUT(0, 0) },
	{ TDH_SYS_LP_INIT, 0, LP_INITED, {}, TDX_SYS_LP_INIT_DONE },
	{ TDH_SYS_INFO, 0, SYS_INITED, {}, TDX_SYS_LP_INIT_NOT_DONE },
	{ TDH_SYS_INFO, 0, LP_INITED, { .rcx = HOST_PAGE(0), .rdx = 1024, .r8 = HOST_PAGE(1),
	  .r9 = 32 }, 0, NULL, OUT(HOST_PAGE(0), 1024) },
	{ TDH_SYS_INFO, 0, LP_INITED, { .rcx = HOST_PAGE(0) + 512, .rdx = 1024, .r8 = HOST_PAGE(1),
	  .r9 = 32 }, INVALID(1) },
	{ TDH_SYS_INFO, 0, LP_INITED, { .rcx = HOST_PAGE(0), .rdx = 1023, .r8 = HOST_PAGE(1),
	  .r9 = 32 }, INVALID(2) },
	{ TDH_SYS_INFO, 0, LP_INITED, { .rcx = HOST_PAGE(0), .rdx = 1024, .r8 = 1, .r9 = 32 },
	  INVALID(8) },
	{ TDH_SYS_INFO, 0, LP_INITED, { .rcx = HOST_PAGE(0), .rdx = 1024, .r8 = HOST_PAGE(1),
	  .r9 = 31 }, INVALID(9) },
	{ TDH_SYS_RD, 0, SYS_INITED, { .rdx = TDX_MD_SYS_FEATURES0 }, TDX_SYS_LP_INIT_NOT_DONE },
	{ TDH_SYS_RD, 0, LP_INITED, { .rdx = TDX_MD_SYS_FEATURES0 }, 0 },
	{ TDH_SYS_RD, 0, LP_INITED, { .rdx = ~0ULL }, TDX_METADATA_FIRST_FIELD_ID_IN_CONTEXT, NULL,
	  OUT(0, 0x200000000ULL) },
	{ TDH_SYS_RD, 0, LP_INITED, { .rdx = 0x7f00000300000000 },
	  TDX_METADATA_FIELD_ID_INCORRECT },
	{ TDH_SYS_RD, 0, LP_INITED, { .rdx = TDX_MD_SYS_CPUID_CONFIG_LEAF(18) }, 0 },
	{ TDH_SYS_RD, 0, LP_INITED, { .rdx = TDX_MD_SYS_FEATURES0 | BIT_ULL(62) },
	  TDX_METADATA_FIELD_ID_INCORRECT },
	{ TDH_SYS_RDALL, 0, LP_INITED, { .rdx = HOST_PAGE(0), .r8 = ~0ULL }, 0 },
	{ TDH_SYS_RDALL, 0, LP_INITED, { .rdx = HOST_PAGE(0) + 8, .r8 = ~0ULL }, INVALID(2) },
	{ TDH_SYS_RDALL, 0, LP_INITED, { .rdx = HOST_PAGE(0), .r8 = 1ULL << 40 },
	  TDX_METADATA_FIELD_ID_INCORRECT },
	{ TDH_SYS_CONFIG, 0, SYS_INITED, { .rcx = BUF, .rdx = 2, .r8 = GLOBAL_HKID },
	  TDX_SYS_CONFIG_NOT_PENDING },
	{ TDH_SYS_CONFIG, 0, LP_INITED, { .rcx = BUF, .rdx = 2, .r8 = GLOBAL_HKID }, 0 },
	{ TDH_SYS_CONFIG, 0, LP_INITED, { .rcx = BUF, .rdx = 2, .r8 = GLOBAL_HKID }, TDX_SYS_BUSY,
	  hold_sys },
	{ TDH_SYS_CONFIG, 0, LP_INITED, { .rcx = BUF + 8, .rdx = 2, .r8 = GLOBAL_HKID },
	  INVALID(1) },
	{ TDH_SYS_CONFIG, 0, LP_INITED, { .rcx = BUF, .rdx = 0, .r8 = GLOBAL_HKID }, INVALID(2) },
	{ TDH_SYS_CONFIG, 0, LP_INITED, { .rcx = BUF, .rdx = 65, .r8 = GLOBAL_HKID }, INVALID(2) },
	{ TDH_SYS_CONFIG, 0, LP_INITED, { .rcx = BUF, .rdx = 2, .r8 = 1 }, INVALID(8) },
	{ TDH_SYS_CONFIG, 0, LP_INITED, { .rcx = BUF, .rdx = 2, .r8 = GLOBAL_HKID }, INVALID(1),
	  tdmr_info_address },
	{ TDH_SYS_CONFIG, 0, LP_INITED, { .rcx = BUF, .rdx = 2, .r8 = GLOBAL_HKID },
	  TDX_INVALID_TDMR, tdmr_base },
	{ TDH_SYS_CONFIG, 0, LP_INITED, { .rcx = BUF, .rdx = 2, .r8 = GLOBAL_HKID },
	  TDX_INVALID_TDMR | 1, tdmr_size },
	{ TDH_SYS_CONFIG, 0, LP_INITED, { .rcx = BUF, .rdx = 2, .r8 = GLOBAL_HKID },
	  TDX_NON_ORDERED_TDMR | 1, tdmr_order },
	{ TDH_SYS_CONFIG, 0, LP_INITED, { .rcx = BUF, .rdx = 2, .r8 = GLOBAL_HKID },
	  TDX_INVALID_PAMT | 257, tdmr_cmr },
	{ TDH_SYS_CONFIG, 0, LP_INITED, { .rcx = BUF, .rdx = 2, .r8 = GLOBAL_HKID },
	  TDX_INVALID_PAMT, tdmr_pamt_align },
	{ TDH_SYS_CONFIG, 0, LP_INITED, { .rcx = BUF, .rdx = 2, .r8 = GLOBAL_HKID },
	  TDX_INVALID_PAMT | 1, tdmr_pamt_small },
	{ TDH_SYS_CONFIG, 0, LP_INITED, { .rcx = BUF, .rdx = 2, .r8 = GLOBAL_HKID },
	  TDX_PAMT_OUTSIDE_CMRS | 2 << 8, tdmr_pamt_cmr },
	{ TDH_SYS_CONFIG, 0, LP_INITED, { .rcx = BUF, .rdx = 2, .r8 = GLOBAL_HKID },
	  TDX_PAMT_OVERLAP | 1 | 2 << 8, tdmr_pamt_overlap },
	{ TDH_SYS_CONFIG, 0, LP_INITED, { .rcx = BUF, .rdx = 2, .r8 = GLOBAL_HKID },
	  TDX_PAMT_OVERLAP | 2 << 8, tdmr_pamt_in_tdmr },
	{ TDH_SYS_CONFIG, 0, LP_INITED, { .rcx = BUF, .rdx = 2, .r8 = GLOBAL_HKID },
	  TDX_INVALID_RESERVED_IN_TDMR, tdmr_reserved_align },
	{ TDH_SYS_CONFIG, 0, LP_INITED, { .rcx = BUF, .rdx = 2, .r8 = GLOBAL_HKID },
	  TDX_INVALID_RESERVED_IN_TDMR, tdmr_reserved_end },
	{ TDH_SYS_CONFIG, 0, LP_INITED, { .rcx = BUF, .rdx = 2, .r8 = GLOBAL_HKID },
	  TDX_NON_ORDERED_RESERVED_IN_TDMR | 1 << 8, tdmr_reserved_order },
	{ TDH_SYS_CONFIG, 0, CONFIGURED, { .rcx = BUF, .rdx = 2, .r8 = GLOBAL_HKID },
	  TDX_SYS_CONFIG_NOT_PENDING },
	{ TDH_SYS_KEY_CONFIG, 0, LP_INITED, {}, TDX_SYS_KEY_CONFIG_NOT_PENDING },
	{ TDH_SYS_KEY_CONFIG, 0, CONFIGURED, {}, 0 },
	{ TDH_SYS_KEY_CONFIG, 0, CONFIGURED, {}, TDX_SYS_BUSY, hold_sys },
	{ TDH_SYS_KEY_CONFIG, 0, CONFIGURED, {}, BUSY(187), hold_ket },
	{ TDH_SYS_KEY_CONFIG, 0, CONFIGURED, {}, TDX_KEY_GENERATION_FAILED, entropy_gone },
	{ TDH_MNG_KEY_CONFIG, 0, CREATED, { .rcx = NEW_TDR }, BUSY(187), hold_ket },
	{ TDH_SYS_CONFIG, 0, LP_INITED, { .rcx = BUF, .rdx = 2, .r8 = GLOBAL_HKID },
	  TDX_CMR_LIST_INVALID, cmr_order },
	{ TDH_SYS_KEY_CONFIG, 0, NO_TDMR, {}, TDX_SYS_KEY_CONFIG_NOT_PENDING },
	{ TDH_SYS_TDMR_INIT, 0, CONFIGURED, { .rcx = RAM_BASE }, TDX_SYS_NOT_READY },
	{ TDH_SYS_TDMR_INIT, 0, NO_TDMR, { .rcx = RAM_BASE }, 0, NULL, OUT(RAM_BASE, RAM_BASE) },
	{ TDH_SYS_TDMR_INIT, 0, NO_TDMR, { .rcx = RAM_BASE + 4096 }, INVALID(1) },
	{ TDH_SYS_TDMR_INIT, 0, NO_TDMR, { .rcx = RAM_BASE + 2 * GIB }, INVALID(1) },
	{ TDH_SYS_TDMR_INIT, 0, NO_TDMR, { .rcx = RAM_BASE }, BUSY(1), hold_tdmr },
	{ TDH_SYS_TDMR_INIT, 0, READY, { .rcx = RAM_BASE }, TDX_TDMR_ALREADY_INITIALIZED },
	{ TDH_SYS_LP_SHUTDOWN, 0, LOADED, {}, 0 },
	{ TDH_SYS_LP_SHUTDOWN, 0, SHUTDOWN, {}, 0 },
	{ TDH_SYS_SHUTDOWN, 0, CONFIGURED, {}, TDX_SYS_NOT_READY },
	{ TDH_SYS_SHUTDOWN, 0, READY, { .rcx = 1 }, INVALID(1) },
	{ TDH_SYS_SHUTDOWN, 0, READY, {}, TDX_SYS_BUSY, hold_sys },
	{ TDH_SYS_SHUTDOWN, 0, READY, {}, 0 },
	{ TDH_SYS_UPDATE, 0, LP_INITED, {}, TDX_SYS_INVALID_HANDOFF },
	{ TDH_SYS_RD, 0, SHUTDOWN, { .rdx = TDX_MD_SYS_FEATURES0 }, TDX_SYS_SHUTDOWN },
	{ TDH_MNG_CREATE, 0, SHUTDOWN, { .rcx = FREE_PAGE, .rdx = FIRST_HKID + 3 },
	  TDX_SYS_SHUTDOWN },
	{ TDH_MNG_CREATE, 0, CONFIGURED, { .rcx = FREE_PAGE, .rdx = FIRST_HKID + 3 },
	  TDX_SYS_NOT_READY },
	{ TDH_MNG_CREATE, 0, READY, { .rcx = BAD_TDMR_PAGE, .rdx = FIRST_HKID + 3 }, RANGE(1) },
	{ TDH_VP_RD, 0, RUNNABLE, { .rcx = VCPU, .rdx = TDX_MD_VP_STATE_DETAILS }, 0, guest_died },
	{ TDH_VP_ENTER, 0, RUNNABLE, { .rcx = VCPU }, 77 },
	{ TDH_VP_ENTER, 0, RUNNABLE, { .rcx = VCPU }, BUSY(146), not_flushed },
	{ TDH_VP_ENTER, 0, RUNNABLE, { .rcx = VCPU }, 77, strict },
	{ TDH_VP_ENTER, 0, RUNNABLE, { .rcx = VCPU }, TDX_INCONSISTENT_MSR | 0x3b, tsc_adjusted },
	{ TDH_VP_ENTER, 0, RUNNABLE, { .rcx = VCPU }, TDX_LIMIT_CPUID_MAXVAL_SET, cpuid_limited },
	{ TDH_VP_ENTER, 0, RUNNABLE, { .rcx = VCPU | 1 }, TDX_INCORRECT_MSR_VALUE | 0x1a0,
	  slow_strings },
	{ TDH_VP_ENTER, 0, RUNNABLE, { .rcx = VCPU }, TDX_TSC_ROLLBACK, tsc_went_back },
	{ TDH_VP_INIT, 1, WITH_VCPU, { .rcx = NEW_VCPU, .r8 = 4 }, TDX_INCONSISTENT_MSR | 0x3b,
	  complete_and_adjusted },
	{ TDH_MNG_INIT, 0, WITH_TDCX, { .rcx = NEW_TDR, .rdx = PARAMS },
	  TDX_INCORRECT_MSR_VALUE | 0x1a0, slow_strings },
	{ TDH_MEM_PAGE_DEMOTE, 0, TRACKED, { .rcx = GPA_BIG | 1, .rdx = TDR, .r8 = FREE_PAGE },
	  TDX_INTERRUPTED_RESTARTABLE, interrupted, OUT(GPA_BIG | 1, TDR) },
	{ TDH_VP_ENTER, 0, RUNNABLE, { .rcx = VCPU }, TDX_NON_RECOVERABLE_VCPU | 2, guest_dies },
	{ TDH_VP_ENTER, 0, RUNNABLE, { .rcx = VCPU }, TDX_VCPU_STATE_INCORRECT, guest_died },
	{ TDH_SYS_CONFIG, 0, LP_INITED, { .rcx = BUF, .rdx = 2, .r8 = GLOBAL_HKID },
	  TDX_TDMR_OUTSIDE_CMRS | 1, tdmr_outside },
	{ TDH_SYS_CONFIG, 0, LP_INITED, { .rcx = BUF, .rdx = 2, .r8 = GLOBAL_HKID },
	  TDX_NON_ORDERED_RESERVED_IN_TDMR | 1, tdmr_reserved_empty },
	{ TDH_SYS_CONFIG, 0, LP_INITED, { .rcx = BUF, .rdx = 2, .r8 = GLOBAL_HKID }, 0,
	  tdmr_refused },
	{ TDH_SYS_DISABLE, 0, READY, {}, 0, newer },
	{ TDH_SYS_DISABLE, 0, READY, {}, TDX_SYS_BUSY, newer_and_hold_sys },
	{ TDH_SYS_DISABLE, 0, CONFIGURED, {}, TDX_SYS_NOT_READY, newer },
	{ TDH_SYS_RD, 0, READY, { .rdx = ~0ULL }, TDX_SYS_SHUTDOWN, disabled },
};

const unsigned int own_nr_rows = ARRAY_SIZE(own_rows);

bool test_reach(enum stage stage)
{
	bool ok;

	switch (stage) {
	case LOADED:
		world_reset();
		world_write_tdmrs();
		return true;
	case SYS_INITED:
		return !CALL(SYS_INIT);
	case LP_INITED:
		return world_on_packages(TDH_SYS_LP_INIT, 0);
	case CONFIGURED:
		return !CALL(SYS_CONFIG, .rcx = BUF, .rdx = 2, .r8 = GLOBAL_HKID);
	case NO_TDMR:
		if (CALL(SYS_KEY_CONFIG) || CALL(SYS_KEY_CONFIG) != TDX_KEY_CONFIGURED)
			return false;
		world_lp = 1;
		ok = !CALL(SYS_KEY_CONFIG);
		world_lp = 0;
		return ok;
	case READY:
		return world_init_tdmr();
	case SHUTDOWN:
		return !CALL(SYS_SHUTDOWN);
	default:
		return conformance_reach(stage);
	}
}

static bool run_row(const struct conformance_row *row, unsigned int line)
{
	const struct conformance_result *got = &conformance_result;

	if (!conformance_run(row)) {
		fprintf(stderr, "# row %u, %s: RAX, RCX, RDX are %#llx, %#llx, %#llx, not %#llx",
			line, sm_leaf(row->leaf) ? sm_leaf(row->leaf)->name : "?", got->status,
			got->out.rcx, got->out.rdx, row->status);
		if (row->out.checked)
			fprintf(stderr, ", %#llx, %#llx", row->out.rcx, row->out.rdx);
		fprintf(stderr, "\n");
		return false;
	}
	return !world_nr_errors && !atomic_read(&shim_nr_warnings);
}

static bool in_child(const struct conformance_row *row, unsigned int line)
{
	pid_t pid;
	int how;

	fflush(stdout);
	pid = fork();
	if (!pid)
		_exit(run_row(row, line) ? 0 : 1);
	return pid > 0 && waitpid(pid, &how, 0) == pid && WIFEXITED(how) && !WEXITSTATUS(how);
}

static int good[SM_NR_LEAVES], bad[SM_NR_LEAVES];

static void run_rows(const struct conformance_row *rows, unsigned int nr, enum stage stage)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		unsigned int leaf = rows[i].leaf < SM_NR_LEAVES ? rows[i].leaf : 0;

		if (rows[i].stage != stage)
			continue;
		if (in_child(&rows[i], i))
			good[leaf]++;
		else
			bad[leaf]++;
	}
}

static bool run_in_turn(void)
{
	static struct coverage unused;
	unsigned int i, nr_left;
	enum stage stage;
	bool ok = true;

	/* What a row has to show is not shown by the rows before it. */
	coverage = &unused;
	for (i = 0; i < conformance_nr_rows; i++) {
		world_lp = 0;
		for (stage = READY + 1; stage <= (enum stage)conformance_rows[i].stage; stage++)
			ASSERT(conformance_reach(stage));
		ok &= run_row(&conformance_rows[i], i);
		nr_left = world_clean();
		if (!nr_left && !world_nr_taken)
			continue;
		fprintf(stderr, "# row %u: %u pages are not back, or not zero; %llu are taken\n", i,
			nr_left, world_nr_taken);
		return false;
	}
	return ok;
}

static bool in_turn_in_child(void)
{
	pid_t pid;
	int how;

	fflush(stdout);
	pid = fork();
	if (!pid)
		_exit(run_in_turn() ? 0 : 1);
	return pid > 0 && waitpid(pid, &how, 0) == pid && WIFEXITED(how) && !WEXITSTATUS(how);
}

static bool run_stages(bool *ret_in_turn)
{
	unsigned int stage;

	for (stage = LOADED; stage < NR_STAGES; stage++) {
		ASSERT(test_reach(stage));
		run_rows(conformance_rows, conformance_nr_rows, stage);
		run_rows(own_rows, own_nr_rows, stage);
		if (stage == READY)
			*ret_in_turn = in_turn_in_child();
	}
	return true;
}

void test_conformance(const struct options *options)
{
	unsigned int i, nr_leaves = 0, nr_covered = 0, nr_codes = 0, nr_seen = 0;
	bool in_turn = false, ok = run_stages(&in_turn);

	report(ok, "conformance.stages", "%d stages, %u rows", NR_STAGES,
	       conformance_nr_rows + own_nr_rows);
	report(in_turn, "conformance.in-turn", "%u rows", conformance_nr_rows);
	for (i = 0; i < SM_NR_LEAVES; i++) {
		char name[64];

		if (!sm_leaf(i))
			continue;
		nr_leaves++;
		nr_covered += world_saw(i, TDX_SUCCESS) || i == TDH_SYS_UPDATE;
		conformance_name(i, name, sizeof(name));
		report(good[i] && !bad[i], name, "%d of %d rows", good[i], good[i] + bad[i]);
	}
	report(nr_covered == nr_leaves, "leaves-covered", "%u of %u", nr_covered, nr_leaves);

	for (i = 0; i < conformance_nr_listed; i++) {
		const struct conformance_listed *listed = &conformance_listed[i];
		bool seen = world_saw(listed->leaf, listed->code);

		nr_codes++;
		nr_seen += seen;
		if (seen)
			continue;
		printf("# not seen: %s %#llx\n", sm_leaf(listed->leaf)->name, listed->code);
	}
	report(nr_seen == nr_codes, "codes-covered", "%u of %u listed", nr_seen, nr_codes);
}
