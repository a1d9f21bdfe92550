/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WORLDS_AROUND_H
#define WORLDS_AROUND_H

/* Kernel definitions that softmod's worlds need and the shim does not have. */

/* asm/msr-index.h defines these again. */
#undef X86_MEMTYPE_WB
#undef MSR_IA32_MKTME_KEYID_PARTITIONING
#define _BITUL(bit)		BIT(bit)
#define _BITULL(bit)		BIT_ULL(bit)
#include <uapi/asm/processor-flags.h>
#define DECLARE_PER_CPU(type, name) extern type name
#define offset_in_page(p)	((unsigned long)(p) & (PAGE_SIZE - 1))
#define min_t(type, a, b)	min((type)(a), (type)(b))
#define max_t(type, a, b)	max((type)(a), (type)(b))

#define XFEATURE_MASK_FP	BIT_ULL(0)
#define XFEATURE_MASK_SSE	BIT_ULL(1)

struct desc_ptr { u16 size; unsigned long address; } __packed;
struct hv_vmcb_enlightenments { u8 bytes[32]; };

#endif
