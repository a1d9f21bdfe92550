// SPDX-License-Identifier: GPL-2.0-only
#include "mmu_internal.h"

struct kvm_x86_ops kvm_x86_ops;
struct kvm_host_values kvm_host;
bool tdp_enabled = true, tdp_mmu_enabled = true;
int nx_huge_pages;
atomic_t shim_nr_kvm_bugs, shim_nr_pgtables;
bool shim_expect_bug;
static struct kmem_cache header_cache = { sizeof(struct kvm_mmu_page) };
struct kmem_cache *mmu_page_header_cache = &header_cache;

void shim_kvm_bug(struct kvm *kvm, const char *file, int line, const char *what)
{
	atomic_inc(&shim_nr_kvm_bugs);
	WRITE_ONCE(kvm->vm_bugged, true);
	kvm_vm_dead(kvm);
	if (!shim_expect_bug)
		shim_warn(file, line, what);
	else if (shim_verbose)
		fprintf(stderr, "# %s:%d: KVM_BUG_ON(%s), as asked for\n", file, line, what);
}

int shim_nr_cpu_ids;
static bool cpu_taken[SHIM_MAX_CPUS];
static pthread_mutex_t cpus_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_key_t cpu_key;

static void free_cpu(void *number)
{
	pthread_mutex_lock(&cpus_lock);
	cpu_taken[(long)number - 1] = false;
	pthread_mutex_unlock(&cpus_lock);
}

static __attribute__((constructor)) void create_cpu_key(void)
{
	pthread_key_create(&cpu_key, free_cpu);
}

int shim_this_cpu(void)
{
	static __thread int number;
	int cpu = 0;

	if (number)
		return number - 1;

	pthread_mutex_lock(&cpus_lock);
	while (cpu_taken[cpu])
		BUG_ON(++cpu == SHIM_MAX_CPUS);
	cpu_taken[cpu] = true;
	WRITE_ONCE(shim_nr_cpu_ids, max(shim_nr_cpu_ids, cpu + 1));
	pthread_mutex_unlock(&cpus_lock);
	number = cpu + 1;
	pthread_setspecific(cpu_key, (void *)(long)number);
	return cpu;
}

void *shim_alloc_percpu(size_t size)
{
	BUG_ON(size > SHIM_PERCPU_SIZE);
	return kzalloc(SHIM_MAX_CPUS * SHIM_PERCPU_SIZE, GFP_KERNEL_ACCOUNT);
}

int kvm_mmu_topup_memory_cache(struct kvm_mmu_memory_cache *mc, int min)
{
	shim_may_sleep();

	if (!mc->objects) {
		mc->objects = calloc(2 * min, sizeof(*mc->objects));
		mc->capacity = 2 * min;
	}
	if (mc->nobjs >= min)
		return 0;

	while (mc->nobjs < mc->capacity) {
		void *obj = mc->kmem_cache ? kmem_cache_zalloc(mc->kmem_cache, 0) :
					     (void *)__get_free_page(mc->gfp_zero);

		if (!obj)
			return mc->nobjs >= min ? 0 : -ENOMEM;
		if (mc->init_value)
			memset64(obj, mc->init_value, PAGE_SIZE / sizeof(u64));
		mc->objects[mc->nobjs++] = obj;
	}
	return 0;
}

void *kvm_mmu_memory_cache_alloc(struct kvm_mmu_memory_cache *mc)
{
	BUG_ON(!mc->nobjs);
	return mc->objects[--mc->nobjs];
}

void kvm_mmu_free_memory_cache(struct kvm_mmu_memory_cache *mc)
{
	while (mc->nobjs) {
		void *obj = mc->objects[--mc->nobjs];

		if (mc->kmem_cache)
			kmem_cache_free(mc->kmem_cache, obj);
		else
			free_page((unsigned long)obj);
	}
	free(mc->objects);
	mc->objects = NULL;
}

void kvm_account_pgtable_pages(void *virt, int nr)
{
	BUG_ON(!virt_to_page(virt));
	__atomic_fetch_add(&shim_nr_pgtables.counter, nr, __ATOMIC_SEQ_CST);
}

int mmu_try_to_unsync_pages(struct kvm *kvm, const struct kvm_memory_slot *slot, gfn_t gfn,
			    bool can_unsync, bool prefetch)
{
	(void)kvm, (void)slot, (void)gfn, (void)can_unsync, (void)prefetch;
	return 0;
}

void track_possible_nx_huge_page(struct kvm *kvm, struct kvm_mmu_page *sp)
{
	(void)kvm, (void)sp;
	BUG();
}

void untrack_possible_nx_huge_page(struct kvm *kvm, struct kvm_mmu_page *sp)
{
	(void)kvm, (void)sp;
	BUG();
}

void disallowed_hugepage_adjust(struct kvm_page_fault *fault, u64 spte, int cur_level)
{
	(void)fault, (void)spte, (void)cur_level;
	BUG();
}

int kvm_tdp_page_fault(struct kvm_vcpu *vcpu, struct kvm_page_fault *fault)
{
	(void)vcpu, (void)fault;
	BUG();
	return 0;
}
