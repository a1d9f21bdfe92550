// SPDX-License-Identifier: GPL-2.0-only
/*
 * PAMT: the type, the owner and the lock of each physical page.
 */

#include "core.h"

phys_addr_t sm_pamt_owner(const struct sm_pamt *entry)
{
	return ((phys_addr_t)entry->owner_high << 32 | entry->owner_low) << 12;
}

void sm_pamt_set(struct sm_pamt *entry, u8 type, phys_addr_t owner)
{
	entry->type = type;
	entry->owner_high = owner >> 44;
	entry->owner_low = owner >> 12;
}

struct sm_pamt *sm_pamt_entry(const struct sm_tdmr *tdmr, phys_addr_t pa, unsigned int level)
{
	return tdmr->pamt[level] + ((pa - tdmr->base) >> sm_level_shift(level));
}

u64 sm_page_address(phys_addr_t pa, unsigned int level, u32 operand, struct sm_tdmr **ret_tdmr)
{
	if (!IS_ALIGNED(pa, sm_level_size(level)) || pa >> sm_platform_pa_bits())
		return TDX_OPERAND_INVALID | operand;

	*ret_tdmr = sm_tdmr_find(pa);
	if (!*ret_tdmr || pa >= READ_ONCE((*ret_tdmr)->usable))
		return TDX_OPERAND_ADDR_RANGE_ERROR | operand;
	return 0;
}

/*
 * Does a TD have the page?  To access it and see whether that faults is not enough: the
 * host may still have a TLB entry for a page that it gave away.
 */
static bool is_given_away(phys_addr_t pa)
{
	struct sm_tdmr *tdmr = sm_tdmr_find(pa);
	unsigned int l;

	if (!tdmr || pa >= READ_ONCE(tdmr->usable))
		return false;

	for (l = 0; l < SM_NR_LEVELS; l++) {
		u8 type = READ_ONCE(sm_pamt_entry(tdmr, pa, l)->type);

		if (type != TDX_PT_NDA && type != TDX_PT_RSVD)
			return true;
	}
	return false;
}

u64 sm_host_operand(phys_addr_t pa, u64 align, u32 operand)
{
	if (!IS_ALIGNED(pa, align) || pa >> sm_platform_pa_bits() || is_given_away(pa))
		return TDX_OPERAND_INVALID | operand;

	return 0;
}

/*
 * Lock the PAMT entries of the larger pages around the page, shared and the largest first,
 * so that none of them can become a page in use.  If a larger page is in use already, stop
 * there: *@level becomes its level.
 */
static u64 lock_above(struct sm_call *call, struct sm_tdmr *tdmr, phys_addr_t pa,
		      unsigned int *level, u64 busy)
{
	unsigned int l;

	for (l = SM_NR_LEVELS - 1; l > *level; l--) {
		struct sm_pamt *entry = sm_pamt_entry(tdmr, pa, l);
		u64 status;

		if (READ_ONCE(entry->type) != TDX_PT_NDA) {
			*level = l;
			break;
		}
		status = sm_call_lock(call, &entry->lock, SM_SHARED, busy);
		if (status)
			return status;
		/* It may have become a page in use before it was locked. */
		if (entry->type != TDX_PT_NDA)
			return busy;
	}
	return 0;
}

static bool is_free(const struct sm_pamt *entry, unsigned int level)
{
	return entry->type == TDX_PT_NDA && (!level || !atomic64_read(&entry->nr_used));
}

u64 sm_page_get(struct sm_call *call, phys_addr_t pa, unsigned int level, u8 type,
		enum sm_lock_mode mode, u32 operand, struct sm_page *ret_page)
{
	struct sm_page page = { .pa = pa, .level = level };
	u64 status;

	status = sm_page_address(pa, level, operand, &page.tdmr);
	if (!status)
		status = lock_above(call, page.tdmr, pa, &page.level, TDX_OPERAND_BUSY | operand);
	if (status)
		return status;
	if (page.level != level)
		return TDX_PAGE_METADATA_INCORRECT | operand;

	page.entry = sm_pamt_entry(page.tdmr, pa, level);
	status = sm_call_lock(call, &page.entry->lock, mode, TDX_OPERAND_BUSY | operand);
	if (status)
		return status;
	if (type == TDX_PT_NDA ? !is_free(page.entry, level) : page.entry->type != type)
		return TDX_PAGE_METADATA_INCORRECT | operand;
	*ret_page = page;
	return 0;
}

u64 sm_page_find(struct sm_call *call, phys_addr_t pa, enum sm_lock_mode mode, u32 operand,
		 struct sm_page *ret_page)
{
	struct sm_page page = { .pa = pa };
	u64 status;

	status = sm_page_address(pa, 0, operand, &page.tdmr);
	if (!status)
		status = lock_above(call, page.tdmr, pa, &page.level, TDX_OPERAND_BUSY | operand);
	if (status)
		return status;
	page.entry = sm_pamt_entry(page.tdmr, pa, page.level);
	status = sm_call_lock(call, &page.entry->lock, mode, TDX_OPERAND_BUSY | operand);
	if (status)
		return status;
	/* A larger page was found before it was locked, and may have become free since. */
	if (page.level && page.entry->type == TDX_PT_NDA)
		return TDX_OPERAND_BUSY | operand;
	*ret_page = page;
	return 0;
}

void sm_page_at(phys_addr_t pa, unsigned int level, struct sm_page *ret_page)
{
	ret_page->pa = pa;
	ret_page->level = level;
	ret_page->tdmr = sm_tdmr_find(pa);
	ret_page->entry = sm_pamt_entry(ret_page->tdmr, pa, level);
}

/* Add @nr_pages, in 4K, to the counts of the larger pages around the page. */
static void count_above(const struct sm_page *page, s64 nr_pages)
{
	unsigned int level;

	for (level = page->level + 1; level < SM_NR_LEVELS; level++)
		atomic64_add(nr_pages, &sm_pamt_entry(page->tdmr, page->pa, level)->nr_used);
}

void sm_page_take(struct sm_page *page, u8 type, struct sm_td *td)
{
	s64 nr_pages = sm_level_pages(page->level);

	sm_platform_take(page->pa, nr_pages);
	sm_pamt_set(page->entry, type, td ? td->pa : 0);
	page->entry->bepoch = 0;
	count_above(page, nr_pages);
	if (td)
		atomic64_add(nr_pages, &td->chldcnt);
}

void sm_page_free(struct sm_page *page, struct sm_td *td)
{
	s64 nr_pages = sm_level_pages(page->level);

	sm_platform_give_back(page->pa, nr_pages);
	page->entry->bepoch = 0;
	/* It keeps its last owner, which RDMD shows. */
	sm_pamt_set(page->entry, TDX_PT_NDA, sm_pamt_owner(page->entry));
	count_above(page, -nr_pages);
	if (td)
		atomic64_sub(nr_pages, &td->chldcnt);
}

void sm_page_split(struct sm_page *page, struct sm_td *td)
{
	struct sm_pamt *child = sm_pamt_entry(page->tdmr, page->pa, page->level - 1);
	unsigned int i;

	for (i = 0; i < SM_NR_ENTRIES; i++) {
		child[i].bepoch = 0;
		sm_pamt_set(&child[i], TDX_PT_REG, td->pa);
	}
	atomic64_set(&page->entry->nr_used, sm_level_pages(page->level));
	sm_pamt_set(page->entry, TDX_PT_NDA, 0);
}

void sm_page_merge(struct sm_page *page, struct sm_td *td)
{
	struct sm_pamt *child = sm_pamt_entry(page->tdmr, page->pa, page->level - 1);
	unsigned int i;

	page->entry->bepoch = 0;
	sm_pamt_set(page->entry, TDX_PT_REG, td->pa);
	for (i = 0; i < SM_NR_ENTRIES; i++) {
		child[i].bepoch = 0;
		sm_pamt_set(&child[i], TDX_PT_NDA, 0);
	}
}
