// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs a vCPU with AMD-V.
 */
#include <asm/cpufeature.h>
#include <asm/debugreg.h>
#include <asm/msr.h>
#include <asm/trapnr.h>

#include "../run.h"
#include "../switch.h"

/*
 * No code that can be instrumented may run between the two writes to SPEC_CTRL.  The host's
 * IF is 0 all the time except inside sm_vmrun().
 */
static noinstr int run_once(struct sm_run *run, phys_addr_t vmcb_pa, phys_addr_t host_pa)
{
	u64 spec_ctrl = sm_switch_to_guest(run);
	int r = sm_vmrun(run, vmcb_pa, host_pa);

	sm_switch_to_host(run, spec_ctrl);
	return r;
}

bool sm_svm_run(struct sm_vcpu *vcpu)
{
	int r;

	sm_vmcb_write(vcpu);
	r = run_once(sm_run(vcpu), sm_vmcb_pa(vcpu), this_cpu_read(sm_host_page_pa));
	if (r < 0)
		return false;

	/* If a host's event, such as an NMI, ended the run, the host takes it here. */
	asm volatile("stgi" : : : "memory");
	if (r)
		return false;
	sm_vmcb_read(vcpu);
	return true;
}

static bool is_enabled(void)
{
	u64 efer;

	rdmsrl(MSR_EFER, efer);
	return efer & EFER_SVME;
}

static bool begin(struct sm_vcpu *vcpu)
{
	return true;
}

static void end(struct sm_vcpu *vcpu)
{
	struct sm_run *run = sm_run(vcpu);

	/* The guest's value may have changed: a #DB clears DEBUGCTL.BTF. */
	if (run->msrs[SM_MSR_DEBUGCTL])
		rdmsrl(MSR_IA32_DEBUGCTLMSR, run->msrs[SM_MSR_DEBUGCTL]);
}

static void single_step(struct sm_vcpu *vcpu)
{
	sm_run(vcpu)->svm.vmcb->save.dr6 |= DR_STEP;
	sm_inject(vcpu, X86_TRAP_DB);
}

/*
 * After each VP.ENTER all state is in the TDVPS.  The CPU may still cache the VMCB and have
 * TLB entries, but the next VP.ENTER uses neither of them.
 */
static void flush(struct sm_vcpu *vcpu)
{
}

static bool scales_tsc(void)
{
	return boot_cpu_has(X86_FEATURE_TSCRATEMSR);
}

const struct sm_world sm_svm = {
	.name = "AMD-V",
	.feature = X86_FEATURE_SVM,
	.sept = &sm_sept_npt,
	.lacks = sm_svm_lacks,
	.load = sm_svm_load,
	.unload = sm_svm_unload,
	.scales_tsc = scales_tsc,
	.is_enabled = is_enabled,
	.init = sm_svm_init,
	.begin = begin,
	.end = end,
	.run = sm_svm_run,
	.exit = sm_svm_exit,
	.single_step = single_step,
	.flush = flush,
	.read_field = sm_svm_read_field,
	.write_field = sm_svm_write_field,
};
