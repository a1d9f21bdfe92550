// SPDX-License-Identifier: GPL-2.0-only
/*
 * The TDX module does not do what KVM asks it for, each SEAMCALL in turn: it is busy,
 * interrupted, or refuses.  A small TD lives meanwhile, from its creation to its end.
 * It takes no harm, or it alone dies; a second TD beside it never notices.
 *
 * Without an argument: what must do no harm.  "dies-alone": what may kill the TD and lose
 * pages, so that the machine is to be thrown away, and about which the kernel complains.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "asm/tdx_leaves.h"
#include "td.h"

#define PAGE		0x1000ULL
#define HUGE		0x200000ULL
#define MEMORY		(32ULL << 20)
/* Private memory that nothing was loaded to, and what of it is converted. */
#define AT		0x800000ULL
#define HOLE		(AT + 5 * PAGE)
#define REST		(HOLE + PAGE)
#define SMALL		(AT + HUGE)
#define END		(SMALL + 4 * PAGE)
#define SEED		0xb5b5
/* Times in a row that a leaf is busy. */
#define BUSY_TIMES	3
/* A hundred TDs. */
#define LIMIT_S		500
/* More calls than there are of any leaf in the life of that TD. */
#define MANY_CALLS	1000000

#define INTERRUPTED_RESUMABLE	0x8000000300000000ULL
#define INTERRUPTED_RESTARTABLE	0x8000000400000000ULL
#define OPERAND_BUSY		0x8000020000000000ULL
#define EPOCH_BUSY		0x8000020100000000ULL
#define NO_ENTROPY		0x8000020300000000ULL
#define HOST_PRIORITY		0x8000020400000000ULL
#define KEY_GENERATION_FAILED	0x8000080000000000ULL
#define METADATA_INCORRECT	0xc000030000000000ULL

enum loss {
	/* The TD dies by it, unless it ends anyway; everything comes back. */
	DIES,
	/* The TD lives to its end; that page stays lost, and the TDR, which it names. */
	LOSES_PAGES,
	/* The same, if it was the TDR's. */
	MAY_LOSE_TDR,
	/* KVM tries again when the VM goes, but lost are the vCPUs' pages by then, and the TDR. */
	LOSES_VCPUS,
	/* The KeyID and all pages of the TD stay lost. */
	LOSES_KEYID,
};

/* Pages that the TDX module has until the end of the TD. */
enum gift { GIVES_NOTHING, GIVES_TD, GIVES_VCPU, NR_GIFTS };

/* Every leaf that KVM calls for a TD. */
static const struct leaf {
	enum tdx_host_leaf nr;
	enum loss loss;
	enum gift gives;
} leaves[] = {
	{ TDH_MNG_CREATE, .gives = GIVES_TD }, { TDH_MNG_KEY_CONFIG },
	{ TDH_MNG_ADDCX, .gives = GIVES_TD }, { TDH_MNG_INIT }, { TDH_MNG_RD },
	{ TDH_VP_CREATE, .gives = GIVES_VCPU }, { TDH_VP_ADDCX, .gives = GIVES_VCPU },
	{ TDH_VP_INIT }, { TDH_VP_WR }, { TDH_MEM_SEPT_ADD, .gives = GIVES_TD },
	{ TDH_MEM_PAGE_ADD }, { TDH_MR_EXTEND }, { TDH_MR_FINALIZE }, { TDH_VP_ENTER },
	{ TDH_MEM_PAGE_AUG }, { TDH_MEM_PAGE_DEMOTE, .gives = GIVES_TD },
	{ TDH_MEM_RANGE_BLOCK }, { TDH_MEM_TRACK }, { TDH_MEM_PAGE_REMOVE },
	{ TDH_PHYMEM_PAGE_WBINVD, MAY_LOSE_TDR }, { TDH_PHYMEM_PAGE_RECLAIM, LOSES_PAGES },
	{ TDH_VP_FLUSH, LOSES_KEYID }, { TDH_MNG_VPFLUSHDONE, LOSES_VCPUS },
	{ TDH_PHYMEM_CACHE_WB, LOSES_KEYID }, { TDH_MNG_KEY_FREEID, LOSES_KEYID },
};

#define NR_LEAVES	(sizeof(leaves) / sizeof(leaves[0]))

static void inject(const char *name, uint64_t value)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/sys/kernel/debug/tdx_softmod/%s", name);
	file = fopen(path, "w");
	EXPECT(file);
	EXPECT(fprintf(file, "%#llx", (unsigned long long)value) > 0);
	EXPECT(!fclose(file));
}

/* Calls up to that which is refused. */
static unsigned int calls_to_come(void)
{
	FILE *file = fopen("/sys/kernel/debug/tdx_softmod/nth", "r");
	unsigned int nth;

	EXPECT(file && fscanf(file, "%u", &nth) == 1);
	fclose(file);
	return nth;
}

/* The same; from now on nothing is refused. */
static unsigned int stop_refusing(void)
{
	unsigned int nth = calls_to_come();

	inject("nth", 0);
	return nth;
}

/* On one CPU, so that the number of calls is the same each time. */
static void stay_on_this_cpu(void)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(sched_getcpu(), &cpus);
	EXPECT(!sched_setaffinity(0, sizeof(cpus), &cpus));
}

/* Memory by 4K and by 2M; a page of the latter goes and comes back; the rest stays. */
static void use_memory(struct td *td)
{
	EXPECT_EQ(td_accept(td, 0, SMALL, END - SMALL, 0), 0);
	EXPECT_EQ(td_accept(td, 0, AT, HUGE, 1), 0);
	CALL(td, 0, AGENT_FILL, AT, REST - AT, SEED);
	CALL(td, 0, AGENT_FILL, REST, END - REST, SEED);
	EXPECT_EQ(td_map_gpa(td, 0, HOLE, PAGE, false), 0);
	EXPECT_EQ(td_map_gpa(td, 0, HOLE, PAGE, true), 0);
	EXPECT_EQ(td_accept(td, 0, HOLE, PAGE, 0), 0);
	EXPECT_EQ(CALL(td, 0, AGENT_CHECK, AT, HOLE - AT, SEED), 0);
	EXPECT_EQ(CALL(td, 0, AGENT_CHECK, HOLE, PAGE, 0), 0);
	EXPECT_EQ(CALL(td, 0, AGENT_CHECK, REST, END - REST, SEED), 0);
	td_expect_verified(td);
}

/*
 * Does not return: the exit code is 0, an errno, or 1 if something else went wrong, such
 * as that the TD went on after what it @must_die by.
 */
static void live(bool must_die)
{
	struct td_options options = { .bytes = MEMORY, .nr_vcpus = 2, .may_die = true };
	struct td td;
	int ret;

	ret = td_try_create(&td, &options);
	if (!ret) {
		use_memory(&td);
		EXPECT(!must_die || calls_to_come());
	}
	td_destroy(&td);
	fflush(stdout);
	_exit(-ret);
}

/* A life with @nth call of @leaf, and @times - 1 more, injected.  Returns how it ended. */
static int live_with(const struct leaf *leaf, unsigned int nth, uint64_t status, unsigned int times,
		     bool must_die)
{
	int wstatus;
	pid_t pid;

	inject("nth", 0);
	inject("leaf", leaf->nr);
	inject("status", status);
	inject("times", times);
	inject("nth", nth);
	pid = fork();
	EXPECT(pid >= 0);
	if (!pid)
		live(must_die);
	EXPECT_EQ(waitpid(pid, &wstatus, 0), pid);
	EXPECT(WIFEXITED(wstatus));
	return WEXITSTATUS(wstatus);
}

static struct td beside;

static void create_beside(void)
{
	/* A test that failed may have left something. */
	stop_refusing();
	stay_on_this_cpu();
	td_create(&beside, &(struct td_options) { .bytes = MEMORY });
	EXPECT_EQ(td_accept(&beside, 0, AT, HUGE, 1), 0);
	CALL(&beside, 0, AGENT_FILL, AT, HUGE, SEED);
}

static void expect_beside_well(void)
{
	EXPECT_EQ(CALL(&beside, 0, AGENT_CHECK, AT, HUGE, SEED), 0);
	td_expect_verified(&beside);
}

/* Calls of @leaf in the life of a TD that comes to no harm. */
static unsigned int count_calls(const struct leaf *leaf)
{
	unsigned int nr;

	EXPECT_EQ(live_with(leaf, MANY_CALLS, 0, 1, false), 0);
	nr = MANY_CALLS - stop_refusing();
	/* A leaf that KVM does not call is not one for the list. */
	EXPECT(nr);
	return nr;
}

/* Of @nr calls the first three, then the 12th, 48th, ..., and the last are tried. */
static unsigned int next(unsigned int nth, unsigned int nr)
{
	unsigned int to = nth < 3 ? nth + 1 : nth * 4;

	return to > nr && nth < nr ? nr : to;
}

/* @leaf does not do its work for a moment.  Returns the calls that it was tried with. */
static unsigned int expect_patience(const struct leaf *leaf, uint64_t status)
{
	unsigned int nth, nr = count_calls(leaf), nr_tried = 0;
	int error;

	for (nth = 1; nth <= nr; nth = next(nth, nr)) {
		error = live_with(leaf, nth, status, BUSY_TIMES, false);
		if (error)
			td_fail(__FILE__, __LINE__, "%s, call %u, status 0x%llx: %s",
				tdx_leaf_name(leaf->nr), nth, (unsigned long long)status,
				strerror(error));
		nr_tried += !stop_refusing();
		expect_beside_well();
		td_expect_nothing_leaked();
	}
	EXPECT(nr_tried);
	return nr_tried;
}

static void test_busy(void)
{
	unsigned int keyids = td_count_keyids(), nr = 0;
	const struct leaf *leaf;

	create_beside();
	for (leaf = leaves; leaf < leaves + NR_LEAVES; leaf++)
		nr += expect_patience(leaf, OPERAND_BUSY);
	printf("# %u calls of %zu leaves\n", nr, NR_LEAVES);
	td_destroy(&beside);
	EXPECT_EQ(td_count_keyids(), keyids);
	td_expect_nothing_leaked();
}

/* What only some leaves return. */
static void test_moods(void)
{
	static const struct { enum tdx_host_leaf leaf; uint64_t status; } moods[] = {
		{ TDH_MEM_PAGE_DEMOTE, INTERRUPTED_RESTARTABLE },
		{ TDH_PHYMEM_CACHE_WB, INTERRUPTED_RESUMABLE },
		{ TDH_MEM_TRACK, EPOCH_BUSY },
		{ TDH_MEM_RANGE_BLOCK, HOST_PRIORITY }, { TDH_MEM_PAGE_REMOVE, HOST_PRIORITY },
		{ TDH_MNG_KEY_CONFIG, KEY_GENERATION_FAILED }, { TDH_MNG_INIT, NO_ENTROPY },
		{ TDH_VP_CREATE, NO_ENTROPY },
	};
	const struct leaf *leaf;
	unsigned int i;

	create_beside();
	for (i = 0; i < sizeof(moods) / sizeof(moods[0]); i++) {
		for (leaf = leaves; leaf->nr != moods[i].leaf; leaf++)
			;
		expect_patience(leaf, moods[i].status);
	}
	td_destroy(&beside);
	td_expect_nothing_leaked();
}

/* Calls of the leaves that give. */
static unsigned int given[NR_GIFTS];

static void expect_loss(const struct leaf *leaf, unsigned long nr_leaked)
{
	switch (leaf->loss) {
	case LOSES_KEYID:
		EXPECT_EQ(nr_leaked, given[GIVES_TD] + given[GIVES_VCPU]);
		break;
	case LOSES_VCPUS:
		EXPECT_EQ(nr_leaked, given[GIVES_VCPU] + 1);
		break;
	case LOSES_PAGES:
		/* The page, and the TDR if it was another. */
		EXPECT(nr_leaked == 1 || nr_leaked == 2);
		break;
	case MAY_LOSE_TDR:
		EXPECT(nr_leaked <= 1);
		break;
	default:
		EXPECT_EQ(nr_leaked, 0);
	}
}

/* @leaf refuses.  Returns the KeyIDs that are lost. */
static unsigned int expect_lonely_death(const struct leaf *leaf)
{
	unsigned int nth, nr = count_calls(leaf), nr_refused = 0;
	unsigned long leaked;
	bool refused;
	int error;

	given[leaf->gives] += nr;
	for (nth = 1; nth <= nr; nth = next(nth, nr)) {
		leaked = td_nr_leaked();
		error = live_with(leaf, nth, METADATA_INCORRECT, 1, leaf->loss == DIES);
		leaked = td_nr_leaked() - leaked;
		refused = !stop_refusing();
		expect_beside_well();
		/* An interrupt less, an entry less: the last one may not come. */
		if (!refused) {
			EXPECT_EQ(error, 0);
			EXPECT_EQ(leaked, 0);
			continue;
		}
		nr_refused++;
		printf("# %s, call %u of %u: %s, %lu pages lost\n", tdx_leaf_name(leaf->nr), nth,
		       nr, error ? strerror(error) : "lives", leaked);
		/* Who is refused when the TD ends can tell nobody any more. */
		EXPECT(!error || (leaf->loss == DIES && error == EIO));
		EXPECT(nth > 1 || leaf->loss != DIES || error);
		expect_loss(leaf, leaked);
	}
	EXPECT(nr_refused);
	return leaf->loss == LOSES_KEYID ? nr_refused : 0;
}

static void test_dies_alone(void)
{
	unsigned int keyids = td_count_keyids();
	const struct leaf *leaf;

	create_beside();
	for (leaf = leaves; leaf < leaves + NR_LEAVES; leaf++)
		keyids -= expect_lonely_death(leaf);
	td_destroy(&beside);
	EXPECT_EQ(td_count_keyids(), keyids);
}

int main(int argc, char **argv)
{
	static const struct td_test harmless[] = {
		{ "busy", test_busy, LIMIT_S }, { "moods", test_moods, LIMIT_S }, {},
	};
	static const struct td_test deadly[] = { { "dies-alone", test_dies_alone, LIMIT_S }, {} };

	return td_run_tests(argc > 1 && !strcmp(argv[1], "dies-alone") ? deadly : harmless);
}
