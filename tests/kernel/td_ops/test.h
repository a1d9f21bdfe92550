/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TD_OPS_TEST_H
#define TD_OPS_TEST_H

#include "tdx.h"
#include "vendor.h"

/* Ends the test, and says where. */
#define ASSERT(cond) do { \
	if (!(cond)) { \
		printf("# %s:%d: not true: %s (%s)\n", __FILE__, __LINE__, #cond, calls); \
		return false; \
	} \
} while (0)

/* The VM under test, and its vCPUs. */
extern struct kvm kvm;
extern struct kvm_vcpu vcpu, second_vcpu;
/* How often a vCPU was put as one of a TD. */
extern int nr_host_restores;

/* KVM_CREATE_VM; for a TD also KVM_TDX_INIT_VM.  free_vm() frees what that allocated. */
void make_vm(unsigned long type, bool has_precreate);
void free_vm(void);
/* KVM_CREATE_VCPU */
int create_vcpu(void);

/* fake_module.c: the TDX module */
struct fake_module {
	/* The status of each leaf; 0: success. */
	u64 status[TDX_HOST_LEAF_END];
	unsigned int nr_calls[TDX_HOST_LEAF_END];
	/* The backend's ->copies_shared_root. */
	bool copies_shared_root;
};
extern struct fake_module module;

/* test_mmu.c: what KVM's MMU does in KVM_CREATE_VM */
void init_mmu_of_vm(struct kvm *vm);

struct test {
	const char *name;
	bool (*run)(void);
};

extern const struct test vcpu_tests[], run_tests[], fault_tests[], package_tests[], mmu_tests[], split_tests[], refused_tests[],
	map_gpa_tests[], pre_fault_tests[], init_vm_tests[], table_tests[];

#endif
