/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ASM_X86_TDX_HOST_H
#define _ASM_X86_TDX_HOST_H

/*
 * The kernel's interface to a TDX module: SEAMCALL wrappers, the module's global metadata,
 * KeyIDs of guests, and the backend that can take the place of the module.
 */

#include <linux/types.h>

#include <asm/processor.h>
#include <asm/tdx.h>
#include <asm/tdx_abi.h>
#include <asm/tdx_status.h>

struct module;

/* What leaves about the secure EPT return in RCX and RDX: an entry, its level and state. */
struct tdx_sept_info {
	/* The entry in the architectural format, see TDX_SEPT_ENTRY_*. */
	u64 entry;
	/* Bits 2:0: level.  Bits 15:8: state. */
	u64 info;
};

/* The level at which the module's walk of the secure EPT ended: 0 = 4K, 1 = 2M, 2 = 1G ... */
static inline int tdx_sept_level(const struct tdx_sept_info *sept)
{
	return sept->info & 0x7;
}

/* State of the entry, one of TDX_SEPT_* */
static inline u8 tdx_sept_state(const struct tdx_sept_info *sept)
{
	return (u8)(sept->info >> 8);
}

/* Physical address of @page with @hkid in the KeyID bits: operand of TDH.PHYMEM.PAGE.WBINVD. */
static inline u64 tdx_hkid_pa(phys_addr_t page, u16 hkid)
{
	return page | (u64)hkid << boot_cpu_data.x86_phys_bits;
}

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

/* Number of TDCX pages that a TD needs in addition to its TDR. */
static inline unsigned int tdx_nr_tdcs_pages(const struct tdx_sys_info *sys)
{
	return sys->tdcs_base_size / 4096;
}

/* Number of TDCX pages that a vCPU needs in addition to its TDVPR. */
static inline unsigned int tdx_nr_tdvps_pages(const struct tdx_sys_info *sys)
{
	return sys->tdvps_base_size / 4096 - 1;
}

/*
 * A backend answers SEAMCALLs instead of a TDX module, on CPUs that have no TDX.
 *
 * ->seamcall() gets RAX in @fn and the other registers in @args, which are input and output,
 * and returns RAX.  It must leave registers that the leaf does not return as they are.  It
 * runs in the context of the wrapper's caller: MEM leaves with mmu_lock held, VP.ENTER with
 * interrupts disabled and from noinstr code.  Only SYS leaves may sleep, other than
 * SYS.LP.INIT and SYS.INIT.
 */
struct tdx_backend {
	/* Short name for the kernel log. */
	const char *name;
	struct module *owner;
	/*
	 * Private KeyIDs of the backend.  The first one becomes the global KeyID and the
	 * others are for TDs, so at least two are needed.
	 */
	u32 first_keyid;
	u32 nr_keyids;
	u64 (*seamcall)(u64 fn, struct tdx_module_args *args);
	/*
	 * Optional.  The host has flushed the cache lines of the @nr 4K pages from @page on, and
	 * will give the pages by the next SEAMCALL.  Runs in the context of that SEAMCALL.
	 */
	void (*flushed)(phys_addr_t page, unsigned long nr);
	/*
	 * Optional.  The @nr 4K pages from @page on, which the backend gave back, are to become
	 * ordinary memory again, see tdx_scrub_pages().  Any context.
	 */
	void (*scrubbed)(phys_addr_t page, unsigned long nr);
	/*
	 * The backend keeps a copy of the root of a TD's shared PT.  KVM tells it that entries have
	 * been removed: it writes SHARED_EPTP of each vCPU again before the vCPU runs.
	 */
	bool copies_shared_root;
};

#ifdef CONFIG_INTEL_TDX_HOST

/**
 * tdx_register_backend() - let @backend answer SEAMCALLs on a platform without TDX
 * @backend: must stay valid until tdx_unregister_backend()
 *
 * After this tdx_cpu_enable() and tdx_enable() work with @backend as they do with a TDX
 * module.
 *
 * Context: may sleep; takes the CPU hotplug lock.
 * Return: 0, -EINVAL for a bad @backend, -EBUSY if the platform has TDX or another backend,
 * or an error of tdx_platform_start() (-EPERM because of hibernation, for example).
 */
int tdx_register_backend(const struct tdx_backend *backend);

/**
 * tdx_unregister_backend() - remove @backend, so that the platform has no TDX again
 * @backend: the registered backend
 *
 * Frees all memory that tdx_enable() allocated.  A kernel module with a backend need not wait
 * for the users of TDX: each of them holds a reference to the module, see tdx_get().
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
 * tdx_get() - take a reference that keeps TDX enabled
 *
 * Whoever makes SEAMCALLs by the wrappers below must hold a reference.  KVM holds one while
 * it offers TDs, until its vendor module is unloaded.
 *
 * Context: any; does not sleep.
 * Return: 0, or -ENODEV when TDX is not enabled or its backend is being removed.
 */
int tdx_get(void);
void tdx_put(void);

/* Is there a backend with ->copies_shared_root?  The caller holds a reference of tdx_get(). */
bool tdx_copies_shared_root(void);

/* The module's global metadata; NULL unless tdx_is_enabled().  Valid until tdx_put(). */
const struct tdx_sys_info *tdx_get_sys_info(void);

/**
 * tdx_guest_keyid_alloc() - take a private KeyID for a TD
 *
 * Does not charge the KeyID to a cgroup: that is the caller's task.
 *
 * Context: may sleep.
 * Return: the KeyID, -ENODEV when TDX is not enabled, -ENOSPC when all are in
 * use, -ENOMEM.
 */
int tdx_guest_keyid_alloc(void);

/* Frees @keyid.  TDH.MNG.KEY.FREEID must have succeeded before.  Context: any. */
void tdx_guest_keyid_free(int keyid);

/* The KeyID of the module's own memory, TDRs included; 0 when TDX is not available. */
u16 tdx_global_hkid(void);

/* Number of KeyIDs for guests, used and free ones; 0 when TDX is not available. */
unsigned int tdx_nr_guest_keyids(void);

/**
 * tdx_scrub_pages() - make pages that the module gave back ordinary memory again
 * @page: physical address of the first page
 * @nr: number of 4K pages
 *
 * Call this for every page that the module owned, after the page was reclaimed or removed and
 * its cache lines were written back, and before the page is used or freed.  Zeroes the pages
 * on CPUs where a partial write to them would lead to a machine check; does nothing on others.
 *
 * Context: any.
 */
void tdx_scrub_pages(phys_addr_t page, unsigned long nr);

/* Called by machine_kexec(): does the same for every page that the module still owns. */
void tdx_scrub_all_private(void);

/*
 * SEAMCALL wrappers.
 *
 * Physical addresses have no KeyID bits and are aligned to 4K, unless a comment says
 * otherwise.  @level is the level of the secure EPT entry that the leaf works on, as in the
 * ABI: 0 = 4K, 1 = 2M, 2 = 1G (KVM's PG_LEVEL_* minus 1).  @gpa is aligned to the size of a
 * page of @level.
 *
 * All return the completion status, see asm/tdx_status.h.  A call that ends with
 * RND_NO_ENTROPY is repeated a few times; for every other status the caller decides whether to
 * repeat the call.  Output parameters get the values of the registers whatever the status is,
 * unless a comment says otherwise.  @ret_sept may be NULL.
 *
 * Context: any in which a SEAMCALL is possible.  The wrappers do not sleep, take a lock or
 * allocate.
 */

/* TD life cycle */
u64 tdh_mng_create(phys_addr_t tdr, u16 hkid);
u64 tdh_mng_key_config(phys_addr_t tdr);
u64 tdh_mng_addcx(phys_addr_t tdr, phys_addr_t page);
/*
 * @td_params: physical address of a struct tdx_td_params.
 * @ret_rcx: the CPUID leaf and subleaf that the module refused, if it did.
 */
u64 tdh_mng_init(phys_addr_t tdr, phys_addr_t td_params, u64 *ret_rcx);
u64 tdh_mng_rd(phys_addr_t tdr, u64 field, u64 *ret_value);
u64 tdh_mng_vpflushdone(phys_addr_t tdr);
u64 tdh_mng_key_freeid(phys_addr_t tdr);
/* Measures 256 bytes at @gpa, which is aligned to 256. */
u64 tdh_mr_extend(phys_addr_t tdr, u64 gpa, struct tdx_sept_info *ret_sept);
u64 tdh_mr_finalize(phys_addr_t tdr);

/* vCPUs */
u64 tdh_vp_create(phys_addr_t tdr, phys_addr_t tdvpr);
u64 tdh_vp_addcx(phys_addr_t tdvpr, phys_addr_t page);
u64 tdh_vp_init(phys_addr_t tdvpr, u64 initial_rcx, u32 x2apic_id);
u64 tdh_vp_rd(phys_addr_t tdvpr, u64 field, u64 *ret_value);
u64 tdh_vp_wr(phys_addr_t tdvpr, u64 field, u64 value, u64 mask);
/* Call this on the CPU with which the vCPU is associated. */
u64 tdh_vp_flush(phys_addr_t tdvpr);
/*
 * Runs the vCPU until the next TD exit.  @args: registers in and out; the function sets RCX
 * itself.  It is noinstr, is called with interrupts disabled, and unlike the other wrappers
 * repeats no call and has no tracepoint.
 */
u64 tdh_vp_enter(phys_addr_t tdvpr, struct tdx_module_args *args);

/* Private memory */
u64 tdh_mem_sept_add(phys_addr_t tdr, u64 gpa, int level, phys_addr_t page,
		     struct tdx_sept_info *ret_sept);
/* @source: a page of the host, whose contents are copied into @page. */
u64 tdh_mem_page_add(phys_addr_t tdr, u64 gpa, phys_addr_t page, phys_addr_t source,
		     struct tdx_sept_info *ret_sept);
u64 tdh_mem_page_aug(phys_addr_t tdr, u64 gpa, int level, phys_addr_t page,
		     struct tdx_sept_info *ret_sept);
u64 tdh_mem_range_block(phys_addr_t tdr, u64 gpa, int level, struct tdx_sept_info *ret_sept);
/* @ret_page: the page that was mapped there; written on success only. */
u64 tdh_mem_page_remove(phys_addr_t tdr, u64 gpa, int level, phys_addr_t *ret_page,
			struct tdx_sept_info *ret_sept);
u64 tdh_mem_sept_remove(phys_addr_t tdr, u64 gpa, int level, phys_addr_t *ret_page,
			struct tdx_sept_info *ret_sept);
u64 tdh_mem_page_demote(phys_addr_t tdr, u64 gpa, int level, phys_addr_t sept_page,
			struct tdx_sept_info *ret_sept);
u64 tdh_mem_sept_rd(phys_addr_t tdr, u64 gpa, int level, struct tdx_sept_info *ret_sept);
u64 tdh_mem_track(phys_addr_t tdr);

/* Physical pages and caches */
u64 tdh_phymem_page_reclaim(phys_addr_t page, u64 *ret_type, phys_addr_t *ret_owner,
			    u64 *ret_level);
u64 tdh_phymem_page_wbinvd(phys_addr_t page, u16 hkid);
/* Call this once on each package; again with @resume set after INTERRUPTED_RESUMABLE. */
u64 tdh_phymem_cache_wb(bool resume);

#else /* !CONFIG_INTEL_TDX_HOST */

static inline bool tdx_is_available(void) { return false; }
static inline bool tdx_is_enabled(void) { return false; }
static inline unsigned int tdx_nr_guest_keyids(void) { return 0; }
static inline void tdx_scrub_all_private(void) { }

#endif /* CONFIG_INTEL_TDX_HOST */
#endif /* _ASM_X86_TDX_HOST_H */
