// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random SEAMCALLs against an oracle that knows only what each success means.
 *
 * Two TDs, a few dozen pages, three 2M pages.  Guests run meanwhile: while a vCPU is inside
 * its guest the host goes on with SEAMCALLs, and the pages that the guest can reach must stay
 * the TD's until the vCPU leaves.
 */
#include "test.h"

#define NR_TDS		2
#define NR_SMALL	72
#define NR_BIG		3
#define NR_VCPUS	2
/* GPAs: two 2M regions, the first 4 pages of each. */
#define NR_REGIONS	2
#define NR_GPAS		4
#define MAX_DEPTH	2

enum kind { FREE, TDR, TDCX, TDVPR, TABLE, DATA };
static const u8 pamt_types[] = { TDX_PT_NDA, TDX_PT_TDR, TDX_PT_TDCX, TDX_PT_TDVPR, TDX_PT_EPT,
				 TDX_PT_REG };

struct entry {
	u8 state;
	phys_addr_t hpa;
};

static struct {
	struct { enum kind kind; int td; } small[NR_SMALL], big[NR_BIG];
	/* A big page that is mapped as 512 small ones. */
	bool is_split[NR_BIG];
	struct {
		/* Number of the page that is the TDR; -1: there is no TD. */
		int tdr;
		u8 lifecycle;
		/* Numbers of the pages that are TDVPRs; -1: no vCPU. */
		int vcpus[NR_VCPUS];
		/* Pages of the TD, without the TDR. */
		s64 nr_pages;
		/* Secure EPT entries of levels 3, 2, 1 and 0. */
		struct entry top, mid, region[NR_REGIONS], leaf[NR_REGIONS][512];
	} tds[NR_TDS];
	/* The TD with index i has the KeyID FIRST_HKID + 1 + i. */
	long calls, successes, entries;
	int depth;
} o;

static u64 rnd(u64 n)
{
	return world_random() % n;
}

/* Returns a page at random, mostly one that is used as @wanted. */
static phys_addr_t small_page(enum kind wanted)
{
	int i, tries;

	for (tries = 0; tries < 40; tries++) {
		i = (int)rnd(NR_SMALL);
		if (o.small[i].kind == wanted || !rnd(40))
			return PAGE(i);
	}
	return PAGE(rnd(NR_SMALL));
}

static int small_index(phys_addr_t pa)
{
	return (int)((pa - PAGE(0)) >> 12);
}

static int big_index(phys_addr_t pa)
{
	return pa >= BIG(0) && pa < BIG(NR_BIG) ? (int)((pa - BIG(0)) >> 21) : -1;
}

static void set_page(phys_addr_t pa, enum kind kind, int td)
{
	if (big_index(pa) >= 0) {
		o.big[big_index(pa)].kind = kind;
		o.big[big_index(pa)].td = td;
	} else {
		o.small[small_index(pa)].kind = kind;
		o.small[small_index(pa)].td = td;
	}
}

static struct entry *entry_at(int td, int level, int region, int page)
{
	return level == 3 ? &o.tds[td].top : level == 2 ? &o.tds[td].mid :
	       level == 1 ? &o.tds[td].region[region] : &o.tds[td].leaf[region][page];
}

static u64 gpa_at(int level, int region, int page)
{
	return level > 1 ? 0 : (u64)region << 21 | (level ? 0 : (u64)page << 12);
}

static phys_addr_t tdr_of(int td)
{
	return PAGE(o.tds[td].tdr < 0 ? NR_SMALL : o.tds[td].tdr);
}

/*
 * What the host does, at random.  Only if a SEAMCALL succeeds, the oracle notes what changed
 * and checks that the SEAMCALL was allowed to succeed.
 */

static bool do_create(int td)
{
	phys_addr_t pa = small_page(FREE);
	bool exists = o.tds[td].tdr >= 0;

	/*
	 * The KeyID was freed, but not all pages are reclaimed yet.  Another TD could have the
	 * KeyID, but the oracle has no room for two TDs with one index.
	 */
	if (exists && o.tds[td].lifecycle == SM_TD_TEARDOWN)
		return true;
	if (CALL(MNG_CREATE, .rcx = pa, .rdx = FIRST_HKID + 1 + td))
		return true;
	ASSERT(!exists);
	ASSERT_EQ(o.small[small_index(pa)].kind, FREE);
	memset(&o.tds[td], 0, sizeof(o.tds[td]));
	memset(o.tds[td].vcpus, -1, sizeof(o.tds[td].vcpus));
	o.tds[td].tdr = small_index(pa);
	set_page(pa, TDR, td);
	return true;
}

static bool do_setup(int td)
{
	phys_addr_t page = small_page(FREE), tdr = tdr_of(td);
	u64 status;

	world_lp = (unsigned int)rnd(NR_LPS);
	switch (rnd(4)) {
	case 0:
		CALL(MNG_KEY_CONFIG, .rcx = tdr);
		break;
	case 1:
	case 2:
		status = CALL(MNG_ADDCX, .rcx = page, .rdx = tdr);
		if (status)
			break;
		ASSERT_EQ(o.small[small_index(page)].kind, FREE);
		set_page(page, TDCX, td);
		o.tds[td].nr_pages++;
		break;
	case 3:
		world_default_params(world_memory(PARAMS));
		CALL(MNG_INIT, .rcx = tdr, .rdx = PARAMS);
		break;
	}
	world_lp = 0;
	return true;
}

static bool do_vcpu(int td)
{
	int v = (int)rnd(NR_VCPUS);
	phys_addr_t page = small_page(FREE), tdr = tdr_of(td);
	phys_addr_t tdvpr = o.tds[td].vcpus[v] < 0 ? small_page(TDVPR) : PAGE(o.tds[td].vcpus[v]);
	int owner;

	switch (rnd(5)) {
	case 0:
		if (o.tds[td].vcpus[v] >= 0 || CALL(VP_CREATE, .rcx = page, .rdx = tdr))
			break;
		ASSERT_EQ(o.small[small_index(page)].kind, FREE);
		set_page(page, TDVPR, td);
		o.tds[td].vcpus[v] = small_index(page);
		o.tds[td].nr_pages++;
		break;
	case 1:
	case 2:
		if (CALL(VP_ADDCX, .rcx = page, .rdx = tdvpr))
			break;
		owner = o.small[small_index(tdvpr)].td;
		ASSERT_EQ(o.small[small_index(page)].kind, FREE);
		set_page(page, TDCX, owner);
		o.tds[owner].nr_pages++;
		break;
	case 3:
		CALL_V(VP_INIT, 1, .rcx = tdvpr, .r8 = v);
		break;
	case 4:
		CALL(MR_FINALIZE, .rcx = tdr);
		break;
	}
	return true;
}

static bool do_end(int td)
{
	phys_addr_t tdr = tdr_of(td), page;
	struct tdx_module_args args;
	int i, big;

	switch (rnd(4)) {
	case 0:
		/* Rarely, because this ends the TD. */
		if (rnd(30))
			break;
		for (i = 0; i < NR_VCPUS; i++) {
			if (o.tds[td].vcpus[i] < 0)
				continue;
			for (world_lp = 0; world_lp < NR_LPS; world_lp++)
				CALL(VP_FLUSH, .rcx = PAGE(o.tds[td].vcpus[i]));
			world_lp = 0;
		}
		if (!CALL(MNG_VPFLUSHDONE, .rcx = tdr))
			o.tds[td].lifecycle = SM_TD_BLOCKED;
		break;
	case 1:
		world_lp = (unsigned int)rnd(NR_LPS);
		CALL(PHYMEM_CACHE_WB);
		world_lp = 0;
		break;
	case 2:
		if (!CALL(MNG_KEY_FREEID, .rcx = tdr)) {
			ASSERT_EQ(o.tds[td].lifecycle, SM_TD_BLOCKED);
			o.tds[td].lifecycle = SM_TD_TEARDOWN;
		}
		break;
	case 3:
		for (i = 0; i < 8; i++) {
			page = rnd(8) ? PAGE(rnd(NR_SMALL)) :
			       BIG(rnd(NR_BIG)) + (rnd(2) ? 4096 * rnd(512) : 0);
			args = (struct tdx_module_args){ .rcx = page };
			if (world_call(TDH_PHYMEM_PAGE_RECLAIM, 0, &args))
				continue;
			big = big_index(page);
			if (big >= 0 && !args.r8) {
				/* A 4K piece of a split 2M page: reclaim all other pieces, too. */
				int piece, owner = o.big[big].td;

				ASSERT(o.is_split[big]);
				for (piece = 0; piece < 512; piece++) {
					page = BIG(big) + piece * 4096ULL;
					if (!world_is_taken(page))
						continue;
					ASSERT_EQ(CALL(PHYMEM_PAGE_RECLAIM, .rcx = page), 0);
					o.tds[owner].nr_pages--;
				}
				o.is_split[big] = false;
				o.tds[owner].nr_pages--;
				set_page(BIG(big), FREE, 0);
				continue;
			}
			if (args.rcx == TDX_PT_TDR) {
				int owner = o.small[small_index(page)].td;

				ASSERT_EQ(o.tds[owner].nr_pages, 0);
				ASSERT_EQ(o.tds[owner].lifecycle, SM_TD_TEARDOWN);
				o.tds[owner].tdr = -1;
			} else {
				int owner = big >= 0 ? o.big[big].td : o.small[small_index(page)].td;

				ASSERT_EQ(o.tds[owner].lifecycle, SM_TD_TEARDOWN);
				ASSERT_EQ(args.rcx, pamt_types[big >= 0 ? o.big[big].kind :
							       o.small[small_index(page)].kind]);
				o.tds[owner].nr_pages -= big >= 0 ? 512 : 1;
			}
			set_page(page, FREE, 0);
		}
		break;
	}
	return true;
}

enum { ADD_TABLE, ADD, AUG, BLOCK, BLOCK2, UNBLOCK, REMOVE, REMOVE_TABLE, DEMOTE, NR_OPS };

static bool mem_op(int td, int op, int level, int region, int page)
{
	struct tdx_module_args args = { .rcx = gpa_at(level, region, page) | level,
					.rdx = tdr_of(td) };
	struct entry *entry = entry_at(td, level, region, page);
	phys_addr_t used;
	int i, big;

	switch (op) {
	case ADD_TABLE:
		used = args.r8 = small_page(FREE);
		if (world_call(TDH_MEM_SEPT_ADD, 0, &args))
			break;
		ASSERT(level && entry->state == TDX_SEPT_FREE);
		ASSERT_EQ(o.small[small_index(used)].kind, FREE);
		*entry = (struct entry){ TDX_SEPT_NL_MAPPED, used };
		set_page(used, TABLE, td);
		o.tds[td].nr_pages++;
		break;
	case ADD:
		used = args.r8 = small_page(FREE);
		args.r9 = HOST_PAGE(0);
		if (world_call(TDH_MEM_PAGE_ADD, 0, &args))
			break;
		ASSERT(!level && entry->state == TDX_SEPT_FREE);
		ASSERT_EQ(o.small[small_index(used)].kind, FREE);
		*entry = (struct entry){ TDX_SEPT_MAPPED, used };
		set_page(used, DATA, td);
		o.tds[td].nr_pages++;
		break;
	case AUG:
		used = args.r8 = level ? BIG(rnd(NR_BIG)) : small_page(FREE);
		if (world_call(TDH_MEM_PAGE_AUG, 0, &args))
			break;
		ASSERT(level < 2 && entry->state == TDX_SEPT_FREE);
		ASSERT_EQ(level ? o.big[big_index(used)].kind : o.small[small_index(used)].kind, FREE);
		*entry = (struct entry){ TDX_SEPT_PENDING, used };
		set_page(used, DATA, td);
		o.tds[td].nr_pages += level ? 512 : 1;
		break;
	case BLOCK:
	case BLOCK2:
		if (world_call(TDH_MEM_RANGE_BLOCK, 0, &args))
			break;
		ASSERT(!sm_sept_is_blocked(entry->state) && entry->state != TDX_SEPT_FREE);
		entry->state = entry->state == TDX_SEPT_MAPPED ? TDX_SEPT_BLOCKED :
			       entry->state == TDX_SEPT_PENDING ? TDX_SEPT_PENDING_BLOCKED :
								  TDX_SEPT_NL_BLOCKED;
		break;
	case UNBLOCK:
		if (world_call(TDH_MEM_RANGE_UNBLOCK, 0, &args))
			break;
		ASSERT(sm_sept_is_blocked(entry->state));
		entry->state = entry->state == TDX_SEPT_BLOCKED ? TDX_SEPT_MAPPED :
			       entry->state == TDX_SEPT_PENDING_BLOCKED ? TDX_SEPT_PENDING :
									  TDX_SEPT_NL_MAPPED;
		break;
	case REMOVE:
		if (world_call(TDH_MEM_PAGE_REMOVE, 0, &args))
			break;
		ASSERT(entry->state != TDX_SEPT_FREE && !(entry->state & 0x80));
		ASSERT_EQ(args.rcx, entry->hpa);
		big = big_index(entry->hpa);
		o.tds[td].nr_pages -= level ? 512 : 1;
		entry->state = TDX_SEPT_FREE;
		if (big >= 0 && !level) {
			/* A piece of a split 2M page, which is free when all its pieces are. */
			for (i = 0; i < 512; i++) {
				if (world_is_taken(BIG(big) + i * 4096ULL))
					break;
			}
			if (i < 512)
				break;
			o.is_split[big] = false;
			set_page(BIG(big), FREE, 0);
			break;
		}
		set_page(entry->hpa, FREE, 0);
		break;
	case REMOVE_TABLE:
		if (world_call(TDH_MEM_SEPT_REMOVE, 0, &args))
			break;
		ASSERT(entry->state & 0x80);
		ASSERT_EQ(args.rcx, entry->hpa);
		for (i = 0; level == 1 && i < 512; i++)
			ASSERT_EQ(o.tds[td].leaf[region][i].state, TDX_SEPT_FREE);
		entry->state = TDX_SEPT_FREE;
		set_page(entry->hpa, FREE, 0);
		o.tds[td].nr_pages--;
		break;
	case DEMOTE:
		used = args.r8 = small_page(FREE);
		if (world_call(TDH_MEM_PAGE_DEMOTE, 0, &args))
			break;
		ASSERT_EQ(level, 1);
		ASSERT(entry->state != TDX_SEPT_FREE && !(entry->state & 0x80));
		for (i = 0; i < 512; i++)
			o.tds[td].leaf[region][i] = (struct entry){
				entry->state == TDX_SEPT_MAPPED || entry->state == TDX_SEPT_BLOCKED ?
				TDX_SEPT_MAPPED : TDX_SEPT_PENDING, entry->hpa + i * 4096ULL };
		o.is_split[big_index(entry->hpa)] = true;
		*entry = (struct entry){ TDX_SEPT_NL_MAPPED, used };
		set_page(used, TABLE, td);
		o.tds[td].nr_pages++;
		break;
	}
	return true;
}

static bool do_mem(int td)
{
	int level = (int)(rnd(6) ? rnd(2) : rnd(4));

	return mem_op(td, (int)rnd(NR_OPS), level, (int)rnd(NR_REGIONS), (int)rnd(NR_GPAS));
}

/* What a host would do next to give the guest one more page. */
static bool do_grow(int td)
{
	int region = (int)rnd(NR_REGIONS), page = (int)rnd(NR_GPAS), level;

	for (level = 3; level >= 0; level--) {
		u8 state = entry_at(td, level, region, page)->state;

		if (sm_sept_is_blocked(state)) {
			CALL(MEM_TRACK, .rcx = tdr_of(td));
			return mem_op(td, UNBLOCK, level, region, page);
		}
		if (state == TDX_SEPT_NL_MAPPED)
			continue;
		if (state != TDX_SEPT_FREE)
			return true;
		return mem_op(td, !level ? (rnd(2) ? AUG : ADD) :
			      level == 1 && !rnd(3) ? AUG : ADD_TABLE, level, region, page);
	}
	return true;
}

static bool do_page(int td)
{
	int region = (int)rnd(NR_REGIONS), page = (int)rnd(NR_GPAS);
	struct entry *leaf = &o.tds[td].leaf[region][page], *table = &o.tds[td].region[region];
	struct tdx_module_args args = { .rdx = tdr_of(td) };
	phys_addr_t used, old;

	if (rnd(2)) {
		args.rcx = gpa_at(1, region, 0) | 1;
		if (world_call(TDH_MEM_PAGE_PROMOTE, 0, &args))
			return true;
		ASSERT(table->state & 0x80);
		ASSERT_EQ(args.rcx, table->hpa);
		set_page(table->hpa, FREE, 0);
		*table = (struct entry){ o.tds[td].leaf[region][0].state,
					 o.tds[td].leaf[region][0].hpa };
		ASSERT(big_index(table->hpa) >= 0 && o.is_split[big_index(table->hpa)]);
		o.is_split[big_index(table->hpa)] = false;
		memset(o.tds[td].leaf[region], 0, sizeof(o.tds[td].leaf[region]));
		o.tds[td].nr_pages--;
		return true;
	}
	/* RELOCATE, but not of a piece of a split page: the oracle could not note that. */
	if (leaf->state != TDX_SEPT_FREE && big_index(leaf->hpa) >= 0)
		return true;
	args.rcx = gpa_at(0, region, page);
	used = args.r8 = small_page(FREE);
	old = leaf->hpa;
	if (world_call(TDH_MEM_PAGE_RELOCATE, 0, &args))
		return true;
	ASSERT(leaf->state != TDX_SEPT_FREE);
	ASSERT_EQ(args.rcx, old);
	leaf->state = leaf->state == TDX_SEPT_MAPPED || leaf->state == TDX_SEPT_BLOCKED ?
		      TDX_SEPT_MAPPED : TDX_SEPT_PENDING;
	leaf->hpa = used;
	set_page(old, FREE, 0);
	set_page(used, DATA, td);
	return true;
}

static bool step(void);
static bool guest_ok = true;

/*
 * What the guest does: it caches translations and lets the host make SEAMCALLs.  Its pages must
 * then still have what it wrote to them.
 */
static bool guest_runs(struct sm_vcpu *vcpu)
{
	int td = o.small[small_index(vcpu->pages[0])].td, i, n, nr = 0;
	struct sm_fault fault;
	struct { u8 *va; int region, page; } cached[8];
	int region, page;
	u64 status;

	for (i = 0; i < 8; i++) {
		region = (int)rnd(NR_REGIONS);
		page = (int)rnd(NR_GPAS);
		if (rnd(2)) {
			int level = (int)rnd(2);
			u64 gpa = gpa_at(level, region, page);

			status = sm_sept_accept(vcpu, gpa | level, &fault);
			if (fault.kind == SM_FAULT_NONE && status == TDX_SUCCESS)
				entry_at(td, level, region, page)->state = TDX_SEPT_MAPPED;
		}
		cached[nr].va = sm_gpa_map(vcpu, gpa_at(0, region, page), 8, true, &fault);
		cached[nr].region = region;
		cached[nr].page = page;
		if (cached[nr].va)
			*cached[nr++].va = 0xa5;
	}
	world_lp = 1;
	for (n = (int)rnd(30); n; n--) {
		if (!step())
			return false;
		/* Often the host tries to take away a page that the guest uses. */
		i = (int)rnd(8);
		if (i < nr && !mem_op(td, rnd(2) ? BLOCK : REMOVE, (int)rnd(2), cached[i].region,
				      cached[i].page))
			return false;
		for (i = 0; i < nr; i++)
			ASSERT_EQ(*cached[i].va, 0xa5);
	}
	return true;
}

static u64 guest(struct sm_vcpu *vcpu, struct tdx_module_args *args)
{
	unsigned int lp = world_lp;

	o.entries++;
	if (!guest_runs(vcpu))
		guest_ok = false;
	world_lp = lp;
	return 77;
}

static bool do_run(int td)
{
	int v = (int)rnd(NR_VCPUS);
	unsigned int lp = world_lp;
	phys_addr_t tdvpr;

	if (o.tds[td].vcpus[v] < 0 || o.depth == MAX_DEPTH)
		return true;
	tdvpr = PAGE(o.tds[td].vcpus[v]);
	if (!rnd(4))
		CALL(VP_FLUSH, .rcx = tdvpr);
	o.depth++;
	world_lp = rnd(2) ? lp : 1 - lp;
	CALL(VP_ENTER, .rcx = tdvpr);
	world_lp = lp;
	o.depth--;
	return guest_ok;
}

/* Compare all that the host can read of pages and TDs with the oracle. */
static bool check(void)
{
	struct tdx_module_args args;
	s64 nr_taken = 0;
	int i, td, level, region, page;

	for (i = 0; i < NR_SMALL; i++) {
		struct sm_page p;

		sm_page_at(PAGE(i), 0, &p);
		ASSERT_EQ(p.entry->type, pamt_types[o.small[i].kind]);
		ASSERT_EQ(world_is_taken(PAGE(i)), o.small[i].kind != FREE);
		if (o.small[i].kind > TDR)
			ASSERT_EQ(sm_pamt_owner(p.entry), PAGE(o.tds[o.small[i].td].tdr));
		nr_taken += o.small[i].kind != FREE;
	}
	for (td = 0; td < NR_TDS; td++) {
		struct sm_td *tdr = world_memory(tdr_of(td));

		if (o.tds[td].tdr < 0)
			continue;
		ASSERT_EQ(atomic64_read(&tdr->chldcnt), o.tds[td].nr_pages);
		nr_taken -= o.small[o.tds[td].tdr].kind == TDR;
		for (i = 0; i < NR_REGIONS * NR_GPAS * 4; i++) {
			struct entry *entry;
			u64 status;

			level = i % 4;
			region = i / 4 % NR_REGIONS;
			page = i / 4 / NR_REGIONS;
			args = (struct tdx_module_args){
				.rcx = gpa_at(level, region, page) | level, .rdx = PAGE(o.tds[td].tdr) };
			status = CALL_V(MEM_SEPT_RD, 0, .rcx = args.rcx, .rdx = args.rdx);
			if (status)
				continue;
			world_call(TDH_MEM_SEPT_RD, 0, &args);
			entry = entry_at(td, level, region, page);
			ASSERT_EQ(args.rdx >> 8, entry->state);
			if (entry->state != TDX_SEPT_FREE && !(entry->state & 0x80))
				ASSERT_EQ(args.rcx & TDX_SEPT_ENTRY_HPA, entry->hpa);
		}
	}
	for (i = 0, nr_taken = 0; i < NR_TDS; i++)
		nr_taken += o.tds[i].tdr < 0 ? 0 : o.tds[i].nr_pages + 1;
	ASSERT_EQ(world_nr_taken, nr_taken);

	/*
	 * PAMT entries above 4K count the 4K pages in use below them.  The 256 pages of the
	 * reserved area count as in use.
	 */
	ASSERT_EQ(sm_pamt_entry(&sm_sys.tdmrs[0], RAM_BASE, 2)->nr_used.counter, world_nr_taken + 256);
	for (i = 0; i < NR_BIG; i++) {
		struct sm_pamt *big = sm_pamt_entry(&sm_sys.tdmrs[0], BIG(i), 1);

		ASSERT_EQ(big->type == TDX_PT_REG, o.big[i].kind == DATA && !o.is_split[i]);
		for (page = 0, nr_taken = 0; page < 512; page++)
			nr_taken += world_is_taken(BIG(i) + page * 4096ULL);
		if (big->type == TDX_PT_NDA)
			ASSERT_EQ(big->nr_used.counter, nr_taken);
	}
	return true;
}

static bool step(void)
{
	static bool (*const actions[])(int td) = {
		do_create, do_setup, do_setup, do_setup, do_vcpu, do_vcpu, do_vcpu, do_end,
		do_mem, do_mem, do_mem, do_grow, do_grow, do_grow, do_grow, do_page, do_run, do_run,
	};
	int td = (int)rnd(NR_TDS);
	/* While a guest runs, much of the TD is locked: only change memory and enter vCPUs. */
	int first = o.depth ? 8 : 0;

	o.calls++;
	if (!rnd(12) && o.tds[td].tdr >= 0)
		CALL(MEM_TRACK, .rcx = PAGE(o.tds[td].tdr));
	return actions[first + rnd(ARRAY_SIZE(actions) - first)](td);
}

static bool run(const struct options *options)
{
	int i;

	world_seed(options->seed);
	world_reset();
	memset(&o, 0, sizeof(o));
	for (i = 0; i < NR_TDS; i++)
		o.tds[i].tdr = -1;
	ASSERT(world_boot());
	world_guest = guest;
	while (o.calls < options->nr_ops) {
		if (!step())
			return false;
		if (o.calls % 16 == 0)
			ASSERT(check());
		ASSERT(!world_nr_errors && !atomic_read(&shim_nr_warnings));
	}
	return check();
}

void test_random(const struct options *options)
{
	bool ok = run(options);

	report(ok, "random", "%ld steps, %ld guest entries", o.calls, o.entries);
}
