// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each leaf with right and wrong operands, in right and wrong states: status and outputs as
 * the ABI lists them.
 *
 * The machine goes through stages, from a module that was just loaded to a TD that is gone.
 * Each row of cases.h is one SEAMCALL at one stage, made in a forked child, so that rows do
 * not see each other.
 */
#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

#define TDR		PAGE(0)
#define TDCX(n)		PAGE(1 + (n))
/* A TD in state HKID_ASSIGNED or KEYS_CONFIGURED, with as many TDCX pages as the stage says. */
#define NEW_TDR		PAGE(8)
#define VCPU		PAGE(16)
/* A vCPU that is not initialised, with too few pages. */
#define NEW_VCPU	PAGE(24)
#define TABLES		32
#define ADDED		PAGE(40)
#define FREE_PAGE	PAGE(64)
#define FREE_PAGE2	PAGE(65)

/* GPAs: what is at them from stage MEMORY on. */
#define GPA_MAPPED	0x1000ULL
#define GPA_FREE	0x2000ULL
#define GPA_PENDING	0x3000ULL
#define GPA_BLOCKED	0x4000ULL
#define GPA_BIG		0x200000ULL
#define GPA_TABLE	0x400000ULL
#define GPA_NO_TABLE	0x40000000ULL

enum stage {
	LOADED, SYS_INITED, LP_INITED, CONFIGURED, NO_TDMR, READY, CREATED, KEYED, WITH_TDCX, INITED,
	WITH_VCPU, MEMORY, RUNNABLE, TRACKED, FLUSHED, BLOCKED, TEARDOWN, SHUTDOWN, NR_STAGES
};

/* What is in the way of a case. */
static void hold(sm_lock_t *lock, bool exclusive)
{
	if (!sm_try_lock(lock, exclusive))
		abort();
}

static sm_lock_t *page_lock(phys_addr_t pa)
{
	struct sm_page page;

	sm_page_at(pa, 0, &page);
	return &page.entry->lock;
}

static struct sm_td *td(void)
{
	return world_memory(TDR);
}

static void hold_sys(void) { hold(&sm_sys.lock, true); }
static void hold_tdmr(void) { hold(&sm_sys.tdmrs[0].lock, true); }
static void hold_tdr(void) { hold(page_lock(TDR), true); }
static void hold_new_tdr(void) { hold(page_lock(NEW_TDR), true); }
static void hold_tdvpr(void) { hold(page_lock(VCPU), true); }
static void hold_new_tdvpr(void) { hold(page_lock(NEW_VCPU), true); }
static void hold_page(void) { hold(page_lock(FREE_PAGE), false); }
static void hold_tree(void) { hold(&td()->tdcs->sept_lock, true); }
static void hold_epoch(void) { hold(&td()->tdcs->epoch_lock, true); }

static void hold_entry_at(u64 gpa, unsigned int level)
{
	struct sm_walk walk;

	sm_sept_walk(td()->tdcs, gpa, level, &walk);
	if (!sm_sept_lock_entry(&walk))
		abort();
}

static void hold_free(void) { hold_entry_at(GPA_FREE, 0); }
static void hold_mapped(void) { hold_entry_at(GPA_MAPPED, 0); }
static void hold_blocked(void) { hold_entry_at(GPA_BLOCKED, 0); }
static void hold_big(void) { hold_entry_at(GPA_BIG, 1); }
static void hold_table(void) { hold_entry_at(GPA_TABLE, 1); }

static void no_entropy(void) { sm_injection.no_entropy = 1; }
static void fatal(void) { sm_td_kill(td()); }
static void debug(void) { td()->tdcs->attributes |= TDX_ATTR_DEBUG; }
static void debug_and_hold_tree(void) { debug(); hold_tree(); }
static void previous_epoch(void) { atomic_set(&td()->tdcs->refcount[1 - (td()->tdcs->epoch & 1)], 1); }
static void not_flushed(void) { world_flush_delay = 1; }
static void on_lp1(void) { world_lp = 1; }
static void limit_hkids(void) { sm_kot_limit = 2; }
static void two_vcpus(void) { td()->tdcs->max_vcpus = td()->tdcs->nr_vcpus; }
static void no_key_here(void) { ((struct sm_td *)world_memory(NEW_TDR))->lifecycle = SM_TD_TEARDOWN; }
static void wb_started(void)
{
	sm_injection = (struct sm_injection){ .leaf = TDH_PHYMEM_CACHE_WB, .nth = 1,
					      .status = TDX_INTERRUPTED_RESUMABLE };
}

static void wb_resumes(void)
{
	wb_started();
	if (CALL(PHYMEM_CACHE_WB) != TDX_INTERRUPTED_RESUMABLE)
		abort();
}

static void hold_wb_and_kot(void)
{
	sm_injection = (struct sm_injection){ .leaf = TDH_PHYMEM_CACHE_WB, .nth = 1,
		.status = TDX_OPERAND_BUSY | TDX_OPERAND_ID_WBCACHE };
}

static void many_tdcx(void)
{
	((struct sm_td *)world_memory(NEW_TDR))->nr_tdcx = SM_MAX_TDCS_PAGES;
}

static void many_tdvps(void)
{
	((struct sm_vcpu *)world_memory(NEW_VCPU))->nr_pages = SM_MAX_TDVPS_PAGES;
}

static void all_tdvps(void)
{
	((struct sm_vcpu *)world_memory(NEW_VCPU))->nr_pages = SM_NR_TDVPS_PAGES;
}

static void all_tdvps_and_full(void)
{
	all_tdvps();
	two_vcpus();
}

static void posted(void)
{
	if (CALL(VP_WR, .rcx = VCPU, .rdx = TDX_MD_VP_POSTED_INTR_NV, .r8 = 0xf2, .r9 = 0xffff) ||
	    CALL(VP_WR, .rcx = VCPU, .rdx = TDX_MD_VP_POSTED_INTR_DESC, .r8 = HOST_PAGE(5) + 64,
		 .r9 = ~0ULL))
		abort();
}

static u64 dies(struct sm_vcpu *vcpu, struct tdx_module_args *args)
{
	return TDX_NON_RECOVERABLE_VCPU | 2;
}

static void guest_dies(void) { world_guest = dies; }

static void guest_died(void)
{
	world_guest = dies;
	CALL(VP_ENTER, .rcx = VCPU);
}

/* TD_PARAMS that differ in one field. */
#define PARAM(name, assignment) \
	static void param_##name(void) \
	{ \
		struct tdx_td_params params, *p = &params; \
		world_write_params(p); \
		assignment; \
		memcpy(world_memory(PARAMS), p, sizeof(*p)); \
	}

PARAM(good, (void)0)
PARAM(attributes, p->attributes = TDX_ATTR_MIGRATABLE)
PARAM(xfam, p->xfam = 6)
PARAM(xfam_avx512, p->xfam = 0xe7)
PARAM(max_vcpus, p->max_vcpus = 0)
PARAM(max_vcpus_high, p->max_vcpus = 577)
PARAM(l2, p->num_l2_vms = 1)
PARAM(eptp, p->eptp_controls = 6 | 4 << 3)
PARAM(gpaw, p->config_flags = TDX_CONFIG_GPAW52)
PARAM(tsc_low, p->tsc_frequency = 3)
PARAM(tsc_high, p->tsc_frequency = 401)
PARAM(arch_cap, p->msr_config_ctls = 1; p->arch_capabilities = BIT_ULL(2))
PARAM(reserved, p->reserved1[5] = 1)
PARAM(cpuid, p->cpuid_values[5].ebx = BIT(4))
PARAM(cpuid_fms, p->cpuid_values[0].eax = 0x806f8)
PARAM(cpuid_tail, p->cpuid_values[40].eax = 1)

/* TDMR_INFOs that differ in one word. */
#define TDMR(name, n, word, value) \
	static void tdmr_##name(void) \
	{ \
		world_write_tdmrs(); \
		((u64 *)world_memory(BUF + 0x1000 + (n) * 512))[word] = (value); \
	}

TDMR(base, 0, 0, GIB + 4096)
TDMR(size, 1, 1, 0)
TDMR(order, 1, 0, GIB)
TDMR(cmr, 1, 1, 2 * GIB)
TDMR(pamt_align, 0, 6, HOST + (1ULL << 20) + 512)
TDMR(pamt_small, 1, 7, 4096)
TDMR(pamt_cmr, 0, 2, 8 * GIB)
TDMR(pamt_overlap, 1, 2, HOST)
TDMR(pamt_in_tdmr, 0, 2, GIB)
TDMR(reserved_align, 0, 8, 100)
TDMR(reserved_end, 0, 9, 2ULL << 20)

static void tdmr_reserved_order(void)
{
	u64 *info;

	world_write_tdmrs();
	info = world_memory(BUF + 0x1000);
	info[10] = 0;
	info[11] = 4096;
}

static void tdmr_info_address(void)
{
	world_write_tdmrs();
	((u64 *)world_memory(BUF))[1] += 8;
}

struct test_case {
	u16 leaf;
	u8 version;
	enum stage stage;
	struct tdx_module_args in;
	u64 status;
	void (*before)(void);
	/* RCX and RDX out. */
	bool checks_out;
	u64 rcx, rdx;
};

#define SEPT(e, state, level)	.checks_out = true, .rcx = (e), .rdx = ((u64)(state) << 8 | (level))
#define OUT(a, b)		.checks_out = true, .rcx = (a), .rdx = (b)
#define FREE_ENTRY		TDX_SEPT_ENTRY_SVE
#define LEAF_ENTRY(hpa)		(TDX_SEPT_ENTRY_SVE | 0xf0 | (hpa))
#define NL_ENTRY		7ULL
#define BUSY(op)		(TDX_OPERAND_BUSY | (op))
#define INVALID(op)		(TDX_OPERAND_INVALID | (op))
#define RANGE(op)		(TDX_OPERAND_ADDR_RANGE_ERROR | (op))
#define METADATA(op)		(TDX_PAGE_METADATA_INCORRECT | (op))

static const struct test_case cases[] = {
#include "cases.h"
};

/* Codes that the ABI lists for a leaf. */
static const struct listed {
	u16 leaf;
	u64 code;
	/* Why it can not be seen here; NULL: it must be. */
	const char *unreachable;
} listed[] = {
#include "listed.h"
};

/* Each stage, from the one before it. */
static bool reach(enum stage stage)
{
	struct tdx_module_args args;
	unsigned int i;

	switch (stage) {
	case LOADED:
		world_reset();
		world_write_tdmrs();
		return true;
	case SYS_INITED:
		return !CALL(SYS_INIT);
	case LP_INITED:
		if (CALL(SYS_LP_INIT))
			return false;
		world_lp = 1;
		if (CALL(SYS_LP_INIT))
			return false;
		world_lp = 0;
		return true;
	case CONFIGURED:
		return !CALL(SYS_CONFIG, .rcx = BUF, .rdx = 2, .r8 = GLOBAL_HKID);
	case NO_TDMR:
		if (CALL(SYS_KEY_CONFIG) || CALL(SYS_KEY_CONFIG) != TDX_KEY_CONFIGURED)
			return false;
		world_lp = 1;
		if (CALL(SYS_KEY_CONFIG))
			return false;
		world_lp = 0;
		return true;
	case READY:
		do {
			args = (struct tdx_module_args){ .rcx = GIB };
			if (world_call(TDH_SYS_TDMR_INIT, 0, &args))
				return false;
		} while (args.rdx < 2 * GIB);
		return true;
	case CREATED:
		return !CALL(MNG_CREATE, .rcx = NEW_TDR, .rdx = FIRST_HKID + 2);
	case KEYED:
		if (CALL(MNG_KEY_CONFIG, .rcx = NEW_TDR))
			return false;
		world_lp = 1;
		if (CALL(MNG_KEY_CONFIG, .rcx = NEW_TDR))
			return false;
		world_lp = 0;
		return true;
	case WITH_TDCX:
		for (i = 0; i < SM_NR_TDCS_PAGES; i++) {
			if (CALL(MNG_ADDCX, .rcx = PAGE(9 + i), .rdx = NEW_TDR))
				return false;
		}
		return true;
	case INITED:
		return world_make_td(0, FIRST_HKID + 1);
	case WITH_VCPU:
		return world_make_vcpu(0, 16, 3) && !CALL(VP_CREATE, .rcx = NEW_VCPU, .rdx = TDR);
	case MEMORY:
		world_fill(HOST_PAGE(0), 1);
		return world_make_tables(0, TABLES) &&
		       !CALL(MEM_PAGE_ADD, .rcx = GPA_MAPPED, .rdx = TDR, .r8 = ADDED,
			     .r9 = HOST_PAGE(0)) &&
		       !CALL(MEM_PAGE_AUG, .rcx = GPA_PENDING, .rdx = TDR, .r8 = PAGE(41)) &&
		       !CALL(MEM_PAGE_ADD, .rcx = GPA_BLOCKED, .rdx = TDR, .r8 = PAGE(42),
			     .r9 = HOST_PAGE(0)) &&
		       !CALL(MEM_PAGE_AUG, .rcx = GPA_BIG | 1, .rdx = TDR, .r8 = BIG(0)) &&
		       !CALL(MEM_SEPT_ADD, .rcx = GPA_TABLE | 1, .rdx = TDR, .r8 = PAGE(43)) &&
		       !CALL(MEM_RANGE_BLOCK, .rcx = GPA_BLOCKED, .rdx = TDR);
	case RUNNABLE:
		return !CALL(MR_FINALIZE, .rcx = TDR);
	case TRACKED:
		/* Blocked: a page, a large one, a table; and out of all TLBs. */
		return !CALL(MEM_RANGE_BLOCK, .rcx = GPA_BIG | 1, .rdx = TDR) &&
		       !CALL(MEM_RANGE_BLOCK, .rcx = GPA_TABLE | 1, .rdx = TDR) &&
		       !CALL(MEM_TRACK, .rcx = TDR);
	case FLUSHED:
		return !CALL(VP_FLUSH, .rcx = VCPU);
	case BLOCKED:
		return !CALL(MNG_VPFLUSHDONE, .rcx = TDR);
	case TEARDOWN:
		if (CALL(PHYMEM_CACHE_WB))
			return false;
		world_lp = 1;
		if (CALL(PHYMEM_CACHE_WB))
			return false;
		world_lp = 0;
		return !CALL(MNG_KEY_FREEID, .rcx = TDR);
	case SHUTDOWN:
		return !CALL(SYS_SHUTDOWN);
	case NR_STAGES:
		break;
	}
	return false;
}

static bool run_case(const struct test_case *c, int line)
{
	struct tdx_module_args args = c->in;
	u64 status;

	if (c->before)
		c->before();
	status = world_call(c->leaf, c->version, &args);
	if (status != c->status) {
		fprintf(stderr, "# row %d, %s: status is %#llx, not %#llx\n", line,
			sm_leaf(c->leaf) ? sm_leaf(c->leaf)->name : "?", status, c->status);
		return false;
	}
	if (c->checks_out && (args.rcx != c->rcx || args.rdx != c->rdx)) {
		fprintf(stderr, "# row %d, %s: RCX, RDX are %#llx, %#llx, not %#llx, %#llx\n", line,
			sm_leaf(c->leaf)->name, args.rcx, args.rdx, c->rcx, c->rdx);
		return false;
	}
	return !world_nr_errors && !shim_nr_warnings;
}

static bool in_child(const struct test_case *c, int line)
{
	pid_t pid;
	int how;

	fflush(stdout);
	pid = fork();
	if (!pid)
		_exit(run_case(c, line) ? 0 : 1);
	return pid > 0 && waitpid(pid, &how, 0) == pid && WIFEXITED(how) && !WEXITSTATUS(how);
}

static int good[SM_NR_LEAVES], bad[SM_NR_LEAVES];

static bool run_stages(void)
{
	unsigned int stage, i;

	for (stage = LOADED; stage < NR_STAGES; stage++) {
		ASSERT(reach(stage));
		for (i = 0; i < ARRAY_SIZE(cases); i++) {
			unsigned int leaf = cases[i].leaf < SM_NR_LEAVES ? cases[i].leaf : 0;

			if (cases[i].stage != stage)
				continue;
			if (in_child(&cases[i], (int)i))
				good[leaf]++;
			else
				bad[leaf]++;
		}
	}
	return true;
}

void test_conformance(const struct options *options)
{
	unsigned int i, nr_leaves = 0, nr_covered = 0, nr_codes = 0, nr_seen = 0, nr_must = 0;
	bool ok = run_stages();

	report(ok, "conformance.stages", "%d stages, %zu rows", NR_STAGES, ARRAY_SIZE(cases));
	for (i = 0; i < SM_NR_LEAVES; i++) {
		char name[64], *c;

		if (!sm_leaf(i))
			continue;
		nr_leaves++;
		nr_covered += world_saw(i, TDX_SUCCESS) || i == TDH_SYS_UPDATE;
		snprintf(name, sizeof(name), "conformance.%s", sm_leaf(i)->name);
		for (c = name; *c; c++)
			*c = (char)(*c == '_' ? '-' : *c >= 'A' && *c <= 'Z' ? *c + 32 : *c);
		report(good[i] && !bad[i], name, "%d of %d rows", good[i], good[i] + bad[i]);
	}
	report(nr_covered == nr_leaves, "leaves-covered", "%u of %u", nr_covered, nr_leaves);

	for (i = 0; i < ARRAY_SIZE(listed); i++) {
		bool seen = world_saw(listed[i].leaf, listed[i].code);

		nr_codes++;
		nr_seen += seen;
		if (seen || listed[i].unreachable)
			continue;
		nr_must++;
		printf("# not seen: %s %#llx\n", sm_leaf(listed[i].leaf)->name, listed[i].code);
	}
	report(!nr_must, "codes-covered", "%u of %u listed", nr_seen, nr_codes);
}
