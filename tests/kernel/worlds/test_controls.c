// SPDX-License-Identifier: GPL-2.0-only
/* VMX: which CPUs are refused, and with which controls TDs run on the others. */
#include "controls.c"
#include "test.h"

/* A CPU that has all that softmod can use.  The lower halves are the bits that are 1 on each CPU. */
static const struct sm_vmx_caps full = {
	.basic = VMX_BASIC_TRUE_CTLS | 0x12,
	.words = {
		[SM_VMX_PIN] = 0xffULL << 32 | 0x16,
		[SM_VMX_PRIMARY] = 0xfff9fffeULL << 32 | 0x04006172,
		[SM_VMX_SECONDARY] = 0xffffffffULL << 32,
		[SM_VMX_EXIT] = 0x00ffffffULL << 32 | 0x00036dfb,
		[SM_VMX_ENTRY] = 0x0003ffffULL << 32 | 0x000011fb,
	},
	.ept_vpid = VMX_EPT_PAGE_WALK_4_BIT | VMX_EPTP_WB_BIT | VMX_EPT_2MB_PAGE_BIT |
		    VMX_EPT_INVEPT_BIT | VMX_EPT_EXTENT_CONTEXT_BIT | VMX_EPT_EXTENT_GLOBAL_BIT,
	.pa_bits = 48,
};

static bool refuses(const struct sm_vmx_caps *caps, const char *said)
{
	struct sm_vmx_controls controls = { .revision = 1 };
	const char *lacks = sm_vmx_choose_controls(caps, &controls);

	if (!lacks || strcmp(lacks, said)) {
		fprintf(stderr, "# \"%s\", not \"%s\"\n", lacks ?: "not refused", said);
		return false;
	}
	SAME(controls.revision, 1, "changed although refused");
	return true;
}

/* Each control that TDs need is named if it is the only one missing. */
static bool each_control(unsigned int *ret_nr)
{
	struct sm_vmx_caps caps;
	unsigned int i;

	*ret_nr = 0;
	for (i = 0; i < ARRAY_SIZE(wanted); i++) {
		if (!wanted[i].lacks)
			continue;
		caps = full;
		caps.words[wanted[i].word] &= ~((u64)wanted[i].bit << 32);
		if (!refuses(&caps, wanted[i].lacks))
			return false;
		++*ret_nr;
	}
	for (i = 0; i < ARRAY_SIZE(varying); i++, ++*ret_nr) {
		caps = full;
		caps.words[varying[i].word] &= ~((u64)varying[i].bit << 32);
		if (!refuses(&caps, varying[i].lacks))
			return false;
	}
	return true;
}

static bool other_lacks(void)
{
	static const u64 ept[] = { VMX_EPT_PAGE_WALK_4_BIT, VMX_EPTP_WB_BIT, VMX_EPT_2MB_PAGE_BIT };
	struct sm_vmx_caps caps;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ept); i++) {
		caps = full;
		caps.ept_vpid &= ~ept[i];
		if (!refuses(&caps, "the CPU's EPT lacks four levels, write-back or 2 MiB pages"))
			return false;
	}
	caps = full;
	caps.ept_vpid &= ~VMX_EPT_INVEPT_BIT;
	if (!refuses(&caps, "the CPU's EPT lacks INVEPT"))
		return false;
	caps = full;
	caps.ept_vpid &= ~(VMX_EPT_EXTENT_CONTEXT_BIT | VMX_EPT_EXTENT_GLOBAL_BIT);
	if (!refuses(&caps, "the CPU's EPT lacks INVEPT"))
		return false;
	caps = full;
	caps.pa_bits = 46;
	if (!refuses(&caps, "the CPU has fewer than 48 physical address bits"))
		return false;
	caps = full;
	caps.basic &= ~VMX_BASIC_TRUE_CTLS;
	if (!refuses(&caps, "the CPU's VMX lacks exits that can be switched off"))
		return false;
	caps = full;
	caps.words[SM_VMX_PRIMARY] |= CPU_BASED_CR3_LOAD_EXITING;
	return refuses(&caps, "the CPU's VMX lacks exits that can be switched off");
}

/* The bits that must be 1, those that are wanted, and no other; options only if they are there. */
static bool chosen(void)
{
	const u32 options = SECONDARY_EXEC_ENABLE_RDTSCP | SECONDARY_EXEC_ENABLE_VPID |
			    SECONDARY_EXEC_ENABLE_INVPCID | SECONDARY_EXEC_ENCLS_EXITING |
			    SECONDARY_EXEC_ENABLE_XSAVES | SECONDARY_EXEC_TSC_SCALING |
			    SECONDARY_EXEC_ENABLE_USR_WAIT_PAUSE;
	const u32 needed = SECONDARY_EXEC_ENABLE_EPT | SECONDARY_EXEC_UNRESTRICTED_GUEST |
			   SECONDARY_EXEC_WBINVD_EXITING;
	struct sm_vmx_caps caps = full;
	struct sm_vmx_controls controls;

	SAME(!sm_vmx_choose_controls(&caps, &controls), true, "refused");
	SAME(controls.revision, 0x12, "revision");
	SAME(controls.words[SM_VMX_PIN], 0x16 | BIT(0) | BIT(3) | BIT(5), "pin");
	SAME(controls.words[SM_VMX_PRIMARY], 0x04006172 | 0xb1200c88, "primary");
	SAME(controls.words[SM_VMX_SECONDARY], needed | options, "secondary");
	SAME(controls.words[SM_VMX_EXIT], 0x00036dfb | 0x00288204, "exit");
	SAME(controls.words[SM_VMX_ENTRY], 0x000011fb | 0x0000c004, "entry");
	SAME(controls.has_single_invept, true, "single INVEPT");

	caps.words[SM_VMX_SECONDARY] = (u64)needed << 32;
	caps.ept_vpid &= ~VMX_EPT_EXTENT_CONTEXT_BIT;
	SAME(!sm_vmx_choose_controls(&caps, &controls), true, "refused without options");
	SAME(controls.words[SM_VMX_SECONDARY], needed, "secondary without options");
	SAME(controls.has_single_invept, false, "single INVEPT without options");
	return true;
}

void test_controls(void)
{
	unsigned int nr;
	bool ok = each_control(&nr);

	report(ok, "refused.each-control", "%u controls", nr);
	report(other_lacks(), "refused.other", "EPT, address width, exits that are always on");
	report(chosen(), "controls", "on a CPU that has all, and one that has what is needed");
}
