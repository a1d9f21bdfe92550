// SPDX-License-Identifier: GPL-2.0-only
/*
 * world.h in the kernel: its addresses stand for pages that are allocated here, and
 * SEAMCALLs go to the loaded module.
 */
#include <linux/cpu.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/smp.h>

#include <asm/tdx_host.h>

#include "conformance.h"
#include "world_kernel.h"

#define BLOCK_ORDER	get_order(SZ_2M)
/* Bits of an operand that are the page's address; the KeyID is above. */
#define PAGE_BITS	GENMASK_ULL(47, 12)

enum { PAGES, BIG0, BIG1, BUFFERS, OUTSIDE, RESERVED, NR_BLOCKS };

static struct {
	/* Address that tests use, address that it stands for, bytes. */
	u64 symbol, real, size;
} blocks[NR_BLOCKS] = {
	[PAGES] = { .symbol = PAGE(0), .size = SZ_2M },
	[BIG0] = { .symbol = BIG(0), .size = SZ_2M },
	[BIG1] = { .symbol = BIG(1), .size = SZ_2M },
	[BUFFERS] = { .symbol = BUF, .size = SZ_2M },
	/* An address beyond all memory of the machines that run this. */
	[OUTSIDE] = { .symbol = OUTSIDE_PAGE, .size = SZ_4K, .real = BIT_ULL(46) },
	[RESERVED] = { .symbol = RESERVED_PAGE, .size = SZ_4K },
};

#define NR_KEYIDS	3
static int keyids[NR_KEYIDS];

const unsigned int world_nr_packages = 1;
unsigned int world_lp;
static unsigned int other_cpu;

static u64 translate(u64 value, bool to_real)
{
	u64 page = value & PAGE_BITS, from, to;
	unsigned int i;

	/* Outputs of SEAMCALLs are addresses of TDs' pages, or of BUFFERS, only. */
	for (i = 0; i < (to_real ? NR_BLOCKS : OUTSIDE); i++) {
		from = to_real ? blocks[i].symbol : blocks[i].real;
		to = to_real ? blocks[i].real : blocks[i].symbol;
		if (page >= from && page - from < blocks[i].size)
			return value - from + to;
	}
	return value;
}

phys_addr_t world_real(phys_addr_t pa)
{
	return translate(pa, true);
}

void *world_memory(phys_addr_t pa)
{
	phys_addr_t real = world_real(pa);

	return pa >= HOST ? phys_to_virt(real) : sm_va(real);
}

void *world_host_memory(phys_addr_t pa)
{
	return phys_to_virt(world_real(pa));
}

u64 world_call_here(unsigned int leaf, unsigned int version, struct tdx_module_args *args)
{
	u64 status;

	args->rcx = translate(args->rcx, true);
	args->rdx = translate(args->rdx, true);
	args->r8 = translate(args->r8, true);
	args->r9 = translate(args->r9, true);
	status = sm_seamcall(leaf | (u64)version << TDX_LEAF_VERSION_SHIFT, args);
	args->rcx = translate(args->rcx, false);
	args->rdx = translate(args->rdx, false);
	return status;
}

struct call {
	unsigned int leaf, version;
	struct tdx_module_args *args;
	u64 status;
};

static int call_on_cpu(void *data)
{
	struct call *call = data;

	call->status = world_call_here(call->leaf, call->version, call->args);
	return 0;
}

static u64 world_call_on(unsigned int cpu, unsigned int leaf, unsigned int version,
			 struct tdx_module_args *args)
{
	struct call call = { leaf, version, args };

	smp_call_on_cpu(cpu, call_on_cpu, &call, false);
	return call.status;
}

u64 world_call(unsigned int leaf, unsigned int version, struct tdx_module_args *args)
{
	return world_lp ? world_call_on(other_cpu, leaf, version, args) :
			  world_call_here(leaf, version, args);
}

void world_enter(void)
{
	cpus_read_lock();
	migrate_disable();
	other_cpu = cpumask_any_but(cpu_online_mask, raw_smp_processor_id());
}

void world_leave(void)
{
	migrate_enable();
	cpus_read_unlock();
}

void world_on_lps(unsigned int leaf, u64 rcx)
{
	unsigned int cpu;

	for_each_online_cpu(cpu) {
		struct tdx_module_args args = { .rcx = rcx };

		world_call_on(cpu, leaf, 0, &args);
	}
}

static bool find_reserved(void)
{
	unsigned int i;

	for (i = 0; i < sm_sys.nr_tdmrs; i++) {
		if (sm_sys.tdmrs[i].nr_reserved) {
			blocks[RESERVED].real = sm_sys.tdmrs[i].reserved[0].base;
			return true;
		}
	}
	return false;
}

/* Allocate the KeyIDs that rows use, so that the kernel gives them to nobody else. */
static int take_keyids(void)
{
	unsigned int i;

	for (i = 0; i < NR_KEYIDS; i++) {
		keyids[i] = tdx_guest_keyid_alloc();
		if (keyids[i] < 0)
			return keyids[i];
	}
	return keyids[0] == FIRST_HKID + 1 && keyids[2] == FIRST_HKID + 3 ? 0 : -EBUSY;
}

int world_load(void)
{
	unsigned int i;
	int r;

	if (!find_reserved() || boot_cpu_data.x86_phys_bits != 48 || num_online_cpus() < 2)
		return -ENODEV;
	r = take_keyids();
	for (i = PAGES; i <= BUFFERS && !r; i++) {
		struct page *page = alloc_pages(GFP_KERNEL | __GFP_ZERO, BLOCK_ORDER);

		if (page)
			blocks[i].real = page_to_phys(page);
		else
			r = -ENOMEM;
	}
	if (r)
		world_unload();
	return r;
}

void world_unload(void)
{
	unsigned int i;

	for (i = PAGES; i <= BUFFERS; i++) {
		if (blocks[i].real)
			__free_pages(pfn_to_page(PHYS_PFN(blocks[i].real)), BLOCK_ORDER);
		blocks[i].real = 0;
	}
	for (i = 0; i < NR_KEYIDS; i++) {
		if (keyids[i] > 0)
			tdx_guest_keyid_free(keyids[i]);
		keyids[i] = 0;
	}
}
