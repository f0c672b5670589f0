/* mprotect of a part of a huge page splits its mapping; of the whole, it does not. */
/* quire-test: thp=madvise */
#include <user/lib/memory.h>
#include <user/lib/tap.h>

int main(void)
{
	char *p = map_huge(2 * HUGE);

	plan(9);
	catch_faults();
	fill(p, 2 * HUGE, 1);
	is(mprotect(p, HUGE, PROT_READ), 0, "make one huge page read-only");
	is(huge_kb(p), 2048, "it stays huge");
	is(try_write(p + 5 * PAGE), SIGSEGV, "and can't be written");
	mprotect(p, HUGE, PROT_READ | PROT_WRITE);
	is(huge_kb(p), 4096, "back again: still huge");
	is(mprotect(p + 10 * PAGE, PAGE, PROT_READ), 0, "make one small page of it read-only");
	is(try_write(p + 10 * PAGE), SIGSEGV, "it can't be written");
	is(try_write(p + 11 * PAGE + 100), 0, "its neighbour can");
	is(wrong_pages(p, 2 * HUGE, 1), 0, "the data is untouched");
	is(huge_kb(p + HUGE + PAGE), 2048, "the other one stays huge");
	return done();
}
