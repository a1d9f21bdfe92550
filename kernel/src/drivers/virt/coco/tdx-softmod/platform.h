/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDX_SOFTMOD_PLATFORM_H
#define TDX_SOFTMOD_PLATFORM_H

/*
 * What the core of softmod needs from its environment.  In the kernel platform.c and
 * alias.c implement it; in user space the tests in tests/kernel/softmod do.
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

/* Size of the pages that the host hands to the module and gets back. */
#define SM_PAGE_SIZE	4096UL

struct sm_range {
	phys_addr_t base;
	u64 size;
};

/* Ranges of convertible memory: whole 4K pages, ascending.  Returns how many, at most @max. */
unsigned int sm_platform_cmrs(struct sm_range *ret_cmrs, unsigned int max);

/* Width of a physical address without the KeyID, which is in the bits above. */
unsigned int sm_platform_pa_bits(void);

/*
 * Prepare [@pa, @pa + @size) of a TDMR for sm_va(), sm_platform_take() and
 * sm_platform_give_back().  The range does not cross a multiple of 1 GiB.
 * May sleep.  Returns 0 or -ENOMEM.
 */
int sm_platform_add_memory(phys_addr_t pa, u64 size);

/* Where softmod itself has @pa mapped, which is in an initialised part of a TDMR. */
void *sm_va(phys_addr_t pa);

/*
 * Take pages from the host: make its mapping of them not present.  TLBs may keep
 * translations of them until sm_platform_host_is_flushed() has them flushed.
 */
void sm_platform_take(phys_addr_t pa, unsigned long nr_pages);
/* Zero pages, and give them back to the host. */
void sm_platform_give_back(phys_addr_t pa, unsigned long nr_pages);
/*
 * For strict mode: make the host's mapping of a page that was given back not present, and present
 * again.  The content stays; no TLB is flushed.
 */
void sm_platform_hide(phys_addr_t pa);
void sm_platform_show(phys_addr_t pa);
/*
 * True if no CPU has a TLB entry left for any page taken so far, or if all CPUs were
 * flushed a moment ago.  Otherwise it starts the flushes that are missing and returns
 * false without waiting for them: the caller asks again later.
 */
bool sm_platform_host_is_flushed(void);

/*
 * Copy between softmod and memory that is the host's own (KeyID 0), within one page.
 * False if that is not accessible, because it is not RAM or was taken.
 */
bool sm_platform_read_host(void *to, phys_addr_t from, size_t size);
bool sm_platform_write_host(phys_addr_t to, const void *from, size_t size);
/*
 * The host's mapping of @pa, for memory that is never taken, such as PAMTs and KVM's page
 * tables.  NULL if it is not RAM or was taken.
 */
void *sm_platform_host_va(phys_addr_t pa);

/* CPUs */

/* Logical processor (LP) and CPU package of the caller, who cannot migrate. */
unsigned int sm_platform_lp(void);
unsigned int sm_platform_package(void);
/* At most SM_MAX_PACKAGES. */
unsigned int sm_platform_nr_packages(void);
/* True if each LP of the machine, online or not, is in @lps, a bitmap of SM_MAX_LPS. */
bool sm_platform_all_lps_in(const unsigned long *lps);

/* CPUID of the real CPU; all zero if it does not have the leaf. */
void sm_platform_cpuid(u32 leaf, u32 subleaf, u32 ret_regs[4]);
/* The host's XCR0: the user state components that the CPU has enabled. */
u64 sm_platform_xcr0(void);
/* An MSR of this LP.  False if the CPU does not have it. */
bool sm_platform_msr(u32 msr, u64 *ret_value);
u64 sm_platform_tsc(void);
u64 sm_platform_tsc_hz(void);
/* Can the TSC of a guest run at another rate? */
bool sm_platform_scales_tsc(void);

/* Interrupts are off between these two calls, because nothing interrupts a SEAMCALL. */
unsigned long sm_platform_irq_save(void);
void sm_platform_irq_restore(unsigned long flags);

/* Random numbers and hashes */

/* False if there is no entropy. */
bool sm_platform_random(void *to, size_t size);

#define SM_SHA384_SIZE	48

/* State of a SHA-384 computation.  Plain bytes without pointers, so it can be in a TDCS. */
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
