// SPDX-License-Identifier: GPL-2.0-only
/*
 * Key ownership table: which private KeyIDs are free, and for which of them the caches of
 * which package still have to be written back.  softmod has no keys and encrypts nothing,
 * but KeyIDs go through the same states as in the real module.
 */

#include "leaves.h"

static struct {
	sm_lock_t lock;
	u16 first, nr;
	/* The module's own. */
	u16 global;
	struct {
		/* enum sm_hkid_state */
		u8 state;
		/* Packages whose caches still have to be written back for this KeyID. */
		unsigned long dirty;
	} hkids[SM_MAX_HKIDS];
} kot;

/* PHYMEM.CACHE.WB of each package; one at a time per package. */
static struct {
	sm_lock_t lock;
	/* A call was interrupted; the host has to resume it for the KeyIDs in @hkids. */
	bool started;
	DECLARE_BITMAP(hkids, SM_MAX_HKIDS);
} writeback[SM_MAX_PACKAGES];

/* The key table of each package, which is locked while the package makes a key. */
sm_lock_t sm_ket[SM_MAX_PACKAGES];

u32 sm_kot_limit;

void sm_kot_load(u16 first, u16 nr)
{
	memset(&kot, 0, sizeof(kot));
	memset(writeback, 0, sizeof(writeback));
	memset(sm_ket, 0, sizeof(sm_ket));
	sm_kot_limit = 0;
	kot.first = first;
	kot.nr = nr;
}

bool sm_kot_is_private(u64 hkid)
{
	return hkid >= kot.first && hkid - kot.first < kot.nr;
}

enum sm_hkid_state sm_kot_state(u16 hkid)
{
	return kot.hkids[hkid - kot.first].state;
}

static u64 lock_kot(struct sm_call *call, enum sm_lock_mode mode)
{
	return sm_call_lock(call, &kot.lock, mode, TDX_OPERAND_BUSY | TDX_OPERAND_ID_KOT);
}

void sm_kot_reserve(u16 hkid)
{
	kot.hkids[hkid - kot.first].state = SM_HKID_RESERVED;
	kot.global = hkid;
}

u16 sm_kot_global_hkid(void)
{
	return kot.global;
}

u64 sm_kot_assign(struct sm_call *call, u16 hkid)
{
	unsigned int i = hkid - kot.first;
	u64 status = lock_kot(call, SM_EXCLUSIVE);

	if (status)
		return status;
	if (kot.hkids[i].state != SM_HKID_FREE || (sm_kot_limit && i >= sm_kot_limit))
		return TDX_HKID_NOT_FREE;
	kot.hkids[i].state = SM_HKID_ASSIGNED;
	return 0;
}

u64 sm_kot_flush(struct sm_call *call, u16 hkid)
{
	unsigned int i = hkid - kot.first;
	u64 status = lock_kot(call, SM_EXCLUSIVE);

	if (status)
		return status;
	kot.hkids[i].state = SM_HKID_FLUSHED;
	kot.hkids[i].dirty = GENMASK_ULL(sm_sys.nr_packages - 1, 0);
	return 0;
}

u64 sm_kot_free(struct sm_call *call, u16 hkid)
{
	unsigned int i = hkid - kot.first;
	u64 status = lock_kot(call, SM_EXCLUSIVE);

	if (status)
		return status;
	if (kot.hkids[i].dirty)
		return TDX_WBCACHE_NOT_COMPLETE;
	kot.hkids[i].state = SM_HKID_FREE;
	return 0;
}

u64 sm_key_make(struct sm_call *call)
{
	u64 key[4], status;

	status = sm_call_lock(call, &sm_ket[sm_platform_package()], SM_EXCLUSIVE,
			      TDX_OPERAND_BUSY | TDX_OPERAND_ID_KET);
	if (status)
		return status;
	/* Nobody uses the key, but a package that has no entropy cannot make one. */
	return sm_random(key, sizeof(key)) ? 0 : TDX_KEY_GENERATION_FAILED;
}

SM_HANDLER(phymem_cache_wb)
{
	unsigned int package = sm_platform_package(), i;
	u64 resume = call->in.rcx, status;
	bool any = false;

	if (resume > 1)
		return TDX_OPERAND_INVALID | SM_RCX;
	status = sm_call_lock(call, &writeback[package].lock, SM_EXCLUSIVE,
			      TDX_OPERAND_BUSY | TDX_OPERAND_ID_WBCACHE);
	/* Shared: the packages write back their caches at the same time. */
	if (!status)
		status = lock_kot(call, SM_SHARED);
	if (status)
		return status;

	if (resume && !writeback[package].started)
		return TDX_WBCACHE_RESUME_ERROR;
	for (i = 0; i < kot.nr && !resume; i++) {
		bool flushed = kot.hkids[i].state == SM_HKID_FLUSHED;

		__assign_bit(i, writeback[package].hkids, flushed);
		any |= flushed;
	}
	writeback[package].started = resume || any;
	if (!writeback[package].started)
		return TDX_NO_HKID_READY_TO_WBCACHE;
	if (call->interrupt)
		return TDX_INTERRUPTED_RESUMABLE;

	for_each_set_bit(i, writeback[package].hkids, kot.nr)
		clear_bit(package, &kot.hkids[i].dirty);
	writeback[package].started = false;
	return TDX_SUCCESS;
}
