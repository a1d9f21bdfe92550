/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDX_SOFTMOD_RUN_H
#define TDX_SOFTMOD_RUN_H

/*
 * The run loop: a TD's vCPU on AMD-V.
 *
 *   load.c		what exists once: permission maps, host pages of the CPUs
 *   init.c		VP.INIT: first state of a vCPU, its VMCB
 *   seamcall.c		the backend's entry
 *   enter.c		VP.ENTER: import, loop, export
 *   td_exit.c		what ends a run
 *   switch.S, host.c	one VMRUN; registers that VMRUN does not switch
 *   exit.c		#VMEXIT -> who deals with it
 *   insn.c, walk.c	bytes and length of the instruction at RIP
 *   operand.c		the linear address that it accesses
 *   event.c		#VE, exceptions, NMI, interrupts on their way into the guest
 *   apic.c		virtual APIC page, posted interrupts
 *   memory.c		nested page faults
 *   cr.c cpuid.c msr.c	what of the CPU the guest sees
 *   tdcall.c		guest leaves
 *   fields.c		fields of VP.RD and VP.WR that live here
 */

#include <linux/percpu.h>
#include <linux/types.h>

#include <asm/cpufeatures.h>
#include <asm/fpu/types.h>
#include <asm/msr-index.h>
#include <asm/processor-flags.h>
#include <asm/svm.h>
#include <uapi/asm/vmx.h>

#include "../softmod.h"

/* GPRs, as instructions and the masks of TDG.VP.VMCALL number them. */
enum {
	SM_GPR_RAX, SM_GPR_RCX, SM_GPR_RDX, SM_GPR_RBX,
	SM_GPR_RSP, SM_GPR_RBP, SM_GPR_RSI, SM_GPR_RDI,
	SM_GPR_R8, SM_GPR_R9, SM_GPR_R10, SM_GPR_R11,
	SM_GPR_R12, SM_GPR_R13, SM_GPR_R14, SM_GPR_R15,
	SM_NR_GPRS,
};

/* MSRs that VMRUN and VMLOAD leave alone; table in host.c. */
enum {
	SM_MSR_TSC_AUX,
	SM_MSR_TSC_RATIO,
	SM_MSR_XSS,
	SM_MSR_DEBUGCTL,
	SM_MSR_SPEC_CTRL,
	SM_NR_MSRS,
};

/* Registers of a TD exit, see VP.ENTER. */
struct sm_td_exit {
	u64 rax;
	u64 rcx;
	u64 rdx;
	u64 r8;
	u64 r9;
};

/* In the TDVPR; the run loop's part of a vCPU. */
struct sm_run {
	/*
	 * switch.S knows that these are first.  RAX and RSP are copies of the
	 * VMCB's, made after each #VMEXIT and put back before each VMRUN.
	 */
	u64 regs[SM_NR_GPRS];

	/* Pages of the TDVPS. */
	struct vmcb *vmcb;
	void *apic;
	void *xsave;

	/* Never the same for two vCPUs, so that a CPU knows whom it ran last. */
	u64 id;
	/* TSC of the host at the last TD exit. */
	u64 last_exit_tsc;

	/* What the guest reads; LMA excepted, the VMCB's has less while paging is off. */
	u64 efer;
	u64 xcr0;
	/* MSRs of the guest that the CPU has, by SM_MSR_*. */
	u64 msrs[SM_NR_MSRS];
	/* IA32_DS_AREA: no CPU below has it, and nothing uses it. */
	u64 ds_area;
	/* DR0-DR3; loaded only if the guest has touched a debug register. */
	u64 drs[4];
	bool drs_live;

	/* The VMCB's TLB_CONTROL shall flush at the next VMRUN. */
	bool flush_tlb;

	/* Event whose delivery a #VMEXIT interrupted, in the format of EVENTINJ; 0 if none. */
	u32 vectoring;
	u32 vectoring_error;
	/* Vector that the VMCB holds as V_IRQ; -1 if none. */
	int virq;
	/* Between injection of an NMI and its IRET. */
	bool nmi_blocked;
	/* IRET was intercepted at this RIP and has not completed while RIP is still there. */
	bool nmi_in_iret;
	u64 nmi_iret_rip;

	/* RCX of the TDG.VP.VMCALL that the host is to answer. */
	u64 vmcall_mask;
	struct sm_td_exit exit;
};

static_assert(sizeof(struct sm_run) <= SM_RUN_BYTES);

/* What a handler of a #VMEXIT wants next. */
enum sm_next {
	/* VMRUN again. */
	SM_ENTER,
	/* Leave VP.ENTER with what sm_td_exit() noted. */
	SM_EXIT,
};

/* Operand of VMRUN, VMLOAD and VMSAVE. */
static inline phys_addr_t sm_vmcb_pa(const struct sm_vcpu *vcpu)
{
	return vcpu->pages[1];
}

static inline struct vmcb *sm_vmcb(struct sm_vcpu *vcpu)
{
	return sm_run(vcpu)->vmcb;
}

static inline bool sm_is_64bit(struct sm_vcpu *vcpu)
{
	const struct vmcb_save_area *save = &sm_vmcb(vcpu)->save;

	return (save->efer & EFER_LMA) && (save->cs.attrib & SVM_SELECTOR_L_MASK);
}

static inline unsigned int sm_cpl(struct sm_vcpu *vcpu)
{
	return sm_vmcb(vcpu)->save.cpl;
}

/* load.c */

/* Maps of what a guest may do without an exit: no I/O port, few MSRs. */
extern phys_addr_t sm_iopm_pa;
extern phys_addr_t sm_msrpm_pa;
/* ASID of all vCPUs of TDs; KVM gives it to no guest. */
extern u32 sm_asid;
/* Where this CPU keeps what VMLOAD of a guest replaces. */
DECLARE_PER_CPU(phys_addr_t, sm_host_page_pa);

/* host.c, switch.S */

/* Around all VMRUNs of one VP.ENTER: extended state, debug registers, MSRs. */
struct sm_host {
	u64 msrs[SM_NR_MSRS];
};

void sm_host_leave(struct sm_vcpu *vcpu, struct sm_host *host);
void sm_host_return(struct sm_vcpu *vcpu, struct sm_host *host);
/* Guest takes XMM registers from the CPU as VP.ENTER's caller left them, and back. */
void sm_host_import_xmm(struct sm_vcpu *vcpu, u16 mask);
void sm_host_export_xmm(struct sm_vcpu *vcpu, u16 mask);
/* XCR0, while the guest's is in the CPU. */
void sm_host_set_guest_xcr0(u64 xcr0);
/* From here on the guest may use DR0-DR3. */
void sm_host_use_drs(struct sm_vcpu *vcpu);
/* One VMRUN; false if SVM is off.  An NMI that ended it is taken before this returns. */
bool sm_host_vmrun(struct sm_vcpu *vcpu);
/* A machine check ended the VMRUN: the host handles it. */
void sm_host_machine_check(void);
bool sm_host_has_msr(unsigned int sm_msr);

/* switch.S: 0; 1 if VMRUN faulted; -1 if CLGI did, and GIF is still set. */
int sm_vmrun(struct sm_run *run, phys_addr_t vmcb_pa, phys_addr_t host_pa);

/* td_exit.c: notes what VP.ENTER is to return */

enum sm_next sm_td_exit(struct sm_vcpu *vcpu, struct sm_td_exit exit);
/* Leaves with OPERAND_BUSY; the next VP.ENTER goes on where this one was. */
enum sm_next sm_td_exit_busy(struct sm_vcpu *vcpu);
/* Neither this vCPU nor any other of the TD runs again. */
enum sm_next sm_td_exit_fatal(struct sm_vcpu *vcpu, u64 code, u32 reason);
enum sm_next sm_td_exit_vmcall(struct sm_vcpu *vcpu, u64 mask);

/* exit.c */

enum sm_next sm_handle_exit(struct sm_vcpu *vcpu);

/* insn.c */

struct sm_insn {
	u8 bytes[15];
	u8 nr_bytes;
	/* Where the opcode begins. */
	u8 opcode;
	/* REX, 0 if there is none; does it have 66, F2 or F3? */
	u8 rex;
	bool has_66;
	bool has_rep;
};

/*
 * The instruction at RIP, so far that its opcode and @more bytes after it are there.
 * False if it can not be read: the guest changes it or its mapping, so let it try again.
 */
bool sm_insn_fetch(struct sm_vcpu *vcpu, unsigned int more, struct sm_insn *ret_insn);
/* Length up to and with @nr bytes of opcode if these are @opcode, else 0. */
unsigned int sm_insn_match(const struct sm_insn *insn, const u8 *opcode, unsigned int nr);
/* RIP and all that an instruction does when it completes. */
void sm_insn_skip(struct sm_vcpu *vcpu, unsigned int length);

/* walk.c: GPA of linear address @gva; false if there is none now. */
bool sm_walk(struct sm_vcpu *vcpu, u64 gva, u64 *ret_gpa);

/*
 * operand.c: linear address at which the instruction at RIP accessed @gpa.  0 if that is
 * not known: not in 64-bit mode, not by a ModRM byte, or not readable any more.
 */
u64 sm_operand_address(struct sm_vcpu *vcpu, u64 gpa);

/* event.c */

#define SM_DF_VECTOR	8
#define SM_VE_VECTOR	20

enum sm_next sm_inject(struct sm_vcpu *vcpu, unsigned int vector);
enum sm_next sm_inject_error(struct sm_vcpu *vcpu, unsigned int vector, u32 error);
enum sm_next sm_inject_gp(struct sm_vcpu *vcpu);
enum sm_next sm_inject_ud(struct sm_vcpu *vcpu);
/* @ve->valid is not looked at. */
enum sm_next sm_inject_ve(struct sm_vcpu *vcpu, const struct sm_ve_info *ve);
/* #VE for an instruction. */
enum sm_next sm_inject_ve_insn(struct sm_vcpu *vcpu, u32 reason, u64 qualification,
			       unsigned int length);
/* Before VMRUN: put into the VMCB what waits; after #VMEXIT: note what became of it. */
void sm_event_prepare(struct sm_vcpu *vcpu);
void sm_event_collect(struct sm_vcpu *vcpu);
/* IRET while an NMI is handled; #VMEXIT comes before it executes. */
enum sm_next sm_event_iret(struct sm_vcpu *vcpu);

/* apic.c */

void sm_apic_init(struct sm_vcpu *vcpu);
void sm_apic_merge_posted(struct sm_vcpu *vcpu);
/* Highest vector that is requested and above what is in service, whatever TPR; -1 if none. */
int sm_apic_pending(struct sm_vcpu *vcpu);
/* As above, and above TPR: what VCPU_STATE_DETAILS says. */
bool sm_apic_is_deliverable(struct sm_vcpu *vcpu);
/* @vector went to the guest, or came back because its delivery did not complete. */
void sm_apic_accept(struct sm_vcpu *vcpu, unsigned int vector);
void sm_apic_withdraw(struct sm_vcpu *vcpu, unsigned int vector);
u8 sm_apic_tpr(struct sm_vcpu *vcpu);
void sm_apic_set_tpr(struct sm_vcpu *vcpu, u8 tpr);

enum sm_msr_result {
	SM_MSR_DONE,
	SM_MSR_GP,
	SM_MSR_VE,
};

/* x2APIC registers, MSRs 0x800-0x8ff. */
enum sm_msr_result sm_apic_read(struct sm_vcpu *vcpu, u32 msr, u64 *ret_value);
enum sm_msr_result sm_apic_write(struct sm_vcpu *vcpu, u32 msr, u64 value);

/* memory.c */

enum sm_next sm_handle_npf(struct sm_vcpu *vcpu);
/* A guest access, or a memory operand of a TDCALL, met @fault, which is not NONE. */
enum sm_next sm_handle_fault(struct sm_vcpu *vcpu, const struct sm_fault *fault,
			     unsigned int access);

/* cr.c, cpuid.c, msr.c, tdcall.c */

enum sm_next sm_handle_cr0_write(struct sm_vcpu *vcpu);
enum sm_next sm_handle_cr4_write(struct sm_vcpu *vcpu);
enum sm_next sm_handle_cr8_write(struct sm_vcpu *vcpu);
enum sm_next sm_handle_xsetbv(struct sm_vcpu *vcpu, unsigned int length);
enum sm_next sm_handle_cpuid(struct sm_vcpu *vcpu, unsigned int length);
/* One bit of virtual CPUID. */
bool sm_cpuid_bit(struct sm_vcpu *vcpu, u32 leaf, u32 subleaf, unsigned int reg,
		  unsigned int bit);
enum sm_next sm_handle_msr(struct sm_vcpu *vcpu, bool is_write, unsigned int length);
enum sm_next sm_handle_tdcall(struct sm_vcpu *vcpu, unsigned int length);

#endif
