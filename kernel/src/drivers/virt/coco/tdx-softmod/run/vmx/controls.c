// SPDX-License-Identifier: GPL-2.0-only
/*
 * The controls of a VMCS: which the CPU must have for TDs, which are used if it has them.
 */
#include <linux/array_size.h>
#include <linux/bits.h>

#include <asm/vmx.h>

#include "controls.h"

#define TDX_PA_BITS		48

#define NEEDS(word, bit, what)	{ SM_VMX_##word, bit, "the CPU's VMX lacks " what }
#define EITHER(word, bit)	{ SM_VMX_##word, bit, NULL }

/* Controls that are set; without @lacks only if the CPU has them. */
static const struct {
	u8 word;
	u32 bit;
	const char *lacks;
} wanted[] = {
	NEEDS(PIN, PIN_BASED_EXT_INTR_MASK, "external-interrupt exiting"),
	NEEDS(PIN, PIN_BASED_NMI_EXITING, "NMI exiting"),
	NEEDS(PIN, PIN_BASED_VIRTUAL_NMIS, "virtual NMIs"),
	NEEDS(PRIMARY, CPU_BASED_ACTIVATE_SECONDARY_CONTROLS, "secondary controls"),
	NEEDS(PRIMARY, CPU_BASED_USE_TSC_OFFSETTING, "TSC offsetting"),
	NEEDS(PRIMARY, CPU_BASED_HLT_EXITING, "HLT exiting"),
	NEEDS(PRIMARY, CPU_BASED_MWAIT_EXITING, "MWAIT exiting"),
	NEEDS(PRIMARY, CPU_BASED_MONITOR_EXITING, "MONITOR exiting"),
	NEEDS(PRIMARY, CPU_BASED_RDPMC_EXITING, "RDPMC exiting"),
	NEEDS(PRIMARY, CPU_BASED_TPR_SHADOW, "a TPR shadow"),
	NEEDS(PRIMARY, CPU_BASED_UNCOND_IO_EXITING, "I/O exiting"),
	NEEDS(PRIMARY, CPU_BASED_USE_MSR_BITMAPS, "MSR bitmaps"),
	NEEDS(SECONDARY, SECONDARY_EXEC_ENABLE_EPT, "EPT"),
	NEEDS(SECONDARY, SECONDARY_EXEC_UNRESTRICTED_GUEST, "unrestricted guests"),
	NEEDS(SECONDARY, SECONDARY_EXEC_WBINVD_EXITING, "WBINVD exiting"),
	EITHER(SECONDARY, SECONDARY_EXEC_ENABLE_RDTSCP),
	EITHER(SECONDARY, SECONDARY_EXEC_ENABLE_VPID),
	EITHER(SECONDARY, SECONDARY_EXEC_ENABLE_INVPCID),
	EITHER(SECONDARY, SECONDARY_EXEC_ENCLS_EXITING),
	EITHER(SECONDARY, SECONDARY_EXEC_ENABLE_XSAVES),
	EITHER(SECONDARY, SECONDARY_EXEC_TSC_SCALING),
	EITHER(SECONDARY, SECONDARY_EXEC_ENABLE_USR_WAIT_PAUSE),
	NEEDS(EXIT, VM_EXIT_HOST_ADDR_SPACE_SIZE, "64-bit hosts"),
	NEEDS(EXIT, VM_EXIT_ACK_INTR_ON_EXIT, "acknowledging interrupts on exit"),
	NEEDS(EXIT, VM_EXIT_SAVE_DEBUG_CONTROLS, "saving debug controls"),
	NEEDS(EXIT, VM_EXIT_LOAD_IA32_PAT, "loading PAT at exits"),
	NEEDS(EXIT, VM_EXIT_LOAD_IA32_EFER, "loading EFER at exits"),
	NEEDS(ENTRY, VM_ENTRY_LOAD_DEBUG_CONTROLS, "loading debug controls"),
	NEEDS(ENTRY, VM_ENTRY_LOAD_IA32_PAT, "loading PAT at entries"),
	NEEDS(ENTRY, VM_ENTRY_LOAD_IA32_EFER, "loading EFER at entries"),
};

/* Controls that are set for some entries only. */
static const struct {
	u8 word;
	u32 bit;
	const char *lacks;
} varying[] = {
	NEEDS(PRIMARY, CPU_BASED_INTR_WINDOW_EXITING, "interrupt-window exiting"),
	NEEDS(PRIMARY, CPU_BASED_NMI_WINDOW_EXITING, "NMI-window exiting"),
	NEEDS(PRIMARY, CPU_BASED_MOV_DR_EXITING, "MOV-DR exiting"),
	NEEDS(ENTRY, VM_ENTRY_IA32E_MODE, "64-bit guests"),
};

/* Exits that softmod cannot handle; the CPU must not insist on them. */
#define UNWANTED	(CPU_BASED_INVLPG_EXITING | CPU_BASED_RDTSC_EXITING | \
			 CPU_BASED_CR3_LOAD_EXITING | CPU_BASED_CR3_STORE_EXITING | \
			 CPU_BASED_CR8_LOAD_EXITING | CPU_BASED_CR8_STORE_EXITING | \
			 CPU_BASED_PAUSE_EXITING)

static bool may_set(const struct sm_vmx_caps *caps, unsigned int word, u32 bit)
{
	return (caps->words[word] >> 32) & bit;
}

static const char *check_ept(const struct sm_vmx_caps *caps)
{
	const u64 either = VMX_EPT_EXTENT_CONTEXT_BIT | VMX_EPT_EXTENT_GLOBAL_BIT;

	if (!(caps->ept_vpid & VMX_EPT_PAGE_WALK_4_BIT) || !(caps->ept_vpid & VMX_EPTP_WB_BIT) ||
	    !(caps->ept_vpid & VMX_EPT_2MB_PAGE_BIT))
		return "the CPU's EPT lacks four levels, write-back or 2 MiB pages";
	if (!(caps->ept_vpid & VMX_EPT_INVEPT_BIT) || !(caps->ept_vpid & either))
		return "the CPU's EPT lacks INVEPT";
	return NULL;
}

const char *sm_vmx_choose_controls(const struct sm_vmx_caps *caps,
				   struct sm_vmx_controls *ret_controls)
{
	struct sm_vmx_controls controls = {
		.revision = caps->basic & GENMASK(30, 0),
		.has_single_invept = caps->ept_vpid & VMX_EPT_EXTENT_CONTEXT_BIT,
	};
	const char *lacks;
	unsigned int i;

	if (!(caps->basic & VMX_BASIC_TRUE_CTLS) || ((u32)caps->words[SM_VMX_PRIMARY] & UNWANTED))
		return "the CPU's VMX lacks exits that can be switched off";
	for (i = 0; i < SM_NR_VMX_WORDS; i++)
		controls.words[i] = (u32)caps->words[i];
	for (i = 0; i < ARRAY_SIZE(wanted); i++) {
		if (may_set(caps, wanted[i].word, wanted[i].bit))
			controls.words[wanted[i].word] |= wanted[i].bit;
		else if (wanted[i].lacks)
			return wanted[i].lacks;
	}
	for (i = 0; i < ARRAY_SIZE(varying); i++) {
		if (!may_set(caps, varying[i].word, varying[i].bit))
			return varying[i].lacks;
	}
	lacks = check_ept(caps);
	if (lacks)
		return lacks;
	/* The bit of a TD's guest-physical addresses that says shared is bit 47. */
	if (caps->pa_bits < TDX_PA_BITS)
		return "the CPU has fewer than 48 physical address bits";
	*ret_controls = controls;
	return NULL;
}
