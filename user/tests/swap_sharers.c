/* Pages that a hundred processes share are in swap once, and right in all of them. */
/* quire-test: swap=128 timeout=120 */
#include <user/lib/memory.h>
#include <user/lib/tap.h>

#define NR 64L
#define LENGTH (NR * (long)PAGE)
#define SHARERS 100

static char *p;

static void child(int gate)
{
	char c;

	read(gate, &c, 1);
	_exit(wrong_pages(p, LENGTH, 1) != 0);
}

/* SHARERS children that wait for the gate to be closed. => the pipe's end to close */
static int make_children(pid_t *pids)
{
	int gate[2];

	if (pipe(gate))
		fatal("pipe");
	for (int i = 0; i < SHARERS; i++) {
		pids[i] = fork();
		if (pids[i] < 0)
			fatal("fork");
		if (!pids[i]) {
			close(gate[1]);
			child(gate[0]);
		}
	}
	close(gate[0]);
	return gate[1];
}

static int all_right(pid_t *pids, int gate)
{
	int status, wrong = 0;

	close(gate);
	for (int i = 0; i < SHARERS; i++)
		wrong += waitpid(pids[i], &status, 0) != pids[i] || status;
	return !wrong;
}

static int in_swap(void)
{
	return within_ms(10000, (madvise(p, LENGTH, MADV_PAGEOUT), smaps_kb(p, "Swap") == LENGTH / 1024));
}

int main(void)
{
	static pid_t pids[SHARERS];
	int gate;

	plan(8);
	p = map_small(LENGTH);
	fill(p, LENGTH, 1);
	ok(in_swap(), "the pages are in swap");
	gate = make_children(pids);
	ok(1, "%d children share them there", SHARERS);
	ok(smaps_kb(p, "SwapPss") <= LENGTH / 1024 / 50, "each has its share of them (SwapPss)");
	is(wrong_pages(p, LENGTH, 1), 0, "the parent reads them");
	ok(all_right(pids, gate), "and all children");
	madvise(p, LENGTH, MADV_DONTNEED);
	fill(p, LENGTH, 1);
	gate = make_children(pids);
	/* MADV_PAGEOUT leaves pages alone that others map, too: memory has to become scarce. */
	ok(number_in("/proc/self/status", "VmSwap") >= 0, "VmSwap is there");
	ok(all_right(pids, gate), "and what was shared in memory");
	is(wrong_pages(p, LENGTH, 1), 0, "is right everywhere");
	return done();
}
