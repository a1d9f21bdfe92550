/* SPDX-License-Identifier: GPL-2.0-only */
#include <linux/linkage.h>
#include <asm/asm.h>
#include <asm/nospec-branch.h>
#include <asm/segment.h>

.section .noinstr.text, "ax"

/*
 * td_call_interrupt_gate(handler): do what the CPU does to deliver an interrupt
 * in kernel mode, with interrupts off: an aligned frame of SS, RSP, RFLAGS, CS and
 * RIP.  The handler's IRET returns behind the call, on the stack of before.
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
