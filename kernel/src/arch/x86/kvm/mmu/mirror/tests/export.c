// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exports for the KUnit suite (kvm_mirror_kunit.c) only: other modules cannot use them.
 */
#include "../mirror_internal.h"
#include "mock.h"

#include <kunit/visibility.h>

#define FOR_KUNIT	EXPORT_SYMBOL_IF_KUNIT

FOR_KUNIT(kvm_mmu_create);
FOR_KUNIT(kvm_mmu_destroy);
FOR_KUNIT(kvm_mmu_init_vm);
FOR_KUNIT(kvm_mmu_uninit_vm);
FOR_KUNIT(kvm_mirror_zap_range);
FOR_KUNIT(kvm_mirror_flush_all);
FOR_KUNIT(mirror_transition);
FOR_KUNIT(kvm_mock_init);
FOR_KUNIT(kvm_mock_uninit);
FOR_KUNIT(kvm_mock_script);
FOR_KUNIT(kvm_mock_ops);
