/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDX_SOFTMOD_CORE_H
#define TDX_SOFTMOD_CORE_H

/* What the files of the core declare for each other. */

#include "sept.h"
#include "softmod.h"

struct sm_tdmr;
struct sm_pamt;

/* A physical page and its PAMT entry. */
struct sm_page {
	phys_addr_t pa;
	unsigned int level;
	struct sm_tdmr *tdmr;
	struct sm_pamt *entry;
};

/*
 * One SEAMCALL in progress.  All locks that it takes are recorded here and released
 * when its handler returns, so a handler can simply return where a check fails.
 */

struct sm_leaf;

#define SM_MAX_HELD	16

struct sm_call {
	const struct sm_leaf *leaf;
	/* The inputs, and where the outputs go: what a handler does not write stays as it is. */
	struct tdx_module_args in;
	struct tdx_module_args *out;
	u8 version;
	/* Fault injection: the leaf is to return INTERRUPTED_* before it is done. */
	bool interrupt;
	/* Logical processor that executes the SEAMCALL. */
	unsigned int lp;

	/* The TD and vCPU of the leaf's TDR or TDVPR operand; @tdcs is td->tdcs. */
	struct sm_td *td;
	struct sm_tdcs *tdcs;
	struct sm_vcpu *vcpu;

	/* The secure EPT entry at RCX, and the state that leaf->op brings it to. */
	struct sm_walk walk;
	u8 next_state;
	/* What the entry points to, and the page in R8. */
	struct sm_page old, new;
	/* The entry that is locked, and the value it gets when the leaf ends. */
	u64 *slot;
	u64 slot_value;

	unsigned int nr_held;
	struct {
		sm_lock_t *lock;
		enum sm_lock_mode mode;
	} held[SM_MAX_HELD];
};

/* A register is named by its operand id, which is also what an error status reports. */
#define SM_RCX		TDX_OPERAND_ID_RCX
#define SM_RDX		TDX_OPERAND_ID_RDX
#define SM_R8		TDX_OPERAND_ID_R8
#define SM_R9		TDX_OPERAND_ID_R9
#define SM_R10		10
#define SM_R11		11

/* When a leaf may run: bits of struct sm_leaf.when. */
#define SM_WHEN_NOT_READY	BIT(0)	/* also before SYS_READY */
#define SM_WHEN_SHUTDOWN	BIT(1)	/* also after SYS.SHUTDOWN */
#define SM_WHEN_NO_LP_INIT	BIT(2)	/* also before SYS.LP.INIT on this LP */
#define SM_MAY_SLEEP		BIT(3)	/* interrupts stay on */
#define SM_WHEN_NEWER		BIT(4)	/* only if sm_sys.is_newer */

/*
 * Checks that a leaf makes before its handler runs; its row of the table has them in order.
 * Each takes the locks that go with it.
 */
enum sm_check {
	SM_CHECK_NONE,

	/* MISC_ENABLE of this LP is as it was at SYS.LP.INIT. */
	SM_MISC_ENABLE,

	/* The operand is a TDR. */
	SM_TDR,
	/* The operand is a TDVPR; with it comes the TDR that owns it. */
	SM_TDVPR,

	/* The TD is not fatal. */
	SM_ALIVE,
	/* Its lifecycle is KEYS_CONFIGURED. */
	SM_KEYED,
	/* The host has added all TDCX pages. */
	SM_ALL_TDCX,
	/* Its OP_STATE is one in leaf->op_states. */
	SM_OP_STATE,
	/* The TD is a debug TD if bit 0 of RDX is set. */
	SM_DEBUG_FLAG,

	/* The host has added all pages of the vCPU. */
	SM_ALL_TDVPS,
	/* The vCPU's state is one in leaf->vcpu_states. */
	SM_VCPU_STATE,
	/* The vCPU is associated with no other LP; if with none, it is now with this one. */
	SM_ASSOCIATE,

	/* GPA and level in RCX are in range and aligned. */
	SM_GPA,
	/* The secure EPT tree is free. */
	SM_TREE,
	/* All tables above the entry are there. */
	SM_WALK,
	/* The entry is free. */
	SM_ENTRY,
	/* leaf->op is allowed in the entry's state. */
	SM_STATE,
	/* R8 is not the page that is mapped already. */
	SM_OTHER_PAGE,
	/* The page or table that the entry points to is free. */
	SM_OLD_PAGE,
	/* If vCPUs can run, the entry is blocked, and no TLB has it. */
	SM_TRACKED,
	/* R8 is a free page of 4K. */
	SM_NEW_PAGE,
};

#define SM_MAX_CHECKS	14

struct sm_leaf {
	const char *name;
	u64 (*handler)(struct sm_call *call);
	u8 max_version;
	/* SM_WHEN_* */
	u8 when;
	/* enum sm_check, in order */
	u8 checks[SM_MAX_CHECKS];
	/* Register of the TDR or TDVPR operand, and bits of it that are not part of the address. */
	u8 operand;
	u64 flags;
	/* How to lock the TDR, in version 1 if it differs, the TDVPR, the secure EPT tree. */
	enum sm_lock_mode tdr_lock, tdr_lock_v1, tdvpr_lock, tree_lock;
	/* Bits by number: enum sm_op_state, enum sm_vcpu_state. */
	u8 op_states;
	u16 vcpu_states;
	/* What the leaf does to an entry of the secure EPT, and at which levels. */
	enum sm_sept_op op;
	u8 min_level, max_level;
	/*
	 * Outputs that are 0, or -1, unless the handler writes them: a bit for each register, by
	 * number.  The others keep their inputs.  Version 1 of the leaf also has @ones_v1.
	 */
	u16 zero, ones, ones_v1;
};

/* The checks, by the object that they look at; each returns 0 or the status of the leaf. */
u64 sm_check_td(struct sm_call *call, enum sm_check check);
u64 sm_check_vcpu(struct sm_call *call, enum sm_check check);
u64 sm_check_entry(struct sm_call *call, enum sm_check check);

/*
 * For strict mode.  The functions that load are called after sm_core_load(); they may sleep, and
 * return 0 or -ENOMEM.
 *
 * flushed.c: sm_flushed() is the backend's ->flushed(); sm_flushed_seamcall() is sm_run_seamcall(),
 * except that a leaf which gives a page that was not flushed returns OPERAND_INVALID.
 */
int sm_flushed_load(void);
void sm_flushed_unload(void);
void sm_flushed(phys_addr_t page, unsigned long nr);
u64 sm_flushed_seamcall(u64 fn, struct tdx_module_args *args);
/* Does the SEAMCALL give pages?  Which, and how many? */
bool sm_gives_pages(u64 fn, const struct tdx_module_args *args, unsigned long *ret_pfn,
		    unsigned long *ret_nr);

/*
 * keyed.c: sm_scrubbed() is the backend's ->scrubbed(); sm_keyed_seamcall() is
 * sm_flushed_seamcall(), except that pages which come back are out of the host's direct map
 * until they are scrubbed.
 */
int sm_keyed_load(void);
void sm_keyed_unload(void);
void sm_scrubbed(phys_addr_t page, unsigned long nr);
u64 sm_keyed_seamcall(u64 fn, struct tdx_module_args *args);

/* Row of leaf @nr; NULL if the module has no such leaf. */
const struct sm_leaf *sm_leaf(unsigned int nr);
#define SM_NR_LEAVES	TDX_HOST_LEAF_END

/* Take @lock until the SEAMCALL ends.  Returns 0, or @busy if it is not free. */
u64 sm_call_lock(struct sm_call *call, sm_lock_t *lock, enum sm_lock_mode mode, u64 busy);
/* Release the lock that was taken last. */
void sm_call_unlock(struct sm_call *call);

/*
 * The module as a whole
 */

enum sm_sys_state {
	SM_SYS_INIT_PENDING = 0,
	SM_SYS_INIT_DONE = 1,
	SM_SYS_CONFIG_DONE = 2,
	SM_SYS_READY = 3,
	SM_SYS_SHUTDOWN = 4,
};

#define SM_MAX_CMRS		32
#define SM_MAX_TDMRS		64
#define SM_MAX_RESERVED		16
#define SM_NR_LEVELS		3

struct sm_tdmr {
	phys_addr_t base;
	u64 size;
	/* Pages below this address are usable.  It starts at @base and grows by whole GiB. */
	phys_addr_t usable;
	/* Where the next call of TDMR.INIT goes on; never below @usable. */
	phys_addr_t next;
	sm_lock_t lock;
	/* PAMT entries, one array for each level: 4K, 2M, 1G. */
	struct sm_pamt *pamt[SM_NR_LEVELS];
	unsigned int nr_reserved;
	struct sm_range reserved[SM_MAX_RESERVED];
};

struct sm_sys {
	/* enum sm_sys_state; leaves that change it hold @lock exclusively. */
	u32 state;
	sm_lock_t lock;
	unsigned int nr_packages;
	/* Have SYS.DISABLE, as modules newer than 1.5.05 do. */
	bool is_newer;
	/* Strict mode, in leaves that cannot do it outside: see zero_step.c. */
	bool is_strict;
	DECLARE_BITMAP(lps, SM_MAX_LPS);
	/* MSRs of each LP at SYS.LP.INIT, which the host must leave as they are. */
	struct sm_lp_msrs {
		u64 tsc_adjust, misc_enable;
	} lp_msrs[SM_MAX_LPS];
	u64 keyed_packages;
	unsigned int nr_cmrs;
	struct sm_range cmrs[SM_MAX_CMRS];
	unsigned int nr_tdmrs;
	struct sm_tdmr tdmrs[SM_MAX_TDMRS];
	/* Key for the MAC of reports: random, made anew each time softmod is loaded. */
	u8 report_key[SM_SHA256_SIZE];
};

extern struct sm_sys sm_sys;

/*
 * Called when the module is loaded: reset all state; the KeyIDs are the @nr_hkids ones
 * from @first_hkid on.  Returns 0 or -errno.
 */
int sm_core_load(u16 first_hkid, u16 nr_hkids);

/*
 * Strict mode: has the host changed MSRs of this LP since SYS.LP.INIT?  Return 0 or the status of
 * the leaf.
 */
u64 sm_check_misc_enable(unsigned int lp);
u64 sm_check_tsc_adjust(unsigned int lp);

/* For TDH.SYS.INFO: fill @info, 1024 zero bytes, with TDSYSINFO. */
void sm_sys_info_fill(u8 *info);
/* Bits that ATTRIBUTES and XFAM of a TD may have; all others must be 0. */
u64 sm_attributes_fixed0(void);
u64 sm_xfam_fixed0(void);

/* Bit 11: the host may configure IA32_ARCH_CAPABILITIES of a TD. */
#define SM_FEATURES0 \
	(TDX_FEATURES0_NO_RBP_MOD | TDX_FEATURES0_TOPOLOGY_ENUM | BIT_ULL(11))
/* SYS.DISABLE */
#define SM_FEATURES0_NEWER	BIT_ULL(53)
#define SM_XFAM_FIXED1		0x3ULL
/* Bits of IA32_ARCH_CAPABILITIES that the host may configure: SSB_NO, RRSBA, BHI_NO and 24. */
#define SM_ARCH_CAPABILITIES_CONFIG \
	(BIT_ULL(4) | SM_ARCH_CAPABILITIES_RRSBA | BIT_ULL(20) | BIT_ULL(24))
#define SM_ARCH_CAPABILITIES_RRSBA	BIT_ULL(19)
#define SM_CONFIG_FLAGS_FIXED0	(TDX_CONFIG_FLEXIBLE_PENDING_VE | TDX_CONFIG_NO_RBP_MOD)

/* One TDMR as SYS.CONFIG is given it: the ABI's TDMR_INFO, as it is in memory. */
struct sm_tdmr_info {
	u64 base;
	u64 size;
	/* In this order: 1G, 2M, 4K. */
	struct sm_range pamt[SM_NR_LEVELS];
	struct {
		u64 offset;
		u64 size;
	} reserved[SM_MAX_RESERVED];
};

/* Check TDMR @n, after those before it, and set up sm_sys.tdmrs[n].  Returns 0 or a status. */
u64 sm_tdmr_configure(const struct sm_tdmr_info *infos, unsigned int n);
/* The TDMR that @pa is in, or NULL. */
struct sm_tdmr *sm_tdmr_find(phys_addr_t pa);

/*
 * PAMT, the module's metadata of physical pages.  A TDMR has one entry of 16 bytes for
 * each page of each size (4K, 2M, 1G).
 *
 * A page in use has its type in the entry of its own size.  The entries of the larger
 * pages around it have type NDA and count how many 4K pages in them are in use.
 */

struct sm_pamt {
	sm_lock_t lock;
	u8 type;
	/* Page number of the owner's TDR, 40 bits. */
	u8 owner_high;
	u32 owner_low;
	union {
		/* Of a page in use: TD epoch in which it was blocked. */
		u64 bepoch;
		/* Of an NDA entry of 2M or 1G: 4K pages in it that are in use or reserved. */
		atomic64_t nr_used;
	};
};

static_assert(sizeof(struct sm_pamt) == 16);

phys_addr_t sm_pamt_owner(const struct sm_pamt *entry);
void sm_pamt_set(struct sm_pamt *entry, u8 type, phys_addr_t owner);
struct sm_pamt *sm_pamt_entry(const struct sm_tdmr *tdmr, phys_addr_t pa, unsigned int level);

/*
 * Check the address of a private page that is an operand: aligned, no KeyID bits, in
 * the usable part of a TDMR.  Returns 0 or a status that names @operand.
 */
u64 sm_page_address(phys_addr_t pa, unsigned int level, u32 operand, struct sm_tdmr **ret_tdmr);
/*
 * Check a private page that is an operand, and lock it.  The order is the ABI's:
 * address, TDMR, PAMT lock, type.  Returns 0 or a status that names @operand.
 */
u64 sm_page_get(struct sm_call *call, phys_addr_t pa, unsigned int level, u8 type,
		enum sm_lock_mode mode, u32 operand, struct sm_page *ret_page);
/* The same for a page that is free, as a whole, at this size. */
static inline u64 sm_page_get_free(struct sm_call *call, phys_addr_t pa, unsigned int level,
				   u32 operand, struct sm_page *ret_page)
{
	return sm_page_get(call, pa, level, TDX_PT_NDA, SM_EXCLUSIVE, operand, ret_page);
}

/* Lock the page that @pa is part of, whatever its type and size. */
u64 sm_page_find(struct sm_call *call, phys_addr_t pa, enum sm_lock_mode mode, u32 operand,
		 struct sm_page *ret_page);
/*
 * Take a free page that sm_page_get() locked from the host and give it to @td (NULL: it
 * is a TDR).  Its content stays as it is.
 */
void sm_page_take(struct sm_page *page, u8 type, struct sm_td *td);
/*
 * Fill @ret_page for the page or table that a secure EPT entry points to.  The lock of
 * that entry, which the caller holds, protects the page.
 */
void sm_page_at(phys_addr_t pa, unsigned int level, struct sm_page *ret_page);
/* Free a page of @td (NULL: a TDR): zero it and give it back to the host. */
void sm_page_free(struct sm_page *page, struct sm_td *td);
/* Split one page of @td into SM_NR_ENTRIES pages of the next smaller size; and back. */
void sm_page_split(struct sm_page *page, struct sm_td *td);
void sm_page_merge(struct sm_page *page, struct sm_td *td);

/*
 * Check an operand that is an address in the host's own memory: aligned to @align (a
 * power of 2), no KeyID bits, not a page that a TD has.  Returns 0 or a status.
 */
u64 sm_host_operand(phys_addr_t pa, u64 align, u32 operand);

/*
 * KeyIDs: the key ownership table
 */

enum sm_hkid_state {
	SM_HKID_FREE = 0,
	SM_HKID_ASSIGNED = 1,
	SM_HKID_FLUSHED = 2,
	SM_HKID_RESERVED = 3,
};

#define SM_MAX_HKIDS	1024

void sm_kot_load(u16 first, u16 nr);
bool sm_kot_is_private(u64 hkid);
/* Reserve the module's own KeyID, before any TD exists. */
void sm_kot_reserve(u16 hkid);
u16 sm_kot_global_hkid(void);
/* These three lock the table until the SEAMCALL ends; each returns 0 or a status. */
u64 sm_kot_assign(struct sm_call *call, u16 hkid);
u64 sm_kot_flush(struct sm_call *call, u16 hkid);
u64 sm_kot_free(struct sm_call *call, u16 hkid);
enum sm_hkid_state sm_kot_state(u16 hkid);
/* Have this CPU package make a key.  Returns 0 or a status that asks the host to try again. */
u64 sm_key_make(struct sm_call *call);
extern sm_lock_t sm_ket[SM_MAX_PACKAGES];
/* Fault injection: only the first so many KeyIDs can be assigned; 0: no limit. */
extern u32 sm_kot_limit;

/*
 * TLB tracking, association
 */

/* Have all vCPUs left @bepoch, the epoch in which a page was blocked?  See epoch.c. */
bool sm_epoch_is_tracked(const struct sm_tdcs *tdcs, u64 bepoch);
/* Before a vCPU runs: count it in the TD's current epoch.  Returns 0 or a status. */
u64 sm_epoch_enter(struct sm_vcpu *vcpu);
/* After it ran: count it no longer. */
void sm_epoch_exit(struct sm_vcpu *vcpu);
/* MEM.TRACK: begin the next epoch.  Returns the status. */
u64 sm_epoch_advance(struct sm_tdcs *tdcs);

/* zero_step.c: before a vCPU runs.  Returns 0, or what VP.ENTER is to return instead. */
u64 sm_zero_step_check(struct sm_call *call);
/* After it ran: VP.ENTER is about to return @status and @out. */
void sm_zero_step_note(struct sm_vcpu *vcpu, u64 status, const struct tdx_module_args *out);

/*
 * TD parameters, CPUID, measurement
 */

/*
 * Check @params and set up @tdcs from them.  Returns 0 or the status of MNG.INIT; with
 * CPUID_CONFIG *@ret_cpuid is the leaf and subleaf that is wrong.
 */
u64 sm_params_apply(struct sm_tdcs *tdcs, const struct tdx_td_params *params, u64 *ret_cpuid);

#define SM_NR_CPUID_CONFIGS	18

/* Entry @i of the list of configurable CPUID bits. */
void sm_cpuid_config(unsigned int i, struct tdx_cpuid_config *ret_config);
/*
 * Fill tdcs->cpuid from the TD's parameters.  Returns 0 or the status of MNG.INIT, as
 * sm_params_apply() does.
 */
u64 sm_cpuid_configure(struct sm_tdcs *tdcs, const struct tdx_td_params *params,
		       u64 *ret_cpuid);
/*
 * The @i-th leaf that the module answers, with TDX_CPUID_NO_SUBLEAF if it has no
 * subleaves.  False after the last one.
 */
bool sm_cpuid_leaf(unsigned int i, u32 *ret_leaf, u32 *ret_subleaf);
/* Index of a leaf and subleaf in tdcs->cpuid; -1 if the module does not answer it. */
int sm_cpuid_index(u32 leaf, u32 subleaf);

void sm_mr_page_add(struct sm_tdcs *tdcs, u64 gpa);

/* Fault injection: true if this call is not to run and to return *@ret_status instead. */
bool sm_injection_take(struct sm_call *call, unsigned int leaf, u64 *ret_status);
/* sm_platform_random(), unless fault injection says that there is no entropy. */
bool sm_random(void *to, size_t size);

struct sm_injection {
	/*
	 * Number of the leaf; which of its next calls is the first to fail (1: the next
	 * one, 0: none); how many calls fail from then on.
	 */
	u32 leaf, nth, times;
	/* What a failed call returns. */
	u64 status;
	/* How many of the next requests for random numbers fail. */
	u32 no_entropy;
};

extern struct sm_injection sm_injection;

#endif
