// SPDX-License-Identifier: GPL-2.0-only
#include "kernel.h"
#include "writes.h"

#define LINE_SHIFT	6
#define MAX_THREADS	256
/* Lines that one thread writes, at most half of this; a power of two. */
#define NR_SLOTS	4096

struct line { uintptr_t line; long nr; };

static struct line *lines[MAX_THREADS];
static __thread struct line *here;

static struct line *find(struct line *table, uintptr_t line)
{
	size_t i = line * 0x9e3779b97f4a7c15ULL >> 52;

	while (table[i].line && table[i].line != line)
		i = (i + 1) % NR_SLOTS;
	return &table[i];
}

static inline void note(const void *address)
{
	uintptr_t line = (uintptr_t)address >> LINE_SHIFT;
	struct line *found;

	if (likely(!here))
		return;
	found = find(here, line);
	found->line = line;
	found->nr++;
}

void writes_begin(int id)
{
	BUG_ON(id < 0 || id >= MAX_THREADS);
	if (!lines[id])
		lines[id] = calloc(NR_SLOTS, sizeof(struct line));
	here = lines[id];
}

void writes_end(void)
{
	here = NULL;
}

long writes_shared(int id)
{
	long nr = 0;

	for (size_t i = 0; i < NR_SLOTS; i++) {
		struct line *line = &lines[id][i];

		for (int other = 0; line->line && other < MAX_THREADS; other++) {
			if (other == id || !lines[other] || !find(lines[other], line->line)->line)
				continue;
			nr += line->nr;
			break;
		}
	}
	return nr;
}

void writes_reset(void)
{
	for (int id = 0; id < MAX_THREADS; id++) {
		free(lines[id]);
		lines[id] = NULL;
	}
}

/* What the compiler calls for each access.  A write that may not happen, such as of a compare-and-exchange, counts. */

void __tsan_init(void);
void __tsan_init(void) { }
void __tsan_func_entry(void *pc);
void __tsan_func_entry(void *pc) { }
void __tsan_func_exit(void);
void __tsan_func_exit(void) { }

#define ACCESS(size) \
	void __tsan_read##size(void *p); \
	void __tsan_read##size(void *p) { } \
	void __tsan_write##size(void *p); \
	void __tsan_write##size(void *p) { note(p); } \
	void __tsan_unaligned_read##size(void *p); \
	void __tsan_unaligned_read##size(void *p) { } \
	void __tsan_unaligned_write##size(void *p); \
	void __tsan_unaligned_write##size(void *p) { note(p); }
ACCESS(1)
ACCESS(2)
ACCESS(4)
ACCESS(8)
ACCESS(16)

void __tsan_read_range(void *p, unsigned long size);
void __tsan_read_range(void *p, unsigned long size) { }
void __tsan_write_range(void *p, unsigned long size);
void __tsan_write_range(void *p, unsigned long size)
{
	for (unsigned long i = 0; i < size; i += 1 << LINE_SHIFT)
		note((char *)p + i);
}

#define UPDATE(bits, type, name) \
	type __tsan_atomic##bits##_fetch_##name(volatile type *p, type v, int order); \
	type __tsan_atomic##bits##_fetch_##name(volatile type *p, type v, int order) \
	{ \
		note((const void *)p); \
		return __atomic_fetch_##name(p, v, __ATOMIC_SEQ_CST); \
	}
#define EXCHANGE(bits, type, strength, weak) \
	int __tsan_atomic##bits##_compare_exchange_##strength(volatile type *p, type *old, type v, int success, int failure); \
	int __tsan_atomic##bits##_compare_exchange_##strength(volatile type *p, type *old, type v, int success, int failure) \
	{ \
		note((const void *)p); \
		return __atomic_compare_exchange_n(p, old, v, weak, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); \
	}
#define ATOMIC(bits, type) \
	type __tsan_atomic##bits##_load(const volatile type *p, int order); \
	type __tsan_atomic##bits##_load(const volatile type *p, int order) { return __atomic_load_n(p, __ATOMIC_SEQ_CST); } \
	void __tsan_atomic##bits##_store(volatile type *p, type v, int order); \
	void __tsan_atomic##bits##_store(volatile type *p, type v, int order) \
	{ \
		note((const void *)p); \
		/* As on x86: a store is not a full barrier. */ \
		__atomic_store_n(p, v, __ATOMIC_RELEASE); \
	} \
	type __tsan_atomic##bits##_exchange(volatile type *p, type v, int order); \
	type __tsan_atomic##bits##_exchange(volatile type *p, type v, int order) \
	{ \
		note((const void *)p); \
		return __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST); \
	} \
	UPDATE(bits, type, add) \
	UPDATE(bits, type, sub) \
	UPDATE(bits, type, and) \
	UPDATE(bits, type, or) \
	EXCHANGE(bits, type, strong, false) \
	EXCHANGE(bits, type, weak, true)
ATOMIC(8, u8)
ATOMIC(32, u32)
ATOMIC(64, u64)

void __tsan_atomic_thread_fence(int order);
void __tsan_atomic_thread_fence(int order) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
