// SPDX-License-Identifier: GPL-2.0-only
/* The argument of KVM_TDX_INIT_VM while user space changes it.  The function under test is cut out of init_vm.c. */
#include "tdx.h"

#define KVM_MAX_CPUID_ENTRIES 256
#define ERR_PTR(e) ((void *)(long)(e))
#define PTR_ERR(p) ((int)(long)(p))
#define IS_ERR(p) ((unsigned long)(p) >= -4095UL)
#define struct_size(p, member, n) (sizeof(*(p)) + sizeof((p)->member[0]) * (n))

/* User memory: as many entries as it has room for; the number that it says is changed after the first read of it. */
#define NR_ROOM 8
static struct { struct kvm_tdx_init_vm init; struct kvm_cpuid_entry2 room[NR_ROOM]; } user_memory;
static u32 next_nent;

static u32 read_user(const u32 *p)
{
	u32 value = *p;

	user_memory.init.cpuid.nent = next_nent;
	return value;
}
#define get_user(x, p) ((x) = read_user(p), 0)

static void *memdup_user(const void *p, size_t size)
{
	void *copy;

	BUG_ON(size > sizeof(user_memory));
	copy = kzalloc(size, GFP_KERNEL);
	return copy ? memcpy(copy, p, size) : ERR_PTR(-ENOMEM);
}
#include "init_vm_parts.h"

#include "test.h"

/* User space says @first entries and, from the second look on, @then. */
static int get(u32 first, u32 then)
{
	struct kvm_tdx_cmd cmd = { .data = (uintptr_t)&user_memory };
	struct kvm_tdx_init_vm *init;
	int nent;

	memset(&user_memory, 0, sizeof(user_memory));
	user_memory.init.cpuid.nent = first;
	next_nent = then;
	init = get_init_vm(&cmd);
	if (IS_ERR(init))
		return PTR_ERR(init);
	nent = (int)init->cpuid.nent;
	kfree(init);
	return nent;
}

/* KVM must not use more entries than it has copied. */
static bool nent_changes(void)
{
	ASSERT(get(NR_ROOM, NR_ROOM) == NR_ROOM);
	ASSERT(get(2, NR_ROOM) == -EINVAL);
	ASSERT(get(2, UINT32_MAX) == -EINVAL);
	ASSERT(get(NR_ROOM, 2) == -EINVAL);
	ASSERT(get(KVM_MAX_CPUID_ENTRIES + 1, 1) == -E2BIG);
	return true;
}

const struct test init_vm_tests[] = {
	{ "init-vm-nent-changes", nent_changes },
	{}
};
