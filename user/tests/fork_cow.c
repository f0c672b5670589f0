/* After fork both sides see the old data, and each side its own writes only. */
/* quire-test: */
#include <user/lib/memory.h>
#include <user/lib/tap.h>

static char *p;
static int up[2], down[2];

static int child(void *unused)
{
	char go;

	(void)unused;
	if (wrong_pages(p, 64 * PAGE, 1))
		return 1;
	fill(p, 32 * PAGE, 2);
	write(up[1], "x", 1);
	read(down[0], &go, 1);		/* the parent has written its part now */
	if (wrong_pages(p, 32 * PAGE, 2))
		return 2;
	for (size_t at = 32 * PAGE; at < 64 * PAGE; at += PAGE)
		if (*(uint64_t *)(p + at) != pattern(1, at))
			return 3;
	return 0;
}

int main(void)
{
	int status;
	pid_t pid;
	char go;

	plan(7);
	p = map_small(64 * PAGE);
	fill(p, 64 * PAGE, 1);
	pipe(up);
	pipe(down);
	pid = fork();
	if (!pid)
		_exit(child(NULL));
	read(up[0], &go, 1);
	is(wrong_pages(p, 64 * PAGE, 1), 0, "the child's writes are not seen here");
	is(map_count(p), 1, "a page that the child wrote has one mapping");
	is(map_count(p + 40 * PAGE), 2, "a page that nobody wrote has two");
	for (size_t at = 32 * PAGE; at < 64 * PAGE; at += PAGE)
		*(uint64_t *)(p + at) = 99;
	write(down[1], "x", 1);
	waitpid(pid, &status, 0);
	is(status, 0, "the child saw the old data and its own writes only");
	is(wrong_pages(p, 32 * PAGE, 1), 0, "its end changed nothing");
	fill(p, 64 * PAGE, 4);
	is(wrong_pages(p, 64 * PAGE, 4), 0, "everything can be written again");
	is(map_count(p + 40 * PAGE), 1, "and has one mapping");
	return done();
}
