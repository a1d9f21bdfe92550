/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WORLDS_AROUND_H
#define WORLDS_AROUND_H

/* Kernel definitions that softmod's worlds need and the shim does not have. */

/* asm/msr-index.h defines these again. */
#undef X86_MEMTYPE_WB
#undef MSR_IA32_MKTME_KEYID_PARTITIONING
#define X86_EFLAGS_TF		BIT(8)
#define X86_EFLAGS_IF		BIT(9)
#define X86_EFLAGS_RF		BIT(16)
#define DECLARE_PER_CPU(type, name) extern type name
#define offset_in_page(p)	((unsigned long)(p) & (PAGE_SIZE - 1))
#define min_t(type, a, b)	min((type)(a), (type)(b))

struct desc_ptr { u16 size; unsigned long address; } __packed;
struct hv_vmcb_enlightenments { u8 bytes[32]; };

#endif
