/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest of the bare TD.  It starts in 32-bit mode, switches to long mode, and executes
 * the test's commands in a loop.  For the kernel this code is data, which the test copies
 * to GUEST_CODE in the TD.
 */
#include <linux/linkage.h>
#include "bare_td.h"

#define TDCALL	.byte 0x66, 0x0f, 0x01, 0xcc

	.section .rodata.bare_td, "a"
	.balign 64
SYM_DATA_START(bare_td_code)

/* The reset vector jumps here.  RBX, RCX, RDX, RSI and R8 have the values from VP.INIT. */
	.code32
.Lstart32:
	movl	%cr4, %eax
	orl	$0x40620, %eax			/* OSXSAVE, OSXMMEXCPT, OSFXSR, PAE */
	movl	%eax, %cr4
	movl	$GUEST_PML4, %eax
	movl	%eax, %cr3
	movl	%cr0, %eax
	orl	$0x80010000, %eax		/* PG, WP */
	movl	%eax, %cr0
	lgdt	GUEST_GDTR
	ljmp	$GUEST_CS64, $(GUEST_CODE + GUEST_ENTRY64)

	. = bare_td_code + GUEST_ENTRY64
	.code64
	movl	$GUEST_DS, %eax
	movl	%eax, %ss
	movl	%eax, %ds
	movl	%eax, %es
	movl	$GUEST_STACK, %esp
	movl	$GUEST_IDTR, %eax
	lidt	(%rax)

	/* The first report has the registers as they were at the start. */
	movl	$GUEST_DATA, %ebp
	movq	$GUEST_NO_FAULT, .Lvector(%rbp)
	movq	%rbx, .Lrax(%rbp)
	movq	%rcx, .Lrcx(%rbp)
	movq	%rdx, .Lrdx(%rbp)
	movq	%r8, .Lr8(%rbp)
	movq	%rsi, .Lr9(%rbp)
	movq	%cr0, %rax
	movq	%rax, .Lr10(%rbp)
	movq	%cr4, %rax
	movq	%rax, .Lr11(%rbp)

/* Offsets in the page of data, which RBP points to: results of the last command. */
	.set .Lvector, 0
	.set .Lerror, 8
	.set .Lrax, 16
	.set .Lrcx, 24
	.set .Lrdx, 32
	.set .Lr8, 40
	.set .Lr9, 48
	.set .Lr10, 56
	.set .Lr11, 64
	.set .Lirqs, 72
	.set .Lnmis, 80

.Lrequest:
	xorl	%eax, %eax
	movl	$GUEST_REQUEST_MASK, %ecx
	xorl	%r10d, %r10d
	movl	$GUEST_REQUEST, %r11d
	/* Vector, error code, counts of interrupts and NMIs: 16 bits each. */
	movq	.Lvector(%rbp), %r12
	movq	.Lerror(%rbp), %r13
	shlq	$16, %r13
	orq	%r13, %r12
	movq	.Lirqs(%rbp), %r13
	shlq	$32, %r13
	orq	%r13, %r12
	movq	.Lnmis(%rbp), %r13
	shlq	$48, %r13
	orq	%r13, %r12
	movq	.Lrax(%rbp), %r13
	movq	.Lrcx(%rbp), %r14
	movq	.Lrdx(%rbp), %r15
	movq	.Lr8(%rbp), %rbx
	movq	.Lr9(%rbp), %rdi
	movq	.Lr10(%rbp), %rsi
	movq	.Lr11(%rbp), %rdx
	xorl	%r8d, %r8d
	xorl	%r9d, %r9d
	TDCALL

	/* The answer is the next command. */
	movq	$GUEST_NO_FAULT, .Lvector(%rbp)
	movq	$0, .Lerror(%rbp)
	movq	%r10, %rbx
	movq	%r11, %rax
	movq	%r12, %rcx
	movq	%r13, %rdx
	movq	%r14, %r8
	movq	%r15, %r9
	xorl	%r10d, %r10d
	xorl	%r11d, %r11d

	.macro	on_command nr:req, to:req
	cmpl	$\nr, %ebx
	je	\to
	.endm
	on_command CMD_TDCALL, .Ltdcall
	on_command CMD_CPUID, .Lcpuid
	on_command CMD_RDMSR, .Lrdmsr
	on_command CMD_WRMSR, .Lwrmsr
	on_command CMD_READ, .Lread
	on_command CMD_WRITE, .Lwrite
	on_command CMD_HLT, .Lhlt
	on_command CMD_IN, .Lin
	on_command CMD_OUT, .Lout
	on_command CMD_WAIT, .Lwait
	on_command CMD_RDTSC, .Lrdtsc
	on_command CMD_CR4, .Lcr4
	on_command CMD_CR0, .Lcr0
	on_command CMD_XSETBV, .Lxsetbv
	on_command CMD_UD2, .Lud2
	on_command CMD_VMCALL, .Lvmcall
	on_command CMD_SET_XMM1, .Lset_xmm1
	on_command CMD_GET_XMM1, .Lget_xmm1
	on_command CMD_DR0, .Ldr0
	on_command CMD_SPIN, .Lspin
	on_command CMD_CR8, .Lcr8
	on_command CMD_EXEC, .Lexec
	ud2

.Ltdcall:
	TDCALL
	jmp	.Ldone
.Lcpuid:
	cpuid
	movq	%rbx, %r8
	jmp	.Ldone
.Lrdmsr:
	rdmsr
	jmp	.Ldone
.Lwrmsr:
	wrmsr
	jmp	.Ldone
.Lread:
	movq	(%rcx), %rax
	jmp	.Ldone
.Lwrite:
	movq	%rdx, (%rcx)
	jmp	.Ldone
.Lhlt:
	hlt
	jmp	.Ldone
.Lin:
	inb	%dx, %al
	jmp	.Ldone
.Lout:
	outb	%al, %dx
	jmp	.Ldone
.Lwait:
	sti
1:	pause
	movq	.Lirqs(%rbp), %rax
	cmpq	%rdx, %rax
	jne	2f
	decq	%rcx
	jnz	1b
2:	cli
	jmp	.Ldone
.Lrdtsc:
	rdtsc
	jmp	.Ldone
.Lcr4:
	movq	%rcx, %cr4
	movq	%cr4, %rax
	jmp	.Ldone
.Lcr0:
	movq	%rcx, %cr0
	movq	%cr0, %rax
	jmp	.Ldone
.Lxsetbv:
	xsetbv
	jmp	.Ldone
.Lud2:
	ud2
.Lvmcall:
	vmcall
	jmp	.Ldone
.Lset_xmm1:
	movq	%rdx, %xmm1
	jmp	.Ldone
.Lget_xmm1:
	movq	%xmm1, %rax
	jmp	.Ldone
.Ldr0:
	movq	%rdx, %dr0
	movq	%dr0, %rax
	jmp	.Ldone
.Lspin:
	pause
	decq	%rcx
	jnz	.Lspin
	jmp	.Ldone
.Lcr8:
	movq	%rcx, %cr8
	movq	%cr8, %rax
	jmp	.Ldone
.Lexec:
	call	*%rcx

.Ldone:
	movq	%rax, .Lrax(%rbp)
	movq	%rcx, .Lrcx(%rbp)
	movq	%rdx, .Lrdx(%rbp)
	movq	%r8, .Lr8(%rbp)
	movq	%r9, .Lr9(%rbp)
	movq	%r10, .Lr10(%rbp)
	movq	%r11, .Lr11(%rbp)
.Lresume:
	movl	$GUEST_STACK, %esp
	jmp	.Lrequest

/* Exceptions; the stack has vector, error code, RIP ...  Note both and end the command. */
.Lexception:
	popq	.Lvector(%rbp)
	popq	.Lerror(%rbp)
	leaq	.Lresume(%rip), %rax
	movq	%rax, (%rsp)
	iretq

.Lnmi:
	incq	.Lnmis(%rbp)
	addq	$16, %rsp
	iretq

.Lirq:
	incq	.Lirqs(%rbp)
	pushq	%rax
	pushq	%rcx
	pushq	%rdx
	xorl	%eax, %eax
	xorl	%edx, %edx
	movl	$0x80b, %ecx			/* x2APIC EOI */
	wrmsr
	popq	%rdx
	popq	%rcx
	popq	%rax
	iretq

	.set vector, 0
	.rept	GUEST_NR_EXCEPTIONS
	. = bare_td_code + GUEST_HANDLERS + vector * GUEST_HANDLER_BYTES
	.if !(vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21)
	pushq	$0
	.endif
	pushq	$vector
	.if vector == 2
	jmp	.Lnmi
	.else
	jmp	.Lexception
	.endif
	.set vector, vector + 1
	.endr
	. = bare_td_code + GUEST_HANDLERS + GUEST_IRQ_HANDLER * GUEST_HANDLER_BYTES
	jmp	.Lirq

/* The reset vector, at 0xfffffff0. */
	. = bare_td_code + GUEST_CODE_BYTES - 16
	.code32
	jmp	.Lstart32
	. = bare_td_code + GUEST_CODE_BYTES
SYM_DATA_END(bare_td_code)
	.code64
