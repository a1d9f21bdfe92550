// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random operations against an oracle: a flat array that knows for each page
 * whether and how it must be mapped.
 */
#include "test.h"

struct oracle {
	struct world *w;
	/* The level at which each page is mapped as private; 0: not mapped. */
	u8 mapped[NR_PAGES];
	/* The 2M entry of the block points to a table. */
	bool table[NR_BLOCKS];
	/* Number of leaves of each size. */
	int nr_4k, nr_2m;
	/* Operations by kind. */
	long nr_kinds[12];
};

static void set_mapped(struct oracle *o, int page, int level)
{
	o->nr_4k += (level == PG_LEVEL_4K) - (o->mapped[page] == PG_LEVEL_4K);
	if (page % BLOCK_PAGES == 0)
		o->nr_2m += (level == PG_LEVEL_2M) - (o->mapped[page] == PG_LEVEL_2M);
	o->mapped[page] = (u8)level;
}

static void set_block(struct oracle *o, int page, int level)
{
	int i, first = page / BLOCK_PAGES * BLOCK_PAGES;

	for (i = first; i < first + BLOCK_PAGES; i++)
		set_mapped(o, i, level);
	if (level == PG_LEVEL_4K)
		o->table[page / BLOCK_PAGES] = true;
}

static bool do_fault(struct oracle *o, int page)
{
	struct world *w = o->w;
	int block = page / BLOCK_PAGES;
	int ret = world_fault(w, (int)(shim_random() % w->config.nr_vcpus), page, PRIVATE);

	if (w->attr[page] != PRIVATE) {
		ASSERT_EQ(ret, -EFAULT);
		return true;
	}
	ASSERT_EQ(ret, o->mapped[page] ? RET_PF_SPURIOUS : RET_PF_FIXED);
	if (o->mapped[page])
		return true;

	if (w->huge_ok[block] && w->nr_private[block] == BLOCK_PAGES && !o->table[block]) {
		set_block(o, page, PG_LEVEL_2M);
	} else {
		set_mapped(o, page, PG_LEVEL_4K);
		o->table[block] = true;
	}
	return true;
}

static bool any_mapped(const struct oracle *o, int page, int last)
{
	int i;

	for (i = page; i <= last; i++) {
		if (o->mapped[i])
			return true;
	}
	return false;
}

/* Removes the empty tables of the blocks in pages [page, last].  Returns whether there are any. */
static bool unlink_tables(struct oracle *o, int page, int last)
{
	bool any = false;
	int i;

	for (i = (page + BLOCK_PAGES - 1) / BLOCK_PAGES; i < (last + 1) / BLOCK_PAGES; i++) {
		if (o->table[i] && !any_mapped(o, i * BLOCK_PAGES, (i + 1) * BLOCK_PAGES - 1)) {
			o->table[i] = false;
			any = true;
		}
	}
	return any;
}

/* A range becomes private in the oracle.  Returns how many tracks that needs at least. */
static int oracle_make_private(struct oracle *o, int page, int nr)
{
	int run, tracks = 0;

	for (; nr; page += run, nr -= run) {
		run = world_run(page, nr);
		tracks += unlink_tables(o, page, page + run - 1);
	}
	return tracks;
}

/* Removes a range in the oracle.  Returns how many tracks the real removal needs at least. */
static int oracle_zap(struct oracle *o, int page, int nr)
{
	int i, run, tracks = 0;

	for (; nr; page += run, nr -= run) {
		bool something, cut = false;
		int last;

		run = world_run(page, nr);
		last = page + run - 1;
		if (o->mapped[page] == PG_LEVEL_2M && (page % BLOCK_PAGES || run < BLOCK_PAGES)) {
			set_block(o, page, PG_LEVEL_4K);
			cut = true;
		}
		if (o->mapped[last] == PG_LEVEL_2M && last % BLOCK_PAGES != BLOCK_PAGES - 1) {
			set_block(o, last, PG_LEVEL_4K);
			cut = true;
		}
		something = any_mapped(o, page, last);
		if (something)
			unlink_tables(o, page, last);
		for (i = page; i <= last; i++)
			set_mapped(o, i, 0);
		tracks += something + cut;
	}
	return tracks;
}

static bool check_counts(struct oracle *o)
{
	ASSERT_EQ(world_counter(o->w, MIRROR_NR_LEAVES_4K), o->nr_4k);
	ASSERT_EQ(world_counter(o->w, MIRROR_NR_LEAVES_2M), o->nr_2m);
	ASSERT_EQ(atomic64_read(&o->w->mock->nr_pages), o->nr_4k + 512LL * o->nr_2m);
	ASSERT_EQ(atomic64_read(&o->w->mock->nr_tables), world_counter(o->w, MIRROR_NR_TABLES));
	ASSERT_EQ(atomic_read(&o->w->mock->violations), 0);
	ASSERT_EQ(atomic_read(&o->w->nr_stale), 0);
	ASSERT_EQ(atomic_read(&shim_nr_kvm_bugs), 0);
	ASSERT_EQ(atomic_read(&shim_nr_warnings), 0);
	return true;
}

static bool check_everything(struct oracle *o)
{
	int i;

	for (i = 0; i < NR_PAGES; i++)
		ASSERT_EQ(world_mapped(o->w, i, PRIVATE), o->mapped[i]);
	ASSERT(world_verify(o->w));
	return check_counts(o);
}

/* Mostly short ranges, sometimes aligned, sometimes everything. */
static void random_range(int *ret_page, int *ret_nr)
{
	int page = (int)(shim_random() % NR_PAGES), nr = 1;

	switch (shim_random() % 8) {
	case 0 ... 3:
		nr = 1 + (int)(shim_random() % 64);
		break;
	case 4:
		nr = 1 + (int)(shim_random() % 1500);
		break;
	case 5 ... 6:
		page -= page % BLOCK_PAGES;
		nr = BLOCK_PAGES << (shim_random() % 3);
		break;
	default:
		if (shim_random() % 8 == 0) {
			page = 0;
			nr = NR_PAGES;
		}
		break;
	}
	*ret_page = page;
	*ret_nr = min(nr, NR_PAGES - page);
}

static bool do_zap(struct oracle *o, int kind)
{
	struct world *w = o->w;
	int page, nr, tracks = atomic_read(&w->nr_ops[MIRROR_OP_TRACK]);
	int kicks = atomic_read(&w->nr_kicks), want = 0;

	random_range(&page, &nr);
	switch (kind) {
	case 0:
		ASSERT_EQ(world_convert(w, page, nr, SHARED), 0);
		want = oracle_zap(o, page, nr);
		break;
	case 1:
		ASSERT_EQ(world_punch(w, page, nr), 0);
		want = oracle_zap(o, page, nr);
		break;
	case 2:
		/* The range is whole blocks: no huge page crosses the edge of a memslot. */
		nr += page % BLOCK_PAGES;
		page -= page % BLOCK_PAGES;
		nr += (BLOCK_PAGES - nr % BLOCK_PAGES) % BLOCK_PAGES;
		world_slot_unmap(w, page, nr);
		want = oracle_zap(o, page, nr);
		break;
	case 3:
		ASSERT_EQ(world_convert(w, page, nr, PRIVATE), 0);
		want = oracle_make_private(o, page, nr);
		break;
	default:
		world_hva_unmap(w, page, nr);
		break;
	}

	/*
	 * The oracle does not know the tables above those with 4K leaves.  In each of the
	 * three groups of blocks, unlinking them can take a track that it does not expect.
	 */
	tracks = atomic_read(&w->nr_ops[MIRROR_OP_TRACK]) - tracks;
	kicks = atomic_read(&w->nr_kicks) - kicks;
	if (tracks < want || tracks > want + (nr >= BLOCK_PAGES ? 3 : 0)) {
		fprintf(stderr, "# zap %d of page %d, %d pages: %d tracks, not %d\n", kind, page, nr,
			tracks, want);
		return false;
	}
	ASSERT_EQ(kicks, tracks);
	return true;
}

static bool do_split(struct oracle *o, int page)
{
	ASSERT_EQ(kvm_mirror_split_gfn(&o->w->kvm, world_gfn(page)), 0);
	if (o->mapped[page] == PG_LEVEL_2M)
		set_block(o, page, PG_LEVEL_4K);
	return true;
}

static bool do_access(struct oracle *o, int page)
{
	int v = (int)(shim_random() % o->w->config.nr_vcpus);
	bool was_mapped = o->mapped[page];
	int ret = world_access(o->w, v, page);

	ASSERT(!was_mapped || ret == RET_PF_FIXED || ret == RET_PF_RETRY);
	/* If the access faulted, the oracle has to know what the fault mapped. */
	if (!was_mapped && ret == RET_PF_FIXED) {
		int block = page / BLOCK_PAGES;

		if (world_mapped(o->w, page, PRIVATE) == PG_LEVEL_2M) {
			ASSERT(!o->table[block]);
			set_block(o, page, PG_LEVEL_2M);
		} else {
			set_mapped(o, page, PG_LEVEL_4K);
			o->table[block] = true;
		}
	}
	return true;
}

static bool do_shared_fault(struct oracle *o, int page)
{
	struct world *w = o->w;
	int ret = world_fault(w, 0, page, SHARED);

	if (w->attr[page] != SHARED) {
		ASSERT_EQ(ret, -EFAULT);
		return true;
	}
	ASSERT(ret == RET_PF_FIXED || ret == RET_PF_SPURIOUS);
	ASSERT(world_mapped(w, page, SHARED));
	return true;
}

static bool do_one(struct oracle *o)
{
	int page = (int)(shim_random() % NR_PAGES), dice = (int)(shim_random() % 1000);

	if (dice < 400)
		return do_fault(o, page);
	if (dice < 600)
		return do_access(o, page);
	if (dice < 700)
		return do_shared_fault(o, page);
	if (dice < 940)
		return do_zap(o, (int)(shim_random() % 5));
	if (dice < 970)
		return do_split(o, page);
	if (dice < 995) {
		/* guest_memfd gets a huge page for the block, or loses it. */
		o->w->huge_ok[page / BLOCK_PAGES] = shim_random() & 1;
		return true;
	}
	world_zap_all_fast(o->w);
	return true;
}

static bool run(const struct options *options, const struct world_config *config, long nr_ops,
		char *ret_value, size_t size)
{
	struct oracle *o = calloc(1, sizeof(*o));
	long i, nr_worlds = 0;

	/* After ten thousand operations, on average, the VM is destroyed and another created. */
	for (i = 0; i < nr_ops; i++) {
		if (!o->w) {
			memset(o, 0, sizeof(*o));
			o->w = world_create(config);
			ASSERT(o->w);
			nr_worlds++;
		}
		if (!do_one(o) || !check_counts(o) || (i % 4096 == 0 && !check_everything(o))) {
			fprintf(stderr, "# operation %ld, seed %llu\n", i, options->seed);
			return false;
		}
		if (shim_random() % 10000 == 0 || i == nr_ops - 1) {
			ASSERT(check_everything(o));
			world_destroy(o->w);
			o->w = NULL;
			ASSERT(nothing_leaks());
		}
	}
	free(o);
	snprintf(ret_value, size, "%ld operations, %ld VMs, seed %llu", nr_ops, nr_worlds,
		 options->seed);
	return true;
}

static bool test_npt(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 3 };

	return run(options, &config, options->nr_ops / 2, ret_value, size);
}

static bool test_ept_pending(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 2, .ept = true, .pending = true };

	return run(options, &config, options->nr_ops / 4, ret_value, size);
}

static bool test_yield(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 2, .no_die = true };

	shim_yield_chance = 50;
	return run(options, &config, options->nr_ops / 8, ret_value, size);
}

const struct test random_tests[] = {
	{ "random.npt", test_npt },
	{ "random.ept-pending", test_ept_pending },
	{ "random.yield", test_yield },
	{ NULL, NULL },
};
