/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDX_SOFTMOD_VMX_INSN_H
#define TDX_SOFTMOD_VMX_INSN_H

/*
 * The instructions of VMX.  Each is #UD if VMX is off, as it may be at any time when the
 * machine is rebooted: then they return false, and a read field is 0.
 */

#include <linux/types.h>

#include <asm/asm.h>

/* An instruction whose operand is a physical address in memory. */
#define SM_VMX_INSN(insn, pa) ({						\
	u64 sm_pa_ = (pa);							\
	bool sm_ok_ = false;							\
	asm volatile("1: " insn " %1\n\tseta %0\n2:\n" _ASM_EXTABLE(1b, 2b)	\
		     : "+q" (sm_ok_) : "m" (sm_pa_) : "cc", "memory");		\
	sm_ok_;									\
})

static inline bool sm_vmclear(u64 pa)
{
	return SM_VMX_INSN("vmclear", pa);
}

static inline bool sm_vmptrld(u64 pa)
{
	return SM_VMX_INSN("vmptrld", pa);
}

static inline bool sm_vmxon(u64 pa)
{
	return SM_VMX_INSN("vmxon", pa);
}

static inline void sm_vmxoff(void)
{
	asm volatile("1: vmxoff\n2:\n" _ASM_EXTABLE(1b, 2b) : : : "cc", "memory");
}

/* The current VMCS, -1 if there is none. */
static inline bool sm_vmptrst(u64 *ret_pa)
{
	bool ok = false;

	asm volatile("1: vmptrst %1\n\tseta %0\n2:\n" _ASM_EXTABLE(1b, 2b)
		     : "+q" (ok), "=m" (*ret_pa) : : "cc", "memory");
	return ok;
}

static inline u64 sm_vmread(unsigned long field)
{
	u64 value = 0;

	asm volatile("1: vmread %1, %0\n2:\n" _ASM_EXTABLE(1b, 2b)
		     : "+r" (value) : "r" (field) : "cc");
	return value;
}

static inline void sm_vmwrite(unsigned long field, u64 value)
{
	asm volatile("1: vmwrite %1, %0\n2:\n" _ASM_EXTABLE(1b, 2b)
		     : : "r" (field), "rm" (value) : "cc", "memory");
}

static inline void sm_invept(unsigned long extent, u64 eptp)
{
	struct {
		u64 eptp, reserved;
	} descriptor = { eptp };

	asm volatile("1: invept %0, %1\n2:\n" _ASM_EXTABLE(1b, 2b)
		     : : "m" (descriptor), "r" (extent) : "cc", "memory");
}

#endif
