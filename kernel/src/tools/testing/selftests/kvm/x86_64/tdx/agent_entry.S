/* SPDX-License-Identifier: GPL-2.0-only */
/* The agent's start, from the reset vector to agent_main(), and its interrupt gates. */

	.code32
	.section .start, "ax"
	.globl start
/*
 * A vCPU starts in 32-bit protected mode with flat segments, without paging.  ESI is its
 * index, EBX the GPA width.  EFER.LME and NXE are set already.
 */
start:
	mov	%cr4, %eax
	or	$0x620, %eax			/* PAE, OSFXSR, OSXMMEXCPT */
	mov	%eax, %cr4
	mov	$0x120000, %eax			/* AGENT_TABLES_GPA */
	mov	%eax, %cr3
	mov	%cr0, %eax
	or	$0x80000000, %eax
	mov	%eax, %cr0
	lgdt	gdt_pointer
	ljmp	$0x8, $start64

	.code64
start64:
	mov	$0x10, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	mov	%esi, %edi
	lea	1(%rdi), %rax
	shl	$14, %rax			/* AGENT_STACK_BYTES */
	lea	0x130000(%rax), %rsp		/* AGENT_STACKS_GPA */
	lidt	idt_pointer
	call	agent_main

	/* agent_die() loads an empty IDT, so that the #UD becomes a triple fault. */
	.globl agent_die
agent_die:
	lidt	no_idt_pointer
	ud2

	.globl tdcall_regs
/*
 * tdcall_regs(uint64_t regs[14]): execute TDCALL with RAX, RCX, RDX, RBX, RSI, RDI, R8 to
 * R15 from @regs, and store them back.
 */
tdcall_regs:
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	push	%rdi
	mov	%rdi, %rax
	mov	8(%rax), %rcx
	mov	16(%rax), %rdx
	mov	24(%rax), %rbx
	mov	32(%rax), %rsi
	mov	40(%rax), %rdi
	mov	48(%rax), %r8
	mov	56(%rax), %r9
	mov	64(%rax), %r10
	mov	72(%rax), %r11
	mov	80(%rax), %r12
	mov	88(%rax), %r13
	mov	96(%rax), %r14
	mov	104(%rax), %r15
	mov	(%rax), %rax
	.byte	0x66, 0x0f, 0x01, 0xcc
	xchg	%rax, (%rsp)
	mov	%rcx, 8(%rax)
	mov	%rdx, 16(%rax)
	mov	%rbx, 24(%rax)
	mov	%rsi, 32(%rax)
	mov	%rdi, 40(%rax)
	mov	%r8, 48(%rax)
	mov	%r9, 56(%rax)
	mov	%r10, 64(%rax)
	mov	%r11, 72(%rax)
	mov	%r12, 80(%rax)
	mov	%r13, 88(%rax)
	mov	%r14, 96(%rax)
	mov	%r15, 104(%rax)
	pop	%rcx
	mov	%rcx, (%rax)
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbp
	pop	%rbx
	ret

/* 256 stubs of 16 bytes, one for each vector: push 0 if there is no error code, and vector. */
	.balign 16
	.globl gate_stubs
gate_stubs:
vector = 0
	.rept 256
	.balign 16
	.if !(vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21)
	push	$0
	.endif
	push	$vector
	jmp	gate
	vector = vector + 1
	.endr

gate:
	push	%rax
	push	%rcx
	push	%rdx
	push	%rbx
	push	%rbp
	push	%rsi
	push	%rdi
	push	%r8
	push	%r9
	push	%r10
	push	%r11
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	cld
	mov	%rsp, %rdi
	mov	%rsp, %rbp
	and	$-16, %rsp
	call	agent_gate
	mov	%rbp, %rsp
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%r11
	pop	%r10
	pop	%r9
	pop	%r8
	pop	%rdi
	pop	%rsi
	pop	%rbp
	pop	%rbx
	pop	%rdx
	pop	%rcx
	pop	%rax
	add	$16, %rsp
	iretq

	.data
	.balign 16
gdt:
	.quad	0
	.quad	0x00af9b000000ffff
	.quad	0x00cf93000000ffff
gdt_pointer:
	.word	. - gdt - 1
	.quad	gdt
	.globl idt
	.balign 16
idt_pointer:
	.word	256 * 16 - 1
	.quad	idt
no_idt_pointer:
	.word	0
	.quad	0
	.bss
	.balign 4096
idt:
	.skip	4096
