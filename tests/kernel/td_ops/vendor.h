/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TD_OPS_VENDOR_H
#define TD_OPS_VENDOR_H

/* KVM's ops: the vendor's, as td_wrap_ops() changed them. */
extern struct kvm_x86_ops ops;

/* What was called for the test to see, in order, as a string such as "precreate create ". */
extern char calls[256];
void record(const char *call);

/* What the vendor's vcpu_precreate() returns. */
extern int vendor_precreate_error;

/* Set up the ops.  Without @has_precreate the vendor lacks that op, and needs none, like kvm-amd. */
void vendor_setup(bool has_precreate);

#endif
