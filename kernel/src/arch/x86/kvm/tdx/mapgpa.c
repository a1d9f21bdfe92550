// SPDX-License-Identifier: GPL-2.0-only
/*
 * TDVMCALL<MapGPA>: the guest asks to make a range shared, or private again.
 *
 * User space does the conversion, by setting memory attributes.  KVM asks it for one slice of
 * the range at a time.  If an interrupt is pending between two slices, KVM ends the TDVMCALL
 * with GHCI_RETRY: the guest takes the interrupt and asks for the rest of the range.
 */
#include <linux/kvm_host.h>
#include <linux/kvm_para.h>
#include <linux/sizes.h>

#include "x86.h"
#include "ghci.h"
#include "tdx.h"

#define SLICE		SZ_2M

static int end_map_gpa(struct kvm_vcpu *vcpu, u64 status)
{
	u64 shared = gfn_to_gpa(vcpu->kvm->arch.shared_gfn);
	struct vcpu_tdx *td = to_vcpu_tdx(vcpu);

	/* The GPA from which the guest has to go on, with the shared bit as it gave it. */
	if (status != GHCI_SUCCESS)
		td->args.r11 = td->map_gpa | (td->args.r12 & shared);

	td_vmcall_return(vcpu, status);
	return 1;
}

static int ask_user_space(struct kvm_vcpu *vcpu);

static int complete_slice(struct kvm_vcpu *vcpu)
{
	struct vcpu_tdx *td = to_vcpu_tdx(vcpu);
	u64 ret = vcpu->run->hypercall.ret;

	/* EBUSY: somebody uses a page at the moment, so that no hole can be punched there. */
	if (ret == EAGAIN || ret == EBUSY)
		return end_map_gpa(vcpu, GHCI_RETRY);
	if (ret)
		return end_map_gpa(vcpu, GHCI_INVALID_OPERAND);

	td->map_gpa = min(td->map_end, ALIGN_DOWN(td->map_gpa, SLICE) + SLICE);
	if (td->map_gpa == td->map_end)
		return end_map_gpa(vcpu, GHCI_SUCCESS);

	if (td_has_pending_interrupt(vcpu) || kvm_test_request(KVM_REQ_NMI, vcpu))
		return end_map_gpa(vcpu, GHCI_RETRY);

	return ask_user_space(vcpu);
}

static int ask_user_space(struct kvm_vcpu *vcpu)
{
	struct vcpu_tdx *td = to_vcpu_tdx(vcpu);
	gpa_t end = min(td->map_end, ALIGN_DOWN(td->map_gpa, SLICE) + SLICE);
	bool is_private = !(td->args.r12 & gfn_to_gpa(vcpu->kvm->arch.shared_gfn));
	struct kvm_run *run = vcpu->run;

	run->exit_reason = KVM_EXIT_HYPERCALL;
	run->hypercall.nr = KVM_HC_MAP_GPA_RANGE;
	run->hypercall.ret = 0;
	run->hypercall.args[0] = td->map_gpa;
	run->hypercall.args[1] = (end - td->map_gpa) >> PAGE_SHIFT;
	run->hypercall.args[2] = KVM_MAP_GPA_RANGE_PAGE_SZ_4K |
				 (is_private ? KVM_MAP_GPA_RANGE_ENCRYPTED :
					       KVM_MAP_GPA_RANGE_DECRYPTED);
	run->hypercall.flags = KVM_EXIT_HYPERCALL_LONG_MODE;

	vcpu->arch.complete_userspace_io = complete_slice;
	return 0;
}

int td_vmcall_map_gpa(struct kvm_vcpu *vcpu)
{
	u64 shared = gfn_to_gpa(vcpu->kvm->arch.shared_gfn);
	struct vcpu_tdx *td = to_vcpu_tdx(vcpu);
	u64 gpa = td->args.r12, size = td->args.r13;
	u64 status;

	/* User space must have enabled exits for this hypercall. */
	if (!(vcpu->kvm->arch.hypercall_exit_enabled & BIT(KVM_HC_MAP_GPA_RANGE))) {
		td_vmcall_return(vcpu, GHCI_SUBFUNC_UNSUPPORTED);
		return 1;
	}

	td->map_gpa = gpa & ~shared;
	status = ghci_check_map_gpa(gpa, size, shared);
	if (status != GHCI_SUCCESS)
		return end_map_gpa(vcpu, status);

	td->map_end = td->map_gpa + size;
	return ask_user_space(vcpu);
}
