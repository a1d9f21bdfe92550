/* SPDX-License-Identifier: GPL-2.0-only */
#include <linux/linkage.h>
#include <asm/asm.h>
#include <asm/cpufeatures.h>
#include <asm/nospec-branch.h>
#include <asm/unwind_hints.h>

/* Offset of GPR @n in struct sm_run.  VMX switches RSP, this code the others. */
#define GPR(n)	((n) * 8)

/* VMCS encodings of the host's RSP and RIP. */
#define HOST_RSP	0x6c14
#define HOST_RIP	0x6c16

.section .noinstr.text, "ax"

/*
 * int sm_vmx_enter(struct sm_run *run, bool is_launched)
 *
 * Executes VMLAUNCH or VMRESUME with the current VMCS.  The caller has IF = 0; an interrupt or
 * NMI ends the guest's run nevertheless.
 *
 * Returns 0 after a VM exit, 1 if the entry failed, -1 if an instruction faulted because VMX is
 * off.
 */
SYM_FUNC_START(sm_vmx_enter)
	push	%rbp
	push	%r15
	push	%r14
	push	%r13
	push	%r12
	push	%rbx
	push	%rdi

	mov	$HOST_RSP, %edx
1:	vmwrite	%rsp, %rdx
	lea	.Lexit(%rip), %rax
	mov	$HOST_RIP, %edx
2:	vmwrite	%rax, %rdx

	/* CF says whether to resume.  Nothing below changes it. */
	bt	$0, %esi

	mov	GPR(0)(%rdi), %rax
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

	UNWIND_HINT_SAVE
	jc	4f
3:	vmlaunch
	jmp	.Lfailed
4:	vmresume
	jmp	.Lfailed

	/* A VM exit continues here, with RSP as it was written above. */
.Lexit:
	UNWIND_HINT_RESTORE
	ANNOTATE_NOENDBR
	push	%rax
	mov	8(%rsp), %rax
	pop	GPR(0)(%rax)
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

.Lreturn:
	/* Before the first RET, as the guest may have trained the predictor of returns. */
	FILL_RETURN_BUFFER %rax, RSB_CLEAR_LOOPS, X86_FEATURE_RSB_VMEXIT, \
			   X86_FEATURE_RSB_VMEXIT_LITE
	CLEAR_BRANCH_HISTORY_VMEXIT

	/* Clear the guest's values, so that speculation cannot use them. */
	mov	%ebx, %eax
	xor	%ecx, %ecx
	xor	%edx, %edx
	xor	%esi, %esi
	xor	%edi, %edi
	xor	%r8d, %r8d
	xor	%r9d, %r9d
	xor	%r10d, %r10d
	xor	%r11d, %r11d

	add	$8, %rsp
	pop	%rbx
	pop	%r12
	pop	%r13
	pop	%r14
	pop	%r15
	pop	%rbp
	RET

	/* The GPRs have not changed, so do not save them. */
.Lfailed:
	mov	$1, %ebx
	jmp	.Lreturn
.Lfaulted:
	mov	$-1, %ebx
	jmp	.Lreturn

	_ASM_EXTABLE(1b, .Lfaulted)
	_ASM_EXTABLE(2b, .Lfaulted)
	_ASM_EXTABLE(3b, .Lfaulted)
	_ASM_EXTABLE(4b, .Lfaulted)
SYM_FUNC_END(sm_vmx_enter)
