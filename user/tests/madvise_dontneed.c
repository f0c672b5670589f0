/* MADV_DONTNEED throws pages away at once; the next touch finds zeros. */
/* quire-test: */
#include <user/lib/memory.h>
#include <user/lib/tap.h>

int main(void)
{
	char *p = map_aligned(64 * PAGE);

	plan(8);
	madvise(p, 64 * PAGE, MADV_NOHUGEPAGE);
	fill(p, 64 * PAGE, 1);
	is(madvise(p + 16 * PAGE, 16 * PAGE, MADV_DONTNEED), 0, "throw a part away");
	is(smaps_kb(p, "Rss"), 48 * 4, "its pages are gone");
	ok(all_zero(p + 16 * PAGE, 16 * PAGE), "it reads as zeros");
	is(wrong_pages(p, 16 * PAGE, 1), 0, "what lies before is untouched");
	fill(p + 16 * PAGE, 16 * PAGE, 2);
	is(wrong_pages(p + 16 * PAGE, 16 * PAGE, 2), 0, "it can be written again");
	munmap(p + 32 * PAGE, PAGE);
	fails_with(ENOMEM, madvise(p, 64 * PAGE, MADV_DONTNEED), "across a hole: ENOMEM");
	ok(all_zero(p, 32 * PAGE) && all_zero(p + 33 * PAGE, 31 * PAGE), "but the rest is done");
	fails_with(EINVAL, madvise(p, PAGE, -1), "an advice that doesn't exist: EINVAL");
	return done();
}
