// SPDX-License-Identifier: GPL-2.0-only
/*
 * VP.ENTER, and how to give the guest a command.
 */
#include <linux/preempt.h>

#include <asm/asm.h>
#include <asm/desc.h>
#include <asm/fpu/api.h>
#include <asm/fpu/xcr.h>
#include <asm/vmx.h>

#include <uapi/asm/vmx.h>

#include "../core.h"
#include "bare_td_test.h"

#define EXIT_TDCALL		77

#define EVENT_TYPE_AND_VALID	(INTR_INFO_INTR_TYPE_MASK | INTR_INFO_VALID_MASK)

/* tdh_vp_enter(), after which this test goes on even if RBP is lost. */
static u64 enter_watching_rbp(struct bare_td *td)
{
	struct tdx_module_args *args = &td->args;
	phys_addr_t tdvpr = td->tdvpr;
	bool is_lost;
	u64 status;

	asm volatile("push %%rbp\n\t"
		     "call tdh_vp_enter\n\t"
		     "cmp %%rbp, (%%rsp)\n\t"
		     "pop %%rbp"
		     : CC_OUT(ne) (is_lost), "=a" (status), "+D" (tdvpr), "+S" (args),
		       ASM_CALL_CONSTRAINT
		     : : "rcx", "rdx", "r8", "r9", "r10", "r11", "memory");
	td->nr_rbp_lost += is_lost;
	return status;
}

#define NR_LOST_MSRS	5

/* MSRs that VP.ENTER may change, and what it makes of them in strict mode. */
static const struct {
	u32 msr;
	u64 after;
} lost_msrs[NR_LOST_MSRS] = {
	{ MSR_STAR, 0 }, { MSR_LSTAR, 0 }, { MSR_SYSCALL_MASK, 0x20200 },
	{ MSR_KERNEL_GS_BASE, 0 }, { MSR_TSC_AUX, 0 },
};

static void save_msrs(u64 *values)
{
	unsigned int i;

	for (i = 0; i < NR_LOST_MSRS; i++)
		rdmsrl_safe(lost_msrs[i].msr, &values[i]);
}

/* Returns how many MSRs VP.ENTER has left as it must not. */
static unsigned int restore_msrs(const u64 *values)
{
	unsigned int i, nr_wrong = 0;
	u64 now;

	for (i = 0; i < NR_LOST_MSRS; i++) {
		if (rdmsrl_safe(lost_msrs[i].msr, &now))
			continue;
		nr_wrong += now != (sm_sys.is_strict ? lost_msrs[i].after : values[i]);
		wrmsrl(lost_msrs[i].msr, values[i]);
	}
	return nr_wrong;
}

/*
 * An interrupt or NMI of the host has ended the guest's run.  AMD-V leaves it pending, and
 * VP.ENTER is busy.  VMX has taken it from the CPU, and the TD exit says which it was: run the
 * host's handler.
 */
static bool is_interrupted(struct bare_td *td, u64 status)
{
	u32 event = td->args.r9;
	struct desc_ptr idt;

	if (status == EXIT_REASON_EXTERNAL_INTERRUPT) {
		store_idt(&idt);
		td_call_interrupt_gate(gate_offset((gate_desc *)idt.address +
						   (event & INTR_INFO_VECTOR_MASK)));
		return true;
	}
	if (status == EXIT_REASON_EXCEPTION_NMI &&
	    (event & EVENT_TYPE_AND_VALID) == (INTR_INFO_VALID_MASK | INTR_TYPE_NMI_INTR)) {
		asm volatile("int $2");
		return true;
	}
	return tdx_status_is(status, TDX_OPERAND_BUSY);
}

/* Returns false if an interrupt or NMI of the host has ended the run. */
static bool try_enter(struct bare_td *td, u64 *ret_status)
{
	u64 msrs[NR_LOST_MSRS], xcr0, status;
	unsigned int nr_wrong;
	bool interrupted;

	/* VP.ENTER resets extended state, and leaves in XCR0 what XFAM says. */
	kernel_fpu_begin();
	local_irq_disable();
	xcr0 = xgetbv(XCR_XFEATURE_ENABLED_MASK);
	save_msrs(msrs);
	asm volatile("movq %0, %%xmm1" : : "r" (td->xmm1));
	status = enter_watching_rbp(td);
	asm volatile("movq %%xmm1, %0" : "=r" (td->xmm1));
	nr_wrong = restore_msrs(msrs);
	/* After an error VP.ENTER has changed them only if it had begun to run the vCPU. */
	if (!(status & BIT_ULL(63)))
		td->nr_msrs_wrong += nr_wrong;
	xsetbv(XCR_XFEATURE_ENABLED_MASK, xcr0);
	interrupted = is_interrupted(td, status);
	local_irq_enable();
	kernel_fpu_end();
	*ret_status = status;
	return !interrupted;
}

u64 bare_td_enter(struct bare_td *td)
{
	u64 status;

	while (!try_enter(td, &status)) {
		td->nr_interrupted++;
		cond_resched();
	}
	return status;
}

static void take_report(struct bare_td *td)
{
	const struct tdx_module_args *a = &td->args;

	td->report = (struct bare_td_report) {
		.vector = a->r12,
		.error = a->r12 >> 16,
		.irqs = a->r12 >> 32,
		.nmis = a->r12 >> 48,
		.rax = a->r13,
		.rcx = a->r14,
		.rdx = a->r15,
		.r8 = a->rbx,
		.r9 = a->rdi,
		.r10 = a->rsi,
		.r11 = a->rdx,
	};
}

u64 bare_td_command(struct bare_td *td, const struct bare_td_command *command)
{
	u64 status;

	td->args = (struct tdx_module_args) {
		.r10 = command->nr,
		.r11 = command->rax,
		.r12 = command->rcx,
		.r13 = command->rdx,
		.r14 = command->r8,
		.r15 = command->r9,
	};
	status = bare_td_enter(td);
	if (status == EXIT_TDCALL && td->args.r11 == GUEST_REQUEST)
		take_report(td);
	return status;
}

bool bare_td_resume(struct bare_td *td)
{
	if (bare_td_enter(td) != EXIT_TDCALL || td->args.r11 != GUEST_REQUEST)
		return false;
	take_report(td);
	return true;
}

bool bare_td_do(struct bare_td *td, struct bare_td_command command)
{
	u64 status = bare_td_command(td, &command);

	if (status == EXIT_TDCALL && td->args.r11 == GUEST_REQUEST)
		return true;
	seq_printf(td->out, "# command %llu: exit %llx rcx %llx rdx %llx r8 %llx r9 %llx\n",
		   command.nr, status, td->args.rcx, td->args.rdx, td->args.r8, td->args.r9);
	return false;
}
