/* Swapped pages are shared by fork, and copied at the first write after they came back. */
/* quire-test: swap=128 */
#define _GNU_SOURCE
#include <user/lib/memory.h>
#include <user/lib/tap.h>

static char *p;
#define LENGTH (64 * PAGE)

static int child(void *unused)
{
	(void)unused;
	if (wrong_pages(p, LENGTH, 1))
		return 1;
	fill(p, LENGTH, 2);
	return wrong_pages(p, LENGTH, 2) ? 2 : 0;
}

static int end_at_once(void *unused)
{
	(void)unused;
	return 0;
}

int main(void)
{
	plan(7);
	p = map_aligned(LENGTH);
	madvise(p, LENGTH, MADV_NOHUGEPAGE);
	fill(p, LENGTH, 1);
	madvise(p, LENGTH, MADV_PAGEOUT);
	ok(within_ms(2000, swapped(p)), "pages are in swap");
	is(in_child(end_at_once, NULL), 0, "a child that doesn't touch them ends");
	ok(swapped(p), "they are still in swap");
	is(in_child(child, NULL), 0, "a child reads them, and writes its own");
	is(wrong_pages(p, LENGTH, 1), 0, "the parent's are as before");
	madvise(p, LENGTH, MADV_PAGEOUT);
	munmap(p, LENGTH / 2);
	is(wrong_pages(p + LENGTH / 2, PAGE, 0) >= 0, 1, "the rest is there after munmap of a half");
	madvise(p + LENGTH / 2, LENGTH / 2, MADV_DONTNEED);
	ok(all_zero(p + LENGTH / 2, LENGTH / 2), "MADV_DONTNEED drops pages in swap");
	return done();
}
