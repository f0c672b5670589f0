/* Shared anonymous memory: parent and children see each other's writes. */
/* quire-test: */
#include <user/lib/memory.h>
#include <user/lib/tap.h>

static volatile uint64_t *p;

static int child(void *number)
{
	long n = (long)number;

	if (p[0] != 77)
		return 1;
	for (int i = 0; i < 1000; i++)
		__atomic_fetch_add(&p[1], 1, __ATOMIC_SEQ_CST);
	p[512 * n] = n;
	return 0;
}

int main(void)
{
	p = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	plan(7);
	ok(p != MAP_FAILED && p[0] == 0 && p[8000] == 0, "starts as zeros");
	p[0] = 77;
	for (long n = 2; n < 5; n++)
		is(in_child(child, (void *)n), 0, "child %ld sees the parent's write", n);
	is(p[1], 3000, "all their additions are here");
	ok(p[1024] == 2 && p[1536] == 3 && p[2048] == 4, "in pages that they touched first, too");
	is(munmap((void *)p, 16 * PAGE), 0, "munmap");
	return done();
}
