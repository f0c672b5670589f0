/* The number of mappings of a page: children add to it, their end takes from it. */
/* quire-test: */
#include <user/lib/memory.h>
#include <user/lib/tap.h>

#define CHILDREN 5

int main(void)
{
	char *p = map_small(4 * PAGE), *q;
	pid_t pids[CHILDREN];
	int gate[2];
	char c;

	plan(5);
	fill(p, 4 * PAGE, 1);
	is(map_count(p), 1, "one owner");
	pipe(gate);
	for (int i = 0; i < CHILDREN; i++)
		if (!(pids[i] = fork())) {
			close(gate[1]);
			read(gate[0], &c, 1);
			_exit(0);
		}
	is(map_count(p), 1 + CHILDREN, "each child adds one");
	is(map_count(p + 3 * PAGE), 1 + CHILDREN, "to each page");
	close(gate[1]);
	for (int i = 0; i < CHILDREN; i++)
		waitpid(pids[i], NULL, 0);
	is(map_count(p), 1, "their end takes them back");
	q = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	*q = 1;
	is(map_count(q), 1, "a shared page that one process maps has one");
	return done();
}
