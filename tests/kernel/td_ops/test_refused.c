// SPDX-License-Identifier: GPL-2.0-only
/*
 * The TDX module refuses what KVM cannot do without: the TD ends, with a line in the log.  The host does not warn,
 * because a warning is a panic on a host with panic_on_warn.  (A warning fails the test: see main().)
 */
#include "test.h"

#define GPA 0x10000

/* Its statuses, one after the other; the last one stays. */
static u64 extend_statuses[2];
static unsigned int nr_extends, nr_unlocked;

u64 tdh_mr_extend(phys_addr_t tdr, u64 gpa, struct tdx_sept_info *ret_sept)
{
	/* Whoever blocks an entry holds mmu_lock for write. */
	nr_unlocked += !shim_mmu_lock;
	return extend_statuses[min(nr_extends++, 1u)];
}

/* As guest_memfd: gets the page, and gives it to the caller's function. */
long kvm_gmem_populate(struct kvm *vm, gfn_t gfn, void *src, long npages, kvm_gmem_populate_cb cb, void *opaque)
{
	int ret = cb(vm, gfn, 1, src, 0, opaque);

	return ret ? ret : 1;
}

int kvm_mirror_map_gfn(struct kvm_vcpu *v, gfn_t gfn, kvm_pfn_t pfn, int level)
{
	return 0;
}

static struct vcpu_tdx *start(void)
{
	make_vm(KVM_X86_TDX_VM, true);
	BUG_ON(create_vcpu());
	vcpu.arch.tdx->initialized = true;
	vcpu.arch.tdx->args.r9 = INTR_INFO_VALID_MASK | INTR_TYPE_EXT_INTR;
	kvm.arch.shared_gfn = BIT_ULL(47 - PAGE_SHIFT);
	atomic_set(&shim_nr_lines, 0);
	nr_extends = nr_unlocked = 0;
	return vcpu.arch.tdx;
}

/* Ends the test.  Returns whether the VM is dead. */
static bool free_td(void)
{
	module.status[TDH_VP_FLUSH] = TDX_SUCCESS;
	ops.vcpu_free(&vcpu);
	free_vm();
	return kvm.vm_dead;
}

static int run(void)
{
	return td_handle_exit(&vcpu, td_vcpu_run(&vcpu, 0));
}

/* KVM_TDX_INIT_MEM_REGION of one page, which is measured; MR.EXTEND returns these statuses. */
static int measure(u64 first, u64 then)
{
	struct kvm_tdx_init_mem_region region = { .source_addr = PAGE_SIZE, .gpa = GPA, .nr_pages = 1 };
	struct kvm_tdx_cmd cmd = {
		.id = KVM_TDX_INIT_MEM_REGION, .flags = KVM_TDX_MEASURE_MEMORY_REGION, .data = (uintptr_t)&region,
	};

	extend_statuses[0] = first;
	extend_statuses[1] = then;
	return td_init_mem_region(&vcpu, &cmd);
}

/* KVM_TDX_INIT_MEM_REGION of @nr_pages from @gpa on, which is not measured. */
static int add(u64 gpa, u64 nr_pages)
{
	struct kvm_tdx_init_mem_region region = { .source_addr = PAGE_SIZE, .gpa = gpa, .nr_pages = nr_pages };
	struct kvm_tdx_cmd cmd = { .id = KVM_TDX_INIT_MEM_REGION, .data = (uintptr_t)&region };

	return td_init_mem_region(&vcpu, &cmd);
}

/* The region's size in bytes may be more than a u64 has; its last page may be the last private one. */
static bool region_bounds(void)
{
	u64 end = BIT_ULL(47);

	start();
	ASSERT(!add(end - PAGE_SIZE, 1));
	ASSERT(!add(end - 2 * PAGE_SIZE, 2));
	ASSERT(add(end - PAGE_SIZE, 2) == -EINVAL);
	ASSERT(add(end, 1) == -EINVAL);
	ASSERT(add(0, 0) == -EINVAL);
	ASSERT(add(PAGE_SIZE, BIT_ULL(52) - 1) == -EINVAL);
	ASSERT(add(PAGE_SIZE, BIT_ULL(52)) == -EINVAL);
	ASSERT(add(PAGE_SIZE, BIT_ULL(52) + 1) == -EINVAL);
	ASSERT(add(GPA + 1, 1) == -EINVAL);
	ASSERT(!free_td());
	return true;
}

/* A page is removed at the same time: BLOCK and MR.EXTEND never meet in the module. */
static bool extend_against_block(void)
{
	start();
	ASSERT(!measure(TDX_SUCCESS, TDX_SUCCESS));
	ASSERT(nr_extends == PAGE_SIZE / 256 && !nr_unlocked);
	ASSERT(!free_td());
	start();
	ASSERT(!measure(TDX_OPERAND_BUSY, TDX_SUCCESS));
	ASSERT(nr_extends == PAGE_SIZE / 256 + 1 && !nr_unlocked);
	ASSERT(!free_td());
	return true;
}

static bool refused_extend(void)
{
	start();
	ASSERT(measure(TDX_SUCCESS, TDX_OPERAND_INVALID) == -EIO);
	/* The status, and the end of the TD. */
	ASSERT(atomic_read(&shim_nr_lines) == 2);
	ASSERT(free_td());
	start();
	ASSERT(measure(TDX_OPERAND_BUSY, TDX_OPERAND_BUSY) == -EIO);
	ASSERT(atomic_read(&shim_nr_lines) == 1);
	ASSERT(free_td());
	return true;
}

/* The vCPU cannot leave its CPU: it can never run on another one. */
static bool refused_flush(void)
{
	struct vcpu_tdx *td = start();

	kvm.arch.tdx->state = TD_RUNNABLE;
	module.status[TDH_VP_ENTER] = EXIT_REASON_EXTERNAL_INTERRUPT;
	ASSERT(run() == 1 && td->assoc_cpu == 0);
	module.status[TDH_VP_FLUSH] = TDX_OPERAND_INVALID;
	ops.vcpu_load(&vcpu, 1);
	ASSERT(td->assoc_cpu == -1 && atomic_read(&shim_nr_lines) == 2);
	ASSERT(free_td());
	return true;
}

/* A machine check has ended the TDX module. */
static bool module_is_gone(void)
{
	start();
	kvm.arch.tdx->state = TD_RUNNABLE;
	module.status[TDH_VP_ENTER] = TDX_SEAMCALL_VMFAILINVALID;
	kvm_rebooting = true;
	ASSERT(run() == 0 && vcpu.run->exit_reason == KVM_EXIT_FAIL_ENTRY);
	ASSERT(!kvm.vm_dead);
	kvm_rebooting = false;
	ASSERT(run() == 0 && vcpu.run->exit_reason == KVM_EXIT_FAIL_ENTRY);
	ASSERT(atomic_read(&shim_nr_lines) == 1);
	ASSERT(free_td());
	return true;
}

static bool no_interrupt(void)
{
	start();
	kvm.arch.tdx->state = TD_RUNNABLE;
	module.status[TDH_VP_ENTER] = EXIT_REASON_EXTERNAL_INTERRUPT;
	vcpu.arch.tdx->args.r9 = 0;
	nr_interrupts = 0;
	td_handle_exit_irqoff(&vcpu);
	/* With IRQs off KVM must not wait for other CPUs. */
	ASSERT(!kvm.vm_dead && !nr_interrupts);
	ASSERT(run() == 1 && run() == 1);
	ASSERT(atomic_read(&shim_nr_lines) == 1);
	ASSERT(free_td());
	return true;
}

const struct test refused_tests[] = {
	{ "region-bounds", region_bounds },
	{ "extend-against-block", extend_against_block },
	{ "refused-extend", refused_extend },
	{ "refused-flush", refused_flush },
	{ "module-is-gone", module_is_gone },
	{ "no-interrupt", no_interrupt },
	{}
};
