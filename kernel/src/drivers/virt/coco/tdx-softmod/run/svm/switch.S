/* SPDX-License-Identifier: GPL-2.0-only */
#include <linux/linkage.h>
#include <asm/asm.h>
#include <asm/cpufeatures.h>
#include <asm/nospec-branch.h>

/* Offset of GPR @n in struct sm_run.  VMRUN switches RAX and RSP, this code the others. */
#define GPR(n)	((n) * 8)

.section .noinstr.text, "ax"

/*
 * int sm_vmrun(struct sm_run *run, phys_addr_t vmcb_pa, phys_addr_t host_pa)
 *
 * Executes CLGI and VMRUN.  The caller has IF = 0 and executes STGI later, still with
 * IF = 0.  An interrupt or NMI that ended the guest's run is pending until then, and is
 * delivered once, through the host's own IDT.
 *
 * VMRUN does not switch FS, GS, TR, LDTR, KERNEL_GS_BASE and the SYSCALL and SYSENTER
 * MSRs.  The host's are saved in a page of softmod's own (@host_pa).  The page that
 * VM_HSAVE_PA names is KVM's, which relies on what it has put there.
 *
 * Per-CPU data cannot be accessed from VMLOAD of the guest to VMLOAD of the host,
 * because GS is the guest's.
 *
 * The host's IF must be set at VMRUN, or physical interrupts do not end the guest's run.
 * STI comes well before VMRUN, because its interrupt shadow could otherwise last into
 * the guest.
 *
 * Returns 0, or 1 if VMRUN faulted, with GIF clear; or -1 with GIF as it was if CLGI
 * faulted, because EFER.SVME is clear.
 */
SYM_FUNC_START(sm_vmrun)
	push	%rbp
	push	%r15
	push	%r14
	push	%r13
	push	%r12
	push	%rbx

1:	clgi
	sti

	mov	%rdx, %rax
	vmsave	%rax

	push	%rdx
	push	%rsi
	push	%rdi

	mov	%rsi, %rax
	vmload	%rax

	mov	GPR(1)(%rdi), %rcx
	mov	GPR(2)(%rdi), %rdx
	mov	GPR(3)(%rdi), %rbx
	mov	GPR(5)(%rdi), %rbp
	mov	GPR(6)(%rdi), %rsi
	mov	GPR(8)(%rdi), %r8
	mov	GPR(9)(%rdi), %r9
	mov	GPR(10)(%rdi), %r10
	mov	GPR(11)(%rdi), %r11
	mov	GPR(12)(%rdi), %r12
	mov	GPR(13)(%rdi), %r13
	mov	GPR(14)(%rdi), %r14
	mov	GPR(15)(%rdi), %r15
	mov	GPR(7)(%rdi), %rdi

	VM_CLEAR_CPU_BUFFERS

2:	vmrun	%rax
3:
	pop	%rax
	mov	%rcx, GPR(1)(%rax)
	mov	%rdx, GPR(2)(%rax)
	mov	%rbx, GPR(3)(%rax)
	mov	%rbp, GPR(5)(%rax)
	mov	%rsi, GPR(6)(%rax)
	mov	%rdi, GPR(7)(%rax)
	mov	%r8, GPR(8)(%rax)
	mov	%r9, GPR(9)(%rax)
	mov	%r10, GPR(10)(%rax)
	mov	%r11, GPR(11)(%rax)
	mov	%r12, GPR(12)(%rax)
	mov	%r13, GPR(13)(%rax)
	mov	%r14, GPR(14)(%rax)
	mov	%r15, GPR(15)(%rax)
	xor	%ebx, %ebx

4:	pop	%rax
	vmsave	%rax
	pop	%rax
	vmload	%rax

	/* Before the first RET, as the guest may have trained the predictor of returns. */
	FILL_RETURN_BUFFER %rax, RSB_CLEAR_LOOPS, X86_FEATURE_RSB_VMEXIT
	UNTRAIN_RET_VM

	cli

	/* Clear the guest's values, so that speculation cannot use them. */
	mov	%ebx, %eax
	xor	%ebx, %ebx
	xor	%ecx, %ecx
	xor	%edx, %edx
	xor	%esi, %esi
	xor	%edi, %edi
	xor	%ebp, %ebp
	xor	%r8d, %r8d
	xor	%r9d, %r9d
	xor	%r10d, %r10d
	xor	%r11d, %r11d
	xor	%r12d, %r12d
	xor	%r13d, %r13d
	xor	%r14d, %r14d
	xor	%r15d, %r15d

.Lreturn:
	pop	%rbx
	pop	%r12
	pop	%r13
	pop	%r14
	pop	%r15
	pop	%rbp
	RET

	/* CLGI faulted: there is nothing to undo. */
5:	mov	$-1, %eax
	jmp	.Lreturn

	/* VMRUN faulted: the guest's GPRs have not changed, so do not save them. */
6:	pop	%rax
	mov	$1, %ebx
	jmp	4b

	_ASM_EXTABLE(1b, 5b)
	_ASM_EXTABLE(2b, 6b)
SYM_FUNC_END(sm_vmrun)
