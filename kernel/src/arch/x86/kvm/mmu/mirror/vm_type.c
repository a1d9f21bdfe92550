// SPDX-License-Identifier: GPL-2.0-only
/*
 * The place where a VM type for tests is built in, see vm_type.h.
 */
#include "mirror_internal.h"

void __weak kvm_mirror_wrap_ops(struct kvm_x86_ops *ops)
{
}
