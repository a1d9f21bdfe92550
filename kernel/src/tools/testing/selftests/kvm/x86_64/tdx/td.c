// SPDX-License-Identifier: GPL-2.0-only
/*
 * Creates a TD in which the agent runs, and calls the agent.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/kvm_para.h>

#include "td.h"

#define PAGE		4096ULL
#define TABLES_BYTES	(11 * PAGE)
#define SLOT_RAM	0
#define SLOT_RESET	1
#define MAILBOX_BYTES	(AGENT_MAX_VCPUS * PAGE)
#define MAX_CPUIDS	256

#define ATTR_SEPT_VE_DISABLE	(1ULL << 28)
#define XFAM_X87_SSE		3ULL

extern const uint8_t agent_image[], agent_image_end[];

void td_fail(const char *file, int line, const char *format, ...)
{
	va_list ap;

	fflush(stdout);
	printf("# %s:%d: ", file, line);
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	printf("\n");
	fflush(stdout);
	_exit(1);
}

#define MUST(call)	do {						\
	if ((call) < 0)							\
		td_fail(__FILE__, __LINE__, "%s: %m", #call);		\
} while (0)

void td_skip_unless_available(void)
{
	int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	int types = fd < 0 ? 0 : ioctl(fd, KVM_CHECK_EXTENSION, KVM_CAP_VM_TYPES);

	if (types < 0 || !(types & (1 << KVM_X86_TDX_VM))) {
		printf("1..0 # SKIP this host offers no TDs\n");
		exit(4);
	}
	close(fd);
}

int td_command(int fd, uint32_t id, uint32_t flags, uint64_t data)
{
	struct kvm_tdx_cmd cmd;
	int ret;

	do {
		/* KVM has left hw_error in it after a failure, and refuses it with that set. */
		cmd = (struct kvm_tdx_cmd) { .id = id, .flags = flags, .data = data };
		ret = ioctl(fd, KVM_MEMORY_ENCRYPT_OP, &cmd);
	} while (ret < 0 && (errno == EAGAIN || errno == EINTR));

	return ret < 0 ? -errno : 0;
}

static struct kvm_cpuid2 *alloc_cpuids(void)
{
	struct kvm_cpuid2 *cpuids;

	cpuids = calloc(1, sizeof(*cpuids) + MAX_CPUIDS * sizeof(cpuids->entries[0]));
	cpuids->nent = MAX_CPUIDS;
	return cpuids;
}

static struct kvm_cpuid2 *supported_cpuids(struct td *td)
{
	struct kvm_cpuid2 *cpuids = alloc_cpuids();

	MUST(ioctl(td->kvm_fd, KVM_GET_SUPPORTED_CPUID, cpuids));
	return cpuids;
}

static void enable_cap(int fd, uint32_t cap, uint64_t arg)
{
	struct kvm_enable_cap enable = { .cap = cap, .args = { arg } };

	MUST(ioctl(fd, KVM_ENABLE_CAP, &enable));
}

struct kvm_tdx_init_vm *td_make_init_vm(struct td *td)
{
	struct kvm_cpuid2 *have = supported_cpuids(td);
	struct kvm_tdx_capabilities *caps;
	struct kvm_tdx_init_vm *init;
	unsigned int i, j;

	caps = calloc(1, sizeof(*caps) + MAX_CPUIDS * sizeof(caps->cpuid.entries[0]));
	caps->cpuid.nent = MAX_CPUIDS;
	EXPECT_EQ(td_command(td->vm_fd, KVM_TDX_CAPABILITIES, 0, (uint64_t)caps), 0);

	init = calloc(1, sizeof(*init) + MAX_CPUIDS * sizeof(init->cpuid.entries[0]));
	init->attributes = caps->supported_attrs & ATTR_SEPT_VE_DISABLE;
	init->xfam = caps->supported_xfam & XFAM_X87_SSE;
	init->cpuid.nent = caps->cpuid.nent;
	for (i = 0; i < caps->cpuid.nent; i++) {
		struct kvm_cpuid_entry2 *mask = &caps->cpuid.entries[i];
		struct kvm_cpuid_entry2 *to = &init->cpuid.entries[i];

		*to = *mask;
		to->eax = 0;
		to->ebx = 0;
		to->ecx = 0;
		to->edx = 0;
		for (j = 0; j < have->nent; j++) {
			struct kvm_cpuid_entry2 *from = &have->entries[j];

			if (from->function != to->function || from->index != to->index)
				continue;
			to->eax = from->eax & mask->eax;
			to->ebx = from->ebx & mask->ebx;
			to->ecx = from->ecx & mask->ecx;
			to->edx = from->edx & mask->edx;
		}
		if (to->function == 0x80000008)
			to->eax = (to->eax & ~0xff0000U) | 48 << 16;
	}
	free(caps);
	free(have);
	return init;
}

int td_init_vm(struct td *td)
{
	struct kvm_tdx_init_vm *init = td_make_init_vm(td);
	int ret = td_command(td->vm_fd, KVM_TDX_INIT_VM, 0, (uint64_t)init);

	free(init);
	return ret;
}

int td_set_private(struct td *td, uint64_t gpa, uint64_t bytes, bool is_private)
{
	struct kvm_memory_attributes attributes = {
		.address = gpa,
		.size = bytes,
		.attributes = is_private ? KVM_MEMORY_ATTRIBUTE_PRIVATE : 0,
	};

	if (ioctl(td->vm_fd, KVM_SET_MEMORY_ATTRIBUTES, &attributes) < 0)
		return -errno;

	/* Free the memory of the side that is no longer used, as a VMM does. */
	if (is_private)
		madvise(td->shared + gpa, bytes, MADV_DONTNEED);
	else if (gpa < td->bytes)
		fallocate(td->gmem_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, gpa, bytes);
	return 0;
}

static void add_slot(struct td *td, uint32_t slot, uint64_t gpa, uint64_t bytes, void *shared,
		     uint64_t gmem_offset)
{
	struct kvm_userspace_memory_region2 region = {
		.slot = slot,
		.flags = KVM_MEM_GUEST_MEMFD,
		.guest_phys_addr = gpa,
		.memory_size = bytes,
		.userspace_addr = (uint64_t)shared,
		.guest_memfd = td->gmem_fd,
		.guest_memfd_offset = gmem_offset,
	};

	MUST(ioctl(td->vm_fd, KVM_SET_USER_MEMORY_REGION2, &region));
}

static void *anonymous(uint64_t bytes)
{
	/* Align to 2 MiB, so that KVM can map shared memory by huge pages. */
	uint8_t *at = mmap(NULL, bytes + 0x200000, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == MAP_FAILED)
		td_fail(__FILE__, __LINE__, "mmap: %m");
	return (void *)(((uint64_t)at + 0x1fffff) & ~0x1fffffULL);
}

static void add_memory(struct td *td)
{
	struct kvm_create_guest_memfd gmem = { .size = td->bytes + PAGE };

	td->gmem_fd = ioctl(td->vm_fd, KVM_CREATE_GUEST_MEMFD, &gmem);
	MUST(td->gmem_fd);
	td->shared = anonymous(td->bytes + PAGE);
	add_slot(td, SLOT_RAM, 0, td->bytes, td->shared, 0);
	add_slot(td, SLOT_RESET, AGENT_RESET_GPA, PAGE, td->shared + td->bytes, td->bytes);

	MUST(td_set_private(td, MAILBOX_BYTES, td->bytes - MAILBOX_BYTES, true));
	/* td_set_private() does not know that this page's shared side is elsewhere. */
	MUST(ioctl(td->vm_fd, KVM_SET_MEMORY_ATTRIBUTES, &((struct kvm_memory_attributes) {
		.address = AGENT_RESET_GPA,
		.size = PAGE,
		.attributes = KVM_MEMORY_ATTRIBUTE_PRIVATE,
	})));
}

/*
 * The agent's page table maps GPAs 0 to 4 GiB twice, in pages of 2 MiB: as private memory
 * from virtual address 0 on, as shared memory from AGENT_SHARED_VA on.
 */
static void make_tables(uint64_t *tables)
{
	const uint64_t table = 0x3, leaf = 0x83;
	uint64_t gpa = AGENT_TABLES_GPA;
	unsigned int side, i, j;

	for (side = 0; side < 2; side++) {
		uint64_t bits = leaf | (side ? TD_SHARED_BIT : 0);
		unsigned int pdpt = 1 + side * 5;

		tables[side] = (gpa + pdpt * PAGE) | table;
		for (i = 0; i < 4; i++) {
			tables[pdpt * 512 + i] = (gpa + (pdpt + 1 + i) * PAGE) | table;
			for (j = 0; j < 512; j++)
				tables[(pdpt + 1 + i) * 512 + j] = ((i * 512ULL + j) << 21) | bits;
		}
	}
}

static void make_image(struct td *td)
{
	/* mov $AGENT_IMAGE_GPA, %eax; jmp *%eax, at 0xfffffff0 */
	static const uint8_t reset[] = { 0xb8, 0x00, 0x00, 0x10, 0x00, 0xff, 0xe0 };
	uint64_t bytes = AGENT_END_GPA - AGENT_IMAGE_GPA + PAGE;

	td->image = anonymous(bytes);
	memcpy(td->image, agent_image, agent_image_end - agent_image);
	make_tables((uint64_t *)(td->image + AGENT_TABLES_GPA - AGENT_IMAGE_GPA));
	memcpy(td->image + bytes - 16, reset, sizeof(reset));
}

static int add_image(struct td *td)
{
	uint64_t bytes = AGENT_END_GPA - AGENT_IMAGE_GPA;
	struct kvm_tdx_init_mem_region image = {
		.source_addr = (uint64_t)td->image,
		.gpa = AGENT_IMAGE_GPA,
		.nr_pages = bytes / PAGE,
	}, reset = {
		.source_addr = (uint64_t)td->image + bytes,
		.gpa = AGENT_RESET_GPA,
		.nr_pages = 1,
	};
	int fd = td->vcpus[0].fd, ret;

	make_image(td);
	image.source_addr = (uint64_t)td->image;
	reset.source_addr = (uint64_t)td->image + bytes;
	ret = td_command(fd, KVM_TDX_INIT_MEM_REGION, 0, (uint64_t)&image);
	if (!ret)
		ret = td_command(fd, KVM_TDX_INIT_MEM_REGION, KVM_TDX_MEASURE_MEMORY_REGION,
				 (uint64_t)&reset);
	return ret;
}

static void add_vcpu(struct td *td, unsigned int index)
{
	struct kvm_cpuid2 *cpuids = supported_cpuids(td);
	struct td_vcpu *vcpu = &td->vcpus[index];
	int size = ioctl(td->kvm_fd, KVM_GET_VCPU_MMAP_SIZE, 0);
	unsigned int i;

	for (i = 0; i < cpuids->nent; i++) {
		if (cpuids->entries[i].function == 1)
			cpuids->entries[i].ecx |= 1 << 21;	/* x2APIC */
	}
	vcpu->fd = ioctl(td->vm_fd, KVM_CREATE_VCPU, (long)index);
	MUST(vcpu->fd);
	vcpu->run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu->fd, 0);
	EXPECT(vcpu->run != MAP_FAILED);
	MUST(ioctl(vcpu->fd, KVM_SET_CPUID2, cpuids));
	vcpu->box = (struct agent_mailbox *)(td->shared + index * PAGE);
	free(cpuids);
}

int td_init_vcpu(struct td *td, unsigned int index)
{
	return td_command(td->vcpus[index].fd, KVM_TDX_INIT_VCPU, 0, 0);
}

int td_finalize(struct td *td)
{
	return td_command(td->vm_fd, KVM_TDX_FINALIZE_VM, 0, 0);
}

static bool stops_before(const struct td_options *options, unsigned int step)
{
	if (options->reached)
		options->reached(step);
	return options->until == step;
}

int td_try_create(struct td *td, const struct td_options *options)
{
	unsigned int i;
	int ret;

	memset(td, 0, sizeof(*td));
	td->may_die = options->may_die;
	td->bytes = options->bytes ?: 64ULL << 20;
	td->kvm_fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	MUST(td->kvm_fd);
	td->vm_fd = ioctl(td->kvm_fd, KVM_CREATE_VM, (long)KVM_X86_TDX_VM);
	MUST(td->vm_fd);
	enable_cap(td->vm_fd, KVM_CAP_SPLIT_IRQCHIP, 24);
	enable_cap(td->vm_fd, KVM_CAP_EXIT_HYPERCALL, 1 << KVM_HC_MAP_GPA_RANGE);
	add_memory(td);
	if (stops_before(options, TD_BEFORE_INIT_VM))
		return 0;

	ret = td_init_vm(td);
	if (ret || stops_before(options, TD_BEFORE_VCPUS))
		return ret;

	td->nr_vcpus = options->nr_vcpus ?: 1;
	for (i = 0; i < td->nr_vcpus; i++)
		add_vcpu(td, i);
	if (stops_before(options, TD_BEFORE_INIT_VCPU))
		return 0;

	for (i = 0; i < td->nr_vcpus && !ret; i++)
		ret = td_init_vcpu(td, i);
	if (ret || stops_before(options, TD_BEFORE_MEMORY))
		return ret;

	ret = add_image(td);
	if (ret || stops_before(options, TD_BEFORE_FINALIZE))
		return ret;

	ret = td_finalize(td);
	if (ret || stops_before(options, TD_BEFORE_RUN))
		return ret;

	/* From the reset vector to the agent's first stop. */
	for (i = 0; i < td->nr_vcpus; i++)
		EXPECT(td_resume(td, i));
	return 0;
}

void td_create(struct td *td, const struct td_options *options)
{
	EXPECT_EQ(-td_try_create(td, options), 0);
}

void td_destroy(struct td *td)
{
	int size = ioctl(td->kvm_fd, KVM_GET_VCPU_MMAP_SIZE, 0);
	unsigned int i;

	for (i = 0; i < td->nr_vcpus; i++) {
		munmap(td->vcpus[i].run, size);
		close(td->vcpus[i].fd);
	}
	close(td->gmem_fd);
	close(td->vm_fd);
	close(td->kvm_fd);
	munmap(td->shared, td->bytes + PAGE);
	if (td->image)
		munmap(td->image, AGENT_END_GPA - AGENT_IMAGE_GPA + PAGE);
}

int td_run_once(struct td_vcpu *vcpu)
{
	return ioctl(vcpu->fd, KVM_RUN, 0) < 0 ? -errno : 0;
}

static bool is_done(const struct kvm_run *run)
{
	return run->exit_reason == KVM_EXIT_IO && run->io.direction == KVM_EXIT_IO_OUT &&
	       run->io.port == AGENT_PORT;
}

static bool is_dead(const struct kvm_run *run, int ret)
{
	return ret ? ret == -EIO : run->exit_reason == KVM_EXIT_INTERNAL_ERROR ||
				   run->exit_reason == KVM_EXIT_FAIL_ENTRY;
}

bool td_resume(struct td *td, unsigned int index)
{
	struct td_vcpu *vcpu = &td->vcpus[index];
	struct kvm_run *run = vcpu->run;

	for (;;) {
		int ret = td_run_once(vcpu);

		if (ret == -EINTR || ret == -EAGAIN)
			continue;

		/* The TD has accessed the other side of a page: convert it. */
		if (ret == -EFAULT && run->exit_reason == KVM_EXIT_MEMORY_FAULT) {
			bool to_private = run->memory_fault.flags & KVM_MEMORY_EXIT_FLAG_PRIVATE;

			EXPECT_EQ(td_set_private(td, run->memory_fault.gpa, run->memory_fault.size,
						 to_private), 0);
			continue;
		}

		if (td->may_die && is_dead(run, ret))
			_exit(EIO);
		if (ret)
			td_fail(__FILE__, __LINE__, "KVM_RUN: %s, exit reason %u", strerror(-ret),
				run->exit_reason);
		return is_done(run);
	}
}

bool td_start(struct td *td, unsigned int index, enum agent_op op,
	      const uint64_t args[AGENT_NR_ARGS])
{
	struct agent_mailbox *box = td->vcpus[index].box;

	box->op = op;
	memcpy(box->args, args, sizeof(box->args));
	memset(box->ret, 0xee, sizeof(box->ret));
	box->stop = 0;
	box->rounds = 0;
	return td_resume(td, index);
}

uint64_t td_call(struct td *td, unsigned int index, enum agent_op op,
		 const uint64_t args[AGENT_NR_ARGS])
{
	const struct kvm_run *run = td->vcpus[index].run;

	if (!td_start(td, index, op, args))
		td_fail(__FILE__, __LINE__, "operation %d: exit reason %u, 0x%x 0x%llx 0x%llx",
			op, run->exit_reason, run->internal.suberror,
			(unsigned long long)run->internal.data[0],
			(unsigned long long)run->internal.data[2]);
	return td->vcpus[index].box->ret[0];
}

uint64_t td_map_gpa(struct td *td, unsigned int index, uint64_t gpa, uint64_t bytes,
		    bool is_private)
{
	struct td_vcpu *vcpu = &td->vcpus[index];
	uint64_t at = gpa | (is_private ? 0 : TD_SHARED_BIT), end = at + bytes;

	while (at < end) {
		bool done = START(td, index, AGENT_VMCALL, 0, 0x10001, at, end - at);

		while (!done) {
			struct kvm_run *run = vcpu->run;
			bool to_private;

			EXPECT_EQ(run->exit_reason, KVM_EXIT_HYPERCALL);
			EXPECT_EQ(run->hypercall.nr, KVM_HC_MAP_GPA_RANGE);
			to_private = run->hypercall.args[2] & KVM_MAP_GPA_RANGE_ENCRYPTED;
			EXPECT_EQ(to_private, is_private);
			run->hypercall.ret = td_set_private(td, run->hypercall.args[0],
							    run->hypercall.args[1] * PAGE,
							    to_private);
			done = td_resume(td, index);
		}
		if (vcpu->box->ret[0] != 1)
			return vcpu->box->ret[0];
		/* The status is RETRY: go on at the address in the agent's R11. */
		at = vcpu->box->ret[1];
	}
	return 0;
}

uint64_t td_accept(struct td *td, unsigned int index, uint64_t gpa, uint64_t bytes, int level)
{
	return CALL(td, index, AGENT_ACCEPT, gpa, bytes, level);
}

void td_pre_fault(struct td *td, unsigned int index, uint64_t gpa, uint64_t bytes)
{
	struct kvm_pre_fault_memory range = { .gpa = gpa, .size = bytes };
	int ret;

	do {
		ret = ioctl(td->vcpus[index].fd, KVM_PRE_FAULT_MEMORY, &range);
	} while (range.size && (!ret || errno == EAGAIN || errno == EINTR));
	EXPECT_EQ(range.size, 0);
}
