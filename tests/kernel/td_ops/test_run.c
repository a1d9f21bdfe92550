// SPDX-License-Identifier: GPL-2.0-only
/* A vCPU of a TD runs, and the TDX module refuses what KVM asks for before the entry. */
#include "test.h"

#define SHARED_ROOT 0x5000

static struct vcpu_tdx *start(void)
{
	make_vm(KVM_X86_TDX_VM, true);
	BUG_ON(create_vcpu());
	kvm.arch.tdx->state = TD_RUNNABLE;
	vcpu.arch.tdx->initialized = true;
	vcpu.arch.tdx->args.r9 = INTR_INFO_VALID_MASK | INTR_TYPE_EXT_INTR;
	module.status[TDH_VP_ENTER] = EXIT_REASON_EXTERNAL_INTERRUPT;
	td_load_mmu_pgd(&vcpu, SHARED_ROOT, PG_LEVEL_512G);
	return vcpu.arch.tdx;
}

static void end(void)
{
	ops.vcpu_free(&vcpu);
	free_vm();
}

/* KVM_RUN up to the first exit.  Returns what an exit handler returns, and how VP.ENTER was called. */
static int run(void)
{
	fastpath_t fastpath = td_vcpu_run(&vcpu, 0);

	return td_handle_exit(&vcpu, fastpath);
}

static bool shared_root(void)
{
	struct vcpu_tdx *td = start();

	ASSERT(run() == 1);
	ASSERT(module.nr_calls[TDH_VP_WR] == 1 && module.nr_calls[TDH_VP_ENTER] == 1);
	/* A flush of the TLB is all that a module needs when entries of the shared PT are removed. */
	td_flush_shared_pt(&vcpu);
	ASSERT(run() == 1);
	ASSERT(module.nr_calls[TDH_VP_WR] == 1 && module.nr_calls[TDH_VP_ENTER] == 2);
	/* A backend with a copy of the root is told, before the next entry. */
	module.copies_shared_root = true;
	td_flush_shared_pt(&vcpu);
	ASSERT(module.nr_calls[TDH_VP_WR] == 1);
	ASSERT(run() == 1);
	ASSERT(module.nr_calls[TDH_VP_WR] == 2 && module.nr_calls[TDH_VP_ENTER] == 3);
	ASSERT(run() == 1 && module.nr_calls[TDH_VP_WR] == 2);
	ASSERT(td->shared_root == SHARED_ROOT);
	end();
	return true;
}

/* The run ends as it does when the module refuses the entry.  The VM lives, and the host does not warn. */
static bool refused_shared_root(void)
{
	static const u64 statuses[] = { TDX_TD_FATAL, TDX_VCPU_STATE_INCORRECT };

	for (size_t i = 0; i < ARRAY_SIZE(statuses); i++) {
		start();
		module.status[TDH_VP_WR] = statuses[i];
		ASSERT(run() == 0);
		ASSERT(vcpu.run->exit_reason == KVM_EXIT_FAIL_ENTRY);
		ASSERT(vcpu.run->fail_entry.hardware_entry_failure_reason == statuses[i]);
		ASSERT(!module.nr_calls[TDH_VP_ENTER]);
		/* The TD is not entered with the old root: the next run tries again. */
		module.status[TDH_VP_WR] = TDX_SUCCESS;
		ASSERT(run() == 1);
		ASSERT(module.nr_calls[TDH_VP_WR] == 2 && module.nr_calls[TDH_VP_ENTER] == 1);
		end();
	}
	return true;
}

static bool busy_shared_root(void)
{
	start();
	module.status[TDH_VP_WR] = TDX_OPERAND_BUSY | TDX_OPERAND_ID_TDR;
	ASSERT(run() == 1);
	ASSERT(run() == 1);
	ASSERT(module.nr_calls[TDH_VP_WR] == 2 && !module.nr_calls[TDH_VP_ENTER]);
	end();
	return true;
}

static bool refused_nmi(void)
{
	start();
	vcpu.arch.nmi_injected = true;
	vcpu.arch.nmi_pending = 1;
	module.status[TDH_VP_WR] = TDX_TD_FATAL;
	td_inject_nmi(&vcpu);
	ASSERT(!vcpu.arch.nmi_injected && !vcpu.arch.nmi_pending);

	/* Busy: the NMI is not lost. */
	vcpu.arch.nmi_injected = true;
	module.status[TDH_VP_WR] = TDX_OPERAND_BUSY;
	td_inject_nmi(&vcpu);
	ASSERT(!vcpu.arch.nmi_injected && vcpu.arch.nmi_pending == 1);
	ASSERT(vcpu.requests & BIT(KVM_REQ_EVENT));
	module.status[TDH_VP_WR] = TDX_SUCCESS;
	td_inject_nmi(&vcpu);
	ASSERT(!vcpu.arch.nmi_pending);
	end();
	return true;
}

/* A TD whose KeyID was released while a vCPU was in an ioctl: nothing is associated with a CPU any more. */
static bool dead(void)
{
	struct vcpu_tdx *td = start();

	ASSERT(td_vcpu_pre_run(&vcpu) == 1);
	kvm.vm_dead = true;
	ASSERT(td_vcpu_pre_run(&vcpu) == -EIO);
	kvm.vm_dead = false;

	ASSERT(run() == 1 && td->assoc_cpu != -1);
	kvm.arch.tdx->state = TD_DEAD;
	module.status[TDH_VP_FLUSH] = TDX_OPERAND_INVALID;
	td_vcpu_flush(&vcpu);
	ASSERT(!module.nr_calls[TDH_VP_FLUSH] && td->assoc_cpu == -1 && !td->stuck_on_cpu);
	end();
	return true;
}

/* Bits 31:16 of the exit reason, such as that of a bus lock, change nothing: an NMI that is not handled would be lost. */
static bool reason_flags(void)
{
	struct vcpu_tdx *td = start();

	nr_interrupts = 0;
	td->args.r9 = INTR_INFO_VALID_MASK | INTR_TYPE_NMI_INTR;
	module.status[TDH_VP_ENTER] = EXIT_REASON_EXCEPTION_NMI | BIT(26);
	ASSERT(run() == 1 && nr_interrupts == 1);
	td->args.r9 = INTR_INFO_VALID_MASK | INTR_TYPE_EXT_INTR;
	module.status[TDH_VP_ENTER] = EXIT_REASON_EXTERNAL_INTERRUPT | BIT(26);
	ASSERT(run() == 1 && vcpu.stat.irq_exits == 1);
	td_handle_exit_irqoff(&vcpu);
	ASSERT(nr_interrupts == 2);
	end();
	return true;
}

/* A vCPU that is freed while a CPU has it: the CPU's list does not keep it. */
static bool freed(void)
{
	struct vcpu_tdx *td = start();

	ASSERT(run() == 1 && td->assoc_cpu == 0);
	end();
	ASSERT(module.nr_calls[TDH_VP_FLUSH] == 1);
	td_disable_virtualization_cpu();
	ASSERT(module.nr_calls[TDH_VP_FLUSH] == 1);
	return true;
}

const struct test run_tests[] = {
	{ "shared-root", shared_root },
	{ "refused-shared-root", refused_shared_root },
	{ "busy-shared-root", busy_shared_root },
	{ "refused-nmi", refused_nmi },
	{ "dead", dead },
	{ "exit-reason-flags", reason_flags },
	{ "vcpu-freed", freed },
	{}
};
