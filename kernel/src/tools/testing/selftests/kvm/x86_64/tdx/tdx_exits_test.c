// SPDX-License-Identifier: GPL-2.0-only
/*
 * TDVMCALLs: for each function, which exit user space gets for it, if any, and which registers
 * the TD gets back.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <asm/prctl.h>

#include "td.h"

#define OK			0ULL
#define INVALID_OPERAND		0x8000000000000000ULL
#define ALIGN_ERROR		0x8000000000000002ULL
#define UNSUPPORTED		0x8000000000000003ULL

#define CPUID	10
#define IO	30
#define RDMSR	31
#define WRMSR	32
#define MMIO	48

static struct td td;
static struct td_vcpu *vcpu;
static struct kvm_run *run;

static void create(void)
{
	td_create(&td, &(struct td_options) { .nr_vcpus = 1 });
	vcpu = &td.vcpus[0];
	run = vcpu->run;
}

/* A standard TDVMCALL that KVM handles without user space; the value is R10. */
#define VMCALL(function, ...)	CALL(&td, 0, AGENT_VMCALL, 0, function, ##__VA_ARGS__)
#define START_VMCALL(function, ...) START(&td, 0, AGENT_VMCALL, 0, function, ##__VA_ARGS__)
/* R10 to R15 after the TDVMCALL */
#define R(n)			(vcpu->box->ret[(n) - 10])

static void test_cpuid(void)
{
	create();
	/* By TDVMCALL: KVM's own leaf, which user space has set. */
	EXPECT_EQ(VMCALL(CPUID, 0x40000000, 0), OK);
	EXPECT_EQ(R(13), 0x4b4d564b);
	EXPECT_EQ(R(14), 0x564b4d56);
	EXPECT_EQ(R(15), 0x4d);
	/* By the instruction: the TDX module answers this leaf. */
	CALL(&td, 0, AGENT_CPUID, 0x21, 0);
	EXPECT_EQ(vcpu->box->ret[1], 0x65746e49);
	EXPECT_EQ(vcpu->box->ret[3], 0x5844546c);
	EXPECT_EQ(vcpu->box->ret[2], 0x20202020);
	td_destroy(&td);
}

static void test_io(void)
{
	int size;

	create();
	for (size = 1; size <= 4; size *= 2) {
		uint32_t mask = size == 4 ? ~0U : (1U << 8 * size) - 1;

		EXPECT(!START_VMCALL(IO, size, 1, 0x3f8, 0x1122334455667788ULL));
		EXPECT_EQ(run->exit_reason, KVM_EXIT_IO);
		EXPECT_EQ(run->io.direction, KVM_EXIT_IO_OUT);
		EXPECT_EQ(run->io.size, size);
		EXPECT_EQ(run->io.port, 0x3f8);
		EXPECT_EQ(run->io.count, 1);
		EXPECT_EQ(*(uint32_t *)((char *)run + run->io.data_offset) & mask,
			  0x55667788 & mask);
		EXPECT(td_resume(&td, 0));
		EXPECT_EQ(R(10), OK);

		EXPECT(!START_VMCALL(IO, size, 0, 0xffff));
		EXPECT_EQ(run->exit_reason, KVM_EXIT_IO);
		EXPECT_EQ(run->io.direction, KVM_EXIT_IO_IN);
		memset((char *)run + run->io.data_offset, 0xa5, 8);
		EXPECT(td_resume(&td, 0));
		EXPECT_EQ(R(10), OK);
		EXPECT_EQ(R(11), 0xa5a5a5a5 & mask);
	}
	EXPECT_EQ(VMCALL(IO, 3, 0, 0x80), INVALID_OPERAND);
	EXPECT_EQ(VMCALL(IO, 8, 0, 0x80), INVALID_OPERAND);
	EXPECT_EQ(VMCALL(IO, 1, 2, 0x80), INVALID_OPERAND);
	EXPECT_EQ(VMCALL(IO, 1, 0, 0x10000), INVALID_OPERAND);
	td_destroy(&td);
}

static void test_mmio(void)
{
	const uint64_t gpa = 0xfed00000;
	int size, how;

	create();
	for (size = 1; size <= 8; size *= 2) {
		uint64_t mask = size == 8 ? ~0ULL : (1ULL << 8 * size) - 1;
		uint64_t value = 0;

		EXPECT(!START_VMCALL(MMIO, size, 1, gpa | TD_SHARED_BIT, 0x1122334455667788ULL));
		EXPECT_EQ(run->exit_reason, KVM_EXIT_MMIO);
		EXPECT_EQ(run->mmio.phys_addr, gpa);
		EXPECT_EQ(run->mmio.len, size);
		EXPECT(run->mmio.is_write);
		memcpy(&value, run->mmio.data, size);
		EXPECT_EQ(value, 0x1122334455667788ULL & mask);
		EXPECT(td_resume(&td, 0));
		EXPECT_EQ(R(10), OK);

		EXPECT(!START_VMCALL(MMIO, size, 0, gpa | TD_SHARED_BIT));
		EXPECT_EQ(run->exit_reason, KVM_EXIT_MMIO);
		EXPECT(!run->mmio.is_write);
		memset(run->mmio.data, 0x5a, 8);
		EXPECT(td_resume(&td, 0));
		EXPECT_EQ(R(10), OK);
		EXPECT_EQ(R(11), 0x5a5a5a5a5a5a5a5aULL & mask);
	}
	/* A private GPA, a wrong size, a GPA that is too wide. */
	EXPECT_EQ(VMCALL(MMIO, 4, 0, gpa), INVALID_OPERAND);
	EXPECT_EQ(VMCALL(MMIO, 16, 0, gpa | TD_SHARED_BIT), INVALID_OPERAND);
	EXPECT_EQ(VMCALL(MMIO, 4, 0, 1ULL << 52 | TD_SHARED_BIT), INVALID_OPERAND);

	/* By the instruction: each access is #VE, without an exit to user space. */
	for (how = 0; how < AGENT_NR_PROBES; how++) {
		EXPECT_EQ(CALL(&td, 0, AGENT_PROBE, AGENT_SHARED_VA + gpa + how, how), MMIO);
		EXPECT_EQ(vcpu->box->ret[2], (gpa + how) | TD_SHARED_BIT);
		/* Linux checks the linear address before it does the MMIO. */
		EXPECT_EQ(vcpu->box->ret[3], AGENT_SHARED_VA + gpa + how);
	}
	td_destroy(&td);
}

static void test_msr(void)
{
	create();
	EXPECT_EQ(VMCALL(RDMSR, 0x1b), OK);
	EXPECT_EQ(R(11), 0xfee00d00);
	EXPECT_EQ(VMCALL(RDMSR, 0x3a), OK);
	EXPECT_EQ(R(11), 1);
	/* MTRRdefType: KVM has it, and the TD may write it. */
	EXPECT_EQ(VMCALL(WRMSR, 0x2ff, 0xc06), OK);
	EXPECT_EQ(VMCALL(RDMSR, 0x2ff), OK);
	EXPECT_EQ(R(11), 0xc06);
	/* MSRs that are read-only, that KVM does not serve to TDs, or that do not exist. */
	EXPECT_EQ(VMCALL(WRMSR, 0x3a, 5), INVALID_OPERAND);
	EXPECT_EQ(VMCALL(WRMSR, 0x1b, 0xfee00900), INVALID_OPERAND);
	EXPECT_EQ(VMCALL(RDMSR, 0xc0000082), INVALID_OPERAND);
	EXPECT_EQ(VMCALL(RDMSR, 0x808), INVALID_OPERAND);
	EXPECT_EQ(VMCALL(RDMSR, 0x12345678), INVALID_OPERAND);
	EXPECT_EQ(VMCALL(RDMSR, 1ULL << 32 | 0x1b), INVALID_OPERAND);
	/* By the instruction: #VE with VMX's exit reason. */
	CALL(&td, 0, AGENT_RDMSR, 0x1b);
	EXPECT_EQ(vcpu->box->ret[1], RDMSR);
	EXPECT_EQ(CALL(&td, 0, AGENT_WRMSR, 0x2ff, 6), WRMSR);
	td_destroy(&td);
}

/* OVMF toggles CR4.PCIDE when Linux hands a CPU back to it, without a check of CPUID. */
static void test_pcide(void)
{
	uint64_t has_pcid, between;

	create();
	CALL(&td, 0, AGENT_CPUID, 1, 0);
	has_pcid = vcpu->box->ret[2] >> 17 & 1;
	CALL(&td, 0, AGENT_TOGGLE_PCIDE);
	between = vcpu->box->ret[0] ^ vcpu->box->ret[1];
	EXPECT_EQ(between, has_pcid << 17);
	EXPECT_EQ(vcpu->box->ret[2], vcpu->box->ret[0]);
	td_destroy(&td);
}

static void test_ucode_rev(void)
{
	struct {
		struct kvm_msrs head;
		struct kvm_msr_entry entry;
	} msrs = { .head.nmsrs = 1, .entry = { .index = 0x8b, .data = 0x1234567800000000ULL } };
	uint64_t mcg_cap = 0;
	int tsc_khz;

	create();
	EXPECT_EQ(ioctl(vcpu->fd, KVM_SET_MSRS, &msrs), 1);
	EXPECT_EQ(VMCALL(RDMSR, 0x8b), OK);
	EXPECT_EQ(R(11), 0x1234567800000000ULL);
	/* A guest writes 0 before it reads the revision, which must not change it. */
	EXPECT_EQ(VMCALL(WRMSR, 0x8b, 0), OK);
	EXPECT_EQ(VMCALL(RDMSR, 0x8b), OK);
	EXPECT_EQ(R(11), 0x1234567800000000ULL);
	/* QEMU sets this up, too. */
	EXPECT_EQ(ioctl(td.kvm_fd, KVM_X86_GET_MCE_CAP_SUPPORTED, &mcg_cap), 0);
	mcg_cap = (mcg_cap & ~0xffULL) | 10;
	EXPECT_EQ(ioctl(vcpu->fd, KVM_X86_SETUP_MCE, &mcg_cap), 0);
	/* QEMU reads this when it builds the TD again, and accepts multiples of 25 MHz only. */
	tsc_khz = ioctl(vcpu->fd, KVM_GET_TSC_KHZ);
	EXPECT(tsc_khz > 0);
	EXPECT_EQ(tsc_khz % 25000, 0);
	td_destroy(&td);
}

static void test_info(void)
{
	create();
	EXPECT_EQ(VMCALL(0x10000, 0), OK);
	EXPECT_EQ(R(11) | R(12) | R(13) | R(14), 0);
	EXPECT_EQ(VMCALL(0x10000, 2), INVALID_OPERAND);

	EXPECT(!START_VMCALL(0x10000, 1));
	EXPECT_EQ(run->exit_reason, KVM_EXIT_TDX);
	EXPECT_EQ(run->tdx.nr, 0x10000);
	EXPECT_EQ(run->tdx.get_tdvmcall_info.leaf, 1);
	EXPECT_EQ(run->tdx.get_tdvmcall_info.ret, OK);
	run->tdx.get_tdvmcall_info.r11 = 2;
	EXPECT(td_resume(&td, 0));
	EXPECT_EQ(R(10), OK);
	EXPECT_EQ(R(11), 2);
	EXPECT_EQ(R(12), 0);
	td_destroy(&td);
}

static void test_quote(void)
{
	create();
	EXPECT(!START_VMCALL(0x10002, 0x200000 | TD_SHARED_BIT, 0x4000));
	EXPECT_EQ(run->exit_reason, KVM_EXIT_TDX);
	EXPECT_EQ(run->tdx.nr, 0x10002);
	EXPECT_EQ(run->tdx.flags, 0);
	EXPECT_EQ(run->tdx.get_quote.gpa, 0x200000);
	EXPECT_EQ(run->tdx.get_quote.size, 0x4000);
	/* The default, for user space that does not know this exit. */
	EXPECT_EQ(run->tdx.get_quote.ret, UNSUPPORTED);
	run->tdx.get_quote.ret = OK;
	EXPECT(td_resume(&td, 0));
	EXPECT_EQ(R(10), OK);
	EXPECT_EQ(VMCALL(0x10002, 0x200000, 0x4000), INVALID_OPERAND);
	EXPECT_EQ(VMCALL(0x10002, 0x200008 | TD_SHARED_BIT, 0x4000), ALIGN_ERROR);

	EXPECT(!START_VMCALL(0x10004, 0x40));
	EXPECT_EQ(run->tdx.nr, 0x10004);
	EXPECT_EQ(run->tdx.setup_event_notify.vector, 0x40);
	EXPECT(td_resume(&td, 0));
	EXPECT_EQ(R(10), UNSUPPORTED);
	EXPECT_EQ(VMCALL(0x10004, 31), INVALID_OPERAND);
	EXPECT_EQ(VMCALL(0x10004, 256), INVALID_OPERAND);
	td_destroy(&td);
}

static void test_fatal(void)
{
	create();
	EXPECT(!START_VMCALL(0x10003, 0xbad, 0x1000, 14, 15, 3, 7, 6, 8, 9, 2));
	EXPECT_EQ(run->exit_reason, KVM_EXIT_SYSTEM_EVENT);
	EXPECT_EQ(run->system_event.type, KVM_SYSTEM_EVENT_TDX_FATAL);
	EXPECT_EQ(run->system_event.ndata, 16);
	EXPECT_EQ(run->system_event.data[1], 0xffcc);
	EXPECT_EQ(run->system_event.data[12], 0xbad);
	EXPECT_EQ(run->system_event.data[13], 0x1000);
	EXPECT_EQ(run->system_event.data[14], 14);
	EXPECT_EQ(run->system_event.data[3], 3);
	EXPECT_EQ(run->system_event.data[7], 7);
	EXPECT_EQ(run->system_event.data[6], 6);
	EXPECT_EQ(run->system_event.data[2], 2);
	EXPECT_EQ(run->system_event.data[0], 0);
	td_destroy(&td);
}

static void test_unknown(void)
{
	create();
	EXPECT_EQ(VMCALL(0x10005), UNSUPPORTED);
	EXPECT_EQ(VMCALL(0), UNSUPPORTED);
	EXPECT_EQ(VMCALL(54), UNSUPPORTED);
	EXPECT_EQ(VMCALL(~0ULL), UNSUPPORTED);
	/* KVM hypercalls: an unknown one is -KVM_ENOSYS; 1 is KVM_HC_VAPIC_POLL_IRQ. */
	EXPECT_EQ(CALL(&td, 0, AGENT_VMCALL, 4711), (uint64_t)-1000);
	EXPECT_EQ(CALL(&td, 0, AGENT_VMCALL, 1), OK);
	/* Registers that do not return a result keep their values. */
	EXPECT_EQ(VMCALL(0x10005, 12, 13, 14, 15, 3, 7, 6, 8, 9, 2), UNSUPPORTED);
	EXPECT_EQ(R(12), 12);
	EXPECT_EQ(R(15), 15);
	EXPECT_EQ(vcpu->box->ret[6], 3);
	EXPECT_EQ(vcpu->box->ret[11], 2);
	td_destroy(&td);
}

/* A TD exit changes MSRs of the host.  User space must not see that. */
static void test_host_msrs(void)
{
	const unsigned long gs_base = 0x123456789000;
	unsigned int aux_before, aux;
	unsigned long base;
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(sched_getcpu(), &cpus);
	EXPECT(!sched_setaffinity(0, sizeof(cpus), &cpus));
	create();
	EXPECT(!syscall(SYS_arch_prctl, ARCH_SET_GS, gs_base));
	__builtin_ia32_rdtscp(&aux_before);
	/* A TDVMCALL, and an EPT violation after which user space converts the page. */
	EXPECT_EQ(VMCALL(CPUID, 0x40000000, 0), OK);
	EXPECT_EQ(CALL(&td, 0, AGENT_READ, AGENT_SHARED_VA + td.bytes / 2, 8), 0);
	__builtin_ia32_rdtscp(&aux);
	EXPECT_EQ(aux, aux_before);
	EXPECT(!syscall(SYS_arch_prctl, ARCH_GET_GS, &base));
	EXPECT_EQ(base, gs_base);
	td_destroy(&td);
}

int main(void)
{
	static const struct td_test tests[] = {
		{ "cpuid", test_cpuid }, { "io", test_io }, { "mmio", test_mmio },
		{ "msr", test_msr }, { "pcide", test_pcide },
		{ "ucode-rev", test_ucode_rev }, { "info", test_info }, { "quote", test_quote },
		{ "fatal", test_fatal }, { "unknown", test_unknown },
		{ "host-msrs", test_host_msrs }, {},
	};

	return td_run_tests(tests);
}
