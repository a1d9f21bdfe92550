// SPDX-License-Identifier: GPL-2.0-only
/*
 * Creates and frees vCPUs of TDs and of ordinary VMs, as KVM does, and checks which of the
 * vendor's ops run, and in which order.
 */
#include "tdx.h"
#include "vendor.h"

/* Ends the test, and says where. */
#define ASSERT(cond) do { \
	if (!(cond)) { \
		printf("# %s:%d: not true: %s (vendor: %s)\n", __FILE__, __LINE__, #cond, vendor_calls); \
		return false; \
	} \
} while (0)

/* The TD under test, and its only vCPU. */
static struct kvm_tdx td;
static struct kvm kvm;
static struct kvm_lapic apic;
static struct kvm_vcpu vcpu;
/* How often the vCPU was put as one of a TD. */
static int nr_host_restores;

/* What the code under test calls of other files. */
struct static_key_false kvm_mirror_used;
struct kvm_caps kvm_caps;
bool kvm_rebooting;

int td_setup(void)
{
	return 0;
}

const struct tdx_sys_info *tdx_get_sys_info(void)
{
	static const struct tdx_sys_info sys = { .tdvps_base_size = 6 * 4096 };

	return &sys;
}

/* The vCPU was not initialised, so the TDX module has no page of it. */
void td_reclaim_page(phys_addr_t page)
{
	BUG_ON(page);
}

void td_host_restore(struct vcpu_tdx *vcpu_td)
{
	BUG_ON(vcpu_td->vcpu != &vcpu);
	nr_host_restores++;
}

static void make_vm(unsigned long type, bool has_precreate)
{
	td = (struct kvm_tdx) { .kvm = &kvm, .state = TD_INITIALIZED };
	kvm = (struct kvm) { .arch = { .vm_type = type, .tdx = &td } };
	apic = (struct kvm_lapic) { .vcpu = &vcpu };
	vcpu = (struct kvm_vcpu) { .kvm = &kvm, .arch.apic = &apic };
	nr_host_restores = 0;
	vendor_setup(has_precreate);
}

/* KVM_CREATE_VCPU */
static int create_vcpu(void)
{
	int ret = ops.vcpu_precreate(&kvm);

	return ret ? : ops.vcpu_create(&vcpu);
}

/* The vendor loads and puts the vCPU while it frees it: for a TD, the TD's load and put run. */
static bool td_lives(void)
{
	make_vm(KVM_X86_TDX_VM, true);
	ASSERT(!create_vcpu());
	ASSERT(vcpu.arch.tdx);
	ops.vcpu_free(&vcpu);
	ASSERT(!strcmp(vendor_calls, "precreate create free "));
	ASSERT(nr_host_restores == 1);
	ASSERT(!vcpu.arch.tdx);
	return true;
}

static bool ordinary_vm_lives(void)
{
	make_vm(KVM_X86_DEFAULT_VM, true);
	ASSERT(!create_vcpu());
	ops.vcpu_free(&vcpu);
	ASSERT(!strcmp(vendor_calls, "precreate create free load put "));
	return true;
}

static bool no_precreate(void)
{
	make_vm(KVM_X86_TDX_VM, false);
	ASSERT(!create_vcpu());
	ops.vcpu_free(&vcpu);
	ASSERT(!strcmp(vendor_calls, "create free "));
	return true;
}

/* A vCPU that is refused because of the state of the TD never reaches the vendor. */
static bool td_refuses(void)
{
	make_vm(KVM_X86_TDX_VM, true);
	td.state = TD_RUNNABLE;
	ASSERT(create_vcpu() == -EIO);
	ASSERT(!strcmp(vendor_calls, ""));
	return true;
}

static bool vendor_refuses(void)
{
	make_vm(KVM_X86_TDX_VM, true);
	vendor_precreate_error = -ENOMEM;
	ASSERT(create_vcpu() == -ENOMEM);
	ASSERT(!strcmp(vendor_calls, "precreate "));
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
		ASSERT(!strcmp(vendor_calls, "precreate create free "));
		ASSERT(!vcpu.arch.tdx && !nr_host_restores);
	}
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} tests[] = {
	{ "td", td_lives },
	{ "ordinary-vm", ordinary_vm_lives },
	{ "vendor-without-precreate", no_precreate },
	{ "td-refuses", td_refuses },
	{ "vendor-refuses", vendor_refuses },
	{ "no-memory", no_memory },
};

int main(void)
{
	unsigned int nr_failed = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	static_branch_enable(&kvm_mirror_used);
	printf("KTAP version 1\n1..%zu\n", ARRAY_SIZE(tests));
	for (size_t i = 0; i < ARRAY_SIZE(tests); i++) {
		int nr_live = atomic_read(&shim_nr_live);
		bool ok = tests[i].run() && atomic_read(&shim_nr_live) == nr_live;

		nr_failed += !ok;
		printf("%sok %zu - %s\n", ok ? "" : "not ", i + 1, tests[i].name);
	}
	return nr_failed || atomic_read(&shim_nr_warnings);
}
