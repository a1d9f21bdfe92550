// SPDX-License-Identifier: GPL-2.0-only
/*
 * A vendor module that demands of its caller what kvm-intel demands: vcpu_create() writes to a
 * table that vcpu_precreate() allocates, as with IPI virtualization, and vcpu_free() loads and
 * puts the vCPU, to leave nested virtualization.  vcpu_create() also adds a memslot for the APIC
 * access page, if the VM may have one.
 */
#include "tdx.h"
#include "no_vmcs.h"
#include "vendor.h"

struct kvm_x86_ops ops;
char calls[256];
int vendor_precreate_error;
static bool needs_precreate;
static u64 pid_table[2];

void record(const char *call)
{
	strcat(calls, call);
	BUG_ON(strlen(calls) > sizeof(calls) / 2);
}

static int vm_init(struct kvm *kvm)
{
	return 0;
}

static int vcpu_precreate(struct kvm *kvm)
{
	record("precreate ");
	if (!vendor_precreate_error)
		kvm->pid_table = pid_table;
	return vendor_precreate_error;
}

static int vcpu_create(struct kvm_vcpu *vcpu)
{
	record("create ");
	if (needs_precreate)
		vcpu->kvm->pid_table[vcpu->vcpu_id] = 1;
	/* As kvm_alloc_apic_access_page(). */
	if (!vcpu->kvm->arch.apic_access_memslot_inhibited)
		vcpu->kvm->has_apic_access_page = true;
	return 0;
}

/* As KVM's functions of these names. */
static void vcpu_load(struct kvm_vcpu *vcpu)
{
	ops.vcpu_load(vcpu, smp_processor_id());
}

static void vcpu_put(struct kvm_vcpu *vcpu)
{
	ops.vcpu_put(vcpu);
}

static void vcpu_free(struct kvm_vcpu *vcpu)
{
	record("free ");
	vcpu_load(vcpu);
	vcpu_put(vcpu);
}

static void load(struct kvm_vcpu *vcpu, int cpu)
{
	record("load ");
}

static void put(struct kvm_vcpu *vcpu)
{
	record("put ");
}

static u64 get_l2_tsc_offset(struct kvm_vcpu *vcpu)
{
	record("l2-tsc-offset ");
	return 1;
}

static int enable_l2_tlb_flush(struct kvm_vcpu *vcpu)
{
	record("l2-tlb-flush ");
	return 0;
}

/* An op that reads the VMCS, as kvm-intel's VMREAD does. */
static bool has_emulated_msr(struct kvm *kvm, u32 index)
{
	td_check_vmcs_access();
	return true;
}

static u8 get_mt_mask(struct kvm_vcpu *vcpu, gfn_t gfn, bool is_mmio)
{
	record("mt-mask ");
	return 6;
}

void vendor_setup(bool has_precreate)
{
	static const struct kvm_x86_ops vendor_ops = {
		.vm_init = vm_init,
		.vcpu_precreate = vcpu_precreate,
		.vcpu_create = vcpu_create,
		.vcpu_free = vcpu_free,
		.vcpu_load = load,
		.vcpu_put = put,
		.get_l2_tsc_offset = get_l2_tsc_offset,
		.enable_l2_tlb_flush = enable_l2_tlb_flush,
		.get_mt_mask = get_mt_mask,
		.has_emulated_msr = has_emulated_msr,
	};

	calls[0] = '\0';
	vendor_precreate_error = 0;
	needs_precreate = has_precreate;
	memcpy(&ops, &vendor_ops, sizeof(ops));
	if (!has_precreate)
		ops.vcpu_precreate = NULL;
	td_wrap_ops(&ops);
}
