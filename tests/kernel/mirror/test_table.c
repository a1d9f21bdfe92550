// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests mirror_propagate() on each pair of states, in each life of a VM: which op it calls,
 * whether the entry is frozen meanwhile, which value the entry has afterwards, and which
 * errors kill the VM.
 */
#include "test.h"

#define LEVEL	PG_LEVEL_2M
#define GFN	0x40000ULL
#define PFN	SHIM_GUEST_PFN

/*
 * The op that must be called: l link, m map, b block, u unmap, s split, x unlink.
 * '.': no op, because the transition is not legal.
 */
static const char * const expected[MIRROR_NR_LIVES][KVM_MIRROR_NR_STATES] = {
	[MIRROR_LIVE] = {
		/*			   to: E L T BL BT F */
		[KVM_MIRROR_EMPTY]		= ".ml...",
		[KVM_MIRROR_LEAF]		= "...b..",
		[KVM_MIRROR_TABLE]		= "....b.",
		[KVM_MIRROR_BLOCKED_LEAF]	= "u.s...",
		[KVM_MIRROR_BLOCKED_TABLE]	= "x.....",
		[KVM_MIRROR_FROZEN]		= "......",
	},
	[MIRROR_DYING] = { "......", "......", "......", "......", "......", "......" },
	[MIRROR_DEAD] = {
		[KVM_MIRROR_EMPTY]		= "......",
		[KVM_MIRROR_LEAF]		= "u.....",
		[KVM_MIRROR_TABLE]		= "x.....",
		[KVM_MIRROR_BLOCKED_LEAF]	= "u.....",
		[KVM_MIRROR_BLOCKED_TABLE]	= "x.....",
		[KVM_MIRROR_FROZEN]		= "......",
	},
};

/* The op that was called last; '.': none. */
static char called;
/* What each op returns. */
static int answer;
/* The entry that changes. */
static u64 *the_sptep;
/* Calls of ops while the entry was not frozen. */
static int nr_unfrozen;
/* The private PT page that belongs to the table below the entry. */
static void *the_private_pt;

static int record(char op)
{
	called = op;
	if (*the_sptep != FROZEN_SPTE)
		nr_unfrozen++;
	return answer;
}

static bool is_ours(gfn_t gfn, int level)
{
	return gfn == GFN && level == LEVEL;
}

static int rec_link(struct kvm *kvm, gfn_t gfn, int level, void *pt)
{
	return is_ours(gfn, level) && pt == the_private_pt ? record('l') : -EINVAL;
}

static int rec_map(struct kvm *kvm, gfn_t gfn, int level, kvm_pfn_t pfn)
{
	return is_ours(gfn, level) && pfn == PFN ? record('m') : -EINVAL;
}

static int rec_block(struct kvm *kvm, gfn_t gfn, int level)
{
	return is_ours(gfn, level) ? record('b') : -EINVAL;
}

static int rec_unmap(struct kvm *kvm, gfn_t gfn, int level, kvm_pfn_t pfn)
{
	return is_ours(gfn, level) && pfn == PFN ? record('u') : -EINVAL;
}

static int rec_split(struct kvm *kvm, gfn_t gfn, int level, void *pt)
{
	return is_ours(gfn, level) && pt == the_private_pt ? record('s') : -EINVAL;
}

static int rec_unlink(struct kvm *kvm, gfn_t gfn, int level, void *pt)
{
	return is_ours(gfn, level) && pt == the_private_pt ? record('x') : -EINVAL;
}

static const struct kvm_private_pt_ops recorder = {
	.name = "recorder", .max_level = PG_LEVEL_2M,
	.link = rec_link, .map = rec_map, .block = rec_block, .unmap = rec_unmap,
	.split = rec_split, .unlink = rec_unlink,
};

static u64 spte_for(enum kvm_mirror_state state, struct kvm_mmu_page *child, unsigned int epoch)
{
	u64 leaf = SPTE_MMU_PRESENT_MASK | PT_PAGE_SIZE_MASK | PT_PRESENT_MASK | pfn_to_hpa(PFN);
	u64 table = make_nonleaf_spte(child->spt, false);

	switch (state) {
	case KVM_MIRROR_LEAF:
		return leaf;
	case KVM_MIRROR_TABLE:
		return table;
	case KVM_MIRROR_BLOCKED_LEAF:
		return mirror_block_spte(leaf, epoch);
	case KVM_MIRROR_BLOCKED_TABLE:
		return mirror_block_spte(table, epoch);
	case KVM_MIRROR_FROZEN:
		return FROZEN_SPTE;
	default:
		return SHADOW_NONPRESENT_VALUE;
	}
}

struct bench {
	struct world *w;
	struct kvm_mmu_page *parent, *child;
	const struct kvm_private_pt_ops *ops;
};

static bool set_up(struct bench *b)
{
	struct world_config config = { .nr_vcpus = 1 };
	union kvm_mmu_page_role role = { .level = LEVEL, .mirrored = 1 };

	b->w = world_create(&config);
	b->parent = mirror_alloc_page(0);
	b->child = mirror_alloc_page(0);
	ASSERT(b->w && b->parent && b->child);
	mirror_init_page(b->parent, NULL, 0, role);
	role.level--;
	mirror_init_page(b->child, NULL, GFN, role);
	the_private_pt = b->child->private_pt;
	the_sptep = &b->parent->spt[7];
	b->ops = b->w->kvm.arch.mirror->ops;
	b->w->kvm.arch.mirror->ops = &recorder;
	b->w->kvm.arch.mirror->epoch = 5;
	shim_expect_bug = true;
	return true;
}

static bool tear_down(struct bench *b)
{
	b->w->kvm.arch.mirror->ops = b->ops;
	b->w->kvm.arch.mirror->life = MIRROR_LIVE;
	mirror_free_page(b->parent);
	mirror_free_page(b->child);
	world_destroy(b->w);
	ASSERT_EQ(nr_unfrozen, 0);
	return nothing_leaks();
}

/*
 * Ask for a change of the entry from @old to @new while its value is @in_table; the op
 * returns @backend_says.
 */
static int attempt(struct bench *b, u64 in_table, u64 old, u64 new, int backend_says)
{
	struct mirror_change change = {
		.sptep = the_sptep, .gfn = GFN, .level = LEVEL, .old_spte = old, .new_spte = new,
	};
	int ret;

	*the_sptep = in_table;
	called = '.';
	answer = backend_says;
	b->w->kvm.vm_bugged = b->w->kvm.vm_dead = false;
	write_lock(&b->w->kvm.mmu_lock);
	ret = mirror_propagate(&b->w->kvm, &change);
	write_unlock(&b->w->kvm.mmu_lock);
	return ret;
}

static bool check_cell(struct bench *b, enum mirror_life life, enum kvm_mirror_state from,
		       enum kvm_mirror_state to)
{
	u64 old = spte_for(from, b->child, 4), new = spte_for(to, b->child, 5);
	char want = expected[life][from][to];

	b->w->kvm.arch.mirror->life = life;

	/* The op succeeds. */
	ASSERT_EQ(attempt(b, old, old, new, 0), want == '.' ? -EIO : 0);
	ASSERT_EQ(called, want);
	ASSERT_EQ(*the_sptep, want == '.' ? old : new);
	ASSERT_EQ(b->w->kvm.vm_bugged, want == '.');
	if (want == '.')
		return true;

	/* The op is busy: nothing changes, the VM lives. */
	ASSERT_EQ(attempt(b, old, old, new, -EBUSY), -EBUSY);
	ASSERT_EQ(called, want);
	ASSERT_EQ(*the_sptep, old);
	ASSERT(!b->w->kvm.vm_dead);

	/* The op fails: nothing changes, the VM is dead.  KVM is not to blame. */
	ASSERT_EQ(attempt(b, old, old, new, -ENXIO), -EIO);
	ASSERT_EQ(called, want);
	ASSERT_EQ(*the_sptep, old);
	ASSERT(b->w->kvm.vm_dead && !b->w->kvm.vm_bugged);

	/* Another CPU has changed the entry, or has frozen it: no op is called. */
	ASSERT_EQ(attempt(b, old ^ BIT_ULL(30), old, new, 0), -EBUSY);
	ASSERT_EQ(called, '.');
	ASSERT_EQ(*the_sptep, old ^ BIT_ULL(30));
	ASSERT_EQ(attempt(b, FROZEN_SPTE, old, new, 0), -EBUSY);
	ASSERT_EQ(called, '.');
	ASSERT(!b->w->kvm.vm_dead);
	return true;
}

static bool test_transitions(const struct options *options, char *ret_value, size_t size)
{
	int life, from, to, nr = 0, nr_legal = 0;
	struct bench b;

	ASSERT(set_up(&b));
	for (life = 0; life < MIRROR_NR_LIVES; life++) {
		for (from = 0; from < KVM_MIRROR_NR_STATES; from++) {
			for (to = 0; to < KVM_MIRROR_NR_STATES; to++) {
				ASSERT(check_cell(&b, life, from, to));
				nr_legal += expected[life][from][to] != '.';
				nr++;
			}
		}
	}
	snprintf(ret_value, size, "%d transitions, %d legal", nr, nr_legal);
	return tear_down(&b);
}

/* An entry that is not tracked cannot be removed or split.  Its stamp counts modulo 16. */
static bool test_untracked(const struct options *options, char *ret_value, size_t size)
{
	static const struct { enum kvm_mirror_state from, to; } cases[] = {
		{ KVM_MIRROR_BLOCKED_LEAF, KVM_MIRROR_EMPTY },
		{ KVM_MIRROR_BLOCKED_LEAF, KVM_MIRROR_TABLE },
		{ KVM_MIRROR_BLOCKED_TABLE, KVM_MIRROR_EMPTY },
	};
	unsigned int stamp, epoch, i, nr = 0;
	struct bench b;

	ASSERT(set_up(&b));
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		for (epoch = 0; epoch < 40; epoch++) {
			for (stamp = 0; stamp <= epoch; stamp++) {
				bool tracked = (epoch - stamp) % 16;
				u64 old = spte_for(cases[i].from, b.child, stamp);
				u64 new = spte_for(cases[i].to, b.child, 0);

				b.w->kvm.arch.mirror->epoch = epoch;
				ASSERT_EQ(attempt(&b, old, old, new, 0), tracked ? 0 : -EIO);
				ASSERT_EQ(called != '.', tracked);
				nr++;
			}
		}
	}
	snprintf(ret_value, size, "%u pairs of stamp and epoch", nr);
	return tear_down(&b);
}

/* A blocked entry holds mark and stamp, and keeps its PFN and its other bits. */
static bool test_marks(const struct options *options, char *ret_value, size_t size)
{
	struct bench b;
	u64 spte;
	int level;

	ASSERT(set_up(&b));
	for (level = PG_LEVEL_4K; level <= PG_LEVEL_2M; level++) {
		spte = SPTE_MMU_PRESENT_MASK | PT_PAGE_SIZE_MASK | pfn_to_hpa(PFN);
		ASSERT_EQ(mirror_state(spte, level), KVM_MIRROR_LEAF);
		spte = mirror_block_spte(spte, 0x123);
		ASSERT_EQ(mirror_state(spte, level), KVM_MIRROR_BLOCKED_LEAF);
		ASSERT_EQ(FIELD_GET(MIRROR_SPTE_STAMP, spte), 3);
		ASSERT_EQ(spte_to_pfn(spte), PFN);
		ASSERT_EQ(spte & ~MIRROR_SPTE_MARKS,
			  SPTE_MMU_PRESENT_MASK | PT_PAGE_SIZE_MASK | pfn_to_hpa(PFN));
		ASSERT_EQ(mirror_state(mirror_block_spte(spte, 1), level), KVM_MIRROR_BLOCKED_LEAF);
	}
	ASSERT_EQ(mirror_state(SHADOW_NONPRESENT_VALUE, LEVEL), KVM_MIRROR_EMPTY);
	ASSERT_EQ(mirror_state(0, LEVEL), KVM_MIRROR_EMPTY);
	ASSERT_EQ(mirror_state(FROZEN_SPTE, LEVEL), KVM_MIRROR_FROZEN);
	return tear_down(&b);
}

const struct test table_tests[] = {
	{ "table.transitions", test_transitions },
	{ "table.untracked", test_untracked },
	{ "table.marks", test_marks },
	{ NULL, NULL },
};
