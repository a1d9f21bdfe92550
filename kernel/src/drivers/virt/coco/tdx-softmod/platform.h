/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDX_SOFTMOD_PLATFORM_H
#define TDX_SOFTMOD_PLATFORM_H

/*
 * All that the core of softmod asks of what it stands on.  platform.c and
 * alias.c answer in the kernel, tests/kernel/softmod in user space.
 *
 * Unless a comment says "may sleep", a function here works in any context:
 * interrupts off, mmu_lock held.
 */

#include <linux/align.h>
#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/string.h>
#include <linux/types.h>

#include <asm/shared/tdx.h>
#include <asm/tdx_abi.h>
#include <asm/tdx_status.h>

/* Physical memory */

/* What the host and the module hand to each other. */
#define SM_PAGE_SIZE	4096UL

struct sm_range {
	phys_addr_t base;
	u64 size;
};

/* Convertible memory, ascending, 4K granular; returns how many of at most @max. */
unsigned int sm_platform_cmrs(struct sm_range *ret_cmrs, unsigned int max);

/* Bits of a physical address without KeyID bits: KeyIDs start there. */
unsigned int sm_platform_pa_bits(void);

/*
 * Make [@pa, @pa + @size), of a TDMR, accessible to sm_va() and to the functions
 * that take pages from the host.  @size is at most 1 GiB, within one GiB.
 * May sleep.  Returns 0 or -ENOMEM.
 */
int sm_platform_add_memory(phys_addr_t pa, u64 size);

/* softmod's own access to a page of a TDMR that has been initialised; constant time. */
void *sm_va(phys_addr_t pa);

/*
 * Take pages from the host: from now on its own mapping of them is not present.
 * Stale translations remain until sm_platform_host_is_flushed() ends them.
 */
void sm_platform_take(phys_addr_t pa, unsigned long nr_pages);
/* Zero pages, and give them back to the host. */
void sm_platform_give_back(phys_addr_t pa, unsigned long nr_pages);
/*
 * True if no CPU has a stale host translation of any page taken so far, or all were
 * flushed a moment ago.  Starts flushes where needed and does not wait for them: ask again.
 */
bool sm_platform_host_is_flushed(void);

/*
 * Copy between softmod and memory that is the host's own (KeyID 0).  False if it
 * is not accessible, because it is no RAM or was taken.  @size stays in one page.
 */
bool sm_platform_read_host(void *to, phys_addr_t from, size_t size);
bool sm_platform_write_host(phys_addr_t to, const void *from, size_t size);
/* The PAMTs and page tables of KVM: ordinary RAM that is never taken; NULL if it is not. */
void *sm_platform_host_va(phys_addr_t pa);

/* CPUs */

/* Logical processor of the caller, who can not migrate. */
unsigned int sm_platform_lp(void);
unsigned int sm_platform_package(void);
/* Below SM_MAX_PACKAGES. */
unsigned int sm_platform_nr_packages(void);
/* True if each LP of the machine, online or not, is in @lps, a bitmap of SM_MAX_LPS. */
bool sm_platform_all_lps_in(const unsigned long *lps);

/* CPUID of the real CPU. */
void sm_platform_cpuid(u32 leaf, u32 subleaf, u32 ret_regs[4]);
/* User states that XCR0 may have. */
u64 sm_platform_xcr0(void);
u64 sm_platform_tsc(void);
u64 sm_platform_tsc_hz(void);
/* Can the TSC of a guest run at another rate? */
bool sm_platform_scales_tsc(void);

/* No interrupt between these: a SEAMCALL is not interrupted. */
unsigned long sm_platform_irq_save(void);
void sm_platform_irq_restore(unsigned long flags);

/* Random numbers and hashes */

/* False if there is no entropy. */
bool sm_platform_random(void *to, size_t size);

#define SM_SHA384_SIZE	48

/* State of a SHA-384 stream, plain bytes: may live in a TDCS. */
struct sm_sha384 {
	u64 opaque[32];
};

void sm_platform_sha384_init(struct sm_sha384 *sha);
void sm_platform_sha384_update(struct sm_sha384 *sha, const void *data, size_t size);
void sm_platform_sha384_final(struct sm_sha384 *sha, u8 ret_digest[SM_SHA384_SIZE]);

#define SM_SHA256_SIZE	32

/* HMAC-SHA-256 with a key of 32 bytes. */
void sm_platform_hmac(const u8 key[SM_SHA256_SIZE], const void *data, size_t size,
		      u8 ret_mac[SM_SHA256_SIZE]);

#endif
