// SPDX-License-Identifier: GPL-2.0-only
/*
 * What exists once for all TDs: permission maps, a page for each CPU, the ASID.
 */
#include <linux/bitmap.h>
#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/percpu.h>

#include <asm/cpufeature.h>
#include <asm/processor.h>

#include "../run.h"

/* The CPU reads 12 KiB and a bit of the I/O map, and 8 KiB of the MSR map. */
#define IOPM_ORDER	2
#define MSRPM_ORDER	1

#define SVM_CPUID	0x8000000a

phys_addr_t sm_iopm_pa;
phys_addr_t sm_msrpm_pa;
u32 sm_asid;
DEFINE_PER_CPU(phys_addr_t, sm_host_page_pa);

/*
 * The MSR map has two bits for each MSR, for reads and writes.  Each of these ranges of 8K
 * MSRs takes 2 KiB of it.
 */
static void clear_msr_intercepts(void *msrpm, u32 msr)
{
	static const u32 ranges[] = { 0, 0xc0000000, 0xc0010000 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ranges); i++) {
		u32 index = msr - ranges[i];

		if (index < 0x2000)
			bitmap_clear(msrpm, i * 2048 * 8 + index * 2, 2);
	}
}

static struct page *alloc_map(unsigned int order)
{
	struct page *page = alloc_pages(GFP_KERNEL, order);

	if (page)
		memset(page_address(page), 0xff, PAGE_SIZE << order);
	return page;
}

static void free_map(phys_addr_t pa, unsigned int order)
{
	if (pa)
		__free_pages(pfn_to_page(PHYS_PFN(pa)), order);
}

void sm_svm_unload(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		free_map(per_cpu(sm_host_page_pa, cpu), 0);
	free_map(sm_msrpm_pa, MSRPM_ORDER);
	free_map(sm_iopm_pa, IOPM_ORDER);
}

const char *sm_svm_lacks(void)
{
	if (!boot_cpu_has(X86_FEATURE_NPT))
		return "the CPU has no AMD-V with nested paging";
	/* The CPU walks the nested page table in the host's paging mode. */
	if (cpu_feature_enabled(X86_FEATURE_LA57))
		return "the host uses 5-level paging; boot with no5lvl";
	return NULL;
}

int sm_svm_load(void)
{
	struct page *page;
	unsigned int i;
	int cpu;

	/*
	 * Use the CPU's last ASID, which a patch to kvm_amd keeps out of KVM's pool.  With an
	 * ASID that KVM uses too, an ordinary guest could hit TLB entries of a TD.
	 */
	sm_asid = cpuid_ebx(SVM_CPUID) - 1;

	page = alloc_map(IOPM_ORDER);
	if (!page)
		return -ENOMEM;
	sm_iopm_pa = page_to_phys(page);

	page = alloc_map(MSRPM_ORDER);
	if (!page)
		goto out_unload;
	sm_msrpm_pa = page_to_phys(page);
	for (i = 0; i < SM_NR_NATIVE_MSRS; i++)
		clear_msr_intercepts(page_address(page), sm_native_msrs[i]);

	for_each_possible_cpu(cpu) {
		page = alloc_pages_node(cpu_to_node(cpu), GFP_KERNEL | __GFP_ZERO, 0);
		if (!page)
			goto out_unload;
		per_cpu(sm_host_page_pa, cpu) = page_to_phys(page);
	}
	return 0;

out_unload:
	sm_svm_unload();
	return -ENOMEM;
}
