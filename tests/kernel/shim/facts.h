/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_FACTS_H
#define SHIM_FACTS_H

/* Definitions that say the same as the kernel's. */

#include <linux/types.h>

#define CONFIG_X86_64 1
#define CONFIG_ACPI 1
#define CONFIG_SUSPEND 1
#define CONFIG_INTEL_TDX_HOST 1
#define CONFIG_PROVE_LOCKING 1

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s32 s32;
typedef __s64 s64;
typedef u64 phys_addr_t;
typedef u64 gfn_t;
typedef u64 gpa_t;
typedef u64 hpa_t;
typedef u64 kvm_pfn_t;
typedef unsigned long hva_t;
typedef unsigned int gfp_t;
typedef unsigned long ulong;
typedef unsigned int uint;

#define U8_MAX 0xffU
#define U16_MAX 0xffffU
#define U32_MAX UINT32_MAX
#define U64_MAX UINT64_MAX
#define BITS_PER_LONG 64

/* Compiler */
#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif
#define __weak __attribute__((weak))
#define __packed __attribute__((packed))
#define __aligned(n) __attribute__((aligned(n)))
#define __must_check __attribute__((warn_unused_result))
#define fallthrough __attribute__((fallthrough))
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define static_assert(...) _Static_assert(__VA_ARGS__, "static_assert")
#define BUILD_BUG_ON_INVALID(e) ((void)(sizeof((long)(e))))
#define __ARG_PLACEHOLDER_1 0,
#define __TAKE_SECOND(ignored, val, ...) val
#define __IS_DEFINED(arg_or_junk) __TAKE_SECOND(arg_or_junk 1, 0, 0)
#define __IS_DEFINED_(val) __IS_DEFINED(__ARG_PLACEHOLDER_##val)
#define IS_BUILTIN(option) __IS_DEFINED_(option)
#define IS_MODULE(option) 0
#define IS_ENABLED(option) IS_BUILTIN(option)
#define container_of(p, type, member) ((type *)((char *)(p) - offsetof(type, member)))
#define DECLARE_FLEX_ARRAY(type, name) struct { struct { } empty_##name; type name[]; }
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define kbasename(path) (strrchr(path, '/') ? strrchr(path, '/') + 1 : (path))

/* Numbers */
#define min(a, b) ({ __typeof__(a) a_ = (a); __typeof__(b) b_ = (b); a_ < b_ ? a_ : b_; })
#define max(a, b) ({ __typeof__(a) a_ = (a); __typeof__(b) b_ = (b); a_ > b_ ? a_ : b_; })
#define ALIGN(x, a) (((x) + (a) - 1) & ~((__typeof__(x))(a) - 1))
#define ALIGN_DOWN(x, a) ((x) & ~((__typeof__(x))(a) - 1))
#define IS_ALIGNED(x, a) (((x) & ((__typeof__(x))(a) - 1)) == 0)
#define BIT(n) (1UL << (n))
#define BIT_ULL(n) (1ULL << (n))
#define GENMASK(h, l) ((~0UL << (l)) & (~0UL >> (63 - (h))))
#define GENMASK_ULL(h, l) ((~0ULL << (l)) & (~0ULL >> (63 - (h))))
#define FIELD_GET(mask, value) (((value) & (mask)) >> __builtin_ctzll(mask))
#define FIELD_PREP(mask, value) (((u64)(value) << __builtin_ctzll(mask)) & (mask))
#define FIELD_MAX(mask) ((mask) >> __builtin_ctzll(mask))
#define BITS_TO_LONGS(n) (((n) + BITS_PER_LONG - 1) / BITS_PER_LONG)
#define DECLARE_BITMAP(name, bits) unsigned long name[BITS_TO_LONGS(bits)]
#define lower_32_bits(n) ((u32)(n))
#define upper_32_bits(n) ((u32)((u64)(n) >> 32))
#define hweight64(x) ((unsigned int)__builtin_popcountll(x))
#define __ffs(x) ((unsigned long)__builtin_ctzl(x))
static inline bool is_power_of_2(u64 n) { return n && !(n & (n - 1)); }
static inline unsigned long roundup_pow_of_two(unsigned long n) { return n < 2 ? 1 : 1UL << (64 - __builtin_clzl(n - 1)); }
static inline u64 mul_u64_u64_div_u64(u64 a, u64 b, u64 c) { return (u64)((unsigned __int128)a * b / c); }
static inline u64 mul_u64_u64_shr(u64 a, u64 b, unsigned int shift) { return (u64)((unsigned __int128)a * b >> shift); }

/* Memory */
#define PAGE_SHIFT 12
#define PMD_SHIFT 21
#define PUD_SHIFT 30
#define PAGE_SIZE 4096UL
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define SZ_4K 0x1000UL
#define SZ_1M 0x100000UL
#define SZ_4M 0x400000UL
#define SZ_1G 0x40000000UL
#define PHYS_PFN(pa) ((unsigned long)((pa) >> PAGE_SHIFT))
#define PFN_PHYS(pfn) ((phys_addr_t)(pfn) << PAGE_SHIFT)
#define MAX_NUMNODES 1
#define MEM_GOING_ONLINE 1UL
#define NOTIFY_OK 1
#define NOTIFY_BAD 2
struct memory_notify { unsigned long start_pfn, nr_pages; };
struct notifier_block { int (*notifier_call)(struct notifier_block *nb, unsigned long action, void *v); };

/* x86 */
enum pg_level { PG_LEVEL_NONE, PG_LEVEL_4K, PG_LEVEL_2M, PG_LEVEL_1G, PG_LEVEL_512G, PG_LEVEL_256T, PG_LEVEL_NUM };
#define X86_MEMTYPE_WB 6
#define E820_TYPE_RAM 1
#define RDRAND_RETRY_LOOPS 10
#define MSR_IA32_MKTME_KEYID_PARTITIONING 0x87
#define XFEATURE_MASK_FPSSE 0x3
#define XFEATURE_MASK_YMM 0x4
#define XFEATURE_MASK_AVX512 0xe0
#define XFEATURE_MASK_PKRU 0x200
#define XFEATURE_MASK_XTILE 0x60000

/* TDX */
enum { TDX_PS_4K, TDX_PS_2M, TDX_PS_1G, TDX_PS_NR };
#define TDX_SEAMCALL_VMFAILINVALID 0x8000ff00ffff0000ULL
#define TDX_SEAMCALL_GP 0x8000ff000000000dULL
#define TDX_SEAMCALL_UD 0x8000ff0000000006ULL
struct tdx_module_args { u64 rcx, rdx, r8, r9, r10, r11, r12, r13, r14, r15, rbx, rdi, rsi; };
int tdx_cpu_enable(void);
int tdx_enable(void);

#endif
