// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory of TDs has two mappings: softmod's own, the alias, has all pages of the TDMRs; the
 * kernel's direct map has those that no TD has.  So the host cannot read what a TD has.
 *
 * The alias has one virtual area for each GiB.  The direct map of a TDMR is split to
 * 4K pages when the TDMR is initialised, so that taking a page later changes one PTE.
 *
 * CPUs flush their TLB entries of taken pages lazily.  Pages are numbered in the order in
 * which they are taken; a CPU that has flushed up to the last number has no stale entry.
 * The last NR_RECENT numbers can be flushed page by page, older ones need a full flush.
 * A TD that starts takes hundreds of pages in a row, and would spend most of its time with
 * interrupting all CPUs for each of them.  So for FLUSH_PERIOD after all CPUs have flushed,
 * pages taken since then do not ask for a new flush.
 */

#define pr_fmt(fmt) "tdx_softmod: " fmt

#include <linux/ioport.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/set_memory.h>
#include <linux/smp.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include <asm/cpufeature.h>
#include <asm/pgtable.h>
#include <asm/tlbflush.h>

#include "module.h"

#define BLOCK_SHIFT	30
#define BLOCK_PAGES	(1UL << (BLOCK_SHIFT - PAGE_SHIFT))
#define NR_RECENT	64

/* In jiffies: how long CPUs may keep TLB entries of pages taken since the last flush. */
#define FLUSH_PERIOD	(HZ / 10)

/* Virtual address of each GiB in the alias; NULL if it is not mapped yet. */
static void **blocks;
static unsigned int nr_blocks;

static struct sm_range ram[SM_MAX_CMRS];
static unsigned int nr_ram;

static DEFINE_RAW_SPINLOCK(taken_lock);
/* Number of the last page taken; written with taken_lock held. */
static u64 taken;
/* Address in the direct map of page number n, at n % NR_RECENT. */
static unsigned long recent[NR_RECENT];
/* Up to which number all CPUs have flushed, and when that was so, in jiffies. */
static u64 flushed_by_all;
static unsigned long flushed_at;
/* Up to which number this CPU has flushed. */
static DEFINE_PER_CPU(u64, flushed);
static DEFINE_PER_CPU(call_single_data_t, flush_csd);
/* 1 from when flush_csd is queued on this CPU until its function begins. */
static DEFINE_PER_CPU(atomic_t, flush_asked);

/*
 * Note an area of RAM, in bytes.  Adjacent areas become one, as they may meet in the middle
 * of a page: data that the boot loader (kexec, say) left for the kernel splits an area there.
 */
static int add_ram(struct resource *res, void *unused)
{
	struct sm_range *last = nr_ram ? &ram[nr_ram - 1] : NULL;
	u64 size = res->end + 1 - res->start;

	if (last && last->base + last->size == res->start) {
		last->size += size;
		return 0;
	}
	if (nr_ram == SM_MAX_CMRS)
		return -ENOSPC;
	ram[nr_ram++] = (struct sm_range){ .base = res->start, .size = size };
	return 0;
}

/* Reduce each area of RAM to the whole pages in it, and drop those without any. */
static void round_ram(void)
{
	unsigned int i, nr = 0;

	for (i = 0; i < nr_ram; i++) {
		phys_addr_t base = PAGE_ALIGN(ram[i].base);
		phys_addr_t end = PAGE_ALIGN_DOWN(ram[i].base + ram[i].size);

		if (base < end)
			ram[nr++] = (struct sm_range){ .base = base, .size = end - base };
	}
	nr_ram = nr;
}

unsigned int sm_platform_cmrs(struct sm_range *ret_cmrs, unsigned int max)
{
	unsigned int nr = min(nr_ram, max);

	memcpy(ret_cmrs, ram, nr * sizeof(*ram));
	return nr;
}

/*
 * Is @pa RAM?  *@ret_end is where the part of [pa, end) ends that is RAM, or not RAM, as
 * @pa is.
 */
static bool is_ram(phys_addr_t pa, phys_addr_t end, phys_addr_t *ret_end)
{
	unsigned int i;

	for (i = 0; i < nr_ram; i++) {
		if (pa < ram[i].base) {
			*ret_end = min(end, ram[i].base);
			return false;
		}
		if (pa - ram[i].base < ram[i].size) {
			*ret_end = min(end, ram[i].base + ram[i].size);
			return true;
		}
	}
	*ret_end = end;
	return false;
}

/*
 * Map one GiB into the alias.  What is not RAM in it maps the page of zeros; nobody uses it,
 * since such pages are reserved in the PAMT.
 */
static void *map_block(phys_addr_t base)
{
	phys_addr_t pa, next, end = base + (1ULL << BLOCK_SHIFT);
	struct page **pages;
	unsigned long i;
	void *va;

	pages = kvmalloc_array(BLOCK_PAGES, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return NULL;
	for (i = 0, pa = base; pa < end; pa = next) {
		bool present = is_ram(pa, end, &next);

		for (; pa < next; pa += PAGE_SIZE, i++)
			pages[i] = present ? pfn_to_page(PHYS_PFN(pa)) : ZERO_PAGE(0);
	}
	va = vmap(pages, BLOCK_PAGES, VM_MAP, PAGE_KERNEL);
	kvfree(pages);
	return va;
}

int sm_platform_add_memory(phys_addr_t pa, u64 size)
{
	phys_addr_t end = pa + size, next;
	unsigned int block = pa >> BLOCK_SHIFT;

	if (block >= nr_blocks)
		return -ENOMEM;
	if (!blocks[block]) {
		void *va = map_block((phys_addr_t)block << BLOCK_SHIFT);

		if (!va)
			return -ENOMEM;
		/* TDMRs do not share a GiB, and one TDMR is initialised by one CPU at a time. */
		WRITE_ONCE(blocks[block], va);
	}
	for (; pa < end; pa = next) {
		if (is_ram(pa, end, &next) &&
		    set_memory_4k((unsigned long)__va(pa), (next - pa) >> PAGE_SHIFT))
			return -ENOMEM;
	}
	return 0;
}

void *sm_va(phys_addr_t pa)
{
	return READ_ONCE(blocks[pa >> BLOCK_SHIFT]) + (pa & ((1ULL << BLOCK_SHIFT) - 1));
}

static pte_t *direct_pte(unsigned long va)
{
	unsigned int level;
	pte_t *pte = lookup_address(va, &level);

	return pte && !WARN_ON_ONCE(level != PG_LEVEL_4K) ? pte : NULL;
}

/* Returns the page's address in the direct map; 0 if it has none. */
static unsigned long set_present(phys_addr_t pa, bool present)
{
	unsigned long va = (unsigned long)__va(pa);
	const pteval_t bits = _PAGE_PRESENT | _PAGE_GLOBAL;
	pte_t *pte = direct_pte(va);
	pteval_t flags;

	if (!pte)
		return 0;
	/* Clear GLOBAL too: in an entry that is not present that bit means PROT_NONE. */
	flags = (pte_flags(*pte) & ~bits) |
		(present ? bits & __default_kernel_pte_mask : 0);
	set_pte(pte, pfn_pte(PHYS_PFN(pa), __pgprot(flags)));
	return va;
}

void sm_platform_take(phys_addr_t pa, unsigned long nr_pages)
{
	unsigned long i, flags, va;

	raw_spin_lock_irqsave(&taken_lock, flags);
	for (i = 0; i < nr_pages; i++) {
		va = set_present(pa + i * PAGE_SIZE, false);
		if (!va)
			continue;
		taken++;
		recent[taken % NR_RECENT] = va;
	}
	raw_spin_unlock_irqrestore(&taken_lock, flags);
}

void sm_platform_give_back(phys_addr_t pa, unsigned long nr_pages)
{
	unsigned long i;

	for (i = 0; i < nr_pages; i++) {
		clear_page(sm_va(pa + i * PAGE_SIZE));
		set_present(pa + i * PAGE_SIZE, true);
	}
}

void sm_platform_hide(phys_addr_t pa)
{
	set_present(pa, false);
}

void sm_platform_show(phys_addr_t pa)
{
	set_present(pa, true);
}

/* Flush from this CPU's TLB all pages that were taken so far. */
static void flush_here(void *unused)
{
	unsigned long flags;
	u64 n, last;

	raw_spin_lock_irqsave(&taken_lock, flags);
	last = taken;
	n = __this_cpu_read(flushed);
	/*
	 * With PTI the direct map is not global, so other PCIDs may have TLB entries for it,
	 * which INVLPG would leave.
	 */
	if (last - n > NR_RECENT || cpu_feature_enabled(X86_FEATURE_PTI)) {
		__flush_tlb_all();
	} else {
		while (n++ < last)
			asm volatile("invlpg (%0)" : : "r" (recent[n % NR_RECENT]) : "memory");
	}
	__this_cpu_write(flushed, last);
	raw_spin_unlock_irqrestore(&taken_lock, flags);
}

static void flush_as_asked(void *unused)
{
	atomic_set(this_cpu_ptr(&flush_asked), 0);
	flush_here(NULL);
}

bool sm_platform_host_is_flushed(void)
{
	unsigned int cpu, here = smp_processor_id();
	u64 wanted = READ_ONCE(taken);
	bool clean = true;

	if (READ_ONCE(flushed_by_all) >= wanted ||
	    time_before(jiffies, READ_ONCE(flushed_at) + FLUSH_PERIOD))
		return true;
	for_each_online_cpu(cpu) {
		if (READ_ONCE(per_cpu(flushed, cpu)) >= wanted)
			continue;
		if (cpu == here) {
			flush_here(NULL);
			continue;
		}
		clean = false;
		/* The CPU may have been asked already, and flush_csd cannot be queued twice. */
		if (atomic_xchg(per_cpu_ptr(&flush_asked, cpu), 1))
			continue;
		if (smp_call_function_single_async(cpu, per_cpu_ptr(&flush_csd, cpu)))
			atomic_set(per_cpu_ptr(&flush_asked, cpu), 0);
	}
	if (clean) {
		WRITE_ONCE(flushed_by_all, wanted);
		WRITE_ONCE(flushed_at, jiffies);
	}
	return clean;
}

void *sm_platform_host_va(phys_addr_t pa)
{
	unsigned int level;
	phys_addr_t end;
	pte_t *pte;

	if (!is_ram(pa, pa + 1, &end))
		return NULL;
	pte = lookup_address((unsigned long)__va(pa), &level);
	return pte && (pte_flags(*pte) & _PAGE_PRESENT) ? __va(pa) : NULL;
}

bool sm_platform_read_host(void *to, phys_addr_t from, size_t size)
{
	phys_addr_t end;

	return is_ram(from, from + size, &end) && end == from + size &&
	       !copy_from_kernel_nofault(to, __va(from), size);
}

bool sm_platform_write_host(phys_addr_t to, const void *from, size_t size)
{
	void *va = sm_platform_host_va(to);

	if (!va)
		return false;
	memcpy(va, from, size);
	return true;
}

int sm_alias_load(void)
{
	unsigned int cpu;
	int ret;

	nr_ram = 0;
	flushed_at = jiffies - FLUSH_PERIOD;
	ret = walk_iomem_res_desc(IORES_DESC_NONE, IORESOURCE_SYSTEM_RAM | IORESOURCE_BUSY, 0, -1,
				  NULL, add_ram);
	round_ram();
	if (ret || !nr_ram) {
		pr_err("memory: more than %d areas of RAM\n", SM_MAX_CMRS);
		return -E2BIG;
	}
	nr_blocks = ((ram[nr_ram - 1].base + ram[nr_ram - 1].size - 1) >> BLOCK_SHIFT) + 1;
	blocks = kvcalloc(nr_blocks, sizeof(*blocks), GFP_KERNEL);
	if (!blocks)
		return -ENOMEM;
	for_each_possible_cpu(cpu)
		INIT_CSD(per_cpu_ptr(&flush_csd, cpu), flush_as_asked, NULL);
	return 0;
}

void sm_alias_unload(void)
{
	unsigned int i;

	/* When this has run on each CPU, no flush_csd that was queued before is pending. */
	on_each_cpu(flush_here, NULL, 1);
	for (i = 0; i < nr_blocks; i++)
		vunmap(blocks[i]);
	kvfree(blocks);
}
