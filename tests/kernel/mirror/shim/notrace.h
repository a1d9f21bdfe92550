/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MIRROR_SHIM_NOTRACE_H
#define MIRROR_SHIM_NOTRACE_H

/* Tracepoints: type-checked, then nothing. */

#define TP_PROTO(...) __VA_ARGS__
#define TP_ARGS(...) __VA_ARGS__
#define TP_STRUCT__entry(...)
#define TP_fast_assign(...)
#define TP_printk(...)
#define TRACE_EVENT(name, proto, args, tstruct, assign, print) \
	static inline void trace_##name(proto) { }

#define trace_kvm_mmu_get_page(...) do { } while (0)
#define trace_kvm_mmu_prepare_zap_page(...) do { } while (0)
#define trace_kvm_tdp_mmu_spte_changed(...) do { } while (0)
#define trace_kvm_mmu_set_spte(...) do { } while (0)
#define trace_kvm_mmu_spte_requested(...) do { } while (0)
#define trace_kvm_mmu_split_huge_page(...) do { } while (0)
#define trace_mark_mmio_spte(...) do { } while (0)

#endif
