/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDX_SOFTMOD_H
#define TDX_SOFTMOD_H

/*
 * softmod: a software TDX module that behaves like Intel's TDX module 1.5.05.  This
 * header is the interface between its two halves: the core (this folder) implements
 * the SEAMCALLs, the run loop (run/) runs vCPUs of TDs and handles their exits and
 * TDCALLs.
 *
 * All state of a TD lives in the pages that the host hands over for it:
 *   TDR		struct sm_td
 *   TDCX 0 of a TD	struct sm_tdcs
 *   TDCX 1, 2		CPUID values, x2APIC ids
 *   TDCX 3		root of the nested page table
 *   TDVPR		struct sm_vcpu, with struct sm_run in it
 *   TDCX of a vCPU	1 VMCB or VMCS, 2 virtual-APIC page, 3 XSAVE area
 *
 * The lock of such a structure is the one in the PAMT entry of its page.  All locks
 * are try-locks: a leaf that cannot take one returns OPERAND_BUSY or, if the lock is
 * about the module as a whole, SYS_BUSY.
 */

#include "lock.h"
#include "platform.h"

#define SM_MAX_LPS		1024
#define SM_MAX_PACKAGES		64

/* TDCX pages of a TD: SM_NR_TDCS_PAGES are needed, more are refused at SM_MAX_TDCS_PAGES. */
#define SM_NR_TDCS_PAGES	6
#define SM_MAX_TDCS_PAGES	9
/* Pages of a vCPU, its TDVPR included. */
#define SM_NR_TDVPS_PAGES	6
#define SM_MAX_TDVPS_PAGES	15

#define SM_MAX_VCPUS		576

/* The secure EPT has four levels, as many as the host's own page tables. */
#define SM_TOP_LEVEL		3
/* Entries of a page table. */
#define SM_NR_ENTRIES		512

/* An entry of level 0 covers 4K, one of level 1 2M, one of level 2 1G. */
#define sm_level_shift(level)	(12 + 9 * (level))
#define sm_level_size(level)	(1ULL << sm_level_shift(level))
#define sm_level_pages(level)	(1UL << (9 * (level)))
/* Index of the entry for @address in a table of @level. */
#define sm_level_index(address, level) \
	(((address) >> sm_level_shift(level)) & (SM_NR_ENTRIES - 1))

#define SM_GPAW			48
#define SM_SHARED_BIT		BIT_ULL(SM_GPAW - 1)

/* TD */

enum sm_lifecycle {
	SM_TD_HKID_ASSIGNED = 0,
	SM_TD_KEYS_CONFIGURED = 1,
	SM_TD_BLOCKED = 2,
	SM_TD_TEARDOWN = 3,
};

enum sm_op_state {
	SM_OP_UNINITIALIZED = 0,
	SM_OP_INITIALIZED = 1,
	SM_OP_RUNNABLE = 2,
};

/* A TD.  Lives in the TDR page. */
struct sm_td {
	/* Physical address of the TDR page. */
	phys_addr_t pa;
	/* enum sm_lifecycle */
	u8 lifecycle;
	/* The TD can never run again; set by sm_td_kill(). */
	u8 fatal;
	u16 hkid;
	/* Number of 4K pages that belong to the TD, without the TDR. */
	atomic64_t chldcnt;
	/* CPU packages on which the TD's key is configured; a bit each. */
	u64 keyed_packages;
	u64 uuid[4];
	unsigned int nr_tdcx;
	phys_addr_t tdcx[SM_MAX_TDCS_PAGES];
	/* NULL until the host adds TDCX 0. */
	struct sm_tdcs *tdcs;
};

/* Control structure of a TD.  Lives in TDCX 0. */
struct sm_tdcs {
	/* enum sm_op_state; changes only while the TDR is locked exclusively. */
	u32 op_state;
	u32 nr_vcpus;
	atomic_t nr_associated;

	/* From TD_PARAMS, constant after MNG.INIT. */
	u64 attributes;
	u64 xfam;
	u64 config_flags;
	u64 eptp;
	u64 arch_capabilities;
	u32 max_vcpus;
	/* In units of 25 MHz. */
	u16 tsc_frequency;
	/* Guest TSC = (host TSC * multiplier >> 48) + offset. */
	u64 tsc_multiplier;
	u64 tsc_offset;

	/* Guest or host may write these while the TD runs; each is one u64, so needs no lock. */
	u64 td_ctls;
	u64 notify_enables;
	u64 hp_lock_timeout;
	/* True as long as the host gave VP.INIT an x2APIC id for each vCPU. */
	u8 topology_enum_configured;

	/* TLB tracking, see epoch.c. */
	sm_lock_t epoch_lock;
	u64 epoch;
	atomic_t refcount[2];

	/* Secure EPT tree. */
	sm_lock_t sept_lock;
	phys_addr_t root_pa;
	/*
	 * Entries 0..255 map private memory; 256..511 are copies of the upper half of the
	 * root that KVM has for shared memory.
	 */
	u64 *root;
	/* Indices of copied entries that were ever not 0: the ones to keep up to date. */
	DECLARE_BITMAP(copied, SM_NR_ENTRIES);

	/* What CPUID returns: EAX to EDX for each row of the table in cpuid.c. */
	u32 (*cpuid)[4];
	/* x2APIC ids, by vCPU index. */
	u32 *x2apic_ids;

	/* Measurement */
	sm_lock_t rtmr_lock;
	struct sm_sha384 mrtd_stream;
	u8 mrtd[SM_SHA384_SIZE];
	u8 mrconfigid[SM_SHA384_SIZE];
	u8 mrowner[SM_SHA384_SIZE];
	u8 mrownerconfig[SM_SHA384_SIZE];
	u8 rtmr[4][SM_SHA384_SIZE];
	u8 servtd_hash[SM_SHA384_SIZE];
};

#define SM_TD_CTLS_PENDING_VE_DISABLE	BIT_ULL(0)
#define SM_TD_CTLS_ENUM_TOPOLOGY	BIT_ULL(1)

/* Legacy region and header of an XSAVE area. */
#define SM_XSAVE_MIN_BYTES	(512 + 64)

/* vCPU */

enum sm_vcpu_state {
	SM_VCPU_UNINITIALIZED = 0,
	SM_VCPU_READY = 2,
	SM_VCPU_ACTIVE = 4,
	SM_VCPU_DISABLED = 8,
};

enum sm_last_exit {
	SM_EXIT_ASYNC_FAULT = 0,
	SM_EXIT_ASYNC_TRAP = 1,
	SM_EXIT_TDVMCALL = 2,
};

/* What TDG.VP.VEINFO.GET returns, in the order of the ABI's structure. */
struct sm_ve_info {
	u32 exit_reason;
	/* 0xffffffff: holds information that the guest has not fetched yet; 0: empty. */
	u32 valid;
	u64 exit_qualification;
	u64 gla;
	u64 gpa;
	u16 eptp_index;
	u16 reserved[3];
	u32 instruction_length;
	u32 instruction_info;
};

/* Fields of a vCPU that the host sets by VP.WR; the run loop reads them at each entry. */
struct sm_vcpu_host {
	/* Posted interrupts: vector and address of the descriptor; -1 until written. */
	u64 posted_vector;
	u64 posted_desc;
	/* Host physical address (bits 51:12) of KVM's root for shared memory; -1 until written. */
	u64 shared_eptp;
	/* Laid out as VMX's pin-based controls: bit 7 = process posted interrupts. */
	u64 pin_controls;
	/* Laid out as VMX's secondary controls: bit 30 bus-lock detection, 31 notify. */
	u64 proc_controls2;
	u64 notify_window;
};

#define SM_PIN_POSTED_INTERRUPTS	BIT_ULL(7)

#define SM_ZERO_STEP_GPAS	8

/* EPT violations on private GPAs without progress of the guest, see zero_step.c. */
struct sm_zero_step {
	/* Where the guest was in the last one, and how often in a row it was there. */
	u64 rip;
	unsigned int nr_faults;
	/* GPAs of the last ones, not seen mapped since; the newest overwrite old ones. */
	u64 gpas[SM_ZERO_STEP_GPAS];
	unsigned int nr_gpas;
};

/* Space for struct sm_run in struct sm_vcpu; run/run.h asserts that it is enough. */
#define SM_RUN_BYTES		3072

struct sm_run;

/* A vCPU.  Lives in the TDVPR page. */
struct sm_vcpu {
	struct sm_td *td;
	struct sm_tdcs *tdcs;
	/* Pages of the TDVPS; [0] is the TDVPR. */
	phys_addr_t pages[SM_MAX_TDVPS_PAGES];
	unsigned int nr_pages;
	u32 index;
	u32 x2apic_id;
	/* enum sm_vcpu_state */
	u8 state;
	/* enum sm_last_exit; written by the run loop. */
	u8 last_exit;
	/* The host sets it by VP.WR; the run loop clears it when it injects the NMI. */
	u8 pend_nmi;
	/* Bit 0 CPUID_SUPERVISOR_VE, bit 1 CPUID_USER_VE. */
	u8 cpuid_ve;
	/* Logical processor (LP) that the vCPU is associated with, or -1. */
	atomic_t assoc_lp;
	/* TD epoch in which the vCPU was last entered. */
	u64 epoch;
	/* TSC of the host at the last TD exit. */
	u64 last_exit_tsc;
	/*
	 * Set before sm_run_enter() if this LP may hold stale translations of the TD.
	 * The run loop clears it when it requests the flush.
	 */
	bool flush_tlb;
	struct sm_ve_info ve_info;
	struct sm_vcpu_host host;
	struct sm_zero_step zero_step;
	/* Holds struct sm_run, see sm_run(). */
	u8 run_bytes[SM_RUN_BYTES] __aligned(64);
};

static_assert(sizeof(struct sm_td) <= SM_PAGE_SIZE);
static_assert(sizeof(struct sm_tdcs) <= SM_PAGE_SIZE);
static_assert(sizeof(struct sm_vcpu) <= SM_PAGE_SIZE);

static inline struct sm_run *sm_run(struct sm_vcpu *vcpu)
{
	return (struct sm_run *)vcpu->run_bytes;
}

/* Address of page @i of the TDVPS. */
static inline void *sm_vcpu_page(struct sm_vcpu *vcpu, unsigned int i)
{
	return sm_va(vcpu->pages[i]);
}

static inline bool sm_td_is_debug(const struct sm_tdcs *tdcs)
{
	return tdcs->attributes & TDX_ATTR_DEBUG;
}

/* Does the guest get #VE when it accesses a pending page?  If not, the access is a TD exit. */
static inline bool sm_td_has_pending_ve(const struct sm_tdcs *tdcs)
{
	return !(READ_ONCE(tdcs->td_ctls) & SM_TD_CTLS_PENDING_VE_DISABLE);
}

/*
 * SEAMCALL
 */

/*
 * Execute one SEAMCALL: the leaf, with its version, is in @fn.  Returns the status for
 * RAX.  struct tdx_backend says in which contexts SEAMCALLs are made.
 */
u64 sm_seamcall(u64 fn, struct tdx_module_args *args);

/*
 * What run/ gives to the core
 */

/*
 * The backend's ->seamcall(): sm_seamcall() for the kernel.  KVM calls VP.ENTER between
 * guest_state_enter_irqoff() and guest_state_exit_irqoff(), where ordinary code may not
 * run; this function leaves that state for the duration of the call.
 */
u64 sm_run_seamcall(u64 fn, struct tdx_module_args *args);
/*
 * The same in strict mode, see flushed.c and keyed.c.  At TD exits it may return without the
 * caller's RBP.
 */
u64 sm_strict_seamcall(u64 fn, struct tdx_module_args *args);

/*
 * Find out, before anything else of run/ is called, how this CPU can run TDs.  Returns what it
 * lacks, or NULL.
 */
const char *sm_run_check(void);
/* How this CPU runs TDs: AMD-V or VMX. */
const char *sm_run_world(void);
/* Can the TSC of a guest run at another rate? */
bool sm_run_scales_tsc(void);

/* Called when the module is loaded and unloaded; may sleep. Returns 0 or -errno. */
int sm_run_load(void);
void sm_run_unload(void);

/*
 * VP.INIT: put @vcpu, whose TDVPS pages are zero and complete, into the initial
 * state of a vCPU.  The guest begins with @rcx in RCX and R8.  Returns the status
 * that VP.INIT is to return.
 */
u64 sm_run_init(struct sm_vcpu *vcpu, u64 rcx);

/*
 * VP.ENTER, after the core has checked the host's operands and all states, has
 * associated the vCPU and counted it in the epoch: run @vcpu until a TD exit.  @args
 * has the registers of VP.ENTER, and the outputs when this returns.  Returns RAX.
 * Interrupts are off, the TDVPR and the TDR are locked shared.
 */
u64 sm_run_enter(struct sm_vcpu *vcpu, struct tdx_module_args *args);

/*
 * VP.FLUSH: when this returns, the TDVPS holds all state of @vcpu, and what this LP
 * still caches of it is never used again.
 */
void sm_run_flush(struct sm_vcpu *vcpu);

/*
 * VP.RD and VP.WR of fields that live in the run state: VCPU_STATE_DETAILS, and for
 * debug TDs VMCS guest state and GPRs.  @field is the identifier that the caller gave;
 * only its class and field code are looked at.  False if there is no such field.
 */
bool sm_run_read(struct sm_vcpu *vcpu, u64 field, u64 *ret_value);
bool sm_run_write(struct sm_vcpu *vcpu, u64 field, u64 value);

/*
 * What the core gives to run/, to be used from within sm_run_enter()
 */

/* End the TD for good: VP.ENTER of each of its vCPUs returns TD_FATAL from now on. */
void sm_td_kill(struct sm_td *td);

/* Why a guest's access to a GPA failed, and so what follows. */
enum sm_fault_kind {
	SM_FAULT_NONE,
	/* TD exit "EPT violation" with the values in struct sm_fault. */
	SM_FAULT_EXIT,
	/*
	 * A private page that is pending: #VE, or if sm_td_has_pending_ve() is false a TD
	 * exit with extended qualification 6.
	 */
	SM_FAULT_PENDING,
	/* A shared GPA that KVM does not map, or not for this access. */
	SM_FAULT_SHARED,
	/*
	 * A lock or a TLB flush is in the way: VP.ENTER returns OPERAND_BUSY and the
	 * guest's RIP stays, so that the next VP.ENTER tries again.
	 */
	SM_FAULT_BUSY,
	/* The GPA is too wide, crosses a page or is not RAM: the operand is invalid. */
	SM_FAULT_INVALID,
};

struct sm_fault {
	enum sm_fault_kind kind;
	/* What the TD exit returns in R8, RCX and RDX. */
	u64 gpa;
	u64 qualification;
	u64 ext_qualification;
};

/* Bits of an EPT violation's qualification. */
#define SM_ACCESS_READ		BIT(0)
#define SM_ACCESS_WRITE		BIT(1)
#define SM_ACCESS_EXEC		BIT(2)

/*
 * The guest took a nested page fault on the private GPA @gpa; @access is SM_ACCESS_*.
 * Fills @ret_fault: NONE if the secure EPT entry allows the access by now (the guest can
 * repeat it), else EXIT, PENDING or BUSY.
 */
void sm_sept_fault(struct sm_vcpu *vcpu, u64 gpa, unsigned int access, struct sm_fault *ret_fault);

/*
 * TDG.MEM.PAGE.ACCEPT, @rcx as the guest gave it.  Returns the status for RAX if
 * ret_fault->kind is NONE.
 */
u64 sm_sept_accept(struct sm_vcpu *vcpu, u64 rcx, struct sm_fault *ret_fault);

/* TDG.MEM.PAGE.ATTR.RD: returns like sm_sept_accept(); @ret_rcx, @ret_rdx: the outputs. */
u64 sm_sept_attr_read(struct sm_vcpu *vcpu, u64 gpa, u64 *ret_rcx, u64 *ret_rdx,
		      struct sm_fault *ret_fault);

/*
 * Return a pointer to guest memory, such as an operand of a TDCALL.  The GPA may be
 * private or shared; the @bytes must not cross a 4K page.  The pointer is valid until
 * the vCPU leaves sm_run_enter().  NULL: @ret_fault says why.
 */
void *sm_gpa_map(struct sm_vcpu *vcpu, u64 gpa, size_t bytes, bool write,
		 struct sm_fault *ret_fault);

/* Host physical address of the TD's nested page table, which the CPU walks. */
static inline phys_addr_t sm_td_root(const struct sm_vcpu *vcpu)
{
	return vcpu->tdcs->root_pa;
}

/*
 * Bring the TD's copies of entries of KVM's root (vcpu->host.shared_eptp) up to date.
 * Entries that were never copied are 0: the guest's first access faults, and
 * sm_td_copy_shared() copies them.
 */
void sm_td_refresh_shared(struct sm_vcpu *vcpu);

/* Copy the entry for @gpa from KVM's root.  True if it changed: the guest can try again. */
bool sm_td_copy_shared(struct sm_vcpu *vcpu, u64 gpa);

/* Who reads or writes a metadata field. */
enum sm_side {
	SM_SIDE_HOST,
	SM_SIDE_GUEST,
};

enum sm_context {
	SM_CONTEXT_SYS = 0,
	SM_CONTEXT_TD = 1,
	SM_CONTEXT_VP = 2,
};

/*
 * Read or write one metadata field, for TDG.{SYS,VM,VP}.{RD,WR} and for the host's leaves
 * TDH.{SYS,MNG,VP}.{RD,WR}.  Only SM_CONTEXT_VP needs @vcpu; SM_CONTEXT_SYS does not need
 * @td.  Return the status.
 *
 * A read sets *@ret_next to the identifier of the next field, or -1 after the last one;
 * @ret_next may be NULL.  If @field is -1, it returns METADATA_FIRST_FIELD_ID_IN_CONTEXT
 * and the first identifier in *@ret_next.
 */
u64 sm_metadata_read(enum sm_side side, enum sm_context context, struct sm_td *td,
		     struct sm_vcpu *vcpu, u64 field, u64 *ret_value, u64 *ret_next);
u64 sm_metadata_write(enum sm_side side, enum sm_context context, struct sm_td *td,
		      struct sm_vcpu *vcpu, u64 field, u64 value, u64 mask, u64 *ret_old);

/*
 * Write as many fields of the module as fit into @page, from @first on (-1: the first one), for
 * the leaves SYS.RDALL.  The page begins with the number of bytes (15:0) and of sequences
 * (31:16).  A sequence is the identifier of a field, with the index of its last element in
 * 46:38, and the elements.  *@ret_next is the field to go on with, -1 after the last one.
 */
u64 sm_metadata_list(enum sm_side side, u64 first, u64 *page, u64 *ret_next);

/*
 * What CPUID returns in the TD, except for bits that change while the vCPU runs: OSXSAVE,
 * OSPKE, APIC ids of leaves 1, 0xB and 0x1F, sizes for the current XCR0, SYSCALL outside
 * 64-bit mode.  False: the module does not answer this leaf, the guest gets #VE.
 */
bool sm_td_cpuid(const struct sm_tdcs *tdcs, u32 leaf, u32 subleaf, u32 ret_regs[4]);

/* TDG.MR.RTMR.EXTEND: @index is 0..3.  Returns SUCCESS or OPERAND_BUSY. */
u64 sm_rtmr_extend(struct sm_vcpu *vcpu, unsigned int index, const u8 data[SM_SHA384_SIZE]);

#define SM_REPORT_SIZE		1024
#define SM_REPORTDATA_SIZE	64
#define SM_REPORTMAC_SIZE	256

/* TDG.MR.REPORT.  Returns SUCCESS or OPERAND_BUSY. */
u64 sm_report(struct sm_vcpu *vcpu, const u8 data[SM_REPORTDATA_SIZE],
	      u8 ret_report[SM_REPORT_SIZE]);
/* TDG.MR.VERIFYREPORT: @mac is a REPORTMACSTRUCT.  Returns the status. */
u64 sm_report_verify(const u8 mac[SM_REPORTMAC_SIZE]);

#endif
