/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the module's initialisation (tdx.c) needs beyond shim.h: four CPUs in two
 * packages, memory whose physical address is its address, lists.
 */
#ifndef SEAMCALL_SHIM_INIT_H
#define SEAMCALL_SHIM_INIT_H

#define SHIM_IDENTITY
#include "shim.h"

#define __init
#define CONFIG_ACPI
#define CONFIG_SUSPEND
#define SZ_4K			0x1000UL
#define SZ_1M			0x100000UL
#define SZ_4M			0x400000UL
#define SZ_1G			0x40000000UL
#define PAGE_SHIFT		12
#define PMD_SHIFT		21
#define PUD_SHIFT		30
#define PAGE_MASK		(~(PAGE_SIZE - 1))
#define U32_MAX			0xffffffffU
#ifndef UINT_MAX
#define UINT_MAX		UINT32_MAX
#endif
#define U64_MAX			UINT64_MAX
#define TDX_PS_2M		1
#define TDX_PS_1G		2
#define TDX_PS_NR		3
#define TDX_SEAMCALL_VMFAILINVALID 0x8000ff00ffff0000ULL
#define TDX_SEAMCALL_GP		0x8000ff000000000dULL
#define ALIGN(x, a)		(((x) + (a) - 1) & ~((typeof(x))(a) - 1))
#define ALIGN_DOWN(x, a)	((x) & ~((typeof(x))(a) - 1))
#define max(a, b)		((a) > (b) ? (a) : (b))
#define min(a, b)		((a) < (b) ? (a) : (b))
#define DECLARE_FLEX_ARRAY(type, name) struct { struct { } empty_##name; type name[]; }
#define container_of(p, type, member) ((type *)((char *)(p) - offsetof(type, member)))
#define WARN_ON_ONCE(x)		({ bool w_ = (x); if (w_) abort(); w_; })
#define smp_rmb()		((void)0)
#define smp_wmb()		((void)0)
#define WARN_ON(x)		WARN_ON_ONCE(x)
#define __GFP_ZERO		0
#define MAX_NUMNODES		1

/* Memory */
struct page {
	char bytes[1];
};
int tdx_cpu_enable(void);
int tdx_enable(void);
extern long shim_pamt_pages;
#define __pa(va)		((phys_addr_t)(uintptr_t)(va))
#define page_to_pfn(page)	((uintptr_t)(page) >> PAGE_SHIFT)
#define global_zone_page_state(item) (1000000 - shim_pamt_pages)
#define kmalloc(size, gfp)	malloc(size)
#define kzalloc(size, gfp)	shim_zalloc(size)
#define kfree(p)		free(p)
static inline void *shim_zalloc(size_t size)
{
	/* As aligned as kmalloc() of a power of two. */
	void *p = aligned_alloc(4096, ALIGN(size, 4096UL));

	return memset(p, 0, ALIGN(size, 4096UL));
}
#define alloc_pages_exact(size, gfp) shim_zalloc(size)
#define free_pages_exact(p, size) free(p)
#define alloc_contig_pages(nr, gfp, nid, mask) shim_contig(nr)
struct page *shim_contig(unsigned long nr);
void free_contig_range(unsigned long pfn, unsigned long nr);
#define roundup_pow_of_two(n)	shim_roundup(n)
static inline unsigned long shim_roundup(unsigned long n)
{
	unsigned long p = 1;

	while (p < n)
		p <<= 1;
	return p;
}

/* Two ranges of RAM with a hole. */
extern const unsigned long shim_ram[2][2];
#define for_each_mem_pfn_range(i, nodes, s, e, n) \
	for ((i) = 0; (i) < 2 && (*(s) = shim_ram[i][0], *(e) = shim_ram[i][1], *(n) = 0, true); (i)++)
#define get_online_mems()	((void)0)
#define put_online_mems()	((void)0)

/* Lists */
struct list_head {
	struct list_head *next, *prev;
};
#define LIST_HEAD(name)		struct list_head name = { &name, &name }
static inline void INIT_LIST_HEAD(struct list_head *l) { l->next = l; l->prev = l; }
static inline bool list_empty(const struct list_head *l) { return l->next == l; }
static inline void list_add_tail(struct list_head *e, struct list_head *l)
{
	e->prev = l->prev;
	e->next = l;
	l->prev->next = e;
	l->prev = e;
}
static inline void list_del(struct list_head *e)
{
	e->prev->next = e->next;
	e->next->prev = e->prev;
}
#define list_first_entry(l, type, member) container_of((l)->next, type, member)
#define list_for_each_entry(p, l, member) \
	for ((p) = container_of((l)->next, typeof(*(p)), member); &(p)->member != (l); \
	     (p) = container_of((p)->member.next, typeof(*(p)), member))

/* CPUs */
#define SHIM_NR_CPUS		4
extern unsigned int shim_cpu_now;
#define DEFINE_PER_CPU(type, name) type name[SHIM_NR_CPUS]
#define __this_cpu_read(name)	(name[shim_cpu_now])
#define __this_cpu_write(name, v) (name[shim_cpu_now] = (v))
#define per_cpu(name, cpu)	(name[cpu])
#define smp_processor_id()	shim_cpu_now
#define num_online_cpus()	SHIM_NR_CPUS
#define for_each_online_cpu(cpu) for ((cpu) = 0; (cpu) < SHIM_NR_CPUS; (cpu)++)
#define for_each_possible_cpu(cpu) for_each_online_cpu(cpu)
#define topology_physical_package_id(cpu) ((int)(cpu) / 2)
static inline int smp_call_on_cpu(unsigned int cpu, int (*fn)(void *), void *arg, bool phys)
{
	shim_cpu_now = cpu;
	return fn(arg);
}
static inline void on_each_cpu(void (*fn)(void *), void *arg, int wait)
{
	for (shim_cpu_now = 0; shim_cpu_now < SHIM_NR_CPUS; shim_cpu_now++)
		fn(arg);
	shim_cpu_now = 0;
}
typedef struct cpumask cpumask_var_t[1];
#define zalloc_cpumask_var(mask, gfp) ((*(mask))[0].bits = 0, true)
#define free_cpumask_var(mask)	((void)0)
static inline bool cpumask_test_and_set_cpu(unsigned int cpu, struct cpumask *m)
{
	bool was = m->bits >> cpu & 1;

	m->bits |= 1ULL << cpu;
	return was;
}
extern const struct cpumask shim_online;
#define cpu_online_mask		(&shim_online)
static inline bool cpumask_equal(const struct cpumask *a, const struct cpumask *b)
{
	return a->bits == b->bits;
}
#define cpus_read_lock()	((void)0)
#define cpus_read_unlock()	((void)0)
#define lockdep_assert_irqs_disabled() ((void)0)
#define lockdep_assert_cpus_held() ((void)0)
#define wbinvd_on_all_cpus()	((void)0)
#define DEFINE_RAW_SPINLOCK(name) int name
#define raw_spin_lock(l)	((void)(l))
#define raw_spin_unlock(l)	((void)(l))
#define raw_spin_lock_irqsave(l, f) ((f) = 0)
#define raw_spin_unlock_irqrestore(l, f) ((void)(f))
#define mutex_lock(l)		((void)(l))
#define mutex_unlock(l)		((void)(l))
#define READ_ONCE(x)		(x)
#define WRITE_ONCE(x, v)	((x) = (v))
static inline void sort(void *base, size_t n, size_t size, int (*cmp)(const void *, const void *),
			void *swap)
{
	qsort(base, n, size, cmp);
}

/* What is around the platform */
struct notifier_block {
	int (*notifier_call)(struct notifier_block *nb, unsigned long action, void *v);
};
struct memory_notify {
	unsigned long start_pfn, nr_pages;
};
#define MEM_GOING_ONLINE	1UL
#define NOTIFY_OK		1
#define NOTIFY_BAD		2
extern struct notifier_block *shim_notifier;
static inline int register_memory_notifier(struct notifier_block *nb)
{
	if (shim_notifier)
		abort();
	shim_notifier = nb;
	return 0;
}
static inline void unregister_memory_notifier(struct notifier_block *nb)
{
	if (shim_notifier != nb)
		abort();
	shim_notifier = NULL;
}
extern int (*acpi_suspend_lowlevel)(void);
#define MSR_IA32_MKTME_KEYID_PARTITIONING 0x87
#define rdmsr_safe(msr, lo, hi)	(*(lo) = *(hi) = 0, -EIO)
#define INTEL_SAPPHIRERAPIDS_X	1
#define INTEL_EMERALDRAPIDS_X	2
#define setup_force_cpu_cap(c)	((void)0)
#define setup_force_cpu_bug(c)	((void)0)
struct mce {
	u64 addr;
};
#define mce_is_memory_error(m)	true
#define mce_usable_address(m)	true

/* The test module */
#define KBUILD_MODNAME		"seamcall_test"
#define module_param(name, type, mode) extern int shim_unused
#define MODULE_PARM_DESC(name, text) extern int shim_unused
#define MODULE_DESCRIPTION(text) extern int shim_unused
#define MODULE_LICENSE(text)	extern int shim_unused
#define module_init(fn)		int shim_module_init(void) { return fn(); }
#define module_exit(fn)		void shim_module_exit(void) { fn(); }
#define __exit
#define kbasename(path)		(strrchr(path, '/') ? strrchr(path, '/') + 1 : (path))

#endif
