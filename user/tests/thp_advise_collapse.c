/* MADV_COLLAPSE: huge now, whatever the knobs say; and each of its refusals. */
/* quire-test: thp=madvise */
#include <user/lib/khugepaged.h>
#include <user/lib/tap.h>

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

/* Small pages, without any advice. */
static char *small_pages(size_t length)
{
	char *p = map_aligned(length);

	spit(THP "enabled", "never");
	fill(p, length, 1);
	spit(THP "enabled", "madvise");
	return p;
}

int main(void)
{
	long collapsed;
	uint64_t frame;
	char *p, *q;

	plan(32);
	khuge_quick();
	khuge_set("scan_sleep_millisecs", "1000000");
	if (madvise(map_aligned(HUGE), 0, MADV_COLLAPSE))
		fatal("MADV_COLLAPSE");

	p = small_pages(2 * HUGE);
	frame = frame_of(p + 3 * PAGE);
	collapsed = khuge_get("pages_collapsed");
	is(madvise(p, 2 * HUGE, MADV_COLLAPSE), 0, "an area that nobody gave advice for collapses");
	is(huge_kb(p), 4096, "into two huge pages");
	is(wrong_pages(p, 2 * HUGE, 1), 0, "with the same data");
	ok(frame_of(p + 3 * PAGE) != frame, "in other frames");
	is(khuge_get("pages_collapsed"), collapsed, "khugepaged does not count it as its own");
	is(madvise(p, 2 * HUGE, MADV_COLLAPSE), 0, "once more: all is huge already");
	fill(p, 2 * HUGE, 2);
	is(wrong_pages(p, 2 * HUGE, 2), 0, "they can be written");
	munmap(p, 2 * HUGE);

	p = small_pages(HUGE);
	spit(THP "enabled", "never");
	is(madvise(p, HUGE, MADV_COLLAPSE), 0, "where huge pages are `never`");
	is(huge_kb(p), 2048, "they can be asked for");
	spit(THP "enabled", "madvise");
	munmap(p, HUGE);

	/* Limits are khugepaged's. */
	khuge_set("max_ptes_none", "0");
	khuge_set("max_ptes_shared", "0");
	p = map_aligned(HUGE);
	p[PAGE] = 7;
	is(madvise(p, HUGE, MADV_COLLAPSE), 0, "one page of 512, with max_ptes_none 0");
	is(huge_kb(p), 2048, "becomes a huge one");
	ok(p[PAGE] == 7 && !p[0] && all_zero(p + 2 * PAGE, HUGE - 2 * PAGE), "what was missing is zeros");
	munmap(p, HUGE);

	/* A range that is not made of whole huge pages: what lies inside. */
	p = small_pages(3 * HUGE);
	is(madvise(p + PAGE, 2 * HUGE, MADV_COLLAPSE), 0, "a crooked range");
	is(huge_kb(p), 2048, "the whole huge page inside of it");
	is(madvise(p + PAGE, HUGE, MADV_COLLAPSE), 0, "none inside: nothing to do");
	munmap(p, 3 * HUGE);

	p = small_pages(HUGE);
	madvise(p, HUGE, MADV_NOHUGEPAGE);
	fails_with(EINVAL, madvise(p, HUGE, MADV_COLLAPSE), "MADV_NOHUGEPAGE forbids it: EINVAL");
	is(huge_kb(p), 0, "and nothing has changed");
	munmap(p, HUGE);
	p = map_aligned(2 * HUGE) + PAGE;
	munmap(p - PAGE, PAGE);
	munmap(p + HUGE, HUGE - PAGE);
	fill(p, HUGE, 1);
	fails_with(EINVAL, madvise(p, HUGE, MADV_COLLAPSE), "an area without a whole 2 MB: EINVAL");
	munmap(p, HUGE);
	p = map_aligned(HUGE);
	fails_with(EINVAL, madvise(p, HUGE, MADV_COLLAPSE), "nothing is there: EINVAL");
	munmap(p, HUGE);
	fails_with(ENOMEM, madvise(p, HUGE, MADV_COLLAPSE), "no area: ENOMEM");
	fails_with(EINVAL, madvise(p + 1, HUGE, MADV_COLLAPSE), "a crooked address: EINVAL");

	/* One that can't does not keep the others from it. */
	p = small_pages(3 * HUGE);
	madvise(p + HUGE, HUGE, MADV_DONTNEED);
	munmap(p + HUGE, HUGE);
	fails_with(ENOMEM, madvise(p, 3 * HUGE, MADV_COLLAPSE), "a hole in the range: ENOMEM");
	is(huge_kb(p), 2048, "what lies before it");
	is(huge_kb(p + 2 * HUGE), 2048, "and behind it is huge");
	munmap(p, 3 * HUGE);

	p = map_aligned(3 * HUGE);
	spit(THP "enabled", "never");
	fill(p, HUGE, 1);
	fill(p + 2 * HUGE, HUGE, 1);
	spit(THP "enabled", "madvise");
	fails_with(EINVAL, madvise(p, 3 * HUGE, MADV_COLLAPSE), "nothing was ever in the middle: EINVAL");
	if (access("/sys/kernel/debug/khugepaged_results", F_OK))
		skip(1, "Linux stops there");
	else
		is(huge_kb(p), 4096, "before and behind it is huge");
	munmap(p, 3 * HUGE);

	/* After fork everything is shared. */
	p = small_pages(HUGE);
	q = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	fflush(stdout);
	if (!fork()) {
		q[0] = !madvise(p, HUGE, MADV_COLLAPSE);
		q[1] = huge_kb(p) == 2048;
		q[2] = !wrong_pages(p, HUGE, 1);
		fill(p, HUGE, 3);
		_exit(0);
	}
	wait(NULL);
	if (q[0]) {
		ok(q[1], "a child makes its copy of small pages huge");
		ok(q[2], "with the same data");
	} else {
		skip(2, "read-only entries alone are not enough here");
	}
	is(huge_kb(p), 0, "the parent's stay small");
	is(wrong_pages(p, HUGE, 1), 0, "and as they were");

	is(smaps_kb(p, "THPeligible"), 0, "without advice and in madvise mode the area is not eligible");
	madvise(p, HUGE, MADV_HUGEPAGE);
	is(smaps_kb(p, "THPeligible"), 1, "with advice it is");
	return done();
}
