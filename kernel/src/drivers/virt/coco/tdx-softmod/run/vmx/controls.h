/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDX_SOFTMOD_VMX_CONTROLS_H
#define TDX_SOFTMOD_VMX_CONTROLS_H

#include <linux/types.h>

/* The words of a VMCS that say what VMX does. */
enum {
	SM_VMX_PIN,
	SM_VMX_PRIMARY,
	SM_VMX_SECONDARY,
	SM_VMX_EXIT,
	SM_VMX_ENTRY,
	SM_NR_VMX_WORDS,
};

/* What the CPU's capability MSRs say. */
struct sm_vmx_caps {
	/* IA32_VMX_BASIC */
	u64 basic;
	/* Of each word, bits that must be 1 in the lower half, that may be 1 in the upper one. */
	u64 words[SM_NR_VMX_WORDS];
	/* IA32_VMX_EPT_VPID_CAP; 0 if the CPU does not have the MSR. */
	u64 ept_vpid;
	unsigned int pa_bits;
};

struct sm_vmx_controls {
	u32 words[SM_NR_VMX_WORDS];
	/* The first word of each VMCS. */
	u32 revision;
	/* INVEPT for one EPTP only: the CPU can do that. */
	bool has_single_invept;
};

/* Choose the controls.  Returns NULL, or what the CPU lacks to run TDs. */
const char *sm_vmx_choose_controls(const struct sm_vmx_caps *caps,
				   struct sm_vmx_controls *ret_controls);

#endif
