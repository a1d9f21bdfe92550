/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __KVM_X86_TDX_NO_VMCS_H
#define __KVM_X86_TDX_NO_VMCS_H

/*
 * The VMCS that kvm-intel makes for a TD's vCPU is never loaded.  While such a vCPU is loaded on
 * a CPU, that CPU's current VMCS is the one of a vCPU that ran there before, perhaps of another
 * VM.  Kernels that check themselves complain if kvm-intel reads or writes a VMCS then.
 */
#if defined(CONFIG_KVM_TDX) && defined(CONFIG_KVM_PROVE_MMU)
#include <linux/percpu.h>

/* Is the vCPU that is loaded on this CPU one of a TD? */
DECLARE_PER_CPU(bool, td_vcpu_is_loaded);

static __always_inline void td_set_vcpu_loaded(bool is_loaded)
{
	__this_cpu_write(td_vcpu_is_loaded, is_loaded);
}

static __always_inline void td_check_vmcs_access(void)
{
	WARN_ON_ONCE(raw_cpu_read(td_vcpu_is_loaded));
}
#else
static __always_inline void td_set_vcpu_loaded(bool is_loaded) { }
static __always_inline void td_check_vmcs_access(void) { }
#endif

#endif
