/* SPDX-License-Identifier: GPL-2.0-only */
/* As much of the kernel as the files under test need. */
#ifndef SEAMCALL_SHIM_H
#define SEAMCALL_SHIM_H

#include <errno.h>
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
typedef uint8_t __u8;
typedef uint16_t __u16;
typedef uint32_t __u32;
typedef unsigned long long __u64;
typedef u64 phys_addr_t;

#ifndef __always_inline
#define __always_inline		inline __attribute__((always_inline))
#endif
#define __packed		__attribute__((packed))
#define __aligned(n)		__attribute__((aligned(n)))
#define BIT_ULL(n)		(1ULL << (n))
#define GENMASK_ULL(h, l)	(~0ULL << (l) & ~0ULL >> (63 - (h)))
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define IS_ALIGNED(x, a)	(((x) & ((a) - 1)) == 0)
#define lower_32_bits(n)	((u32)(n))
#define upper_32_bits(n)	((u32)((u64)(n) >> 32))
#define EXPORT_SYMBOL_GPL(x)	extern int shim_unused
#define noinstr
#define __rcu
#define U16_MAX			0xffffU
#define GFP_KERNEL		0
#define CONFIG_INTEL_TDX_HOST	1

#define pr_err(...)		((void)0)
#ifdef SHIM_IDENTITY
#define pr_info(...)		printf(__VA_ARGS__)
#else
#define pr_info(...)		((void)0)
#endif
#define pr_warn(...)		((void)0)

/* asm/tdx.h */
#define TDX_PS_4K		0
struct tdx_module_args {
	u64 rcx, rdx, r8, r9, r10, r11, r12, r13, r14, r15, rbx, rdi, rsi;
};

/* The instruction, on a CPU that has none. */
#define TDX_SEAMCALL_UD		0x8000ff0000000006ULL
u64 __seamcall_saved_ret(u64 fn, struct tdx_module_args *args);

/* Static calls */
typedef u64 (*shim_seamcall_t)(u64 fn, struct tdx_module_args *args);
#define DECLARE_STATIC_CALL(name, function)	extern shim_seamcall_t name##_target
#define DEFINE_STATIC_CALL(name, function)	shim_seamcall_t name##_target = function
#define static_call(name)			(name##_target)
#define static_call_update(name, function)	(name##_target = (function))

/* Tracing is off. */
#define TRACE_EVENT(name, ...) \
	static inline bool trace_##name##_enabled(void) { return false; } \
	static inline void trace_##name(u64 fn, const void *in, const void *out, u64 status, u64 ns) { }
#define local_clock()		0ULL
#define RDRAND_RETRY_LOOPS	10
#define cond_resched()		((void)0)

/* Locks: one thread. */
#define DEFINE_MUTEX(name)	int name
#define guard(type)		shim_guard
static inline void shim_guard(void *lock) { }
#define rcu_read_lock()		((void)0)
#define rcu_read_unlock()	((void)0)
#define rcu_dereference(p)	(p)
#define rcu_access_pointer(p)	(p)
#define rcu_assign_pointer(p, v) ((p) = (v))
#define RCU_INIT_POINTER(p, v)	((p) = (v))
#define synchronize_rcu()	((void)0)
#define READ_ONCE(x)		(x)
#define WRITE_ONCE(x, v)	((x) = (v))

typedef struct {
	int n;
} refcount_t;

#define REFCOUNT_INIT(n)	{ n }
static inline int refcount_read(const refcount_t *r) { return r->n; }
static inline void refcount_set(refcount_t *r, int n) { r->n = n; }
static inline void refcount_dec(refcount_t *r) { r->n--; }
static inline bool refcount_inc_not_zero(refcount_t *r) { return r->n ? r->n++, true : false; }
static inline bool refcount_dec_if_one(refcount_t *r) { return r->n == 1 ? r->n--, true : false; }

/* Modules */
struct module {
	int refs;
	bool going;
};

#define THIS_MODULE		(&shim_module)
extern struct module shim_module;
static inline bool try_module_get(struct module *m) { return !m || (!m->going && ++m->refs); }
static inline void module_put(struct module *m) { if (m) m->refs--; }

struct cpumask {
	u64 bits;
};

struct shim_cpu {
	u8 x86_phys_bits;
	u32 x86_vfm;
};
extern struct shim_cpu boot_cpu_data;

/* Memory: SHIM_NR_PAGES pages from physical address 0 on. */
#define PAGE_SIZE		4096UL
#define PHYS_PFN(pa)		((unsigned long)((pa) / PAGE_SIZE))
#define PFN_PHYS(pfn)		((phys_addr_t)(pfn) * PAGE_SIZE)
#define SHIM_NR_PAGES		1536
extern u8 shim_memory[SHIM_NR_PAGES][PAGE_SIZE];
extern const u8 shim_zero_page[PAGE_SIZE];
#ifdef SHIM_IDENTITY
#define __va(pa)		((void *)(uintptr_t)(pa))
#else
#define __va(pa)		((void *)((u8 *)shim_memory + (pa)))
#endif
#define ZERO_PAGE(va)		shim_zero_page
#define page_address(page)	((const void *)(page))
#define max_pfn			((unsigned long)SHIM_NR_PAGES)
#define mb()			__sync_synchronize()
#define vcalloc(n, size)	(shim_no_memory ? NULL : calloc(n, size))
extern bool shim_no_memory;

/* What the CPU and the caches are told. */
extern bool shim_has_erratum;
extern unsigned int shim_wbinvds;
#define X86_BUG_TDX_PW_MCE	0
#define X86_FEATURE_TDX_HOST_PLATFORM 0
#define boot_cpu_has(feature)	(shim_has_platform)
extern bool shim_has_platform;
#define boot_cpu_has_bug(bug)	(shim_has_erratum)

static inline void native_wbinvd(void)
{
	shim_wbinvds++;
}

static inline void movdir64b(void *dst, const void *src)
{
	memcpy(dst, src, 64);
}

/* Bits */
#define BITS_PER_LONG		64
#define BITS_TO_LONGS(n)	(((n) + BITS_PER_LONG - 1) / BITS_PER_LONG)

static inline void set_bit(unsigned long n, unsigned long *map)
{
	map[n / BITS_PER_LONG] |= 1UL << n % BITS_PER_LONG;
}

static inline void clear_bit(unsigned long n, unsigned long *map)
{
	map[n / BITS_PER_LONG] &= ~(1UL << n % BITS_PER_LONG);
}

static inline bool test_bit(unsigned long n, const unsigned long *map)
{
	return map[n / BITS_PER_LONG] >> n % BITS_PER_LONG & 1;
}

#define for_each_set_bit(n, map, size) \
	for ((n) = 0; (n) < (size); (n)++) \
		if (test_bit(n, map))

/* Static keys */
struct static_key_false {
	bool on;
};

#define DEFINE_STATIC_KEY_FALSE(key)	struct static_key_false key
#define static_branch_enable(key)	((key)->on = true)
#define static_branch_unlikely(key)	((key)->on)

/* IDs */
struct ida {
	bool used[0x10000];
};

#define DEFINE_IDA(name)	struct ida name
int ida_alloc_range(struct ida *ida, unsigned int min, unsigned int max, int gfp);
void ida_free(struct ida *ida, unsigned int id);

#endif
