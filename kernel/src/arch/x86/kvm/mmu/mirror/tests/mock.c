// SPDX-License-Identifier: GPL-2.0-only
/*
 * A private PT in plain memory; see mock.h.
 *
 * The mock's tables are the private PT pages that KVM gives to ->link() and ->split(), in
 * the format of AMD's nested page tables or of Intel's EPT, so that a CPU can walk them.  An
 * entry is present for the CPU if and only if the guest may use it.  The entry's state is in
 * bits that the CPU ignores.  The epoch of a block is in bits that have a meaning in present
 * entries only, in both formats: a blocked entry is not present.
 */
#include <asm/vmx.h>

#include "../mirror_internal.h"
#include "mock.h"

#if IS_MODULE(CONFIG_KVM) || IS_BUILTIN(CONFIG_KVM)
#ifndef CONFIG_KVM_PROVE_MMU
#error The mock private page table is for test kernels only
#endif
#endif

#define NPT_PRESENT	(PT_PRESENT_MASK | PT_WRITABLE_MASK | PT_USER_MASK | \
			 PT_ACCESSED_MASK | PT_DIRTY_MASK)
#define EPT_PRESENT	(VMX_EPT_RWX_MASK | VMX_EPT_ACCESS_BIT)
#define EPT_LEAF	(VMX_EPT_DIRTY_BIT | VMX_EPT_IPAT_BIT | \
			 (X86_MEMTYPE_WB << VMX_EPT_MT_EPTE_SHIFT))
#define MOCK_EPOCH	GENMASK_ULL(11, 3)
#define MOCK_ADDR	GENMASK_ULL(51, 12)
#define MOCK_STATE	GENMASK_ULL(54, 52)

#define MOCK_ENTRIES	512

static struct kvm_mock *to_mock(struct kvm *kvm)
{
	return kvm_mirror_backend(kvm);
}

static enum kvm_mock_state state_of(u64 entry)
{
	return FIELD_GET(MOCK_STATE, entry);
}

static bool is_leaf_state(enum kvm_mock_state state)
{
	return state == KVM_MOCK_PENDING || state == KVM_MOCK_PENDING_BLOCKED ||
	       state == KVM_MOCK_MAPPED || state == KVM_MOCK_BLOCKED;
}

static bool is_blocked_state(enum kvm_mock_state state)
{
	return state == KVM_MOCK_PENDING_BLOCKED || state == KVM_MOCK_BLOCKED ||
	       state == KVM_MOCK_NL_BLOCKED;
}

/* The bits of a present entry.  Those that EPT has for leaves only are reserved in its tables. */
static u64 present_bits(struct kvm_mock *mock, bool leaf)
{
	if (!mock->config.ept)
		return NPT_PRESENT;
	return leaf ? EPT_PRESENT | EPT_LEAF : EPT_PRESENT;
}

/* The entry for @state at @level.  @epoch is used for blocked states only. */
static u64 make_entry(struct kvm_mock *mock, enum kvm_mock_state state, int level, u64 addr,
		      u64 epoch)
{
	u64 entry = FIELD_PREP(MOCK_STATE, state) | (addr & MOCK_ADDR);

	if (state == KVM_MOCK_MAPPED || state == KVM_MOCK_NL_MAPPED)
		entry |= present_bits(mock, state == KVM_MOCK_MAPPED);
	/* Bit 7, in both formats. */
	if (state == KVM_MOCK_MAPPED && level > PG_LEVEL_4K)
		entry |= PT_PAGE_SIZE_MASK;
	if (is_blocked_state(state))
		entry |= FIELD_PREP(MOCK_EPOCH, epoch & FIELD_MAX(MOCK_EPOCH));

	return entry;
}

static int violation(struct kvm_mock *mock, const char *what, gfn_t gfn, int level, u64 entry)
{
	atomic_inc(&mock->violations);
	pr_warn_ratelimited("kvm: mock private PT: %s: gfn 0x%llx level %d entry 0x%llx\n",
			    what, gfn, level, entry);
	return -EIO;
}

/* Hold a lock for longer, so that others find it taken. */
static void linger(struct kvm_mock *mock)
{
	int i;

	for (i = 0; i < READ_ONCE(mock->slow_loops); i++)
		cpu_relax();
}

static bool try_shared(struct kvm_mock *mock, atomic_t *lock)
{
	int old = atomic_read(lock);

	do {
		if (old < 0)
			return false;
	} while (!atomic_try_cmpxchg(lock, &old, old + 1));

	linger(mock);
	return true;
}

static bool try_exclusive(struct kvm_mock *mock, atomic_t *lock)
{
	int old = 0;

	if (!atomic_try_cmpxchg(lock, &old, -1))
		return false;

	linger(mock);
	return true;
}

static void end_shared(atomic_t *lock)
{
	atomic_dec(lock);
}

static void end_exclusive(atomic_t *lock)
{
	atomic_set_release(lock, 0);
}

static int busy(struct kvm_mock *mock)
{
	atomic64_inc(&mock->nr_busy);
	return -EBUSY;
}

/* Every op begins here: count the call, and return the script's error for it, or 0. */
static int begin_op(struct kvm_mock *mock, enum kvm_mock_op op)
{
	struct kvm_mock_script *script = &mock->scripts[op];

	atomic64_inc(&mock->calls[op]);
	if (!READ_ONCE(script->error) || atomic_dec_return(&script->skip) >= 0)
		return 0;

	if (atomic_dec_return(&script->times) < 0)
		return 0;

	return script->error == -EBUSY ? busy(mock) : script->error;
}

/* Begin an op that needs @lock: the script's error, or -EBUSY if somebody has the lock. */
static int begin_shared(struct kvm_mock *mock, enum kvm_mock_op op, atomic_t *lock)
{
	int ret = begin_op(mock, op);

	return ret ?: try_shared(mock, lock) ? 0 : busy(mock);
}

static int begin_exclusive(struct kvm_mock *mock, enum kvm_mock_op op, atomic_t *lock)
{
	int ret = begin_op(mock, op);

	return ret ?: try_exclusive(mock, lock) ? 0 : busy(mock);
}

void kvm_mock_script(struct kvm_mock *mock, enum kvm_mock_op op, int skip, int times, int error)
{
	struct kvm_mock_script *script = &mock->scripts[op];

	WRITE_ONCE(script->error, 0);
	atomic_set(&script->skip, skip);
	atomic_set(&script->times, times);
	WRITE_ONCE(script->error, error);
}

static u64 *table_of(u64 entry)
{
	return __va(entry & MOCK_ADDR);
}

/*
 * Returns the entry of @gfn at @level, or NULL if no table leads there, or a blocked one does while
 * the VM lives.
 */
static u64 *find_entry(struct kvm_mock *mock, gfn_t gfn, int level)
{
	u64 *table = mock->root;
	int l;

	for (l = mock->config.root_level; l > level; l--) {
		u64 entry = READ_ONCE(table[SPTE_INDEX(gfn_to_gpa(gfn), l)]);
		enum kvm_mock_state state = state_of(entry);

		if (state != KVM_MOCK_NL_MAPPED &&
		    (state != KVM_MOCK_NL_BLOCKED || !mock->dead))
			return NULL;
		table = table_of(entry);
	}

	return &table[SPTE_INDEX(gfn_to_gpa(gfn), level)];
}

/*
 * Have all vCPUs that might have a translation through the blocked @entry left the guest?
 * They entered in the epoch of the block or before.  mock_track() ends an epoch only when
 * nobody is inside since an epoch before it, so an entry that was blocked two or more epochs
 * ago is tracked.
 */
static bool is_tracked(struct kvm_mock *mock, u64 entry)
{
	u64 now = atomic64_read(&mock->epoch);
	u64 age = (now - FIELD_GET(MOCK_EPOCH, entry)) & FIELD_MAX(MOCK_EPOCH);

	if (age == 1)
		return !atomic_read(&mock->nr_inside[(now - 1) & 1]);

	return age;
}

static bool is_empty_table(const u64 *table)
{
	int i;

	for (i = 0; i < MOCK_ENTRIES; i++) {
		if (table[i])
			return false;
	}

	return true;
}

static int mock_link_locked(struct kvm_mock *mock, gfn_t gfn, int level, void *private_pt)
{
	u64 *entry = find_entry(mock, gfn, level);

	if (!entry || state_of(*entry) != KVM_MOCK_FREE || level == PG_LEVEL_4K || mock->dead)
		return violation(mock, "link", gfn, level, entry ? *entry : 0);

	memset(private_pt, 0, PAGE_SIZE);
	/* A CPU may walk the table as soon as it is linked: its contents come first. */
	smp_store_release(entry, make_entry(mock, KVM_MOCK_NL_MAPPED, level, __pa(private_pt), 0));
	atomic64_inc(&mock->nr_tables);
	return 0;
}

static int mock_link(struct kvm *kvm, gfn_t gfn, int level, void *private_pt)
{
	struct kvm_mock *mock = to_mock(kvm);
	int ret = begin_shared(mock, KVM_MOCK_LINK, &mock->tree);

	if (ret)
		return ret;
	ret = mock_link_locked(mock, gfn, level, private_pt);
	end_shared(&mock->tree);
	return ret;
}

static void account_leaf(struct kvm_mock *mock, int level, long sign)
{
	long nr = sign * (long)KVM_PAGES_PER_HPAGE(level);

	atomic64_add(nr, &mock->nr_pages);
	if (level > PG_LEVEL_4K)
		atomic64_add(nr, &mock->nr_huge_pages);
}

static int mock_map_locked(struct kvm_mock *mock, gfn_t gfn, int level, kvm_pfn_t pfn)
{
	enum kvm_mock_state state = mock->config.pending ? KVM_MOCK_PENDING : KVM_MOCK_MAPPED;
	u64 *entry = find_entry(mock, gfn, level);

	if (!entry || state_of(*entry) != KVM_MOCK_FREE || level > PG_LEVEL_2M || mock->dead ||
	    (gfn | pfn) & (KVM_PAGES_PER_HPAGE(level) - 1))
		return violation(mock, "map", gfn, level, entry ? *entry : 0);

	WRITE_ONCE(*entry, make_entry(mock, state, level, pfn_to_hpa(pfn), 0));
	account_leaf(mock, level, 1);
	return 0;
}

static int mock_map(struct kvm *kvm, gfn_t gfn, int level, kvm_pfn_t pfn)
{
	struct kvm_mock *mock = to_mock(kvm);
	int ret = begin_shared(mock, KVM_MOCK_MAP, &mock->tree);

	if (ret)
		return ret;
	ret = mock_map_locked(mock, gfn, level, pfn);
	end_shared(&mock->tree);
	return ret;
}

static int mock_block_locked(struct kvm_mock *mock, gfn_t gfn, int level)
{
	static const enum kvm_mock_state blocked[] = {
		[KVM_MOCK_PENDING]	= KVM_MOCK_PENDING_BLOCKED,
		[KVM_MOCK_MAPPED]	= KVM_MOCK_BLOCKED,
		[KVM_MOCK_NL_MAPPED]	= KVM_MOCK_NL_BLOCKED,
		[KVM_MOCK_NL_BLOCKED]	= KVM_MOCK_FREE,
	};
	u64 *entry = find_entry(mock, gfn, level);

	if (!entry || blocked[state_of(*entry)] == KVM_MOCK_FREE || mock->dead)
		return violation(mock, "block", gfn, level, entry ? *entry : 0);

	WRITE_ONCE(*entry, make_entry(mock, blocked[state_of(*entry)], level, *entry,
				      atomic64_read(&mock->epoch)));
	return 0;
}

static int mock_block(struct kvm *kvm, gfn_t gfn, int level)
{
	struct kvm_mock *mock = to_mock(kvm);
	int ret = begin_exclusive(mock, KVM_MOCK_BLOCK, &mock->tree);

	if (ret)
		return ret;
	ret = mock_block_locked(mock, gfn, level);
	end_exclusive(&mock->tree);
	return ret;
}

static int mock_track(struct kvm *kvm)
{
	struct kvm_mock *mock = to_mock(kvm);
	int ret = begin_exclusive(mock, KVM_MOCK_TRACK, &mock->epoch_lock);
	u64 now;

	if (ret)
		return ret;

	/* Busy if a vCPU is still inside that entered in the epoch before this one. */
	now = atomic64_read(&mock->epoch);
	if (atomic_read(&mock->nr_inside[(now - 1) & 1]))
		ret = busy(mock);
	else
		atomic64_set(&mock->epoch, now + 1);

	end_exclusive(&mock->epoch_lock);
	return ret;
}

/* An entry must be blocked and tracked before it is removed, unless the VM is dead. */
static bool is_removable(struct kvm_mock *mock, u64 entry)
{
	return mock->dead || (is_blocked_state(state_of(entry)) && is_tracked(mock, entry));
}

static int mock_unmap_locked(struct kvm_mock *mock, gfn_t gfn, int level, kvm_pfn_t pfn)
{
	u64 *entry = find_entry(mock, gfn, level);

	if (!entry || !is_leaf_state(state_of(*entry)) || !is_removable(mock, *entry) ||
	    (*entry & MOCK_ADDR) != pfn_to_hpa(pfn))
		return violation(mock, "unmap", gfn, level, entry ? *entry : 0);

	WRITE_ONCE(*entry, 0);
	account_leaf(mock, level, -1);
	return 0;
}

static int mock_unmap(struct kvm *kvm, gfn_t gfn, int level, kvm_pfn_t pfn)
{
	struct kvm_mock *mock = to_mock(kvm);
	int ret = begin_shared(mock, KVM_MOCK_UNMAP, &mock->tree);

	if (ret)
		return ret;
	ret = mock_unmap_locked(mock, gfn, level, pfn);
	end_shared(&mock->tree);
	return ret;
}

static int mock_split_locked(struct kvm_mock *mock, gfn_t gfn, int level, u64 *private_pt)
{
	u64 *entry = find_entry(mock, gfn, level);
	enum kvm_mock_state state;
	u64 addr;
	int i;

	if (!entry || !is_leaf_state(state_of(*entry)) || !is_removable(mock, *entry) ||
	    level == PG_LEVEL_4K || mock->dead)
		return violation(mock, "split", gfn, level, entry ? *entry : 0);

	state = state_of(*entry) == KVM_MOCK_PENDING_BLOCKED ? KVM_MOCK_PENDING : KVM_MOCK_MAPPED;
	addr = *entry & MOCK_ADDR;
	for (i = 0; i < MOCK_ENTRIES; i++)
		private_pt[i] = make_entry(mock, state, level - 1,
					   addr + i * KVM_HPAGE_SIZE(level - 1), 0);

	/* The table's contents come first, see mock_link_locked(). */
	smp_store_release(entry, make_entry(mock, KVM_MOCK_NL_MAPPED, level, __pa(private_pt), 0));
	atomic64_inc(&mock->nr_tables);
	atomic64_sub(KVM_PAGES_PER_HPAGE(level), &mock->nr_huge_pages);
	return 0;
}

static int mock_split(struct kvm *kvm, gfn_t gfn, int level, void *private_pt)
{
	struct kvm_mock *mock = to_mock(kvm);
	int ret = begin_shared(mock, KVM_MOCK_SPLIT, &mock->tree);

	if (ret)
		return ret;
	ret = mock_split_locked(mock, gfn, level, private_pt);
	end_shared(&mock->tree);
	return ret;
}

static int mock_unlink_locked(struct kvm_mock *mock, gfn_t gfn, int level, void *private_pt)
{
	u64 *entry = find_entry(mock, gfn, level);

	if (!entry || level == PG_LEVEL_4K || is_leaf_state(state_of(*entry)) ||
	    state_of(*entry) == KVM_MOCK_FREE || !is_removable(mock, *entry) ||
	    table_of(*entry) != private_pt || !is_empty_table(private_pt))
		return violation(mock, "unlink", gfn, level, entry ? *entry : 0);

	WRITE_ONCE(*entry, 0);
	atomic64_dec(&mock->nr_tables);
	return 0;
}

static int mock_unlink(struct kvm *kvm, gfn_t gfn, int level, void *private_pt)
{
	struct kvm_mock *mock = to_mock(kvm);
	int ret = begin_exclusive(mock, KVM_MOCK_UNLINK, &mock->tree);

	if (ret)
		return ret;
	ret = mock_unlink_locked(mock, gfn, level, private_pt);
	end_exclusive(&mock->tree);
	return ret;
}

static int mock_read(struct kvm *kvm, gfn_t gfn, int level, struct kvm_private_pt_entry *ret_entry)
{
	static const enum kvm_mirror_state states[] = {
		[KVM_MOCK_FREE]			= KVM_MIRROR_EMPTY,
		[KVM_MOCK_PENDING]		= KVM_MIRROR_LEAF,
		[KVM_MOCK_PENDING_BLOCKED]	= KVM_MIRROR_BLOCKED_LEAF,
		[KVM_MOCK_MAPPED]		= KVM_MIRROR_LEAF,
		[KVM_MOCK_BLOCKED]		= KVM_MIRROR_BLOCKED_LEAF,
		[KVM_MOCK_NL_MAPPED]		= KVM_MIRROR_TABLE,
		[KVM_MOCK_NL_BLOCKED]		= KVM_MIRROR_BLOCKED_TABLE,
	};
	struct kvm_mock *mock = to_mock(kvm);
	int ret = begin_op(mock, KVM_MOCK_READ);
	u64 *entry;

	if (ret)
		return ret;

	entry = find_entry(mock, gfn, level);
	if (!entry)
		return -ENOENT;

	ret_entry->state = states[state_of(READ_ONCE(*entry))];
	ret_entry->pfn = (READ_ONCE(*entry) & MOCK_ADDR) >> PAGE_SHIFT;
	return 0;
}

static int mock_die(struct kvm *kvm)
{
	struct kvm_mock *mock = to_mock(kvm);
	int ret = begin_op(mock, KVM_MOCK_DIE);

	if (ret)
		return ret;

	if (atomic_read(&mock->nr_inside[0]) || atomic_read(&mock->nr_inside[1]))
		return violation(mock, "die", 0, 0, 0);

	mock->dead = true;
	return 0;
}

const struct kvm_private_pt_ops kvm_mock_ops = {
	.name		= "mock",
	.max_level	= PG_LEVEL_2M,
	.link		= mock_link,
	.map		= mock_map,
	.block		= mock_block,
	.track		= mock_track,
	.unmap		= mock_unmap,
	.split		= mock_split,
	.unlink		= mock_unlink,
	.read		= mock_read,
	.die		= mock_die,
};

int kvm_mock_init(struct kvm_mock *mock, const struct kvm_mock_config *config)
{
	mock->root = (u64 *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	if (!mock->root)
		return -ENOMEM;

	mock->config = *config;
	atomic64_set(&mock->epoch, 1);
	return 0;
}

void kvm_mock_uninit(struct kvm_mock *mock)
{
	WARN_ON_ONCE(!is_empty_table(mock->root));
	free_page((unsigned long)mock->root);
}

int kvm_mock_enter(struct kvm_mock *mock, u64 *ret_epoch)
{
	u64 now;

	if (!try_shared(mock, &mock->epoch_lock))
		return -EBUSY;

	now = atomic64_read(&mock->epoch);
	atomic_inc(&mock->nr_inside[now & 1]);
	end_shared(&mock->epoch_lock);

	*ret_epoch = now;
	return 0;
}

void kvm_mock_exit(struct kvm_mock *mock, u64 epoch)
{
	atomic_dec(&mock->nr_inside[epoch & 1]);
}

enum kvm_mock_state kvm_mock_walk(struct kvm_mock *mock, gfn_t gfn, kvm_pfn_t *ret_pfn,
				  int *ret_level)
{
	u64 *table = mock->root;
	int level;

	for (level = mock->config.root_level; ; level--) {
		u64 entry = READ_ONCE(table[SPTE_INDEX(gfn_to_gpa(gfn), level)]);

		if (state_of(entry) == KVM_MOCK_NL_MAPPED) {
			table = table_of(entry);
			continue;
		}

		*ret_level = level;
		*ret_pfn = ((entry & MOCK_ADDR) >> PAGE_SHIFT) +
			   (gfn & (KVM_PAGES_PER_HPAGE(level) - 1));
		return state_of(entry);
	}
}

int kvm_mock_accept(struct kvm_mock *mock, gfn_t gfn, int level)
{
	int ret = -ENOENT;
	u64 *entry;

	if (!try_shared(mock, &mock->tree))
		return -EBUSY;

	entry = find_entry(mock, gfn, level);
	if (entry && state_of(READ_ONCE(*entry)) == KVM_MOCK_PENDING) {
		WRITE_ONCE(*entry, make_entry(mock, KVM_MOCK_MAPPED, level, READ_ONCE(*entry), 0));
		ret = 0;
	}

	end_shared(&mock->tree);
	return ret;
}
