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

/* Does the range neither wrap around nor leave the physical address space? */
static bool fits(u64 base, u64 size)
{
	u64 limit = 1ULL << sm_platform_pa_bits();

	return base < limit && size <= limit - base;
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
 * Reserved areas must be inside the TDMR, in ascending order, without overlap.  All that
 * is not reserved must be in CMRs.
 */
static u64 configure_reserved(const struct sm_tdmr_info *info, unsigned int n, struct sm_tdmr *tdmr)
{
	bool ended = false;
	u64 end = 0;
	unsigned int i;

	for (i = 0; i < SM_MAX_RESERVED; i++) {
		u64 offset = info->reserved[i].offset, size = info->reserved[i].size;

		if (!size) {
			ended = true;
			continue;
		}
		if (ended || !IS_ALIGNED(offset | size, SM_PAGE_SIZE) || offset >= info->size ||
		    size > info->size - offset)
			return BAD_PART(TDX_INVALID_RESERVED_IN_TDMR, n, i);
		if (offset < end)
			return BAD_PART(TDX_NON_ORDERED_RESERVED_IN_TDMR, n, i);
		if (!in_cmrs(info->base + end, offset - end))
			return BAD_TDMR(TDX_TDMR_OUTSIDE_CMRS, n);
		end = offset + size;
		tdmr->reserved[tdmr->nr_reserved++] = (struct sm_range){
			.base = info->base + offset, .size = size,
		};
	}
	return in_cmrs(info->base + end, info->size - end) ? 0 : BAD_TDMR(TDX_TDMR_OUTSIDE_CMRS, n);
}

static u64 configure_pamt(const struct sm_tdmr_info *info, unsigned int n, struct sm_tdmr *tdmr)
{
	unsigned int part;

	/* TDMR_INFO has the PAMTs in the order 1G, 2M, 4K; an error names the level. */
	for (part = 0; part < SM_NR_LEVELS; part++) {
		const struct sm_range *pamt = &info->pamt[part];
		unsigned int level = SM_NR_LEVELS - 1 - part;
		u64 needed = (info->size >> sm_level_shift(level)) * sizeof(struct sm_pamt);

		if (!IS_ALIGNED(pamt->base | pamt->size, SM_PAGE_SIZE) || !pamt->size ||
		    pamt->size < needed || !fits(pamt->base, pamt->size))
			return BAD_PART(TDX_INVALID_PAMT, n, level);
		if (!in_cmrs(pamt->base, pamt->size))
			return BAD_PART(TDX_PAMT_OUTSIDE_CMRS, n, level);
		tdmr->pamt[level] = sm_platform_host_va(pamt->base);
		if (!tdmr->pamt[level])
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

/* A PAMT may overlap neither another PAMT nor memory that TDs can be given. */
static u64 check_pamt_overlap(const struct sm_tdmr_info *infos, unsigned int nr)
{
	unsigned int a, b, i, j;

	for (a = 0; a < nr * SM_NR_LEVELS; a++) {
		const struct sm_range *pamt = &infos[a / SM_NR_LEVELS].pamt[a % SM_NR_LEVELS];

		i = a / SM_NR_LEVELS;
		for (b = 0; b < a; b++) {
			const struct sm_range *other;

			j = b / SM_NR_LEVELS;
			other = &infos[j].pamt[b % SM_NR_LEVELS];
			if (overlap(pamt->base, pamt->size, other->base, other->size))
				return BAD_PAIR(TDX_PAMT_OVERLAP, i, 2 - a % SM_NR_LEVELS, j);
		}
		for (j = 0; j < nr; j++) {
			if (uses(&sm_sys.tdmrs[j], pamt->base, pamt->size))
				return BAD_PAIR(TDX_PAMT_OVERLAP, i, 2 - a % SM_NR_LEVELS, j);
		}
	}
	return 0;
}

u64 sm_tdmr_configure(const struct sm_tdmr_info *infos, unsigned int nr)
{
	u64 end = 0, status;
	unsigned int n;

	memset(sm_sys.tdmrs, 0, sizeof(sm_sys.tdmrs));
	for (n = 0; n < nr; n++) {
		const struct sm_tdmr_info *info = &infos[n];
		struct sm_tdmr *tdmr = &sm_sys.tdmrs[n];

		if (!info->size || !IS_ALIGNED(info->base | info->size, GIB) ||
		    !fits(info->base, info->size))
			return BAD_TDMR(TDX_INVALID_TDMR, n);
		if (info->base < end)
			return BAD_TDMR(TDX_NON_ORDERED_TDMR, n);
		end = info->base + info->size;

		tdmr->base = info->base;
		tdmr->size = info->size;
		tdmr->usable = info->base;
		tdmr->next = info->base;
		status = configure_reserved(info, n, tdmr);
		if (!status)
			status = configure_pamt(info, n, tdmr);
		if (status)
			return status;
	}

	status = check_pamt_overlap(infos, nr);
	if (!status)
		sm_sys.nr_tdmrs = nr;
	return status;
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
