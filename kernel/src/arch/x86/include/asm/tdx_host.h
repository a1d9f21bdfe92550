/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ASM_X86_TDX_HOST_H
#define _ASM_X86_TDX_HOST_H

/*
 * What the kernel asks of a TDX module: SEAMCALL wrappers, the module's global
 * metadata, KeyIDs of guests, and the backend that may answer instead of it.
 */

#include <linux/types.h>

#include <asm/processor.h>
#include <asm/tdx.h>
#include <asm/tdx_abi.h>
#include <asm/tdx_status.h>

struct module;

/* RCX and RDX of a secure EPT leaf: an entry and what is known about it. */
struct tdx_sept_info {
	/* Architectural entry, see TDX_SEPT_ENTRY_*. */
	u64 entry;
	/* Level 2:0, state 15:8. */
	u64 info;
};

/* Level that a secure EPT walk ended at: 0 = 4K, 1 = 2M, 2 = 1G ... */
static inline int tdx_sept_level(const struct tdx_sept_info *sept)
{
	return sept->info & 0x7;
}

/* TDX_SEPT_* */
static inline u8 tdx_sept_state(const struct tdx_sept_info *sept)
{
	return (u8)(sept->info >> 8);
}

/* @page as the CPU addresses it with @hkid; operand of TDH.PHYMEM.PAGE.WBINVD. */
static inline u64 tdx_hkid_pa(phys_addr_t page, u16 hkid)
{
	return page | (u64)hkid << boot_cpu_data.x86_phys_bits;
}

/* What the module knows of a physical page. */
struct tdx_page_info {
	/* TDX_PT_* */
	u64 type;
	/* TDR of the TD that owns it; 0 if none does. */
	phys_addr_t owner;
	/* Level of the page that it is part of. */
	u64 level;
	/* TD epoch in which it was blocked. */
	u64 block_epoch;
};

#define TDX_MAX_CPUID_CONFIGS		128

/* Global metadata of the module, read once by tdx_enable(). */
struct tdx_sys_info {
	u16 major_version;
	u16 minor_version;
	u16 update_version;
	/* TDX_FEATURES0_* */
	u64 features0;
	/* Sizes in bytes, multiples of 4096. */
	u16 tdr_base_size;
	u16 tdcs_base_size;
	u16 tdvps_base_size;
	/* A bit may be 1 only if it is in fixed0, and must be 1 if it is in fixed1. */
	u64 attributes_fixed0;
	u64 attributes_fixed1;
	u64 xfam_fixed0;
	u64 xfam_fixed1;
	u16 max_vcpus_per_td;
	u16 nr_cpuid_configs;
	struct tdx_cpuid_config cpuid_configs[TDX_MAX_CPUID_CONFIGS];
};

/* TDCX pages that a TD needs beside its TDR. */
static inline unsigned int tdx_nr_tdcs_pages(const struct tdx_sys_info *sys)
{
	return sys->tdcs_base_size / 4096;
}

/* TDCX pages that a vCPU needs beside its TDVPR. */
static inline unsigned int tdx_nr_tdvps_pages(const struct tdx_sys_info *sys)
{
	return sys->tdvps_base_size / 4096 - 1;
}

/*
 * Answers SEAMCALLs instead of a TDX module, on CPUs that have none.
 *
 * ->seamcall(): @fn is RAX, @args the other registers, in and out; returns RAX.
 * It is called in whatever context the caller of the wrapper has: MEM leaves
 * under mmu_lock, VP.ENTER with interrupts disabled and from noinstr code.
 * Only SYS leaves other than LP.INIT and INIT may sleep.  Registers that a leaf
 * does not return are left as they are.
 */
struct tdx_backend {
	/* Short name for the kernel log. */
	const char *name;
	struct module *owner;
	/* Private KeyIDs; the first one becomes the global KeyID, so there are two or more. */
	u32 first_keyid;
	u32 nr_keyids;
	u64 (*seamcall)(u64 fn, struct tdx_module_args *args);
};

#ifdef CONFIG_INTEL_TDX_HOST

/**
 * tdx_register_backend() - give the platform TDX by means of @backend
 * @backend: stays valid until tdx_unregister_backend()
 *
 * From here on tdx_cpu_enable() and tdx_enable() do with @backend what they do
 * with a TDX module.
 *
 * Context: may sleep; takes the CPU hotplug lock.
 * Return: 0, -EINVAL for a bad @backend, -EBUSY if the platform has TDX or
 * another backend, or what stands in the way of TDX (hibernation: -EPERM).
 */
int tdx_register_backend(const struct tdx_backend *backend);

/**
 * tdx_unregister_backend() - make the platform one without TDX again
 * @backend: what was registered
 *
 * Gives all memory back that tdx_enable() took.  A backend in a module needs no
 * care for users: they hold a reference to its module, see tdx_get().
 *
 * Context: may sleep; takes the CPU hotplug lock.
 * Return: 0, -ENOENT if @backend is not registered, -EBUSY while it is in use.
 */
int tdx_unregister_backend(const struct tdx_backend *backend);

/* Does the platform have TDX that can be enabled?  Any context. */
bool tdx_is_available(void);

/* Did tdx_enable() succeed?  Any context. */
bool tdx_is_enabled(void);

/**
 * tdx_get() - keep the enabled TDX in place
 *
 * Whoever makes SEAMCALLs other than through tdx_enable() and tdx_cpu_enable()
 * holds a reference: KVM from when it offers TDs until its vendor module goes.
 *
 * Context: any; does not sleep.
 * Return: 0, or -ENODEV when TDX is not enabled or about to go.
 */
int tdx_get(void);
void tdx_put(void);

/* The module's global metadata; NULL unless tdx_is_enabled().  Valid until tdx_put(). */
const struct tdx_sys_info *tdx_get_sys_info(void);

/**
 * tdx_guest_keyid_alloc() - take a private KeyID for a TD
 *
 * Charges nothing to a cgroup.
 *
 * Context: may sleep.
 * Return: the KeyID, -ENODEV when TDX is not enabled, -ENOSPC when all are in
 * use, -ENOMEM.
 */
int tdx_guest_keyid_alloc(void);

/* Gives @keyid back, after TDH.MNG.KEY.FREEID succeeded.  Context: any. */
void tdx_guest_keyid_free(int keyid);

/* The KeyID of the module's own memory, TDRs among it; 0 when TDX is not available. */
u16 tdx_global_hkid(void);

/* KeyIDs that guests can have, used or not; 0 when TDX is not available. */
unsigned int tdx_nr_guest_keyids(void);

/**
 * tdx_scrub_pages() - make pages that the module gave back ordinary again
 * @page: physical address of the first
 * @nr: number of 4K pages
 *
 * For every page that the module owned, after it was reclaimed or removed and
 * written back, and before it is used or freed.  Zeroes the pages on CPUs where a
 * partial write to them would be a machine check; does nothing on others.
 *
 * Context: any.
 */
void tdx_scrub_pages(phys_addr_t page, unsigned long nr);

/* For machine_kexec(): the same for every page that was not given back. */
void tdx_scrub_all_private(void);

/*
 * SEAMCALL wrappers.
 *
 * Physical addresses have no KeyID bits and are aligned to 4K unless a comment
 * says more.  @level is the level of the secure EPT entry that the leaf is
 * about: 0 = 4K, 1 = 2M, 2 = 1G, as in the ABI (KVM's PG_LEVEL_* minus 1).
 * @gpa is aligned to @level.
 *
 * All return the completion status, see asm/tdx_status.h.  RND_NO_ENTROPY is
 * retried a few times before it is returned; every other retry is the caller's.
 * Outputs are written whatever the status is, with what the registers hold;
 * @ret_sept may be NULL.
 *
 * Context: any in which the caller may call the module; none of them sleeps,
 * takes a lock or allocates.
 */

/* TD life cycle */
u64 tdh_mng_create(phys_addr_t tdr, u16 hkid);
u64 tdh_mng_key_config(phys_addr_t tdr);
u64 tdh_mng_addcx(phys_addr_t tdr, phys_addr_t page);
/* @td_params: struct tdx_td_params.  @ret_rcx: CPUID leaf and subleaf that was refused. */
u64 tdh_mng_init(phys_addr_t tdr, phys_addr_t td_params, u64 *ret_rcx);
u64 tdh_mng_rd(phys_addr_t tdr, u64 field, u64 *ret_value);
u64 tdh_mng_wr(phys_addr_t tdr, u64 field, u64 value, u64 mask);
u64 tdh_mng_vpflushdone(phys_addr_t tdr);
u64 tdh_mng_key_freeid(phys_addr_t tdr);
/* @gpa: aligned to 256; measures 256 bytes. */
u64 tdh_mr_extend(phys_addr_t tdr, u64 gpa, struct tdx_sept_info *ret_sept);
u64 tdh_mr_finalize(phys_addr_t tdr);

/* vCPUs */
u64 tdh_vp_create(phys_addr_t tdr, phys_addr_t tdvpr);
u64 tdh_vp_addcx(phys_addr_t tdvpr, phys_addr_t page);
u64 tdh_vp_init(phys_addr_t tdvpr, u64 initial_rcx, u32 x2apic_id);
u64 tdh_vp_rd(phys_addr_t tdvpr, u64 field, u64 *ret_value);
u64 tdh_vp_wr(phys_addr_t tdvpr, u64 field, u64 value, u64 mask);
/* On the CPU that the vCPU is associated with. */
u64 tdh_vp_flush(phys_addr_t tdvpr);
/*
 * Runs the vCPU until the next TD exit.  @args: guest registers in and out; RCX
 * is set here.  noinstr, interrupts disabled, no retry and no tracepoint.
 */
u64 tdh_vp_enter(phys_addr_t tdvpr, struct tdx_module_args *args);

/* Private memory */
u64 tdh_mem_sept_add(phys_addr_t tdr, u64 gpa, int level, phys_addr_t page,
		     struct tdx_sept_info *ret_sept);
/* @source: what the page is filled with. */
u64 tdh_mem_page_add(phys_addr_t tdr, u64 gpa, phys_addr_t page, phys_addr_t source,
		     struct tdx_sept_info *ret_sept);
u64 tdh_mem_page_aug(phys_addr_t tdr, u64 gpa, int level, phys_addr_t page,
		     struct tdx_sept_info *ret_sept);
u64 tdh_mem_range_block(phys_addr_t tdr, u64 gpa, int level, struct tdx_sept_info *ret_sept);
u64 tdh_mem_range_unblock(phys_addr_t tdr, u64 gpa, int level, struct tdx_sept_info *ret_sept);
/* @ret_page: what was mapped there; written on success only. */
u64 tdh_mem_page_remove(phys_addr_t tdr, u64 gpa, int level, phys_addr_t *ret_page,
			struct tdx_sept_info *ret_sept);
u64 tdh_mem_sept_remove(phys_addr_t tdr, u64 gpa, int level, phys_addr_t *ret_page,
			struct tdx_sept_info *ret_sept);
u64 tdh_mem_page_demote(phys_addr_t tdr, u64 gpa, int level, phys_addr_t sept_page,
			struct tdx_sept_info *ret_sept);
u64 tdh_mem_page_promote(phys_addr_t tdr, u64 gpa, int level, phys_addr_t *ret_sept_page,
			 struct tdx_sept_info *ret_sept);
u64 tdh_mem_sept_rd(phys_addr_t tdr, u64 gpa, int level, struct tdx_sept_info *ret_sept);
u64 tdh_mem_track(phys_addr_t tdr);

/* Physical pages and caches */
u64 tdh_phymem_page_reclaim(phys_addr_t page, u64 *ret_type, phys_addr_t *ret_owner,
			    u64 *ret_level);
u64 tdh_phymem_page_wbinvd(phys_addr_t page, u16 hkid);
u64 tdh_phymem_page_rdmd(phys_addr_t page, struct tdx_page_info *ret_info);
/* Once for each package; @resume after INTERRUPTED_RESUMABLE. */
u64 tdh_phymem_cache_wb(bool resume);

#else /* !CONFIG_INTEL_TDX_HOST */

static inline bool tdx_is_available(void) { return false; }
static inline bool tdx_is_enabled(void) { return false; }
static inline unsigned int tdx_nr_guest_keyids(void) { return 0; }
static inline void tdx_scrub_all_private(void) { }

#endif /* CONFIG_INTEL_TDX_HOST */
#endif /* _ASM_X86_TDX_HOST_H */
