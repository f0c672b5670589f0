/* Where no huge page may come: too short, crooked, forbidden by advice or by the knob. */
/* quire-test: thp=madvise */
#include <user/lib/memory.h>
#include <user/lib/tap.h>

int main(void)
{
	char *p = map_aligned(4 * HUGE);

	plan(7);
	p[0] = 1;
	is(huge_kb(p), 0, "madvise mode: not without advice");
	p = map_huge(4 * HUGE);
	is(madvise(p, 4 * HUGE, MADV_NOHUGEPAGE), 0, "MADV_NOHUGEPAGE");
	fill(p, 4 * HUGE, 1);
	is(huge_kb(p), 0, "not where it is forbidden");
	p = map_aligned(4 * HUGE);
	munmap(p, 64 * PAGE);
	p += 64 * PAGE;
	madvise(p, 2 * HUGE, MADV_HUGEPAGE);
	*p = 1;
	is(huge_kb(p), 0, "not where the aligned range is not all ours");
	p[HUGE] = 1;
	is(huge_kb(p), 2048, "but in the range behind it");
	p = map_huge(HUGE);
	spit(THP "enabled", "never");
	*p = 1;
	is(huge_kb(p), 0, "never means never");
	spit(THP "enabled", "always");
	p = map_aligned(HUGE);
	*p = 1;
	is(huge_kb(p), 2048, "always needs no advice");
	spit(THP "enabled", "madvise");
	return done();
}
