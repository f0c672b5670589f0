/* Hundreds of children, one after the other and at once; nothing is left of them. */
/* quire-test: timeout=120 */
#define _GNU_SOURCE
#include <user/lib/memory.h>
#include <user/lib/tap.h>

#define AT_ONCE 60

static int touch(void *p)
{
	fill(p, 32 * PAGE, 9);
	return 3;
}

int main(void)
{
	char *p = map_small(64 * PAGE);
	long before, after = 0;
	int right = 0, status;

	plan(4);
	fill(p, 64 * PAGE, 1);
	for (int i = 0; i < 20; i++)
		in_child(touch, p);
	before = meminfo_kb("MemFree");
	for (int i = 0; i < 300; i++)
		right += in_child(touch, p) == 3;
	is(right, 300, "300 children in turn");
	right = 0;
	for (int i = 0; i < AT_ONCE; i++)
		if (!fork())
			_exit(touch(p));
	for (int i = 0; i < AT_ONCE; i++)
		right += wait(&status) > 0 && status == 3 << 8;
	is(right, AT_ONCE, "%d at once", AT_ONCE);
	is(wrong_pages(p, 64 * PAGE, 1), 0, "our data is untouched");
	within_ms(3000, (after = meminfo_kb("MemFree")) > before - 8192);
	ok(after > before - 8192, "their memory is back (%+ld kB)",
	   after - before);
	return done();
}
