// SPDX-License-Identifier: GPL-2.0-only
/* TDVMCALL<MapGPA>: what the guest is told, depending on what user space answers. */
#include "ghci.h"
#include "test.h"

#define GPA 0x40000000ULL
#define SHARED BIT_ULL(47)

/* The guest asks for 4 MiB to be shared; user space answers each slice of 2 MiB.  Returns how many it was asked for. */
static int map(u64 first, u64 second)
{
	u64 answers[] = { first, second };
	int ret, asked = 0;

	make_vm(KVM_X86_TDX_VM, true);
	BUG_ON(create_vcpu());
	kvm.arch.shared_gfn = SHARED >> PAGE_SHIFT;
	kvm.arch.hypercall_exit_enabled = BIT(KVM_HC_MAP_GPA_RANGE);
	vcpu.arch.tdx->args.r12 = GPA | SHARED;
	vcpu.arch.tdx->args.r13 = 2 * SZ_2M;
	ret = td_vmcall_map_gpa(&vcpu);
	while (!ret) {
		BUG_ON(asked == 2 || vcpu.run->hypercall.args[0] != GPA + (u64)asked * SZ_2M);
		vcpu.run->hypercall.ret = answers[asked++];
		ret = vcpu.arch.complete_userspace_io(&vcpu);
	}
	return ret == 1 ? asked : -1;
}

static bool told(u64 status, u64 gpa)
{
	const struct tdx_module_args *args = &vcpu.arch.tdx->args;
	bool ok = args->r10 == status && (status == GHCI_SUCCESS || args->r11 == gpa);

	ops.vcpu_free(&vcpu);
	free_vm();
	return ok;
}

static bool answers(void)
{
	ASSERT(map(0, 0) == 2 && told(GHCI_SUCCESS, 0));
	/* Trying again makes sense, from where user space was. */
	ASSERT(map(EAGAIN, 0) == 1 && told(GHCI_RETRY, GPA | SHARED));
	ASSERT(map(0, EBUSY) == 2 && told(GHCI_RETRY, (GPA + SZ_2M) | SHARED));
	ASSERT(map(0, EINVAL) == 2 && told(GHCI_INVALID_OPERAND, (GPA + SZ_2M) | SHARED));
	ASSERT(map((u64)-EINVAL, 0) == 1 && told(GHCI_INVALID_OPERAND, GPA | SHARED));
	return true;
}

const struct test map_gpa_tests[] = {
	{ "map-gpa-answers", answers },
	{}
};
