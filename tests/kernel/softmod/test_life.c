// SPDX-License-Identifier: GPL-2.0-only
/*
 * Takes TDs through their whole life, from MNG.CREATE to PHYMEM.PAGE.RECLAIM: measures them, runs
 * a guest, which makes a report, and takes everything back.
 */
#include "test.h"

#define TDR	0
#define VCPU	16
#define TABLES	32
#define NR_ADDED 5

static char mrtd[2 * SM_SHA384_SIZE + 2];

/* Asks mrtd.py, an independent program, for the MRTD. */
static bool ask_mrtd(const char *arguments)
{
	char command[512];
	bool ok;
	FILE *f;

	snprintf(command, sizeof(command), "python3 " TEST_DIR "/mrtd.py %s", arguments);
	f = popen(command, "r");
	if (!f)
		return false;
	ok = fgets(mrtd, sizeof(mrtd), f);
	return !pclose(f) && ok;
}

static bool mrtd_is(const struct sm_tdcs *tdcs)
{
	char hex[2 * SM_SHA384_SIZE + 1];
	unsigned int i;

	for (i = 0; i < SM_SHA384_SIZE; i++)
		sprintf(hex + 2 * i, "%02x", tdcs->mrtd[i]);
	return !strncmp(hex, mrtd, 2 * SM_SHA384_SIZE);
}

static bool build(void)
{
	struct sm_td *td = world_memory(PAGE(TDR));
	char arguments[256] = "";
	unsigned int i, chunk;

	ASSERT(world_make_td(TDR, FIRST_HKID + 1));
	ASSERT(world_make_vcpu(TDR, VCPU, 0));
	ASSERT(world_make_tables(TDR, TABLES));
	for (i = 0; i < NR_ADDED; i++) {
		u64 gpa = 0x1000 * (i * 3 + 1);

		world_fill(HOST_PAGE(i), gpa >> 12);
		ASSERT_EQ(CALL(MEM_PAGE_ADD, .rcx = gpa, .rdx = PAGE(TDR), .r8 = PAGE(64 + i),
			       .r9 = HOST_PAGE(i)), 0);
		ASSERT(!memcmp(world_memory(PAGE(64 + i)), world_memory(HOST_PAGE(i)), 4096));
		for (chunk = 0; i % 2 && chunk < 16; chunk++)
			ASSERT_EQ(CALL(MR_EXTEND, .rcx = gpa + 256 * chunk, .rdx = PAGE(TDR)), 0);
		sprintf(arguments + strlen(arguments), " %#llx%s", gpa, i % 2 ? ":extend" : "");
	}
	ASSERT_EQ(CALL(MR_FINALIZE, .rcx = PAGE(TDR)), 0);
	ASSERT(ask_mrtd(arguments));
	ASSERT(mrtd_is(td->tdcs));
	return true;
}

/* What the guest does: it accepts pages, which must be zero, extends an RTMR, makes a report. */
static bool guest_ok;

static bool guest_does(struct sm_vcpu *vcpu)
{
	u8 data[SM_REPORTDATA_SIZE], out[SM_REPORT_SIZE];
	u8 digest[SM_SHA384_SIZE] = { 1, 2, 3 }, before[SM_SHA384_SIZE];
	struct sm_sha384 sha;
	struct sm_fault fault;
	u8 *page;
	int i;

	/* A pending page: an access faults; once the page is accepted, it can be used. */
	ASSERT(!sm_gpa_map(vcpu, 0x20000, 8, false, &fault));
	ASSERT_EQ(fault.kind, SM_FAULT_PENDING);
	ASSERT_EQ(sm_sept_accept(vcpu, 0x20000, &fault), 0);
	ASSERT_EQ(fault.kind, SM_FAULT_NONE);
	page = sm_gpa_map(vcpu, 0x20000, 8, true, &fault);
	ASSERT(page);
	for (i = 0; i < 4096; i++)
		ASSERT_EQ(page[i], 0);
	ASSERT_EQ(sm_sept_accept(vcpu, 0x20000, &fault), TDX_PAGE_ALREADY_ACCEPTED);
	ASSERT_EQ(sm_sept_accept(vcpu, 0x1, &fault), TDX_PAGE_SIZE_MISMATCH | 1);
	ASSERT_EQ(sm_sept_accept(vcpu, 0x2, &fault), TDX_OPERAND_INVALID | 1);
	ASSERT_EQ(sm_sept_accept(vcpu, SM_SHARED_BIT, &fault), TDX_OPERAND_INVALID | 1);
	/* A pending 2M page: to accept 4K of it exits to the host; to accept all of it works. */
	sm_sept_accept(vcpu, 0x200000, &fault);
	ASSERT_EQ(fault.kind, SM_FAULT_EXIT);
	ASSERT_EQ(fault.ext_qualification, 1 | 1ULL << 35 | 2ULL << 38 | 1ULL << 46);
	ASSERT_EQ(sm_sept_accept(vcpu, 0x200001, &fault), 0);
	ASSERT_EQ(fault.kind, SM_FAULT_NONE);
	ASSERT_EQ(sm_sept_accept(vcpu, 0x201000, &fault), TDX_PAGE_ALREADY_ACCEPTED | 1);
	/* No page is mapped: an exit that tells the host what the guest wanted. */
	sm_sept_accept(vcpu, 0x30000, &fault);
	ASSERT_EQ(fault.kind, SM_FAULT_EXIT);
	ASSERT_EQ(fault.gpa, 0x30000);
	ASSERT_EQ(fault.ext_qualification, 1);
	sm_sept_fault(vcpu, 0x30123, SM_ACCESS_READ, &fault);
	ASSERT_EQ(fault.kind, SM_FAULT_EXIT);
	ASSERT_EQ(fault.gpa, 0x30000);
	sm_sept_fault(vcpu, 0x1000, SM_ACCESS_READ, &fault);
	ASSERT_EQ(fault.kind, SM_FAULT_NONE);
	ASSERT(!sm_gpa_map(vcpu, 1ULL << 48, 8, false, &fault));
	ASSERT_EQ(fault.kind, SM_FAULT_INVALID);
	ASSERT(!sm_gpa_map(vcpu, SM_SHARED_BIT | 0x5000, 8, false, &fault));
	ASSERT_EQ(fault.kind, SM_FAULT_SHARED);

	/* RTMR = SHA-384(RTMR || data) */
	memcpy(before, vcpu->tdcs->rtmr[2], sizeof(before));
	ASSERT_EQ(sm_rtmr_extend(vcpu, 2, digest), 0);
	sm_platform_sha384_init(&sha);
	sm_platform_sha384_update(&sha, before, sizeof(before));
	sm_platform_sha384_update(&sha, digest, sizeof(digest));
	sm_platform_sha384_final(&sha, before);
	ASSERT(!memcmp(before, vcpu->tdcs->rtmr[2], sizeof(before)));

	/*
	 * The report verifies, unless a byte of its first part has changed.  TEE_TCB_INFO, which
	 * would identify a genuine module, is zero.
	 */
	memset(data, 0x5a, sizeof(data));
	ASSERT_EQ(sm_report(vcpu, data, out), 0);
	ASSERT_EQ(out[0], 0x81);
	ASSERT(!memcmp(out + 0x80, data, sizeof(data)));
	ASSERT(!memcmp(out + 0x210, vcpu->tdcs->mrtd, SM_SHA384_SIZE));
	ASSERT(!memcmp(out + 0x2d0, vcpu->tdcs->rtmr, sizeof(vcpu->tdcs->rtmr)));
	for (i = 0; i < 256; i++)
		ASSERT_EQ(out[0x100 + i], 0);
	ASSERT_EQ(sm_report_verify(out), TDX_SUCCESS);
	for (i = 0; i < 256; i++) {
		out[i] ^= 0x40;
		ASSERT_EQ(sm_report_verify(out), TDX_INVALID_REPORTMACSTRUCT);
		out[i] ^= 0x40;
	}
	return true;
}

static u64 guest(struct sm_vcpu *vcpu, struct tdx_module_args *args)
{
	guest_ok = guest_does(vcpu);
	return 77;
}

static bool run(void)
{
	ASSERT_EQ(CALL(MEM_PAGE_AUG, .rcx = 0x20000, .rdx = PAGE(TDR), .r8 = PAGE(80)), 0);
	memset(world_memory(PAGE(80)), 0xcc, 4096);
	ASSERT_EQ(CALL(MEM_PAGE_AUG, .rcx = 0x200001, .rdx = PAGE(TDR), .r8 = BIG(0)), 0);
	/* VP.ENTER is busy while the host's TLBs may still have entries for pages of the TD. */
	world_flush_delay = 2;
	ASSERT_EQ(CALL(VP_ENTER, .rcx = PAGE(VCPU)), TDX_OPERAND_BUSY | 146);
	ASSERT_EQ(CALL(VP_ENTER, .rcx = PAGE(VCPU)), TDX_OPERAND_BUSY | 146);
	world_guest = guest;
	ASSERT_EQ(CALL(VP_ENTER, .rcx = PAGE(VCPU)), 77);
	world_guest = NULL;
	ASSERT(guest_ok);
	return true;
}

/* Remove a page from the TD, as a host does when the guest converts the page to shared. */
static bool remove_page(void)
{
	struct tdx_module_args args = { .rcx = 0x20000, .rdx = PAGE(TDR) };
	const u8 zero[4096] = {};

	memset(world_memory(PAGE(80)), 0x77, 4096);
	ASSERT_EQ(CALL(MEM_RANGE_BLOCK, .rcx = 0x20000, .rdx = PAGE(TDR)), 0);
	ASSERT_EQ(CALL(MEM_PAGE_REMOVE, .rcx = 0x20000, .rdx = PAGE(TDR)),
		  TDX_TLB_TRACKING_NOT_DONE | 1);
	ASSERT_EQ(CALL(MEM_TRACK, .rcx = PAGE(TDR)), 0);
	ASSERT_EQ(world_call(TDH_MEM_PAGE_REMOVE, 0, &args), 0);
	ASSERT_EQ(args.rcx, PAGE(80));
	ASSERT(!memcmp(world_memory(PAGE(80)), zero, 4096));
	ASSERT(!world_is_taken(PAGE(80)));
	ASSERT_EQ(CALL(PHYMEM_PAGE_WBINVD, .rcx = PAGE(80) | (FIRST_HKID + 1ULL) << 48), 0);
	return true;
}

static bool tear_down(void)
{
	u64 page;

	ASSERT_EQ(CALL(VP_FLUSH, .rcx = PAGE(VCPU)), 0);
	ASSERT_EQ(CALL(MNG_VPFLUSHDONE, .rcx = PAGE(TDR)), 0);
	ASSERT_EQ(CALL(MNG_KEY_FREEID, .rcx = PAGE(TDR)), TDX_WBCACHE_NOT_COMPLETE);
	for (world_lp = 0; world_lp < NR_LPS; world_lp++)
		ASSERT_EQ(CALL(PHYMEM_CACHE_WB), 0);
	world_lp = 0;
	ASSERT_EQ(CALL(MNG_KEY_FREEID, .rcx = PAGE(TDR)), 0);
	/* Reclaim all pages of the TD but the TDR: they are those that are still taken. */
	for (page = PAGE(1); page < RESERVED_PAGE; page += 4096) {
		struct tdx_module_args args = { .rcx = page };

		if (!world_is_taken(page))
			continue;
		ASSERT_EQ(world_call(TDH_PHYMEM_PAGE_RECLAIM, 0, &args), 0);
		ASSERT_EQ(args.rdx, PAGE(TDR));
		ASSERT(!world_is_taken(page));
	}
	ASSERT_EQ(CALL(PHYMEM_PAGE_RECLAIM, .rcx = PAGE(TDR)), 0);
	ASSERT_EQ(world_nr_taken, 0);
	ASSERT_EQ(sm_kot_state(FIRST_HKID + 1), SM_HKID_FREE);
	return true;
}

#define NR_LIVES 5

static bool live(void)
{
	int i;

	world_reset();
	ASSERT(world_boot());
	for (i = 0; i < NR_LIVES; i++) {
		ASSERT(build());
		ASSERT(run());
		ASSERT(remove_page());
		ASSERT(tear_down());
	}
	return true;
}

/* KVM's shared root, another root without entries, and tables that the first one points to. */
#define ROOT		HOST_PAGE(20)
#define EMPTY_ROOT	HOST_PAGE(21)
#define SHARED_TABLE(i)	(HOST_PAGE(22 + (i)) | 7)
#define ACCESSED	(sm_sept_format->accessed_dirty & -sm_sept_format->accessed_dirty)
/* Two entries in the half of the root for shared GPAs. */
#define LOW		256
#define HIGH		356
#define SHARED_GPA(i)	((u64)(i) << 39 | 0x1000)

static bool shared_does(struct sm_vcpu *vcpu)
{
	u64 *theirs = world_memory(ROOT), *ours = vcpu->tdcs->root, before[LOW];

	memcpy(before, ours, sizeof(before));
	memset(theirs, 0, 4096);
	memset(world_memory(EMPTY_ROOT), 0, 4096);
	vcpu->host.shared_eptp = ROOT;
	theirs[LOW] = SHARED_TABLE(0);

	/* An entry of KVM's root is copied to the TD's root when the guest first needs it. */
	sm_td_refresh_shared(vcpu);
	ASSERT_EQ(ours[LOW], 0);
	ASSERT(sm_td_copy_shared(vcpu, SHARED_GPA(LOW)));
	ASSERT(!sm_td_copy_shared(vcpu, SHARED_GPA(LOW)));
	ASSERT(!sm_td_copy_shared(vcpu, SHARED_GPA(HIGH)));
	ASSERT_EQ(ours[LOW], SHARED_TABLE(0));

	/* From then on the copy follows KVM's entry, but keeps the A bit, which the CPU sets. */
	theirs[LOW] = SHARED_TABLE(1);
	theirs[HIGH] = SHARED_TABLE(2);
	sm_td_refresh_shared(vcpu);
	ASSERT_EQ(ours[LOW], SHARED_TABLE(1));
	ASSERT_EQ(ours[HIGH], 0);
	ours[LOW] |= ACCESSED;
	sm_td_refresh_shared(vcpu);
	ASSERT_EQ(ours[LOW], SHARED_TABLE(1) | ACCESSED);
	ASSERT(sm_td_copy_shared(vcpu, SHARED_GPA(HIGH)));

	/* KVM uses another root, then the first one again, then none. */
	vcpu->host.shared_eptp = EMPTY_ROOT;
	sm_td_refresh_shared(vcpu);
	ASSERT_EQ(ours[LOW] | ours[HIGH], 0);
	vcpu->host.shared_eptp = ROOT;
	sm_td_refresh_shared(vcpu);
	ASSERT_EQ(ours[LOW], SHARED_TABLE(1));
	ASSERT_EQ(ours[HIGH], SHARED_TABLE(2));
	vcpu->host.shared_eptp = ~0ULL;
	sm_td_refresh_shared(vcpu);
	ASSERT_EQ(ours[LOW] | ours[HIGH], 0);
	ASSERT(!memcmp(before, ours, sizeof(before)));
	return true;
}

static u64 shared_guest(struct sm_vcpu *vcpu, struct tdx_module_args *args)
{
	guest_ok = shared_does(vcpu);
	return 77;
}

static bool shared_root(void)
{
	world_reset();
	ASSERT(world_boot() && world_make_td(TDR, FIRST_HKID + 1) && world_make_vcpu(TDR, VCPU, 0));
	ASSERT_EQ(CALL(MR_FINALIZE, .rcx = PAGE(TDR)), 0);
	world_guest = shared_guest;
	ASSERT_EQ(CALL(VP_ENTER, .rcx = PAGE(VCPU)), 77);
	world_guest = NULL;
	return guest_ok;
}

/* Splits a 2M page into 512 pages of 4K (DEMOTE) and joins them again (PROMOTE). */
static bool resize(void)
{
	struct tdx_module_args args;
	unsigned int i;

	world_reset();
	ASSERT(world_boot() && world_make_td(TDR, FIRST_HKID + 1) && world_make_vcpu(TDR, VCPU, 0));
	ASSERT(world_make_tables(TDR, TABLES));
	ASSERT_EQ(CALL(MR_FINALIZE, .rcx = PAGE(TDR)), 0);
	ASSERT_EQ(CALL(MEM_PAGE_AUG, .rcx = 0x200001, .rdx = PAGE(TDR), .r8 = BIG(0)), 0);
	ASSERT_EQ(CALL(MEM_RANGE_BLOCK, .rcx = 0x200001, .rdx = PAGE(TDR)), 0);
	ASSERT_EQ(CALL(MEM_TRACK, .rcx = PAGE(TDR)), 0);
	ASSERT_EQ(CALL(MEM_PAGE_DEMOTE, .rcx = 0x200001, .rdx = PAGE(TDR), .r8 = PAGE(70)), 0);
	for (i = 0; i < 512; i++) {
		args = (struct tdx_module_args){ .rcx = 0x200000 + i * 4096, .rdx = PAGE(TDR) };
		ASSERT_EQ(world_call(TDH_MEM_SEPT_RD, 0, &args), 0);
		ASSERT_EQ(args.rdx, TDX_SEPT_PENDING << 8);
		ASSERT_EQ(args.rcx & TDX_SEPT_ENTRY_HPA, BIG(0) + i * 4096);
	}
	args = (struct tdx_module_args){ .rcx = BIG(0) + 4096 };
	ASSERT_EQ(world_call(TDH_PHYMEM_PAGE_RDMD, 0, &args), 0);
	ASSERT_EQ(args.r8, 0);
	ASSERT_EQ(args.rcx, TDX_PT_REG);

	/* Join the pages again. */
	ASSERT_EQ(CALL(MEM_RANGE_BLOCK, .rcx = 0x200001, .rdx = PAGE(TDR)), 0);
	ASSERT_EQ(CALL(MEM_TRACK, .rcx = PAGE(TDR)), 0);
	args = (struct tdx_module_args){ .rcx = 0x200001, .rdx = PAGE(TDR) };
	ASSERT_EQ(world_call(TDH_MEM_PAGE_PROMOTE, 0, &args), 0);
	ASSERT_EQ(args.rcx, PAGE(70));
	ASSERT(!world_is_taken(PAGE(70)));
	args = (struct tdx_module_args){ .rcx = BIG(0) + 4096 };
	ASSERT_EQ(world_call(TDH_PHYMEM_PAGE_RDMD, 0, &args), 0);
	ASSERT_EQ(args.r8, 1);
	return true;
}

/*
 * SYS.RD reads all fields of the system: each call tells the next field, until the last one.
 * SYS.RDALL must read as many.
 */
static bool metadata(void)
{
	struct tdx_module_args args = { .rdx = ~0ULL };
	u64 list[SM_PAGE_SIZE / sizeof(u64)], seen = 0, header, next;

	world_reset();
	ASSERT(world_boot());
	ASSERT_EQ(world_call(TDH_SYS_RD, 0, &args), TDX_METADATA_FIRST_FIELD_ID_IN_CONTEXT);
	while (args.rdx != ~0ULL) {
		ASSERT_EQ(world_call(TDH_SYS_RD, 0, &args), 0);
		ASSERT(++seen < 1000);
	}
	args = (struct tdx_module_args){ .rdx = HOST_PAGE(8), .r8 = ~0ULL };
	ASSERT_EQ(world_call(TDH_SYS_RDALL, 0, &args), 0);
	ASSERT_EQ(args.r8, ~0ULL);
	/* Words of the list, without the header and one for each sequence. */
	header = *(u64 *)world_memory(HOST_PAGE(8));
	ASSERT_EQ((header & 0xffff) / 8 - 1 - (header >> 16), seen);
	/* The guest may begin with a field that it may read, and sees fewer of them. */
	ASSERT_EQ(sm_metadata_list(SM_SIDE_GUEST, ~0ULL, list, &next), 0);
	ASSERT_EQ(next, ~0ULL);
	ASSERT((list[0] & 0xffff) < (header & 0xffff));
	ASSERT_EQ(sm_metadata_list(SM_SIDE_GUEST, 0x7f00000300000000, list, &next),
		  TDX_METADATA_FIELD_ID_INCORRECT);
	ASSERT_EQ(sm_metadata_list(SM_SIDE_GUEST, TDX_MD_SYS_BUILD_DATE, list, &next),
		  TDX_METADATA_FIELD_NOT_READABLE);
	/* CPUID leaf 0x80000008, which KVM needs, is in the list of configurable leaves. */
	args = (struct tdx_module_args){ .rdx = TDX_MD_SYS_CPUID_CONFIG_LEAF(9) };
	ASSERT_EQ(world_call(TDH_SYS_RD, 0, &args), 0);
	ASSERT_EQ(args.r8, 0xffffffff80000008ULL);
	return true;
}

void test_life(const struct options *options)
{
	bool ok = live();

	report(ok, "life.create-to-reclaim", "%d TDs, MRTD %.16s as computed apart", NR_LIVES, mrtd);
	ok = resize();
	report(ok, "life.demote-promote", "512 pages and back");
	ok = shared_root();
	report(ok, "life.shared-root", "copied when it is needed, then as the host's");
	ok = metadata();
	report(ok, "life.metadata", "all fields of the system");
}
