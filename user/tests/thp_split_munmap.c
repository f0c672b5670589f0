/* munmap of a part of a huge page splits its mapping; data and frames stay. */
/* quire-test: thp=madvise */
#include <user/lib/memory.h>
#include <user/lib/tap.h>

int main(void)
{
	char *p = map_huge(HUGE);
	uint64_t frame;
	long splits = vmstat("thp_split_pmd");

	plan(9);
	catch_faults();
	fill(p, HUGE, 1);
	is(huge_kb(p), 2048, "a huge page");
	frame = frame_of(p);
	is(munmap(p + 100 * PAGE, 8 * PAGE), 0, "munmap of 8 small pages in it");
	is(try_read(p + 100 * PAGE), SIGSEGV, "they are gone");
	ok(vmstat("thp_split_pmd") > splits, "thp_split_pmd counted it");
	is(huge_kb(p), 0, "the rest is mapped by small entries");
	is(wrong_pages(p, 100 * PAGE, 1), 0, "with its data");
	is(frame_of(p + 50 * PAGE), frame + 50, "in the same frames");
	ok(*(uint64_t *)(p + 511 * PAGE) == pattern(1, 511 * PAGE), "to the last page");
	fill(p + 108 * PAGE, 404 * PAGE, 3);
	is(wrong_pages(p + 108 * PAGE, 404 * PAGE, 3), 0, "and can be written");
	return done();
}
