/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_KERNEL_H
#define SHIM_KERNEL_H

/* The little of the kernel that kvm/tdx/params.c and the TDX headers use; every header is this one. */

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <linux/types.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef uint64_t phys_addr_t;
struct tdx_module_args;

#define BIT(n)			(1UL << (n))
#define BIT_ULL(n)		(1ULL << (n))
#define _BITULL(n)		BIT_ULL(n)
#define GENMASK_ULL(h, l)	((~0ULL >> (63 - (h))) & (~0ULL << (l)))
#define GENMASK(h, l)		((unsigned long)GENMASK_ULL(h, l))
#define FIELD_GET(mask, value)	(((value) & (mask)) >> __builtin_ctzll(mask))
#define __packed		__attribute__((packed))
#define __aligned(n)		__attribute__((aligned(n)))

/* asm/fpu/types.h */
#define XFEATURE_MASK_FPSSE	0x3
#define XFEATURE_MASK_YMM	0x4
#define XFEATURE_MASK_AVX512	0xe0
#define XFEATURE_MASK_PKRU	0x200
#define XFEATURE_MASK_XTILE	0x60000

/* asm/processor.h */
static const struct { int x86_phys_bits; } boot_cpu_data __attribute__((unused)) = { 48 };

#endif
