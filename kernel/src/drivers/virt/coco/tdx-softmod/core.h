/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDX_SOFTMOD_CORE_H
#define TDX_SOFTMOD_CORE_H

/* What the files of the core know of each other. */

#include "sept.h"
#include "softmod.h"

/*
 * One SEAMCALL.  Locks that a handler takes are listed here and given back when it
 * returns, so that handlers leave wherever a check fails.
 */

struct sm_leaf;

#define SM_MAX_HELD	16

struct sm_call {
	const struct sm_leaf *leaf;
	struct tdx_module_args *args;
	u8 version;
	/* Fault injection: an interruptible leaf is to stop half-way. */
	bool interrupt;
	unsigned int lp;

	/* The leaf's TDR or TDVPR operand; TDCS may be NULL if the leaf does not need it. */
	struct sm_td *td;
	struct sm_tdcs *tdcs;
	struct sm_vcpu *vcpu;

	/* Secure EPT entry that is locked, and what it becomes when the leaf ends. */
	u64 *slot;
	u64 slot_value;

	unsigned int nr_held;
	struct {
		sm_lock_t *lock;
		enum sm_lock_mode mode;
	} held[SM_MAX_HELD];
};

/* Register of an operand: its operand id, which is also what errors name. */
#define SM_RCX		TDX_OPERAND_ID_RCX
#define SM_RDX		TDX_OPERAND_ID_RDX
#define SM_R8		TDX_OPERAND_ID_R8
#define SM_R9		TDX_OPERAND_ID_R9

/* When may a leaf run?  Bits of struct sm_leaf.when. */
#define SM_WHEN_NOT_READY	BIT(0)	/* before SYS_READY too */
#define SM_WHEN_SHUTDOWN	BIT(1)	/* after SYS.SHUTDOWN too */
#define SM_WHEN_NO_LP_INIT	BIT(2)	/* before LP.INIT of this LP too */
#define SM_MAY_SLEEP		BIT(3)	/* interrupts stay on */

/* What must hold of the TD?  Bits of struct sm_leaf.td: OP_STATEs by number, and: */
#define SM_TD_KEYED		BIT(8)	/* lifecycle is KEYS_CONFIGURED */
#define SM_TD_ALIVE		BIT(9)	/* not fatal */
#define SM_TD_ALL_TDCX		BIT(10)	/* each TDCX page is there */
#define SM_TD_OP(states)	(SM_TD_KEYED | SM_TD_ALIVE | SM_TD_ALL_TDCX | (states))
#define SM_OP0			BIT(SM_OP_UNINITIALIZED)
#define SM_OP1			BIT(SM_OP_INITIALIZED)
#define SM_OP2			BIT(SM_OP_RUNNABLE)
#define SM_OP12			(SM_OP1 | SM_OP2)

struct sm_leaf {
	const char *name;
	u64 (*handler)(struct sm_call *call);
	u8 max_version;
	/* SM_WHEN_* */
	u8 when;
	/* Registers of TDR and TDVPR, at most one of them; 0 = none. */
	u8 tdr, tdvpr;
	/* Of TDR, TDVPR, and of the secure EPT tree for sm_mem_lock_tree(). */
	enum sm_lock_mode tdr_lock, tdvpr_lock, sept_lock;
	/* Bits of TDVPR's register that are no address; the handler checks them. */
	u64 flags;
	/* SM_TD_* */
	u16 td;
};

/* NULL: no such leaf. */
const struct sm_leaf *sm_leaf(unsigned int nr);
#define SM_NR_LEAVES	TDX_HOST_LEAF_END

/* 0, or the status @busy. */
u64 sm_call_lock(struct sm_call *call, sm_lock_t *lock, enum sm_lock_mode mode, u64 busy);
/* Give back what was locked last. */
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

struct sm_pamt;

struct sm_tdmr {
	phys_addr_t base;
	u64 size;
	/* Below this, pages are usable: base, then multiples of 1 GiB up to the end. */
	phys_addr_t usable;
	/* Next address that TDMR.INIT does. */
	phys_addr_t next;
	sm_lock_t lock;
	/* By level: 4K, 2M, 1G. */
	struct sm_pamt *pamt[SM_NR_LEVELS];
	unsigned int nr_reserved;
	struct sm_range reserved[SM_MAX_RESERVED];
};

struct sm_sys {
	/* enum sm_sys_state; leaves that change it hold lock exclusively. */
	u32 state;
	sm_lock_t lock;
	unsigned int nr_packages;
	DECLARE_BITMAP(lps, SM_MAX_LPS);
	u64 keyed_packages;
	unsigned int nr_cmrs;
	struct sm_range cmrs[SM_MAX_CMRS];
	unsigned int nr_tdmrs;
	struct sm_tdmr tdmrs[SM_MAX_TDMRS];
	/* Key of this load for the MAC of reports. */
	u8 report_key[SM_SHA256_SIZE];
};

extern struct sm_sys sm_sys;

/* At load: forget everything, take @nr_hkids KeyIDs from @first_hkid on. */
int sm_core_load(u16 first_hkid, u16 nr_hkids);

/* For TDH.SYS.INFO: TDSYSINFO, 1024 bytes. */
void sm_sys_info_fill(u8 *info);
/* Fields of the system context that depend on the CPU. */
u64 sm_attributes_fixed0(void);
u64 sm_xfam_fixed0(void);

/* Bit 11: IA32_ARCH_CAPABILITIES can be configured. */
#define SM_FEATURES0 \
	(TDX_FEATURES0_NO_RBP_MOD | TDX_FEATURES0_TOPOLOGY_ENUM | BIT_ULL(11))
#define SM_XFAM_FIXED1		0x3ULL
#define SM_CONFIG_FLAGS_FIXED0	(TDX_CONFIG_FLEXIBLE_PENDING_VE | TDX_CONFIG_NO_RBP_MOD)

/* One TDMR of SYS.CONFIG; TDMR_INFO of the ABI. */
struct sm_tdmr_info {
	u64 base;
	u64 size;
	/* 1G, 2M, 4K. */
	struct sm_range pamt[SM_NR_LEVELS];
	struct {
		u64 offset;
		u64 size;
	} reserved[SM_MAX_RESERVED];
};

/* Checks @infos and makes sm_sys.tdmrs of them.  Returns the status of SYS.CONFIG. */
u64 sm_tdmr_configure(const struct sm_tdmr_info *infos, unsigned int nr);
struct sm_tdmr *sm_tdmr_find(phys_addr_t pa);

/*
 * PAMT: one entry for each page of each size of a TDMR, 16 bytes.
 *
 * A page in use has its type in the entry of its size.  Entries of larger sizes
 * above it are NDA and count the 4K pages in use below.
 */

struct sm_pamt {
	sm_lock_t lock;
	u8 type;
	/* Page number of the owner's TDR, 40 bits. */
	u8 owner_high;
	u32 owner_low;
	union {
		/* Page in use: TD epoch in which it was blocked. */
		u64 bepoch;
		/* NDA, larger than 4K: 4K pages below that are in use or reserved. */
		atomic64_t nr_used;
	};
};

static_assert(sizeof(struct sm_pamt) == 16);

phys_addr_t sm_pamt_owner(const struct sm_pamt *entry);
void sm_pamt_set(struct sm_pamt *entry, u8 type, phys_addr_t owner);
struct sm_pamt *sm_pamt_entry(const struct sm_tdmr *tdmr, phys_addr_t pa, unsigned int level);

struct sm_page {
	phys_addr_t pa;
	unsigned int level;
	struct sm_tdmr *tdmr;
	struct sm_pamt *entry;
};

/* Alignment, KeyID bits and TDMR of a private page operand. */
u64 sm_page_address(phys_addr_t pa, unsigned int level, u32 operand, struct sm_tdmr **ret_tdmr);
/*
 * Check a private page operand in the ABI's order and lock it: address, TDMR, PAMT
 * lock, type.  Errors name @operand.
 */
u64 sm_page_get(struct sm_call *call, phys_addr_t pa, unsigned int level, u8 type,
		enum sm_lock_mode mode, u32 operand, struct sm_page *ret_page);
/* A page that nobody has, of this size. */
static inline u64 sm_page_get_free(struct sm_call *call, phys_addr_t pa, unsigned int level,
				   u32 operand, struct sm_page *ret_page)
{
	return sm_page_get(call, pa, level, TDX_PT_NDA, SM_EXCLUSIVE, operand, ret_page);
}

/* Lock the page that @pa is part of, whatever its type and size. */
u64 sm_page_find(struct sm_call *call, phys_addr_t pa, enum sm_lock_mode mode, u32 operand,
		 struct sm_page *ret_page);
/* A free page that sm_page_get() locked becomes one of @td (NULL: a TDR), zero or not. */
void sm_page_take(struct sm_page *page, u8 type, struct sm_td *td);
/* The page of a secure EPT leaf or table; the entry that points to it is locked. */
void sm_page_at(phys_addr_t pa, unsigned int level, struct sm_page *ret_page);
/* A page of @td (NULL: a TDR) becomes free and the host's again, and zero. */
void sm_page_free(struct sm_page *page, struct sm_td *td);
/* One page of @td becomes SM_NR_ENTRIES of the next smaller size, and back. */
void sm_page_split(struct sm_page *page, struct sm_td *td);
void sm_page_merge(struct sm_page *page, struct sm_td *td);

/* A host page operand: @align is a power of 2. */
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
/* Each returns a status; the first three take the table's lock. */
u64 sm_kot_assign(struct sm_call *call, u16 hkid, enum sm_hkid_state state);
u64 sm_kot_flush(struct sm_call *call, u16 hkid);
u64 sm_kot_free(struct sm_call *call, u16 hkid);
enum sm_hkid_state sm_kot_state(u16 hkid);
/* Fault injection: KeyIDs from the @nr-th on are never free; 0: no limit. */
extern u32 sm_kot_limit;

/*
 * TLB tracking, association
 */

/* Have all vCPUs left the epoch in which @entry's page was blocked?  See epoch.c. */
bool sm_epoch_is_tracked(const struct sm_tdcs *tdcs, u64 bepoch);
/* Around a vCPU's run: epoch of the TD, counted.  0, or the status of VP.ENTER. */
u64 sm_epoch_enter(struct sm_vcpu *vcpu);
void sm_epoch_exit(struct sm_vcpu *vcpu);
u64 sm_epoch_advance(struct sm_tdcs *tdcs);

/* Associate with this LP; 0 or VCPU_ASSOCIATED. */
u64 sm_vcpu_associate(struct sm_vcpu *vcpu, unsigned int lp);

/*
 * TD parameters, CPUID, measurement
 */

u64 sm_params_apply(struct sm_tdcs *tdcs, const struct tdx_td_params *params, u64 *ret_cpuid);

#define SM_NR_CPUID_CONFIGS	18

/* Entry @i of the list of configurable CPUID bits. */
void sm_cpuid_config(unsigned int i, struct tdx_cpuid_config *ret_config);
/* Values of a TD from its parameters; false: *@ret_cpuid is leaf and subleaf that is wrong. */
bool sm_cpuid_configure(struct sm_tdcs *tdcs, const struct tdx_td_params *params,
			u64 *ret_cpuid);
/* Leaves that the module answers: @i-th one, subleaf TDX_CPUID_NO_SUBLEAF; false at the end. */
bool sm_cpuid_leaf(unsigned int i, u32 *ret_leaf, u32 *ret_subleaf);
int sm_cpuid_index(u32 leaf, u32 subleaf);

void sm_mr_page_add(struct sm_tdcs *tdcs, u64 gpa);

/* Fault injection: false, or true and *@ret_status is what the leaf shall return. */
bool sm_injection_take(struct sm_call *call, unsigned int leaf, u64 *ret_status);
/* sm_platform_random(), unless fault injection says that there is no entropy. */
bool sm_random(void *to, size_t size);

struct sm_injection {
	/* Leaf number; calls until it happens (1: the next one); how often from then on. */
	u32 leaf, nth, times;
	u64 status;
	/* Times that random numbers fail. */
	u32 no_entropy;
};

extern struct sm_injection sm_injection;

#endif
