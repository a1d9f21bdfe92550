// SPDX-License-Identifier: GPL-2.0-only
/*
 * TDVMCALLs: requests of the TD to KVM.  The TD makes most of them in its #VE handler.
 *
 * If R10 is 0, R11 is the function and the arguments are in R12 and up; the status is
 * returned in R10 and results in R11 and up.  If R10 is not 0, it is the number of a KVM
 * hypercall.  A handler returns what exit handlers return: 1 to enter the TD again, 0 to
 * return to user space first.
 */
#include <linux/kvm_host.h>
#include <linux/kvm_para.h>

#include <asm/vmx.h>

#include <kvm/iodev.h>

#include "cpuid.h"
#include "x86.h"
#include "ghci.h"
#include "tdx.h"

static u64 shared_bit(struct kvm_vcpu *vcpu)
{
	return gfn_to_gpa(vcpu->kvm->arch.shared_gfn);
}

static int vmcall_return(struct kvm_vcpu *vcpu, u64 status)
{
	td_vmcall_return(vcpu, status);
	return 1;
}

static int vmcall_cpuid(struct kvm_vcpu *vcpu)
{
	struct tdx_module_args *args = &to_vcpu_tdx(vcpu)->args;
	u32 eax = (u32)args->r12, ebx = 0, ecx = (u32)args->r13, edx = 0;

	kvm_cpuid(vcpu, &eax, &ebx, &ecx, &edx, false);

	args->r12 = eax;
	args->r13 = ebx;
	args->r14 = ecx;
	args->r15 = edx;
	return vmcall_return(vcpu, GHCI_SUCCESS);
}

/*
 * Halt the vCPU.  Bit 0 of R12: interrupts are blocked in the TD.  If they are not, an
 * interrupt that is already in the virtual APIC page, or was posted before the halt, ends
 * the halt at once; the TDX module knows that.  While the TD does not run no interrupt gets
 * into the virtual APIC page, so KVM asks only here and not while the vCPU is halted.
 *
 * If the module does not say, do not halt.  The guest takes that for an interrupt that woke it;
 * if the TD has become fatal, the module refuses the entry that follows, which ends the run.
 */
static int vmcall_halt(struct kvm_vcpu *vcpu)
{
	bool blocked = to_vcpu_tdx(vcpu)->args.r12 & 1;
	u64 details;

	td_vmcall_return(vcpu, GHCI_SUCCESS);

	if (!blocked) {
		if (td_vp_rd(vcpu, TDX_MD_VP_STATE_DETAILS, &details) ||
		    (details & TDX_VP_STATE_DETAILS_INTR_PENDING)) {
			++vcpu->stat.halt_exits;
			return 1;
		}
	}

	return kvm_emulate_halt_noskip(vcpu);
}

static int complete_pio_in(struct kvm_vcpu *vcpu)
{
	struct vcpu_tdx *td = to_vcpu_tdx(vcpu);
	u32 value = 0;

	memcpy(&value, vcpu->arch.pio_data, vcpu->arch.pio.size);
	vcpu->arch.pio.count = 0;

	td->args.r11 = value;
	return vmcall_return(vcpu, GHCI_SUCCESS);
}

static int complete_pio_out(struct kvm_vcpu *vcpu)
{
	vcpu->arch.pio.count = 0;
	return vmcall_return(vcpu, GHCI_SUCCESS);
}

static int vmcall_io(struct kvm_vcpu *vcpu)
{
	struct vcpu_tdx *td = to_vcpu_tdx(vcpu);
	struct tdx_module_args *args = &td->args;
	u64 size = args->r12, is_write = args->r13, port = args->r14;
	u64 status;

	++vcpu->stat.io_exits;

	status = ghci_check_io(size, is_write, port);
	if (status != GHCI_SUCCESS)
		return vmcall_return(vcpu, status);

	/*
	 * KVM cannot access the TD's registers.  Use the function that does port I/O with a
	 * buffer instead of a register; it is not specific to SEV-ES, in spite of its name.
	 */
	td->pio_value = is_write ? (u32)args->r15 : 0;
	if (!kvm_sev_es_string_io(vcpu, size, port, &td->pio_value, 1, !is_write)) {
		vcpu->arch.complete_userspace_io = is_write ? complete_pio_out : complete_pio_in;
		return 0;
	}

	if (!is_write)
		args->r11 = td->pio_value;
	return vmcall_return(vcpu, GHCI_SUCCESS);
}

static int complete_mmio(struct kvm_vcpu *vcpu)
{
	struct tdx_module_args *args = &to_vcpu_tdx(vcpu)->args;
	u64 value = 0;

	/* Direction and length come from args: user space may have changed kvm_run. */
	if (!args->r13) {
		memcpy(&value, vcpu->run->mmio.data, args->r12);
		args->r11 = value;
	}

	return vmcall_return(vcpu, GHCI_SUCCESS);
}

static int vmcall_mmio(struct kvm_vcpu *vcpu)
{
	struct tdx_module_args *args = &to_vcpu_tdx(vcpu)->args;
	u64 size = args->r12, is_write = args->r13, value = 0;
	gpa_t gpa = args->r14;
	struct kvm_run *run = vcpu->run;
	u64 status;
	int ret;

	++vcpu->stat.mmio_exits;

	status = ghci_check_mmio(size, is_write, gpa, shared_bit(vcpu));
	if (status != GHCI_SUCCESS)
		return vmcall_return(vcpu, status);

	gpa &= ~shared_bit(vcpu);
	if (is_write) {
		value = args->r15;
		ret = kvm_io_bus_write(vcpu, KVM_MMIO_BUS, gpa, size, &value);
	} else {
		ret = kvm_io_bus_read(vcpu, KVM_MMIO_BUS, gpa, size, &value);
		if (!ret)
			args->r11 = value;
	}
	if (!ret)
		return vmcall_return(vcpu, GHCI_SUCCESS);

	run->exit_reason = KVM_EXIT_MMIO;
	run->mmio.phys_addr = gpa;
	run->mmio.len = size;
	run->mmio.is_write = is_write;
	memcpy(run->mmio.data, &value, sizeof(run->mmio.data));
	vcpu->arch.complete_userspace_io = complete_mmio;
	return 0;
}

/*
 * Let KVM emulate the access as RDMSR or WRMSR of an ordinary guest, with the index in RCX and
 * the value in EDX:EAX.  td_complete_emulated_msr() ends it.
 */
static int vmcall_msr(struct kvm_vcpu *vcpu, bool is_read)
{
	struct vcpu_tdx *td = to_vcpu_tdx(vcpu);
	u64 status = ghci_check_msr(td->args.r12);

	if (status != GHCI_SUCCESS)
		return vmcall_return(vcpu, status);

	td->msr_read = is_read;
	kvm_rcx_write(vcpu, td->args.r12);
	if (is_read)
		return kvm_emulate_rdmsr(vcpu);

	kvm_rax_write(vcpu, (u32)td->args.r13);
	kvm_rdx_write(vcpu, td->args.r13 >> 32);
	return kvm_emulate_wrmsr(vcpu);
}

static int vmcall_rdmsr(struct kvm_vcpu *vcpu)
{
	return vmcall_msr(vcpu, true);
}

static int vmcall_wrmsr(struct kvm_vcpu *vcpu)
{
	return vmcall_msr(vcpu, false);
}

/*
 * Prepare an exit to user space with KVM_EXIT_TDX.  @status is what the guest gets if user
 * space does not know the function and leaves the status alone.
 */
static struct kvm_run *prepare_tdx_exit(struct kvm_vcpu *vcpu, u64 status,
					int (*complete)(struct kvm_vcpu *vcpu))
{
	struct kvm_run *run = vcpu->run;

	memset(&run->tdx, 0, sizeof(run->tdx));
	run->exit_reason = KVM_EXIT_TDX;
	run->tdx.nr = to_vcpu_tdx(vcpu)->args.r11;
	/* All members of the union begin with the field ret. */
	run->tdx.unknown.ret = status;

	vcpu->arch.complete_userspace_io = complete;
	return run;
}

static int complete_tdx_exit(struct kvm_vcpu *vcpu)
{
	return vmcall_return(vcpu, vcpu->run->tdx.unknown.ret);
}

static int complete_info(struct kvm_vcpu *vcpu)
{
	struct tdx_module_args *args = &to_vcpu_tdx(vcpu)->args;
	struct kvm_run *run = vcpu->run;

	args->r11 = run->tdx.get_tdvmcall_info.r11;
	args->r12 = run->tdx.get_tdvmcall_info.r12;
	args->r13 = run->tdx.get_tdvmcall_info.r13;
	args->r14 = run->tdx.get_tdvmcall_info.r14;
	return vmcall_return(vcpu, run->tdx.get_tdvmcall_info.ret);
}

static int vmcall_info(struct kvm_vcpu *vcpu)
{
	struct tdx_module_args *args = &to_vcpu_tdx(vcpu)->args;
	u64 leaf = args->r12;
	u64 status = ghci_check_info(leaf);

	if (status != GHCI_SUCCESS)
		return vmcall_return(vcpu, status);

	/* Leaf 0: the functions that every host has are there; all zero means yes. */
	if (!leaf) {
		args->r11 = 0;
		args->r12 = 0;
		args->r13 = 0;
		args->r14 = 0;
		return vmcall_return(vcpu, GHCI_SUCCESS);
	}

	prepare_tdx_exit(vcpu, GHCI_SUCCESS, complete_info)->tdx.get_tdvmcall_info.leaf = leaf;
	return 0;
}

/*
 * GetQuote, and SetupEventNotifyInterrupt (the vector that tells the guest that its quote is
 * ready).  User space implements both.
 */
static int vmcall_service(struct kvm_vcpu *vcpu)
{
	const struct tdx_module_args *args = &to_vcpu_tdx(vcpu)->args;
	bool is_quote = args->r11 == GHCI_GET_QUOTE;
	u64 shared = shared_bit(vcpu), status;
	struct kvm_run *run;

	status = is_quote ? ghci_check_get_quote(args->r12, args->r13, shared)
			  : ghci_check_event_notify(args->r12);
	if (status != GHCI_SUCCESS)
		return vmcall_return(vcpu, status);

	run = prepare_tdx_exit(vcpu, GHCI_SUBFUNC_UNSUPPORTED, complete_tdx_exit);
	if (is_quote) {
		run->tdx.get_quote.gpa = args->r12 & ~shared;
		run->tdx.get_quote.size = args->r13;
	} else {
		run->tdx.setup_event_notify.vector = args->r12;
	}
	return 0;
}

/*
 * ReportFatalError: the guest gives up, and its registers say why.  Pass them to user space
 * in a KVM_EXIT_SYSTEM_EVENT.
 */
static int vmcall_fatal_error(struct kvm_vcpu *vcpu)
{
	struct tdx_module_args *args = &to_vcpu_tdx(vcpu)->args;
	struct kvm_run *run = vcpu->run;
	const struct {
		u8 reg;
		u64 value;
	} regs[] = {
		{ VCPU_REGS_RDX, args->rdx }, { VCPU_REGS_RBX, args->rbx },
		{ VCPU_REGS_RSI, args->rsi }, { VCPU_REGS_RDI, args->rdi },
		{ VCPU_REGS_R8, args->r8 }, { VCPU_REGS_R9, args->r9 },
		{ VCPU_REGS_R10, args->r10 }, { VCPU_REGS_R11, args->r11 },
		{ VCPU_REGS_R12, args->r12 }, { VCPU_REGS_R13, args->r13 },
		{ VCPU_REGS_R14, args->r14 }, { VCPU_REGS_R15, args->r15 },
	};
	int i;

	run->exit_reason = KVM_EXIT_SYSTEM_EVENT;
	run->system_event.type = KVM_SYSTEM_EVENT_TDX_FATAL;
	run->system_event.ndata = ARRAY_SIZE(run->system_event.data);
	memset(run->system_event.data, 0, sizeof(run->system_event.data));

	/* RCX is a mask of the registers that the guest has chosen to show. */
	run->system_event.data[VCPU_REGS_RCX] = args->rcx;
	for (i = 0; i < ARRAY_SIZE(regs); i++) {
		if (args->rcx & BIT(regs[i].reg))
			run->system_event.data[regs[i].reg] = regs[i].value;
	}

	return 0;
}

static int complete_hypercall(struct kvm_vcpu *vcpu)
{
	++vcpu->stat.hypercalls;
	return vmcall_return(vcpu, vcpu->run->hypercall.ret);
}

static int vmcall_kvm_hypercall(struct kvm_vcpu *vcpu)
{
	struct tdx_module_args *args = &to_vcpu_tdx(vcpu)->args;
	u64 nr = args->r10;
	u64 ret;

	/* Only the kernel of a TD can make TDVMCALLs: 64-bit mode, CPL 0. */
	ret = __kvm_emulate_hypercall(vcpu, nr, args->r11, args->r12, args->r13, args->r14,
				      true, 0);
	if (nr == KVM_HC_MAP_GPA_RANGE && !ret) {
		vcpu->arch.complete_userspace_io = complete_hypercall;
		return 0;
	}

	return vmcall_return(vcpu, ret);
}

static const struct {
	u64 function;
	int (*handle)(struct kvm_vcpu *vcpu);
} vmcalls[] = {
	{ EXIT_REASON_CPUID, vmcall_cpuid },
	{ EXIT_REASON_HLT, vmcall_halt },
	{ EXIT_REASON_IO_INSTRUCTION, vmcall_io },
	{ EXIT_REASON_MSR_READ, vmcall_rdmsr },
	{ EXIT_REASON_MSR_WRITE, vmcall_wrmsr },
	{ EXIT_REASON_EPT_VIOLATION, vmcall_mmio },
	{ GHCI_GET_TD_VM_CALL_INFO, vmcall_info },
	{ GHCI_MAP_GPA, td_vmcall_map_gpa },
	{ GHCI_GET_QUOTE, vmcall_service },
	{ GHCI_REPORT_FATAL_ERROR, vmcall_fatal_error },
	{ GHCI_SETUP_EVENT_NOTIFY, vmcall_service },
};

int td_handle_vmcall(struct kvm_vcpu *vcpu)
{
	struct tdx_module_args *args = &to_vcpu_tdx(vcpu)->args;
	int i;

	if (args->r10)
		return vmcall_kvm_hypercall(vcpu);

	for (i = 0; i < ARRAY_SIZE(vmcalls); i++) {
		if (args->r11 == vmcalls[i].function)
			return vmcalls[i].handle(vcpu);
	}

	return vmcall_return(vcpu, GHCI_SUBFUNC_UNSUPPORTED);
}
