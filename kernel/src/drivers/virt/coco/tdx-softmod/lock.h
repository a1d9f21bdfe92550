/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDX_SOFTMOD_LOCK_H
#define TDX_SOFTMOD_LOCK_H

#include <linux/types.h>

/* A reader-writer try-lock: 0 free, SM_LOCK_EXCLUSIVE, else the number of readers. */
typedef u16 sm_lock_t;
#define SM_LOCK_EXCLUSIVE	0xffff

enum sm_lock_mode {
	SM_LOCK_NONE,
	SM_SHARED,
	SM_EXCLUSIVE,
};

/* False if the lock is not free; nothing waits. */
bool sm_try_lock(sm_lock_t *lock, enum sm_lock_mode mode);
void sm_unlock(sm_lock_t *lock, enum sm_lock_mode mode);

#endif
