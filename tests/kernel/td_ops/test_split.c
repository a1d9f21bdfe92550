// SPDX-License-Identifier: GPL-2.0-only
/*
 * The TDX module writes tables with the TD's KeyID: one that it gives back, by MEM.SEPT.REMOVE or
 * because MEM.PAGE.DEMOTE failed, is taken back before KVM may use it for something else.
 */
#include "mmu/mirror/private_pt_ops.h"
#include "test.h"

#define KEYID 35

static u8 table[PAGE_SIZE] __aligned(PAGE_SIZE);
/* How many calls of MEM.PAGE.DEMOTE are interrupted, before module.status is what counts. */
static unsigned int nr_interrupted;
/*
 * What happened to the table, in order: D for MEM.PAGE.DEMOTE, R for MEM.SEPT.REMOVE, W for PAGE.WBINVD, S for the scrub.
 */
static char events[512];

u64 tdh_mem_page_demote(phys_addr_t tdr, u64 gpa, int level, phys_addr_t sept_page, struct tdx_sept_info *ret_sept)
{
	strcat(events, "D");
	if (!nr_interrupted)
		return module.status[TDH_MEM_PAGE_DEMOTE];
	nr_interrupted--;
	return TDX_INTERRUPTED_RESTARTABLE;
}

u64 tdh_mem_sept_remove(phys_addr_t tdr, u64 gpa, int level, phys_addr_t *ret_page, struct tdx_sept_info *ret_sept)
{
	strcat(events, gpa == 512 * PAGE_SIZE && level == 1 ? "R" : "?");
	return module.status[TDH_MEM_SEPT_REMOVE];
}

u64 tdh_phymem_page_wbinvd(phys_addr_t page, u16 hkid)
{
	strcat(events, page == __pa(table) && hkid == KEYID ? "W" : "?");
	return module.status[TDH_PHYMEM_PAGE_WBINVD];
}

void tdx_scrub_pages(phys_addr_t page, unsigned long nr)
{
	strcat(events, page == __pa(table) && nr == 1 ? "S" : "?");
}

/* Splits a page.  DEMOTE is interrupted @interrupted times, and then returns @status. */
static int split(unsigned int interrupted, u64 status)
{
	struct kvm_tdx td = { .keyid = KEYID };
	struct kvm vm = { .arch = { .vm_type = KVM_X86_TDX_VM, .tdx = &td } };

	memset(&module, 0, sizeof(module));
	module.status[TDH_MEM_PAGE_DEMOTE] = status;
	nr_interrupted = interrupted;
	events[0] = '\0';
	return td_private_pt_ops.split(&vm, 512, PG_LEVEL_2M, table);
}

static bool split_succeeds(void)
{
	ASSERT(split(0, TDX_SUCCESS) == 0);
	ASSERT(!strcmp(events, "D"));
	ASSERT(split(3, TDX_SUCCESS) == 0);
	ASSERT(!strcmp(events, "DDDD"));
	return true;
}

static bool table_taken_back(void)
{
	/* Interrupted too often: the caller drops mmu_lock and tries again. */
	ASSERT(split(300, TDX_SUCCESS) == -EAGAIN);
	ASSERT(!strcmp(events, "DDDDDDDDDDDDDDDDWS"));
	ASSERT(split(1, TDX_OPERAND_BUSY) == -EBUSY);
	ASSERT(!strcmp(events, "DDWS"));
	ASSERT(split(0, TDX_OPERAND_INVALID) == -EIO);
	ASSERT(!strcmp(events, "DWS"));
	return true;
}

static int unlink_table(u64 status)
{
	struct kvm_tdx td = { .keyid = KEYID };
	struct kvm vm = { .arch = { .vm_type = KVM_X86_TDX_VM, .tdx = &td } };

	memset(&module, 0, sizeof(module));
	module.status[TDH_MEM_SEPT_REMOVE] = status;
	events[0] = '\0';
	return td_private_pt_ops.unlink(&vm, 512, PG_LEVEL_2M, table);
}

static bool table_unlinked(void)
{
	ASSERT(unlink_table(TDX_SUCCESS) == 0);
	ASSERT(!strcmp(events, "RWS"));
	/* The table is still the TDX module's. */
	ASSERT(unlink_table(TDX_OPERAND_BUSY) == -EBUSY);
	ASSERT(!strcmp(events, "R"));
	ASSERT(unlink_table(TDX_TLB_TRACKING_NOT_DONE) == -EIO);
	ASSERT(!strcmp(events, "R"));
	return true;
}

u64 tdh_mem_page_remove(phys_addr_t tdr, u64 gpa, int level, phys_addr_t *ret_page, struct tdx_sept_info *ret_sept)
{
	strcat(events, "R");
	return TDX_SUCCESS;
}

/* The page is KVM's, but its cache lines cannot be written back: all CPUs write back all that they have. */
static bool refused_wbinvd(void)
{
	struct kvm_tdx td = { .keyid = KEYID };
	struct kvm vm = { .arch = { .vm_type = KVM_X86_TDX_VM, .tdx = &td } };

	memset(&module, 0, sizeof(module));
	module.status[TDH_PHYMEM_PAGE_WBINVD] = TDX_OPERAND_INVALID;
	events[0] = '\0';
	nr_wbinvds = 0;
	ASSERT(!td_private_pt_ops.unmap(&vm, 5, PG_LEVEL_4K, PHYS_PFN(__pa(table))));
	ASSERT(!strcmp(events, "RWS") && nr_wbinvds == 1);
	return true;
}

/* guest_memfd need not zero a TD's pages: the TDX module does. */
static bool pages_are_zeroed(void)
{
	ASSERT(td_private_pt_ops.zeroes_pages);
	return true;
}

const struct test split_tests[] = {
	{ "split-succeeds", split_succeeds },
	{ "split-table-taken-back", table_taken_back },
	{ "unlinked-table-taken-back", table_unlinked },
	{ "refused-wbinvd", refused_wbinvd },
	{ "pages-are-zeroed", pages_are_zeroed },
	{}
};
