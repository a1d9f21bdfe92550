/* SPDX-License-Identifier: GPL-2.0-only */
#include <linux/linkage.h>
#include <asm/asm.h>
#include <asm/nospec-branch.h>
#include <asm/segment.h>

.section .noinstr.text, "ax"

/*
 * td_call_interrupt_gate(handler): call the handler of an interrupt gate as the CPU does when
 * it delivers an interrupt in kernel mode: with interrupts off, and an aligned stack frame of
 * SS, RSP, RFLAGS, CS and RIP.  The handler's IRET returns to the instruction after the call
 * and restores the stack pointer.
 */
SYM_FUNC_START(td_call_interrupt_gate)
	push	%rbp
	mov	%rsp, %rbp

	and	$-16, %rsp
	push	$__KERNEL_DS
	push	%rbp
	pushf
	push	$__KERNEL_CS
	CALL_NOSPEC rdi

	/* IRET has set RSP to RBP; objtool does not know that. */
	leave
	RET
SYM_FUNC_END(td_call_interrupt_gate)
