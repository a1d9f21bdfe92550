// SPDX-License-Identifier: GPL-2.0-only
/* vCPUs are created and freed: which of the vendor's ops run, and in which order. */
#include "test.h"

/* The vendor loads and puts the vCPU while it frees it: for a TD, the TD's load and put run. */
static bool td_lives(void)
{
	make_vm(KVM_X86_TDX_VM, true);
	ASSERT(!create_vcpu());
	ASSERT(vcpu.arch.tdx);
	ops.vcpu_free(&vcpu);
	ASSERT(!strcmp(calls, "precreate create free "));
	ASSERT(nr_host_restores == 1);
	ASSERT(!vcpu.arch.tdx);
	free_vm();
	return true;
}

static bool ordinary_vm_lives(void)
{
	make_vm(KVM_X86_DEFAULT_VM, true);
	ASSERT(!create_vcpu());
	ops.vcpu_free(&vcpu);
	ASSERT(!strcmp(calls, "precreate create free load put "));
	free_vm();
	return true;
}

static bool no_precreate(void)
{
	make_vm(KVM_X86_TDX_VM, false);
	ASSERT(!create_vcpu());
	ops.vcpu_free(&vcpu);
	ASSERT(!strcmp(calls, "create free "));
	free_vm();
	return true;
}

/* A vCPU that is refused because of the state of the TD never reaches the vendor. */
static bool td_refuses(void)
{
	make_vm(KVM_X86_TDX_VM, true);
	kvm.arch.tdx->state = TD_RUNNABLE;
	ASSERT(create_vcpu() == -EIO);
	ASSERT(!strcmp(calls, ""));
	free_vm();
	return true;
}

static bool vendor_refuses(void)
{
	make_vm(KVM_X86_TDX_VM, true);
	vendor_precreate_error = -ENOMEM;
	ASSERT(create_vcpu() == -ENOMEM);
	ASSERT(!strcmp(calls, "precreate "));
	free_vm();
	return true;
}

/* td_vcpu_create() fails at each of its two allocations: the vendor frees a vCPU without TD state. */
static bool no_memory(void)
{
	int nth;

	for (nth = 1; nth <= 2; nth++) {
		make_vm(KVM_X86_TDX_VM, true);
		atomic_set(&shim_fail_nth, nth);
		ASSERT(create_vcpu() == -ENOMEM);
		ASSERT(!strcmp(calls, "precreate create free "));
		ASSERT(!vcpu.arch.tdx && !nr_host_restores);
		free_vm();
	}
	return true;
}

/* A TD has x2APIC only, and all of its GPAs are user space's. */
static bool no_apic_access_page(void)
{
	make_vm(KVM_X86_DEFAULT_VM, true);
	ASSERT(!create_vcpu());
	ops.vcpu_free(&vcpu);
	ASSERT(kvm.has_apic_access_page);

	make_vm(KVM_X86_TDX_VM, true);
	ASSERT(!create_vcpu());
	ops.vcpu_free(&vcpu);
	ASSERT(!kvm.has_apic_access_page);
	free_vm();
	return true;
}

/* Loads a vCPU on a CPU.  Returns how often the branch predictors were flushed for it. */
static unsigned int load(struct kvm_vcpu *v, unsigned int cpu)
{
	unsigned int before = nr_barriers;

	shim_cpu_now = cpu;
	ops.vcpu_load(v, (int)cpu);
	ops.vcpu_put(v);
	return nr_barriers - before;
}

/* The vendor issues the barriers between ordinary vCPUs, which are not counted here. */
static bool branch_barriers(void)
{
	struct kvm ordinary_vm = { .arch.vm_type = KVM_X86_DEFAULT_VM };
	struct kvm_vcpu a = { .kvm = &ordinary_vm }, b = a;
	unsigned int nr;

	make_vm(KVM_X86_TDX_VM, true);
	ASSERT(!create_vcpu() && !ops.vcpu_create(&second_vcpu));
	load(&a, 1);
	nr = (unsigned int)atomic_read(&td_nr_branch_barriers);
	ASSERT(load(&b, 1) == 0);
	ASSERT(load(&a, 1) == 0);
	ASSERT(load(&vcpu, 1) == 1);
	ASSERT(load(&vcpu, 1) == 0);
	ASSERT(load(&a, 1) == 1);
	ASSERT(load(&vcpu, 1) == 1);
	ASSERT(load(&second_vcpu, 1) == 1);
	/* Another CPU has predictors of its own. */
	ASSERT(load(&second_vcpu, 3) == 1);
	ASSERT(load(&second_vcpu, 1) == 0);
	ASSERT((unsigned int)atomic_read(&td_nr_branch_barriers) - nr == 5);

	/* A vCPU that gets the memory of a freed one is another vCPU. */
	ops.vcpu_free(&second_vcpu);
	ASSERT(!ops.vcpu_create(&second_vcpu));
	ASSERT(load(&second_vcpu, 1) == 1);

	ops.vcpu_free(&second_vcpu);
	ops.vcpu_free(&vcpu);
	free_vm();
	return true;
}

const struct test vcpu_tests[] = {
	{ "td", td_lives },
	{ "ordinary-vm", ordinary_vm_lives },
	{ "vendor-without-precreate", no_precreate },
	{ "td-refuses", td_refuses },
	{ "vendor-refuses", vendor_refuses },
	{ "no-memory", no_memory },
	{ "no-apic-access-page", no_apic_access_page },
	{ "branch-barriers", branch_barriers },
	{}
};
