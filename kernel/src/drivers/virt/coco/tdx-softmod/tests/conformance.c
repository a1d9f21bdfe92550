// SPDX-License-Identifier: GPL-2.0-only
/* Brings the module to the stages that exist in user space and in the kernel; runs a row. */
#include "conformance.h"

bool conformance_reach(enum stage stage)
{
	unsigned int i;

	switch (stage) {
	case READY:
		return true;
	case CREATED:
		return !CALL(MNG_CREATE, .rcx = NEW_TDR, .rdx = FIRST_HKID + 2);
	case KEYED:
		return world_on_packages(TDH_MNG_KEY_CONFIG, NEW_TDR);
	case WITH_TDCX:
		for (i = 0; i < SM_NR_TDCS_PAGES; i++) {
			if (CALL(MNG_ADDCX, .rcx = PAGE(9 + i), .rdx = NEW_TDR))
				return false;
		}
		return true;
	case INITED:
		return world_make_td(0, FIRST_HKID + 1);
	case WITH_VCPU:
		return world_make_vcpu(0, 16, 3) && !CALL(VP_CREATE, .rcx = NEW_VCPU, .rdx = TDR);
	case MEMORY:
		world_fill(HOST_PAGE(0), 1);
		return world_make_tables(0, TABLES) &&
		       !CALL(MEM_PAGE_ADD, .rcx = GPA_MAPPED, .rdx = TDR, .r8 = ADDED,
			     .r9 = HOST_PAGE(0)) &&
		       !CALL(MEM_PAGE_AUG, .rcx = GPA_PENDING, .rdx = TDR, .r8 = PAGE(41)) &&
		       !CALL(MEM_PAGE_ADD, .rcx = GPA_BLOCKED, .rdx = TDR, .r8 = PAGE(42),
			     .r9 = HOST_PAGE(0)) &&
		       !CALL(MEM_PAGE_AUG, .rcx = GPA_BIG | 1, .rdx = TDR, .r8 = BIG(0)) &&
		       !CALL(MEM_SEPT_ADD, .rcx = GPA_TABLE | 1, .rdx = TDR, .r8 = PAGE(43)) &&
		       !CALL(MEM_RANGE_BLOCK, .rcx = GPA_BLOCKED, .rdx = TDR);
	case RUNNABLE:
		return !CALL(MR_FINALIZE, .rcx = TDR);
	case TRACKED:
		/* A 4K page, a 2M page and a table are blocked and tracked. */
		return !CALL(MEM_RANGE_BLOCK, .rcx = GPA_BIG | 1, .rdx = TDR) &&
		       !CALL(MEM_RANGE_BLOCK, .rcx = GPA_TABLE | 1, .rdx = TDR) &&
		       !CALL(MEM_TRACK, .rcx = TDR);
	case FLUSHED:
		return !CALL(VP_FLUSH, .rcx = VCPU);
	case BLOCKED:
		return !CALL(MNG_VPFLUSHDONE, .rcx = TDR);
	case TEARDOWN:
		return world_on_packages(TDH_PHYMEM_CACHE_WB, 0) &&
		       !CALL(MNG_KEY_FREEID, .rcx = TDR);
	default:
		return false;
	}
}

/* Memory that conformance_poke() changed; restored in reverse order after the row. */
static struct {
	void *at;
	size_t size;
	u8 was[64];
} pokes[4];
static unsigned int nr_pokes;

void conformance_poke(void *to, const void *from, size_t size)
{
	if (WARN_ON_ONCE(nr_pokes == ARRAY_SIZE(pokes) || size > sizeof(pokes->was)))
		return;
	pokes[nr_pokes].at = to;
	pokes[nr_pokes].size = size;
	memcpy(pokes[nr_pokes++].was, to, size);
	memcpy(to, from, size);
}

struct conformance_result conformance_result;

bool conformance_run(const struct conformance_row *row)
{
	struct tdx_module_args args = row->in;
	u64 status;

	if (row->before)
		row->before->run();
	status = world_call(row->leaf, row->version, &args);
	while (nr_pokes) {
		nr_pokes--;
		memcpy(pokes[nr_pokes].at, pokes[nr_pokes].was, pokes[nr_pokes].size);
	}
	conformance_result = (struct conformance_result){ status, args };
	return status == row->status &&
	       (!row->out.checked || (args.rcx == row->out.rcx && args.rdx == row->out.rdx));
}

void conformance_name(unsigned int leaf, char *name, size_t size)
{
	char *c;

	snprintf(name, size, "conformance.%s", sm_leaf(leaf)->name);
	for (c = name; *c; c++)
		*c = (char)(*c == '_' ? '-' : *c >= 'A' && *c <= 'Z' ? *c + 32 : *c);
}
