// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VMCS of a vCPU, in a page of its TDVPS.
 *
 * KVM keeps a VMCS current on each CPU, and relies on that.  So softmod makes its own VMCS the
 * current one for the duration of a call only, clears it, so that the CPU caches nothing of
 * it, and makes KVM's the current one again, whose launch state does not change.
 */
#include <asm/cpufeature.h>
#include <asm/processor.h>
#include <asm/tlbflush.h>
#include <asm/trapnr.h>

#include "../run.h"
#include "insn.h"

#define RESET_FMASK		0x20200
#define RESET_DR6		0xffff0ff0
#define RESET_DR7		0x400

/* Access rights: those of a descriptor, and bit 16 for unusable. */
#define AR_CODE			0xc09b
#define AR_DATA			0xc093
#define AR_TSS_BUSY		0x008b
#define AR_UNUSABLE		BIT(16)

/*
 * KVM gives out VPIDs from 1 on.  Even a guest with the same one shares no translation with a
 * TD, because with EPT the CPU tags these by the EPT root, too.
 */
#define SM_VPID			0xffff

bool sm_vmx_is_enabled(void)
{
	return cr4_read_shadow() & X86_CR4_VMXE;
}

/* The encodings of a segment's fields follow those of ES, in steps of 2. */
enum { ES, CS, SS, DS, FS, GS, LDTR, TR };

static void set_segment(unsigned int segment, u32 access_rights, u32 limit)
{
	sm_vmwrite(GUEST_ES_SELECTOR + 2 * segment, 0);
	sm_vmwrite(GUEST_ES_BASE + 2 * segment, 0);
	sm_vmwrite(GUEST_ES_LIMIT + 2 * segment, limit);
	sm_vmwrite(GUEST_ES_AR_BYTES + 2 * segment, access_rights);
}

static void init_guest(void)
{
	set_segment(ES, AR_DATA, 0xffffffff);
	set_segment(CS, AR_CODE, 0xffffffff);
	set_segment(SS, AR_DATA, 0xffffffff);
	set_segment(DS, AR_DATA, 0xffffffff);
	set_segment(FS, AR_DATA, 0xffffffff);
	set_segment(GS, AR_DATA, 0xffffffff);
	set_segment(LDTR, AR_UNUSABLE, 0xffff);
	set_segment(TR, AR_TSS_BUSY, 0xffff);
	sm_vmwrite(GUEST_GDTR_BASE, 0);
	sm_vmwrite(GUEST_GDTR_LIMIT, 0xffff);
	sm_vmwrite(GUEST_IDTR_BASE, 0);
	sm_vmwrite(GUEST_IDTR_LIMIT, 0);
	sm_vmwrite(GUEST_SYSENTER_CS, 0);
	sm_vmwrite(GUEST_SYSENTER_ESP, 0);
	sm_vmwrite(GUEST_SYSENTER_EIP, 0);
	sm_vmwrite(GUEST_DR7, RESET_DR7);
	sm_vmwrite(GUEST_PENDING_DBG_EXCEPTIONS, 0);
	sm_vmwrite(GUEST_ACTIVITY_STATE, GUEST_ACTIVITY_ACTIVE);
	sm_vmwrite(VMCS_LINK_POINTER, ~0ULL);
}

static void init_controls(struct sm_vcpu *vcpu)
{
	const u32 *words = sm_vmx_controls.words;

	sm_vmwrite(PIN_BASED_VM_EXEC_CONTROL, words[SM_VMX_PIN]);
	sm_vmwrite(SECONDARY_VM_EXEC_CONTROL, words[SM_VMX_SECONDARY]);
	sm_vmwrite(VM_EXIT_CONTROLS, words[SM_VMX_EXIT]);
	/* TDCALL is #UD on this CPU. */
	sm_vmwrite(EXCEPTION_BITMAP, BIT(X86_TRAP_UD) | BIT(X86_TRAP_MC));
	sm_vmwrite(PAGE_FAULT_ERROR_CODE_MASK, 0);
	sm_vmwrite(PAGE_FAULT_ERROR_CODE_MATCH, 0);
	sm_vmwrite(CR3_TARGET_COUNT, 0);
	sm_vmwrite(VM_EXIT_MSR_STORE_COUNT, 0);
	sm_vmwrite(VM_EXIT_MSR_LOAD_COUNT, 0);
	sm_vmwrite(VM_ENTRY_MSR_LOAD_COUNT, 0);
	/* Each change of a bit of CR0 or CR4 exits; the guest reads the shadows. */
	sm_vmwrite(CR0_GUEST_HOST_MASK, ~0ULL);
	sm_vmwrite(CR4_GUEST_HOST_MASK, ~0ULL);

	sm_vmwrite(MSR_BITMAP, sm_vmx_msr_bitmap_pa);
	sm_vmwrite(VIRTUAL_APIC_PAGE_ADDR, vcpu->pages[2]);
	sm_vmwrite(EPT_POINTER, vcpu->tdcs->eptp);
	sm_vmwrite(TSC_OFFSET, vcpu->tdcs->tsc_offset);
	if (words[SM_VMX_SECONDARY] & SECONDARY_EXEC_TSC_SCALING)
		sm_vmwrite(TSC_MULTIPLIER, vcpu->tdcs->tsc_multiplier);
	if (words[SM_VMX_SECONDARY] & SECONDARY_EXEC_ENABLE_VPID)
		sm_vmwrite(VIRTUAL_PROCESSOR_ID, SM_VPID);
	if (words[SM_VMX_SECONDARY] & SECONDARY_EXEC_ENABLE_XSAVES)
		sm_vmwrite(XSS_EXIT_BITMAP, 0);
	if (words[SM_VMX_SECONDARY] & SECONDARY_EXEC_ENCLS_EXITING)
		sm_vmwrite(ENCLS_EXITING_BITMAP, ~0ULL);
}

/* VMX may be off at VP.INIT, so the VMCS is set up when it is first loaded. */
void sm_vmx_init(struct sm_vcpu *vcpu)
{
	struct sm_vmx_vcpu *vmx = &sm_run(vcpu)->vmx;
	u32 *vmcs = sm_vcpu_page(vcpu, 1);

	*vmcs = sm_vmx_controls.revision;
	vmx->dr6 = RESET_DR6;
	vmx->msrs[SM_VMX_FMASK] = RESET_FMASK;
}

bool sm_vmcs_load(struct sm_vcpu *vcpu)
{
	struct sm_vmx_vcpu *vmx = &sm_run(vcpu)->vmx;

	if (!sm_vmx_is_enabled() || !sm_vmptrst(&vmx->other_vmcs) || !sm_vmclear(vcpu->pages[1]) ||
	    !sm_vmptrld(vcpu->pages[1]))
		return false;
	vmx->is_launched = false;
	if (!vmx->is_set_up) {
		init_controls(vcpu);
		init_guest();
		vmx->is_set_up = true;
	}
	return true;
}

void sm_vmcs_unload(struct sm_vcpu *vcpu)
{
	u64 other = sm_run(vcpu)->vmx.other_vmcs;

	sm_vmclear(vcpu->pages[1]);
	if (other != ~0ULL)
		sm_vmptrld(other);
}

/* Fields of the guest's state of which softmod keeps no copy, and that a debugger may access. */
static bool is_guest_field(u32 encoding)
{
	switch (encoding) {
	case GUEST_ES_SELECTOR ... GUEST_TR_SELECTOR:
	case GUEST_ES_LIMIT ... GUEST_IDTR_LIMIT:
	case GUEST_ES_BASE ... GUEST_DR7:
		return !(encoding & 1);
	default:
		return false;
	}
}

bool sm_vmx_read_field(struct sm_vcpu *vcpu, u32 encoding, u64 *ret_value)
{
	if (!is_guest_field(encoding) || !sm_vmcs_load(vcpu))
		return false;
	*ret_value = sm_vmread(encoding);
	sm_vmcs_unload(vcpu);
	return true;
}

bool sm_vmx_write_field(struct sm_vcpu *vcpu, u32 encoding, u64 value)
{
	if (!is_guest_field(encoding) || !sm_vmcs_load(vcpu))
		return false;
	sm_vmwrite(encoding, value);
	sm_vmcs_unload(vcpu);
	return true;
}

/*
 * INVEPT invalidates guest-physical mappings, and translations of linear addresses of all
 * VPIDs and PCIDs that were made with them.  With EPT there are no others.
 */
void sm_vmx_invalidate(struct sm_vcpu *vcpu)
{
	if (sm_vmx_controls.has_single_invept)
		sm_invept(VMX_EPT_EXTENT_CONTEXT, vcpu->tdcs->eptp);
	else
		sm_invept(VMX_EPT_EXTENT_GLOBAL, 0);
}
