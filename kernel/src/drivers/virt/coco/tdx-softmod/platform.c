// SPDX-License-Identifier: GPL-2.0-only
/*
 * platform.h in the kernel: CPUs, random numbers, hashes.  Memory is in alias.c.
 */

#define pr_fmt(fmt) "tdx_softmod: " fmt

#include <linux/cpumask.h>
#include <linux/irqflags.h>
#include <linux/random.h>
#include <linux/smp.h>
#include <linux/topology.h>

#include <crypto/hash.h>
#include <crypto/sha2.h>

#include <asm/fpu/xcr.h>
#include <asm/msr.h>
#include <asm/processor.h>
#include <asm/tsc.h>

#include "module.h"

static struct crypto_shash *sha384;

int sm_platform_load(void)
{
	/*
	 * The generic implementation neither sleeps nor uses the FPU, which may hold the
	 * guest's registers when softmod hashes.
	 */
	sha384 = crypto_alloc_shash("sha384-generic", 0, 0);
	if (IS_ERR(sha384))
		return PTR_ERR(sha384);
	if (crypto_shash_statesize(sha384) > sizeof(struct sm_sha384) ||
	    sm_platform_nr_packages() > SM_MAX_PACKAGES || nr_cpu_ids > SM_MAX_LPS) {
		crypto_free_shash(sha384);
		return -E2BIG;
	}
	return 0;
}

void sm_platform_unload(void)
{
	crypto_free_shash(sha384);
}

unsigned int sm_platform_pa_bits(void)
{
	return boot_cpu_data.x86_phys_bits;
}

unsigned int sm_platform_lp(void)
{
	return raw_smp_processor_id();
}

unsigned int sm_platform_package(void)
{
	return topology_logical_package_id(raw_smp_processor_id());
}

/* Sockets without a CPU do not count: they have the highest IDs. */
unsigned int sm_platform_nr_packages(void)
{
	unsigned int cpu, nr = 0;

	for_each_present_cpu(cpu)
		nr = max(nr, topology_logical_package_id(cpu) + 1);
	return nr;
}

bool sm_platform_all_lps_in(const unsigned long *lps)
{
	return bitmap_subset(cpumask_bits(cpu_present_mask), lps, nr_cpu_ids);
}

void sm_platform_cpuid(u32 leaf, u32 subleaf, u32 ret_regs[4])
{
	/* For a leaf that it does not have an Intel CPU returns what the last one has. */
	if (leaf > cpuid_eax(leaf & BIT(31))) {
		memset(ret_regs, 0, 4 * sizeof(*ret_regs));
		return;
	}
	cpuid_count(leaf, subleaf, &ret_regs[0], &ret_regs[1], &ret_regs[2], &ret_regs[3]);
}

u64 sm_platform_xcr0(void)
{
	return xgetbv(XCR_XFEATURE_ENABLED_MASK);
}

bool sm_platform_msr(u32 msr, u64 *ret_value)
{
	return !rdmsrl_safe(msr, ret_value);
}

u64 sm_platform_tsc(void)
{
	return rdtsc_ordered();
}

u64 sm_platform_tsc_hz(void)
{
	return (u64)tsc_khz * 1000;
}

bool sm_platform_scales_tsc(void)
{
	return sm_run_scales_tsc();
}

unsigned long sm_platform_irq_save(void)
{
	unsigned long flags;

	local_irq_save(flags);
	return flags;
}

void sm_platform_irq_restore(unsigned long flags)
{
	local_irq_restore(flags);
}

bool sm_platform_random(void *to, size_t size)
{
	get_random_bytes(to, size);
	return true;
}

/*
 * The generic implementation cannot fail, as all it works on is in the descriptor.  The
 * state is imported and exported around each step because it lives in a TDCS.
 */

void sm_platform_sha384_init(struct sm_sha384 *sha)
{
	SHASH_DESC_ON_STACK(desc, sha384);

	desc->tfm = sha384;
	WARN_ON_ONCE(crypto_shash_init(desc) || crypto_shash_export(desc, sha));
	shash_desc_zero(desc);
}

void sm_platform_sha384_update(struct sm_sha384 *sha, const void *data, size_t size)
{
	SHASH_DESC_ON_STACK(desc, sha384);

	desc->tfm = sha384;
	WARN_ON_ONCE(crypto_shash_import(desc, sha) || crypto_shash_update(desc, data, size) ||
		     crypto_shash_export(desc, sha));
	shash_desc_zero(desc);
}

void sm_platform_sha384_final(struct sm_sha384 *sha, u8 ret_digest[SM_SHA384_SIZE])
{
	SHASH_DESC_ON_STACK(desc, sha384);

	desc->tfm = sha384;
	WARN_ON_ONCE(crypto_shash_import(desc, sha) || crypto_shash_final(desc, ret_digest));
	shash_desc_zero(desc);
}

void sm_platform_hmac(const u8 key[SM_SHA256_SIZE], const void *data, size_t size,
		      u8 ret_mac[SM_SHA256_SIZE])
{
	u8 pad[SHA256_BLOCK_SIZE], inner[SHA256_DIGEST_SIZE];
	struct sha256_state sha;
	unsigned int i;

	memset(pad, 0x36, sizeof(pad));
	for (i = 0; i < SM_SHA256_SIZE; i++)
		pad[i] ^= key[i];
	sha256_init(&sha);
	sha256_update(&sha, pad, sizeof(pad));
	sha256_update(&sha, data, size);
	sha256_final(&sha, inner);

	memset(pad, 0x5c, sizeof(pad));
	for (i = 0; i < SM_SHA256_SIZE; i++)
		pad[i] ^= key[i];
	sha256_init(&sha);
	sha256_update(&sha, pad, sizeof(pad));
	sha256_update(&sha, inner, sizeof(inner));
	sha256_final(&sha, ret_mac);
	memzero_explicit(pad, sizeof(pad));
}
