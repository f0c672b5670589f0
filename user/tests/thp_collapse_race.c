/* A writer that never stops loses no byte while khugepaged collapses and mprotect splits. */
/* quire-test: thp=madvise timeout=90 */
#include <user/lib/khugepaged.h>
#include <user/lib/tap.h>

#define SECONDS 6

static uint64_t *counter(char *p, int i)
{
	return (uint64_t *)(p + i * PAGE + 64);
}

int main(void)
{
	char *p;
	long end, rounds = 0, wrong = 0, collapsed = vmstat("thp_collapse_alloc");

	plan(2);
	khuge_quick();
	p = small_then_advised(2 * HUGE);
	for (end = now_ms() + SECONDS * 1000; now_ms() < end; rounds++) {
		for (int i = 0; i < 1024; i++) {
			if (*counter(p, i) != (uint64_t)rounds)
				wrong++;
			*counter(p, i) = rounds + 1;
		}
		if (rounds % 64 == 63) {
			mprotect(p + rounds % 512 * PAGE, PAGE, PROT_READ);
			mprotect(p + rounds % 512 * PAGE, PAGE, PROT_READ | PROT_WRITE);
			madvise(p + HUGE, HUGE, MADV_NOHUGEPAGE);
			madvise(p + HUGE, HUGE, MADV_HUGEPAGE);
		}
	}
	collapsed = vmstat("thp_collapse_alloc") - collapsed;
	is(wrong, 0, "no write was lost in %ld rounds", rounds);
	ok(collapsed > 0, "while %ld ranges were collapsed", collapsed);
	return done();
}
