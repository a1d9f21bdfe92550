// SPDX-License-Identifier: GPL-2.0-only
/* Makes VMs and vCPUs as KVM does, runs the tests, prints KTAP. */
#include "test.h"

struct kvm kvm;
struct kvm_vcpu vcpu, second_vcpu;
int nr_host_restores;

/* What the code under test calls of other files. */
struct static_key_false kvm_mirror_used;
struct kvm_caps kvm_caps;
bool kvm_rebooting;
unsigned int nr_barriers, nr_interrupts, nr_wbinvds;

int td_setup(void)
{
	return 0;
}

void td_host_setup(void)
{
}

void td_host_restore(struct vcpu_tdx *vcpu_td)
{
	BUG_ON(!vcpu_td->vcpu);
	nr_host_restores++;
}

void td_host_reload(struct kvm_vcpu *v)
{
	BUG_ON(!v->arch.tdx);
}

bool kvm_mirror_vcpus_held(struct kvm *vm)
{
	return false;
}

void make_vm(unsigned long type, bool has_precreate)
{
	static struct kvm_lapic apics[2];
	static struct kvm_run run;

	memset(&module, 0, sizeof(module));
	kvm = (struct kvm) { .arch.vm_type = type, .max_vcpus = 2 };
	shim_rwlock_init(&kvm.mmu_lock);
	run = (struct kvm_run) {};
	apics[0] = (struct kvm_lapic) { .vcpu = &vcpu };
	apics[1] = (struct kvm_lapic) { .vcpu = &second_vcpu };
	vcpu = (struct kvm_vcpu) { .kvm = &kvm, .run = &run, .arch.apic = &apics[0] };
	second_vcpu = (struct kvm_vcpu) { .kvm = &kvm, .vcpu_id = 1, .arch.apic = &apics[1] };
	nr_host_restores = 0;
	shim_cpu_now = 0;
	vendor_setup(has_precreate);
	init_mmu_of_vm(&kvm);
	BUG_ON(ops.vm_init(&kvm));
	if (type == KVM_X86_TDX_VM)
		kvm.arch.tdx->state = TD_INITIALIZED;
	calls[0] = '\0';
}

void free_vm(void)
{
	if (kvm.arch.tdx) {
		kfree(kvm.arch.tdx->tdcs);
		kfree(kvm.arch.tdx);
	}
}

int create_vcpu(void)
{
	int ret = ops.vcpu_precreate(&kvm);

	return ret ? : ops.vcpu_create(&vcpu);
}

int main(void)
{
	static const struct test *const groups[] = {
		vcpu_tests, run_tests, fault_tests, package_tests, mmu_tests, split_tests, refused_tests,
		map_gpa_tests, pre_fault_tests, init_vm_tests, table_tests,
	};
	unsigned int nr = 0, nr_failed = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	static_branch_enable(&kvm_mirror_used);
	td_vcpu_setup();
	puts("KTAP version 1");
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++) {
		for (const struct test *test = groups[i]; test->name; test++) {
			int nr_live = atomic_read(&shim_nr_live), nr_warnings = atomic_read(&shim_nr_warnings);
			bool ok = test->run() && atomic_read(&shim_nr_live) == nr_live &&
				  atomic_read(&shim_nr_warnings) == nr_warnings;

			nr_failed += !ok;
			printf("%sok %u - %s\n", ok ? "" : "not ", ++nr, test->name);
		}
	}
	printf("1..%u\n", nr);
	return nr_failed;
}
