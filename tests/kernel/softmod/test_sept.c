// SPDX-License-Identifier: GPL-2.0-only
/* Entries of the secure EPT in the formats that CPUs walk: AMD's nested page table and Intel's EPT. */
#include "test.h"

#define HPA		0x12345000ULL

/* Entries as the manuals of the CPUs have them. */
#define NPT_TABLE	0x27ULL
#define NPT_LEAF	0x67ULL
#define NPT_NX		BIT_ULL(63)
/* Read, write, execute; memory type write-back in bits 5:3, bit 6: ignore the guest's PAT. */
#define EPT_TABLE	0x07ULL
#define EPT_LEAF	0x77ULL
#define LARGE		BIT_ULL(7)
/* Bits that the CPU ignores. */
#define IGNORED		GENMASK_ULL(55, 52)

#define R		SM_ACCESS_READ
#define W		SM_ACCESS_WRITE
#define X		SM_ACCESS_EXEC

struct row {
	u8 state;
	unsigned int level;
	u64 npt, ept;
};

static const struct row made[] = {
	{ TDX_SEPT_FREE, 0, 0, 0 },
	{ TDX_SEPT_MAPPED, 0, HPA | NPT_LEAF, HPA | EPT_LEAF },
	{ TDX_SEPT_MAPPED, 1, HPA | NPT_LEAF | LARGE, HPA | EPT_LEAF | LARGE },
	{ TDX_SEPT_NL_MAPPED, 1, HPA | NPT_TABLE, HPA | EPT_TABLE },
	/* The CPU must not use these, so no bit but the address is set. */
	{ TDX_SEPT_PENDING, 0, HPA, HPA },
	{ TDX_SEPT_BLOCKED, 0, HPA, HPA },
	{ TDX_SEPT_PENDING_BLOCKED, 1, HPA, HPA },
	{ TDX_SEPT_NL_BLOCKED, 1, HPA, HPA },
};

/* In each format an entry keeps its state, and gives the guest all accesses or none. */
static bool entries(const struct sm_sept_format *format)
{
	unsigned int i;

	sm_sept_format = format;
	for (i = 0; i < ARRAY_SIZE(made); i++) {
		const struct row *row = &made[i];
		u64 entry = sm_sept_make(row->state, row->state == TDX_SEPT_FREE ? 0 : HPA, row->level);
		bool mapped = row->state == TDX_SEPT_MAPPED || row->state == TDX_SEPT_NL_MAPPED;

		ASSERT_EQ(entry & ~IGNORED, format == &sm_sept_npt ? row->npt : row->ept);
		ASSERT_EQ(sm_sept_state(entry), row->state);
		ASSERT_EQ(sm_sept_access(entry), mapped ? R | W | X : 0);
	}
	return true;
}

/* Entries of KVM: what a guest may do with what they map. */
static bool access(void)
{
	static const struct {
		const struct sm_sept_format *format;
		u64 entry;
		unsigned int access;
	} rows[] = {
		{ &sm_sept_npt, HPA | 7, R | W | X },
		{ &sm_sept_npt, HPA | 5, R | X },
		{ &sm_sept_npt, HPA | 5 | NPT_NX, R },
		{ &sm_sept_npt, HPA | 6, 0 },
		{ &sm_sept_npt, NPT_NX, 0 },
		{ &sm_sept_ept, HPA | 7, R | W | X },
		{ &sm_sept_ept, HPA | 5, R | X },
		/* Bit 63 is not NX here, but suppress-#VE. */
		{ &sm_sept_ept, HPA | 5 | BIT_ULL(63), R | X },
		/* KVM's huge pages are not executable on CPUs with a certain erratum. */
		{ &sm_sept_ept, HPA | 3 | LARGE, R | W },
		{ &sm_sept_ept, BIT_ULL(63), 0 },
		{ &sm_sept_ept, 0, 0 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		sm_sept_format = rows[i].format;
		ASSERT_EQ(sm_sept_access(rows[i].entry), rows[i].access);
	}
	return true;
}

void test_sept(const struct options *options)
{
	report(entries(&sm_sept_npt), "sept.amd", "%zu states", ARRAY_SIZE(made));
	report(entries(&sm_sept_ept), "sept.intel", "%zu states", ARRAY_SIZE(made));
	report(access(), "sept.access", "what KVM's entries allow");
	sm_sept_format = &sm_sept_npt;
}
