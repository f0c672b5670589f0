/* max_ptes_none decides how many missing pages khugepaged fills with zeros. */
/* quire-test: thp=madvise */
#include <user/lib/khugepaged.h>
#include <user/lib/tap.h>

int main(void)
{
	char *p;
	int wrong = 0;

	plan(4);
	khuge_quick();
	khuge_set("max_ptes_none", "100");
	p = map_aligned(2 * HUGE);
	madvise(p, 2 * HUGE, MADV_NOHUGEPAGE);
	for (int i = 0; i < 512; i++) {
		if (i % 8)			/* 64 of 512 are missing: few enough */
			p[i * PAGE] = i;
		if (i % 2)			/* 256 are missing: too many */
			p[HUGE + i * PAGE] = i;
	}
	madvise(p, 2 * HUGE, MADV_HUGEPAGE);
	ok(within_ms(20000, huge_kb(p) >= 2048), "64 missing pages don't hinder");
	for (int i = 0; i < 512; i++)
		wrong += p[i * PAGE] != (i % 8 ? (char)i : 0) || p[i * PAGE + 1];
	is(wrong, 0, "the missing ones are zeros, the others right");
	sleep_ms(300);
	is(huge_kb(p), 2048, "256 do");
	wrong = 0;
	khuge_set("max_ptes_none", "511");
	ok(within_ms(20000, huge_kb(p) >= 2048 + 2048), "until the limit is raised");
	return done();
}
