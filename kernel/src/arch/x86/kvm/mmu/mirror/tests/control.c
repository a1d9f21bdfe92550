// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_MEMORY_ENCRYPT_OP of the VM type for tests: creates the mirrored PT and the mock, and
 * lets a selftest control the mock.
 */
#include <linux/uaccess.h>

#include "internal.h"

#define MAX_SLOW_LOOPS	1000000

static int init_vm(struct kvm *kvm, u64 flags)
{
	struct kvm_mock_config mock_config = {
		.root_level = PT64_ROOT_4LEVEL,
		.ept = mirror_test_has_ept(),
		.pending = flags & KVM_MIRROR_TEST_PENDING,
	};
	struct kvm_mirror_config config = {
		.ops = &kvm_mock_ops,
		.shared_gfn = gpa_to_gfn(BIT_ULL(KVM_MIRROR_TEST_SHARED_BIT)),
		.root_level = PT64_ROOT_4LEVEL,
	};
	struct mirror_test_vm *vm;
	int ret;

	if (flags & ~(u64)KVM_MIRROR_TEST_PENDING)
		return -EINVAL;

	vm = kzalloc(sizeof(*vm), GFP_KERNEL_ACCOUNT);
	if (!vm)
		return -ENOMEM;

	xa_init(&vm->vcpus);
	ret = kvm_mock_init(&vm->mock, &mock_config);
	if (ret)
		goto out_free;

	config.backend = &vm->mock;
	mutex_lock(&kvm->lock);
	mutex_lock(&kvm->slots_lock);
	ret = kvm_mirror_init(kvm, &config);
	mutex_unlock(&kvm->slots_lock);
	mutex_unlock(&kvm->lock);
	if (!ret)
		return 0;

	kvm_mock_uninit(&vm->mock);
out_free:
	kfree(vm);
	return ret;
}

static int set_script(struct kvm_mock *mock, void __user *data)
{
	struct kvm_mirror_test_script script;

	if (copy_from_user(&script, data, sizeof(script)))
		return -EFAULT;
	if (script.op >= KVM_MOCK_NR_OPS || script.error > 0 || script.error < -MAX_ERRNO)
		return -EINVAL;

	kvm_mock_script(mock, script.op, script.skip, script.times, script.error);
	return 0;
}

static int get_counts(struct mirror_test_vm *vm, void __user *data)
{
	struct kvm_mock *mock = &vm->mock;
	struct kvm_mirror_test_counts counts = {
		.busy = atomic64_read(&mock->nr_busy),
		.violations = atomic_read(&mock->violations),
		.pages = atomic64_read(&mock->nr_pages),
		.huge_pages = atomic64_read(&mock->nr_huge_pages),
		.tables = atomic64_read(&mock->nr_tables),
		.epoch = atomic64_read(&mock->epoch),
		.flushes = atomic64_read(&vm->nr_flushes),
		.held = atomic64_read(&vm->nr_held),
		.copy_ticks = atomic64_read(&vm->copy_ticks),
	};
	int i;

	for (i = 0; i < KVM_MOCK_NR_OPS; i++)
		counts.calls[i] = atomic64_read(&mock->calls[i]);

	return copy_to_user(data, &counts, sizeof(counts)) ? -EFAULT : 0;
}

static int verify(struct kvm *kvm, void __user *data)
{
	struct kvm_mirror_test_report answer;
	struct kvm_mirror_report report;
	int ret;

	ret = kvm_mirror_verify(kvm, &report);
	if (ret)
		return ret;

	answer = (struct kvm_mirror_test_report) {
		.entries = report.nr_entries,
		.wrong = report.nr_wrong,
		.unread = report.nr_unread,
	};
	return copy_to_user(data, &answer, sizeof(answer)) ? -EFAULT : 0;
}

static bool has_mirror_locked(struct kvm *kvm)
{
	bool ret;

	mutex_lock(&kvm->lock);
	ret = kvm_has_mirror(kvm);
	mutex_unlock(&kvm->lock);
	return ret;
}

int mirror_test_ioctl(struct kvm *kvm, void __user *argp)
{
	struct kvm_mirror_test_cmd cmd;
	struct mirror_test_vm *vm;

	if (copy_from_user(&cmd, argp, sizeof(cmd)))
		return -EFAULT;
	if (cmd.reserved)
		return -EINVAL;
	if (cmd.id == KVM_MIRROR_TEST_INIT)
		return init_vm(kvm, cmd.data);
	if (!has_mirror_locked(kvm))
		return -EINVAL;

	vm = to_mirror_test_vm(kvm);
	switch (cmd.id) {
	case KVM_MIRROR_TEST_SCRIPT:
		return set_script(&vm->mock, u64_to_user_ptr(cmd.data));
	case KVM_MIRROR_TEST_SLOW:
		if (cmd.data > MAX_SLOW_LOOPS)
			return -EINVAL;
		WRITE_ONCE(vm->mock.slow_loops, cmd.data);
		return 0;
	case KVM_MIRROR_TEST_COUNT:
		return get_counts(vm, u64_to_user_ptr(cmd.data));
	case KVM_MIRROR_TEST_VERIFY:
		return verify(kvm, u64_to_user_ptr(cmd.data));
	case KVM_MIRROR_TEST_SPLIT:
		if (cmd.data >> KVM_MIRROR_TEST_SHARED_BIT)
			return -EINVAL;
		return kvm_mirror_split_gfn(kvm, gpa_to_gfn(cmd.data));
	default:
		return -EINVAL;
	}
}
