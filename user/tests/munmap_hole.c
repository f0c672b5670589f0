/* munmap of a part leaves two areas; the hole can be filled again. */
/* quire-test: */
#include <user/lib/memory.h>
#include <user/lib/tap.h>

int main(void)
{
	unsigned long start, end;
	char perm[8];
	char *p = map_aligned(16 * PAGE);

	plan(11);
	catch_faults();
	fill(p, 16 * PAGE, 1);
	is(munmap(p + 6 * PAGE, 4 * PAGE), 0, "a hole in the middle");
	is(try_read(p + 6 * PAGE), SIGSEGV, "its first page is gone");
	is(try_read(p + 9 * PAGE), SIGSEGV, "its last page is gone");
	is(try_read(p + 5 * PAGE) + try_read(p + 10 * PAGE), 0, "its neighbours are there");
	maps_line(p, &start, &end, perm);
	is(end - (unsigned long)p, 6 * PAGE, "the first area ends at the hole");
	maps_line(p + 10 * PAGE, &start, &end, perm);
	is(start - (unsigned long)p, 10 * PAGE, "the second starts behind it");
	is(wrong_pages(p, 6 * PAGE, 1), 0, "the data is untouched");
	is(munmap(p + 6 * PAGE, 4 * PAGE), 0, "munmap of nothing is no error");
	fails_with(EINVAL, munmap(p + 1, PAGE), "a crooked address is");
	fails_with(EINVAL, munmap(p, 0), "and so is no length");
	munmap(p, 16 * PAGE);
	is(try_read(p + 10 * PAGE), SIGSEGV, "one munmap takes both areas");
	return done();
}
