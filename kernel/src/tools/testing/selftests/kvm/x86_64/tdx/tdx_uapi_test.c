// SPDX-License-Identifier: GPL-2.0-only
/*
 * The user API of TDs: which calls of KVM_MEMORY_ENCRYPT_OP and other ioctls KVM refuses in
 * which state of the TD, and with which errno.  Rows of the table with 0 are calls that must
 * succeed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "td.h"

/* States of the TD in which rows are tried. */
enum state { CREATED, INITIALIZED, VCPU_CREATED, VCPU_INITIALIZED, FINALIZED, NR_STATES };

#define IN(state)	(1u << (state))
#define ANY		(IN(NR_STATES) - 1)
#define NO_VCPU		(IN(CREATED) | IN(INITIALIZED))
#define WITH_VCPU	(ANY & ~NO_VCPU)
#define BAD_POINTER	((void *)0x8000000000000000ULL)
#define TD_PAGE		4096ULL
#define MEMORY		(8ULL << 20)

/* A page to copy from, and a buffer with room for any answer. */
static uint8_t *source;
static struct {
	struct kvm_tdx_capabilities caps;
	struct kvm_cpuid_entry2 entries[256];
} room;

/* Create a TD and bring it to @state. */
static struct td *make(enum state state)
{
	static const int until[NR_STATES] = {
		TD_BEFORE_INIT_VM, TD_BEFORE_VCPUS, TD_BEFORE_INIT_VCPU, TD_BEFORE_MEMORY,
		TD_BEFORE_RUN,
	};
	struct td *td = calloc(1, sizeof(*td));

	td_create(td, &(struct td_options) { .bytes = MEMORY, .until = until[state] });
	return td;
}

static int vcpu(struct td *td)
{
	return td->vcpus[0].fd;
}

/* ioctl() that returns -errno if it fails. */
static int io(int fd, unsigned long request, void *arg)
{
	int ret = ioctl(fd, request, arg);

	return ret < 0 ? -errno : ret;
}

/* td_command() without a repetition after EAGAIN and EINTR. */
static int once(int fd, uint32_t id, uint32_t flags, void *data)
{
	struct kvm_tdx_cmd cmd = { .id = id, .flags = flags, .data = (uint64_t)data };

	return io(fd, KVM_MEMORY_ENCRYPT_OP, &cmd);
}

static int command(int fd, struct kvm_tdx_cmd cmd)
{
	return io(fd, KVM_MEMORY_ENCRYPT_OP, &cmd);
}

/* The calls of the table: each does one thing that is wrong, or right. */
#define TRY(id, ...) static int id(struct td *td) { __VA_ARGS__; }

TRY(cmd_bad_pointer, return io(td->vm_fd, KVM_MEMORY_ENCRYPT_OP, BAD_POINTER))
TRY(cmd_unknown, return command(td->vm_fd, (struct kvm_tdx_cmd) { .id = KVM_TDX_CMD_NR_MAX }))
TRY(cmd_hw_error, return command(td->vm_fd, (struct kvm_tdx_cmd) {
	.id = KVM_TDX_FINALIZE_VM, .hw_error = 1 }))
TRY(vm_init_vcpu, return once(td->vm_fd, KVM_TDX_INIT_VCPU, 0, NULL))
TRY(vm_get_cpuid, return once(td->vm_fd, KVM_TDX_GET_CPUID, 0, &room))
TRY(vcpu_cmd_unknown, return once(vcpu(td), KVM_TDX_CMD_NR_MAX, 0, NULL))
TRY(vcpu_cmd_bad_pointer, return io(vcpu(td), KVM_MEMORY_ENCRYPT_OP, BAD_POINTER))
TRY(vcpu_capabilities, return once(vcpu(td), KVM_TDX_CAPABILITIES, 0, &room))
TRY(vcpu_finalize, return once(vcpu(td), KVM_TDX_FINALIZE_VM, 0, NULL))

static int room_for(struct td *td, uint32_t flags, void *caps)
{
	room.caps.cpuid.nent = 256;
	return once(td->vm_fd, KVM_TDX_CAPABILITIES, flags, caps);
}

TRY(caps_flags, return room_for(td, 1, &room))
TRY(caps_bad_pointer, return once(td->vm_fd, KVM_TDX_CAPABILITIES, 0, BAD_POINTER))
TRY(caps_no_room, struct kvm_tdx_capabilities caps = {};
	return once(td->vm_fd, KVM_TDX_CAPABILITIES, 0, &caps))
TRY(caps, return room_for(td, 0, &room))

/* KVM_TDX_INIT_VM with the parameters of td_make_init_vm() and one change. */
#define INIT_VM(id, flags, change)						\
	static int id(struct td *td)						\
	{									\
		struct kvm_tdx_init_vm *init = td_make_init_vm(td);		\
		int ret;							\
		change;								\
		ret = once(td->vm_fd, KVM_TDX_INIT_VM, flags, init);	\
		free(init);							\
		return ret;							\
	}

static struct kvm_cpuid_entry2 *gpa_width(struct kvm_tdx_init_vm *init)
{
	uint32_t i;

	for (i = 0; i < init->cpuid.nent; i++) {
		if (init->cpuid.entries[i].function == 0x80000008)
			return &init->cpuid.entries[i];
	}
	td_fail(__FILE__, __LINE__, "CPUID 0x80000008 can not be configured");
}

TRY(init_bad_pointer, return once(td->vm_fd, KVM_TDX_INIT_VM, 0, BAD_POINTER))
INIT_VM(init_flags, 1, )
INIT_VM(init_again, 0, )
INIT_VM(init_reserved, 0, init->reserved[11] = 1)
INIT_VM(init_padding, 0, init->cpuid.padding = 1)
INIT_VM(init_nent, 0, init->cpuid.nent = 257)
INIT_VM(init_nent_huge, 0, init->cpuid.nent = ~0U)
INIT_VM(init_no_cpuid, 0, init->cpuid.nent = 0)
INIT_VM(init_attributes, 0, init->attributes = 1ULL << 40)
INIT_VM(init_debug, 0, init->attributes = 1)
INIT_VM(init_xfam, 0, init->xfam |= 1ULL << 62)
INIT_VM(init_no_xfam, 0, init->xfam = 0)
INIT_VM(init_gpaw, 0, gpa_width(init)->eax = 40 << 16)
INIT_VM(init_cpuid, 0, init->cpuid.entries[init->cpuid.nent++].function = 0x40000000)
INIT_VM(init_cpuid_bits, 0, gpa_width(init)->edx = ~0U)
INIT_VM(init_tsc_slow, 0, EXPECT_EQ(io(td->vm_fd, KVM_SET_TSC_KHZ, (void *)50000), 0))
INIT_VM(init_tsc_host, 0, EXPECT_EQ(io(td->vm_fd, KVM_SET_TSC_KHZ, NULL), 0))

TRY(create_vcpu, int ret = io(td->vm_fd, KVM_CREATE_VCPU, (void *)5);
	return ret < 0 ? ret : 0)
TRY(init_vcpu_flags, return once(vcpu(td), KVM_TDX_INIT_VCPU, 1, NULL))
TRY(init_vcpu_again, return once(vcpu(td), KVM_TDX_INIT_VCPU, 0, NULL))
TRY(run, return io(vcpu(td), KVM_RUN, NULL))

TRY(cpuid_flags, return once(vcpu(td), KVM_TDX_GET_CPUID, 1, NULL))
TRY(cpuid_bad_pointer, return once(vcpu(td), KVM_TDX_GET_CPUID, 0, BAD_POINTER))

/* KVM_TDX_GET_CPUID with room for *@nent entries; *@nent becomes what KVM says. */
static int get_cpuid(struct td *td, uint32_t *nent, struct kvm_cpuid_entry2 *ret_first)
{
	struct kvm_cpuid2 *all = calloc(1, sizeof(*all) + 256 * sizeof(all->entries[0]));
	int ret;

	all->nent = *nent;
	ret = once(vcpu(td), KVM_TDX_GET_CPUID, 0, all);
	*nent = all->nent;
	*ret_first = all->entries[0];
	free(all);
	return ret;
}

static int cpuid(struct td *td)
{
	struct kvm_cpuid_entry2 first;
	uint32_t nent = 256;
	int ret = get_cpuid(td, &nent, &first);

	/* GenuineIntel */
	return !ret && (nent < 10 || first.ebx != 0x756e6547) ? -ERANGE : ret;
}

/* Without room, KVM says how much it needs: that much is enough, and one less is not. */
static int cpuid_no_room(struct td *td)
{
	struct kvm_cpuid_entry2 first;
	uint32_t needed = 0, nent;
	int ret;

	EXPECT_EQ(get_cpuid(td, &needed, &first), -E2BIG);
	EXPECT(needed >= 10);
	nent = needed;
	EXPECT_EQ(get_cpuid(td, &nent, &first), 0);
	EXPECT_EQ(nent, needed);
	nent = needed - 1;
	ret = get_cpuid(td, &nent, &first);
	EXPECT_EQ(nent, needed);
	return ret;
}

/* KVM_TDX_INIT_MEM_REGION of one page, with one change. */
#define REGION(id, flags, change)						\
	static int id(struct td *td)						\
	{									\
		struct kvm_tdx_init_mem_region region = {			\
			.source_addr = (uint64_t)source, .gpa = 0x100000, .nr_pages = 1, \
		};								\
		change;								\
		return once(vcpu(td), KVM_TDX_INIT_MEM_REGION, flags, &region); \
	}

REGION(region, 0, )
REGION(region_flags, 2, )
REGION(region_gpa, 0, region.gpa += 8)
REGION(region_source, 0, region.source_addr += 8)
REGION(region_no_page, 0, region.nr_pages = 0)
REGION(region_shared, 0, region.gpa |= TD_SHARED_BIT)
REGION(region_overflow, 0, region.nr_pages = ~0ULL)
REGION(region_bytes_overflow, 0, region.nr_pages = 1ULL << 52)
REGION(region_to_shared_bit, 0, region.gpa = TD_SHARED_BIT - TD_PAGE; region.nr_pages = 2)
REGION(region_no_slot, 0, region.gpa = 1ULL << 40)
REGION(region_not_private, 0, region.gpa = 0)
REGION(region_unmapped_source, 0, region.gpa += TD_PAGE; region.source_addr = 0x1000)
REGION(region_twice, 0, struct kvm_tdx_init_mem_region first;
	region.gpa = 0x200000; first = region;
	EXPECT_EQ(once(vcpu(td), KVM_TDX_INIT_MEM_REGION, 0, &first), 0))
TRY(region_bad_pointer, return once(vcpu(td), KVM_TDX_INIT_MEM_REGION, 0, BAD_POINTER))

TRY(finalize_flags, return once(td->vm_fd, KVM_TDX_FINALIZE_VM, 1, NULL))
TRY(finalize, return td_finalize(td))

TRY(create_irqchip, return io(td->vm_fd, KVM_CREATE_IRQCHIP, NULL))
TRY(set_tsc_khz, return io(td->vm_fd, KVM_SET_TSC_KHZ, (void *)2000000))
TRY(max_vcpus, int max = io(td->vm_fd, KVM_CHECK_EXTENSION, (void *)KVM_CAP_MAX_VCPUS);
	return max > 0 && max <= 576 ? 0 : -ERANGE)
TRY(readonly_memory, return io(td->vm_fd, KVM_CHECK_EXTENSION, (void *)KVM_CAP_READONLY_MEM))
TRY(set_tss_addr, return io(td->vm_fd, KVM_SET_TSS_ADDR, (void *)0xfeffd000))
TRY(set_identity_map_addr, uint64_t address = 0xfeffc000;
	return io(td->vm_fd, KVM_SET_IDENTITY_MAP_ADDR, &address))
TRY(slot_above_shared_bit, struct kvm_userspace_memory_region2 slot = {
	.slot = 7, .guest_phys_addr = TD_SHARED_BIT, .memory_size = TD_PAGE,
	.userspace_addr = (uint64_t)source };
	return io(td->vm_fd, KVM_SET_USER_MEMORY_REGION2, &slot))
TRY(pre_fault, struct kvm_pre_fault_memory range = { .gpa = 0x300000, .size = TD_PAGE };
	return io(vcpu(td), KVM_PRE_FAULT_MEMORY, &range))
TRY(get_regs, struct kvm_regs regs; return io(vcpu(td), KVM_GET_REGS, &regs))
TRY(set_regs, struct kvm_regs regs = {}; return io(vcpu(td), KVM_SET_REGS, &regs))
TRY(get_sregs, struct kvm_sregs regs; return io(vcpu(td), KVM_GET_SREGS, &regs))
TRY(get_nested_state, struct kvm_nested_state state = { .size = sizeof(state) };
	return io(vcpu(td), KVM_GET_NESTED_STATE, &state))
/* Set a state in which nothing is nested, which the vendor module accepts for other VMs. */
static int set_nested_state(struct td *td)
{
	struct kvm_nested_state state = { .size = sizeof(state) };

	if (__builtin_cpu_is("intel")) {
		state.format = KVM_STATE_NESTED_FORMAT_VMX;
		state.hdr.vmx.vmxon_pa = -1ULL;
		state.hdr.vmx.vmcs12_pa = -1ULL;
	} else {
		state.format = KVM_STATE_NESTED_FORMAT_SVM;
		state.flags = KVM_STATE_NESTED_GIF_SET;
	}
	return io(vcpu(td), KVM_SET_NESTED_STATE, &state);
}

struct row {
	const char *name;
	/* States in which the row is tried, as a mask of IN(). */
	unsigned int states;
	int (*call)(struct td *td);
	/* What the call must return. */
	int want;
};

static const struct row rows[] = {
	{ "cmd-bad-pointer", ANY, cmd_bad_pointer, -EFAULT },
	{ "cmd-unknown", ANY, cmd_unknown, -EINVAL },
	{ "cmd-hw-error", ANY, cmd_hw_error, -EINVAL },
	{ "vm-init-vcpu", ANY, vm_init_vcpu, -EINVAL },
	{ "vm-get-cpuid", ANY, vm_get_cpuid, -EINVAL },
	{ "vcpu-cmd-unknown", WITH_VCPU, vcpu_cmd_unknown, -EINVAL },
	{ "vcpu-cmd-bad-pointer", WITH_VCPU, vcpu_cmd_bad_pointer, -EFAULT },
	{ "vcpu-capabilities", WITH_VCPU, vcpu_capabilities, -EINVAL },
	{ "vcpu-finalize", WITH_VCPU, vcpu_finalize, -EINVAL },

	{ "capabilities", ANY, caps, 0 },
	{ "capabilities-flags", ANY, caps_flags, -EINVAL },
	{ "capabilities-bad-pointer", ANY, caps_bad_pointer, -EFAULT },
	{ "capabilities-no-room", ANY, caps_no_room, -E2BIG },

	{ "init-vm-flags", IN(CREATED), init_flags, -EINVAL },
	{ "init-vm-bad-pointer", IN(CREATED), init_bad_pointer, -EFAULT },
	{ "init-vm-reserved", IN(CREATED), init_reserved, -EINVAL },
	{ "init-vm-padding", IN(CREATED), init_padding, -EINVAL },
	{ "init-vm-too-many-entries", IN(CREATED), init_nent, -E2BIG },
	{ "init-vm-far-too-many-entries", IN(CREATED), init_nent_huge, -E2BIG },
	{ "init-vm-no-cpuid", IN(CREATED), init_no_cpuid, -EINVAL },
	{ "init-vm-attributes", IN(CREATED), init_attributes, -EINVAL },
	{ "init-vm-debug", IN(CREATED), init_debug, -EINVAL },
	{ "init-vm-xfam", IN(CREATED), init_xfam, -EINVAL },
	{ "init-vm-no-xfam", IN(CREATED), init_no_xfam, -EINVAL },
	{ "init-vm-gpa-width", IN(CREATED), init_gpaw, -EINVAL },
	{ "init-vm-unknown-leaf", IN(CREATED), init_cpuid, -EINVAL },
	{ "init-vm-module-refuses-bits", IN(CREATED), init_cpuid_bits, -EINVAL },
	{ "init-vm-slow-tsc", IN(CREATED), init_tsc_slow, -EINVAL },
	{ "init-vm-again", ANY & ~IN(CREATED), init_again, -EINVAL },

	{ "create-vcpu-too-early", IN(CREATED), create_vcpu, -EIO },
	{ "init-vcpu-flags", IN(VCPU_CREATED), init_vcpu_flags, -EINVAL },
	{ "init-vcpu-again", IN(VCPU_INITIALIZED) | IN(FINALIZED), init_vcpu_again, -EINVAL },

	{ "get-cpuid", WITH_VCPU, cpuid, 0 },
	{ "get-cpuid-flags", WITH_VCPU, cpuid_flags, -EINVAL },
	{ "get-cpuid-bad-pointer", WITH_VCPU, cpuid_bad_pointer, -EFAULT },
	{ "get-cpuid-no-room", WITH_VCPU, cpuid_no_room, -E2BIG },

	{ "region-before-the-vcpu", IN(VCPU_CREATED), region, -EINVAL },
	{ "region", IN(VCPU_INITIALIZED), region, 0 },
	{ "region-too-late", IN(FINALIZED), region, -EINVAL },
	{ "region-bad-pointer", WITH_VCPU, region_bad_pointer, -EFAULT },
	{ "region-flags", WITH_VCPU, region_flags, -EINVAL },
	{ "region-gpa", WITH_VCPU, region_gpa, -EINVAL },
	{ "region-source", WITH_VCPU, region_source, -EINVAL },
	{ "region-no-page", WITH_VCPU, region_no_page, -EINVAL },
	{ "region-shared-gpa", WITH_VCPU, region_shared, -EINVAL },
	{ "region-overflow", WITH_VCPU, region_overflow, -EINVAL },
	{ "region-bytes-overflow", WITH_VCPU, region_bytes_overflow, -EINVAL },
	{ "region-to-the-shared-bit", WITH_VCPU, region_to_shared_bit, -EINVAL },
	{ "region-no-slot", IN(VCPU_INITIALIZED), region_no_slot, -EINVAL },
	{ "region-not-private", IN(VCPU_INITIALIZED), region_not_private, -EINVAL },
	{ "region-unmapped-source", IN(VCPU_INITIALIZED), region_unmapped_source, -EFAULT },
	{ "region-twice", IN(VCPU_INITIALIZED), region_twice, -EEXIST },

	{ "finalize-no-vcpu", IN(CREATED), finalize, -EINVAL },
	{ "finalize-no-vcpu", IN(INITIALIZED), finalize, -EINVAL },
	{ "finalize-flags", ANY, finalize_flags, -EINVAL },
	{ "finalize-again", IN(FINALIZED), finalize, -EINVAL },
	{ "run-too-early", IN(VCPU_CREATED) | IN(VCPU_INITIALIZED), run, -EINVAL },

	{ "create-irqchip", ANY, create_irqchip, -EEXIST },
	{ "set-tsc-khz-after-init-vm", ANY & ~IN(CREATED), set_tsc_khz, -EINVAL },
	{ "max-vcpus", ANY, max_vcpus, 0 },
	{ "no-readonly-memory", ANY, readonly_memory, 0 },
	{ "set-tss-addr", ANY, set_tss_addr, 0 },
	{ "set-identity-map-addr", NO_VCPU, set_identity_map_addr, 0 },
	{ "slot-above-the-shared-bit", ANY & ~IN(CREATED), slot_above_shared_bit, -EINVAL },
	{ "pre-fault-too-early", IN(VCPU_CREATED) | IN(VCPU_INITIALIZED), pre_fault, -EOPNOTSUPP },
	{ "pre-fault", IN(FINALIZED), pre_fault, 0 },
	{ "get-regs", WITH_VCPU, get_regs, -EINVAL },
	{ "set-regs", WITH_VCPU, set_regs, -EINVAL },
	{ "get-sregs", WITH_VCPU, get_sregs, -EINVAL },
	{ "get-nested-state", WITH_VCPU, get_nested_state, -EINVAL },
	{ "set-nested-state", WITH_VCPU, set_nested_state, -EINVAL },
	/* Must be the last row of CREATED, because the TD is initialised then. */
	{ "init-vm-after-a-refusal", IN(CREATED), init_tsc_host, 0 },
};

/* Try all rows of a state on one TD, in order, because a refused call must change nothing. */
static void test_state(enum state state)
{
	struct td *td = make(state);
	unsigned int i, nr = 0, nr_wrong = 0;

	source = mmap(NULL, 16 * TD_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		      -1, 0);
	EXPECT(source != MAP_FAILED);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int ret;

		if (!(rows[i].states & IN(state)))
			continue;

		nr++;
		ret = rows[i].call(td);
		if (ret == rows[i].want)
			continue;
		nr_wrong++;
		printf("# %s: %d, not %d\n", rows[i].name, ret, rows[i].want);
	}
	printf("# %u rows\n", nr);
	EXPECT_EQ(nr_wrong, 0);
	td_destroy(td);
}

#define TEST_STATE(name, state) static void name(void) { test_state(state); }
TEST_STATE(created, CREATED)
TEST_STATE(initialized, INITIALIZED)
TEST_STATE(vcpu_created, VCPU_CREATED)
TEST_STATE(vcpu_initialized, VCPU_INITIALIZED)
TEST_STATE(finalized, FINALIZED)

/* A VM of type KVM_X86_TDX_VM right after KVM_CREATE_VM, without any capability enabled. */
static void bare(void)
{
	int kvm = open("/dev/kvm", O_RDWR), vm = io(kvm, KVM_CREATE_VM, (void *)KVM_X86_TDX_VM);

	EXPECT(vm >= 0);
	EXPECT_EQ(io(vm, KVM_CREATE_IRQCHIP, NULL), -EINVAL);
	EXPECT(io(vm, KVM_CREATE_VCPU, NULL) < 0);
	close(vm);
	close(kvm);
}

int main(void)
{
	return td_run_tests((const struct td_test[]) {
		{ "bare", bare },
		{ "created", created },
		{ "initialized", initialized },
		{ "vcpu-created", vcpu_created },
		{ "vcpu-initialized", vcpu_initialized },
		{ "finalized", finalized },
		{},
	});
}
