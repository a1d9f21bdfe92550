/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDX_SOFTMOD_RUN_H
#define TDX_SOFTMOD_RUN_H

/*
 * The run loop: runs vCPUs of TDs with AMD-V and handles their exits.
 *
 *   init.c		VP.INIT: initial state of a vCPU, and its VMCB
 *   seamcall.c		entry for all SEAMCALLs of the kernel
 *   strict.S		that entry in strict mode: loses the host's RBP at TD exits
 *   enter.c		VP.ENTER: takes in the host's registers, runs, gives registers back
 *   td_exit.c		ends a run: notes what VP.ENTER is to return
 *   host.c		registers that VMRUN does not switch
 *   exit.c		#VMEXIT: which function handles it
 *   insn.c, walk.c	bytes and length of the instruction at RIP
 *   operand.c		linear address that the instruction accesses
 *   event.c		injection of #VE, exceptions, NMIs and interrupts
 *   apic.c		virtual-APIC page, posted interrupts
 *   memory.c		nested page faults
 *   cr.c cpuid.c msr.c	what the guest sees of the CPU
 *   tdcall.c		TDCALL: the guest's leaves
 *   fields.c		VP.RD and VP.WR of fields that live in the run state
 *   svm/load.c		what exists once for all TDs: permission maps, a page per CPU, the ASID
 *   svm/switch.S	one VMRUN
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

/* Numbers of GPRs, as in instructions and in the register masks of TDG.VP.VMCALL. */
enum {
	SM_GPR_RAX, SM_GPR_RCX, SM_GPR_RDX, SM_GPR_RBX,
	SM_GPR_RSP, SM_GPR_RBP, SM_GPR_RSI, SM_GPR_RDI,
	SM_GPR_R8, SM_GPR_R9, SM_GPR_R10, SM_GPR_R11,
	SM_GPR_R12, SM_GPR_R13, SM_GPR_R14, SM_GPR_R15,
	SM_NR_GPRS,
};

/* MSRs that neither VMRUN nor VMLOAD switches, so host.c does; it has the table. */
enum {
	SM_MSR_TSC_AUX,
	SM_MSR_TSC_RATIO,
	SM_MSR_XSS,
	SM_MSR_DEBUGCTL,
	SM_MSR_SPEC_CTRL,
	SM_NR_MSRS,
};

/* Registers that VP.ENTER returns when the TD exits other than by TDG.VP.VMCALL. */
struct sm_td_exit {
	u64 rax;
	u64 rcx;
	u64 rdx;
	u64 r8;
	u64 r9;
};

/* The run loop's part of a vCPU.  Lives in the TDVPR page. */
struct sm_run {
	/*
	 * Must come first, because svm/switch.S finds them at the start.  RAX and RSP are in
	 * the VMCB while the guest runs: they are copied there before each VMRUN and back
	 * after each #VMEXIT.
	 */
	u64 regs[SM_NR_GPRS];

	/* Pages of the TDVPS. */
	struct vmcb *vmcb;
	void *apic;
	void *xsave;

	/* Unique among all vCPUs ever; tells whether a CPU ran this vCPU last. */
	u64 id;
	/* TSC of the host at the last TD exit. */
	u64 last_exit_tsc;

	/* EFER as the guest reads it.  The VMCB's lacks LME while paging is off: see init.c. */
	u64 efer;
	u64 xcr0;
	/* The guest's values of the MSRs that host.c switches, by SM_MSR_*. */
	u64 msrs[SM_NR_MSRS];
	/* IA32_DS_AREA.  CPUs with AMD-V do not have it; the guest can only read it back. */
	u64 ds_area;
	/* DR0-DR3; loaded only once the guest has accessed a debug register. */
	u64 drs[4];
	bool drs_live;

	/* The next VMRUN is to flush the TLB, by the VMCB's TLB_CONTROL. */
	bool flush_tlb;

	/* Event whose delivery was interrupted by a #VMEXIT, as EVENTINJ has it; 0 if none. */
	u32 vectoring;
	u32 vectoring_error;
	/* Vector of the interrupt that the VMCB offers the guest as V_IRQ; -1 if none. */
	int virq;
	/* The guest handles an NMI: from its injection until its IRET has completed. */
	bool nmi_blocked;
	/* The IRET at this RIP was intercepted; it has not completed while RIP is the same. */
	bool nmi_in_iret;
	u64 nmi_iret_rip;

	/* RCX of the last TDG.VP.VMCALL: mask of registers that are passed. */
	u64 vmcall_mask;
	/* What VP.ENTER is to return. */
	struct sm_td_exit exit;
};

static_assert(sizeof(struct sm_run) <= SM_RUN_BYTES);

/* What happens after a handler of a #VMEXIT. */
enum sm_next {
	/* The guest goes on. */
	SM_ENTER,
	/* VP.ENTER ends with what sm_td_exit() noted. */
	SM_EXIT,
};

/* Physical address of the VMCB, the operand of VMRUN, VMLOAD and VMSAVE. */
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

/* svm/load.c */

/* Permission maps: which I/O ports (none) and MSRs (few) guests access without an exit. */
extern phys_addr_t sm_iopm_pa;
extern phys_addr_t sm_msrpm_pa;
/* The one ASID that all vCPUs of all TDs use; KVM gives it to no guest. */
extern u32 sm_asid;
/* Page in which this CPU keeps the host's state that VMLOAD replaces by the guest's. */
DECLARE_PER_CPU(phys_addr_t, sm_host_page_pa);

/* host.c, svm/switch.S */

/* The host's MSRs while the guest's are in the CPU. */
struct sm_host {
	u64 msrs[SM_NR_MSRS];
};

/*
 * Load the guest's extended state, debug registers and MSRs before the first VMRUN of a
 * VP.ENTER; save them, and bring the host's back, after the last.
 */
void sm_host_leave(struct sm_vcpu *vcpu, struct sm_host *host);
void sm_host_return(struct sm_vcpu *vcpu, struct sm_host *host);
/*
 * Copy the XMM registers in @mask from the CPU, where VP.ENTER's caller has left them, to
 * the guest; and from the guest to the CPU, for the caller.
 */
void sm_host_import_xmm(struct sm_vcpu *vcpu, u16 mask);
void sm_host_export_xmm(struct sm_vcpu *vcpu, u16 mask);
/* Change XCR0 in the CPU, between sm_host_leave() and sm_host_return(). */
void sm_host_set_guest_xcr0(u64 xcr0);
/* Load the guest's DR0-DR3 and let it access debug registers without an exit. */
void sm_host_use_drs(struct sm_vcpu *vcpu);
/*
 * Run the guest until the next #VMEXIT.  False if SVM is off.  If an NMI ended the run, the
 * host has handled it when this returns.
 */
bool sm_host_vmrun(struct sm_vcpu *vcpu);
/* Let the host handle the machine check that ended the guest's run. */
void sm_host_machine_check(void);
bool sm_host_has_msr(unsigned int sm_msr);

/* svm/switch.S: returns 0, 1 if VMRUN faulted, or -1 if CLGI faulted, and so GIF is still set. */
int sm_vmrun(struct sm_run *run, phys_addr_t vmcb_pa, phys_addr_t host_pa);

/* seamcall.c, for strict.S: RAX and RDX of the answer to a SEAMCALL. */
struct sm_strict_answer {
	u64 status;
	u64 loses_rbp;
};

struct sm_strict_answer sm_strict_answer(u64 fn, struct tdx_module_args *args);

/* KVM's headers do not have it: KVM never sees a TDCALL of a VMX guest. */
#define EXIT_REASON_TDCALL	77

/* td_exit.c: these note what VP.ENTER is to return, and return SM_EXIT. */

enum sm_next sm_td_exit(struct sm_vcpu *vcpu, struct sm_td_exit exit);
/* OPERAND_BUSY; the guest goes on at the same RIP in the next VP.ENTER. */
enum sm_next sm_td_exit_busy(struct sm_vcpu *vcpu);
/* Kill the TD: neither this vCPU nor any other one of it ever runs again. */
enum sm_next sm_td_exit_fatal(struct sm_vcpu *vcpu, u64 code, u32 reason);
enum sm_next sm_td_exit_vmcall(struct sm_vcpu *vcpu, u64 mask);

/* exit.c */

enum sm_next sm_handle_exit(struct sm_vcpu *vcpu);

/* insn.c */

struct sm_insn {
	u8 bytes[15];
	u8 nr_bytes;
	/* Index in @bytes at which the opcode begins. */
	u8 opcode;
	/* The REX prefix, 0 if there is none. */
	u8 rex;
	/* Is there a prefix 66, and one of F2 and F3? */
	bool has_66;
	bool has_rep;
};

/*
 * Read the instruction at RIP, at least its prefixes, the first byte of its opcode and @more
 * bytes after that.  False if it cannot be read: the guest has changed it or its mapping
 * since it executed it, so let the guest execute what is there now.
 */
bool sm_insn_fetch(struct sm_vcpu *vcpu, unsigned int more, struct sm_insn *ret_insn);
/* If the opcode begins with the @nr bytes @opcode, the length of prefixes and these; else 0. */
unsigned int sm_insn_match(const struct sm_insn *insn, const u8 *opcode, unsigned int nr);
/* Complete the instruction: advance RIP, clear RF and the interrupt shadow, single-step trap. */
void sm_insn_skip(struct sm_vcpu *vcpu, unsigned int length);

/* walk.c: translate the linear address @gva; false if the guest does not map it now. */
bool sm_walk(struct sm_vcpu *vcpu, u64 gva, u64 *ret_gpa);

/*
 * operand.c: linear address by which the instruction at RIP accessed @gpa.  0 if that cannot
 * be found: the guest is not in 64-bit mode, the instruction addresses memory neither by
 * ModRM nor as a MOV with an absolute address, or it cannot be read any more.
 */
u64 sm_operand_address(struct sm_vcpu *vcpu, u64 gpa);

/* event.c */

#define SM_DF_VECTOR	8
#define SM_VE_VECTOR	20

/* Inject an exception.  Returns SM_EXIT if that is a triple fault. */
enum sm_next sm_inject(struct sm_vcpu *vcpu, unsigned int vector);
enum sm_next sm_inject_error(struct sm_vcpu *vcpu, unsigned int vector, u32 error);
enum sm_next sm_inject_gp(struct sm_vcpu *vcpu);
enum sm_next sm_inject_ud(struct sm_vcpu *vcpu);
/* Inject #VE with this information; @ve->valid does not matter. */
enum sm_next sm_inject_ve(struct sm_vcpu *vcpu, const struct sm_ve_info *ve);
/* Inject #VE for an instruction that the guest may not execute itself. */
enum sm_next sm_inject_ve_insn(struct sm_vcpu *vcpu, u32 reason, u64 qualification,
			       unsigned int length);
/* Before VMRUN: put waiting events into the VMCB. */
void sm_event_prepare(struct sm_vcpu *vcpu);
/* After #VMEXIT: note which of them the guest has taken. */
void sm_event_collect(struct sm_vcpu *vcpu);
/* The IRET of an NMI handler was intercepted, before it executes. */
enum sm_next sm_event_iret(struct sm_vcpu *vcpu);

/* apic.c */

void sm_apic_init(struct sm_vcpu *vcpu);
/* Move requests from the posted-interrupt descriptor to IRR. */
void sm_apic_merge_posted(struct sm_vcpu *vcpu);
/* Highest requested vector, if its class is above those in service; TPR is ignored.  Or -1. */
int sm_apic_pending(struct sm_vcpu *vcpu);
/* Is that vector's class above TPR, too?  VCPU_STATE_DETAILS tells the host. */
bool sm_apic_is_deliverable(struct sm_vcpu *vcpu);
/* The guest has taken @vector: from IRR to ISR. */
void sm_apic_accept(struct sm_vcpu *vcpu, unsigned int vector);
/* The delivery of @vector did not complete: back to IRR. */
void sm_apic_withdraw(struct sm_vcpu *vcpu, unsigned int vector);
u8 sm_apic_tpr(struct sm_vcpu *vcpu);
void sm_apic_set_tpr(struct sm_vcpu *vcpu, u8 tpr);

/* What an access to an MSR ends in: it is done, #GP, or #VE. */
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
/* Handle the failed access of a guest or of a TDCALL to its operand, as @fault says. */
enum sm_next sm_handle_fault(struct sm_vcpu *vcpu, const struct sm_fault *fault,
			     unsigned int access);

/* cr.c, cpuid.c, msr.c, tdcall.c */

enum sm_next sm_handle_cr0_write(struct sm_vcpu *vcpu);
enum sm_next sm_handle_cr4_write(struct sm_vcpu *vcpu);
enum sm_next sm_handle_cr8_write(struct sm_vcpu *vcpu);
enum sm_next sm_handle_xsetbv(struct sm_vcpu *vcpu, unsigned int length);
enum sm_next sm_handle_cpuid(struct sm_vcpu *vcpu, unsigned int length);
/* Is this bit set in the TD's CPUID?  @reg: 0 EAX, 1 EBX, 2 ECX, 3 EDX. */
bool sm_cpuid_bit(struct sm_vcpu *vcpu, u32 leaf, u32 subleaf, unsigned int reg,
		  unsigned int bit);
enum sm_next sm_handle_msr(struct sm_vcpu *vcpu, bool is_write, unsigned int length);
enum sm_next sm_handle_tdcall(struct sm_vcpu *vcpu, unsigned int length);

#endif
