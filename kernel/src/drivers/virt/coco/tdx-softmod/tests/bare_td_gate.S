/* SPDX-License-Identifier: GPL-2.0-only */
/* td_call_interrupt_gate(): the bare TD's test handles interrupts as KVM does. */
#include "../../../../../arch/x86/kvm/tdx/entry.S"
