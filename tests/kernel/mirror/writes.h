/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MIRROR_WRITES_H
#define MIRROR_WRITES_H

/*
 * Finds out how often threads write to cache lines that others write, too.  The code under test is compiled with
 * -fsanitize=thread, so that it calls a function for each access to memory; writes.c has these functions, in place of the
 * sanitizer's.  The shim and the private PT, which stand for other things than KVM's memory, are compiled without.
 */

/* Writes of this thread are recorded from here to writes_end(), as those of thread @id. */
void writes_begin(int id);
void writes_end(void);
/* Writes of thread @id to lines to which another thread has written, too.  Call it when no thread records. */
long writes_shared(int id);
/* Forget all writes. */
void writes_reset(void);

#endif
