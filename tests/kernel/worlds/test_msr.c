// SPDX-License-Identifier: GPL-2.0-only
/*
 * RDMSR and WRMSR of a TD, compared with the table of a TDX module, ../softmod/answers/msr.tsv: how
 * does each access to each MSR of each row end, and each of those that no row has?
 */
#include <stdlib.h>

#include "guest.h"
#include "test.h"

/* The CPU: none of the features that it could have, no MSR of its own. */
#undef boot_cpu_has
#define boot_cpu_has(feature)		((void)(feature), false)
#define X86_FEATURE_IBPB		1
#define X86_FEATURE_IBRS		2
#define X86_FEATURE_STIBP		3
#define X86_FEATURE_SPEC_CTRL_SSBD	4
#define X86_FEATURE_AMD_SSBD		5
#define X86_FEATURE_FLUSH_L1D		6
#define x86_spec_ctrl_current		0
#define this_cpu_read(x)		(x)
#define rdmsrl_safe(msr, value)		(*(value) = 0, -EIO)
#define wrmsrl_safe(msr, value)		((void)(value), -EIO)
#define wrmsrl(msr, value)		((void)(value))
#define rdtsc_ordered()			0ULL
#ifndef mul_u64_u64_shr
#define mul_u64_u64_shr(a, b, shift)	((u64)(((unsigned __int128)(a) * (b)) >> (shift)))
#endif

/* For the virtual APIC; test_vmx.c has an APIC of its own. */
#define sm_apic_tpr			real_apic_tpr
#define __fls(bits)			(63 - __builtin_clzl(bits))
#define test_and_clear_bit(n, map)	((void)(map), false)

void *sm_platform_host_va(phys_addr_t pa)
{
	return NULL;
}

#include "apic.c"
#include "msr.c"

bool sm_host_has_msr(unsigned int sm_msr)
{
	return sm_msr == SM_MSR_TSC_AUX;
}

static struct sm_vcpu *vcpu;

enum outcome { DONE = SM_MSR_DONE, IN_GP = SM_MSR_GP, IN_VE = SM_MSR_VE, ANY };

/* What a word of the table means in a TD without any of the features that the table names. */
static enum outcome outcome_of(const char *word)
{
	if (!strcmp(word, "#VE"))
		return IN_VE;
	if (!strncmp(word, "#GP", 3) || strstr(word, "else #GP"))
		return IN_GP;
	return DONE;
}

/*
 * Native accesses that the CPU refuses or knows more about, and MSRs that TDs have only if their
 * CPU has them.
 */
static const struct {
	u32 first, last;
	bool is_write;
	enum outcome outcome;
} by_cpu[] = {
	{ 0x49, 0x49, false, IN_GP }, { 0x10b, 0x10b, false, IN_GP },
	{ 0xbc, 0xbc, false, ANY }, { 0xc80, 0xc80, false, ANY },
	{ 0x1b01, 0x1b01, false, ANY }, { 0x1b01, 0x1b01, true, ANY },
	{ 0xbd, 0xbd, true, IN_GP }, { 0x10a, 0x10a, true, IN_GP },
	/* Read-only; the table calls the x2APIC id virtual, but the TD has not asked for it. */
	{ 0x802, 0x802, false, IN_VE },
	{ 0x809, 0x80a, true, IN_GP }, { 0x80c, 0x80c, true, IN_GP },
	{ 0x80e, 0x80e, true, IN_GP }, { 0x810, 0x827, true, IN_GP },
	/* 0 is another value than the guest's. */
	{ 0xc0000080, 0xc0000080, true, IN_VE }, { 0xc0000103, 0xc0000103, true, ANY },
};

/* They do not exit: the CPU has them. */
static bool never_exits(u32 msr)
{
	return (msr >= 0x174 && msr <= 0x176) || msr == 0xc0000081 || msr == 0xc0000082 ||
	       msr == 0xc0000084 || (msr >= 0xc0000100 && msr <= 0xc0000102);
}

static enum outcome expected(u32 msr, bool is_write, const char *word)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(by_cpu); i++) {
		if (by_cpu[i].is_write == is_write && msr >= by_cpu[i].first &&
		    msr <= by_cpu[i].last)
			return by_cpu[i].outcome;
	}
	return outcome_of(word);
}

static bool ends_in(u32 msr, bool is_write, enum outcome want)
{
	enum sm_msr_result got;
	u64 value = 0;

	got = is_write ? write_msr(vcpu, msr, value) : read_msr(vcpu, msr, &value);
	if (want == ANY || (enum outcome)got == want)
		return true;
	printf("# %s of MSR %#x ends in %u, not %u\n", is_write ? "WRMSR" : "RDMSR", msr, got, want);
	return false;
}

#define NR_MSRS		0x2000
#define HIGH		0xc0000000

/* A flag for each MSR from 0 and from HIGH on: the table has it. */
static bool has_row[2][NR_MSRS];

static bool test_row(u32 first, u32 last, const char *read, const char *write)
{
	bool ok = true;
	u32 msr;

	for (msr = first; msr <= last; msr++) {
		has_row[msr >= HIGH][msr % HIGH] = true;
		if (never_exits(msr))
			continue;
		ok &= ends_in(msr, false, expected(msr, false, read));
		ok &= ends_in(msr, true, expected(msr, true, write));
	}
	return ok;
}

static bool test_others(void)
{
	bool ok = true;
	u32 i, msr;

	for (i = 0; i < 2 * NR_MSRS; i++) {
		msr = i < NR_MSRS ? i : HIGH + i - NR_MSRS;
		if (!has_row[i >= NR_MSRS][i % NR_MSRS] && !never_exits(msr))
			ok &= ends_in(msr, false, IN_VE) && ends_in(msr, true, IN_VE);
	}
	return ok && ends_in(0x4b564d01, false, IN_VE) && ends_in(0x4b564d01, true, IN_VE);
}

void test_msr(void)
{
	char text[256], read[64], write[64];
	FILE *file = fopen(MSR_TABLE, "r");
	unsigned int first, last, nr = 0;
	bool ok = file;

	vcpu = guest_reset(cpu_with_nothing);
	ok = ok && vcpu;
	while (file && fgets(text, sizeof(text), file)) {
		if (sscanf(text, "%x\t%x\t%63[^\t]\t%63[^\n]", &first, &last, read, write) != 4)
			continue;
		ok &= test_row(first, last, read, write);
		nr++;
	}
	if (file)
		fclose(file);
	report(ok && nr, "msr.rows", "%u rows", nr);
	report(test_others(), "msr.others", "all other MSRs");
}
