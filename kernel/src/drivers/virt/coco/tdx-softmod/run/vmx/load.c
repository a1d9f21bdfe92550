// SPDX-License-Identifier: GPL-2.0-only
/*
 * What exists once for all TDs: the controls, the MSR bitmap.
 */
#include <linux/bitmap.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/irqflags.h>
#include <linux/mm.h>

#include <asm/cpufeature.h>
#include <asm/msr.h>
#include <asm/tlbflush.h>

#include "../run.h"
#include "insn.h"

struct sm_vmx_controls sm_vmx_controls;
phys_addr_t sm_vmx_msr_bitmap_pa;

static u64 read_cap(u32 msr)
{
	u64 value;

	return rdmsrl_safe(msr, &value) ? 0 : value;
}

/* Does VMXON work?  Not if another hypervisor owns VMX and lets nobody else in. */
static bool try_vmxon(void)
{
	u32 *region = (void *)get_zeroed_page(GFP_KERNEL);
	unsigned long flags;
	bool ok;

	if (!region)
		return false;
	*region = sm_vmx_controls.revision;
	local_irq_save(flags);
	cr4_set_bits_irqsoff(X86_CR4_VMXE);
	ok = sm_vmxon(virt_to_phys(region));
	if (ok)
		sm_vmxoff();
	cr4_clear_bits_irqsoff(X86_CR4_VMXE);
	local_irq_restore(flags);
	free_page((unsigned long)region);
	return ok;
}

const char *sm_vmx_lacks(void)
{
	const struct sm_vmx_caps caps = {
		.basic = read_cap(MSR_IA32_VMX_BASIC),
		.words = {
			[SM_VMX_PIN] = read_cap(MSR_IA32_VMX_TRUE_PINBASED_CTLS),
			[SM_VMX_PRIMARY] = read_cap(MSR_IA32_VMX_TRUE_PROCBASED_CTLS),
			[SM_VMX_SECONDARY] = read_cap(MSR_IA32_VMX_PROCBASED_CTLS2),
			[SM_VMX_EXIT] = read_cap(MSR_IA32_VMX_TRUE_EXIT_CTLS),
			[SM_VMX_ENTRY] = read_cap(MSR_IA32_VMX_TRUE_ENTRY_CTLS),
		},
		.ept_vpid = read_cap(MSR_IA32_VMX_EPT_VPID_CAP),
		.pa_bits = boot_cpu_data.x86_phys_bits,
	};
	const char *lacks = sm_vmx_choose_controls(&caps, &sm_vmx_controls);

	if (lacks)
		return lacks;
	if (sm_vmx_is_enabled())
		return "VMX is in use, by kvm_intel or another hypervisor; load tdx_softmod first";
	if (!try_vmxon())
		return "VMXON fails: another hypervisor owns VMX";
	return NULL;
}

/*
 * The MSR bitmap has 1 KiB each for reads of the low and of the high range of MSRs, and for
 * writes of both.
 */
static void clear_msr_exits(unsigned long *bitmap, u32 msr)
{
	unsigned int at = (msr & 0xc0000000 ? 1024 * 8 : 0) + (msr & 0x1fff);

	__clear_bit(at, bitmap);
	__clear_bit(at + 2048 * 8, bitmap);
}

int sm_vmx_load(void)
{
	unsigned long *bitmap = (void *)__get_free_page(GFP_KERNEL);
	unsigned int i;

	if (!bitmap)
		return -ENOMEM;
	memset(bitmap, 0xff, PAGE_SIZE);
	for (i = 0; i < SM_NR_NATIVE_MSRS; i++)
		clear_msr_exits(bitmap, sm_native_msrs[i]);
	sm_vmx_msr_bitmap_pa = virt_to_phys(bitmap);
	return 0;
}

void sm_vmx_unload(void)
{
	free_page((unsigned long)phys_to_virt(sm_vmx_msr_bitmap_pa));
}
