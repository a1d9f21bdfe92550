/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDX_SOFTMOD_VMX_H
#define TDX_SOFTMOD_VMX_H

/*
 * The world of VMX: a vCPU runs by VMLAUNCH with a VMCS of its own, beside KVM's.
 *
 *   controls.c		which controls the CPU must have, and which are used if it has them
 *   load.c		what exists once for all TDs: the controls, the MSR bitmap
 *   vmcs.c		the VMCS: making it the current one instead of KVM's, its initial state
 *   host.c		the host's state that a VM exit does not bring back by itself
 *   run.c, switch.S	one VMLAUNCH or VMRESUME: what goes into the VMCS and comes out of it
 *   event.c		events that a run begins with, and what a VM exit says of events
 *   exit.c		VM exit: the exit record
 */

#include <linux/types.h>

#include <asm/desc_defs.h>
#include <asm/vmx.h>

#include "../../softmod.h"
#include "controls.h"

struct sm_run;
struct sm_world;

/* MSRs that VMX does not switch and the guest accesses without an exit; host.c has the table. */
enum {
	SM_VMX_STAR,
	SM_VMX_LSTAR,
	SM_VMX_FMASK,
	SM_VMX_KERNEL_GS_BASE,
	SM_NR_VMX_MSRS,
};

/* Part of struct sm_run. */
struct sm_vmx_vcpu {
	/* The VMCS has its initial state. */
	bool is_set_up;
	/* VMLAUNCH was executed since the VMCS was made current. */
	bool is_launched;
	/* Physical address of the VMCS that was current before, KVM's; -1: none. */
	u64 other_vmcs;

	/* Registers that VMX does not switch. */
	u64 cr2;
	u64 dr6;
	u64 msrs[SM_NR_VMX_MSRS];

	/* The host's, while the guest's are in the CPU. */
	u64 host_msrs[SM_NR_VMX_MSRS];
	u64 host_fs_base;
	struct desc_ptr host_gdt;
	struct desc_ptr host_idt;
	u16 host_ds, host_es, host_fs, host_gs, host_ldt;

	/* Of the last exit. */
	u32 reason;
	u32 event;
	u64 qualification;
	u32 interruptibility;
};

extern const struct sm_world sm_vmx;

/* load.c */

extern struct sm_vmx_controls sm_vmx_controls;
extern phys_addr_t sm_vmx_msr_bitmap_pa;

const char *sm_vmx_lacks(void);
int sm_vmx_load(void);
void sm_vmx_unload(void);

/* vmcs.c */

/* Is VMX on, on this CPU? */
bool sm_vmx_is_enabled(void);
/* Make the vCPU's VMCS the current one, and KVM's again.  False: VMX is off. */
bool sm_vmcs_load(struct sm_vcpu *vcpu);
void sm_vmcs_unload(struct sm_vcpu *vcpu);
void sm_vmx_init(struct sm_vcpu *vcpu);
bool sm_vmx_read_field(struct sm_vcpu *vcpu, u32 encoding, u64 *ret_value);
bool sm_vmx_write_field(struct sm_vcpu *vcpu, u32 encoding, u64 value);
/* Invalidate what this CPU has cached of the vCPU's TD. */
void sm_vmx_invalidate(struct sm_vcpu *vcpu);

/* host.c */

void sm_vmx_host_leave(struct sm_vcpu *vcpu);
void sm_vmx_host_return(struct sm_vcpu *vcpu);

/* switch.S: returns 0, 1 if the entry failed, or -1 if it faulted, because VMX is off. */
int sm_vmx_enter(struct sm_run *run, bool is_launched);

/* event.c, with the VMCS the current one */

/* Before a run: the event that it begins with, and exits when the guest can take others. */
void sm_vmx_write_events(struct sm_run *run);
/* After it: which events the guest has taken, and what the exit record is made from. */
void sm_vmx_read_events(struct sm_vcpu *vcpu);

/* exit.c */

bool sm_vmx_exit(struct sm_vcpu *vcpu);

#endif
