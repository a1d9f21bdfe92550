// SPDX-License-Identifier: GPL-2.0-only
/*
 * The private page table refuses an op: this VM dies, and no other one.  The kernel complains
 * about it once, which is intended.
 */
#include "mirror_vm.h"

#define NR	64ul

/*
 * KVM_RUN must return -EIO, now and later.  __mirror_run() cannot be used: it reads the
 * vCPU's registers, which is not possible in a dead VM.
 */
static void expect_dead(struct mirror_vm *m)
{
	int i;

	mirror_set_job(m, 0, JOB_WRITE, PRIVATE, 0, NR, 1);
	for (i = 0; i < 2; i++)
		TEST_ASSERT(__vcpu_run(m->vcpu[0]) < 0 && errno == EIO,
			    "the VM lives, errno %d", errno);

	/* A dead VM refuses the ioctls of kvm_vm_free(): only close the files, as exit() does. */
	close(memslot2region(m->vm, MIRROR_SLOT)->region.guest_memfd);
	kvm_vm_release(m->vm);
}

static void refuse_fault(u32 op)
{
	struct mirror_vm *m = mirror_create(1, 0);

	mirror_script(m, op, 0, 1, -EIO);
	expect_dead(m);
	mirror_pass("refused op %u of a fault", op);
}

static void refuse_removal(u32 op, int error, int times)
{
	struct mirror_vm *m = mirror_create(1, 0);

	mirror_do(m, 0, JOB_WRITE, PRIVATE, 0, NR, 1);
	mirror_script(m, op, 0, times, error);
	/* The ioctl succeeds: pages that cannot be removed are pinned until the VM is destroyed. */
	mirror_convert(m, 0, NR, SHARED);
	expect_dead(m);
	mirror_pass("op %u of a removal fails %d times with %d", op, times, error);
}

int main(void)
{
	struct mirror_vm *other = mirror_create(1, 0);

	mirror_do(other, 0, JOB_WRITE, PRIVATE, 0, NR, 2);
	refuse_fault(KVM_MOCK_LINK);
	refuse_fault(KVM_MOCK_MAP);
	refuse_removal(KVM_MOCK_BLOCK, -EIO, 1);
	refuse_removal(KVM_MOCK_TRACK, -EIO, 1);
	refuse_removal(KVM_MOCK_UNMAP, -EIO, 1);
	/* KVM gives up after so many -EBUSY: the VM dies, too. */
	refuse_removal(KVM_MOCK_UNMAP, -EBUSY, 20);

	mirror_do(other, 0, JOB_CHECK, PRIVATE, 0, NR, 2);
	mirror_convert(other, 0, NR, SHARED);
	mirror_verify(other);
	mirror_destroy(other);
	mirror_pass("another VM lives on");
	return 0;
}
