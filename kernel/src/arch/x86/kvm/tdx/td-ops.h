/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Table of all ops of struct kvm_x86_ops: who answers when KVM calls one for a TD.  Only ops.c
 * includes it, several times, with other definitions of the macros.  An op of the base kernel
 * that has no row here does not compile.
 *
 *   TD_OP(return type, name, parameters, arguments, the TD's answer)
 *   TD_VOID_OP(name, parameters, arguments, what to do for a TD)
 *   TD_NOP(name, parameters, arguments)
 *	The vendor's op is not called for a TD.
 *   TD_NEVER(return type, name, parameters, arguments)
 *	An op about a vCPU that KVM does not call for a TD's.  If it did, that would be a bug
 *	of KVM: KVM warns and the TD dies, in production too.  A TD's VMCS is never loaded, so
 *	kvm-intel's op would use that of another VM.
 *   TD_BY_HAND(name)
 *	dispatch_<name>() in ops.c decides.  It may call the vendor's op, too.
 *   TD_VENDOR(name)
 *	The vendor's op, for every VM.
 *
 * The first parameter is the object that the op is about: vcpu, kvm or apic.  An op that
 * the vendor does not have is not added, except those of TD_BY_HAND.
 */
#ifndef TD_ROW
#define TD_ROW(name)
#endif
#ifndef TD_OP
#define TD_OP(type, name, params, args, answer)		TD_ROW(name)
#endif
#ifndef TD_VOID_OP
#define TD_VOID_OP(name, params, args, answer)		TD_OP(void, name, params, args, answer)
#endif
#ifndef TD_BY_HAND
#define TD_BY_HAND(name)				TD_ROW(name)
#endif
#ifndef TD_VENDOR
#define TD_VENDOR(name)					TD_ROW(name)
#endif
#define TD_NOP(name, params, args)			TD_VOID_OP(name, params, args, (void)0)
#define TD_NEVER(type, name, params, args)		\
	TD_OP(type, name, params, args, ({ KVM_BUG_ON(1, vcpu->kvm); (type)0; }))

/* The host */
TD_VENDOR(check_processor_compatibility)
TD_VENDOR(enable_virtualization_cpu)
TD_BY_HAND(disable_virtualization_cpu)
TD_VENDOR(hardware_unsetup)
TD_VENDOR(get_feature_msr)
TD_VENDOR(has_wbinvd_exit)
TD_VENDOR(dev_get_attr)
TD_VENDOR(gmem_invalidate)

/* Life of a vCPU */
TD_BY_HAND(vcpu_precreate)
TD_BY_HAND(vcpu_create)
TD_BY_HAND(vcpu_free)
TD_VOID_OP(vcpu_reset, (struct kvm_vcpu *vcpu, bool init_event), (vcpu, init_event),
	   td_vcpu_reset(vcpu, init_event))
TD_BY_HAND(vcpu_load)
TD_VOID_OP(vcpu_put, (struct kvm_vcpu *vcpu), (vcpu), put_td(vcpu))
/*
 * The TDX module answers most CPUID leaves of a TD; the CPUID that user space sets is only
 * what TDVMCALL<CPUID> returns.
 */
TD_NOP(vcpu_after_set_cpuid, (struct kvm_vcpu *vcpu), (vcpu))

/* Entry and exit */
TD_VOID_OP(prepare_switch_to_guest, (struct kvm_vcpu *vcpu), (vcpu),
	   td_prepare_switch_to_guest(vcpu))
TD_OP(int, vcpu_pre_run, (struct kvm_vcpu *vcpu), (vcpu), td_vcpu_pre_run(vcpu))
TD_OP(fastpath_t, vcpu_run, (struct kvm_vcpu *vcpu, u64 run_flags), (vcpu, run_flags),
      td_vcpu_run(vcpu, run_flags))
TD_OP(int, handle_exit, (struct kvm_vcpu *vcpu, fastpath_t fastpath), (vcpu, fastpath),
      td_handle_exit(vcpu, fastpath))
TD_VOID_OP(handle_exit_irqoff, (struct kvm_vcpu *vcpu), (vcpu), td_handle_exit_irqoff(vcpu))
TD_VOID_OP(get_exit_info, (struct kvm_vcpu *vcpu, u32 *reason, u64 *info1, u64 *info2,
			   u32 *intr_info, u32 *error_code),
	   (vcpu, reason, info1, info2, intr_info, error_code),
	   td_get_exit_info(vcpu, reason, info1, info2, intr_info, error_code))

/* Shared page table.  The memory type is the same for all VMs, and comes from no VMCS. */
TD_VENDOR(get_mt_mask)
TD_VOID_OP(load_mmu_pgd, (struct kvm_vcpu *vcpu, hpa_t root_hpa, int root_level),
	   (vcpu, root_hpa, root_level), td_load_mmu_pgd(vcpu, root_hpa, root_level))
TD_VOID_OP(flush_tlb_all, (struct kvm_vcpu *vcpu), (vcpu), flush_td(vcpu))
TD_VOID_OP(flush_tlb_current, (struct kvm_vcpu *vcpu), (vcpu), flush_td(vcpu))
TD_NOP(flush_tlb_gva, (struct kvm_vcpu *vcpu, gva_t addr), (vcpu, addr))
TD_NOP(flush_tlb_guest, (struct kvm_vcpu *vcpu), (vcpu))
#if IS_ENABLED(CONFIG_HYPERV)
/* On Hyper-V the vendor flushes the roots that it has loaded, and it never loads a TD's. */
TD_OP(int, flush_remote_tlbs, (struct kvm *kvm), (kvm), -EOPNOTSUPP)
TD_OP(int, flush_remote_tlbs_range, (struct kvm *kvm, gfn_t gfn, gfn_t nr_pages),
      (kvm, gfn, nr_pages), -EOPNOTSUPP)
#endif
TD_NOP(update_cpu_dirty_logging, (struct kvm_vcpu *vcpu), (vcpu))

/* Interrupts: ops that KVM implements for a TD */
TD_BY_HAND(sync_pir_to_irr)
TD_BY_HAND(dy_apicv_has_pending_interrupt)
TD_VOID_OP(deliver_interrupt, (struct kvm_lapic *apic, int delivery_mode, int trig_mode,
			       int vector),
	   (apic, delivery_mode, trig_mode, vector),
	   td_deliver_interrupt(apic, delivery_mode, trig_mode, vector))
TD_VOID_OP(inject_nmi, (struct kvm_vcpu *vcpu), (vcpu), td_inject_nmi(vcpu))
/* Posted interrupts need no window, and the TDX module waits for the window of an NMI. */
TD_OP(int, interrupt_allowed, (struct kvm_vcpu *vcpu, bool for_injection), (vcpu, for_injection),
      true)
TD_OP(int, nmi_allowed, (struct kvm_vcpu *vcpu, bool for_injection), (vcpu, for_injection), true)

/* Interrupts: ops whose work the TDX module does, or that need the guest's state */
TD_NOP(inject_irq, (struct kvm_vcpu *vcpu, bool reinjected), (vcpu, reinjected))
TD_NOP(inject_exception, (struct kvm_vcpu *vcpu), (vcpu))
TD_NOP(cancel_injection, (struct kvm_vcpu *vcpu), (vcpu))
TD_OP(bool, get_nmi_mask, (struct kvm_vcpu *vcpu), (vcpu), false)
TD_NOP(set_nmi_mask, (struct kvm_vcpu *vcpu, bool masked), (vcpu, masked))
/* A TD that halts calls the host: the vCPU is never halted in the guest. */
TD_NOP(clear_hlt, (struct kvm_vcpu *vcpu), (vcpu))
TD_NOP(enable_nmi_window, (struct kvm_vcpu *vcpu), (vcpu))
TD_NOP(enable_irq_window, (struct kvm_vcpu *vcpu), (vcpu))
TD_OP(bool, is_vnmi_pending, (struct kvm_vcpu *vcpu), (vcpu), false)
TD_OP(bool, set_vnmi_pending, (struct kvm_vcpu *vcpu), (vcpu), false)
TD_NOP(update_cr8_intercept, (struct kvm_vcpu *vcpu, int tpr, int irr), (vcpu, tpr, irr))
TD_NOP(set_interrupt_shadow, (struct kvm_vcpu *vcpu, int mask), (vcpu, mask))
TD_OP(u32, get_interrupt_shadow, (struct kvm_vcpu *vcpu), (vcpu), 0)
TD_NOP(refresh_apicv_exec_ctrl, (struct kvm_vcpu *vcpu), (vcpu))
TD_NOP(hwapic_irr_update, (struct kvm_vcpu *vcpu, int max_irr), (vcpu, max_irr))
TD_NOP(hwapic_isr_update, (struct kvm_vcpu *vcpu, int isr), (vcpu, isr))
TD_NOP(load_eoi_exitmap, (struct kvm_vcpu *vcpu, u64 *bitmap), (vcpu, bitmap))
TD_NOP(set_virtual_apic_mode, (struct kvm_vcpu *vcpu), (vcpu))
TD_NOP(set_apic_access_page_addr, (struct kvm_vcpu *vcpu), (vcpu))
TD_NOP(apicv_pre_state_restore, (struct kvm_vcpu *vcpu), (vcpu))
TD_NOP(apicv_post_state_restore, (struct kvm_vcpu *vcpu), (vcpu))
TD_OP(unsigned long, vcpu_get_apicv_inhibit_reasons, (struct kvm_vcpu *vcpu), (vcpu), 0)
TD_NOP(vcpu_blocking, (struct kvm_vcpu *vcpu), (vcpu))
TD_NOP(vcpu_unblocking, (struct kvm_vcpu *vcpu), (vcpu))
TD_OP(int, pi_update_irte, (struct kvm *kvm, unsigned int host_irq, u32 guest_irq, bool set),
      (kvm, host_irq, guest_irq, set), 0)
/* Wakes the vCPUs of a VM that gets its first device with posted interrupts. */
TD_VENDOR(pi_start_assignment)
/* A page for the registers of KVM's local APIC, which a TD's vCPU has too. */
TD_VENDOR(alloc_apic_backing_page)
TD_OP(bool, apic_init_signal_blocked, (struct kvm_vcpu *vcpu), (vcpu), true)
TD_NOP(vcpu_deliver_sipi_vector, (struct kvm_vcpu *vcpu, u8 vector), (vcpu, vector))
#ifdef CONFIG_KVM_SMM
TD_OP(int, smi_allowed, (struct kvm_vcpu *vcpu, bool for_injection), (vcpu, for_injection), 0)
TD_NEVER(int, enter_smm, (struct kvm_vcpu *vcpu, union kvm_smram *smram), (vcpu, smram))
TD_NEVER(int, leave_smm, (struct kvm_vcpu *vcpu, const union kvm_smram *smram), (vcpu, smram))
TD_NOP(enable_smi_window, (struct kvm_vcpu *vcpu), (vcpu))
#endif

/* MSRs and time */
TD_BY_HAND(has_emulated_msr)
TD_OP(int, get_msr, (struct kvm_vcpu *vcpu, struct msr_data *msr), (vcpu, msr),
      td_get_msr(vcpu, msr))
TD_OP(int, set_msr, (struct kvm_vcpu *vcpu, struct msr_data *msr), (vcpu, msr),
      td_set_msr(vcpu, msr))
TD_OP(int, complete_emulated_msr, (struct kvm_vcpu *vcpu, int err), (vcpu, err),
      td_complete_emulated_msr(vcpu, err))
TD_NOP(msr_filter_changed, (struct kvm_vcpu *vcpu), (vcpu))
TD_NOP(setup_mce, (struct kvm_vcpu *vcpu), (vcpu))
TD_NOP(write_tsc_offset, (struct kvm_vcpu *vcpu), (vcpu))
TD_NOP(write_tsc_multiplier, (struct kvm_vcpu *vcpu), (vcpu))
TD_OP(int, set_hv_timer, (struct kvm_vcpu *vcpu, u64 deadline, bool *expired),
      (vcpu, deadline, expired), -EOPNOTSUPP)
TD_NOP(cancel_hv_timer, (struct kvm_vcpu *vcpu), (vcpu))
TD_NOP(migrate_timers, (struct kvm_vcpu *vcpu), (vcpu))

/* Registers: KVM cannot see a TD's registers, and reads zero */
TD_NOP(update_exception_bitmap, (struct kvm_vcpu *vcpu), (vcpu))
TD_OP(u64, get_segment_base, (struct kvm_vcpu *vcpu, int seg), (vcpu, seg), 0)
TD_VOID_OP(get_segment, (struct kvm_vcpu *vcpu, struct kvm_segment *var, int seg),
	   (vcpu, var, seg), memset(var, 0, sizeof(*var)))
TD_NOP(set_segment, (struct kvm_vcpu *vcpu, struct kvm_segment *var, int seg), (vcpu, var, seg))
TD_OP(int, get_cpl, (struct kvm_vcpu *vcpu), (vcpu), 0)
TD_VOID_OP(get_cs_db_l_bits, (struct kvm_vcpu *vcpu, int *db, int *l), (vcpu, db, l), *db = *l = 0)
TD_OP(bool, is_valid_cr0, (struct kvm_vcpu *vcpu, unsigned long cr0), (vcpu, cr0), true)
TD_NOP(set_cr0, (struct kvm_vcpu *vcpu, unsigned long cr0), (vcpu, cr0))
TD_NOP(post_set_cr3, (struct kvm_vcpu *vcpu, unsigned long cr3), (vcpu, cr3))
TD_OP(bool, is_valid_cr4, (struct kvm_vcpu *vcpu, unsigned long cr4), (vcpu, cr4), true)
TD_NOP(set_cr4, (struct kvm_vcpu *vcpu, unsigned long cr4), (vcpu, cr4))
TD_OP(int, set_efer, (struct kvm_vcpu *vcpu, u64 efer), (vcpu, efer), 0)
TD_VOID_OP(get_idt, (struct kvm_vcpu *vcpu, struct desc_ptr *dt), (vcpu, dt),
	   memset(dt, 0, sizeof(*dt)))
TD_NOP(set_idt, (struct kvm_vcpu *vcpu, struct desc_ptr *dt), (vcpu, dt))
TD_VOID_OP(get_gdt, (struct kvm_vcpu *vcpu, struct desc_ptr *dt), (vcpu, dt),
	   memset(dt, 0, sizeof(*dt)))
TD_NOP(set_gdt, (struct kvm_vcpu *vcpu, struct desc_ptr *dt), (vcpu, dt))
TD_NOP(sync_dirty_debug_regs, (struct kvm_vcpu *vcpu), (vcpu))
TD_NOP(set_dr7, (struct kvm_vcpu *vcpu, unsigned long value), (vcpu, value))
TD_NOP(cache_reg, (struct kvm_vcpu *vcpu, enum kvm_reg reg), (vcpu, reg))
TD_OP(unsigned long, get_rflags, (struct kvm_vcpu *vcpu), (vcpu), 0)
TD_NOP(set_rflags, (struct kvm_vcpu *vcpu, unsigned long rflags), (vcpu, rflags))
TD_OP(bool, get_if_flag, (struct kvm_vcpu *vcpu), (vcpu), false)

/* Instructions: KVM cannot read a TD's instructions, the guest asks by TDVMCALL instead */
TD_OP(int, skip_emulated_instruction, (struct kvm_vcpu *vcpu), (vcpu), 1)
TD_NEVER(void, update_emulated_instruction, (struct kvm_vcpu *vcpu), (vcpu))
TD_NOP(patch_hypercall, (struct kvm_vcpu *vcpu, unsigned char *addr), (vcpu, addr))
TD_OP(int, check_emulate_instruction, (struct kvm_vcpu *vcpu, int type, void *insn, int len),
      (vcpu, type, insn, len), td_check_emulate_instruction(vcpu, type))
TD_NEVER(int, check_intercept, (struct kvm_vcpu *vcpu, struct x86_instruction_info *info,
				enum x86_intercept_stage stage, struct x86_exception *exception),
	 (vcpu, info, stage, exception))
TD_NEVER(gva_t, get_untagged_addr, (struct kvm_vcpu *vcpu, gva_t gva, unsigned int flags),
	 (vcpu, gva, flags))

/* Nested virtualization: a TD has none, so its vCPU is never in guest mode */
TD_NEVER(u64, get_l2_tsc_offset, (struct kvm_vcpu *vcpu), (vcpu))
TD_NEVER(u64, get_l2_tsc_multiplier, (struct kvm_vcpu *vcpu), (vcpu))
/* User space asks for it; the answer is the same as if the vendor did not have it. */
TD_OP(int, enable_l2_tlb_flush, (struct kvm_vcpu *vcpu), (vcpu), -ENOTTY)

/* The VM */
TD_BY_HAND(vm_init)
TD_BY_HAND(vm_destroy)
TD_OP(int, set_tss_addr, (struct kvm *kvm, unsigned int addr), (kvm, addr), 0)
TD_OP(int, set_identity_map_addr, (struct kvm *kvm, u64 addr), (kvm, addr), 0)
TD_BY_HAND(mem_enc_ioctl)
TD_OP(int, mem_enc_register_region, (struct kvm *kvm, struct kvm_enc_region *range),
      (kvm, range), -ENOTTY)
TD_OP(int, mem_enc_unregister_region, (struct kvm *kvm, struct kvm_enc_region *range),
      (kvm, range), -ENOTTY)
TD_OP(int, vm_copy_enc_context_from, (struct kvm *kvm, unsigned int source_fd),
      (kvm, source_fd), -EINVAL)
TD_OP(int, vm_move_enc_context_from, (struct kvm *kvm, unsigned int source_fd),
      (kvm, source_fd), -EINVAL)
/* For the private memory of other VM types: the vendor finds that a TD is none of these. */
TD_VENDOR(guest_memory_reclaimed)
TD_VENDOR(gmem_prepare)
TD_VENDOR(private_max_mapping_level)

#undef TD_ROW
#undef TD_OP
#undef TD_VOID_OP
#undef TD_BY_HAND
#undef TD_VENDOR
#undef TD_NOP
#undef TD_NEVER
