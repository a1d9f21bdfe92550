/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDX_SOFTMOD_METADATA_H
#define TDX_SOFTMOD_METADATA_H

/*
 * Tables of metadata fields: metadata_sys.c, metadata_td.c and metadata_vp.c have them.  A table
 * is in the order in which reads return the next identifier: by class, then by field code.
 */

#include "core.h"

#define ALL		(~0ULL)
#define NO_FIELD	(~0ULL)

enum source {
	/* field.value is the value, or its offset in struct sm_td, sm_tdcs or sm_vcpu. */
	VALUE, TD, TDCS, VCPU,
	/* Its offset in struct sm_vcpu_host, where each field is a u64 whatever its size is. */
	HOST,
	/* field.get() computes it. */
	FUNCTION,
	/* The run loop has it: sm_run_read(). */
	RUN,
	/* All CPUID values of the TD; leaf and subleaf are in the field code. */
	CPUID,
};

struct who {
	struct sm_td *td;
	struct sm_vcpu *vcpu;
};

struct field {
	/* The ABI's identifier of the first element. */
	u64 id;
	u32 nr_elements;
	/* enum source */
	u8 source;
	/* Writes must be of all bits. */
	bool whole;
	/* Bits that the host can read, those beside them in a debug TD, and so on. */
	u64 host_read, debug_read, host_write, guest_read, guest_write;
	u64 value;
	u64 (*get)(const struct who *who, unsigned int element);
	void (*put)(const struct who *who, u64 value);
	/* Returns 0 if @value may be written, else the status. */
	u64 (*check)(const struct who *who, u64 value);
};

struct fields {
	const struct field *fields;
	unsigned int nr;
};

extern const struct fields sm_sys_fields, sm_td_fields, sm_vp_fields;

#define ONE(i)		.id = (i), .nr_elements = 1
#define MANY(i, n)	.id = (i), .nr_elements = (n)
#define CONSTANT(v)	.source = VALUE, .value = (v)
#define IN(where, type, member) \
	.source = where, .value = offsetof(struct type, member)
#define CALL(fn)	.source = FUNCTION, .get = (fn)
#define HOST_RO		.host_read = ALL
#define GUEST_RO	.guest_read = ALL
#define BOTH_RO		.host_read = ALL, .guest_read = ALL
#define DEBUG_RO	.debug_read = ALL
#define HOST_RW(mask)	.host_read = ALL, .host_write = (mask)
#define GUEST_RW(mask)	.guest_read = ALL, .guest_write = (mask)

#endif
