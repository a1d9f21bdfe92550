// SPDX-License-Identifier: GPL-2.0-only
/*
 * A target for libFuzzer: an input is a sequence of SEAMCALLs and ACCEPTs of a guest.  Whatever a
 * host calls, softmod must not access memory that it should not, leave a lock taken, or lose count
 * of the pages that it has.
 *
 * The first byte of an input says how far a TD was built before; then each call is CALL_BYTES: the
 * leaf, version and LP, and operands from a list of values.
 */
#include "machine.h"

#define CALL_BYTES	6
#define MAX_CALLS	64
#define NR_PAGES	64
#define NR_BIG		2
#define PAMT_BYTES	(5ULL << 20)

#define ACCEPT		SM_NR_LEAVES

static const u64 values[] = {
	/* GPAs and levels */
	0, 1, 2, 3, 4, 0x1000, 0x2000, 0x3000, 0x200000, 0x200001, 0x400001, 0x40000000,
	0x40000001, 0x40000002, 0x1008, 0x1100, SM_SHARED_BIT, 0x7000000000000002ULL,
	/* KeyIDs, counts, masks */
	GLOBAL_HKID, FIRST_HKID + 1, FIRST_HKID + 2, 64, 1024, 0xff, 0xffff, ~0ULL,
	/* The host's memory */
	BUF, BUF + 8, PARAMS, HOST_PAGE(0), HOST_PAGE(1), HOST_PAGE(2) + 64, OUTSIDE_PAGE,
	RESERVED_PAGE, BAD_TDMR_PAGE, BIG(0), BIG(1), BIG(0) + 4096, RAM_BASE, RAM_BASE + GIB,
	/* Metadata */
	TDX_MD_SYS_FEATURES0, TDX_MD_TD_HP_LOCK_TIMEOUT, TDX_MD_TD_TD_CTLS, TDX_MD_TD_MRTD,
	TDX_MD_TD_LIFECYCLE_STATE, TDX_MD_VP_PIN_CONTROLS, TDX_MD_VP_POSTED_INTR_NV,
	TDX_MD_VP_POSTED_INTR_DESC, TDX_MD_VP_SHARED_EPTP, TDX_MD_VP_STATE_DETAILS,
	TDX_MD_VP_PEND_NMI, TDX_MD_VP_VMCS64(0x681e), 0x9410000300004200ULL, 100000,
};

/* Pages are most of the operands that say something. */
static u64 operand(u8 byte)
{
	return byte < NR_PAGES ? PAGE(byte) : values[(byte - NR_PAGES) % ARRAY_SIZE(values)];
}

static struct sm_sys booted;
static u8 *pamts;

/* Boot once, and put back what that has made before each later input. */
static void reset(void)
{
	world_seed(1);
	world_reset();
	if (!pamts) {
		coverage = calloc(1, sizeof(*coverage));
		pamts = malloc(PAMT_BYTES);
		if (!coverage || !pamts || !world_boot())
			abort();
		booted = sm_sys;
		memcpy(pamts, world_memory(HOST), PAMT_BYTES);
		return;
	}
	memcpy(world_memory(HOST), pamts, PAMT_BYTES);
	sm_sys = booted;
	sm_kot_reserve(GLOBAL_HKID);
	sm_platform_add_memory(RAM_BASE, GIB);
}

/* Build a TD: nothing, up to tables for its memory, up to MR.FINALIZE. */
static void build(u8 how)
{
	world_default_params(world_memory(PARAMS));
	if (how % 3 && (!world_make_td(0, FIRST_HKID + 1) || !world_make_vcpu(0, 16, 0) ||
			!world_make_tables(0, 32)))
		abort();
	if (how % 3 == 2 && CALL(MR_FINALIZE, .rcx = PAGE(0)))
		abort();
}

static void guest_accept(u64 rcx)
{
	struct sm_vcpu *vcpu = world_memory(PAGE(16));
	struct sm_page page;
	struct sm_fault fault;

	sm_page_at(PAGE(16), 0, &page);
	if (page.entry->type == TDX_PT_TDVPR && vcpu->state == SM_VCPU_READY &&
	    vcpu->tdcs->op_state == SM_OP_RUNNABLE &&
	    vcpu->td->lifecycle == SM_TD_KEYS_CONFIGURED)
		sm_sept_accept(vcpu, rcx, &fault);
}

static void make_call(const u8 *bytes)
{
	struct tdx_module_args args = {
		.rcx = operand(bytes[2]), .rdx = operand(bytes[3]), .r8 = operand(bytes[4]),
		.r9 = operand(bytes[5]), .r10 = ~0ULL, .r11 = ~0ULL,
	};
	unsigned int leaf = bytes[0] % (ACCEPT + 1);

	world_lp = bytes[1] & 1;
	if (leaf == ACCEPT)
		guest_accept(args.rcx);
	else
		world_call(leaf, bytes[1] >> 1 & 1, &args);
}

static void check(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "softmod: %s\n", what);
	abort();
}

/* No lock is taken, and each page that is in use was taken from the host. */
static void check_page(phys_addr_t pa)
{
	struct sm_page page;
	unsigned int level;
	bool used = false;

	for (level = 0; level < SM_NR_LEVELS; level++) {
		sm_page_at(pa, level, &page);
		check(!page.entry->lock, "a PAMT entry is locked");
		used |= page.entry->type != TDX_PT_NDA;
	}
	check(used == world_is_taken(pa), "a page is in use and not taken, or not in use and taken");
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	size_t at, end = min(size, (size_t)1 + MAX_CALLS * CALL_BYTES);
	unsigned int i;

	if (!size)
		return 0;
	reset();
	build(data[0]);
	for (at = 1; at + CALL_BYTES <= end; at += CALL_BYTES)
		make_call(data + at);

	for (i = 0; i < NR_PAGES; i++)
		check_page(PAGE(i));
	for (i = 0; i < NR_BIG * 512; i++)
		check_page(BIG(0) + i * 4096ULL);
	check(!sm_sys.lock, "the module is locked");
	check(!world_nr_errors && !atomic_read(&shim_nr_warnings), "a wrong use of memory");
	return 0;
}
