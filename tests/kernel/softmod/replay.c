// SPDX-License-Identifier: GPL-2.0-only
/*
 * Replays sequences of calls: answers/README says what each line means.  Each sequence plays in a
 * child, on a machine of its own.
 */
#include <sys/wait.h>
#include <unistd.h>

#include "replay.h"

#define MAX_WORDS	24
#define MAX_LINE	4096

struct replay_counts *replay_counts;
long replay_nr_shown = 20;

/* Rows of answers/deliberate.tsv. */
static struct {
	char what[40], part[8], module[24], softmod[24];
} deliberate[64];
static unsigned int nr_deliberate;

bool replay_deliberate(const char *path)
{
	FILE *file = fopen(path, "r");
	char line[1024];

	nr_deliberate = 0;
	while (file && fgets(line, sizeof(line), file) && nr_deliberate < ARRAY_SIZE(deliberate)) {
		if (line[0] != '#' &&
		    sscanf(line, "%39[^\t]\t%7[^\t]\t%23[^\t]\t%23[^\t]",
			   deliberate[nr_deliberate].what, deliberate[nr_deliberate].part,
			   deliberate[nr_deliberate].module,
			   deliberate[nr_deliberate].softmod) == 4)
			nr_deliberate++;
	}
	return file && !fclose(file);
}

static bool matches(const char *pattern, u64 value)
{
	return !strcmp(pattern, "*") || strtoull(pattern, NULL, 16) == value;
}

static bool is_deliberate(const char *what, const char *part, u64 got, u64 module)
{
	unsigned int i;

	for (i = 0; i < nr_deliberate; i++) {
		if (!strcmp(what, deliberate[i].what) && !strcmp(part, deliberate[i].part) &&
		    matches(deliberate[i].module, module) && matches(deliberate[i].softmod, got))
			return true;
	}
	return false;
}

static void show(const char *where, const char *what, u64 status, const char *part, u64 got,
		 u64 module)
{
	if (__atomic_fetch_sub(&replay_nr_shown, 1, __ATOMIC_RELAXED) > 0)
		printf("# %s: %s -> %llx: %s is %llx in softmod, %llx in the module\n", where, what,
		       status, part, got, module);
}

void replay_compare(const char *where, const char *what, const struct replay_answer *got,
		    const struct replay_answer *module)
{
	static const char *const names[] = { "rcx", "rdx", "r8", "r9", "r10", "r11" };
	bool same = true, listed = false;
	unsigned int i;

	replay_counts->reached++;
	if (got->status != module->status) {
		if (is_deliberate(what, "status", got->status, module->status))
			goto out;
		show(where, what, module->status, "status", got->status, module->status);
		return;
	}
	for (i = 0; i < REPLAY_NR_REGS; i++) {
		if (!(module->compared & BIT(i)) || got->regs[i] == module->regs[i])
			continue;
		if (is_deliberate(what, names[i], got->regs[i], module->regs[i])) {
			listed = true;
			continue;
		}
		show(where, what, module->status, names[i], got->regs[i], module->regs[i]);
		same = false;
	}
	if (listed && same)
		goto out;
	replay_counts->status++;
	replay_counts->registers += same;
	return;
out:
	replay_counts->reached--;
	replay_counts->deliberate++;
}

void replay_registers(const struct tdx_module_args *args, u64 ret_regs[REPLAY_NR_REGS])
{
	const u64 regs[] = { args->rcx, args->rdx, args->r8, args->r9, args->r10, args->r11 };

	memcpy(ret_regs, regs, sizeof(regs));
}

static void end_child(void)
{
	fflush(stdout);
	_exit(world_nr_errors || atomic_read(&shim_nr_warnings));
}

void replay_in_child(const char *where, void (*play)(void *), void *context)
{
	int how = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		play(context);
		end_child();
	}
	if (pid > 0 && waitpid(pid, &how, 0) == pid && WIFEXITED(how) && !WEXITSTATUS(how))
		return;
	replay_counts->errors++;
	printf("# %s: error, the child ended with %#x\n", where, how);
}

/* The sequence that plays. */
static struct {
	const char *file;
	char **lines;
	/* Number of the first line, of the line that plays, and of the one after the last. */
	unsigned int first, at, end;
} seq;

struct words {
	unsigned int nr;
	char *word[MAX_WORDS];
	/* Index of the first word after ">". */
	unsigned int answer;
	char text[MAX_LINE];
};

static void split(const char *line, struct words *w)
{
	char *rest = w->text, *word;

	snprintf(w->text, sizeof(w->text), "%s", line);
	w->nr = 0;
	w->answer = 0;
	while ((word = strsep(&rest, " ")) && w->nr < MAX_WORDS) {
		if (!strcmp(word, ">"))
			w->answer = w->nr;
		else if (*word)
			w->word[w->nr++] = word;
	}
}

static u64 number(const struct words *w, unsigned int i)
{
	return i < w->nr ? strtoull(w->word[i], NULL, 16) : 0;
}

/* Words from @i on as the answer's registers; "=" is the input. */
static void registers(const struct words *w, unsigned int i, const u64 in[REPLAY_NR_REGS],
		      struct replay_answer *ret)
{
	unsigned int r;

	for (r = 0; r < REPLAY_NR_REGS && i + r < w->nr; r++) {
		if (!strcmp(w->word[i + r], "-"))
			continue;
		ret->compared |= BIT(r);
		ret->regs[r] = strcmp(w->word[i + r], "=") ? number(w, i + r) : in[r];
	}
}

static void put(const struct words *w)
{
	char *rest, *value;
	unsigned int i;

	memset(world_memory(number(w, 1)), 0, number(w, 2));
	for (i = 3; i < w->nr; i++) {
		u64 *to = world_memory(number(w, 1) + strtoull(w->word[i], &rest, 16));

		for (rest++; (value = strsep(&rest, ",")); to++)
			*to = strtoull(value, NULL, 16);
	}
}

static void fill(const struct words *w)
{
	u64 *page = world_memory(number(w, 1));
	unsigned int i;

	for (i = 0; i < 512; i++)
		page[i] = number(w, 2) + i * 0x0101010101010101ULL;
}

static char *where(void)
{
	static char text[300];

	snprintf(text, sizeof(text), "%s:%u", seq.file, seq.at + 1);
	return text;
}

/* One side has changed its state and the other has not: the rest says nothing. */
static void stop(void)
{
	replay_counts->ended++;
	printf("# %s: the sequence ends here\n", where());
	end_child();
}

static bool changes_state(unsigned int leaf)
{
	switch (leaf) {
	case TDH_PHYMEM_CACHE_WB:
	case TDH_PHYMEM_PAGE_WBINVD:
	case TDH_PHYMEM_PAGE_RDMD:
	case TDH_MNG_KEY_RECLAIMID:
	case TDH_SYS_UPDATE:
	case TDH_SYS_INFO:
	case TDH_SYS_RD:
	case TDH_SYS_RDALL:
	case TDH_MNG_RD:
	case TDH_VP_RD:
	case TDH_MEM_RD:
	case TDH_MEM_SEPT_RD:
		return false;
	}
	return true;
}

static void seamcall(const struct words *w)
{
	unsigned int leaf = number(w, 2);
	struct tdx_module_args args = {
		.rcx = number(w, 4), .rdx = number(w, 5), .r8 = number(w, 6), .r9 = number(w, 7),
		.r10 = number(w, 8), .r11 = number(w, 9),
	};
	struct replay_answer got = {}, module = { .status = number(w, w->answer) };
	const struct sm_leaf *row = sm_leaf(leaf);
	char name[40];

	world_lp = number(w, 1);
	replay_registers(&args, got.regs);
	registers(w, w->answer + 1, got.regs, &module);
	got.status = world_call(leaf, number(w, 3), &args);
	replay_registers(&args, got.regs);
	snprintf(name, sizeof(name), row ? "%s" : "leaf", row ? row->name : "");
	replay_compare(where(), name, &got, &module);
	if (!got.status != !module.status && changes_state(leaf))
		stop();
}

static void play_lines(bool guest_runs);

/* The vCPU whose guest runs on each LP. */
static struct sm_vcpu *running[NR_LPS];

/* Set while VP.ENTER runs: did the guest get to run? */
static bool entered;

static u64 run_guest(struct sm_vcpu *vcpu, struct tdx_module_args *args)
{
	static const struct replay_answer in;
	unsigned int lp = world_lp;

	entered = true;
	replay_compare(where(), "VP_ENTER", &in, &in);
	seq.at++;
	running[lp] = vcpu;
	play_lines(true);
	/* While this guest ran, the other LP may have done the same. */
	entered = true;
	world_lp = lp;
	return 1;
}

/* The guest does not get to run in softmod, or should not. */
static u64 refuse_guest(struct sm_vcpu *vcpu, struct tdx_module_args *args)
{
	entered = true;
	return 1;
}

static void enter(const struct words *w)
{
	struct tdx_module_args args = { .rcx = number(w, 2) };
	bool in = !strcmp(w->word[w->answer], "in");
	struct replay_answer got = {}, module = { .status = in ? 0 : number(w, w->answer) };

	world_lp = number(w, 1);
	world_guest = in ? run_guest : refuse_guest;
	entered = false;
	replay_registers(&args, got.regs);
	registers(w, w->answer + 1, got.regs, &module);
	got.status = world_call(TDH_VP_ENTER, 0, &args);
	if (in && entered)
		return;
	replay_registers(&args, got.regs);
	replay_compare(where(), "VP_ENTER", &got, &module);
	if (in || entered)
		stop();
}

static struct sm_vcpu *guest_on(const struct words *w)
{
	return running[number(w, 1) % NR_LPS];
}

/* A TDCALL of a guest; true if its run ends. */
static bool tdcall(const struct words *w)
{
	bool exits = !strcmp(w->word[w->answer], "exit"), got_exits;
	const u64 in[REPLAY_NR_REGS] = { number(w, 4), number(w, 5), number(w, 6), number(w, 7) };
	struct replay_answer got = {}, module = { .status = number(w, w->answer + exits) };
	unsigned int leaf = number(w, 2);
	char name[40];

	registers(w, w->answer + exits + 1, in, &module);
	got_exits = replay_tdcall(guest_on(w), leaf, number(w, 3), in, &got);
	snprintf(name, sizeof(name), "TDG_%x%s", leaf, exits ? " exit" : "");
	replay_compare(where(), name, &got, &module);
	if (got_exits != exits)
		stop();
	if (!got.status != !module.status && (leaf == 2 || leaf == 6 || leaf == 8 || leaf == 10))
		stop();
	return exits;
}

static bool access_memory(const struct words *w)
{
	const char *how = w->word[w->answer];
	enum replay_access ends = !strcmp(how, "ok") ? REPLAY_OK : !strcmp(how, "ve") ? REPLAY_VE :
				  REPLAY_EXIT;
	const u64 none[REPLAY_NR_REGS] = {};
	struct replay_answer got = {}, module = { .status = ends };
	unsigned int access = *w->word[2] == 'r' ? SM_ACCESS_READ :
			      *w->word[2] == 'w' ? SM_ACCESS_WRITE : SM_ACCESS_EXEC;

	registers(w, w->answer + 2, none, &module);
	got.status = replay_access(guest_on(w), number(w, 3), access, &got);
	replay_compare(where(), "access", &got, &module);
	if (got.status != module.status)
		stop();
	return ends == REPLAY_EXIT;
}

/* Plays lines until the guest that was entered last leaves; to the end if none runs. */
static void play_lines(bool guest_runs)
{
	struct replay_answer interrupt = {};
	bool exits = false;
	struct words w;

	for (; seq.at < seq.end && !exits; seq.at++) {
		split(seq.lines[seq.at], &w);
		switch (*w.word[0]) {
		case 'p':
			put(&w);
			break;
		case 'f':
			fill(&w);
			break;
		case 'c':
			seamcall(&w);
			break;
		case 'e':
			enter(&w);
			break;
		case 't':
			exits = tdcall(&w);
			break;
		case 'a':
			exits = access_memory(&w);
			break;
		case 'x':
			replay_compare(where(), "interrupt", &interrupt, &interrupt);
			exits = true;
			break;
		}
	}
	/* The line of the VP.ENTER that ran this guest is done: its caller goes to the next one. */
	if (guest_runs)
		seq.at--;
}

static void play(void *unused)
{
	struct words w;

	split(seq.lines[seq.at++], &w);
	world_reset();
	if (w.nr > 3 && !strcmp(w.word[3], "ready") && !world_boot()) {
		printf("# %s: softmod did not start\n", where());
		_exit(1);
	}
	play_lines(false);
}

static bool is_call(const char *line)
{
	return line[0] && strchr("cetax", line[0]) && line[1] == ' ';
}

static void play_file(void)
{
	unsigned int last = seq.end;

	for (seq.at = 0; seq.at < last; seq.at = seq.end) {
		if (strncmp(seq.lines[seq.at], "seq ", 4)) {
			seq.end = seq.at + 1;
			continue;
		}
		for (seq.end = seq.at; seq.end < last && strcmp(seq.lines[seq.end], "end"); seq.end++)
			replay_counts->calls += is_call(seq.lines[seq.end]);
		replay_in_child(where(), play, NULL);
	}
}

bool replay_sequences(const char *path)
{
	char command[512], line[MAX_LINE], **lines = NULL;
	const char *name = strrchr(path, '/');
	unsigned int nr = 0, i;
	FILE *file;

	snprintf(command, sizeof(command), "xz -dcf '%s'", path);
	file = popen(command, "r");
	while (file && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = 0;
		lines = realloc(lines, (nr + 1) * sizeof(*lines));
		lines[nr++] = strdup(line);
	}
	seq = (typeof(seq)){ .file = name ? name + 1 : path, .lines = lines, .end = nr };
	play_file();
	for (i = 0; i < nr; i++)
		free(lines[i]);
	free(lines);
	return file && !pclose(file) && nr;
}
