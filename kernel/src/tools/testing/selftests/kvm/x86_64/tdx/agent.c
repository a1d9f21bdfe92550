// SPDX-License-Identifier: GPL-2.0-only
/*
 * The agent, see agent.h.  It runs in the TD without an operating system: there is no
 * library, and nothing that sets up floating point or applies relocations.
 */
#include "agent.h"

#define NR_REGS		14

enum { RAX, RCX, RDX, RBX, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15 };

#define TDG_VP_VMCALL		0
#define TDG_VP_VEINFO_GET	3
#define TDG_MEM_PAGE_ACCEPT	6

/* Registers that TDG.VP.VMCALL passes: all but RSP, RBP, RAX, RCX. */
#define VMCALL_MASK		0xffccULL

#define VMCALL_HLT		12
#define VMCALL_IO		30
#define VMCALL_RDMSR		31
#define VMCALL_WRMSR		32

#define MSR_X2APIC_ID		0x802
#define MSR_X2APIC_EOI		0x80b
#define MSR_X2APIC_SPIV		0x80f

#define VE_VECTOR		20
#define CR4_PCIDE		(1ULL << 17)

void tdcall_regs(uint64_t regs[NR_REGS]);
__attribute__((noreturn)) void agent_die(void);
void agent_main(unsigned int index);
extern const uint8_t gate_stubs[256][16];
extern uint64_t idt[512];

struct frame {
	uint64_t gprs[15];
	uint64_t vector, error;
	uint64_t rip, cs, rflags, rsp, ss;
};

void agent_gate(struct frame *frame);

/* State of a vCPU.  Lives at the low end of its stack. */
struct cpu {
	/* RIP at which to go on after #VE; 0: no #VE is expected, so the agent dies. */
	volatile uint64_t fixup;
	/* What TDG.VP.VEINFO.GET returned. */
	volatile uint64_t ve_reason, ve_qualification, ve_gpa, ve_gla;
	volatile uint64_t nr_irqs[256];
};

static struct cpu *this_cpu(void)
{
	uint64_t rsp;

	asm volatile("mov %%rsp, %0" : "=r" (rsp));
	return (struct cpu *)((rsp - 1) & ~(AGENT_STACK_BYTES - 1));
}

static struct agent_mailbox *mailbox(unsigned int index)
{
	return (struct agent_mailbox *)(AGENT_SHARED_VA + index * 4096ULL);
}

static uint64_t vmcall(uint64_t function, uint64_t r12, uint64_t r13, uint64_t r14, uint64_t r15,
		       uint64_t *ret_r11)
{
	uint64_t regs[NR_REGS] = {
		[RCX] = VMCALL_MASK, [R11] = function,
		[R12] = r12, [R13] = r13, [R14] = r14, [R15] = r15,
	};

	tdcall_regs(regs);
	if (ret_r11)
		*ret_r11 = regs[R11];
	return regs[RAX] ? regs[RAX] : regs[R10];
}

static void tell_host(void)
{
	vmcall(VMCALL_IO, 4, 1, AGENT_PORT, 0, 0);
}

static void native_wrmsr(uint32_t index, uint64_t value)
{
	asm volatile("wrmsr" : : "c" (index), "a" ((uint32_t)value), "d" ((uint32_t)(value >> 32)));
}

static uint64_t read_cr4(void)
{
	uint64_t value;

	asm volatile("mov %%cr4, %0" : "=r" (value));
	return value;
}

static void write_cr4(uint64_t value)
{
	asm volatile("mov %0, %%cr4" : : "r" (value) : "memory");
}

void agent_gate(struct frame *frame)
{
	struct cpu *cpu = this_cpu();

	if (frame->vector == VE_VECTOR) {
		uint64_t regs[NR_REGS] = { [RAX] = TDG_VP_VEINFO_GET };

		tdcall_regs(regs);
		cpu->ve_reason = regs[RCX];
		cpu->ve_qualification = regs[RDX];
		cpu->ve_gla = regs[R8];
		cpu->ve_gpa = regs[R9];
		if (!cpu->fixup)
			agent_die();
		frame->rip = cpu->fixup;
		return;
	}

	/* NMIs are counted like interrupts, but need no EOI.  Other exceptions are fatal. */
	if (frame->vector != 2 && frame->vector < 32)
		agent_die();

	cpu->nr_irqs[frame->vector]++;
	if (frame->vector >= 32)
		native_wrmsr(MSR_X2APIC_EOI, 0);
}

/* Execute one instruction.  If it is #VE, note its information and go on behind it. */
#define TRY(cpu, insn, outputs, ...) do {					\
	(cpu)->ve_reason = 0;							\
	asm volatile("lea 1f(%%rip), %%r11; mov %%r11, %[fixup]\n\t"		\
		     insn "\n1:\n\t"						\
		     "movq $0, %[fixup]"					\
		     : [fixup] "+m" ((cpu)->fixup), outputs			\
		     : __VA_ARGS__						\
		     : "r11", "memory", "cc");					\
} while (0)

/* Access @va once, by an instruction that encodes the address in the form @how. */
static void probe(struct cpu *cpu, uint64_t va, uint64_t how)
{
	uint64_t value = 0, at_16 = va - 16, index = 3;

	switch (how) {
	case AGENT_PROBE_LOAD:
		TRY(cpu, "movl (%[va]), %k[value]", [value] "+r" (value), [va] "r" (va));
		return;
	case AGENT_PROBE_STORE:
		TRY(cpu, "movl %k[value], (%[va])", [value] "+r" (value), [va] "r" (va));
		return;
	case AGENT_PROBE_STORE_IMMEDIATE:
		TRY(cpu, "movb $1, 16(%[va])", [value] "+r" (value), [va] "r" (at_16));
		return;
	case AGENT_PROBE_LOAD_INDEXED:
		TRY(cpu, "movzbl -8(%[va], %[index], 8), %k[value]", [value] "+r" (value),
		    [va] "r" (at_16), [index] "r" (index));
		return;
	case AGENT_PROBE_STORE_INDEXED:
		TRY(cpu, "movw %w[value], 0x7f0(, %[index], 1)", [value] "+r" (value),
		    [index] "r" (va - 0x7f0));
		return;
	}
}

static uint64_t load(uint64_t va, uint64_t bytes)
{
	switch (bytes) {
	case 1:
		return *(volatile uint8_t *)va;
	case 2:
		return *(volatile uint16_t *)va;
	case 4:
		return *(volatile uint32_t *)va;
	default:
		return *(volatile uint64_t *)va;
	}
}

static void store(uint64_t va, uint64_t bytes, uint64_t value)
{
	switch (bytes) {
	case 1:
		*(volatile uint8_t *)va = value;
		break;
	case 2:
		*(volatile uint16_t *)va = value;
		break;
	case 4:
		*(volatile uint32_t *)va = value;
		break;
	default:
		*(volatile uint64_t *)va = value;
	}
}

static uint64_t check(uint64_t va, uint64_t bytes, uint64_t seed)
{
	uint64_t at, nr_wrong = 0;

	for (at = va; at < va + bytes; at += 8)
		nr_wrong += load(at, 8) != agent_pattern(seed, at - va);
	return nr_wrong;
}

static void do_vmcall(struct agent_mailbox *box)
{
	static const uint8_t order[12] = {
		R10, R11, R12, R13, R14, R15, RBX, RDI, RSI, R8, R9, RDX,
	};
	uint64_t regs[NR_REGS] = { [RCX] = VMCALL_MASK };
	unsigned int i;

	for (i = 0; i < 12; i++)
		regs[order[i]] = box->args[i];
	tdcall_regs(regs);
	for (i = 0; i < 12; i++)
		box->ret[i] = regs[order[i]];
	box->ret[12] = regs[RAX];
}

static void do_tdcall(struct agent_mailbox *box)
{
	uint64_t regs[NR_REGS] = {
		[RAX] = box->args[0], [RCX] = box->args[1], [RDX] = box->args[2],
		[R8] = box->args[3], [R9] = box->args[4],
	};

	tdcall_regs(regs);
	box->ret[0] = regs[RAX];
	box->ret[1] = regs[RCX];
	box->ret[2] = regs[RDX];
	box->ret[3] = regs[R8];
	box->ret[4] = regs[R9];
	box->ret[5] = regs[R10];
	box->ret[6] = regs[R11];
}

static void do_accept(struct agent_mailbox *box)
{
	uint64_t gpa = box->args[0], end = gpa + box->args[1], level = box->args[2];
	uint64_t step = 4096ULL << (9 * level), status = 0, calls = 0;

	for (; gpa < end; gpa += step) {
		do {
			uint64_t regs[NR_REGS] = {
				[RAX] = TDG_MEM_PAGE_ACCEPT, [RCX] = gpa | level,
			};

			tdcall_regs(regs);
			status = regs[RAX];
			calls++;
			/* OPERAND_BUSY: another vCPU is accepting the page. */
		} while ((status >> 32) == 0x80000200);
		if (status >> 63)
			break;
	}
	box->ret[0] = status;
	box->ret[1] = calls;
}

static void do_instruction(struct cpu *cpu, struct agent_mailbox *box)
{
	uint32_t eax = box->args[0], ebx = 0, ecx = box->args[1], edx = 0;

	switch (box->op) {
	case AGENT_CPUID:
		asm volatile("cpuid" : "+a" (eax), "=b" (ebx), "+c" (ecx), "=d" (edx));
		box->ret[0] = eax;
		box->ret[1] = ebx;
		box->ret[2] = ecx;
		box->ret[3] = edx;
		return;
	case AGENT_RDMSR:
		ecx = box->args[0];
		eax = 0;
		TRY(cpu, "rdmsr", "+a" (eax), "c" (ecx), "d" (edx));
		box->ret[0] = eax;
		box->ret[1] = cpu->ve_reason;
		return;
	case AGENT_WRMSR:
		ecx = box->args[0];
		eax = box->args[1];
		TRY(cpu, "wrmsr", "+a" (eax), "c" (ecx), "d" ((uint32_t)(box->args[1] >> 32)));
		box->ret[0] = cpu->ve_reason;
		return;
	case AGENT_TOGGLE_PCIDE:
		box->ret[0] = read_cr4();
		write_cr4(box->ret[0] ^ CR4_PCIDE);
		box->ret[1] = read_cr4();
		write_cr4(box->ret[1] ^ CR4_PCIDE);
		box->ret[2] = read_cr4();
		return;
	case AGENT_PROBE:
		probe(cpu, box->args[0], box->args[1]);
		box->ret[0] = cpu->ve_reason;
		box->ret[1] = cpu->ve_qualification;
		box->ret[2] = cpu->ve_gpa;
		box->ret[3] = cpu->ve_gla;
		return;
	}
}

static void do_wait(struct cpu *cpu, struct agent_mailbox *box)
{
	uint64_t vector = box->args[0] & 255, count = box->args[1], halt = box->args[2];

	/*
	 * IF is 0 from the check to the halt, so that an interrupt in between stays pending and
	 * ends the halt.
	 */
	asm volatile("cli" : : : "memory");
	while (cpu->nr_irqs[vector] < count && !box->stop) {
		box->rounds++;
		if (halt)
			vmcall(VMCALL_HLT, 0, 0, 0, 0, 0);
		asm volatile("sti; pause; cli" : : : "memory");
	}
	asm volatile("sti");
	box->ret[0] = cpu->nr_irqs[vector];
}

static void do_spin(struct agent_mailbox *box)
{
	uint64_t va = box->args[0], bytes = box->args[1], at = 0, rounds = 0;

	while (!box->stop) {
		if (bytes) {
			load(va + at, 8);
			at = (at + 4096) % bytes;
		}
		box->rounds = ++rounds;
	}
	box->ret[0] = rounds;
}

static void do_op(struct cpu *cpu, struct agent_mailbox *box)
{
	uint64_t va = box->args[0], bytes = box->args[1], at;

	switch (box->op) {
	case AGENT_READ:
		box->ret[0] = load(va, bytes);
		break;
	case AGENT_WRITE:
		store(va, bytes, box->args[2]);
		break;
	case AGENT_FILL:
		for (at = 0; at < bytes; at += 8)
			store(va + at, 8, agent_pattern(box->args[2], at));
		break;
	case AGENT_CHECK:
		box->ret[0] = check(va, bytes, box->args[2]);
		break;
	case AGENT_TDCALL:
		do_tdcall(box);
		break;
	case AGENT_VMCALL:
		do_vmcall(box);
		break;
	case AGENT_CPUID:
	case AGENT_RDMSR:
	case AGENT_WRMSR:
	case AGENT_TOGGLE_PCIDE:
	case AGENT_PROBE:
		do_instruction(cpu, box);
		break;
	case AGENT_APIC_ON:
		vmcall(VMCALL_WRMSR, MSR_X2APIC_SPIV, 0x1ff, 0, 0, 0);
		vmcall(VMCALL_RDMSR, MSR_X2APIC_ID, 0, 0, 0, &box->ret[0]);
		asm volatile("sti");
		break;
	case AGENT_WAIT_IRQ:
		do_wait(cpu, box);
		break;
	case AGENT_COUNT_IRQ:
		box->ret[0] = cpu->nr_irqs[box->args[0] & 255];
		break;
	case AGENT_SPIN:
		do_spin(box);
		break;
	case AGENT_ACCEPT:
		do_accept(box);
		break;
	case AGENT_DIE:
		agent_die();
	}
}

/* All vCPUs share one IDT and write the same to it. */
static void init_idt(void)
{
	unsigned int i;

	for (i = 0; i < 256; i++) {
		uint64_t handler = (uint64_t)gate_stubs[i];

		idt[2 * i + 1] = handler >> 32;
		/* Interrupt gate, present, selector 8. */
		idt[2 * i] = (handler & 0xffff) | 8 << 16 | 0x8e00ULL << 32 |
			     (handler >> 16 & 0xffff) << 48;
	}
}

void agent_main(unsigned int index)
{
	struct agent_mailbox *box = mailbox(index);
	struct cpu *cpu = this_cpu();

	init_idt();
	for (;;) {
		tell_host();
		do_op(cpu, box);
	}
}
