// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host's state around all runs of a VP.ENTER.  A VM exit loads some of it from the VMCS,
 * with limits and null selectors of its own; some it does not touch, so that the guest's stays
 * in the CPU.
 */
#include <asm/cpu_entry_area.h>
#include <asm/cpufeature.h>
#include <asm/debugreg.h>
#include <asm/desc.h>
#include <asm/mmu_context.h>
#include <asm/msr.h>
#include <asm/segment.h>
#include <asm/special_insns.h>
#include <asm/tlbflush.h>

#include "../run.h"
#include "insn.h"

static const u32 switched_msrs[SM_NR_VMX_MSRS] = {
	[SM_VMX_STAR] = MSR_STAR,
	[SM_VMX_LSTAR] = MSR_LSTAR,
	[SM_VMX_FMASK] = MSR_SYSCALL_MASK,
	[SM_VMX_KERNEL_GS_BASE] = MSR_KERNEL_GS_BASE,
};

static void write_msr_field(unsigned long field, u32 msr)
{
	u64 value;

	rdmsrl(msr, value);
	sm_vmwrite(field, value);
}

/* Selectors of data segments are null after a VM exit: most tasks have null ones anyway. */
static void write_host_fields(struct sm_vmx_vcpu *vmx)
{
	int cpu = raw_smp_processor_id();

	sm_vmwrite(HOST_CR0, read_cr0());
	sm_vmwrite(HOST_CR3, __get_current_cr3_fast());
	sm_vmwrite(HOST_CR4, cr4_read_shadow());
	sm_vmwrite(HOST_CS_SELECTOR, __KERNEL_CS);
	sm_vmwrite(HOST_SS_SELECTOR, __KERNEL_DS);
	sm_vmwrite(HOST_DS_SELECTOR, 0);
	sm_vmwrite(HOST_ES_SELECTOR, 0);
	sm_vmwrite(HOST_FS_SELECTOR, 0);
	sm_vmwrite(HOST_GS_SELECTOR, 0);
	sm_vmwrite(HOST_TR_SELECTOR, GDT_ENTRY_TSS * 8);
	sm_vmwrite(HOST_TR_BASE, (unsigned long)&get_cpu_entry_area(cpu)->tss.x86_tss);
	sm_vmwrite(HOST_GDTR_BASE, vmx->host_gdt.address);
	sm_vmwrite(HOST_IDTR_BASE, vmx->host_idt.address);
	sm_vmwrite(HOST_FS_BASE, vmx->host_fs_base);
	write_msr_field(HOST_GS_BASE, MSR_GS_BASE);
	write_msr_field(HOST_IA32_SYSENTER_CS, MSR_IA32_SYSENTER_CS);
	write_msr_field(HOST_IA32_SYSENTER_ESP, MSR_IA32_SYSENTER_ESP);
	write_msr_field(HOST_IA32_SYSENTER_EIP, MSR_IA32_SYSENTER_EIP);
	write_msr_field(HOST_IA32_PAT, MSR_IA32_CR_PAT);
	write_msr_field(HOST_IA32_EFER, MSR_EFER);
}

void sm_vmx_host_leave(struct sm_vcpu *vcpu)
{
	struct sm_vmx_vcpu *vmx = &sm_run(vcpu)->vmx;
	unsigned int i;

	store_gdt(&vmx->host_gdt);
	store_idt(&vmx->host_idt);
	store_ldt(vmx->host_ldt);
	savesegment(ds, vmx->host_ds);
	savesegment(es, vmx->host_es);
	savesegment(fs, vmx->host_fs);
	savesegment(gs, vmx->host_gs);
	rdmsrl(MSR_FS_BASE, vmx->host_fs_base);
	write_host_fields(vmx);

	for (i = 0; i < ARRAY_SIZE(switched_msrs); i++) {
		rdmsrl(switched_msrs[i], vmx->host_msrs[i]);
		wrmsrl(switched_msrs[i], vmx->msrs[i]);
	}
	set_debugreg(vmx->dr6, 6);
}

void sm_vmx_host_return(struct sm_vcpu *vcpu)
{
	struct sm_run *run = sm_run(vcpu);
	struct sm_vmx_vcpu *vmx = &run->vmx;
	unsigned int i;

	/* VM exits clear DEBUGCTL.  sm_host_return() expects the guest's value in the CPU. */
	run->msrs[SM_MSR_DEBUGCTL] = sm_vmread(GUEST_IA32_DEBUGCTL);
	if (run->msrs[SM_MSR_DEBUGCTL])
		wrmsrl(MSR_IA32_DEBUGCTLMSR, run->msrs[SM_MSR_DEBUGCTL]);
	get_debugreg(vmx->dr6, 6);

	load_gdt(&vmx->host_gdt);
	load_idt(&vmx->host_idt);
	/* The limit does not cover the I/O bitmap any more. */
	invalidate_tss_limit();
	if (vmx->host_ldt)
		load_ldt(vmx->host_ldt);
	if (vmx->host_ds)
		loadsegment(ds, vmx->host_ds);
	if (vmx->host_es)
		loadsegment(es, vmx->host_es);
	if (vmx->host_fs) {
		loadsegment(fs, vmx->host_fs);
		wrmsrl(MSR_FS_BASE, vmx->host_fs_base);
	}
	if (vmx->host_gs)
		load_gs_index(vmx->host_gs);

	for (i = 0; i < ARRAY_SIZE(switched_msrs); i++) {
		rdmsrl(switched_msrs[i], vmx->msrs[i]);
		wrmsrl(switched_msrs[i], vmx->host_msrs[i]);
	}
}
