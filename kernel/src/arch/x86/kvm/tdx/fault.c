// SPDX-License-Identifier: GPL-2.0-only
/*
 * EPT violations of a TD.
 *
 * On a private GPA: the TD accessed a page that is not mapped, or wants to accept one.  KVM
 * maps it by the mirrored PT.  On a shared GPA: an ordinary fault on the shared PT.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitfield.h>
#include <linux/kvm_host.h>

#include <asm/vmx.h>

#include "mmu.h"
#include "../mmu/mirror/mirror.h"
#include "trace.h"
#include "x86.h"
#include "tdx.h"

/* Extended exit qualification, which the TDX module returns in RDX for an EPT violation. */
#define EXT_QUAL_TYPE		GENMASK_ULL(3, 0)
#define EXT_QUAL_ACCEPT		1
#define EXT_QUAL_PENDING	6
/* The following fields are for TDG.MEM.PAGE.ACCEPT only.  Levels: 0 is 4 KiB, 1 is 2 MiB. */
#define EXT_QUAL_WANTED_LEVEL	GENMASK_ULL(34, 32)
#define EXT_QUAL_FOUND_LEVEL	GENMASK_ULL(37, 35)
#define EXT_QUAL_FOUND_STATE	GENMASK_ULL(45, 38)
#define EXT_QUAL_IS_LEAF	BIT_ULL(46)

#define EPT_QUAL_PROT		GENMASK_ULL(5, 3)

/*
 * How many faults in a row on one GPA may change nothing.  One or two are normal, when another
 * vCPU has faulted on the same page.
 */
#define MAX_STUCK		256

/*
 * Does the TD accept 4 KiB of a page that is mapped as 2 MiB?  The state must be checked,
 * because a free entry has a level too.
 */
static bool is_accept_of_smaller(u64 ext_qual)
{
	return FIELD_GET(EXT_QUAL_TYPE, ext_qual) == EXT_QUAL_ACCEPT &&
	       (ext_qual & EXT_QUAL_IS_LEAF) &&
	       FIELD_GET(EXT_QUAL_FOUND_STATE, ext_qual) != TDX_SEPT_FREE &&
	       FIELD_GET(EXT_QUAL_WANTED_LEVEL, ext_qual) <
	       FIELD_GET(EXT_QUAL_FOUND_LEVEL, ext_qual);
}

static u64 shared_error_code(u64 qual)
{
	u64 error_code = 0;

	if (qual & EPT_VIOLATION_ACC_READ)
		error_code |= PFERR_USER_MASK;
	if (qual & EPT_VIOLATION_ACC_WRITE)
		error_code |= PFERR_WRITE_MASK;
	if (qual & EPT_VIOLATION_ACC_INSTR)
		error_code |= PFERR_FETCH_MASK;
	if (qual & EPT_QUAL_PROT)
		error_code |= PFERR_PRESENT_MASK;

	/* A TD's own page tables are in private memory: this is not a fault of their walk. */
	return error_code | PFERR_GUEST_FINAL_MASK;
}

/*
 * Does the TD fault for ever without progress?  That happens if KVM takes a GPA for mapped and
 * the TDX module does not.  It is a bug, and must not look like a busy guest.
 */
static bool is_stuck(struct kvm_vcpu *vcpu, gpa_t gpa, u64 nr_spurious)
{
	struct vcpu_tdx *td = to_vcpu_tdx(vcpu);

	if (vcpu->stat.pf_spurious == nr_spurious) {
		td->nr_stuck = 0;
		return false;
	}

	if (td->stuck_gpa != gpa)
		td->nr_stuck = 0;

	td->stuck_gpa = gpa;
	return ++td->nr_stuck > MAX_STUCK;
}

/*
 * May a fault that lost a race be tried again at once, and not by entering the TD?  When a TD
 * faults six times at one instruction, the TDX module suspects that the host watches it step by
 * step, and then uses the private PT itself at each entry, so that KVM finds it busy.
 *
 * A fault on a memslot that is being deleted loses all races until the memslot is gone, and whoever
 * deletes it waits until no vCPU uses the memslots: let go of them for a moment.
 */
static bool may_retry(struct kvm_vcpu *vcpu)
{
	if (signal_pending(current) || kvm_request_pending(vcpu))
		return false;

	kvm_vcpu_srcu_read_unlock(vcpu);
	cond_resched();
	kvm_vcpu_srcu_read_lock(vcpu);
	return true;
}

static int split_private(struct kvm_vcpu *vcpu, gpa_t gpa)
{
	int ret;

	do {
		ret = kvm_mirror_split_gfn(vcpu->kvm, gpa_to_gfn(gpa));
	} while (ret == -EBUSY && may_retry(vcpu));

	return !ret || ret == -EBUSY ? 1 : ret;
}

/* Private memory is always mapped writable, so treat each access as a write. */
static int map_private(struct kvm_vcpu *vcpu, gpa_t gpa)
{
	u64 nr_done = vcpu->stat.pf_fixed + vcpu->stat.pf_spurious;
	int ret;

	do {
		ret = kvm_mmu_page_fault(vcpu, gpa, PFERR_PRIVATE_ACCESS | PFERR_WRITE_MASK |
					 PFERR_GUEST_FINAL_MASK, NULL, 0);
	} while (ret > 0 && vcpu->stat.pf_fixed + vcpu->stat.pf_spurious == nr_done &&
		 may_retry(vcpu));

	return ret;
}

static int handle_private(struct kvm_vcpu *vcpu, gpa_t gpa, u64 qual, u64 ext_qual)
{
	u64 nr_spurious = vcpu->stat.pf_spurious;
	int ret;

	/*
	 * The TD accessed a page that it has not accepted, and its attributes say that it
	 * gets no #VE for that.  Either the guest forgot to accept the page, or the host
	 * removed an accepted page and its contents are lost.  The TD cannot go on.
	 */
	if (FIELD_GET(EXT_QUAL_TYPE, ext_qual) == EXT_QUAL_PENDING && !(qual & EPT_QUAL_PROT)) {
		pr_warn_ratelimited("vCPU %d: access to 0x%llx, which is not accepted\n",
				    vcpu->vcpu_id, gpa);
		kvm_vm_dead(vcpu->kvm);
		return -EIO;
	}

	if (is_accept_of_smaller(ext_qual))
		return split_private(vcpu, gpa);

	ret = map_private(vcpu, gpa);
	if (ret > 0 && is_stuck(vcpu, gpa, nr_spurious))
		return td_unexpected_exit(vcpu);

	return ret;
}

int td_handle_ept_violation(struct kvm_vcpu *vcpu)
{
	const struct tdx_module_args *args = &to_vcpu_tdx(vcpu)->args;
	u64 qual = args->rcx, ext_qual = args->rdx;
	gpa_t gpa = args->r8;
	u64 error_code;

	trace_kvm_page_fault(vcpu, gpa, qual);

	if (!(gpa & gfn_to_gpa(vcpu->kvm->arch.shared_gfn)))
		return handle_private(vcpu, gpa, qual, ext_qual);

	error_code = shared_error_code(qual);
	return kvm_mmu_page_fault(vcpu, gpa, error_code, NULL, 0);
}
