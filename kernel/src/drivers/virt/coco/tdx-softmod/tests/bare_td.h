/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDX_SOFTMOD_TESTS_BARE_TD_H
#define TDX_SOFTMOD_TESTS_BARE_TD_H

/*
 * A TD without KVM: the interface between its guest and the test that drives it.
 * The guest executes commands.  It requests one with TDG.VP.VMCALL, in which it also reports
 * the result of the last one; the test answers with the next.
 */

/* Private GPAs of the image, one page each; the code ends with the reset vector. */
#define GUEST_BASE		0xffff8000
#define GUEST_PML4		(GUEST_BASE + 0x0000)
#define GUEST_PDPT		(GUEST_BASE + 0x1000)
#define GUEST_PD		(GUEST_BASE + 0x2000)
#define GUEST_IDT		(GUEST_BASE + 0x3000)
#define GUEST_GDT		(GUEST_BASE + 0x4000)
#define GUEST_DATA		(GUEST_BASE + 0x5000)
#define GUEST_CODE		(GUEST_BASE + 0x6000)
#define GUEST_CODE_BYTES	0x2000
#define GUEST_PAGES		8

/* The page of the GDT also has the operands of LGDT and LIDT, and above them the stack. */
#define GUEST_GDTR		(GUEST_GDT + 0x40)
#define GUEST_IDTR		(GUEST_GDT + 0x50)
#define GUEST_STACK		(GUEST_GDT + 0x1000)
#define GUEST_CS64		0x08
#define GUEST_DS		0x10

/* Offsets in the code: 64-bit entry, and exception handlers for the IDT. */
#define GUEST_ENTRY64		0x400
#define GUEST_HANDLERS		0x1000
#define GUEST_HANDLER_BYTES	16
#define GUEST_NR_EXCEPTIONS	32
/* Number of the handler that serves all vectors of interrupts. */
#define GUEST_IRQ_HANDLER	32
#define GUEST_IRQ_VECTOR	0x41

/* Linear addresses at which the guest maps memory beside its image: 2 MiB each. */
#define GUEST_SHARED_VA		0xffc00000
#define GUEST_EXTRA_VA		0xffa00000

/* R11 of the guest's request. */
#define GUEST_REQUEST		0x7464
/* Registers that the request passes: all but RAX, RCX, RSP, RBP. */
#define GUEST_REQUEST_MASK	0xffcc
/* Reported instead of a vector if the command did not fault. */
#define GUEST_NO_FAULT		0xff

/*
 * Commands, in R10 of the answer.  R11 to R15 of the answer become RAX, RCX, RDX, R8 and R9
 * of the guest.
 */
#define CMD_TDCALL		0
#define CMD_CPUID		1
#define CMD_RDMSR		2
#define CMD_WRMSR		3
#define CMD_READ		4	/* RAX = [RCX] */
#define CMD_WRITE		5	/* [RCX] = RDX */
#define CMD_HLT			6
#define CMD_IN			7	/* port DX */
#define CMD_OUT			8
#define CMD_WAIT		9	/* IF = 1 until #IRQs != RDX, or RCX rounds */
#define CMD_RDTSC		10
#define CMD_CR4			11	/* CR4 = RCX, then RAX = CR4 */
#define CMD_CR0			12
#define CMD_XSETBV		13
#define CMD_UD2			14
#define CMD_VMCALL		15
#define CMD_SET_XMM1		16	/* from RDX */
#define CMD_GET_XMM1		17	/* to RAX */
#define CMD_DR0			18	/* DR0 = RDX, then RAX = DR0 */
#define CMD_SPIN		19	/* RCX rounds */
#define CMD_CR8			20	/* CR8 = RCX, then RAX = CR8 */
#define CMD_EXEC		21	/* call RCX */

#endif
