// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dispatchers in front of the vendor module's ops.
 *
 * td_wrap_ops() keeps a copy of the vendor's ops and replaces each op that td-ops.h does not
 * leave to the vendor for every VM by a dispatcher: it calls the TD's function for a TD and the
 * vendor's op for other VMs.  An ordinary VM pays one jump for it, and after the first TD was
 * created one branch that predicts well.  On a host that cannot run TDs nothing is replaced.
 */
#include <linux/kvm_host.h>
#include <linux/static_call.h>

#include "kvm_emulate.h"
#include "lapic.h"
#include "x86.h"
#include "no_vmcs.h"
#include "tdx.h"

#ifdef CONFIG_KVM_PROVE_MMU
DEFINE_PER_CPU(bool, td_vcpu_is_loaded);
EXPORT_PER_CPU_SYMBOL_GPL(td_vcpu_is_loaded);
#endif

#define KVM_X86_OP(func) \
	DECLARE_STATIC_CALL(td_vendor_##func, *(((struct kvm_x86_ops *)0)->func)); \
	DEFINE_STATIC_CALL_NULL(td_vendor_##func, *(((struct kvm_x86_ops *)0)->func));
#define KVM_X86_OP_OPTIONAL KVM_X86_OP
#define KVM_X86_OP_OPTIONAL_RET0 KVM_X86_OP
#include <asm/kvm-x86-ops.h>

#define vendor_call(func)	static_call(td_vendor_##func)

/*
 * Each op of KVM must have exactly one row in td-ops.h.  An op with two rows declares its
 * row_of_* twice, the row_of_* of an op without a row is undeclared, and a row of an op that
 * KVM has no longer names no member of the struct.
 */
enum {
#define TD_ROW(name) row_of_##name = offsetof(struct kvm_x86_ops, name),
#include "td-ops.h"
};

#define KVM_X86_OP(func) static_assert(row_of_##func == offsetof(struct kvm_x86_ops, func));
#define KVM_X86_OP_OPTIONAL KVM_X86_OP
#define KVM_X86_OP_OPTIONAL_RET0 KVM_X86_OP
#include <asm/kvm-x86-ops.h>

/*
 * Does the vendor have these optional ops?  A TD has them always, so the dispatcher is in
 * place even if the vendor has no op, and must do for other VMs what KVM does without one.
 */
static bool has_vendor_mem_enc_ioctl;
static bool has_vendor_sync_pir_to_irr;

static bool is_td_apic(const struct kvm_lapic *apic)
{
	return is_td_vcpu(apic->vcpu);
}

/* Is the op called for a TD?  The type of its first argument tells how to find out. */
#define FIRST_ARG(first, ...)	first
#define for_td(args)					\
	_Generic(FIRST_ARG args,			\
		 struct kvm *: is_td,			\
		 struct kvm_vcpu *: is_td_vcpu,		\
		 struct kvm_lapic *: is_td_apic)(FIRST_ARG args)

static void load_td(struct kvm_vcpu *vcpu, int cpu)
{
	td_set_vcpu_loaded(true);
	td_vcpu_load(vcpu, cpu);
}

static void put_td(struct kvm_vcpu *vcpu)
{
	td_vcpu_put(vcpu);
	td_set_vcpu_loaded(false);
}

/*
 * Flush the TLB for a TD.  The vendor does not know the TD's root of the shared PT, so let
 * it flush all translations of this CPU.
 */
static void flush_td(struct kvm_vcpu *vcpu)
{
	vendor_call(flush_tlb_all)(vcpu);
	td_flush_shared_pt(vcpu);
}

#define TD_OP(type, name, params, args, answer)		\
static type dispatch_##name params			\
{							\
	if (for_td(args))				\
		return answer;				\
	return vendor_call(name) args;			\
}
#define TD_VOID_OP(name, params, args, answer)		\
static void dispatch_##name params			\
{							\
	if (for_td(args))				\
		answer;					\
	else						\
		vendor_call(name) args;			\
}
#include "td-ops.h"

/*
 * Let the vendor initialise the VM as an ordinary one: it does not know the type of TDs,
 * and would take it for a VM type of its own.
 */
static int dispatch_vm_init(struct kvm *kvm)
{
	int ret;

	if (!is_td(kvm))
		return vendor_call(vm_init)(kvm);

	kvm->arch.vm_type = KVM_X86_DEFAULT_VM;
	ret = vendor_call(vm_init)(kvm);
	kvm->arch.vm_type = KVM_X86_TDX_VM;
	if (ret)
		return ret;

	ret = td_vm_init(kvm);
	if (ret)
		static_call_cond(td_vendor_vm_destroy)(kvm);

	return ret;
}

static void dispatch_vm_destroy(struct kvm *kvm)
{
	if (is_td(kvm))
		td_vm_destroy(kvm);

	static_call_cond(td_vendor_vm_destroy)(kvm);
}

/*
 * A TD's vCPU is a vCPU of the vendor too, so the vendor prepares the VM for it as for any
 * other: with IPI virtualization, kvm-intel's vcpu_create() writes to a table that its
 * vcpu_precreate() allocates.
 */
static int dispatch_vcpu_precreate(struct kvm *kvm)
{
	int ret = is_td(kvm) ? td_vcpu_precreate(kvm) : 0;

	return ret ? : vendor_call(vcpu_precreate)(kvm);
}

static int dispatch_vcpu_create(struct kvm_vcpu *vcpu)
{
	int ret = vendor_call(vcpu_create)(vcpu);

	if (ret || !is_td_vcpu(vcpu))
		return ret;

	ret = td_vcpu_create(vcpu);
	if (ret)
		vendor_call(vcpu_free)(vcpu);

	return ret;
}

/*
 * The vendor goes first: kvm-intel's vcpu_free() loads and puts the vCPU, and for a TD these
 * ops need what td_vcpu_free() frees.
 */
static void dispatch_vcpu_free(struct kvm_vcpu *vcpu)
{
	vendor_call(vcpu_free)(vcpu);

	if (is_td_vcpu(vcpu))
		td_vcpu_free(vcpu);
}

/* For other VMs too, see td_switch_vcpu(). */
static void dispatch_vcpu_load(struct kvm_vcpu *vcpu, int cpu)
{
	td_switch_vcpu(vcpu);

	if (is_td_vcpu(vcpu))
		load_td(vcpu, cpu);
	else
		vendor_call(vcpu_load)(vcpu, cpu);
}

static void dispatch_disable_virtualization_cpu(void)
{
	td_disable_virtualization_cpu();
	vendor_call(disable_virtualization_cpu)();
}

/* @kvm is NULL when user space asks which MSRs KVM emulates for any VM. */
static bool dispatch_has_emulated_msr(struct kvm *kvm, u32 index)
{
	if (kvm && is_td(kvm))
		return td_has_emulated_msr(kvm, index);

	return vendor_call(has_emulated_msr)(kvm, index);
}

static int dispatch_mem_enc_ioctl(struct kvm *kvm, void __user *argp)
{
	if (is_td(kvm))
		return td_vm_ioctl(kvm, argp);

	return has_vendor_mem_enc_ioctl ? vendor_call(mem_enc_ioctl)(kvm, argp) : -ENOTTY;
}

static int dispatch_sync_pir_to_irr(struct kvm_vcpu *vcpu)
{
	if (is_td_vcpu(vcpu))
		return td_sync_pir_to_irr(vcpu);

	return has_vendor_sync_pir_to_irr ? vendor_call(sync_pir_to_irr)(vcpu) :
					    kvm_lapic_find_highest_irr(vcpu);
}

static bool dispatch_dy_apicv_has_pending_interrupt(struct kvm_vcpu *vcpu)
{
	if (is_td_vcpu(vcpu))
		return td_has_pending_interrupt(vcpu);

	return vendor_call(dy_apicv_has_pending_interrupt)(vcpu);
}

/*
 * If the host can run TDs, put the dispatchers into @ops, which the caller then makes the
 * ops of KVM.  No VM exists yet.
 */
void td_wrap_ops(struct kvm_x86_ops *ops)
{
	if (td_setup())
		return;

#define KVM_X86_OP(func) static_call_update(td_vendor_##func, ops->func);
#define KVM_X86_OP_OPTIONAL KVM_X86_OP
#define KVM_X86_OP_OPTIONAL_RET0(func) \
	static_call_update(td_vendor_##func, (void *)ops->func ? : \
					     (void *)__static_call_return0);
#include <asm/kvm-x86-ops.h>

	has_vendor_mem_enc_ioctl = ops->mem_enc_ioctl;
	has_vendor_sync_pir_to_irr = ops->sync_pir_to_irr;

#define TD_OP(type, name, params, args, answer)		\
	if (ops->name)					\
		ops->name = dispatch_##name;
#define TD_BY_HAND(name)				\
	ops->name = dispatch_##name;
#include "td-ops.h"

	kvm_caps.supported_vm_types |= BIT(KVM_X86_TDX_VM);
}
