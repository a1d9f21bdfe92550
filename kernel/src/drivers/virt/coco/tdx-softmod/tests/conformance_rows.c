// SPDX-License-Identifier: GPL-2.0-only
/* The rows from READY to TEARDOWN, and functions that make some of the leaves fail. */
#include "conformance.h"

static struct sm_td *td(void)
{
	return world_memory(TDR);
}

static struct sm_td *new_td(void)
{
	return world_memory(NEW_TDR);
}

static struct sm_vcpu *new_vcpu(void)
{
	return world_memory(NEW_VCPU);
}

static void hold_page_of(phys_addr_t pa, u16 lock)
{
	struct sm_page page;

	sm_page_at(world_real(pa), 0, &page);
	POKE(page.entry->lock, lock);
}

static void hold_entry_at(u64 gpa, unsigned int level)
{
	struct sm_walk walk;

	sm_sept_walk(td()->tdcs, gpa, level, &walk);
	POKE(*walk.slot, walk.entry | SM_SEPT_LOCK);
}

BEFORE(hold_tdr, hold_page_of(TDR, SM_LOCK_EXCLUSIVE))
BEFORE(hold_new_tdr, hold_page_of(NEW_TDR, SM_LOCK_EXCLUSIVE))
BEFORE(hold_tdvpr, hold_page_of(VCPU, SM_LOCK_EXCLUSIVE))
BEFORE(hold_new_tdvpr, hold_page_of(NEW_VCPU, SM_LOCK_EXCLUSIVE))
/* Locked by one reader. */
BEFORE(hold_page, hold_page_of(FREE_PAGE, 1))
BEFORE(hold_tree, POKE(td()->tdcs->sept_lock, SM_LOCK_EXCLUSIVE))
BEFORE(hold_epoch, POKE(td()->tdcs->epoch_lock, SM_LOCK_EXCLUSIVE))
BEFORE(hold_free, hold_entry_at(GPA_FREE, 0))
BEFORE(hold_mapped, hold_entry_at(GPA_MAPPED, 0))
BEFORE(hold_blocked, hold_entry_at(GPA_BLOCKED, 0))
BEFORE(hold_big, hold_entry_at(GPA_BIG, 1))
BEFORE(hold_table, hold_entry_at(GPA_TABLE, 1))

BEFORE(no_entropy, POKE(sm_injection.no_entropy, 1))
BEFORE(fatal, POKE(td()->fatal, 1))
BEFORE(debug, POKE(td()->tdcs->attributes, td()->tdcs->attributes | TDX_ATTR_DEBUG))
BEFORE(debug_and_hold_tree, debug->run(); hold_tree->run())
BEFORE(previous_epoch, POKE(td()->tdcs->refcount[1 - (td()->tdcs->epoch & 1)].counter, 1))
BEFORE(on_lp1, POKE(world_lp, 1))
BEFORE(limit_hkids, POKE(sm_kot_limit, 2))
BEFORE(two_vcpus, POKE(td()->tdcs->max_vcpus, td()->tdcs->nr_vcpus))
BEFORE(no_key_here, POKE(new_td()->lifecycle, SM_TD_TEARDOWN))
BEFORE(key_is_here, POKE(new_td()->keyed_packages, ~0ULL))
BEFORE(hold_added, hold_page_of(ADDED, 1))
BEFORE(many_tdcx, POKE(new_td()->nr_tdcx, SM_MAX_TDCS_PAGES))
BEFORE(many_tdvps, POKE(new_vcpu()->nr_pages, SM_MAX_TDVPS_PAGES))

/*
 * Give the second vCPU all of its pages: without them VP.FLUSH would refuse it after the row.  When
 * the TD can run it gets no more pages; VP.INIT is refused then, so that their number is enough.
 */
static void add_tdvps(void)
{
	unsigned int i;

	for (i = 1; i < SM_NR_TDVPS_PAGES; i++)
		CALL(VP_ADDCX, .rcx = NEW_VCPU + i * SM_PAGE_SIZE, .rdx = NEW_VCPU);
	if (new_vcpu()->nr_pages < SM_NR_TDVPS_PAGES)
		POKE(new_vcpu()->nr_pages, SM_NR_TDVPS_PAGES);
}

BEFORE(all_tdvps, add_tdvps())
BEFORE(all_tdvps_and_full, all_tdvps->run(); two_vcpus->run())

static void inject_into_wb(u64 status)
{
	struct sm_injection injection = {
		.leaf = TDH_PHYMEM_CACHE_WB, .nth = 1, .status = status,
	};

	POKE(sm_injection, injection);
}

BEFORE(wb_started, inject_into_wb(TDX_INTERRUPTED_RESUMABLE))
BEFORE(wb_resumes, wb_started->run(); CALL(PHYMEM_CACHE_WB))
BEFORE(hold_wb_and_kot, inject_into_wb(TDX_OPERAND_BUSY | TDX_OPERAND_ID_WBCACHE))

static void post_interrupts(void)
{
	CALL(VP_WR, .rcx = VCPU, .rdx = TDX_MD_VP_POSTED_INTR_NV, .r8 = 0xf2, .r9 = 0xffff);
	CALL(VP_WR, .rcx = VCPU, .rdx = TDX_MD_VP_POSTED_INTR_DESC, .r8 = HOST_PAGE(5) + 64,
	     .r9 = ~0ULL);
}

BEFORE(posted, post_interrupts())

/* Functions that write TD_PARAMS which differ from the defaults in one field. */
#define PARAM(name, assignment)					\
	BEFORE(param_##name,					\
		struct tdx_td_params *p = world_memory(PARAMS);	\
								\
		world_default_params(p);			\
		assignment)

PARAM(good, (void)0)
PARAM(attributes, p->attributes = TDX_ATTR_MIGRATABLE)
PARAM(xfam, p->xfam = 6)
PARAM(xfam_avx512, p->xfam = 0x27)
PARAM(max_vcpus, p->max_vcpus = 0)
PARAM(max_vcpus_high, p->max_vcpus = 577)
PARAM(l2, p->num_l2_vms = 1)
PARAM(eptp, p->eptp_controls = 6 | 4 << 3)
PARAM(gpaw, p->config_flags = TDX_CONFIG_GPAW52)
PARAM(tsc_low, p->tsc_frequency = 3)
PARAM(tsc_high, p->tsc_frequency = 401)
PARAM(arch_cap, p->msr_config_ctls = 1; p->arch_capabilities = BIT_ULL(2))
PARAM(reserved, p->reserved1[5] = 1)
PARAM(cpuid, p->cpuid_values[5].ebx = BIT(4))
PARAM(cpuid_fms, p->cpuid_values[0].eax = 0x806f8)
PARAM(no_core, p->cpuid_values[12].ecx = 1 << 8)
PARAM(topology, p->cpuid_values[12].ecx = 1 << 8; p->cpuid_values[13].ecx = 2 << 8)
PARAM(cpuid_tail, p->cpuid_values[40].eax = 1)

/* Leaf, version, stage, operands, expected status, BEFORE, expected RCX and RDX. */
const struct conformance_row conformance_rows[] = {
	/* RAX */
	{ 46, 0, READY, {}, INVALID(0) },
	{ TDH_SYS_DISABLE, 0, READY, {}, INVALID(0) },
	{ TDH_MNG_CREATE, 1, READY, { .rcx = FREE_PAGE, .rdx = FIRST_HKID + 3 }, INVALID(0) },
	{ TDH_MEM_SEPT_ADD, 2, MEMORY, { .rcx = GPA_NO_TABLE | 2, .rdx = TDR, .r8 = FREE_PAGE },
	  INVALID(0) },

	/* System */
	{ TDH_SYS_LP_INIT, 0, READY, {}, TDX_SYS_LP_INIT_NOT_PENDING },
	{ TDH_SYS_INFO, 0, READY, { .rcx = HOST_PAGE(0), .rdx = 1024, .r8 = HOST_PAGE(1),
	  .r9 = 32 }, 0, NULL, OUT(HOST_PAGE(0), 1024) },
	{ TDH_SYS_INFO, 0, READY, { .rcx = HOST_PAGE(0) + 512, .rdx = 1024, .r8 = HOST_PAGE(1),
	  .r9 = 32 }, INVALID(1) },
	{ TDH_SYS_INFO, 0, READY, { .rcx = HOST_PAGE(0), .rdx = 1023, .r8 = HOST_PAGE(1),
	  .r9 = 32 }, INVALID(2) },
	{ TDH_SYS_INFO, 0, READY, { .rcx = HOST_PAGE(0), .rdx = 1024, .r8 = 1, .r9 = 32 },
	  INVALID(8) },
	{ TDH_SYS_INFO, 0, READY, { .rcx = HOST_PAGE(0), .rdx = 1024, .r8 = HOST_PAGE(1),
	  .r9 = 31 }, INVALID(9) },
	{ TDH_SYS_RD, 0, READY, { .rdx = TDX_MD_SYS_FEATURES0 }, 0 },
	{ TDH_SYS_RD, 0, READY, { .rdx = ~0ULL }, TDX_METADATA_FIRST_FIELD_ID_IN_CONTEXT, NULL,
	  OUT(0, 0x200000000ULL) },
	{ TDH_SYS_RD, 0, READY, { .rdx = 0x7f00000300000000 }, TDX_METADATA_FIELD_ID_INCORRECT },
	{ TDH_SYS_RD, 0, READY, { .rdx = TDX_MD_SYS_CPUID_CONFIG_LEAF(18) }, 0 },
	{ TDH_SYS_RD, 0, READY, { .rdx = TDX_MD_SYS_FEATURES0 | BIT_ULL(62) },
	  TDX_METADATA_FIELD_ID_INCORRECT },
	{ TDH_SYS_RDALL, 0, READY, { .rdx = HOST_PAGE(0), .r8 = ~0ULL }, 0 },
	{ TDH_SYS_RDALL, 0, READY, { .rdx = HOST_PAGE(0) + 8, .r8 = ~0ULL }, INVALID(2) },
	{ TDH_SYS_RDALL, 0, READY, { .rdx = HOST_PAGE(0), .r8 = 1ULL << 40 },
	  TDX_METADATA_FIELD_ID_INCORRECT },
	{ TDH_SYS_UPDATE, 0, READY, {}, TDX_SYS_STATE_INCORRECT },

	/* MNG.CREATE, and with it every check of a page operand */
	{ TDH_MNG_CREATE, 0, READY, { .rcx = FREE_PAGE, .rdx = FIRST_HKID + 3 }, 0 },
	{ TDH_MNG_CREATE, 0, READY, { .rcx = FREE_PAGE + 1, .rdx = FIRST_HKID + 3 }, INVALID(1) },
	{ TDH_MNG_CREATE, 0, READY, { .rcx = FREE_PAGE | 1ULL << 48, .rdx = FIRST_HKID + 3 },
	  INVALID(1) },
	{ TDH_MNG_CREATE, 0, READY, { .rcx = OUTSIDE_PAGE, .rdx = FIRST_HKID + 3 }, RANGE(1) },
	{ TDH_MNG_CREATE, 0, READY, { .rcx = RESERVED_PAGE, .rdx = FIRST_HKID + 3 }, METADATA(1) },
	{ TDH_MNG_CREATE, 0, READY, { .rcx = FREE_PAGE, .rdx = FIRST_HKID + 3 }, BUSY(1),
	  hold_page },
	{ TDH_MNG_CREATE, 0, CREATED, { .rcx = NEW_TDR, .rdx = FIRST_HKID + 3 }, METADATA(1) },
	{ TDH_MNG_CREATE, 0, MEMORY, { .rcx = BIG(0) + 4096, .rdx = FIRST_HKID + 3 }, METADATA(1) },
	{ TDH_MNG_CREATE, 0, READY, { .rcx = FREE_PAGE, .rdx = 1 }, INVALID(2) },
	{ TDH_MNG_CREATE, 0, READY, { .rcx = FREE_PAGE, .rdx = FIRST_HKID + NR_HKIDS },
	  INVALID(2) },
	{ TDH_MNG_CREATE, 0, READY, { .rcx = FREE_PAGE, .rdx = GLOBAL_HKID }, TDX_HKID_NOT_FREE },
	{ TDH_MNG_CREATE, 0, CREATED, { .rcx = FREE_PAGE, .rdx = FIRST_HKID + 2 },
	  TDX_HKID_NOT_FREE },
	{ TDH_MNG_CREATE, 0, READY, { .rcx = FREE_PAGE, .rdx = FIRST_HKID + 3 }, TDX_HKID_NOT_FREE,
	  limit_hkids },
	{ TDH_MNG_CREATE, 0, READY, { .rcx = FREE_PAGE, .rdx = FIRST_HKID + 3 },
	  TDX_RND_NO_ENTROPY, no_entropy },

	{ TDH_MNG_KEY_CONFIG, 0, CREATED, { .rcx = NEW_TDR }, 0 },
	{ TDH_MNG_KEY_CONFIG, 0, CREATED, { .rcx = NEW_TDR }, 0, on_lp1 },
	{ TDH_MNG_KEY_CONFIG, 0, CREATED, { .rcx = NEW_TDR }, BUSY(1), hold_new_tdr },
	{ TDH_MNG_KEY_CONFIG, 0, CREATED, { .rcx = NEW_TDR }, TDX_KEY_GENERATION_FAILED,
	  no_entropy },
	{ TDH_MNG_KEY_CONFIG, 0, CREATED, { .rcx = FREE_PAGE }, METADATA(1) },
	{ TDH_MNG_KEY_CONFIG, 0, CREATED, { .rcx = NEW_TDR }, TDX_LIFECYCLE_STATE_INCORRECT,
	  no_key_here },
	{ TDH_MNG_KEY_CONFIG, 0, KEYED, { .rcx = NEW_TDR }, TDX_LIFECYCLE_STATE_INCORRECT },

	{ TDH_MNG_ADDCX, 0, CREATED, { .rcx = FREE_PAGE, .rdx = NEW_TDR },
	  TDX_TD_KEYS_NOT_CONFIGURED },
	{ TDH_MNG_ADDCX, 0, KEYED, { .rcx = FREE_PAGE, .rdx = NEW_TDR }, 0 },
	{ TDH_MNG_ADDCX, 0, KEYED, { .rcx = FREE_PAGE + 8, .rdx = NEW_TDR }, INVALID(1) },
	{ TDH_MNG_ADDCX, 0, KEYED, { .rcx = OUTSIDE_PAGE, .rdx = NEW_TDR }, RANGE(1) },
	{ TDH_MNG_ADDCX, 0, KEYED, { .rcx = NEW_TDR, .rdx = NEW_TDR }, BUSY(1) },
	{ TDH_MNG_ADDCX, 0, KEYED, { .rcx = FREE_PAGE, .rdx = FREE_PAGE2 }, METADATA(2) },
	{ TDH_MNG_ADDCX, 0, KEYED, { .rcx = RESERVED_PAGE, .rdx = NEW_TDR }, METADATA(1) },
	{ TDH_MNG_ADDCX, 0, KEYED, { .rcx = FREE_PAGE, .rdx = NEW_TDR }, BUSY(1), hold_page },
	{ TDH_MNG_ADDCX, 0, KEYED, { .rcx = FREE_PAGE, .rdx = NEW_TDR }, BUSY(2), hold_new_tdr },
	{ TDH_MNG_ADDCX, 0, KEYED, { .rcx = FREE_PAGE, .rdx = NEW_TDR }, TDX_TDCX_NUM_INCORRECT,
	  many_tdcx },
	{ TDH_MNG_ADDCX, 0, INITED, { .rcx = FREE_PAGE, .rdx = TDR }, TDX_OP_STATE_INCORRECT },
	{ TDH_MNG_ADDCX, 0, INITED, { .rcx = FREE_PAGE, .rdx = TDR }, TDX_TD_FATAL, fatal },

	{ TDH_MNG_INIT, 0, KEYED, { .rcx = NEW_TDR, .rdx = PARAMS }, TDX_TDCS_NOT_ALLOCATED,
	  param_good },
	{ TDH_MNG_INIT, 0, CREATED, { .rcx = NEW_TDR, .rdx = PARAMS }, TDX_TD_KEYS_NOT_CONFIGURED,
	  param_good },
	{ TDH_MNG_INIT, 0, WITH_TDCX, { .rcx = NEW_TDR, .rdx = PARAMS }, 0, param_good,
	  OUT(0, PARAMS) },
	{ TDH_MNG_INIT, 0, WITH_TDCX, { .rcx = NEW_TDR, .rdx = PARAMS }, BUSY(1), hold_new_tdr },
	{ TDH_MNG_INIT, 0, WITH_TDCX, { .rcx = NEW_TDR, .rdx = PARAMS + 512 }, INVALID(2),
	  param_good },
	{ TDH_MNG_INIT, 0, WITH_TDCX, { .rcx = NEW_TDR, .rdx = NEW_TDR }, INVALID(2), param_good },
	{ TDH_MNG_INIT, 0, WITH_TDCX, { .rcx = NEW_TDR, .rdx = PARAMS }, INVALID(64),
	  param_attributes },
	{ TDH_MNG_INIT, 0, WITH_TDCX, { .rcx = NEW_TDR, .rdx = PARAMS }, INVALID(65), param_xfam },
	{ TDH_MNG_INIT, 0, WITH_TDCX, { .rcx = NEW_TDR, .rdx = PARAMS }, INVALID(65),
	  param_xfam_avx512 },
	{ TDH_MNG_INIT, 0, WITH_TDCX, { .rcx = NEW_TDR, .rdx = PARAMS }, INVALID(68),
	  param_max_vcpus },
	{ TDH_MNG_INIT, 0, WITH_TDCX, { .rcx = NEW_TDR, .rdx = PARAMS }, INVALID(68),
	  param_max_vcpus_high },
	{ TDH_MNG_INIT, 0, WITH_TDCX, { .rcx = NEW_TDR, .rdx = PARAMS }, INVALID(71), param_l2 },
	{ TDH_MNG_INIT, 0, WITH_TDCX, { .rcx = NEW_TDR, .rdx = PARAMS }, INVALID(67), param_eptp },
	{ TDH_MNG_INIT, 0, WITH_TDCX, { .rcx = NEW_TDR, .rdx = PARAMS }, INVALID(67), param_gpaw },
	{ TDH_MNG_INIT, 0, WITH_TDCX, { .rcx = NEW_TDR, .rdx = PARAMS }, INVALID(70),
	  param_tsc_low },
	{ TDH_MNG_INIT, 0, WITH_TDCX, { .rcx = NEW_TDR, .rdx = PARAMS }, INVALID(70),
	  param_tsc_high },
	{ TDH_MNG_INIT, 0, WITH_TDCX, { .rcx = NEW_TDR, .rdx = PARAMS }, INVALID(72),
	  param_arch_cap },
	{ TDH_MNG_INIT, 0, WITH_TDCX, { .rcx = NEW_TDR, .rdx = PARAMS }, INVALID(2),
	  param_reserved },
	{ TDH_MNG_INIT, 0, WITH_TDCX, { .rcx = NEW_TDR, .rdx = PARAMS }, INVALID(69), param_cpuid,
	  OUT(7, PARAMS) },
	{ TDH_MNG_INIT, 0, WITH_TDCX, { .rcx = NEW_TDR, .rdx = PARAMS }, INVALID(69),
	  param_cpuid_fms, OUT(0xffffffff00000001, PARAMS) },
	{ TDH_MNG_INIT, 0, WITH_TDCX, { .rcx = NEW_TDR, .rdx = PARAMS }, INVALID(2),
	  param_cpuid_tail, OUT(0, PARAMS) },
	{ TDH_MNG_INIT, 0, INITED, { .rcx = TDR, .rdx = PARAMS }, TDX_OP_STATE_INCORRECT },

	{ TDH_MNG_RD, 0, WITH_TDCX, { .rcx = NEW_TDR, .rdx = TDX_MD_TD_XFAM },
	  TDX_OP_STATE_INCORRECT },
	{ TDH_MNG_RD, 0, KEYED, { .rcx = NEW_TDR, .rdx = TDX_MD_TD_XFAM }, TDX_TDCS_NOT_ALLOCATED },
	{ TDH_MNG_RD, 0, INITED, { .rcx = TDR, .rdx = TDX_MD_TD_TSC_MULTIPLIER }, 0, NULL,
	  OUT(TDR, TDX_MD_TD_TSC_MULTIPLIER) },
	{ TDH_MNG_RD, 1, INITED, { .rcx = TDR, .rdx = TDX_MD_TD_ATTRIBUTES }, 0, NULL,
	  OUT(TDR, TDX_MD_TD_XFAM) },
	{ TDH_MNG_RD, 0, INITED, { .rcx = TDR, .rdx = 0x9410000300004201 }, 0 },
	{ TDH_MNG_RD, 0, INITED, { .rcx = TDR, .rdx = 0x94100003000005fe },
	  TDX_METADATA_FIELD_ID_INCORRECT },
	{ TDH_MNG_RD, 0, INITED, { .rcx = TDR, .rdx = TDX_MD_TD_MRTD }, 0 },
	{ TDH_MNG_RD, 0, INITED, { .rcx = TDR, .rdx = TDX_MD_TD_MRTD }, 0, debug },
	{ TDH_MNG_RD, 0, INITED, { .rcx = TDR, .rdx = 0x1f10000300000000 },
	  TDX_METADATA_FIELD_ID_INCORRECT },
	{ TDH_MNG_RD, 0, INITED, { .rcx = TDR, .rdx = TDX_MD_TD_XFAM }, BUSY(1), hold_tdr },
	{ TDH_MNG_RD, 0, INITED, { .rcx = TDR, .rdx = TDX_MD_TD_XFAM }, TDX_TD_FATAL, fatal },
	{ TDH_MNG_WR, 0, INITED, { .rcx = TDR, .rdx = TDX_MD_TD_HP_LOCK_TIMEOUT, .r8 = 5,
	  .r9 = ~0ULL }, TDX_METADATA_FIELD_VALUE_NOT_VALID },
	{ TDH_MNG_WR, 0, INITED, { .rcx = TDR, .rdx = TDX_MD_TD_XFAM, .r8 = 5, .r9 = ~0ULL },
	  TDX_METADATA_FIELD_NOT_WRITABLE },
	{ TDH_MNG_WR, 0, INITED, { .rcx = TDR, .rdx = TDX_MD_TD_HP_LOCK_TIMEOUT, .r8 = 5 },
	  TDX_METADATA_FIELD_NOT_WRITABLE },
	{ TDH_MNG_WR, 0, INITED, { .rcx = TDR, .rdx = 1, .r8 = 5, .r9 = ~0ULL },
	  TDX_METADATA_FIELD_NOT_WRITABLE },
	{ TDH_MNG_WR, 0, INITED, { .rcx = TDR, .rdx = TDX_MD_TD_HP_LOCK_TIMEOUT, .r9 = 1 },
	  BUSY(1), hold_tdr },
	{ TDH_MNG_WR, 0, WITH_TDCX, { .rcx = NEW_TDR, .rdx = TDX_MD_TD_HP_LOCK_TIMEOUT, .r9 = 1 },
	  TDX_OP_STATE_INCORRECT },

	/* vCPUs */
	{ TDH_VP_CREATE, 0, INITED, { .rcx = FREE_PAGE, .rdx = TDR }, 0 },
	{ TDH_VP_CREATE, 0, INITED, { .rcx = FREE_PAGE + 1, .rdx = TDR }, INVALID(1) },
	{ TDH_VP_CREATE, 0, INITED, { .rcx = OUTSIDE_PAGE, .rdx = TDR }, RANGE(1) },
	{ TDH_VP_CREATE, 0, INITED, { .rcx = TDCX(0), .rdx = TDR }, METADATA(1) },
	{ TDH_VP_CREATE, 0, INITED, { .rcx = FREE_PAGE, .rdx = FREE_PAGE2 }, METADATA(2) },
	{ TDH_VP_CREATE, 0, INITED, { .rcx = FREE_PAGE, .rdx = TDR }, BUSY(1), hold_page },
	{ TDH_VP_CREATE, 0, INITED, { .rcx = FREE_PAGE, .rdx = TDR }, BUSY(2), hold_tdr },
	{ TDH_VP_CREATE, 0, WITH_TDCX, { .rcx = FREE_PAGE, .rdx = NEW_TDR },
	  TDX_OP_STATE_INCORRECT },
	{ TDH_VP_CREATE, 0, RUNNABLE, { .rcx = FREE_PAGE, .rdx = TDR }, TDX_OP_STATE_INCORRECT },
	{ TDH_VP_ADDCX, 0, WITH_VCPU, { .rcx = FREE_PAGE, .rdx = NEW_VCPU }, 0 },
	{ TDH_VP_ADDCX, 0, RUNNABLE, { .rcx = FREE_PAGE, .rdx = NEW_VCPU },
	  TDX_OP_STATE_INCORRECT },
	{ TDH_VP_ADDCX, 0, WITH_VCPU, { .rcx = FREE_PAGE, .rdx = VCPU }, TDX_VCPU_STATE_INCORRECT },
	{ TDH_VP_ADDCX, 0, WITH_VCPU, { .rcx = FREE_PAGE, .rdx = NEW_VCPU },
	  TDX_TDCX_NUM_INCORRECT, many_tdvps },
	{ TDH_VP_ADDCX, 0, WITH_VCPU, { .rcx = FREE_PAGE, .rdx = NEW_VCPU }, BUSY(1), hold_page },
	{ TDH_VP_ADDCX, 0, WITH_VCPU, { .rcx = FREE_PAGE, .rdx = NEW_VCPU }, BUSY(2),
	  hold_new_tdvpr },
	{ TDH_VP_ADDCX, 0, WITH_VCPU, { .rcx = FREE_PAGE, .rdx = NEW_VCPU }, BUSY(128), hold_tdr },
	{ TDH_VP_ADDCX, 0, WITH_VCPU, { .rcx = FREE_PAGE + 1, .rdx = NEW_VCPU }, INVALID(1) },
	{ TDH_VP_ADDCX, 0, WITH_VCPU, { .rcx = OUTSIDE_PAGE, .rdx = NEW_VCPU }, RANGE(1) },
	{ TDH_VP_ADDCX, 0, WITH_VCPU, { .rcx = TDCX(0), .rdx = NEW_VCPU }, METADATA(1) },
	{ TDH_VP_ADDCX, 0, WITH_VCPU, { .rcx = FREE_PAGE, .rdx = TDR }, METADATA(2) },
	{ TDH_VP_INIT, 0, WITH_VCPU, { .rcx = NEW_VCPU }, TDX_TDCX_NUM_INCORRECT },
	{ TDH_VP_INIT, 0, WITH_VCPU, { .rcx = NEW_VCPU }, 0, all_tdvps },
	{ TDH_VP_INIT, 1, WITH_VCPU, { .rcx = NEW_VCPU, .r8 = 4 }, 0, all_tdvps },
	{ TDH_VP_INIT, 1, WITH_VCPU, { .rcx = NEW_VCPU, .r8 = 3 }, TDX_X2APIC_ID_NOT_UNIQUE | 3,
	  all_tdvps },
	{ TDH_VP_INIT, 1, WITH_VCPU, { .rcx = NEW_VCPU, .r8 = 1ULL << 32 }, INVALID(8), all_tdvps },
	{ TDH_VP_INIT, 1, WITH_VCPU, { .rcx = NEW_VCPU, .r8 = 4 }, TDX_MAX_VCPUS_EXCEEDED,
	  all_tdvps_and_full },
	{ TDH_VP_INIT, 1, WITH_VCPU, { .rcx = VCPU, .r8 = 4 }, TDX_VCPU_STATE_INCORRECT },
	{ TDH_VP_INIT, 1, WITH_VCPU, { .rcx = VCPU, .r8 = 4 }, BUSY(1), hold_tdvpr },
	{ TDH_VP_INIT, 1, WITH_VCPU, { .rcx = NEW_VCPU, .r8 = 4 }, BUSY(128), hold_tdr },
	{ TDH_VP_INIT, 1, RUNNABLE, { .rcx = NEW_VCPU, .r8 = 4 }, TDX_OP_STATE_INCORRECT,
	  all_tdvps },
	{ TDH_VP_RD, 0, WITH_VCPU, { .rcx = VCPU, .rdx = TDX_MD_VP_STATE_DETAILS }, 0 },
	{ TDH_VP_RD, 1, WITH_VCPU, { .rcx = VCPU, .rdx = TDX_MD_VP_STATE_DETAILS }, 0, NULL,
	  OUT(VCPU, TDX_MD_VP_VCPU_INDEX) },
	{ TDH_VP_RD, 0, WITH_VCPU, { .rcx = VCPU, .rdx = TDX_MD_VP_STATE_DETAILS },
	  TDX_VCPU_ASSOCIATED, on_lp1 },
	{ TDH_VP_RD, 0, WITH_VCPU, { .rcx = NEW_VCPU, .rdx = TDX_MD_VP_STATE_DETAILS },
	  TDX_TDCX_NUM_INCORRECT },
	{ TDH_VP_RD, 0, WITH_VCPU, { .rcx = VCPU, .rdx = TDX_MD_VP_VMCS64(0x681e) },
	  TDX_METADATA_FIELD_NOT_READABLE },
	{ TDH_VP_RD, 0, WITH_VCPU, { .rcx = VCPU, .rdx = TDX_MD_VP_VMCS64(0x681e) }, 0, debug },
	{ TDH_VP_RD, 0, WITH_VCPU, { .rcx = VCPU, .rdx = 0xa020000000000007 }, 0 },
	{ TDH_VP_RD, 0, WITH_VCPU, { .rcx = VCPU, .rdx = TDX_MD_VP_STATE_DETAILS }, BUSY(1),
	  hold_tdvpr },
	{ TDH_VP_WR, 0, WITH_VCPU, { .rcx = VCPU, .rdx = TDX_MD_VP_POSTED_INTR_NV, .r8 = 0xf2,
	  .r9 = 0xffff }, 0 },
	{ TDH_VP_WR, 0, WITH_VCPU, { .rcx = VCPU, .rdx = TDX_MD_VP_POSTED_INTR_NV, .r8 = 256,
	  .r9 = 0xffff }, TDX_METADATA_FIELD_VALUE_NOT_VALID },
	{ TDH_VP_WR, 0, WITH_VCPU, { .rcx = VCPU, .rdx = TDX_MD_VP_POSTED_INTR_DESC,
	  .r8 = HOST_PAGE(0) + 8, .r9 = ~0ULL }, TDX_METADATA_FIELD_VALUE_NOT_VALID },
	{ TDH_VP_WR, 0, WITH_VCPU, { .rcx = VCPU, .rdx = TDX_MD_VP_SHARED_EPTP, .r8 = HOST_PAGE(0),
	  .r9 = GENMASK_ULL(51, 12) }, 0 },
	{ TDH_VP_WR, 0, WITH_VCPU, { .rcx = VCPU, .rdx = TDX_MD_VP_SHARED_EPTP, .r8 = HOST_PAGE(0),
	  .r9 = ~0ULL }, 0 },
	{ TDH_VP_WR, 0, WITH_VCPU, { .rcx = VCPU, .rdx = TDX_MD_VP_SHARED_EPTP,
	  .r8 = HOST_PAGE(0) + 5, .r9 = ~0ULL }, TDX_METADATA_FIELD_VALUE_NOT_VALID },
	{ TDH_VP_WR, 0, WITH_VCPU, { .rcx = VCPU, .rdx = TDX_MD_VP_PIN_CONTROLS, .r8 = 0x80,
	  .r9 = 0x80 }, TDX_TD_VMCS_FIELD_NOT_INITIALIZED | 2 },
	{ TDH_VP_WR, 0, WITH_VCPU, { .rcx = VCPU, .rdx = TDX_MD_VP_PIN_CONTROLS, .r8 = 0x80,
	  .r9 = 0x80 }, 0, posted },
	{ TDH_VP_WR, 0, WITH_VCPU, { .rcx = VCPU, .rdx = TDX_MD_VP_PIN_CONTROLS, .r8 = 1,
	  .r9 = 1 }, TDX_METADATA_FIELD_NOT_WRITABLE },
	{ TDH_VP_WR, 0, WITH_VCPU, { .rcx = VCPU, .rdx = TDX_MD_VP_PIN_CONTROLS, .r8 = 1,
	  .r9 = 0x81 }, 0 },
	{ TDH_VP_WR, 0, WITH_VCPU, { .rcx = VCPU, .rdx = TDX_MD_VP_PEND_NMI, .r8 = 1, .r9 = 0xff },
	  0 },
	{ TDH_VP_WR, 0, WITH_VCPU, { .rcx = VCPU, .rdx = TDX_MD_VP_PEND_NMI, .r8 = 1, .r9 = 0xff },
	  TDX_VCPU_ASSOCIATED, on_lp1 },
	{ TDH_VP_WR, 0, WITH_VCPU, { .rcx = VCPU, .rdx = TDX_MD_VP_STATE_DETAILS, .r8 = 1,
	  .r9 = 1 }, TDX_METADATA_FIELD_NOT_WRITABLE },
	{ TDH_VP_WR, 0, WITH_VCPU, { .rcx = VCPU, .rdx = TDX_MD_VP_VMCS64(0x7fff), .r8 = 1,
	  .r9 = 1 }, TDX_METADATA_FIELD_ID_INCORRECT },
	{ TDH_VP_WR, 0, WITH_VCPU, { .rcx = NEW_VCPU, .rdx = TDX_MD_VP_PEND_NMI, .r8 = 1,
	  .r9 = 0xff }, TDX_TDCX_NUM_INCORRECT },
	{ TDH_VP_WR, 0, WITH_VCPU, { .rcx = VCPU, .rdx = TDX_MD_VP_PEND_NMI, .r8 = 1, .r9 = 0xff },
	  BUSY(1), hold_tdvpr },
	{ TDH_VP_FLUSH, 0, WITH_VCPU, { .rcx = VCPU }, 0 },
	{ TDH_VP_FLUSH, 0, WITH_VCPU, { .rcx = VCPU }, TDX_VCPU_NOT_ASSOCIATED, on_lp1 },
	{ TDH_VP_FLUSH, 0, WITH_VCPU, { .rcx = NEW_VCPU }, TDX_TDCX_NUM_INCORRECT },
	{ TDH_VP_FLUSH, 0, WITH_VCPU, { .rcx = VCPU }, BUSY(1), hold_tdvpr },
	{ TDH_VP_FLUSH, 0, WITH_VCPU, { .rcx = VCPU }, BUSY(128), hold_tdr },
	{ TDH_VP_FLUSH, 0, RUNNABLE, { .rcx = VCPU }, 0, fatal },
	{ TDH_VP_FLUSH, 0, BLOCKED, { .rcx = VCPU }, TDX_TD_KEYS_NOT_CONFIGURED },
	{ TDH_VP_ENTER, 0, MEMORY, { .rcx = VCPU }, TDX_OP_STATE_INCORRECT },
	{ TDH_VP_ENTER, 0, RUNNABLE, { .rcx = VCPU | BIT_ULL(53) }, INVALID(1) },
	{ TDH_VP_ENTER, 0, RUNNABLE, { .rcx = VCPU | BIT_ULL(52) }, INVALID(1) },
	{ TDH_VP_ENTER, 0, RUNNABLE, { .rcx = VCPU | BIT_ULL(54) }, INVALID(1) },
	{ TDH_VP_ENTER, 0, RUNNABLE, { .rcx = VCPU | 1 }, INVALID(1) },
	{ TDH_VP_ENTER, 0, RUNNABLE, { .rcx = TDR }, METADATA(1) },
	{ TDH_VP_ENTER, 0, RUNNABLE, { .rcx = OUTSIDE_PAGE }, RANGE(1) },
	{ TDH_VP_ENTER, 0, RUNNABLE, { .rcx = NEW_VCPU }, TDX_TDCX_NUM_INCORRECT },
	{ TDH_VP_ENTER, 0, RUNNABLE, { .rcx = VCPU }, TDX_VCPU_ASSOCIATED, on_lp1 },
	{ TDH_VP_ENTER, 0, RUNNABLE, { .rcx = VCPU }, BUSY(1), hold_tdvpr },
	{ TDH_VP_ENTER, 0, RUNNABLE, { .rcx = VCPU }, BUSY(128), hold_tdr },
	{ TDH_VP_ENTER, 0, RUNNABLE, { .rcx = VCPU }, BUSY(169), hold_epoch },
	{ TDH_VP_ENTER, 0, RUNNABLE, { .rcx = VCPU }, TDX_TD_FATAL, fatal },

	/* Measurement */
	{ TDH_MR_EXTEND, 0, MEMORY, { .rcx = GPA_MAPPED + 256, .rdx = TDR }, 0, NULL, OUT(0, 0) },
	{ TDH_MR_EXTEND, 0, MEMORY, { .rcx = GPA_MAPPED + 8, .rdx = TDR }, INVALID(1) },
	{ TDH_MR_EXTEND, 0, MEMORY, { .rcx = SM_SHARED_BIT, .rdx = TDR }, INVALID(1) },
	{ TDH_MR_EXTEND, 0, MEMORY, { .rcx = GPA_FREE, .rdx = TDR }, TDX_EPT_ENTRY_NOT_PRESENT | 1,
	  NULL, SEPT(FREE_ENTRY, 0, 0) },
	{ TDH_MR_EXTEND, 0, MEMORY, { .rcx = GPA_PENDING, .rdx = TDR },
	  TDX_EPT_ENTRY_NOT_PRESENT | 1, NULL, SEPT(LEAF_ENTRY(PAGE(41)), 2, 0) },
	{ TDH_MR_EXTEND, 0, MEMORY, { .rcx = GPA_NO_TABLE, .rdx = TDR },
	  TDX_EPT_ENTRY_NOT_PRESENT | 1, NULL, SEPT(FREE_ENTRY, 0, 2) },
	{ TDH_MR_EXTEND, 0, MEMORY, { .rcx = GPA_MAPPED, .rdx = TDR }, BUSY(1), hold_mapped },
	{ TDH_MR_EXTEND, 0, MEMORY, { .rcx = GPA_MAPPED, .rdx = TDR }, 0, hold_tree },
	{ TDH_MR_EXTEND, 0, MEMORY, { .rcx = GPA_MAPPED, .rdx = TDR }, BUSY(2), hold_tdr },
	{ TDH_MR_EXTEND, 0, RUNNABLE, { .rcx = GPA_MAPPED, .rdx = TDR }, TDX_OP_STATE_INCORRECT },
	{ TDH_MR_FINALIZE, 0, INITED, { .rcx = TDR }, TDX_NO_VCPUS },
	{ TDH_MR_FINALIZE, 0, WITH_VCPU, { .rcx = TDR }, 0 },
	{ TDH_MR_FINALIZE, 0, WITH_VCPU, { .rcx = TDR }, BUSY(1), hold_tdr },
	{ TDH_MR_FINALIZE, 0, RUNNABLE, { .rcx = TDR }, TDX_OP_STATE_INCORRECT },

	/* Secure EPT */
	{ TDH_MEM_SEPT_ADD, 0, MEMORY, { .rcx = GPA_NO_TABLE | 2, .rdx = TDR, .r8 = FREE_PAGE }, 0,
	  NULL, OUT(0, 0) },
	{ TDH_MEM_SEPT_ADD, 1, MEMORY, { .rcx = 0x600001, .rdx = TDR, .r8 = FREE_PAGE },
	  INVALID(9), NULL, OUT(0, 0) },
	{ TDH_MEM_SEPT_ADD, 0, MEMORY, { .rcx = 0x600000, .rdx = TDR, .r8 = FREE_PAGE },
	  INVALID(1) },
	{ TDH_MEM_SEPT_ADD, 0, MEMORY, { .rcx = 4, .rdx = TDR, .r8 = FREE_PAGE }, INVALID(1) },
	{ TDH_MEM_SEPT_ADD, 0, MEMORY, { .rcx = 0x600009, .rdx = TDR, .r8 = FREE_PAGE },
	  INVALID(1) },
	{ TDH_MEM_SEPT_ADD, 0, MEMORY, { .rcx = 0x601001, .rdx = TDR, .r8 = FREE_PAGE },
	  INVALID(1) },
	{ TDH_MEM_SEPT_ADD, 0, MEMORY, { .rcx = SM_SHARED_BIT | 1, .rdx = TDR, .r8 = FREE_PAGE },
	  INVALID(1) },
	{ TDH_MEM_SEPT_ADD, 0, MEMORY, { .rcx = GPA_TABLE | 1, .rdx = TDR, .r8 = FREE_PAGE },
	  TDX_EPT_ENTRY_STATE_INCORRECT | 1, NULL, SEPT(NL_ENTRY, 0x84, 1) },
	{ TDH_MEM_SEPT_ADD, 0, MEMORY, { .rcx = GPA_BIG | 1, .rdx = TDR, .r8 = FREE_PAGE },
	  TDX_EPT_ENTRY_STATE_INCORRECT | 1, NULL, SEPT(LEAF_ENTRY(BIG(0)), 2, 1) },
	{ TDH_MEM_SEPT_ADD, 0, MEMORY, { .rcx = GPA_NO_TABLE | 1, .rdx = TDR, .r8 = FREE_PAGE },
	  TDX_EPT_WALK_FAILED | 1, NULL, SEPT(FREE_ENTRY, 0, 2) },
	{ TDH_MEM_SEPT_ADD, 0, MEMORY, { .rcx = 0x600001, .rdx = TDR, .r8 = FREE_PAGE + 1 },
	  INVALID(8) },
	{ TDH_MEM_SEPT_ADD, 0, MEMORY, { .rcx = 0x600001, .rdx = TDR, .r8 = OUTSIDE_PAGE },
	  RANGE(8) },
	{ TDH_MEM_SEPT_ADD, 0, MEMORY, { .rcx = 0x600001, .rdx = TDR, .r8 = ADDED }, METADATA(8) },
	{ TDH_MEM_SEPT_ADD, 0, MEMORY, { .rcx = 0x600001, .rdx = TDR, .r8 = FREE_PAGE }, BUSY(8),
	  hold_page },
	{ TDH_MEM_SEPT_ADD, 0, MEMORY, { .rcx = 0x600001, .rdx = TDR, .r8 = FREE_PAGE }, BUSY(2),
	  hold_tdr },
	{ TDH_MEM_SEPT_ADD, 0, MEMORY, { .rcx = 0x600001, .rdx = TDR, .r8 = FREE_PAGE }, BUSY(146),
	  hold_tree },
	{ TDH_MEM_SEPT_ADD, 0, MEMORY, { .rcx = GPA_TABLE | 1, .rdx = TDR, .r8 = FREE_PAGE },
	  BUSY(1), hold_table },
	{ TDH_MEM_SEPT_ADD, 0, MEMORY, { .rcx = 0x600001, .rdx = FREE_PAGE2, .r8 = FREE_PAGE },
	  METADATA(2) },
	{ TDH_MEM_SEPT_ADD, 0, WITH_TDCX, { .rcx = 3, .rdx = NEW_TDR, .r8 = FREE_PAGE },
	  TDX_OP_STATE_INCORRECT },
	{ TDH_MEM_SEPT_ADD, 0, KEYED, { .rcx = 3, .rdx = NEW_TDR, .r8 = FREE_PAGE },
	  TDX_TDCS_NOT_ALLOCATED },
	{ TDH_MEM_SEPT_ADD, 0, BLOCKED, { .rcx = 0x600001, .rdx = TDR, .r8 = FREE_PAGE },
	  TDX_TD_KEYS_NOT_CONFIGURED },
	{ TDH_MEM_SEPT_ADD, 0, RUNNABLE, { .rcx = 0x600001, .rdx = TDR, .r8 = FREE_PAGE },
	  TDX_TD_FATAL, fatal },

	{ TDH_MEM_PAGE_ADD, 0, MEMORY, { .rcx = GPA_FREE, .rdx = TDR, .r8 = FREE_PAGE,
	  .r9 = HOST_PAGE(0) }, 0, NULL, OUT(0, 0) },
	{ TDH_MEM_PAGE_ADD, 0, MEMORY, { .rcx = 0x600001, .rdx = TDR, .r8 = FREE_PAGE,
	  .r9 = HOST_PAGE(0) }, INVALID(1) },
	{ TDH_MEM_PAGE_ADD, 0, MEMORY, { .rcx = GPA_MAPPED, .rdx = TDR, .r8 = FREE_PAGE,
	  .r9 = HOST_PAGE(0) }, TDX_EPT_ENTRY_STATE_INCORRECT | 1, NULL,
	  SEPT(LEAF_ENTRY(ADDED) | 7, 4, 0) },
	{ TDH_MEM_PAGE_ADD, 0, MEMORY, { .rcx = GPA_NO_TABLE, .rdx = TDR, .r8 = FREE_PAGE,
	  .r9 = HOST_PAGE(0) }, TDX_EPT_WALK_FAILED | 1, NULL, SEPT(FREE_ENTRY, 0, 2) },
	{ TDH_MEM_PAGE_ADD, 0, MEMORY, { .rcx = GPA_FREE, .rdx = TDR, .r8 = FREE_PAGE + 1,
	  .r9 = HOST_PAGE(0) }, INVALID(8) },
	{ TDH_MEM_PAGE_ADD, 0, MEMORY, { .rcx = GPA_FREE, .rdx = TDR, .r8 = OUTSIDE_PAGE,
	  .r9 = HOST_PAGE(0) }, RANGE(8) },
	{ TDH_MEM_PAGE_ADD, 0, MEMORY, { .rcx = GPA_FREE, .rdx = TDR, .r8 = ADDED,
	  .r9 = HOST_PAGE(0) }, METADATA(8) },
	{ TDH_MEM_PAGE_ADD, 0, MEMORY, { .rcx = GPA_FREE, .rdx = TDR, .r8 = FREE_PAGE,
	  .r9 = HOST_PAGE(0) + 8 }, INVALID(9) },
	{ TDH_MEM_PAGE_ADD, 0, MEMORY, { .rcx = GPA_FREE, .rdx = TDR, .r8 = FREE_PAGE,
	  .r9 = ADDED }, INVALID(9) },
	{ TDH_MEM_PAGE_ADD, 0, MEMORY, { .rcx = GPA_FREE, .rdx = TDR, .r8 = FREE_PAGE,
	  .r9 = HOST_PAGE(0) }, BUSY(8), hold_page },
	{ TDH_MEM_PAGE_ADD, 0, MEMORY, { .rcx = GPA_FREE, .rdx = TDR, .r8 = FREE_PAGE,
	  .r9 = HOST_PAGE(0) }, BUSY(2), hold_tdr },
	{ TDH_MEM_PAGE_ADD, 0, MEMORY, { .rcx = GPA_FREE, .rdx = TDR, .r8 = FREE_PAGE,
	  .r9 = HOST_PAGE(0) }, 0, hold_tree },
	{ TDH_MEM_PAGE_ADD, 0, MEMORY, { .rcx = GPA_FREE, .rdx = TDR, .r8 = FREE_PAGE,
	  .r9 = HOST_PAGE(0) }, BUSY(1), hold_free },
	{ TDH_MEM_PAGE_ADD, 0, RUNNABLE, { .rcx = GPA_FREE, .rdx = TDR, .r8 = FREE_PAGE,
	  .r9 = HOST_PAGE(0) }, TDX_OP_STATE_INCORRECT },

	{ TDH_MEM_PAGE_AUG, 0, RUNNABLE, { .rcx = GPA_FREE, .rdx = TDR, .r8 = FREE_PAGE }, 0, NULL,
	  OUT(0, 0) },
	{ TDH_MEM_PAGE_AUG, 0, RUNNABLE, { .rcx = 0x600001, .rdx = TDR, .r8 = BIG(1) }, 0, NULL,
	  OUT(0, 0) },
	{ TDH_MEM_PAGE_AUG, 0, RUNNABLE, { .rcx = 0x600001, .rdx = TDR, .r8 = BIG(1) + 4096 },
	  INVALID(8) },
	{ TDH_MEM_PAGE_AUG, 0, RUNNABLE, { .rcx = 0x600001, .rdx = TDR, .r8 = PAGE(0) }, BUSY(8) },
	{ TDH_MEM_PAGE_AUG, 0, RUNNABLE, { .rcx = 2, .rdx = TDR, .r8 = BIG(1) }, INVALID(1) },
	{ TDH_MEM_PAGE_AUG, 0, RUNNABLE, { .rcx = GPA_FREE, .rdx = TDR, .r8 = BIG(0) + 4096 },
	  METADATA(8) },
	{ TDH_MEM_PAGE_AUG, 0, RUNNABLE, { .rcx = GPA_FREE, .rdx = TDR, .r8 = OUTSIDE_PAGE },
	  RANGE(8) },
	{ TDH_MEM_PAGE_AUG, 0, RUNNABLE, { .rcx = GPA_PENDING, .rdx = TDR, .r8 = FREE_PAGE },
	  TDX_EPT_ENTRY_STATE_INCORRECT | 1, NULL, SEPT(LEAF_ENTRY(PAGE(41)), 2, 0) },
	{ TDH_MEM_PAGE_AUG, 0, RUNNABLE, { .rcx = GPA_NO_TABLE, .rdx = TDR, .r8 = FREE_PAGE },
	  TDX_EPT_WALK_FAILED | 1, NULL, SEPT(FREE_ENTRY, 0, 2) },
	{ TDH_MEM_PAGE_AUG, 0, RUNNABLE, { .rcx = GPA_BIG, .rdx = TDR, .r8 = FREE_PAGE },
	  TDX_EPT_WALK_FAILED | 1, NULL, SEPT(LEAF_ENTRY(BIG(0)), 2, 1) },
	{ TDH_MEM_PAGE_AUG, 0, RUNNABLE, { .rcx = GPA_FREE, .rdx = TDR, .r8 = FREE_PAGE }, BUSY(8),
	  hold_page },
	{ TDH_MEM_PAGE_AUG, 0, RUNNABLE, { .rcx = GPA_FREE, .rdx = TDR, .r8 = FREE_PAGE }, BUSY(1),
	  hold_free },
	{ TDH_MEM_PAGE_AUG, 0, RUNNABLE, { .rcx = GPA_FREE, .rdx = TDR, .r8 = FREE_PAGE }, BUSY(2),
	  hold_tdr },
	{ TDH_MEM_PAGE_AUG, 0, RUNNABLE, { .rcx = GPA_FREE, .rdx = TDR, .r8 = FREE_PAGE },
	  BUSY(146), hold_tree },
	{ TDH_MEM_PAGE_AUG, 0, WITH_TDCX, { .rcx = GPA_FREE, .rdx = NEW_TDR, .r8 = FREE_PAGE },
	  TDX_OP_STATE_INCORRECT },

	{ TDH_MEM_RANGE_BLOCK, 0, RUNNABLE, { .rcx = GPA_MAPPED, .rdx = TDR }, 0, NULL, OUT(0, 0) },
	{ TDH_MEM_RANGE_BLOCK, 0, RUNNABLE, { .rcx = GPA_PENDING, .rdx = TDR }, 0 },
	{ TDH_MEM_RANGE_BLOCK, 0, RUNNABLE, { .rcx = GPA_TABLE | 1, .rdx = TDR }, 0 },
	{ TDH_MEM_RANGE_BLOCK, 0, RUNNABLE, { .rcx = 3, .rdx = TDR }, 0 },
	{ TDH_MEM_RANGE_BLOCK, 0, RUNNABLE, { .rcx = 4, .rdx = TDR }, INVALID(1) },
	{ TDH_MEM_RANGE_BLOCK, 0, RUNNABLE, { .rcx = GPA_BLOCKED, .rdx = TDR },
	  TDX_GPA_RANGE_ALREADY_BLOCKED | 1, NULL, SEPT(LEAF_ENTRY(PAGE(42)), 1, 0) },
	{ TDH_MEM_RANGE_BLOCK, 0, RUNNABLE, { .rcx = GPA_FREE, .rdx = TDR },
	  TDX_EPT_ENTRY_STATE_INCORRECT | 1, NULL, SEPT(FREE_ENTRY, 0, 0) },
	{ TDH_MEM_RANGE_BLOCK, 0, RUNNABLE, { .rcx = GPA_NO_TABLE, .rdx = TDR },
	  TDX_EPT_WALK_FAILED | 1, NULL, SEPT(FREE_ENTRY, 0, 2) },
	{ TDH_MEM_RANGE_BLOCK, 0, RUNNABLE, { .rcx = GPA_MAPPED, .rdx = TDR }, BUSY(146),
	  hold_tree },
	{ TDH_MEM_RANGE_BLOCK, 0, RUNNABLE, { .rcx = GPA_MAPPED, .rdx = TDR }, BUSY(1),
	  hold_mapped },
	{ TDH_MEM_RANGE_BLOCK, 0, RUNNABLE, { .rcx = GPA_MAPPED, .rdx = TDR }, BUSY(2), hold_tdr },
	{ TDH_MEM_RANGE_BLOCK, 0, WITH_TDCX, { .rcx = GPA_MAPPED, .rdx = NEW_TDR },
	  TDX_OP_STATE_INCORRECT },
	{ TDH_MEM_RANGE_UNBLOCK, 0, MEMORY, { .rcx = GPA_BLOCKED, .rdx = TDR }, 0, NULL,
	  OUT(0, 0) },
	{ TDH_MEM_RANGE_UNBLOCK, 0, RUNNABLE, { .rcx = GPA_BLOCKED, .rdx = TDR },
	  TDX_TLB_TRACKING_NOT_DONE | 1 },
	{ TDH_MEM_RANGE_UNBLOCK, 0, TRACKED, { .rcx = GPA_BLOCKED, .rdx = TDR }, 0 },
	{ TDH_MEM_RANGE_UNBLOCK, 0, TRACKED, { .rcx = GPA_TABLE | 1, .rdx = TDR }, 0 },
	{ TDH_MEM_RANGE_UNBLOCK, 0, TRACKED, { .rcx = GPA_BLOCKED, .rdx = TDR },
	  TDX_TLB_TRACKING_NOT_DONE | 1, previous_epoch },
	{ TDH_MEM_RANGE_UNBLOCK, 0, TRACKED, { .rcx = GPA_MAPPED, .rdx = TDR },
	  TDX_EPT_ENTRY_STATE_INCORRECT | 1, NULL, SEPT(LEAF_ENTRY(ADDED) | 7, 4, 0) },
	{ TDH_MEM_RANGE_UNBLOCK, 0, TRACKED, { .rcx = GPA_TABLE, .rdx = TDR },
	  TDX_EPT_WALK_FAILED | 1, NULL, SEPT(0, 0x81, 1) },
	{ TDH_MEM_RANGE_UNBLOCK, 0, TRACKED, { .rcx = GPA_BLOCKED, .rdx = TDR }, BUSY(146),
	  hold_tree },
	{ TDH_MEM_RANGE_UNBLOCK, 0, TRACKED, { .rcx = GPA_BLOCKED, .rdx = TDR }, BUSY(1),
	  hold_blocked },
	{ TDH_MEM_RANGE_UNBLOCK, 0, TRACKED, { .rcx = 7, .rdx = TDR }, INVALID(1) },

	{ TDH_MEM_PAGE_REMOVE, 0, MEMORY, { .rcx = GPA_MAPPED, .rdx = TDR }, 0, NULL,
	  OUT(ADDED, 0) },
	{ TDH_MEM_PAGE_REMOVE, 0, RUNNABLE, { .rcx = GPA_MAPPED, .rdx = TDR },
	  TDX_GPA_RANGE_NOT_BLOCKED | 1, NULL, SEPT(LEAF_ENTRY(ADDED) | 7, 4, 0) },
	{ TDH_MEM_PAGE_REMOVE, 0, RUNNABLE, { .rcx = GPA_BLOCKED, .rdx = TDR },
	  TDX_TLB_TRACKING_NOT_DONE | 1 },
	{ TDH_MEM_PAGE_REMOVE, 0, TRACKED, { .rcx = GPA_BLOCKED, .rdx = TDR }, 0, NULL,
	  OUT(PAGE(42), 0) },
	{ TDH_MEM_PAGE_REMOVE, 0, TRACKED, { .rcx = GPA_BIG | 1, .rdx = TDR }, 0, NULL,
	  OUT(BIG(0), 0) },
	{ TDH_MEM_PAGE_REMOVE, 0, TRACKED, { .rcx = GPA_TABLE | 1, .rdx = TDR },
	  TDX_EPT_ENTRY_STATE_INCORRECT | 1, NULL, SEPT(0, 0x81, 1) },
	{ TDH_MEM_PAGE_REMOVE, 0, TRACKED, { .rcx = GPA_FREE, .rdx = TDR },
	  TDX_EPT_ENTRY_STATE_INCORRECT | 1, NULL, SEPT(FREE_ENTRY, 0, 0) },
	{ TDH_MEM_PAGE_REMOVE, 0, TRACKED, { .rcx = GPA_BIG, .rdx = TDR }, TDX_EPT_WALK_FAILED | 1,
	  NULL, SEPT(LEAF_ENTRY(BIG(0)), 3, 1) },
	{ TDH_MEM_PAGE_REMOVE, 0, TRACKED, { .rcx = 3, .rdx = TDR }, INVALID(1) },
	{ TDH_MEM_PAGE_REMOVE, 0, TRACKED, { .rcx = GPA_BLOCKED, .rdx = TDR }, BUSY(1),
	  hold_blocked },
	{ TDH_MEM_PAGE_REMOVE, 0, TRACKED, { .rcx = GPA_BLOCKED, .rdx = TDR }, BUSY(2), hold_tdr },
	{ TDH_MEM_PAGE_REMOVE, 0, TRACKED, { .rcx = GPA_BLOCKED, .rdx = TDR }, BUSY(146),
	  hold_tree },
	{ TDH_MEM_SEPT_REMOVE, 0, MEMORY, { .rcx = GPA_TABLE | 1, .rdx = TDR }, 0, NULL,
	  OUT(PAGE(43), 0) },
	{ TDH_MEM_SEPT_REMOVE, 0, MEMORY, { .rcx = 1, .rdx = TDR }, TDX_EPT_PAGE_NOT_FREE | 1,
	  NULL, SEPT(NL_ENTRY, 0x84, 1) },
	{ TDH_MEM_SEPT_REMOVE, 0, RUNNABLE, { .rcx = GPA_TABLE | 1, .rdx = TDR },
	  TDX_GPA_RANGE_NOT_BLOCKED | 1, NULL, SEPT(NL_ENTRY, 0x84, 1) },
	{ TDH_MEM_SEPT_REMOVE, 1, TRACKED, { .rcx = GPA_TABLE | 1, .rdx = TDR }, 0, NULL,
	  OUT(PAGE(43), 0) },
	{ TDH_MEM_SEPT_REMOVE, 0, TRACKED, { .rcx = GPA_TABLE | 1, .rdx = TDR },
	  TDX_TLB_TRACKING_NOT_DONE | 1, previous_epoch },
	{ TDH_MEM_SEPT_REMOVE, 0, TRACKED, { .rcx = GPA_BIG | 1, .rdx = TDR },
	  TDX_EPT_ENTRY_STATE_INCORRECT | 1, NULL, SEPT(LEAF_ENTRY(BIG(0)), 3, 1) },
	{ TDH_MEM_SEPT_REMOVE, 0, TRACKED, { .rcx = GPA_NO_TABLE | 1, .rdx = TDR },
	  TDX_EPT_WALK_FAILED | 1, NULL, SEPT(FREE_ENTRY, 0, 2) },
	{ TDH_MEM_SEPT_REMOVE, 0, TRACKED, { .rcx = 0, .rdx = TDR }, INVALID(1) },
	{ TDH_MEM_SEPT_REMOVE, 0, TRACKED, { .rcx = GPA_TABLE | 1, .rdx = TDR }, BUSY(1),
	  hold_table },
	{ TDH_MEM_SEPT_REMOVE, 0, TRACKED, { .rcx = GPA_TABLE | 1, .rdx = TDR }, BUSY(146),
	  hold_tree },
	{ TDH_MEM_SEPT_RD, 0, MEMORY, { .rcx = GPA_MAPPED, .rdx = TDR }, 0, NULL,
	  SEPT(LEAF_ENTRY(ADDED) | 7, 4, 0) },
	{ TDH_MEM_SEPT_RD, 0, MEMORY, { .rcx = 3, .rdx = TDR }, 0, NULL, SEPT(NL_ENTRY, 0x84, 3) },
	{ TDH_MEM_SEPT_RD, 0, MEMORY, { .rcx = GPA_NO_TABLE, .rdx = TDR }, TDX_EPT_WALK_FAILED | 1,
	  NULL, SEPT(FREE_ENTRY, 0, 2) },
	{ TDH_MEM_SEPT_RD, 0, MEMORY, { .rcx = 5, .rdx = TDR }, INVALID(1) },
	{ TDH_MEM_SEPT_RD, 0, MEMORY, { .rcx = 0, .rdx = TDR }, BUSY(146), hold_tree },
	{ TDH_MEM_TRACK, 0, RUNNABLE, { .rcx = TDR }, 0 },
	{ TDH_MEM_TRACK, 0, RUNNABLE, { .rcx = TDR }, BUSY(169), hold_epoch },
	{ TDH_MEM_TRACK, 0, RUNNABLE, { .rcx = TDR }, TDX_PREVIOUS_TLB_EPOCH_BUSY, previous_epoch },
	{ TDH_MEM_TRACK, 0, RUNNABLE, { .rcx = TDR }, BUSY(1), hold_tdr },
	{ TDH_MEM_TRACK, 0, WITH_TDCX, { .rcx = NEW_TDR }, TDX_OP_STATE_INCORRECT },

	{ TDH_MEM_PAGE_RELOCATE, 0, MEMORY, { .rcx = GPA_MAPPED, .rdx = TDR, .r8 = FREE_PAGE }, 0,
	  NULL, OUT(ADDED, 0) },
	{ TDH_MEM_PAGE_RELOCATE, 0, RUNNABLE, { .rcx = GPA_MAPPED, .rdx = TDR, .r8 = FREE_PAGE },
	  TDX_GPA_RANGE_NOT_BLOCKED | 1, NULL, SEPT(LEAF_ENTRY(ADDED) | 7, 4, 0) },
	{ TDH_MEM_PAGE_RELOCATE, 0, RUNNABLE, { .rcx = GPA_BLOCKED, .rdx = TDR, .r8 = FREE_PAGE },
	  TDX_TLB_TRACKING_NOT_DONE | 1 },
	{ TDH_MEM_PAGE_RELOCATE, 0, TRACKED, { .rcx = GPA_BLOCKED, .rdx = TDR, .r8 = FREE_PAGE },
	  0, NULL, OUT(PAGE(42), 0) },
	{ TDH_MEM_PAGE_RELOCATE, 0, TRACKED, { .rcx = GPA_BLOCKED, .rdx = TDR, .r8 = ADDED },
	  METADATA(8) },
	{ TDH_MEM_PAGE_RELOCATE, 0, TRACKED, { .rcx = GPA_BLOCKED, .rdx = TDR, .r8 = FREE_PAGE },
	  BUSY(8), hold_page },
	{ TDH_MEM_PAGE_RELOCATE, 0, TRACKED, { .rcx = GPA_FREE, .rdx = TDR, .r8 = FREE_PAGE },
	  TDX_EPT_ENTRY_STATE_INCORRECT | 1, NULL, SEPT(FREE_ENTRY, 0, 0) },
	{ TDH_MEM_PAGE_RELOCATE, 0, TRACKED, { .rcx = 1, .rdx = TDR, .r8 = FREE_PAGE },
	  INVALID(1) },
	{ TDH_MEM_PAGE_RELOCATE, 0, TRACKED, { .rcx = GPA_NO_TABLE, .rdx = TDR, .r8 = FREE_PAGE },
	  TDX_EPT_WALK_FAILED | 1, NULL, SEPT(FREE_ENTRY, 0, 2) },
	{ TDH_MEM_PAGE_RELOCATE, 0, TRACKED, { .rcx = GPA_BLOCKED, .rdx = TDR, .r8 = FREE_PAGE },
	  BUSY(1), hold_blocked },
	{ TDH_MEM_PAGE_DEMOTE, 0, MEMORY, { .rcx = GPA_BIG | 1, .rdx = TDR, .r8 = FREE_PAGE }, 0,
	  NULL, OUT(0, 0) },
	{ TDH_MEM_PAGE_DEMOTE, 0, RUNNABLE, { .rcx = GPA_BIG | 1, .rdx = TDR, .r8 = FREE_PAGE },
	  TDX_GPA_RANGE_NOT_BLOCKED | 1, NULL, SEPT(LEAF_ENTRY(BIG(0)), 2, 1) },
	{ TDH_MEM_PAGE_DEMOTE, 0, TRACKED, { .rcx = GPA_BIG | 1, .rdx = TDR, .r8 = FREE_PAGE }, 0,
	  NULL, OUT(0, 0) },
	{ TDH_MEM_PAGE_DEMOTE, 0, TRACKED, { .rcx = GPA_BIG | 1, .rdx = TDR, .r8 = FREE_PAGE },
	  TDX_TLB_TRACKING_NOT_DONE | 1, previous_epoch },
	{ TDH_MEM_PAGE_DEMOTE, 0, TRACKED, { .rcx = 1, .rdx = TDR, .r8 = FREE_PAGE },
	  TDX_EPT_ENTRY_STATE_INCORRECT | 1, NULL, SEPT(NL_ENTRY, 0x84, 1) },
	{ TDH_MEM_PAGE_DEMOTE, 0, TRACKED, { .rcx = GPA_BIG, .rdx = TDR, .r8 = FREE_PAGE },
	  INVALID(1) },
	{ TDH_MEM_PAGE_DEMOTE, 0, TRACKED, { .rcx = GPA_BIG | 1, .rdx = TDR, .r8 = ADDED },
	  METADATA(8) },
	{ TDH_MEM_PAGE_DEMOTE, 0, TRACKED, { .rcx = GPA_BIG | 1, .rdx = TDR, .r8 = FREE_PAGE },
	  BUSY(1), hold_big },
	{ TDH_MEM_PAGE_DEMOTE, 0, TRACKED, { .rcx = GPA_NO_TABLE | 1, .rdx = TDR,
	  .r8 = FREE_PAGE }, TDX_EPT_WALK_FAILED | 1, NULL, SEPT(FREE_ENTRY, 0, 2) },
	{ TDH_MEM_PAGE_PROMOTE, 0, MEMORY, { .rcx = 1, .rdx = TDR },
	  TDX_EPT_INVALID_PROMOTE_CONDITIONS | 1, NULL, SEPT(NL_ENTRY, 0x84, 1) },
	{ TDH_MEM_PAGE_PROMOTE, 0, RUNNABLE, { .rcx = 1, .rdx = TDR },
	  TDX_GPA_RANGE_NOT_BLOCKED | 1, NULL, SEPT(NL_ENTRY, 0x84, 1) },
	{ TDH_MEM_PAGE_PROMOTE, 1, TRACKED, { .rcx = GPA_TABLE | 1, .rdx = TDR },
	  TDX_EPT_INVALID_PROMOTE_CONDITIONS | 1, NULL, SEPT(0, 0x81, 1) },
	{ TDH_MEM_PAGE_PROMOTE, 0, TRACKED, { .rcx = GPA_TABLE | 1, .rdx = TDR },
	  TDX_TLB_TRACKING_NOT_DONE | 1, previous_epoch },
	{ TDH_MEM_PAGE_PROMOTE, 0, TRACKED, { .rcx = GPA_BIG | 1, .rdx = TDR },
	  TDX_EPT_ENTRY_STATE_INCORRECT | 1, NULL, SEPT(LEAF_ENTRY(BIG(0)), 3, 1) },
	{ TDH_MEM_PAGE_PROMOTE, 0, TRACKED, { .rcx = GPA_NO_TABLE | 1, .rdx = TDR },
	  TDX_EPT_WALK_FAILED | 1, NULL, SEPT(FREE_ENTRY, 0, 2) },
	{ TDH_MEM_PAGE_PROMOTE, 0, TRACKED, { .rcx = 0, .rdx = TDR }, INVALID(1) },
	{ TDH_MEM_PAGE_PROMOTE, 0, TRACKED, { .rcx = GPA_TABLE | 1, .rdx = TDR }, BUSY(1),
	  hold_table },

	{ TDH_MEM_RD, 0, MEMORY, { .rcx = GPA_MAPPED + 8, .rdx = TDR }, TDX_TD_NON_DEBUG },
	{ TDH_MEM_RD, 0, MEMORY, { .rcx = GPA_MAPPED + 8, .rdx = TDR }, 0, debug, OUT(0, 0) },
	{ TDH_MEM_RD, 0, MEMORY, { .rcx = GPA_MAPPED + 1, .rdx = TDR }, INVALID(1), debug },
	{ TDH_MEM_RD, 0, MEMORY, { .rcx = GPA_PENDING, .rdx = TDR }, TDX_EPT_ENTRY_NOT_PRESENT | 1,
	  debug, SEPT(LEAF_ENTRY(PAGE(41)), 2, 0) },
	{ TDH_MEM_RD, 0, MEMORY, { .rcx = GPA_NO_TABLE, .rdx = TDR },
	  TDX_EPT_ENTRY_NOT_PRESENT | 1, debug, SEPT(FREE_ENTRY, 0, 2) },
	{ TDH_MEM_RD, 0, MEMORY, { .rcx = GPA_MAPPED, .rdx = TDR }, BUSY(146),
	  debug_and_hold_tree },
	{ TDH_MEM_WR, 0, MEMORY, { .rcx = GPA_MAPPED + 8, .rdx = TDR, .r8 = 1 }, TDX_TD_NON_DEBUG },
	{ TDH_MEM_WR, 0, MEMORY, { .rcx = GPA_MAPPED + 8, .rdx = TDR, .r8 = 1 }, 0, debug,
	  OUT(0, 0) },
	{ TDH_MEM_WR, 0, MEMORY, { .rcx = GPA_MAPPED + 4, .rdx = TDR, .r8 = 1 }, INVALID(1),
	  debug },
	{ TDH_MEM_WR, 0, MEMORY, { .rcx = GPA_BLOCKED, .rdx = TDR, .r8 = 1 },
	  TDX_EPT_ENTRY_NOT_PRESENT | 1, debug, SEPT(LEAF_ENTRY(PAGE(42)), 1, 0) },
	{ TDH_MEM_WR, 0, MEMORY, { .rcx = GPA_NO_TABLE, .rdx = TDR, .r8 = 1 },
	  TDX_EPT_ENTRY_NOT_PRESENT | 1, debug, SEPT(FREE_ENTRY, 0, 2) },

	/* The end */
	{ TDH_MNG_VPFLUSHDONE, 0, RUNNABLE, { .rcx = TDR }, TDX_FLUSHVP_NOT_DONE },
	{ TDH_MNG_VPFLUSHDONE, 0, FLUSHED, { .rcx = TDR }, 0 },
	{ TDH_MNG_VPFLUSHDONE, 0, CREATED, { .rcx = NEW_TDR }, 0 },
	{ TDH_MNG_VPFLUSHDONE, 0, FLUSHED, { .rcx = TDR }, 0, fatal },
	{ TDH_MNG_VPFLUSHDONE, 0, FLUSHED, { .rcx = TDR }, BUSY(1), hold_tdr },
	{ TDH_MNG_VPFLUSHDONE, 0, BLOCKED, { .rcx = TDR }, TDX_LIFECYCLE_STATE_INCORRECT },
	{ TDH_PHYMEM_CACHE_WB, 0, FLUSHED, {}, TDX_NO_HKID_READY_TO_WBCACHE },
	{ TDH_PHYMEM_CACHE_WB, 0, BLOCKED, {}, 0 },
	{ TDH_PHYMEM_CACHE_WB, 0, BLOCKED, { .rcx = 2 }, INVALID(1) },
	{ TDH_PHYMEM_CACHE_WB, 0, BLOCKED, { .rcx = 1 }, TDX_WBCACHE_RESUME_ERROR },
	{ TDH_PHYMEM_CACHE_WB, 0, BLOCKED, {}, TDX_INTERRUPTED_RESUMABLE, wb_started },
	{ TDH_PHYMEM_CACHE_WB, 0, BLOCKED, { .rcx = 1 }, 0, wb_resumes },
	{ TDH_PHYMEM_CACHE_WB, 0, BLOCKED, {}, BUSY(188), hold_wb_and_kot },
	{ TDH_MNG_KEY_RECLAIMID, 0, BLOCKED, { .rcx = TDR }, 0 },
	{ TDH_MNG_KEY_RECLAIMID, 0, BLOCKED, { .rcx = TDR }, 0, hold_tdr },
	{ TDH_MNG_KEY_FREEID, 0, FLUSHED, { .rcx = TDR }, TDX_LIFECYCLE_STATE_INCORRECT },
	{ TDH_MNG_KEY_FREEID, 0, BLOCKED, { .rcx = TDR }, TDX_WBCACHE_NOT_COMPLETE },
	{ TDH_MNG_KEY_FREEID, 0, BLOCKED, { .rcx = TDR }, BUSY(1), hold_tdr },
	{ TDH_MNG_KEY_FREEID, 0, TEARDOWN, { .rcx = TDR }, TDX_LIFECYCLE_STATE_INCORRECT },
	{ TDH_PHYMEM_PAGE_RECLAIM, 0, RUNNABLE, { .rcx = ADDED }, TDX_LIFECYCLE_STATE_INCORRECT },
	{ TDH_PHYMEM_PAGE_RECLAIM, 0, TEARDOWN, { .rcx = ADDED }, 0, NULL, OUT(TDX_PT_REG, TDR) },
	{ TDH_PHYMEM_PAGE_RECLAIM, 0, TEARDOWN, { .rcx = VCPU }, 0, NULL, OUT(TDX_PT_TDVPR, TDR) },
	{ TDH_PHYMEM_PAGE_RECLAIM, 0, TEARDOWN, { .rcx = TDCX(0) }, 0, NULL,
	  OUT(TDX_PT_TDCX, TDR) },
	{ TDH_PHYMEM_PAGE_RECLAIM, 0, TEARDOWN, { .rcx = BIG(0) }, 0, NULL, OUT(TDX_PT_REG, TDR) },
	{ TDH_PHYMEM_PAGE_RECLAIM, 0, TEARDOWN, { .rcx = BIG(0) + 4096 }, INVALID(1) },
	{ TDH_PHYMEM_PAGE_RECLAIM, 0, TEARDOWN, { .rcx = TDR }, TDX_TD_ASSOCIATED_PAGES_EXIST },
	{ TDH_PHYMEM_PAGE_RECLAIM, 0, TEARDOWN, { .rcx = FREE_PAGE }, METADATA(1) },
	{ TDH_PHYMEM_PAGE_RECLAIM, 0, TEARDOWN, { .rcx = RESERVED_PAGE }, METADATA(1) },
	{ TDH_PHYMEM_PAGE_RECLAIM, 0, TEARDOWN, { .rcx = ADDED + 1 }, INVALID(1) },
	{ TDH_PHYMEM_PAGE_RECLAIM, 0, TEARDOWN, { .rcx = OUTSIDE_PAGE }, RANGE(1) },
	{ TDH_PHYMEM_PAGE_RECLAIM, 0, TEARDOWN, { .rcx = ADDED }, BUSY(128), hold_tdr },
	{ TDH_PHYMEM_PAGE_RECLAIM, 0, TEARDOWN, { .rcx = TDR }, BUSY(1), hold_tdr },
	{ TDH_PHYMEM_PAGE_WBINVD, 0, READY, { .rcx = FREE_PAGE | 33ULL << 48 }, 0 },
	{ TDH_PHYMEM_PAGE_WBINVD, 0, READY, { .rcx = FREE_PAGE | 1ULL << 48 }, 0 },
	{ TDH_PHYMEM_PAGE_WBINVD, 0, READY, { .rcx = (FREE_PAGE + 8) | 33ULL << 48 }, INVALID(1) },
	{ TDH_PHYMEM_PAGE_WBINVD, 0, READY, { .rcx = OUTSIDE_PAGE | 33ULL << 48 }, RANGE(1) },
	{ TDH_PHYMEM_PAGE_WBINVD, 0, RUNNABLE, { .rcx = ADDED | 33ULL << 48 }, METADATA(1) },
	{ TDH_PHYMEM_PAGE_WBINVD, 0, RUNNABLE, { .rcx = TDR | 33ULL << 48 }, BUSY(1), hold_tdr },
	{ TDH_PHYMEM_PAGE_RDMD, 0, RUNNABLE, { .rcx = ADDED }, 0, NULL, OUT(TDX_PT_REG, TDR) },
	{ TDH_PHYMEM_PAGE_RDMD, 0, RUNNABLE, { .rcx = FREE_PAGE }, 0, NULL, OUT(TDX_PT_NDA, 0) },
	{ TDH_PHYMEM_PAGE_RDMD, 0, RUNNABLE, { .rcx = RESERVED_PAGE }, 0, NULL,
	  OUT(TDX_PT_RSVD, 0) },
	{ TDH_PHYMEM_PAGE_RDMD, 0, RUNNABLE, { .rcx = TDR }, 0, NULL, OUT(TDX_PT_TDR, 0) },
	{ TDH_PHYMEM_PAGE_RDMD, 0, RUNNABLE, { .rcx = PAGE(TABLES) }, 0, NULL,
	  OUT(TDX_PT_EPT, TDR) },
	{ TDH_PHYMEM_PAGE_RDMD, 0, RUNNABLE, { .rcx = TDR }, BUSY(1), hold_tdr },
	{ TDH_PHYMEM_PAGE_RDMD, 0, RUNNABLE, { .rcx = OUTSIDE_PAGE }, RANGE(1) },
	{ TDH_PHYMEM_PAGE_RDMD, 0, RUNNABLE, { .rcx = TDR + 1 }, INVALID(1) },

	/* What the rows above do not reach */
	{ TDH_MNG_KEY_CONFIG, 0, CREATED, { .rcx = NEW_TDR }, TDX_KEY_CONFIGURED, key_is_here },
	{ TDH_VP_RD, 0, WITH_VCPU, { .rcx = NEW_VCPU, .rdx = TDX_MD_VP_STATE_DETAILS },
	  TDX_VCPU_STATE_INCORRECT, all_tdvps },
	{ TDH_VP_WR, 0, WITH_VCPU, { .rcx = NEW_VCPU, .rdx = TDX_MD_VP_PEND_NMI, .r8 = 1,
	  .r9 = 0xff }, TDX_VCPU_STATE_INCORRECT, all_tdvps },
	{ TDH_VP_ENTER, 0, RUNNABLE, { .rcx = NEW_VCPU }, TDX_VCPU_STATE_INCORRECT, all_tdvps },
	{ TDH_VP_FLUSH, 0, WITH_VCPU, { .rcx = NEW_VCPU }, TDX_VCPU_NOT_ASSOCIATED, all_tdvps },
	{ TDH_MEM_SEPT_ADD, 1, MEMORY, { .rcx = GPA_NO_TABLE | 2, .rdx = TDR, .r8 = FREE_PAGE,
	  .r9 = ~0ULL, .r10 = ~0ULL, .r11 = ~0ULL }, 0, NULL, OUT(0, 0) },
	{ TDH_MEM_SEPT_ADD, 0, MEMORY, { .rcx = GPA_TABLE | 1, .rdx = TDR | 1, .r8 = FREE_PAGE }, 0,
	  NULL, OUT(0, 0) },
	{ TDH_MEM_SEPT_ADD, 0, MEMORY, { .rcx = GPA_TABLE | 1, .rdx = TDR, .r8 = ~0ULL },
	  INVALID(8) },
	{ TDH_MEM_SEPT_RD, 0, MEMORY, { .rcx = GPA_MAPPED, .rdx = TDR | 1 }, INVALID(2) },
	{ TDH_MEM_PAGE_RELOCATE, 0, MEMORY, { .rcx = GPA_MAPPED, .rdx = TDR, .r8 = ADDED },
	  INVALID(8), NULL, OUT(0, 0) },
	{ TDH_MEM_PAGE_REMOVE, 0, MEMORY, { .rcx = GPA_MAPPED, .rdx = TDR }, BUSY(1), hold_added,
	  OUT(0, 0) },
	{ TDH_MEM_PAGE_RELOCATE, 0, MEMORY, { .rcx = GPA_MAPPED, .rdx = TDR, .r8 = FREE_PAGE },
	  BUSY(1), hold_added, OUT(0, 0) },
	{ TDH_MNG_RD, 0, INITED, { .rcx = TDR, .rdx = TDX_MD_TD_TD_CTLS },
	  TDX_METADATA_FIELD_NOT_READABLE },
	{ TDH_MNG_RD, 0, INITED, { .rcx = TDR, .rdx = TDX_MD_TD_TD_CTLS }, 0, debug },
	{ TDH_MNG_RD, 1, INITED, { .rcx = TDR, .rdx = ~0ULL },
	  TDX_METADATA_FIRST_FIELD_ID_IN_CONTEXT, NULL, OUT(TDR, 0x8010000000000001ULL) },
	{ TDH_MNG_RD, 0, INITED, { .rcx = TDR, .rdx = ~0ULL }, TDX_METADATA_FIELD_ID_INCORRECT },
	/* The last field of one element in front of the CPUID values; the last of these. */
	{ TDH_MNG_RD, 1, INITED, { .rcx = TDR, .rdx = 0x1310000300000057ULL }, 0, debug,
	  OUT(TDR, 0x94100003000001feULL) },
	{ TDH_MNG_RD, 1, INITED, { .rcx = TDR, .rdx = 0x94100003000111ffULL }, 0, NULL,
	  OUT(TDR, 0x9810000300000040ULL) },
	/* CPUID leaf 6, which the module knows but does not answer. */
	{ TDH_MNG_RD, 0, INITED, { .rcx = TDR, .rdx = 0x9410000300000dfeULL },
	  TDX_METADATA_FIELD_NOT_READABLE },
	{ TDH_MNG_WR, 0, INITED, { .rcx = TDR, .rdx = TDX_MD_TD_HP_LOCK_TIMEOUT, .r8 = 20000,
	  .r9 = ~0ULL }, 0 },
	{ TDH_MNG_WR, 0, INITED, { .rcx = TDR, .rdx = TDX_MD_TD_HP_LOCK_TIMEOUT, .r8 = 20000,
	  .r9 = 0xffff }, TDX_METADATA_WR_MASK_NOT_VALID },
	{ TDH_MNG_WR, 0, INITED, { .rcx = TDR, .rdx = 0x1f10000300000000ULL, .r9 = ~0ULL },
	  TDX_METADATA_FIELD_ID_INCORRECT },
	{ TDH_VP_RD, 0, WITH_VCPU, { .rcx = VCPU, .rdx = TDX_MD_VP_VMCS64(0x7fff) },
	  TDX_METADATA_FIELD_ID_INCORRECT },
	{ TDH_VP_RD, 0, WITH_VCPU, { .rcx = VCPU, .rdx = TDX_MD_VP_ASSOC_LPID }, 0, debug },
	{ TDH_MNG_INIT, 0, WITH_TDCX, { .rcx = NEW_TDR, .rdx = PARAMS },
	  TDX_CPUID_LEAF_1F_FORMAT_UNRECOGNIZED, param_no_core, OUT(0, PARAMS) },
	{ TDH_MNG_INIT, 0, WITH_TDCX, { .rcx = NEW_TDR, .rdx = PARAMS }, 0, param_topology,
	  OUT(0, PARAMS) },
};

const unsigned int conformance_nr_rows = ARRAY_SIZE(conformance_rows);

const struct conformance_listed conformance_listed[] = {
#include "conformance_listed.h"
};

const unsigned int conformance_nr_listed = ARRAY_SIZE(conformance_listed);
