// SPDX-License-Identifier: GPL-2.0-only
/* The table of the ops, td-ops.h: who answers when KVM calls one for a TD. */
#include "test.h"

/* An op that a TD never needs kills the TD, and does not reach the vendor. */
static bool never_for_td(void)
{
	make_vm(KVM_X86_TDX_VM, true);
	ASSERT(ops.get_l2_tsc_offset(&vcpu) == 0);
	ASSERT(atomic_read(&shim_nr_warnings) == 1);
	atomic_set(&shim_nr_warnings, 0);
	ASSERT(!strcmp(calls, ""));
	free_vm();

	make_vm(KVM_X86_DEFAULT_VM, true);
	ASSERT(ops.get_l2_tsc_offset(&vcpu) == 1);
	ASSERT(!strcmp(calls, "l2-tsc-offset "));
	return true;
}

/* User space asks for what only other VMs can have. */
static bool not_for_td(void)
{
	make_vm(KVM_X86_TDX_VM, true);
	ASSERT(ops.enable_l2_tlb_flush(&vcpu) == -ENOTTY);
	ASSERT(!strcmp(calls, ""));
	free_vm();

	make_vm(KVM_X86_DEFAULT_VM, true);
	ASSERT(!ops.enable_l2_tlb_flush(&vcpu));
	ASSERT(!strcmp(calls, "l2-tlb-flush "));
	return true;
}

static bool vendor_for_all(void)
{
	make_vm(KVM_X86_TDX_VM, true);
	ASSERT(ops.get_mt_mask(&vcpu, 0, false) == 6);
	ASSERT(!strcmp(calls, "mt-mask "));
	free_vm();
	return true;
}

/* While a TD's vCPU is loaded, the VMCS that is loaded on this CPU is another vCPU's. */
static bool no_vmcs_for_td(void)
{
	make_vm(KVM_X86_TDX_VM, true);
	ASSERT(!create_vcpu());
	ops.vcpu_load(&vcpu, 0);
	ops.has_emulated_msr(NULL, 0);
	ASSERT(atomic_read(&shim_nr_warnings) == 1);
	atomic_set(&shim_nr_warnings, 0);
	ops.vcpu_put(&vcpu);
	ops.has_emulated_msr(NULL, 0);
	ops.vcpu_free(&vcpu);
	free_vm();

	make_vm(KVM_X86_DEFAULT_VM, true);
	ASSERT(!create_vcpu());
	ops.vcpu_load(&vcpu, 0);
	ops.has_emulated_msr(NULL, 0);
	ops.vcpu_put(&vcpu);
	ops.vcpu_free(&vcpu);
	ASSERT(!atomic_read(&shim_nr_warnings));
	return true;
}

const struct test table_tests[] = {
	{ "never-for-td", never_for_td },
	{ "not-for-td", not_for_td },
	{ "vendor-for-all", vendor_for_all },
	{ "no-vmcs-for-td", no_vmcs_for_td },
	{}
};
