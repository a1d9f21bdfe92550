/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_STUBS_H
#define SHIM_STUBS_H

/* Functions and macros of the kernel that do nothing in these tests. */

#define __rcu
#define __init
#define __exit
#define __user
#define __read_mostly
#define __ro_after_init
#define __must_hold(lock)
#define noinstr

#define KBUILD_MODNAME "shim"
#define EXPORT_SYMBOL_GPL(symbol)
#define module_param(name, type, perm)
#define module_param_named(name, value, type, perm)
#define MODULE_PARM_DESC(name, text)
#define MODULE_DESCRIPTION(text)
#define MODULE_LICENSE(text)

/* Tracepoints: the compiler checks their arguments; they do nothing. */
#define TP_PROTO(...) __VA_ARGS__
#define TP_ARGS(...) __VA_ARGS__
#define TRACE_EVENT(name, proto, ...) \
	static inline bool trace_##name##_enabled(void) { return false; } \
	static inline void trace_##name(proto) { }
#define local_clock() 0ULL

/* Debugfs */
struct dentry;
struct seq_file { void *private; };
struct file_operations { int unused; };
#define seq_printf(m, ...) ((void)(m), (void)snprintf((char[8]){ 0 }, 8, __VA_ARGS__))
#define DEFINE_SHOW_ATTRIBUTE(name) \
	static const struct file_operations name##_fops = { (int)sizeof(&name##_show) }
#define IS_ERR_OR_NULL(p) (!(p))
#define debugfs_create_file(name, mode, parent, data, fops) ((void)(fops))

/* Locks that a test with one thread does not need */
#define DEFINE_RAW_SPINLOCK(name) int name
#define guard(type) shim_guard
static inline void shim_guard(void *lock) { }
#define raw_spin_lock(l) ((void)(l))
#define raw_spin_unlock(l) ((void)(l))
#define raw_spin_lock_irqsave(l, flags) ((void)(l), (flags) = 0)
#define raw_spin_unlock_irqrestore(l, flags) ((void)(l), (void)(flags))
#define lockdep_assert_irqs_disabled() ((void)0)
#define lockdep_assert_cpus_held() ((void)0)
#define cpus_read_lock() ((void)0)
#define cpus_read_unlock() ((void)0)
#define get_online_mems() ((void)0)
#define put_online_mems() ((void)0)

/* Memory: every page is ordinary RAM */
#define GFP_KERNEL 0u
#define GFP_KERNEL_ACCOUNT 1u
#define pfn_valid(pfn) true
#define PageReserved(page) false
#define my_zero_pfn(addr) 0
#define is_zero_pfn(pfn) ((pfn) == 0)
#define pat_enabled() true
#define pat_pfn_immune_to_uc_mtrr(pfn) false
#define e820__mapped_raw_any(start, end, type) true

/* The CPU */
#define INTEL_SAPPHIRERAPIDS_X 1
#define INTEL_EMERALDRAPIDS_X 2
#define X86_FEATURE_TDX_HOST_PLATFORM 0
#define setup_force_cpu_cap(feature) ((void)0)
#define setup_force_cpu_bug(bug) ((void)0)
#define wbinvd_on_all_cpus() ((void)0)
#define rdmsr_safe(msr, lo, hi) (*(lo) = *(hi) = 0, -EIO)
struct mce { u64 addr; };
#define mce_is_memory_error(m) true
#define mce_usable_address(m) true

#endif
