/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TD_OPS_VENDOR_H
#define TD_OPS_VENDOR_H

/* KVM's ops: the vendor's, as td_wrap_ops() changed them. */
extern struct kvm_x86_ops ops;

/* What the vendor was called for, in order, as a string such as "create free ". */
extern char vendor_calls[];

void vendor_setup(void);

#endif
