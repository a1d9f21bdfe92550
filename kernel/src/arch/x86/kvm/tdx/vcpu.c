// SPDX-License-Identifier: GPL-2.0-only
/*
 * vCPUs of a TD: creation, association with a CPU, freeing.
 *
 * A SEAMCALL that works on a vCPU associates it with the CPU that makes the call: the vCPU's
 * state may then be in that CPU, and the TDX module refuses to use the vCPU on another CPU.
 * VP.FLUSH, made on the same CPU, ends the association.  KVM makes it when the vCPU is
 * loaded on another CPU, when the CPU goes offline, and before the TD dies.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kvm_host.h>
#include <linux/smp.h>

#include <asm/fpu/api.h>
#include <asm/nospec-branch.h>
#include <asm/vmx.h>

#include "irq.h"
#include "lapic.h"
#include "x86.h"
#include "tdx.h"

/* vCPUs that may be associated with this CPU.  Used by this CPU only, with IRQs off. */
static DEFINE_PER_CPU(struct list_head, associated_vcpus);

/*
 * The vCPU that was loaded last on this CPU, by the ID of struct vcpu_tdx; 0 for all vCPUs of other
 * VMs, which the vendor tells apart.  Used by this CPU only, with preemption off.
 */
static DEFINE_PER_CPU(u64, last_vcpu);

/* Source of these IDs, which are never used again: a pointer could be, after a vCPU is freed. */
static atomic64_t last_id = ATOMIC64_INIT(0);

atomic_t td_nr_branch_barriers = ATOMIC_INIT(0);

void td_vcpu_setup(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		INIT_LIST_HEAD(per_cpu_ptr(&associated_vcpus, cpu));

	td_host_setup();
}

void td_associate(struct vcpu_tdx *td)
{
	int cpu = smp_processor_id();

	lockdep_assert_irqs_disabled();

	if (likely(td->assoc_cpu == cpu))
		return;

	/* td_vcpu_load() has flushed the vCPU from the CPU where it was before. */
	KVM_BUG_ON(td->assoc_cpu != -1, td->vcpu->kvm);

	list_add(&td->assoc_node, this_cpu_ptr(&associated_vcpus));
	WRITE_ONCE(td->assoc_cpu, cpu);
}

/* TDX_VCPU_NOT_ASSOCIATED: nothing to flush, success. */
static int check_flush(u64 status)
{
	return tdx_status_is(status, TDX_VCPU_NOT_ASSOCIATED) ? 0 : td_check(TDH_VP_FLUSH, status);
}

/*
 * Flush the vCPU if it is associated with this CPU.  Called with IRQs off.  In a TD that is dead no
 * vCPU is associated, even if KVM has tried to use one since.
 */
static void flush_here(void *data)
{
	struct vcpu_tdx *td = data;
	bool dead = READ_ONCE(to_kvm_tdx(td->vcpu->kvm)->state) == TD_DEAD;

	if (td->assoc_cpu != smp_processor_id())
		return;

	/* During a reboot SEAMCALLs may fail because the CPU has left VMX operation already. */
	if (!dead && td_retry_busy(check_flush(tdh_vp_flush(td->tdvpr))) && !kvm_rebooting)
		td->stuck_on_cpu = true;

	list_del(&td->assoc_node);
	/* Pairs with td_vcpu_flush(): a CPU that reads -1 sees that the flush is done. */
	smp_store_release(&td->assoc_cpu, -1);
}

void td_vcpu_flush(struct kvm_vcpu *vcpu)
{
	struct vcpu_tdx *td = to_vcpu_tdx(vcpu);
	int cpu = smp_load_acquire(&td->assoc_cpu);

	/*
	 * If that CPU goes offline meanwhile, the call fails; the CPU has then flushed the
	 * vCPU itself, in td_disable_virtualization_cpu().
	 */
	if (cpu != -1)
		smp_call_function_single(cpu, flush_here, td, 1);

	if (td->stuck_on_cpu)
		td_end_vm(vcpu->kvm, "a vCPU cannot leave its CPU");
}

void td_disable_virtualization_cpu(void)
{
	struct vcpu_tdx *td, *next;
	unsigned long flags;

	local_irq_save(flags);
	list_for_each_entry_safe(td, next, this_cpu_ptr(&associated_vcpus), assoc_node)
		flush_here(td);
	local_irq_restore(flags);
}

/*
 * The functions below keep IRQs off from td_associate() to the end of the SEAMCALL: flush_here()
 * must not come in between, or the SEAMCALL would associate the vCPU without KVM's knowledge.
 */
int td_vp_wr(struct kvm_vcpu *vcpu, u64 field, u64 value, u64 mask)
{
	guard(irqsave)();
	td_associate(to_vcpu_tdx(vcpu));
	return td_retry_busy(td_check(TDH_VP_WR, tdh_vp_wr(to_vcpu_tdx(vcpu)->tdvpr, field,
							   value, mask)));
}

int td_vp_rd(struct kvm_vcpu *vcpu, u64 field, u64 *ret_value)
{
	guard(irqsave)();
	td_associate(to_vcpu_tdx(vcpu));
	return td_retry_busy(td_check(TDH_VP_RD, tdh_vp_rd(to_vcpu_tdx(vcpu)->tdvpr, field,
							   ret_value)));
}

/*
 * KVM has removed entries of the shared PT, and the vendor has flushed the TLB: that is all that a
 * TDX module needs.
 */
void td_flush_shared_pt(struct kvm_vcpu *vcpu)
{
	if (tdx_copies_shared_root())
		to_vcpu_tdx(vcpu)->root_changed = true;
}

void td_load_mmu_pgd(struct kvm_vcpu *vcpu, hpa_t root_hpa, int root_level)
{
	to_vcpu_tdx(vcpu)->shared_root = root_hpa;
	to_vcpu_tdx(vcpu)->root_changed = true;
}

u64 td_write_shared_root(struct vcpu_tdx *td)
{
	u64 status = tdh_vp_wr(td->tdvpr, TDX_MD_VP_SHARED_EPTP, td->shared_root, U64_MAX);

	if (!tdx_status_is_error(status))
		td->root_changed = false;
	return status;
}

/* -EIO: not between KVM_TDX_INIT_VM and KVM_TDX_FINALIZE_VM.  -EINVAL: no split irqchip. */
int td_vcpu_precreate(struct kvm *kvm)
{
	if (to_kvm_tdx(kvm)->state != TD_INITIALIZED)
		return -EIO;

	if (!irqchip_split(kvm))
		return -EINVAL;

	/*
	 * The TDX module gives each TD a virtual APIC.  KVM cannot switch it off, even
	 * on a host where ordinary VMs do not use APICv.
	 */
	down_write(&kvm->arch.apicv_update_lock);
	kvm->arch.apicv_inhibit_reasons = 0;
	up_write(&kvm->arch.apicv_update_lock);

	return 0;
}

int td_vcpu_create(struct kvm_vcpu *vcpu)
{
	unsigned int nr_tdcx = tdx_nr_tdvps_pages(tdx_get_sys_info());
	struct kvm_lapic *apic = vcpu->arch.apic;
	struct vcpu_tdx *td;

	/*
	 * td->pi needs an alignment of 64 bytes.  kzalloc() gives it, because the size of
	 * *td is a multiple of that.
	 */
	td = kzalloc(sizeof(*td), GFP_KERNEL_ACCOUNT);
	if (!td)
		return -ENOMEM;

	td->tdcx = kcalloc(nr_tdcx, sizeof(*td->tdcx), GFP_KERNEL_ACCOUNT);
	if (!td->tdcx) {
		kfree(td);
		return -ENOMEM;
	}

	td->vcpu = vcpu;
	td->id = atomic64_inc_return(&last_id);
	td->assoc_cpu = -1;
	vcpu->arch.tdx = td;

	vcpu->arch.guest_state_protected = true;
	fpstate_set_confidential(&vcpu->arch.guest_fpu);
	vcpu->arch.xfd_no_write_intercept = true;

	/* A TD has no INIT and SIPI: all vCPUs start to run at the reset vector. */
	vcpu->arch.mp_state = KVM_MP_STATE_RUNNABLE;

	apic->apicv_active = true;
	/*
	 * For other VMs KVM lets the timer expire early and then waits for the deadline
	 * before it enters the guest.  For a TD it cannot see whether a timer interrupt is
	 * pending, and so would not wait: do not let the timer expire early.
	 */
	apic->lapic_timer.timer_advance_ns = 0;

	return 0;
}

void td_vcpu_free(struct kvm_vcpu *vcpu)
{
	struct vcpu_tdx *td = to_vcpu_tdx(vcpu);
	unsigned int i;

	if (!td)
		return;

	/* Usually td_die() has done this.  If it failed, the pages below are leaked. */
	td_vcpu_flush(vcpu);

	for (i = 0; i < tdx_nr_tdvps_pages(tdx_get_sys_info()); i++)
		td_reclaim_page(td->tdcx[i]);
	td_reclaim_page(td->tdvpr);

	kfree(td->tdcx);
	kfree(td);
	vcpu->arch.tdx = NULL;
}

/*
 * Nothing to do when the vCPU is created.  Later there is no reset: the TDX module has none,
 * and KVM blocks INIT signals to TDs.
 */
void td_vcpu_reset(struct kvm_vcpu *vcpu, bool init_event)
{
	KVM_BUG_ON(init_event, vcpu->kvm);
}

/*
 * A guest must not train the branch predictors for the guest that runs next on the CPU.  The vendor
 * issues a barrier between two vCPUs whose VMCS or VMCB it loads.  It loads none for a vCPU of a
 * TD: it would not notice that a TD ran in between, and for the TD nobody would issue one.
 */
void td_switch_vcpu(struct kvm_vcpu *vcpu)
{
	struct vcpu_tdx *td = is_td_vcpu(vcpu) ? to_vcpu_tdx(vcpu) : NULL;
	u64 id = td ? td->id : 0;

	if (!kvm_mirror_is_used() || __this_cpu_read(last_vcpu) == id)
		return;

	__this_cpu_write(last_vcpu, id);
	atomic_inc(&td_nr_branch_barriers);
	indirect_branch_prediction_barrier();
}

/*
 * If td_vcpu_create() fails, the vendor's vcpu_free() may load and put a vCPU that has no
 * struct vcpu_tdx.
 */
void td_vcpu_load(struct kvm_vcpu *vcpu, int cpu)
{
	struct vcpu_tdx *td = to_vcpu_tdx(vcpu);

	if (td && td->assoc_cpu != cpu)
		td_vcpu_flush(vcpu);
}

void td_vcpu_put(struct kvm_vcpu *vcpu)
{
	struct vcpu_tdx *td = to_vcpu_tdx(vcpu);

	if (!td)
		return;

	td_host_restore(td);
	++vcpu->stat.host_state_reload;
}

/* x2APIC is the only APIC mode of a TD. */
static int enable_x2apic(struct kvm_vcpu *vcpu)
{
	struct msr_data base = {
		.index = MSR_IA32_APICBASE,
		.data = APIC_DEFAULT_PHYS_BASE | LAPIC_MODE_X2APIC |
			(kvm_vcpu_is_reset_bsp(vcpu) ? MSR_IA32_APICBASE_BSP : 0),
		.host_initiated = true,
	};

	return kvm_apic_set_base(vcpu, &base) ? -EINVAL : 0;
}

static int add_tdcx_pages(struct kvm_vcpu *vcpu)
{
	struct vcpu_tdx *td = to_vcpu_tdx(vcpu);
	phys_addr_t tdr = to_kvm_tdx(vcpu->kvm)->tdr, page;
	unsigned int i;
	int ret;

	page = td_alloc_page();
	if (!page)
		return -ENOMEM;

	ret = td_retry_busy(td_check(TDH_VP_CREATE, tdh_vp_create(tdr, page)));
	if (ret)
		goto out_free;
	td->tdvpr = page;

	for (i = 0; i < tdx_nr_tdvps_pages(tdx_get_sys_info()); i++) {
		page = td_alloc_page();
		if (!page)
			return -ENOMEM;

		ret = td_retry_busy(td_check(TDH_VP_ADDCX, tdh_vp_addcx(td->tdvpr, page)));
		if (ret)
			goto out_free;
		td->tdcx[i] = page;
	}

	return 0;

out_free:
	td_free_page(page);
	return ret;
}

static int init_state(struct kvm_vcpu *vcpu, u64 initial_rcx)
{
	phys_addr_t tdvpr = to_vcpu_tdx(vcpu)->tdvpr;

	guard(irqsave)();
	td_associate(to_vcpu_tdx(vcpu));
	return td_retry_busy(td_check(TDH_VP_INIT, tdh_vp_init(tdvpr, initial_rcx, vcpu->vcpu_id)));
}

/*
 * Tell the TDX module the notification vector and the descriptor of posted interrupts, and
 * then enable them: the module demands this order.
 */
static int set_up_posted_interrupts(struct kvm_vcpu *vcpu)
{
	phys_addr_t pi = __pa(&to_vcpu_tdx(vcpu)->pi);
	int ret;

	ret = td_vp_wr(vcpu, TDX_MD_VP_POSTED_INTR_NV, POSTED_INTR_VECTOR, U16_MAX);
	if (!ret)
		ret = td_vp_wr(vcpu, TDX_MD_VP_POSTED_INTR_DESC, pi, U64_MAX);
	if (!ret)
		ret = td_vp_wr(vcpu, TDX_MD_VP_PIN_CONTROLS, PIN_BASED_POSTED_INTR,
			       PIN_BASED_POSTED_INTR);
	return ret;
}

int td_vcpu_init(struct kvm_vcpu *vcpu, u64 initial_rcx)
{
	struct vcpu_tdx *td = to_vcpu_tdx(vcpu);
	int ret;

	/* An earlier attempt failed half way, and the TDX module cannot undo its first steps. */
	if (td->tdvpr)
		return -EIO;

	ret = enable_x2apic(vcpu);
	if (!ret)
		ret = add_tdcx_pages(vcpu);
	if (!ret)
		ret = init_state(vcpu, initial_rcx);
	if (!ret)
		ret = set_up_posted_interrupts(vcpu);
	if (ret)
		return ret;

	td->initialized = true;
	return 0;
}
