// SPDX-License-Identifier: GPL-2.0-only
/*
 * A vendor module that demands of its caller what kvm-intel demands: vcpu_free() loads and
 * puts the vCPU, to leave nested virtualization.
 */
#include "tdx.h"
#include "vendor.h"

struct kvm_x86_ops ops;
char vendor_calls[256];

static void record(const char *call)
{
	strcat(vendor_calls, call);
	BUG_ON(strlen(vendor_calls) > sizeof(vendor_calls) / 2);
}

static int vcpu_create(struct kvm_vcpu *vcpu)
{
	record("create ");
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

void vendor_setup(void)
{
	static const struct kvm_x86_ops vendor_ops = {
		.vcpu_create = vcpu_create,
		.vcpu_free = vcpu_free,
		.vcpu_load = load,
		.vcpu_put = put,
	};

	vendor_calls[0] = '\0';
	memcpy(&ops, &vendor_ops, sizeof(ops));
	td_wrap_ops(&ops);
}
