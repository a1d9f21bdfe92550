// SPDX-License-Identifier: GPL-2.0-only
/*
 * What VM types with a mirrored PT have in common: the flag that tells whether a VM of
 * such a type was ever made, see used.h, and the default kvm_mirror_wrap_ops(), which
 * does nothing, see vm_type.h.
 */
#include "mirror_internal.h"

struct static_key_false kvm_mirror_used = STATIC_KEY_FALSE_INIT;
EXPORT_SYMBOL_GPL(kvm_mirror_used);

void __weak kvm_mirror_wrap_ops(struct kvm_x86_ops *ops)
{
}
