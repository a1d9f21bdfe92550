// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_TDX_GET_CPUID: returns the CPUID that the guest gets from the TDX module.
 */
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "tdx.h"

/* The TD's metadata fields of CPUID have seven bits for the leaf and seven for the subleaf. */
#define TD_MAX_LEAF		0x7f
#define TD_MAX_SUBLEAF		0x7f

/* The list of entries for user space, while it is built. */
struct td_cpuid_list {
	/* The TD; TD_INITIALIZED or later. */
	struct kvm_tdx *td;
	/*
	 * The list, with room for max entries.  Its nent counts all entries, those without
	 * room too.
	 */
	struct kvm_cpuid2 *cpuid;
	unsigned int max;
};

/* A status other than success and busy means that the TD does not have the leaf: -ENOENT. */
static int check_read(u64 status)
{
	if (!tdx_status_is_error(status))
		return 0;

	return tdx_status_is_busy(status) ? -EBUSY : -ENOENT;
}

static int read_field(struct kvm_tdx *td, u64 field, u64 *ret_value)
{
	return td_retry_busy(check_read(tdh_mng_rd(td->tdr, field, ret_value)));
}

/* -ENOENT if the TD has no such leaf, -EBUSY if the TDX module stays busy. */
static int read_leaf(struct kvm_tdx *td, u32 leaf, u32 sub_leaf, struct kvm_cpuid_entry2 *entry)
{
	u64 eax_ebx, ecx_edx;
	int ret;

	ret = read_field(td, tdx_md_td_cpuid(leaf, sub_leaf, 0), &eax_ebx);
	if (!ret)
		ret = read_field(td, tdx_md_td_cpuid(leaf, sub_leaf, 1), &ecx_edx);
	if (ret)
		return ret;

	*entry = (struct kvm_cpuid_entry2) {
		.function = leaf,
		.eax = lower_32_bits(eax_ebx),
		.ebx = upper_32_bits(eax_ebx),
		.ecx = lower_32_bits(ecx_edx),
		.edx = upper_32_bits(ecx_edx),
	};
	if (sub_leaf != TDX_CPUID_NO_SUBLEAF) {
		entry->index = sub_leaf;
		entry->flags = KVM_CPUID_FLAG_SIGNIFCANT_INDEX;
	}

	/* Show the GPA width in this leaf, as fill_cpuid() in params.c does. */
	if (leaf == 0x80000008)
		entry->eax |= td->gpaw << 16;

	return 0;
}

static void add_entry(struct td_cpuid_list *list, const struct kvm_cpuid_entry2 *entry)
{
	if (list->cpuid->nent < list->max)
		list->cpuid->entries[list->cpuid->nent] = *entry;
	list->cpuid->nent++;
}

/*
 * Add the entry of a leaf without subleaves, or the entries of all its subleaves, which begin
 * at 0 and have no gap.  Add nothing if the TD does not have the leaf.
 */
static int add_leaf(struct td_cpuid_list *list, u32 leaf)
{
	struct kvm_cpuid_entry2 entry;
	u32 sub_leaf;
	int ret;

	ret = read_leaf(list->td, leaf, TDX_CPUID_NO_SUBLEAF, &entry);
	if (!ret)
		add_entry(list, &entry);
	if (ret != -ENOENT)
		return ret;

	for (sub_leaf = 0; sub_leaf <= TD_MAX_SUBLEAF; sub_leaf++) {
		ret = read_leaf(list->td, leaf, sub_leaf, &entry);
		if (ret)
			return ret == -ENOENT ? 0 : ret;

		add_entry(list, &entry);
	}

	return 0;
}

/* Add all leaves from @base up to the last one, which EAX of the leaf @base names. */
static int add_leaves(struct td_cpuid_list *list, u32 base)
{
	struct kvm_cpuid_entry2 first;
	u32 leaf, last;
	int ret;

	ret = read_leaf(list->td, base, TDX_CPUID_NO_SUBLEAF, &first);
	if (ret)
		return ret == -ENOENT ? -EIO : ret;

	last = min(first.eax, base + TD_MAX_LEAF);
	for (leaf = base; leaf <= last; leaf++) {
		ret = add_leaf(list, leaf);
		if (ret)
			return ret;
	}

	return 0;
}

/* Give the list to user space; if it has no room for the list, say how much it needs. */
static int put_list(const struct td_cpuid_list *list, struct kvm_cpuid2 __user *user)
{
	const struct kvm_cpuid2 *cpuid = list->cpuid;

	if (cpuid->nent > list->max)
		return put_user(cpuid->nent, &user->nent) ? -EFAULT : -E2BIG;

	return copy_to_user(user, cpuid, struct_size(cpuid, entries, cpuid->nent)) ? -EFAULT : 0;
}

/* -E2BIG if the buffer of user space is too small, -EAGAIN if the TDX module stays busy. */
int td_get_cpuid(struct kvm_vcpu *vcpu, struct kvm_tdx_cmd *cmd)
{
	struct kvm_cpuid2 __user *user = u64_to_user_ptr(cmd->data);
	struct td_cpuid_list list = { .td = to_kvm_tdx(vcpu->kvm) };
	int ret;

	if (cmd->flags)
		return -EINVAL;

	if (get_user(list.max, &user->nent))
		return -EFAULT;

	list.max = min_t(unsigned int, list.max, KVM_MAX_CPUID_ENTRIES);
	list.cpuid = kzalloc(struct_size(list.cpuid, entries, list.max), GFP_KERNEL);
	if (!list.cpuid)
		return -ENOMEM;

	ret = add_leaves(&list, 0);
	if (!ret)
		ret = add_leaves(&list, 0x80000000);
	if (!ret)
		ret = put_list(&list, user);

	kfree(list.cpuid);
	return ret == -EBUSY ? -EAGAIN : ret;
}
