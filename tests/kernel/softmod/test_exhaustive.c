// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every sequence of calls on a tiny machine, against a model of the secure EPT and of the PAMT.
 *
 * There is one entry of 2M and, if that is a table, its first entry of 4K; two pages of 4K, one of
 * 2M, one for a table.  All sequences up to a length are tried; then each call in each state that
 * can be reached by any number of calls.
 */
#include "test.h"

#define TDR	PAGE(0)
#define VCPU	PAGE(16)
#define SMALL(n) PAGE(60 + (n))
#define TABLE	PAGE(62)
#define FIRST_TABLE 32

/* Calls in a sequence. */
#define LENGTH	4

/* RAX of a TDCALL that ends in a TD exit. */
#define EXITS	(~0ULL)

/* The page behind the entry of 4K; the last one is the first 4K of the page of 2M. */
enum { NEW, OTHER, PART_OF_BIG };

struct model {
	bool runnable;
	/* States of the entry of 2M, of the first one of 4K, and of all others of 4K. */
	u8 big, small, rest;
	u8 small_page;
	/* Was there a MEM.TRACK since the entry was blocked? */
	bool big_tracked, small_tracked;
};

enum call {
	AUG_SMALL, AUG_BIG, ADD_TABLE, ADD_PAGE, BLOCK_SMALL, BLOCK_BIG, UNBLOCK_SMALL, UNBLOCK_BIG,
	REMOVE_SMALL, REMOVE_BIG, REMOVE_TABLE, RELOCATE, DEMOTE, PROMOTE, TRACK, ACCEPT_SMALL,
	ACCEPT_BIG, NR_CALLS
};

static bool is_table(u8 state)
{
	return state & TDX_SEPT_NON_LEAF;
}

static bool is_leaf(u8 state)
{
	return state != TDX_SEPT_FREE && !is_table(state);
}

/* Blocked states are the others without bit 2 of MAPPED, or with bit 0 if pending. */
static u8 blocked(u8 state)
{
	return state == TDX_SEPT_MAPPED ? TDX_SEPT_BLOCKED :
	       state == TDX_SEPT_PENDING ? TDX_SEPT_PENDING_BLOCKED :
	       state == TDX_SEPT_NL_MAPPED ? TDX_SEPT_NL_BLOCKED : state;
}

static u8 unblocked(u8 state)
{
	return state == TDX_SEPT_BLOCKED ? TDX_SEPT_MAPPED :
	       state == TDX_SEPT_PENDING_BLOCKED ? TDX_SEPT_PENDING :
	       state == TDX_SEPT_NL_BLOCKED ? TDX_SEPT_NL_MAPPED : state;
}

static bool is_blocked(u8 state)
{
	return unblocked(state) != state;
}

#define WRONG_STATE	(TDX_EPT_ENTRY_STATE_INCORRECT | 1)

/* What every call that takes an entry away wants: blocked and tracked, if vCPUs can run. */
static u64 want_tracked(const struct model *m, u8 state, bool tracked)
{
	if (!m->runnable)
		return 0;
	return !is_blocked(state) ? TDX_GPA_RANGE_NOT_BLOCKED | 1 :
	       !tracked ? TDX_TLB_TRACKING_NOT_DONE | 1 : 0;
}

static u64 block(u8 *state, bool *tracked)
{
	if (*state == TDX_SEPT_FREE)
		return WRONG_STATE;
	if (is_blocked(*state))
		return TDX_GPA_RANGE_ALREADY_BLOCKED | 1;
	*state = blocked(*state);
	*tracked = false;
	return 0;
}

static u64 unblock(const struct model *m, u8 *state, bool tracked)
{
	u64 status = is_blocked(*state) ? want_tracked(m, *state, tracked) : WRONG_STATE;

	if (!status)
		*state = unblocked(*state);
	return status;
}

static u64 accept(u8 *state, unsigned int level, unsigned int wanted)
{
	if (*state == TDX_SEPT_MAPPED)
		return TDX_PAGE_ALREADY_ACCEPTED | level;
	if (is_table(*state) && level == wanted)
		return TDX_PAGE_SIZE_MISMATCH | level;
	if (*state != TDX_SEPT_PENDING || level != wanted)
		return EXITS;
	*state = TDX_SEPT_MAPPED;
	return 0;
}

static u64 small_call(struct model *m, enum call call)
{
	u64 status = 0;

	if (m->big != TDX_SEPT_NL_MAPPED)
		return TDX_EPT_WALK_FAILED | 1;
	switch (call) {
	case AUG_SMALL:
	case ADD_PAGE:
		if (m->small != TDX_SEPT_FREE)
			return WRONG_STATE;
		m->small = call == ADD_PAGE ? TDX_SEPT_MAPPED : TDX_SEPT_PENDING;
		m->small_page = NEW;
		return 0;
	case BLOCK_SMALL:
		return block(&m->small, &m->small_tracked);
	case UNBLOCK_SMALL:
		return unblock(m, &m->small, m->small_tracked);
	case REMOVE_SMALL:
		status = is_leaf(m->small) ? want_tracked(m, m->small, m->small_tracked) :
					     WRONG_STATE;
		if (!status)
			m->small = TDX_SEPT_FREE;
		return status;
	default: /* RELOCATE */
		if (!is_leaf(m->small))
			return WRONG_STATE;
		if (m->small_page == OTHER)
			return TDX_OPERAND_INVALID | 8;
		status = want_tracked(m, m->small, m->small_tracked);
		if (status)
			return status;
		m->small = unblocked(m->small);
		m->small_page = OTHER;
		return 0;
	}
}

/* The status of the call, and the state after it. */
static u64 model_call(struct model *m, enum call call)
{
	bool merges = m->small == m->rest && m->small_page == PART_OF_BIG &&
		      (m->small == TDX_SEPT_MAPPED || m->small == TDX_SEPT_PENDING);
	u64 status = want_tracked(m, m->big, m->big_tracked);

	switch (call) {
	case AUG_BIG:
		if (m->big != TDX_SEPT_FREE)
			return WRONG_STATE;
		m->big = TDX_SEPT_PENDING;
		return 0;
	case ADD_TABLE:
		if (m->big != TDX_SEPT_FREE)
			return WRONG_STATE;
		m->big = TDX_SEPT_NL_MAPPED;
		return 0;
	case ADD_PAGE:
		return m->runnable ? TDX_OP_STATE_INCORRECT : small_call(m, call);
	case BLOCK_BIG:
		return block(&m->big, &m->big_tracked);
	case UNBLOCK_BIG:
		return unblock(m, &m->big, m->big_tracked);
	case REMOVE_BIG:
		if (!is_leaf(m->big))
			return WRONG_STATE;
		if (!status)
			m->big = TDX_SEPT_FREE;
		return status;
	case REMOVE_TABLE:
		if (!is_table(m->big))
			return WRONG_STATE;
		if (!status && (m->small != TDX_SEPT_FREE || m->rest != TDX_SEPT_FREE))
			return TDX_EPT_PAGE_NOT_FREE | 1;
		if (!status)
			m->big = TDX_SEPT_FREE;
		return status;
	case DEMOTE:
		if (!is_leaf(m->big))
			return WRONG_STATE;
		if (status)
			return status;
		m->small = unblocked(m->big);
		m->rest = m->small;
		m->small_page = PART_OF_BIG;
		m->big = TDX_SEPT_NL_MAPPED;
		return 0;
	case PROMOTE:
		if (!is_table(m->big))
			return WRONG_STATE;
		if (!status && !merges)
			return TDX_EPT_INVALID_PROMOTE_CONDITIONS | 1;
		if (status)
			return status;
		m->big = m->small;
		m->small = TDX_SEPT_FREE;
		m->rest = TDX_SEPT_FREE;
		return 0;
	case TRACK:
		m->big_tracked = true;
		m->small_tracked = true;
		return 0;
	case ACCEPT_SMALL:
		return m->big == TDX_SEPT_NL_MAPPED ? accept(&m->small, 0, 0) :
						      accept(&m->big, 1, 0);
	case ACCEPT_BIG:
		return accept(&m->big, 1, 1);
	default:
		return small_call(m, call);
	}
}

static u64 guest_accept(u64 rcx)
{
	struct sm_fault fault;
	u64 status = sm_sept_accept(world_memory(VCPU), rcx, &fault);

	return fault.kind == SM_FAULT_NONE ? status : EXITS;
}

static u64 real_call(enum call call)
{
	switch (call) {
	case AUG_SMALL:
		return CALL(MEM_PAGE_AUG, .rdx = TDR, .r8 = SMALL(NEW));
	case AUG_BIG:
		return CALL(MEM_PAGE_AUG, .rcx = 1, .rdx = TDR, .r8 = BIG(0));
	case ADD_TABLE:
		return CALL(MEM_SEPT_ADD, .rcx = 1, .rdx = TDR, .r8 = TABLE);
	case ADD_PAGE:
		return CALL(MEM_PAGE_ADD, .rdx = TDR, .r8 = SMALL(NEW), .r9 = HOST_PAGE(0));
	case BLOCK_SMALL:
	case BLOCK_BIG:
		return CALL(MEM_RANGE_BLOCK, .rcx = call == BLOCK_BIG, .rdx = TDR);
	case UNBLOCK_SMALL:
	case UNBLOCK_BIG:
		return CALL(MEM_RANGE_UNBLOCK, .rcx = call == UNBLOCK_BIG, .rdx = TDR);
	case REMOVE_SMALL:
	case REMOVE_BIG:
		return CALL(MEM_PAGE_REMOVE, .rcx = call == REMOVE_BIG, .rdx = TDR);
	case REMOVE_TABLE:
		return CALL(MEM_SEPT_REMOVE, .rcx = 1, .rdx = TDR);
	case RELOCATE:
		return CALL(MEM_PAGE_RELOCATE, .rdx = TDR, .r8 = SMALL(OTHER));
	case DEMOTE:
		return CALL(MEM_PAGE_DEMOTE, .rcx = 1, .rdx = TDR, .r8 = TABLE);
	case PROMOTE:
		return CALL(MEM_PAGE_PROMOTE, .rcx = 1, .rdx = TDR);
	case TRACK:
		return CALL(MEM_TRACK, .rcx = TDR);
	case ACCEPT_SMALL:
		return guest_accept(0);
	default: /* ACCEPT_BIG */
		return guest_accept(1);
	}
}

/* Is the page at @pa of this type, for a page in use of this size? */
static bool is_page(phys_addr_t pa, u8 type, unsigned int level)
{
	struct tdx_module_args args = { .rcx = pa };

	ASSERT_EQ(world_call(TDH_PHYMEM_PAGE_RDMD, 0, &args), 0);
	ASSERT_EQ(args.rcx, type);
	ASSERT_EQ(args.r8, level);
	return type == TDX_PT_NDA || args.rdx == TDR;
}

static bool is_entry(unsigned int level, u8 state)
{
	struct tdx_module_args args = { .rcx = level, .rdx = TDR };

	ASSERT_EQ(world_call(TDH_MEM_SEPT_RD, 0, &args), 0);
	ASSERT_EQ(args.rdx, level | (u64)state << 8);
	return true;
}

/* Pages of the TD before the first call. */
static u64 first_pages;

static bool agrees(const struct model *m)
{
	const struct sm_td *td = world_memory(TDR);
	bool used = m->small != TDX_SEPT_FREE, part = used && m->small_page == PART_OF_BIG;
	u64 pages = first_pages + is_table(m->big) + used +
		    (m->rest != TDX_SEPT_FREE ? 511 : 0) + (is_leaf(m->big) ? 512 : 0);

	ASSERT(is_entry(1, m->big));
	if (m->big == TDX_SEPT_NL_MAPPED)
		ASSERT(is_entry(0, m->small));
	ASSERT(is_page(SMALL(NEW), used && m->small_page == NEW ? TDX_PT_REG : TDX_PT_NDA, 0));
	ASSERT(is_page(SMALL(OTHER), used && m->small_page == OTHER ? TDX_PT_REG : TDX_PT_NDA, 0));
	ASSERT(is_page(TABLE, is_table(m->big) ? TDX_PT_EPT : TDX_PT_NDA, 0));
	ASSERT(is_page(BIG(0), is_leaf(m->big) || part ? TDX_PT_REG : TDX_PT_NDA, is_leaf(m->big)));
	ASSERT(is_page(BIG(0) + 4096 * 511, is_leaf(m->big) || m->rest != TDX_SEPT_FREE ?
		       TDX_PT_REG : TDX_PT_NDA, is_leaf(m->big)));
	ASSERT_EQ(td->chldcnt.counter, pages);
	return !world_nr_errors && !atomic_read(&shim_nr_warnings);
}

/* Memory in which the state is that the calls change. */
static struct {
	void *at;
	size_t size;
} regions[16];
static unsigned int nr_regions;

static void add_region(void *at, size_t size)
{
	regions[nr_regions].at = at;
	regions[nr_regions++].size = size;
}

static void find_regions(void)
{
	static const unsigned int pages[] = { 0, 1, 4, 16, FIRST_TABLE, FIRST_TABLE + 1, 62 };
	const struct sm_tdmr *tdmr = &sm_sys.tdmrs[0];
	unsigned int i;

	nr_regions = 0;
	for (i = 0; i < ARRAY_SIZE(pages); i++)
		add_region(world_memory(PAGE(pages[i])), 4096);
	add_region(sm_pamt_entry(tdmr, SMALL(0), 0), 3 * sizeof(struct sm_pamt));
	add_region(sm_pamt_entry(tdmr, BIG(0), 0), 512 * sizeof(struct sm_pamt));
	add_region(sm_pamt_entry(tdmr, PAGE(0), 1), sizeof(struct sm_pamt));
	add_region(sm_pamt_entry(tdmr, BIG(0), 1), sizeof(struct sm_pamt));
	add_region(sm_pamt_entry(tdmr, PAGE(0), 2), sizeof(struct sm_pamt));
	add_region(world_taken(SMALL(0)), 3);
	add_region(world_taken(BIG(0)), 512);
	add_region(&world_nr_taken, sizeof(world_nr_taken));
}

#define SNAPSHOT_SIZE	(48 << 10)
#define MAX_DEPTH	512

static u8 snapshots[MAX_DEPTH][SNAPSHOT_SIZE];

static void copy_state(unsigned int depth, bool save)
{
	u8 *at = snapshots[depth];
	unsigned int i;

	for (i = 0; i < nr_regions; at += regions[i++].size) {
		if (save)
			memcpy(at, regions[i].at, regions[i].size);
		else
			memcpy(regions[i].at, at, regions[i].size);
	}
}

static long nr_made;
static enum call path[MAX_DEPTH];

static bool make_call(struct model *m, enum call call, unsigned int depth)
{
	u64 expected = model_call(m, call), got = real_call(call);
	unsigned int i;

	path[depth] = call;
	nr_made++;
	if (got == expected && agrees(m))
		return true;
	fprintf(stderr, "# status %#llx, expected %#llx; calls of the sequence:", got, expected);
	for (i = 0; i <= depth; i++)
		fprintf(stderr, " %d", path[i]);
	fprintf(stderr, "\n");
	return false;
}

/* All sequences of up to @left more calls. */
static bool all_sequences(const struct model *m, unsigned int depth, unsigned int left)
{
	enum call call;

	if (!left)
		return true;
	copy_state(depth, true);
	for (call = 0; call < NR_CALLS; call++) {
		struct model next = *m;

		if (!make_call(&next, call, depth) || !all_sequences(&next, depth + 1, left - 1))
			return false;
		copy_state(depth, false);
	}
	return true;
}

static struct model seen[1024];
static unsigned int nr_seen;

/* Each call in each state that was not seen yet. */
static bool all_states(const struct model *m, unsigned int depth)
{
	enum call call;
	unsigned int i;

	for (i = 0; i < nr_seen; i++) {
		if (!memcmp(&seen[i], m, sizeof(*m)))
			return true;
	}
	ASSERT(nr_seen < ARRAY_SIZE(seen) && depth < MAX_DEPTH);
	seen[nr_seen++] = *m;
	copy_state(depth, true);
	for (call = 0; call < NR_CALLS; call++) {
		struct model next = *m;

		if (!make_call(&next, call, depth) || !all_states(&next, depth + 1))
			return false;
		copy_state(depth, false);
	}
	return true;
}

static bool start(bool runnable)
{
	unsigned int level;

	world_reset();
	ASSERT(world_boot());
	ASSERT(world_make_td(0, FIRST_HKID + 1));
	ASSERT(world_make_vcpu(0, 16, 0));
	for (level = 3; level > 1; level--)
		ASSERT_EQ(CALL(MEM_SEPT_ADD, .rcx = level, .rdx = TDR,
			       .r8 = PAGE(FIRST_TABLE + 3 - level)), 0);
	if (runnable)
		ASSERT_EQ(CALL(MR_FINALIZE, .rcx = TDR), 0);
	first_pages = ((struct sm_td *)world_memory(TDR))->chldcnt.counter;
	find_regions();
	return true;
}

void test_exhaustive(const struct options *options)
{
	struct model model = {};
	bool ok = true;
	int runnable;

	nr_made = 0;
	for (runnable = 0; runnable < 2; runnable++) {
		memset(&model, 0, sizeof(model));
		model.runnable = runnable;
		ok = ok && start(runnable) && all_sequences(&model, 0, LENGTH);
	}
	report(ok, "exhaustive.sequences", "all sequences of %u of %d calls, %ld calls", LENGTH,
	       NR_CALLS, nr_made);

	nr_made = 0;
	nr_seen = 0;
	for (runnable = 0; runnable < 2; runnable++) {
		memset(&model, 0, sizeof(model));
		model.runnable = runnable;
		ok = ok && start(runnable) && all_states(&model, 0);
	}
	report(ok, "exhaustive.states", "each call in %u states, %ld calls", nr_seen, nr_made);
}
