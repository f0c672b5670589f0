/* What a write to a huge page copies that is shared after fork: 4 KB; or 2 MB, where there is a knob for it. */
/* quire-test: thp=madvise */
#include <user/lib/memory.h>
#include <user/lib/tap.h>

#define KNOB THP "cow"

static char *p;
static int up[2], down[2];

/* Tells the parent when it has written, and waits until that one has looked. */
static int write_and_wait(void *unused)
{
	char c = 0;

	(void)unused;
	fill(p, PAGE, 2);
	c = huge_kb(p) / 2048;
	if (write(up[1], &c, 1) != 1 || read(down[0], &c, 1) != 1)
		return 1;
	return wrong_pages(p, PAGE, 2) || wrong_pages(p + PAGE, PAGE, 1) == -1 ? 2 : 0;
}

/* => huge pages that the child has after its write; *still: ours meanwhile */
static int fork_and_write(long *still, long *maps, int *status)
{
	char huge = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid)
		_exit(write_and_wait(NULL));
	if (read(up[0], &huge, 1) != 1)
		fatal("the child");
	*still = huge_kb(p);
	*maps = map_count(p + HUGE / 2);
	if (write(down[1], "x", 1) != 1 || waitpid(pid, status, 0) != pid)
		fatal("the child");
	return huge;
}

static void test_knob(void)
{
	long still, maps, copies, splits;
	int status;
	char text[64];

	if (slurp(KNOB, text, sizeof(text)) < 0) {
		skip(12, "no knob");
		return;
	}
	ok(!strcmp(text, "[small] huge\n"), "the knob says: small");
	ok(spit(KNOB, "large"), "there is no other choice");
	is(spit(KNOB, "huge"), 0, "than huge");
	copies = vmstat("thp_cow_copy");
	splits = vmstat("thp_split_pmd");
	is(fork_and_write(&still, &maps, &status), 2, "the child's two are huge after its write");
	is(still, 4096, "and so are ours");
	is(maps, 1, "the one that was written to is ours alone");
	is(status, 0, "it saw its own data");
	is(vmstat("thp_cow_copy"), copies + 1, "one copy of 2 MB");
	is(vmstat("thp_split_pmd"), splits, "and nothing was split");
	is(wrong_pages(p, 2 * HUGE, 1), 0, "ours is as it was");
	fill(p, 2 * HUGE, 4);
	is(vmstat("thp_cow_copy"), copies + 1, "alone again, we write without a copy");
	is(huge_kb(p), 4096, "to huge pages");
	spit(KNOB, "small");
}

int main(void)
{
	long still, maps, splits = vmstat("thp_split_pmd");
	int status;

	plan(18);
	p = map_huge(2 * HUGE);
	fill(p, 2 * HUGE, 1);
	if (pipe(up) || pipe(down))
		fatal("pipe");
	is(fork_and_write(&still, &maps, &status), 1, "the child's first one is split by its write");
	is(still, 4096, "ours are not");
	is(maps, 2, "and it is shared but for the page that was written");
	is(status, 0, "the child saw its own data");
	ok(vmstat("thp_split_pmd") > splits, "thp_split_pmd counted it");
	is(wrong_pages(p, 2 * HUGE, 1), 0, "ours is as it was");
	test_knob();
	return done();
}
