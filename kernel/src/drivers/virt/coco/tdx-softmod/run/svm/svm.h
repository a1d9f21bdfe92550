/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDX_SOFTMOD_SVM_H
#define TDX_SOFTMOD_SVM_H

/*
 * The world of AMD-V: a vCPU runs by VMRUN with a VMCB of its own.
 *
 *   load.c		what exists once for all TDs: permission maps, a page per CPU, the ASID
 *   vmcb.c		the VMCB: its initial state, what goes into it and comes out of it
 *   run.c, switch.S	one VMRUN
 *   exit.c		#VMEXIT: what it is in VMX's terms
 *   fields.c		VP.RD and VP.WR of fields that are in the VMCB only
 */

#include <linux/percpu.h>
#include <linux/types.h>

#include <asm/svm.h>

#include "../../softmod.h"

struct sm_run;
struct sm_world;

/* Part of struct sm_run. */
struct sm_svm_vcpu {
	struct vmcb *vmcb;
	/* The IRET at this RIP was intercepted; it has not completed while RIP is the same. */
	bool nmi_in_iret;
	u64 nmi_iret_rip;
};

extern const struct sm_world sm_svm;

/* load.c */

/* Permission maps: which I/O ports (none) and MSRs (few) guests access without an exit. */
extern phys_addr_t sm_iopm_pa;
extern phys_addr_t sm_msrpm_pa;
/* The one ASID that all vCPUs of all TDs use; KVM gives it to no guest. */
extern u32 sm_asid;
/* Page in which this CPU keeps the host's state that VMLOAD replaces by the guest's. */
DECLARE_PER_CPU(phys_addr_t, sm_host_page_pa);

const char *sm_svm_lacks(void);
int sm_svm_load(void);
void sm_svm_unload(void);

/* Physical address of the VMCB, the operand of VMRUN, VMLOAD and VMSAVE. */
static inline phys_addr_t sm_vmcb_pa(const struct sm_vcpu *vcpu)
{
	return vcpu->pages[1];
}

/* vmcb.c */

void sm_svm_init(struct sm_vcpu *vcpu);
/* Before VMRUN: the VMCB gets the guest's registers and events. */
void sm_vmcb_write(struct sm_vcpu *vcpu);
/* After #VMEXIT: the guest's registers, and which events it has taken. */
void sm_vmcb_read(struct sm_vcpu *vcpu);
void sm_vmcb_set_intercept(struct vmcb_control_area *control, unsigned int bit, bool on);

/* run.c */

bool sm_svm_run(struct sm_vcpu *vcpu);

/* switch.S: returns 0, 1 if VMRUN faulted, or -1 if CLGI faulted, and so GIF is still set. */
int sm_vmrun(struct sm_run *run, phys_addr_t vmcb_pa, phys_addr_t host_pa);

/* exit.c */

bool sm_svm_exit(struct sm_vcpu *vcpu);

/* fields.c */

bool sm_svm_read_field(struct sm_vcpu *vcpu, u32 encoding, u64 *ret_value);
bool sm_svm_write_field(struct sm_vcpu *vcpu, u32 encoding, u64 value);

#endif
