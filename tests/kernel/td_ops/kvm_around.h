/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TD_OPS_KVM_AROUND_H
#define TD_OPS_KVM_AROUND_H

/*
 * KVM around the dispatchers: as much of its structures as they, and a TD's vCPUs, use.
 * struct kvm_x86_ops is the kernel's own: the Makefile cuts it out of the header.
 */
#include <uapi/linux/kvm.h>

#define CONFIG_KVM_MIRROR 1
#define CONFIG_KVM_TDX 1
#define CONFIG_KVM_SMM 1

typedef unsigned long gva_t;
typedef void cpu_emergency_virt_cb(void);
typedef enum exit_fastpath_completion { EXIT_FASTPATH_NONE } fastpath_t;
enum kvm_reg { VCPU_REGS_RAX };
enum x86_intercept_stage { X86_ICPT_PRE_EXCEPT };
#define X86EMUL_UNHANDLEABLE 1
struct desc_ptr { u16 size; unsigned long address; };
struct msr_data { bool host_initiated; u32 index; u64 data; };
struct pi_desc { u64 pir[4], on; };
struct fpu_guest;
struct x86_exception;
struct x86_instruction_info;
union kvm_smram;
struct kvm;
struct kvm_vcpu;
struct kvm_lapic;
struct kvm_private_pt_ops;
#include "kvm_x86_ops.h"

struct kvm_lapic {
	struct kvm_vcpu *vcpu;
	bool apicv_active;
	struct { u32 timer_advance_ns; } lapic_timer;
};

struct kvm {
	struct {
		unsigned long vm_type;
		struct kvm_tdx *tdx;
		unsigned long apicv_inhibit_reasons;
		int apicv_update_lock;
	} arch;
	/* For the vendor: a table with an entry for each vCPU. */
	u64 *pid_table;
};

struct kvm_vcpu {
	struct kvm *kvm;
	int vcpu_id, cpu;
	struct {
		struct kvm_lapic *apic;
		struct vcpu_tdx *tdx;
		int guest_fpu, mp_state;
		bool guest_state_protected, xfd_no_write_intercept;
	} arch;
	struct { u64 host_state_reload; } stat;
};

/* Locks that one thread needs not */
#define down_write(lock) ((void)(lock))
#define up_write(lock) ((void)(lock))
#define local_irq_save(flags) ((flags) = 0)
#define local_irq_restore(flags) ((void)(flags))
#define lockdep_assert_preemption_disabled() ((void)0)
#undef guard
#define guard(type) shim_guard_##type
static inline void shim_guard_preempt(void) { }
#define smp_load_acquire(p) READ_ONCE(*(p))
#define smp_call_function_single(cpu, fn, arg, wait) (shim_cpu_now = (cpu), (fn)(arg))
#define this_cpu_ptr(p) (&(*(p))[shim_cpu_now])
#define per_cpu_ptr(p, cpu) (&(*(p))[cpu])
extern bool kvm_rebooting;

#define KVM_BUG_ON(cond, kvm) ((void)(kvm), WARN_ON(cond))
#define kcalloc(n, size, gfp) kzalloc((n) * (size), gfp)
#define fpstate_set_confidential(fpu) ((void)(fpu))
#define irqchip_split(kvm) true
#define kvm_vcpu_is_reset_bsp(vcpu) ((vcpu)->vcpu_id == 0)
#define kvm_apic_set_base(vcpu, base) ((void)(vcpu), (void)(base), 0)
#define kvm_lapic_find_highest_irr(vcpu) ((void)(vcpu), -1)
#define MSR_IA32_APICBASE 0x1b
#define MSR_IA32_APICBASE_BSP BIT(8)
#define APIC_DEFAULT_PHYS_BASE 0xfee00000
#define LAPIC_MODE_X2APIC 0xc00
#define POSTED_INTR_VECTOR 0xf2
#define PIN_BASED_POSTED_INTR 0x80
struct kvm_caps { u32 supported_vm_types; };
extern struct kvm_caps kvm_caps;

/* Static calls of ops that the vendor may not have */
static inline long __static_call_return0(void) { return 0; }

#endif
