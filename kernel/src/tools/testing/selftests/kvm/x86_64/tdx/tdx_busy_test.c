// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes the TDX module fail SEAMCALLs, each one in turn, during the life of a small TD: it is
 * busy, it is interrupted, or it refuses.  The TD must take no harm, or must be the only one
 * that dies.  A second TD, which runs all the time, must never notice.
 *
 * Without an argument this tests failures that must do no harm.  With "dies-alone" it tests
 * failures that may kill the TD, lose pages, and make the kernel complain; the machine should
 * not be used after that.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "asm/tdx_leaves.h"
#include "td.h"

#define PAGE		0x1000ULL
#define HUGE		0x200000ULL
#define MEMORY		(32ULL << 20)
/* Private memory that is not part of the initial memory; HOLE in it is converted. */
#define AT		0x800000ULL
#define HOLE		(AT + 5 * PAGE)
#define REST		(HOLE + PAGE)
#define SMALL		(AT + HUGE)
#define END		(SMALL + 4 * PAGE)
#define SEED		0xb5b5
/* How many calls in a row are busy. */
#define BUSY_TIMES	3
/* More calls than the life of the small TD has of any leaf. */
#define MANY_CALLS	1000000

#define INTERRUPTED_RESUMABLE	0x8000000300000000ULL
#define INTERRUPTED_RESTARTABLE	0x8000000400000000ULL
#define OPERAND_BUSY		0x8000020000000000ULL
#define EPOCH_BUSY		0x8000020100000000ULL
#define NO_ENTROPY		0x8000020300000000ULL
#define HOST_PRIORITY		0x8000020400000000ULL
#define KEY_GENERATION_FAILED	0x8000080000000000ULL
#define METADATA_INCORRECT	0xc000030000000000ULL

/* What happens if the TDX module refuses a leaf. */
enum loss {
	/* The TD dies, unless it is at its end anyway; no page is lost. */
	DIES,
	/* The TD lives to its end; a page is lost, and so is the TDR, which it still names. */
	LOSES_PAGES,
	/* The TD lives to its end; a page is lost if it is the TDR. */
	MAY_LOSE_TDR,
	/* The TD lives to its end; KVM calls the leaf again, and nothing is lost. */
	LOSES_NOTHING,
	/* The KeyID and the pages of the TD and of its vCPUs are lost; private memory is not. */
	LOSES_KEYID,
	/* The same, and private memory, too: the module has blocked the KeyID already. */
	LOSES_ALL,
};

/* Which pages a leaf gives to the TDX module, which keeps them until the end of the TD. */
enum gift { GIVES_NOTHING, GIVES_TD, GIVES_VCPU, NR_GIFTS };

/* All leaves that KVM calls in the life of the small TD. */
static const struct leaf {
	enum tdx_host_leaf nr;
	enum loss loss;
	enum gift gives;
} leaves[] = {
	{ TDH_MNG_CREATE, .gives = GIVES_TD }, { TDH_MNG_KEY_CONFIG },
	{ TDH_MNG_ADDCX, .gives = GIVES_TD }, { TDH_MNG_INIT }, { TDH_MNG_RD },
	{ TDH_VP_CREATE, .gives = GIVES_VCPU }, { TDH_VP_ADDCX, .gives = GIVES_VCPU },
	{ TDH_VP_INIT }, { TDH_VP_WR }, { TDH_MEM_SEPT_ADD },
	{ TDH_MEM_PAGE_ADD }, { TDH_MR_EXTEND }, { TDH_MR_FINALIZE }, { TDH_VP_ENTER },
	{ TDH_MEM_PAGE_AUG }, { TDH_MEM_PAGE_DEMOTE },
	{ TDH_MEM_RANGE_BLOCK }, { TDH_MEM_TRACK }, { TDH_MEM_PAGE_REMOVE },
	{ TDH_MEM_SEPT_REMOVE },
	{ TDH_PHYMEM_PAGE_WBINVD, MAY_LOSE_TDR }, { TDH_PHYMEM_PAGE_RECLAIM, LOSES_PAGES },
	{ TDH_VP_FLUSH, LOSES_KEYID }, { TDH_MNG_VPFLUSHDONE, LOSES_NOTHING },
	{ TDH_PHYMEM_CACHE_WB, LOSES_ALL }, { TDH_MNG_KEY_FREEID, LOSES_ALL },
};

#define NR_LEAVES	(sizeof(leaves) / sizeof(leaves[0]))

/* Write a file of softmod's fault injection. */
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

/* How many more calls of the leaf there are up to the one that fails; 0: it has failed. */
static unsigned int calls_to_come(void)
{
	FILE *file = fopen("/sys/kernel/debug/tdx_softmod/nth", "r");
	unsigned int nth;

	EXPECT(file && fscanf(file, "%u", &nth) == 1);
	fclose(file);
	return nth;
}

/* calls_to_come(); from now on no call fails. */
static unsigned int stop_refusing(void)
{
	unsigned int nth = calls_to_come();

	inject("nth", 0);
	return nth;
}

/* Stay on one CPU, so that each life of a TD makes the same number of calls. */
static void stay_on_this_cpu(void)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(sched_getcpu(), &cpus);
	EXPECT(!sched_setaffinity(0, sizeof(cpus), &cpus));
}

/*
 * Accept memory by 4K and by 2M, convert one page of the 2M to shared and back, and check
 * that all other data stays.  Then convert the whole 2M: it becomes one page again.
 */
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
	EXPECT_EQ(td_map_gpa(td, 0, AT, HUGE, false), 0);
	EXPECT_EQ(td_map_gpa(td, 0, AT, HUGE, true), 0);
	EXPECT_EQ(td_accept(td, 0, AT, HUGE, 1), 0);
	EXPECT_EQ(CALL(td, 0, AGENT_CHECK, AT, HUGE, 0), 0);
	td_expect_verified(td);
}

/*
 * How many pages of private memory the small TD has at its end, and of tables for it; all processes
 * share it.
 */
static unsigned long *nr_private;

/*
 * Run the small TD from its creation to its end.  Does not return.  The exit code is 0, the
 * errno by which the TD died, or 1 if a check failed, for example because the TD lives on
 * after a failure by which it @must_die.
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
		*nr_private = td_stat(&td, "mirror_pages_4k") +
			      td_stat(&td, "mirror_pages_2m") * (HUGE / PAGE) +
			      td_stat(&td, "mirror_tables");
	}
	td_destroy(&td);
	fflush(stdout);
	_exit(-ret);
}

/*
 * Run a small TD in which the @nth call of @leaf, and @times - 1 more after it, return
 * @status.  Returns the exit code of live().
 */
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
	/* A test that failed may have left an injection behind. */
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

/* Count the calls of @leaf in the life of a TD without any failure. */
static unsigned int count_calls(const struct leaf *leaf)
{
	unsigned int nr;

	EXPECT_EQ(live_with(leaf, MANY_CALLS, 0, 1, false), 0);
	nr = MANY_CALLS - stop_refusing();
	/* A leaf that KVM does not call does not belong into the list. */
	EXPECT(nr);
	return nr;
}

/* Which call to fail after @nth: of @nr calls the first three, 12th, 48th, ..., the last. */
static unsigned int next(unsigned int nth, unsigned int nr)
{
	unsigned int to = nth < 3 ? nth + 1 : nth * 4;

	return to > nr && nth < nr ? nr : to;
}

/*
 * @leaf returns @status a few times instead of doing its work.  The TD must take no harm.
 * Returns how many calls have failed.
 */
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

/* Statuses, other than OPERAND_BUSY, that only some leaves return. */
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

struct cpuid_list {
	struct kvm_cpuid2 head;
	struct kvm_cpuid_entry2 entries[256];
};

static void read_cpuid(struct td *td, struct cpuid_list *ret_list)
{
	*ret_list = (struct cpuid_list) { .head.nent = 256 };
	EXPECT_EQ(td_command(td->vcpus[0].fd, KVM_TDX_GET_CPUID, 0, (uint64_t)ret_list), 0);
}

/* KVM_TDX_GET_CPUID waits for a busy TDX module: its list is complete, whichever call is busy. */
static void test_cpuid(void)
{
	struct cpuid_list whole, list;
	unsigned int nth = 0;
	struct td td;

	stop_refusing();
	td_create(&td, &(struct td_options) { .bytes = MEMORY, .until = TD_BEFORE_MEMORY });
	read_cpuid(&td, &whole);
	inject("leaf", TDH_MNG_RD);
	inject("status", OPERAND_BUSY);
	inject("times", BUSY_TIMES);
	do {
		inject("nth", ++nth);
		read_cpuid(&td, &list);
		EXPECT(!memcmp(&list, &whole, sizeof(list)));
	} while (!stop_refusing());
	printf("# %u calls for %u entries\n", nth - 1, whole.head.nent);
	/* Two calls read an entry. */
	EXPECT(nth > 2 * whole.head.nent);
	td_destroy(&td);
}

/* How many pages the leaves give in the life of a TD, by enum gift. */
static unsigned int given[NR_GIFTS];

static void expect_loss(const struct leaf *leaf, unsigned long nr_leaked)
{
	switch (leaf->loss) {
	case LOSES_ALL:
		EXPECT_EQ(nr_leaked, given[GIVES_TD] + given[GIVES_VCPU] + *nr_private);
		break;
	case LOSES_KEYID:
		EXPECT_EQ(nr_leaked, given[GIVES_TD] + given[GIVES_VCPU]);
		break;
	case LOSES_PAGES:
		/* The page, and the TDR unless the page is the TDR. */
		EXPECT(nr_leaked == 1 || nr_leaked == 2);
		break;
	case MAY_LOSE_TDR:
		EXPECT(nr_leaked <= 1);
		break;
	default:
		EXPECT_EQ(nr_leaked, 0);
	}
}

/* @leaf refuses to work.  Only that TD may die.  Returns how many KeyIDs are lost. */
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
		/* With fewer interrupts there are fewer entries, so the last call may not come. */
		if (!refused) {
			EXPECT_EQ(error, 0);
			EXPECT_EQ(leaked, 0);
			continue;
		}
		nr_refused++;
		printf("# %s, call %u of %u: %s, %lu pages lost\n", tdx_leaf_name(leaf->nr), nth,
		       nr, error ? strerror(error) : "lives", leaked);
		/* A leaf that is refused at the end of the TD cannot return an error. */
		EXPECT(!error || (leaf->loss == DIES && error == EIO));
		EXPECT(nth > 1 || leaf->loss != DIES || error);
		expect_loss(leaf, leaked);
	}
	EXPECT(nr_refused);
	return leaf->loss == LOSES_KEYID || leaf->loss == LOSES_ALL ? nr_refused : 0;
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
		{ "busy", test_busy }, { "moods", test_moods },
		{ "cpuid", test_cpuid }, {},
	};
	static const struct td_test deadly[] = { { "dies-alone", test_dies_alone }, {} };

	nr_private = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	EXPECT(nr_private != MAP_FAILED);
	return td_run_tests(argc > 1 && !strcmp(argv[1], "dies-alone") ? deadly : harmless);
}
