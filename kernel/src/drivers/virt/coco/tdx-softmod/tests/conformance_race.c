// SPDX-License-Identifier: GPL-2.0-only
/* Random SEAMCALLs from all CPUs at once, on one TD. */
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/prandom.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "conformance.h"
#include "conformance_race.h"
#include "world_kernel.h"

/*
 * Few GPAs of 4K and pages, so that CPUs often use the same ones.  The pages are free when
 * the race begins.
 */
#define NR_GPAS		12
#define FIRST_PAGE	100
#define NR_PAGES	(NR_WORLD_PAGES - FIRST_PAGE)

struct racer {
	struct task_struct *task;
	struct completion done;
	struct rnd_state random;
	unsigned int nr_calls, nr_good;
	/* The first leaf that returned a status that is not listed for it; 0 if none. */
	unsigned int bad_leaf;
	u64 bad_status;
};

enum operand { NONE, GPA_4K, GPA_2M, GPA_ANY, RACE_TDR, RACE_TDVPR, A_PAGE, A_2M_PAGE, ANYTHING,
	       TD_FIELD, VP_FIELD };

/* SEAMCALLs to choose from: the leaf, and what RCX, RDX and R8 hold. */
static const struct move {
	u8 leaf, rcx, rdx, r8;
} moves[] = {
	{ TDH_MEM_PAGE_AUG, GPA_4K, RACE_TDR, A_PAGE },
	{ TDH_MEM_PAGE_AUG, GPA_4K, RACE_TDR, A_PAGE },
	{ TDH_MEM_PAGE_AUG, GPA_2M, RACE_TDR, A_2M_PAGE },
	{ TDH_MEM_SEPT_ADD, GPA_2M, RACE_TDR, A_PAGE },
	{ TDH_MEM_SEPT_REMOVE, GPA_2M, RACE_TDR, NONE },
	{ TDH_MEM_RANGE_BLOCK, GPA_4K, RACE_TDR, NONE },
	{ TDH_MEM_RANGE_BLOCK, GPA_2M, RACE_TDR, NONE },
	{ TDH_MEM_RANGE_UNBLOCK, GPA_ANY, RACE_TDR, NONE },
	{ TDH_MEM_TRACK, RACE_TDR, NONE, NONE },
	{ TDH_MEM_TRACK, RACE_TDR, NONE, NONE },
	{ TDH_MEM_PAGE_REMOVE, GPA_4K, RACE_TDR, NONE },
	{ TDH_MEM_PAGE_REMOVE, GPA_2M, RACE_TDR, NONE },
	{ TDH_MEM_PAGE_RELOCATE, GPA_4K, RACE_TDR, A_PAGE },
	{ TDH_MEM_PAGE_DEMOTE, GPA_2M, RACE_TDR, A_PAGE },
	{ TDH_MEM_PAGE_PROMOTE, GPA_2M, RACE_TDR, NONE },
	{ TDH_MEM_SEPT_RD, GPA_ANY, RACE_TDR, NONE },
	{ TDH_MEM_RD, GPA_4K, RACE_TDR, NONE },
	{ TDH_PHYMEM_PAGE_RDMD, A_PAGE, NONE, NONE },
	{ TDH_PHYMEM_PAGE_RECLAIM, A_PAGE, NONE, NONE },
	{ TDH_MNG_RD, RACE_TDR, TD_FIELD, NONE },
	{ TDH_MNG_ADDCX, A_PAGE, RACE_TDR, NONE },
	{ TDH_VP_CREATE, A_PAGE, RACE_TDR, NONE },
	{ TDH_VP_RD, RACE_TDVPR, VP_FIELD, NONE },
	{ TDH_VP_FLUSH, RACE_TDVPR, NONE, NONE },
	{ TDH_VP_ADDCX, A_PAGE, RACE_TDVPR, NONE },
	{ TDH_MR_EXTEND, GPA_4K, RACE_TDR, NONE },
	{ TDH_PHYMEM_CACHE_WB, NONE, NONE, NONE },
	{ TDH_SYS_RD, NONE, ANYTHING, NONE },
	/* With operands that make no sense. */
	{ TDH_MEM_PAGE_AUG, ANYTHING, RACE_TDR, A_PAGE },
	{ TDH_MEM_RANGE_BLOCK, GPA_ANY, ANYTHING, NONE },
	{ TDH_PHYMEM_PAGE_RECLAIM, ANYTHING, NONE, NONE },
	{ TDH_MNG_CREATE, A_PAGE, ANYTHING, NONE },
};

static u32 below(struct racer *r, u32 end)
{
	return prandom_u32_state(&r->random) % end;
}

static u64 anything(struct racer *r)
{
	u64 value = (u64)prandom_u32_state(&r->random) << 32 | prandom_u32_state(&r->random);

	/* Shift by a random number of bits, so that small values are as likely as large ones. */
	return value >> below(r, 64);
}

static u64 operand(struct racer *r, enum operand what)
{
	switch (what) {
	case GPA_4K:
		return 0x100000 + below(r, NR_GPAS) * 0x1000;
	case GPA_2M:
		return (0x600000 + below(r, 2) * 0x200000) | 1;
	case GPA_ANY:
		return operand(r, below(r, 2) ? GPA_4K : GPA_2M);
	case RACE_TDR:
		return TDR;
	case RACE_TDVPR:
		return VCPU;
	case A_PAGE:
		return PAGE(FIRST_PAGE + below(r, NR_PAGES));
	case A_2M_PAGE:
		return BIG(1);
	case ANYTHING:
		return anything(r);
	case TD_FIELD:
		return TDX_MD_TD_XFAM;
	case VP_FIELD:
		return TDX_MD_VP_STATE_DETAILS;
	default:
		return 0;
	}
}

/* Codes that the checks of TDR and TDVPR return in every leaf that has such an operand. */
static const u64 common[] = {
	TDX_OPERAND_INVALID, TDX_OPERAND_ADDR_RANGE_ERROR, TDX_OPERAND_BUSY,
	TDX_PAGE_METADATA_INCORRECT, TDX_TD_KEYS_NOT_CONFIGURED, TDX_TDCS_NOT_ALLOCATED,
	TDX_OP_STATE_INCORRECT,
};

static bool is_listed(unsigned int leaf, u64 status)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(common); i++) {
		if (common[i] >> 32 == status >> 32)
			return true;
	}
	for (i = 0; i < conformance_nr_listed; i++) {
		if (conformance_is(&conformance_listed[i], leaf, status))
			return true;
	}
	return false;
}

static int race(void *data)
{
	struct racer *r = data;
	unsigned int i;

	for (i = 0; i < r->nr_calls; i++) {
		const struct move *move = &moves[below(r, ARRAY_SIZE(moves))];
		struct tdx_module_args args = {
			.rcx = operand(r, move->rcx),
			.rdx = operand(r, move->rdx),
			.r8 = operand(r, move->r8),
		};
		u64 status = world_call_here(move->leaf, 0, &args);

		r->nr_good += !status;
		if (!r->bad_leaf && !is_listed(move->leaf, status)) {
			r->bad_leaf = move->leaf;
			r->bad_status = status;
		}
		cond_resched();
	}
	kthread_complete_and_exit(&r->done, 0);
}

static bool start(struct racer *r, unsigned int cpu, u64 seed, unsigned int nr_calls)
{
	init_completion(&r->done);
	prandom_seed_state(&r->random, seed + cpu);
	r->nr_calls = nr_calls;
	r->task = kthread_create(race, r, "softmod_race/%u", cpu);
	if (IS_ERR(r->task)) {
		r->task = NULL;
		return false;
	}
	kthread_bind(r->task, cpu);
	wake_up_process(r->task);
	return true;
}

bool conformance_race(struct seq_file *out, u64 seed, unsigned int nr_calls)
{
	unsigned int cpu, nr_good = 0;
	struct racer *racers = kcalloc(nr_cpu_ids, sizeof(*racers), GFP_KERNEL);
	bool ok = racers;

	for_each_online_cpu(cpu) {
		if (ok)
			ok = start(&racers[cpu], cpu, seed, nr_calls / num_online_cpus());
	}
	for_each_online_cpu(cpu) {
		struct racer *r = &racers[cpu];

		if (!racers || !r->task)
			continue;
		wait_for_completion(&r->done);
		nr_good += r->nr_good;
		if (r->bad_leaf) {
			seq_printf(out, "# CPU %u: %s says %llx, which is not listed\n", cpu,
				   sm_leaf(r->bad_leaf)->name, r->bad_status);
			ok = false;
		}
	}
	kfree(racers);
	seq_printf(out, "# %u CPUs, %u of %u SEAMCALLs did something\n", num_online_cpus(),
		   nr_good, nr_calls);
	/* If hardly any SEAMCALL succeeded, the race has tested nothing. */
	return ok && nr_good > nr_calls / 20;
}
