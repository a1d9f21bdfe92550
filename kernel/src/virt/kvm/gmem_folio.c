// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which folios a guest_memfd has, and how a huge one becomes small.
 *
 * A folio is prepared as a whole or not at all: PG_uptodate is one bit.  A huge
 * folio is created only with the file's invalidate_lock held, by somebody who
 * wants all of it.  Whoever holds the lock exclusively and splits the folios at
 * the edges of a range therefore knows that none will stick out of it again.
 */
#include <linux/kvm_host.h>
#include <linux/huge_mm.h>
#include <linux/jiffies.h>
#include <linux/moduleparam.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>

#include "gmem_folio.h"

/* How long a split waits for others to let go of the folio: far longer than a fault. */
#define SPLIT_TIMEOUT	HZ
/* How long a fault that wants a huge page waits for a hole: long enough for one of 2 MiB. */
#define HOLE_TIMEOUT	(HZ / 50)

static bool gmem_huge_pages __read_mostly = true;
module_param(gmem_huge_pages, bool, 0644);
MODULE_PARM_DESC(gmem_huge_pages, "Use 2 MiB pages for guest_memfd where they fit");

/* Is the huge folio around @index inside of [@start, @end)? */
static bool can_be_huge(pgoff_t index, pgoff_t start, pgoff_t end)
{
	pgoff_t first = round_down(index, KVM_GMEM_HUGE_PAGES);

	return IS_ENABLED(CONFIG_TRANSPARENT_HUGEPAGE) && READ_ONCE(gmem_huge_pages) &&
	       first >= start && first < end && end - first >= KVM_GMEM_HUGE_PAGES;
}

/* Does the guest use all of the huge folio around @index, and can it be one mapping? */
static bool slot_wants_huge(struct kvm *kvm, const struct kvm_memory_slot *slot, pgoff_t index)
{
	pgoff_t start = slot->gmem.pgoff;
	gfn_t gfn;

	if (!IS_ALIGNED(slot->base_gfn - start, KVM_GMEM_HUGE_PAGES) ||
	    !can_be_huge(index, start, start + slot->npages))
		return false;

	/* What is shared has its memory elsewhere. */
	gfn = slot->base_gfn + round_down(index, KVM_GMEM_HUGE_PAGES) - start;
	return kvm_range_has_memory_attributes(kvm, gfn, gfn + KVM_GMEM_HUGE_PAGES,
					       KVM_MEMORY_ATTRIBUTE_PRIVATE,
					       KVM_MEMORY_ATTRIBUTE_PRIVATE);
}

static bool has_page_in_huge(struct address_space *mapping, pgoff_t index)
{
	loff_t pos = (loff_t)round_down(index, KVM_GMEM_HUGE_PAGES) << PAGE_SHIFT;

	return filemap_range_has_page(mapping, pos, pos + PMD_SIZE - 1);
}

/*
 * Returns the new folio, locked, or NULL: part of the range has a page already, or
 * a huge page is hard to get.  Neither reclaim at any price nor the OOM killer.
 */
static struct folio *create_huge(struct address_space *mapping, pgoff_t index)
{
	gfp_t gfp = mapping_gfp_mask(mapping) | __GFP_NORETRY | __GFP_NOWARN;
	pgoff_t first = round_down(index, KVM_GMEM_HUGE_PAGES);
	struct folio *folio;

	if (has_page_in_huge(mapping, index))
		return NULL;

	folio = filemap_alloc_folio(gfp, PMD_ORDER);
	if (!folio)
		return NULL;

	if (filemap_add_folio(mapping, folio, first, gfp)) {
		folio_put(folio);
		return NULL;
	}

	return folio;
}

/* Wait a moment for others to let go of a folio or a lock.  -EBUSY: the deadline is over. */
static int wait_for_others(unsigned long deadline)
{
	if (time_after(jiffies, deadline))
		return -EBUSY;
	if (fatal_signal_pending(current))
		return -EINTR;

	schedule_timeout_killable(1);
	return 0;
}

/*
 * The lock keeps a punch, and what made the range shared before it, out.  A short punch somewhere
 * else in the file is worth waiting for, because pages that are taken instead keep the guest from
 * having these 2 MiB as one page.  A long one is not: the vCPU would stand still.
 */
static struct folio *create_slot_huge(struct kvm *kvm, const struct kvm_memory_slot *slot,
				      struct address_space *mapping, pgoff_t index)
{
	unsigned long deadline = jiffies + HOLE_TIMEOUT;
	struct folio *folio = NULL;

	if (!slot_wants_huge(kvm, slot, index) || has_page_in_huge(mapping, index))
		return NULL;

	while (!down_read_trylock(&mapping->invalidate_lock)) {
		if (wait_for_others(deadline))
			return NULL;
	}

	if (slot_wants_huge(kvm, slot, index))
		folio = create_huge(mapping, index);

	filemap_invalidate_unlock_shared(mapping);
	return folio;
}

/*
 * Order (0 or PMD_ORDER) at which @slot can map @folio: the folio has to be inside
 * of the slot, at the same offset to a huge page in the file and in the guest.
 */
int kvm_gmem_slot_order(const struct kvm_memory_slot *slot, const struct folio *folio)
{
	unsigned long nr_pages = folio_nr_pages(folio);
	pgoff_t start = slot->gmem.pgoff;

	if (!IS_ALIGNED(slot->base_gfn - start, nr_pages) || folio->index < start ||
	    folio->index + nr_pages > start + slot->npages)
		return 0;

	return folio_order(folio);
}

/*
 * A huge folio has to become small if one of its pages is poisoned, or if it is yet
 * to be prepared and the slot knows only a part of it.
 */
static bool must_split(const struct kvm_memory_slot *slot, const struct folio *folio)
{
	if (!folio_test_large(folio))
		return false;

	return folio_test_has_hwpoisoned(folio) ||
	       (!folio_test_uptodate(folio) && !kvm_gmem_slot_order(slot, folio));
}

/* One attempt to split the folio at @index.  -EBUSY: somebody else has a reference to it. */
static int try_split_at(struct address_space *mapping, pgoff_t index)
{
	struct folio *folio;
	int ret;

	folio = filemap_lock_folio(mapping, index);
	if (IS_ERR(folio))
		return 0;

	ret = folio_test_large(folio) ? split_folio_to_order(folio, 0) : 0;
	folio_unlock(folio);
	folio_put(folio);

	return ret == -EAGAIN ? -EBUSY : ret;
}

/*
 * Make sure that the page at @index, if there is one, is a folio of its own.
 * Contents, addresses and preparedness stay; nothing that maps the pages notices.
 *
 * A split needs all references.  Those of a fault, of compaction or of the memory
 * failure code go away soon; that of a private page that could not be taken back
 * stays for ever, and so must the folio.
 */
static int split_at(struct address_space *mapping, pgoff_t index)
{
	unsigned long deadline = jiffies + SPLIT_TIMEOUT;
	int ret;

	while ((ret = try_split_at(mapping, index)) == -EBUSY) {
		ret = wait_for_others(deadline);
		if (ret)
			break;
	}

	return ret;
}

static bool slot_must_split(const struct kvm_memory_slot *slot, struct address_space *mapping,
			    pgoff_t index)
{
	struct folio *folio = filemap_get_folio(mapping, index);
	bool ret;

	if (IS_ERR(folio))
		return false;

	ret = must_split(slot, folio);
	folio_put(folio);
	return ret;
}

/*
 * Split the folio at @index if the slot cannot use it as it is.  Any number of vCPUs
 * may come here at once.  One of them splits, with i_rwsem held; the others wait
 * without the folio's lock, because who waits for that has a reference, and the
 * split would fail.
 */
static int split_for_slot(const struct kvm_memory_slot *slot, struct address_space *mapping,
			  pgoff_t index)
{
	unsigned long deadline = jiffies + SPLIT_TIMEOUT;
	int ret;

	while (slot_must_split(slot, mapping, index)) {
		ret = -EBUSY;
		if (inode_trylock(mapping->host)) {
			ret = try_split_at(mapping, index);
			inode_unlock(mapping->host);
		}
		if (ret == -EBUSY)
			ret = wait_for_others(deadline);
		if (ret)
			return ret;
	}

	return 0;
}

/*
 * For the guest.  A new folio is huge if the slot can use all of it.  Whoever holds
 * invalidate_lock calls kvm_gmem_make_page() first.
 */
struct folio *kvm_gmem_grab_slot_folio(struct kvm *kvm, struct kvm_memory_slot *slot,
				       struct address_space *mapping, pgoff_t index)
{
	struct folio *folio;
	int ret;

	for (;;) {
		ret = split_for_slot(slot, mapping, index);
		if (ret)
			return ERR_PTR(ret);

		folio = filemap_lock_folio(mapping, index);
		if (IS_ERR(folio))
			folio = create_slot_huge(kvm, slot, mapping, index);
		if (!folio)
			folio = filemap_grab_folio(mapping, index);
		if (IS_ERR(folio) || !must_split(slot, folio))
			return folio;

		folio_unlock(folio);
		folio_put(folio);
	}
}

/*
 * For user space that wants [@start, @end) of the file to have memory.  The caller
 * holds invalidate_lock.
 */
struct folio *kvm_gmem_grab_range_folio(struct address_space *mapping, pgoff_t index,
					pgoff_t start, pgoff_t end)
{
	struct folio *folio = NULL;

	if (can_be_huge(index, start, end))
		folio = create_huge(mapping, index);

	return folio ?: filemap_grab_folio(mapping, index);
}

/*
 * Make sure that there is a page at @index, a folio of its own.  invalidate_lock is
 * held exclusively: until it is dropped, that stays so.
 */
int kvm_gmem_make_page(struct address_space *mapping, pgoff_t index)
{
	struct folio *folio;
	int ret;

	ret = split_at(mapping, index);
	if (ret)
		return ret;

	folio = filemap_grab_folio(mapping, index);
	if (IS_ERR(folio))
		return PTR_ERR(folio);

	folio_unlock(folio);
	folio_put(folio);
	return 0;
}

/*
 * Make sure that no folio sticks out of [@start, @end).  invalidate_lock is held
 * exclusively: until it is dropped, that stays so.
 */
int kvm_gmem_split_edges(struct address_space *mapping, pgoff_t start, pgoff_t end)
{
	int ret = 0;

	if (!IS_ALIGNED(start, KVM_GMEM_HUGE_PAGES))
		ret = split_at(mapping, start);
	if (!ret && !IS_ALIGNED(end, KVM_GMEM_HUGE_PAGES))
		ret = split_at(mapping, end);

	return ret;
}

/*
 * Undo kvm_gmem_lock_poisoned().  If iput() drops the last reference to the inode,
 * it locks and frees the file's folios: lock the folio after it.
 */
void kvm_gmem_unlock_poisoned(struct address_space *mapping, struct folio *folio)
{
	filemap_invalidate_unlock_shared(mapping);
	iput(mapping->host);
	folio_lock(folio);
}

/*
 * For kvm_gmem_error_folio(), which memory_failure() calls with a reference to the
 * locked @folio.  Whoever punches a hole takes invalidate_lock first and locks folios
 * then, so this unlocks the folio while it waits.  Returns false if the folio is not in
 * the file any more; if it returns true, the caller has to call
 * kvm_gmem_unlock_poisoned().
 */
bool kvm_gmem_lock_poisoned(struct address_space *mapping, struct folio *folio)
{
	if (!igrab(mapping->host))
		return false;

	folio_unlock(folio);
	filemap_invalidate_lock_shared(mapping);
	if (folio->mapping == mapping)
		return true;

	kvm_gmem_unlock_poisoned(mapping, folio);
	return false;
}
