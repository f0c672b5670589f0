/* fork shares huge pages; a write by one side does not reach the other. */
/* quire-test: thp=madvise */
#include <user/lib/memory.h>
#include <user/lib/tap.h>

static char *p;
static int up[2], down[2];

static int child(void)
{
	char c;

	if (wrong_pages(p, 2 * HUGE, 1))
		return 1;
	p[100] = 99;
	write(up[1], "x", 1);
	read(down[0], &c, 1);
	if (p[100] != 99 || wrong_pages(p + PAGE, PAGE, 1) == -1)
		return 2;
	*(uint64_t *)p = pattern(1, 0);
	return wrong_pages(p, 2 * HUGE, 1) ? 3 : 0;
}

int main(void)
{
	int status;
	pid_t pid;
	char c;

	plan(7);
	p = map_huge(2 * HUGE);
	fill(p, 2 * HUGE, 1);
	pipe(up);
	pipe(down);
	if (!(pid = fork()))
		_exit(child());
	read(up[0], &c, 1);
	is(wrong_pages(p, 2 * HUGE, 1), 0, "the child's write is not seen here");
	is(p[100], 0, "at its own address either");
	is(huge_kb(p), 4096, "the parent's pages are still huge");
	is(map_count(p + HUGE), 2, "the untouched huge page is mapped twice");
	fill(p + HUGE, HUGE, 2);
	write(down[1], "x", 1);
	waitpid(pid, &status, 0);
	is(status, 0, "the parent's write is not seen there");
	is(*(uint64_t *)(p + HUGE), pattern(2, 0), "it is seen here");
	is(wrong_pages(p, HUGE, 1), 0, "the rest is right");
	return done();
}
