// SPDX-License-Identifier: GPL-2.0-only
/*
 * TDMRs: the memory whose pages TDs can be given.  SYS.CONFIG says where they are, calls
 * of SYS.TDMR.INIT make them usable, one chunk after the other.
 */

#include "leaves.h"

#define GIB		BIT_ULL(30)
/* Bytes that one call of TDMR.INIT initialises. */
#define CHUNK		(4ULL << 20)

/*
 * Details in the low bits of an error of SYS.CONFIG: number of the TDMR, of its PAMT or
 * reserved area, and of the other TDMR.
 */
#define BAD_TDMR(code, i)		((code) | (u64)(i))
#define BAD_PART(code, i, part)		((code) | (u64)(i) | (u64)(part) << 8)
#define BAD_PAIR(code, i, part, j)	(BAD_PART(code, i, part) | (u64)(j) << 16)

static bool overlap(u64 a, u64 a_size, u64 b, u64 b_size)
{
	return a < b + b_size && b < a + a_size;
}

static bool in_cmrs(u64 base, u64 size)
{
	unsigned int i;

	/* CMRs may be adjacent, so the range may begin in one and end in another. */
	for (i = 0; i < sm_sys.nr_cmrs && size; i++) {
		const struct sm_range *cmr = &sm_sys.cmrs[i];

		if (base >= cmr->base && base - cmr->base < cmr->size) {
			u64 part = min(size, cmr->base + cmr->size - base);

			base += part;
			size -= part;
		}
	}
	return !size;
}

/*
 * Reserved areas must be inside the TDMR, in ascending order, without overlap.  Only other empty
 * ones can follow an empty one.
 */
static u64 configure_reserved(const struct sm_tdmr_info *info, unsigned int n, struct sm_tdmr *tdmr)
{
	unsigned int i, empty = SM_MAX_RESERVED;
	u64 end = 0;

	for (i = 0; i < SM_MAX_RESERVED; i++) {
		u64 offset = info->reserved[i].offset, size = info->reserved[i].size;

		if (!size) {
			empty = min(empty, i);
			continue;
		}
		if (empty < i)
			return BAD_PART(TDX_NON_ORDERED_RESERVED_IN_TDMR, n, empty);
		if (offset + size < offset || info->base + offset + size < offset + size)
			return BAD_PART(TDX_INVALID_RESERVED_IN_TDMR, n, i);
		if (offset < end)
			return BAD_PART(TDX_NON_ORDERED_RESERVED_IN_TDMR, n, i);
		if (!IS_ALIGNED(offset | size, SM_PAGE_SIZE) || offset + size > info->size)
			return BAD_PART(TDX_INVALID_RESERVED_IN_TDMR, n, i);
		end = offset + size;
		tdmr->reserved[tdmr->nr_reserved++] = (struct sm_range){
			.base = info->base + offset, .size = size,
		};
	}
	return 0;
}

/* TDMR_INFO has the PAMTs in the order 1G, 2M, 4K; an error names the level. */
static const struct sm_range *pamt_of(const struct sm_tdmr_info *info, unsigned int level)
{
	return &info->pamt[SM_NR_LEVELS - 1 - level];
}

static u64 configure_pamt(const struct sm_tdmr_info *info, unsigned int n, struct sm_tdmr *tdmr)
{
	int level;

	for (level = SM_NR_LEVELS - 1; level >= 0; level--) {
		const struct sm_range *pamt = pamt_of(info, level);
		u64 needed = (info->size >> sm_level_shift(level)) * sizeof(struct sm_pamt);

		if (!IS_ALIGNED(pamt->base | pamt->size, SM_PAGE_SIZE) || !pamt->size ||
		    pamt->size < needed || pamt->base + pamt->size < pamt->base)
			return BAD_PART(TDX_INVALID_PAMT, n, level);
	}
	return 0;
}

/* Does the range overlap memory of the TDMR that is not reserved? */
static bool uses(const struct sm_tdmr *tdmr, u64 base, u64 size)
{
	u64 at = tdmr->base;
	unsigned int i;

	for (i = 0; i < tdmr->nr_reserved; i++) {
		const struct sm_range *reserved = &tdmr->reserved[i];

		if (overlap(at, reserved->base - at, base, size))
			return true;
		at = reserved->base + reserved->size;
	}
	return overlap(at, tdmr->base + tdmr->size - at, base, size);
}

static bool pamts_overlap(const struct sm_range *a, const struct sm_range *b)
{
	return overlap(a->base, a->size, b->base, b->size);
}

/* The PAMTs of TDMR @n may overlap neither those of the TDMRs before it nor each other. */
static u64 check_pamts(const struct sm_tdmr_info *infos, unsigned int n)
{
	unsigned int i, a, b;

	for (i = 0; i < n; i++) {
		for (a = 0; a < SM_NR_LEVELS; a++) {
			for (b = 0; b < SM_NR_LEVELS; b++) {
				if (pamts_overlap(pamt_of(&infos[n], a), pamt_of(&infos[i], b)))
					return BAD_PAIR(TDX_PAMT_OVERLAP, n, a, i);
			}
		}
	}
	for (a = 0; a < SM_NR_LEVELS; a++) {
		for (b = a + 1; b < SM_NR_LEVELS; b++) {
			if (pamts_overlap(pamt_of(&infos[n], a), pamt_of(&infos[n], b)))
				return BAD_PAIR(TDX_PAMT_OVERLAP, n, a, n);
		}
	}
	return 0;
}

/* Is a PAMT of TDMR @a in memory of TDMR @b that TDs can be given? */
static u64 check_pamt_in_tdmr(const struct sm_tdmr_info *infos, unsigned int a, unsigned int b)
{
	unsigned int level;

	for (level = 0; level < SM_NR_LEVELS; level++) {
		const struct sm_range *pamt = pamt_of(&infos[a], level);

		if (uses(&sm_sys.tdmrs[b], pamt->base, pamt->size))
			return BAD_PAIR(TDX_PAMT_OVERLAP, a, level, b);
	}
	return 0;
}

static u64 check_overlap(const struct sm_tdmr_info *infos, unsigned int n)
{
	u64 status = check_pamts(infos, n);
	unsigned int i;

	for (i = 0; i < n && !status; i++) {
		status = check_pamt_in_tdmr(infos, n, i);
		if (!status)
			status = check_pamt_in_tdmr(infos, i, n);
	}
	return status ?: check_pamt_in_tdmr(infos, n, n);
}

/* PAMTs, and all of a TDMR that is not reserved, must be in CMRs. */
static u64 check_cmrs(const struct sm_tdmr_info *info, unsigned int n, struct sm_tdmr *tdmr)
{
	u64 at = tdmr->base;
	unsigned int i;
	int level;

	for (level = SM_NR_LEVELS - 1; level >= 0; level--) {
		const struct sm_range *pamt = pamt_of(info, level);

		if (!in_cmrs(pamt->base, pamt->size))
			return BAD_PART(TDX_PAMT_OUTSIDE_CMRS, n, level);
		tdmr->pamt[level] = sm_platform_host_va(pamt->base);
		if (!tdmr->pamt[level])
			return BAD_PART(TDX_INVALID_PAMT, n, level);
	}
	for (i = 0; i < tdmr->nr_reserved; i++) {
		const struct sm_range *reserved = &tdmr->reserved[i];

		if (!in_cmrs(at, reserved->base - at))
			return BAD_TDMR(TDX_TDMR_OUTSIDE_CMRS, n);
		at = reserved->base + reserved->size;
	}
	return in_cmrs(at, tdmr->base + tdmr->size - at) ? 0 : BAD_TDMR(TDX_TDMR_OUTSIDE_CMRS, n);
}

u64 sm_tdmr_configure(const struct sm_tdmr_info *infos, unsigned int n)
{
	const struct sm_tdmr_info *info = &infos[n];
	struct sm_tdmr *tdmr = &sm_sys.tdmrs[n];
	u64 status;

	if (info->base + info->size < info->base)
		return BAD_TDMR(TDX_INVALID_TDMR, n);
	if (n && info->base < infos[n - 1].base + infos[n - 1].size)
		return BAD_TDMR(TDX_NON_ORDERED_TDMR, n);
	if (!info->size || !IS_ALIGNED(info->base | info->size, GIB) ||
	    (info->base + info->size) >> sm_platform_pa_bits())
		return BAD_TDMR(TDX_INVALID_TDMR, n);

	*tdmr = (struct sm_tdmr){
		.base = info->base, .size = info->size, .usable = info->base, .next = info->base,
	};
	status = configure_reserved(info, n, tdmr);
	if (!status)
		status = configure_pamt(info, n, tdmr);
	if (!status)
		status = check_overlap(infos, n);
	return status ?: check_cmrs(info, n, tdmr);
}

static bool is_reserved(const struct sm_tdmr *tdmr, phys_addr_t pa)
{
	unsigned int i;

	for (i = 0; i < tdmr->nr_reserved; i++) {
		if (overlap(tdmr->reserved[i].base, tdmr->reserved[i].size, pa, SM_PAGE_SIZE))
			return true;
	}
	return false;
}

/* Initialise PAMT entries of the chunk; those of larger pages count reserved pages. */
static void init_pamt(struct sm_tdmr *tdmr, phys_addr_t chunk)
{
	phys_addr_t pa;

	for (pa = chunk; pa < chunk + CHUNK; pa += SM_PAGE_SIZE) {
		bool reserved = is_reserved(tdmr, pa);
		struct sm_pamt *entry;
		unsigned int level;

		for (level = 0; level < SM_NR_LEVELS; level++) {
			entry = sm_pamt_entry(tdmr, pa, level);
			if (IS_ALIGNED(pa, sm_level_size(level)))
				memset(entry, 0, sizeof(*entry));
			if (!level && reserved)
				sm_pamt_set(entry, TDX_PT_RSVD, 0);
			else if (reserved)
				atomic64_inc(&entry->nr_used);
		}
	}
}

SM_HANDLER(sys_tdmr_init)
{
	phys_addr_t base = call->in.rcx;
	struct sm_tdmr *tdmr;
	u64 status;

	if (!IS_ALIGNED(base, GIB))
		return TDX_OPERAND_INVALID | SM_RCX;
	tdmr = sm_tdmr_find(base);
	if (!tdmr || tdmr->base != base)
		return TDX_OPERAND_INVALID | SM_RCX;

	status = sm_call_lock(call, &tdmr->lock, SM_EXCLUSIVE, TDX_OPERAND_BUSY | SM_RCX);
	if (status)
		return status;
	if (tdmr->next == tdmr->base + tdmr->size)
		return TDX_TDMR_ALREADY_INITIALIZED;
	/* The ABI has no status for "out of memory"; after BUSY the caller tries again. */
	if (sm_platform_add_memory(tdmr->next, CHUNK))
		return TDX_OPERAND_BUSY | TDX_OPERAND_ID_TDMR;

	init_pamt(tdmr, tdmr->next);
	tdmr->next += CHUNK;
	/* Whoever sees the new value sees the PAMT entries of the pages below it, too. */
	smp_store_release(&tdmr->usable, tdmr->next & ~(GIB - 1));
	call->out->rdx = tdmr->usable;
	return TDX_SUCCESS;
}
