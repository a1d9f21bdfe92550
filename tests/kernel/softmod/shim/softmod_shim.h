/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SOFTMOD_SHIM_KERNEL_H
#define SOFTMOD_SHIM_KERNEL_H

/* The kernel's headers, as far as the core of softmod asks for them. */

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64;
typedef int32_t s32;
typedef long long s64;
typedef u8 __u8;
typedef u16 __u16;
typedef u32 __u32;
typedef u64 __u64;
typedef u64 phys_addr_t;

#define __aligned(n) __attribute__((aligned(n)))
#define __packed __attribute__((packed))
#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define static_assert(...) _Static_assert(__VA_ARGS__, "static_assert")
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define min(a, b) ({ __typeof__(a) a_ = (a); __typeof__(b) b_ = (b); a_ < b_ ? a_ : b_; })
#define max(a, b) ({ __typeof__(a) a_ = (a); __typeof__(b) b_ = (b); a_ > b_ ? a_ : b_; })
#define IS_ALIGNED(x, a) (((x) & ((__typeof__(x))(a) - 1)) == 0)

#define BITS_PER_LONG 64
#define BIT(n) (1UL << (n))
#define BIT_ULL(n) (1ULL << (n))
#define GENMASK_ULL(h, l) ((~0ULL << (l)) & (~0ULL >> (63 - (h))))
#define hweight64(x) ((unsigned int)__builtin_popcountll(x))
#define DECLARE_BITMAP(name, bits) unsigned long name[((bits) + 63) / 64]

#define READ_ONCE(x) __atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, v) __atomic_store_n(&(x), (v), __ATOMIC_RELAXED)
#define smp_store_release(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)
#define try_cmpxchg(p, old, new) \
	__atomic_compare_exchange_n((p), (old), (new), false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)

typedef struct { int counter; } atomic_t;
typedef struct { s64 counter; } atomic64_t;

#define atomic_read(v) READ_ONCE((v)->counter)
#define atomic_set(v, i) WRITE_ONCE((v)->counter, (i))
#define atomic_inc(v) ((void)__atomic_fetch_add(&(v)->counter, 1, __ATOMIC_SEQ_CST))
#define atomic_dec(v) ((void)__atomic_fetch_sub(&(v)->counter, 1, __ATOMIC_SEQ_CST))
#define atomic64_read(v) READ_ONCE((v)->counter)
#define atomic64_set(v, i) WRITE_ONCE((v)->counter, (i))
#define atomic64_add(i, v) ((void)__atomic_fetch_add(&(v)->counter, (i), __ATOMIC_SEQ_CST))
#define atomic64_sub(i, v) ((void)__atomic_fetch_sub(&(v)->counter, (i), __ATOMIC_SEQ_CST))
#define atomic64_inc(v) atomic64_add(1, v)

static inline int atomic_cmpxchg(atomic_t *v, int old, int new)
{
	try_cmpxchg(&v->counter, &old, new);
	return old;
}

static inline bool test_bit(unsigned long bit, const unsigned long *map)
{
	return map[bit / 64] >> (bit % 64) & 1;
}

static inline void __assign_bit(unsigned long bit, unsigned long *map, bool value)
{
	map[bit / 64] = (map[bit / 64] & ~BIT(bit % 64)) | (unsigned long)value << (bit % 64);
}

static inline bool test_and_set_bit(unsigned long bit, unsigned long *map)
{
	return __atomic_fetch_or(&map[bit / 64], BIT(bit % 64), __ATOMIC_SEQ_CST) >> (bit % 64) & 1;
}

static inline void set_bit(unsigned long bit, unsigned long *map)
{
	(void)test_and_set_bit(bit, map);
}

#define for_each_set_bit(bit, map, size) \
	for ((bit) = 0; (bit) < (size); (bit)++) \
		if (test_bit(bit, map))

static inline void *memchr_inv(const void *from, int c, size_t size)
{
	const u8 *p = from;

	for (; size; p++, size--) {
		if (*p != (u8)c)
			return (void *)(uintptr_t)p;
	}
	return NULL;
}

static inline u64 mul_u64_u64_div_u64(u64 a, u64 b, u64 c)
{
	return (u64)((unsigned __int128)a * b / c);
}

static inline u64 div_u64(u64 a, u32 b)
{
	return a / b;
}

static inline u64 mul_u64_u64_shr(u64 a, u64 b, unsigned int shift)
{
	return (u64)((unsigned __int128)a * b >> shift);
}

/* A warning fails the test that runs. */
extern int shim_nr_warnings;
#define WARN_ON_ONCE(cond) ({ \
	bool cond_ = (cond); \
	if (cond_) { \
		fprintf(stderr, "# %s:%d: warning: %s\n", __FILE__, __LINE__, #cond); \
		shim_nr_warnings++; \
	} \
	cond_; })

/* asm/shared/tdx.h */
struct tdx_module_args {
	u64 rcx, rdx, r8, r9, r10, r11, r12, r13, r14, r15, rbx, rdi, rsi;
};

#endif
