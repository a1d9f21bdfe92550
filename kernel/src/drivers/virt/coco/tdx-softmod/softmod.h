/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDX_SOFTMOD_H
#define TDX_SOFTMOD_H

/*
 * softmod: a software TDX module, 1.5.05 semantics.  This is what its two halves
 * know of each other: the core (this folder) and the run loop (run/).
 *
 * Structures live in the pages that the host hands over:
 *   TDR		struct sm_td
 *   TDCX 0 of a TD	struct sm_tdcs
 *   TDCX 1, 2		CPUID values, x2APIC ids
 *   TDCX 3		root of the NPT
 *   TDVPR		struct sm_vcpu, with struct sm_run in it
 *   TDCX of a vCPU	1 VMCB, 2 virtual-APIC page, 3 and following: xsave area
 *
 * A TD structure is reached through the page's own lock (PAMT entry).  All locks
 * are try-locks: a leaf that can not have one returns OPERAND_BUSY.
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

/* Secure EPT: four levels, as the host's own paging has them. */
#define SM_TOP_LEVEL		3
/* Of a page table. */
#define SM_NR_ENTRIES		512

/* Level 0: 4K. */
#define sm_level_shift(level)	(12 + 9 * (level))
#define sm_level_size(level)	(1ULL << sm_level_shift(level))
#define sm_level_pages(level)	(1UL << (9 * (level)))
/* Entry of @address in a table of @level. */
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

/* In the TDR page. */
struct sm_td {
	/* Of this page. */
	phys_addr_t pa;
	/* enum sm_lifecycle */
	u8 lifecycle;
	/* The TD can not run again; set by sm_td_kill(). */
	u8 fatal;
	u16 hkid;
	/* Pages that belong to the TD, in 4K, without the TDR. */
	atomic64_t chldcnt;
	/* Packages whose key is configured. */
	u64 keyed_packages;
	u64 uuid[4];
	unsigned int nr_tdcx;
	phys_addr_t tdcx[SM_MAX_TDCS_PAGES];
	/* In the first TDCX; NULL before it is there. */
	struct sm_tdcs *tdcs;
};

/* In TDCX 0. */
struct sm_tdcs {
	/* enum sm_op_state; changes with the TDR locked exclusively. */
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
	/* 25 MHz */
	u16 tsc_frequency;
	/* Guest TSC = (host TSC * multiplier >> 48) + offset. */
	u64 tsc_multiplier;
	u64 tsc_offset;

	/* Written by the guest or the host while the TD runs; single u64 each. */
	u64 td_ctls;
	u64 notify_enables;
	u64 hp_lock_timeout;
	/* False once a vCPU was initialised without its x2APIC id. */
	u8 topology_enum_configured;

	/* TLB tracking: facts of section "epoch" in epoch.c. */
	sm_lock_t epoch_lock;
	u64 epoch;
	atomic_t refcount[2];

	/* Secure EPT tree. */
	sm_lock_t sept_lock;
	phys_addr_t root_pa;
	/* 0..255: private; 256..511: copies from the upper half of KVM's shared root. */
	u64 *root;
	/* Of the copies, those that were ever not 0; by index in the root. */
	DECLARE_BITMAP(copied, SM_NR_ENTRIES);

	/* Values of the leaves in cpuid.c, in its order. */
	u32 (*cpuid)[4];
	/* By vCPU index. */
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

/* What TDG.VP.VEINFO.GET returns; field order is the ABI's. */
struct sm_ve_info {
	u32 exit_reason;
	/* 0xffffffff: holds data; 0: free. */
	u32 valid;
	u64 exit_qualification;
	u64 gla;
	u64 gpa;
	u16 eptp_index;
	u16 reserved[3];
	u32 instruction_length;
	u32 instruction_info;
};

/* What the host sets by VP.WR; the run loop reads it at each entry. */
struct sm_vcpu_host {
	/* Posted interrupts: vector, descriptor. -1: not written yet. */
	u64 posted_vector;
	u64 posted_desc;
	/* HPA of KVM's root, bits 51:12. -1: not written yet. */
	u64 shared_eptp;
	/* VMX layout: bit 7 = process posted interrupts. */
	u64 pin_controls;
	/* VMX layout: bit 30 bus-lock detection, 31 notify. */
	u64 proc_controls2;
	u64 notify_window;
};

#define SM_PIN_POSTED_INTERRUPTS	BIT_ULL(7)

/* Room for struct sm_run, whose size run/ checks. */
#define SM_RUN_BYTES		3072

struct sm_run;

/* In the TDVPR page. */
struct sm_vcpu {
	struct sm_td *td;
	struct sm_tdcs *tdcs;
	/* Pages of the TDVPS, [0] is this one. */
	phys_addr_t pages[SM_MAX_TDVPS_PAGES];
	unsigned int nr_pages;
	u32 index;
	u32 x2apic_id;
	/* enum sm_vcpu_state */
	u8 state;
	/* enum sm_last_exit; written by the run loop. */
	u8 last_exit;
	/* Set by the host by VP.WR, cleared by the run loop when it is injected. */
	u8 pend_nmi;
	/* Bit 0 CPUID_SUPERVISOR_VE, bit 1 CPUID_USER_VE. */
	u8 cpuid_ve;
	/* LP that has this vCPU's state, or -1. */
	atomic_t assoc_lp;
	/* TD epoch of the last entry. */
	u64 epoch;
	/*
	 * Set before sm_run_enter() if translations of the TD that this LP may hold
	 * are too old; cleared by the run loop when it has flushed them.
	 */
	bool flush_tlb;
	struct sm_ve_info ve_info;
	struct sm_vcpu_host host;
	/* struct sm_run, see sm_run(). */
	u8 run_bytes[SM_RUN_BYTES] __aligned(64);
};

static_assert(sizeof(struct sm_td) <= SM_PAGE_SIZE);
static_assert(sizeof(struct sm_tdcs) <= SM_PAGE_SIZE);
static_assert(sizeof(struct sm_vcpu) <= SM_PAGE_SIZE);

static inline struct sm_run *sm_run(struct sm_vcpu *vcpu)
{
	return (struct sm_run *)vcpu->run_bytes;
}

/* Page @i of the TDVPS. */
static inline void *sm_vcpu_page(struct sm_vcpu *vcpu, unsigned int i)
{
	return sm_va(vcpu->pages[i]);
}

static inline bool sm_td_is_debug(const struct sm_tdcs *tdcs)
{
	return tdcs->attributes & TDX_ATTR_DEBUG;
}

/* May the guest take a #VE for a pending page?  If not, the access is a TD exit. */
static inline bool sm_td_has_pending_ve(const struct sm_tdcs *tdcs)
{
	return !(READ_ONCE(tdcs->td_ctls) & SM_TD_CTLS_PENDING_VE_DISABLE);
}

/*
 * SEAMCALL
 */

/* One SEAMCALL; the backend's entry.  See struct tdx_backend for contexts. */
u64 sm_seamcall(u64 fn, struct tdx_module_args *args);

/*
 * What run/ gives to the core
 */

/* The backend's ->seamcall(): sm_seamcall(), but VP.ENTER also from where KVM runs guests. */
u64 sm_run_seamcall(u64 fn, struct tdx_module_args *args);

/* At load and unload of the module; may sleep. Returns 0 or -errno. */
int sm_run_load(void);
void sm_run_unload(void);

/*
 * VP.INIT: put @vcpu, whose TDVPS pages are zero and complete, into the initial
 * state of a vCPU.  @rcx is for RCX and R8 of the guest.  Returns TDX_SUCCESS or
 * what VP.INIT shall return.
 */
u64 sm_run_init(struct sm_vcpu *vcpu, u64 rcx);

/*
 * VP.ENTER, after all checks of the host's operands and of the states, association and
 * epoch are done: run @vcpu until a TD exit.  args->rcx is VP.ENTER's; outputs are
 * complete when this returns.  Returns RAX.  Interrupts are off, the TDVPR is
 * locked exclusively, the TDR shared.
 */
u64 sm_run_enter(struct sm_vcpu *vcpu, struct tdx_module_args *args);

/*
 * VP.FLUSH: nothing of @vcpu may remain on this LP, except in the TDVPS.
 */
void sm_run_flush(struct sm_vcpu *vcpu);

/*
 * VP.RD and VP.WR of fields that live in the run state: VCPU_STATE_DETAILS, and for
 * debug TDs VMCS guest state, GPRs and MSRs.  @field as the caller gave it; class and
 * code count.  False if there is no such field.
 */
bool sm_run_read(struct sm_vcpu *vcpu, u64 field, u64 *ret_value);
bool sm_run_write(struct sm_vcpu *vcpu, u64 field, u64 value);

/*
 * What the core gives to run/, to be used from within sm_run_enter()
 */

/* The TD can not run again; VP.ENTER of all its vCPUs is TD_FATAL from now on. */
void sm_td_kill(struct sm_td *td);

/* Why a guest's access to a GPA did not go through. */
enum sm_fault_kind {
	SM_FAULT_NONE,
	/* TD exit "EPT violation" with the registers in struct sm_fault. */
	SM_FAULT_EXIT,
	/* Private and pending: #VE, or TD exit type 6 if sm_td_has_pending_ve() is false. */
	SM_FAULT_PENDING,
	/* Shared and not mapped by KVM, or not writable. */
	SM_FAULT_SHARED,
	/* Leave with OPERAND_BUSY, the guest's RIP as it is: the next try may work. */
	SM_FAULT_BUSY,
	/* Above the GPA width, or no RAM: the caller's operand is invalid. */
	SM_FAULT_INVALID,
};

struct sm_fault {
	enum sm_fault_kind kind;
	/* For R8, RCX and RDX of the TD exit. */
	u64 gpa;
	u64 qualification;
	u64 ext_qualification;
};

/* Bits of an EPT violation's qualification. */
#define SM_ACCESS_READ		BIT(0)
#define SM_ACCESS_WRITE		BIT(1)
#define SM_ACCESS_EXEC		BIT(2)

/*
 * The guest took a nested page fault on the private GPA @gpa, by SM_ACCESS_*.  Fills
 * @ret_fault: NONE if the entry allows the access by now (enter again), else EXIT or
 * PENDING.
 */
void sm_sept_fault(struct sm_vcpu *vcpu, u64 gpa, unsigned int access, struct sm_fault *ret_fault);

/*
 * TDG.MEM.PAGE.ACCEPT, @rcx as the guest gave it.  Returns the status for RAX if
 * ret_fault->kind is NONE.
 */
u64 sm_sept_accept(struct sm_vcpu *vcpu, u64 rcx, struct sm_fault *ret_fault);

/* TDG.MEM.PAGE.ATTR.RD: as above; @ret_rcx and @ret_rdx are the outputs. */
u64 sm_sept_attr_read(struct sm_vcpu *vcpu, u64 gpa, u64 *ret_rcx, u64 *ret_rdx,
		      struct sm_fault *ret_fault);

/*
 * Memory operand of a TDCALL: private or shared GPA, not crossing a 4K page.  The
 * pointer is good until the vCPU leaves sm_run_enter().  NULL: see @ret_fault.
 */
void *sm_gpa_map(struct sm_vcpu *vcpu, u64 gpa, size_t bytes, bool write,
		 struct sm_fault *ret_fault);

/* HPA for VMCB.N_CR3. */
static inline phys_addr_t sm_td_root(const struct sm_vcpu *vcpu)
{
	return vcpu->tdcs->root_pa;
}

/*
 * What was copied from KVM's root (vcpu->host.shared_eptp) is made equal to it.  What was
 * not is 0, so the guest faults before it can matter: sm_td_copy_shared().
 */
void sm_td_refresh_shared(struct sm_vcpu *vcpu);

/* Copies the root's entry for @gpa; true if it changed, and the access is worth another try. */
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
 * One field of metadata: TDG.{SYS,VM,VP}.RD and .WR, TDH.* likewise.  @vcpu may be NULL
 * but for SM_CONTEXT_VP, @td but for SM_CONTEXT_SYS.  Return the status.
 *
 * Read: @ret_next (may be NULL) is the next field's identifier or -1.  @field of -1 returns
 * METADATA_FIRST_FIELD_ID_IN_CONTEXT and the first identifier in @ret_next.
 */
u64 sm_metadata_read(enum sm_side side, enum sm_context context, struct sm_td *td,
		     struct sm_vcpu *vcpu, u64 field, u64 *ret_value, u64 *ret_next);
u64 sm_metadata_write(enum sm_side side, enum sm_context context, struct sm_td *td,
		      struct sm_vcpu *vcpu, u64 field, u64 value, u64 mask, u64 *ret_old);

/*
 * Virtual CPUID without the bits that change while the vCPU runs: OSXSAVE, OSPKE, APIC ids
 * of leaves 1, 0xB and 0x1F, sizes for the current XCR0, SYSCALL outside 64-bit mode.
 * False: the leaf is not answered by the module (#VE).
 */
bool sm_td_cpuid(const struct sm_tdcs *tdcs, u32 leaf, u32 subleaf, u32 ret_regs[4]);

/* TDG.MR.RTMR.EXTEND: @index 0..3.  SUCCESS or OPERAND_BUSY. */
u64 sm_rtmr_extend(struct sm_vcpu *vcpu, unsigned int index, const u8 data[SM_SHA384_SIZE]);

#define SM_REPORT_SIZE		1024
#define SM_REPORTDATA_SIZE	64
#define SM_REPORTMAC_SIZE	256

/* TDG.MR.REPORT: SUCCESS or OPERAND_BUSY. */
u64 sm_report(struct sm_vcpu *vcpu, const u8 data[SM_REPORTDATA_SIZE],
	      u8 ret_report[SM_REPORT_SIZE]);
/* TDG.MR.VERIFYREPORT of a REPORTMACSTRUCT. */
u64 sm_report_verify(const u8 mac[SM_REPORTMAC_SIZE]);

#endif
