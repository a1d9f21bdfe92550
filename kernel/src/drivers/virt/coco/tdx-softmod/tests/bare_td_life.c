// SPDX-License-Identifier: GPL-2.0-only
/*
 * Creates and destroys the bare TD.
 */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "bare_td_test.h"

#define NR_LEVELS		4
#define TSC_FREQUENCY		100		/* 2.5 GHz */
#define INITIAL_RCX		0x1122334455667788ULL

#define PTE_TABLE		0x63		/* P, W, A, D */
#define PTE_LARGE		0xe3
#define GATE_INTERRUPT		0x8e00ULL

/* KVM's entry for a GPA that is not mapped: it has the bit suppress-#VE. */
#define SHARED_NONE		BIT_ULL(63)

phys_addr_t bare_td_alloc(struct bare_td *td)
{
	struct page *page;

	if (td->nr_pages == BARE_TD_MAX_PAGES)
		return 0;
	page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	if (!page)
		return 0;
	td->pages[td->nr_pages++] = page_to_phys(page);
	return page_to_phys(page);
}

void bare_td_forget(struct bare_td *td, phys_addr_t pa)
{
	unsigned int i;

	for (i = 0; i < td->nr_pages; i++) {
		if (td->pages[i] == pa) {
			td->pages[i] = td->pages[--td->nr_pages];
			__free_page(pfn_to_page(PHYS_PFN(pa)));
			return;
		}
	}
}

static int fail(struct bare_td *td, const char *leaf, u64 status)
{
	seq_printf(td->out, "# %s: %llx\n", leaf, status);
	bare_td_result(td, false, leaf);
	return -EIO;
}

#define CALL(td, leaf, call)					\
	do {							\
		u64 __status = (call);				\
								\
		if (__status)					\
			return fail(td, leaf, __status);	\
	} while (0)

static int create_td(struct bare_td *td)
{
	const struct tdx_sys_info *sys = tdx_get_sys_info();
	struct tdx_td_params *params;
	unsigned int i;
	u64 rcx, status;

	td->keyid = tdx_guest_keyid_alloc();
	if (td->keyid < 0)
		return fail(td, "KeyID", td->keyid);
	td->tdr = bare_td_alloc(td);
	CALL(td, "MNG.CREATE", tdh_mng_create(td->tdr, td->keyid));
	/* The lab has one package. */
	CALL(td, "MNG.KEY.CONFIG", tdh_mng_key_config(td->tdr));
	for (i = 0; i < tdx_nr_tdcs_pages(sys); i++)
		CALL(td, "MNG.ADDCX", tdh_mng_addcx(td->tdr, bare_td_alloc(td)));

	params = (void *)get_zeroed_page(GFP_KERNEL);
	if (!params)
		return -ENOMEM;
	params->attributes = TDX_ATTR_SEPT_VE_DISABLE;
	params->xfam = 3;
	params->max_vcpus = 1;
	params->eptp_controls = TDX_EPTP_MT_WB | (NR_LEVELS - 1) << TDX_EPTP_WALK_SHIFT;
	params->config_flags = TDX_CONFIG_NO_RBP_MOD | TDX_CONFIG_FLEXIBLE_PENDING_VE;
	params->tsc_frequency = TSC_FREQUENCY;
	status = tdh_mng_init(td->tdr, virt_to_phys(params), &rcx);
	free_page((unsigned long)params);
	CALL(td, "MNG.INIT", status);
	return 0;
}

static int create_vcpu(struct bare_td *td)
{
	const struct tdx_sys_info *sys = tdx_get_sys_info();
	unsigned int i;

	td->tdvpr = bare_td_alloc(td);
	CALL(td, "VP.CREATE", tdh_vp_create(td->tdr, td->tdvpr));
	for (i = 0; i < tdx_nr_tdvps_pages(sys); i++)
		CALL(td, "VP.ADDCX", tdh_vp_addcx(td->tdvpr, bare_td_alloc(td)));
	CALL(td, "VP.INIT", tdh_vp_init(td->tdvpr, INITIAL_RCX, BARE_TD_X2APIC_ID));
	CALL(td, "VP.WR NV", tdh_vp_wr(td->tdvpr, TDX_MD_VP_POSTED_INTR_NV, 0xf2, U16_MAX));
	CALL(td, "VP.WR descriptor", tdh_vp_wr(td->tdvpr, TDX_MD_VP_POSTED_INTR_DESC,
					       virt_to_phys(td->posted), U64_MAX));
	CALL(td, "VP.WR pin controls", tdh_vp_wr(td->tdvpr, TDX_MD_VP_PIN_CONTROLS,
						 BIT(7), BIT(7)));
	return 0;
}

/* The guest's page tables: 2 MiB pages at the end of the last GiB below 4 GiB. */
static void fill_guest_tables(u8 *image)
{
	u64 *pml4 = (u64 *)image;
	u64 *pdpt = (u64 *)(image + GUEST_PDPT - GUEST_BASE);
	u64 *pd = (u64 *)(image + GUEST_PD - GUEST_BASE);

	pml4[0] = GUEST_PDPT | PTE_TABLE;
	pdpt[3] = GUEST_PD | PTE_TABLE;
	pd[511] = 0xffe00000ULL | PTE_LARGE;
	pd[510] = BARE_TD_SHARED_BIT | GUEST_SHARED_VA | PTE_LARGE;
	pd[509] = (u64)GUEST_EXTRA_VA | PTE_LARGE;
}

static void fill_idt(u8 *image)
{
	u64 *idt = (u64 *)(image + GUEST_IDT - GUEST_BASE);
	unsigned int vector;

	for (vector = 0; vector < 256; vector++) {
		unsigned int nr = vector < GUEST_NR_EXCEPTIONS ? vector : GUEST_IRQ_HANDLER;
		u64 handler = GUEST_CODE + GUEST_HANDLERS + nr * GUEST_HANDLER_BYTES;

		idt[2 * vector] = (handler & 0xffff) | GUEST_CS64 << 16 | GATE_INTERRUPT << 32 |
				  (handler >> 16 & 0xffff) << 48;
		idt[2 * vector + 1] = handler >> 32;
	}
}

static void fill_gdt(u8 *image)
{
	u8 *page = image + GUEST_GDT - GUEST_BASE;
	u64 *gdt = (u64 *)page;
	u16 limit = 0x17;
	u64 base = GUEST_GDT;

	gdt[GUEST_CS64 / 8] = 0x00af9b000000ffffULL;
	gdt[GUEST_DS / 8] = 0x00cf93000000ffffULL;
	memcpy(page + GUEST_GDTR - GUEST_GDT, &limit, sizeof(limit));
	memcpy(page + GUEST_GDTR - GUEST_GDT + 2, &base, sizeof(base));
	limit = 0xfff;
	base = GUEST_IDT;
	memcpy(page + GUEST_IDTR - GUEST_GDT, &limit, sizeof(limit));
	memcpy(page + GUEST_IDTR - GUEST_GDT + 2, &base, sizeof(base));
}

static int add_image(struct bare_td *td, phys_addr_t source)
{
	unsigned int i, chunk;
	u64 gpa;

	for (i = 0; i < GUEST_PAGES; i++) {
		gpa = GUEST_BASE + i * PAGE_SIZE;
		CALL(td, "MEM.PAGE.ADD", tdh_mem_page_add(td->tdr, gpa, bare_td_alloc(td),
							  source + i * PAGE_SIZE, NULL));
		for (chunk = 0; chunk < PAGE_SIZE; chunk += 256)
			CALL(td, "MR.EXTEND", tdh_mr_extend(td->tdr, gpa + chunk, NULL));
	}
	return 0;
}

static int create_memory(struct bare_td *td)
{
	u8 *image;
	int level, r;

	/* Tables with entries of 4K for the image, and for pages that the cases add. */
	for (level = NR_LEVELS - 1; level > 0; level--) {
		u64 mask = BIT_ULL(12 + 9 * level) - 1;

		CALL(td, "MEM.SEPT.ADD", tdh_mem_sept_add(td->tdr, GUEST_BASE & ~mask, level,
							  bare_td_alloc(td), NULL));
	}
	CALL(td, "MEM.SEPT.ADD", tdh_mem_sept_add(td->tdr, GUEST_EXTRA_VA, 1, bare_td_alloc(td),
						  NULL));

	image = alloc_pages_exact(GUEST_PAGES * PAGE_SIZE, GFP_KERNEL | __GFP_ZERO);
	if (!image)
		return -ENOMEM;
	fill_guest_tables(image);
	fill_idt(image);
	fill_gdt(image);
	memcpy(image + GUEST_CODE - GUEST_BASE, bare_td_code, GUEST_CODE_BYTES);
	r = add_image(td, virt_to_phys(image));
	free_pages_exact(image, GUEST_PAGES * PAGE_SIZE);
	return r;
}

/* A page table for shared memory like KVM's, with no page mapped. */
static int create_shared(struct bare_td *td)
{
	unsigned int i, level;

	for (level = 0; level < NR_LEVELS; level++) {
		td->shared[level] = (u64 *)get_zeroed_page(GFP_KERNEL);
		if (!td->shared[level])
			return -ENOMEM;
		for (i = 0; i < 512; i++)
			td->shared[level][i] = SHARED_NONE;
	}
	td->shared_data = (void *)get_zeroed_page(GFP_KERNEL);
	td->posted = (void *)get_zeroed_page(GFP_KERNEL);
	if (!td->shared_data || !td->posted)
		return -ENOMEM;
	/* Tables for GPA 1 << 47 | GUEST_SHARED_VA; 7 is P, W, U. */
	td->shared[0][256] = virt_to_phys(td->shared[1]) | 7;
	td->shared[1][3] = virt_to_phys(td->shared[2]) | 7;
	td->shared[2][510] = virt_to_phys(td->shared[3]) | 7;
	return 0;
}

int bare_td_create(struct bare_td *td)
{
	int r = create_shared(td);

	if (!r)
		r = create_td(td);
	if (!r)
		r = create_vcpu(td);
	if (!r)
		r = create_memory(td);
	if (r)
		return r;
	CALL(td, "MR.FINALIZE", tdh_mr_finalize(td->tdr));
	return 0;
}

bool bare_td_is_blank(phys_addr_t page)
{
	const u8 *bytes = phys_to_virt(page);

	tdx_scrub_pages(page, 1);
	return !memchr_inv(bytes, bytes[0], PAGE_SIZE);
}

/* Reclaim a page, and check that the host can access it and that it has nothing of the TD. */
static bool reclaim(struct bare_td *td, phys_addr_t page)
{
	u64 type, level, status;
	phys_addr_t owner;

	status = tdh_phymem_page_reclaim(page, &type, &owner, &level);
	if (status) {
		seq_printf(td->out, "# PHYMEM.PAGE.RECLAIM of %llx: %llx\n", page, status);
		return false;
	}
	if (type == TDX_PT_TDR && tdh_phymem_page_wbinvd(page, tdx_global_hkid())) {
		seq_puts(td->out, "# PHYMEM.PAGE.WBINVD of the TDR failed\n");
		return false;
	}
	if (!bare_td_is_blank(page)) {
		seq_printf(td->out, "# a reclaimed page of type %llu is not blank\n", type);
		return false;
	}
	__free_page(pfn_to_page(PHYS_PFN(page)));
	return true;
}

static void destroy_pages(struct bare_td *td)
{
	unsigned int i, nr_left = 0;

	for (i = td->nr_pages; i > 0; i--)
		nr_left += !reclaim(td, td->pages[i - 1]);
	bare_td_equal(td, "every page is reclaimed", nr_left, 0);
	td->nr_pages = 0;
}

void bare_td_destroy(struct bare_td *td)
{
	unsigned int i;

	if (td->keyid > 0 && td->tdr) {
		if (td->tdvpr)
			bare_td_equal(td, "VP.FLUSH", tdh_vp_flush(td->tdvpr), TDX_SUCCESS);
		bare_td_equal(td, "MNG.VPFLUSHDONE", tdh_mng_vpflushdone(td->tdr), TDX_SUCCESS);
		bare_td_equal(td, "PHYMEM.CACHE.WB", tdh_phymem_cache_wb(false), TDX_SUCCESS);
		bare_td_equal(td, "MNG.KEY.FREEID", tdh_mng_key_freeid(td->tdr), TDX_SUCCESS);
		destroy_pages(td);
		tdx_guest_keyid_free(td->keyid);
	}
	for (i = 0; i < NR_LEVELS; i++)
		free_page((unsigned long)td->shared[i]);
	free_page((unsigned long)td->shared_data);
	free_page((unsigned long)td->posted);
}
