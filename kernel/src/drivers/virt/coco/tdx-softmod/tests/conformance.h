/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TDX_SOFTMOD_TESTS_CONFORMANCE_H
#define TDX_SOFTMOD_TESTS_CONFORMANCE_H

/*
 * Tests of each leaf, with right and wrong operands, in right and wrong states: does it
 * return the status and the outputs that the ABI lists?
 *
 * The module and a TD go through stages, from a module that was just loaded to a TD that
 * was torn down.  A row is one SEAMCALL at one stage; for each row the stage is reached
 * anew.  All rows run in user space.  Rows from READY to TEARDOWN also run in the kernel, on
 * real pages and CPUs; a module that is in use cannot go through the other stages again.
 */

#include "world.h"

#define TDR		PAGE(0)
#define TDCX(n)		PAGE(1 + (n))
/* A second TD, which is never initialised: stages CREATED, KEYED and WITH_TDCX make it. */
#define NEW_TDR		PAGE(8)
#define VCPU		PAGE(16)
/* A second vCPU, which is not initialised and has too few pages for that; the rest follow it. */
#define NEW_VCPU	PAGE(24)
#define TABLES		32
#define ADDED		PAGE(40)
#define FREE_PAGE	PAGE(64)
#define FREE_PAGE2	PAGE(65)

/* GPAs, named for the state of their secure EPT entries from stage MEMORY on. */
#define GPA_MAPPED	0x1000ULL
#define GPA_FREE	0x2000ULL
#define GPA_PENDING	0x3000ULL
#define GPA_BLOCKED	0x4000ULL
#define GPA_BIG		0x200000ULL
#define GPA_TABLE	0x400000ULL
#define GPA_NO_TABLE	0x40000000ULL

#define CONFORMANCE_STAGES(STAGE)						\
	STAGE(LOADED) STAGE(SYS_INITED) STAGE(LP_INITED) STAGE(CONFIGURED) STAGE(NO_TDMR)	\
	STAGE(READY) STAGE(CREATED) STAGE(KEYED) STAGE(WITH_TDCX) STAGE(INITED)	\
	STAGE(WITH_VCPU) STAGE(MEMORY) STAGE(RUNNABLE) STAGE(TRACKED) STAGE(FLUSHED)	\
	STAGE(BLOCKED) STAGE(TEARDOWN) STAGE(SHUTDOWN)

#define STAGE_ENUM(name)	name,
enum stage { CONFORMANCE_STAGES(STAGE_ENUM) NR_STAGES };

/*
 * Do the SEAMCALLs that lead from the stage before @stage, which is READY or later, to
 * @stage.  False if one failed.
 */
bool conformance_reach(enum stage stage);

/* What is done before the SEAMCALL of a row, to make the leaf fail. */
struct conformance_before {
	const char *name;
	void (*run)(void);
};

/* Defines @name for use in rows; other BEFOREs can have it done by name->run(). */
#define BEFORE(name, action)						\
	static void do_##name(void)					\
	{								\
		action;							\
	}								\
	static const struct conformance_before name[] = { { #name, do_##name } };

struct conformance_row {
	u16 leaf;
	u8 version;
	/* enum stage */
	u8 stage;
	struct tdx_module_args in;
	u64 status;
	/* May be NULL. */
	const struct conformance_before *before;
	struct {
		bool checked;
		u64 rcx, rdx;
	} out;
};

extern const struct conformance_row conformance_rows[];
extern const unsigned int conformance_nr_rows;

#define OUT(a, b)		{ true, (a), (b) }
#define SEPT(e, state, level)	OUT(e, (u64)(state) << 8 | (level))
#define FREE_ENTRY		TDX_SEPT_ENTRY_SVE
#define LEAF_ENTRY(hpa)		(TDX_SEPT_ENTRY_SVE | 0xf0 | (hpa))
#define NL_ENTRY		7ULL
#define BUSY(op)		(TDX_OPERAND_BUSY | (op))
#define INVALID(op)		(TDX_OPERAND_INVALID | (op))
#define RANGE(op)		(TDX_OPERAND_ADDR_RANGE_ERROR | (op))
#define METADATA(op)		(TDX_PAGE_METADATA_INCORRECT | (op))

/* Do row->before and make the SEAMCALL.  True if it returned what the row expects. */
bool conformance_run(const struct conformance_row *row);
/* What the last row returned. */
extern struct conformance_result {
	u64 status;
	struct tdx_module_args out;
} conformance_result;

/* For a BEFORE: set @size bytes at @to until the row has run. */
void conformance_poke(void *to, const void *from, size_t size);
#define POKE(lvalue, value)						\
	do {								\
		typeof(lvalue) poked_ = (value);			\
									\
		conformance_poke(&(lvalue), &poked_, sizeof(poked_));	\
	} while (0)

/* A status code that the ABI lists for a leaf. */
struct conformance_listed {
	u16 leaf;
	u64 code;
};

extern const struct conformance_listed conformance_listed[];
extern const unsigned int conformance_nr_listed;

/* Is @status, whatever operand it names, the code @listed? */
static inline bool conformance_is(const struct conformance_listed *listed, unsigned int leaf,
				  u64 status)
{
	return listed->leaf == leaf && listed->code >> 32 == status >> 32;
}

/* Name of the test of a leaf, such as "conformance.mem-page-add". */
void conformance_name(unsigned int leaf, char *ret_name, size_t size);

#endif
