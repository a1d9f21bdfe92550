/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDX_SOFTMOD_RUN_H
#define TDX_SOFTMOD_RUN_H

/*
 * The run loop: runs vCPUs of TDs and handles their exits.
 *
 *   load.c		chooses between the worlds, which are the CPU's ways to run guests
 *   init.c		VP.INIT: initial state of a vCPU
 *   seamcall.c		entry for all SEAMCALLs of the kernel
 *   strict.S		that entry in strict mode: loses the host's RBP at TD exits
 *   enter.c		VP.ENTER: takes in the host's registers, runs, gives registers back
 *   td_exit.c		ends a run: notes what VP.ENTER is to return
 *   host.c		registers that are switched once for each VP.ENTER
 *   exit.c		VM exit: which function handles it
 *   insn.c, walk.c	bytes and length of the instruction at RIP
 *   operand.c		linear address that the instruction accesses
 *   event.c		injection of #VE, exceptions, NMIs and interrupts
 *   apic.c		virtual-APIC page, posted interrupts
 *   memory.c		faults in the nested page table
 *   cr.c cpuid.c msr.c	what the guest sees of the CPU
 *   tdcall.c		TDCALL: the guest's leaves
 *   fields.c		VP.RD and VP.WR of fields that live in the run state
 *   switch.h		what each world does around each run
 *   svm/		the world of AMD-V, by VMCBs
 *   vmx/		the world of VMX, by VMCSs
 */

#include <linux/types.h>

#include <asm/cpufeatures.h>
#include <asm/fpu/types.h>
#include <asm/msr-index.h>
#include <asm/processor-flags.h>
#include <uapi/asm/vmx.h>

#include "../sept.h"
#include "../softmod.h"
#include "svm/svm.h"
#include "vmx/vmx.h"

/* Numbers of GPRs, as in instructions and in the register masks of TDG.VP.VMCALL. */
enum {
	SM_GPR_RAX, SM_GPR_RCX, SM_GPR_RDX, SM_GPR_RBX,
	SM_GPR_RSP, SM_GPR_RBP, SM_GPR_RSI, SM_GPR_RDI,
	SM_GPR_R8, SM_GPR_R9, SM_GPR_R10, SM_GPR_R11,
	SM_GPR_R12, SM_GPR_R13, SM_GPR_R14, SM_GPR_R15,
	SM_NR_GPRS,
};

/* MSRs that host.c switches; it has the table. */
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

/*
 * Registers of the guest that shared code reads or changes, besides the GPRs.  The world
 * writes them to the CPU's structure before each run, and reads them back after each exit.
 */
struct sm_guest {
	u64 rip;
	u64 rflags;
	u64 cr0;
	u64 cr3;
	u64 cr4;
	/* As the guest reads it: LME is always set, LMA as long as paging is on. */
	u64 efer;
	u64 pat;
	/* The instruction at RIP is in the interrupt shadow of an STI or a MOV to SS. */
	bool in_shadow;

	/* Only the guest changes these, so they are not written back. */
	u64 cs_base;
	u64 fs_base;
	u64 gs_base;
	bool cs_is_64bit;
	u8 cpl;
};

/* Why the guest's run ended.  The numbers and formats are VMX's. */
struct sm_vmexit {
	/* EXIT_REASON_* */
	u32 reason;
	/* Length of the instruction, if the reason is an instruction that is not executed. */
	u32 length;
	u64 qualification;
	/* Faults in the nested page table: the guest-physical address. */
	u64 gpa;
	/* The linear address of the access, if the CPU has reported it. */
	u64 gla;
	bool has_gla;
	/*
	 * The interrupt, NMI or exception.  Without SM_EVENT_VALID the CPU has left an interrupt
	 * or NMI pending: the host takes it when it enables interrupts.
	 */
	u32 event;
};

/* The qualification of a CR access. */
#define SM_CR_NUMBER		GENMASK(3, 0)
#define SM_CR_TYPE		GENMASK(5, 4)
#define SM_CR_CLTS		(2 << 4)
#define SM_CR_LMSW		(3 << 4)
#define SM_CR_LMSW_MEMORY	BIT(6)
#define SM_CR_GPR		GENMASK(11, 8)
#define SM_CR_GPR_SHIFT		8
#define SM_CR_LMSW_SOURCE_SHIFT	16

/* An event for the guest: the format of VMX's interruption information and of EVENTINJ. */
#define SM_EVENT_VALID		BIT(31)
#define SM_EVENT_HAS_ERROR	BIT(11)
#define SM_EVENT_TYPE		GENMASK(10, 8)
#define SM_EVENT_VECTOR		GENMASK(7, 0)
#define SM_EVENT_INTR		(0 << 8)
#define SM_EVENT_NMI		(2 << 8)
#define SM_EVENT_EXCEPTION	(3 << 8)
/* INT n, and VMX only: INT1; INT3 and INTO. */
#define SM_EVENT_SOFT		(4 << 8)
#define SM_EVENT_INT1		(5 << 8)
#define SM_EVENT_INT3		(6 << 8)

static inline bool sm_event_is(u32 event, u32 type)
{
	return (event & SM_EVENT_VALID) && (event & SM_EVENT_TYPE) == type;
}

/* The run loop's part of a vCPU.  Lives in the TDVPR page. */
struct sm_run {
	/*
	 * Must come first, because switch.S finds them at the start.  RAX and RSP on AMD-V, and
	 * RSP on VMX, are in the CPU's structure while the guest runs.
	 */
	u64 regs[SM_NR_GPRS];
	struct sm_guest guest;
	struct sm_vmexit vmexit;

	/* Pages of the TDVPS. */
	void *apic;
	void *xsave;

	/* Unique among all vCPUs ever; tells whether a CPU ran this vCPU last. */
	u64 id;

	u64 xcr0;
	/* The guest's values of the MSRs that host.c switches, by SM_MSR_*. */
	u64 msrs[SM_NR_MSRS];
	/* What the guest reads of those of which the CPU has fewer bits than the guest. */
	u64 spec_ctrl;
	u64 debugctl;
	/* IA32_DS_AREA.  The guest can only read it back. */
	u64 ds_area;
	/* DR0-DR3; loaded only once the guest has accessed a debug register. */
	u64 drs[4];
	bool drs_live;

	/* The next run is to begin without TLB entries of the guest. */
	bool flush_tlb;

	/* For the next run: the event that it begins with; 0 if none. */
	u32 event;
	u32 event_error;
	/* For the next run: highest requested vector, -1 if none; a new TPR may matter for it. */
	int requested;
	/* For the next run: interrupt to take as soon as the guest can, by TPR it may; or -1. */
	int virq;
	/* For the next run: an NMI waits until the guest can take it. */
	bool nmi_waits;

	/* Of the last run: the guest has taken ->virq; bits 7:4 of its TPR. */
	bool virq_taken;
	u8 tpr;
	/* Of the last run: event whose delivery was interrupted by the exit; 0 if none. */
	u32 vectoring;
	u32 vectoring_error;
	/* The guest handles an NMI: from its injection until its IRET has completed. */
	bool nmi_blocked;

	/* RCX of the last TDG.VP.VMCALL: mask of registers that are passed. */
	u64 vmcall_mask;
	/* What VP.ENTER is to return. */
	struct sm_td_exit exit;

	/* What only one world needs. */
	union {
		struct sm_svm_vcpu svm;
		struct sm_vmx_vcpu vmx;
	};
};

static_assert(sizeof(struct sm_run) <= SM_RUN_BYTES);

/* What happens after a handler of a VM exit. */
enum sm_next {
	/* The guest goes on. */
	SM_ENTER,
	/* VP.ENTER ends with what sm_td_exit() noted. */
	SM_EXIT,
};

static inline struct sm_guest *sm_guest(struct sm_vcpu *vcpu)
{
	return &sm_run(vcpu)->guest;
}

static inline bool sm_is_64bit(struct sm_vcpu *vcpu)
{
	const struct sm_guest *guest = sm_guest(vcpu);

	return (guest->efer & EFER_LMA) && guest->cs_is_64bit;
}

static inline unsigned int sm_cpl(struct sm_vcpu *vcpu)
{
	return sm_guest(vcpu)->cpl;
}

/* load.c */

/*
 * A world: the CPU's way to run guests.  All that differs between AMD-V and VMX is behind
 * these functions; everything else sees struct sm_guest and struct sm_vmexit.
 */
struct sm_world {
	const char *name;
	/* X86_FEATURE_*: the CPU has this world. */
	u16 feature;
	/* How the CPU wants the entries of its nested page table. */
	const struct sm_sept_format *sept;
	/* What this machine lacks to run TDs in this world; NULL if nothing. */
	const char *(*lacks)(void);
	/* load() may sleep, and returns 0 or -ENOMEM; then there is nothing to unload. */
	int (*load)(void);
	void (*unload)(void);
	/* Can the TSC of a guest run at another rate? */
	bool (*scales_tsc)(void);

	/* Has the host switched this world on, on this CPU? */
	bool (*is_enabled)(void);
	/* VP.INIT: set up the CPU's structure. */
	void (*init)(struct sm_vcpu *vcpu);
	/* Before the first and after the last run of a VP.ENTER.  False: the world is off. */
	bool (*begin)(struct sm_vcpu *vcpu);
	void (*end)(struct sm_vcpu *vcpu);
	/*
	 * Run the guest until the next VM exit.  False: the world is off.  If the CPU leaves an
	 * NMI that ended the run pending, the host has handled it when this returns.
	 */
	bool (*run)(struct sm_vcpu *vcpu);
	/*
	 * Fill sm_run.vmexit, which is zero, for the VM exit.  False: nothing is to be done, or
	 * the guest has changed the instruction meanwhile and is to execute what is there now.
	 */
	bool (*exit)(struct sm_vcpu *vcpu);
	/* The guest has completed an instruction with RFLAGS.TF set. */
	void (*single_step)(struct sm_vcpu *vcpu);
	/* What this CPU caches of the vCPU is never used again. */
	void (*flush)(struct sm_vcpu *vcpu);
	/* A field of the guest's state that is not in struct sm_guest, by its VMCS encoding. */
	bool (*read_field)(struct sm_vcpu *vcpu, u32 encoding, u64 *ret_value);
	bool (*write_field)(struct sm_vcpu *vcpu, u32 encoding, u64 value);
};

/* The world that was chosen at load. */
extern const struct sm_world *sm_world;

/* MSRs that the world switches, so that the guest may access them without an exit. */
#define SM_NR_NATIVE_MSRS	9
extern const u32 sm_native_msrs[SM_NR_NATIVE_MSRS];

/* host.c */

/* The host's MSRs while the guest's are in the CPU. */
struct sm_host {
	u64 msrs[SM_NR_MSRS];
};

/*
 * Load the guest's extended state, debug registers and MSRs before the first run of a
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
/* Let the host handle the machine check that ended the guest's run. */
void sm_host_machine_check(void);
bool sm_host_has_msr(unsigned int sm_msr);

/* seamcall.c, for strict.S: RAX and RDX of the answer to a SEAMCALL. */
struct sm_strict_answer {
	u64 status;
	u64 loses_rbp;
};

struct sm_strict_answer sm_strict_answer(u64 fn, struct tdx_module_args *args);

/* VMX's exit reasons that KVM's headers lack. */
#define EXIT_REASON_OTHER_SMI	6
#define EXIT_REASON_GETSEC	11
#define EXIT_REASON_RSM		17
#define EXIT_REASON_SEAMCALL	76
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
/* Before a run: choose the events for it. */
void sm_event_prepare(struct sm_vcpu *vcpu);
/* After it: note which of them the guest has taken. */
void sm_event_collect(struct sm_vcpu *vcpu);

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

enum sm_next sm_handle_violation(struct sm_vcpu *vcpu, const struct sm_vmexit *exit);
/* Handle the failed access of a guest or of a TDCALL to its operand, as @fault says. */
enum sm_next sm_handle_fault(struct sm_vcpu *vcpu, const struct sm_fault *fault,
			     unsigned int access);

/* cr.c, cpuid.c, msr.c, tdcall.c */

enum sm_next sm_handle_cr(struct sm_vcpu *vcpu, const struct sm_vmexit *exit);
enum sm_next sm_handle_xsetbv(struct sm_vcpu *vcpu, const struct sm_vmexit *exit);
enum sm_next sm_handle_cpuid(struct sm_vcpu *vcpu, const struct sm_vmexit *exit);
/* Is this bit set in the TD's CPUID?  @reg: 0 EAX, 1 EBX, 2 ECX, 3 EDX. */
bool sm_cpuid_bit(struct sm_vcpu *vcpu, u32 leaf, u32 subleaf, unsigned int reg,
		  unsigned int bit);
enum sm_next sm_handle_msr(struct sm_vcpu *vcpu, const struct sm_vmexit *exit);
enum sm_next sm_handle_tdcall(struct sm_vcpu *vcpu, unsigned int length);

#endif
