/* MADV_COLD: nothing happens to the pages, but when memory is short they go before those that are used. */
/* quire-test: mem=96 swap=768 timeout=200 */
#define _GNU_SOURCE
#include <user/lib/memory.h>
#include <user/lib/tap.h>

#define KPF_REFERENCED	2
#define KPF_ACTIVE	6
#define SIZE (8 * MB)

static long pages_present(const char *p, size_t length)
{
	long nr = 0;

	for (size_t at = 0; at < length; at += PAGE)
		nr += present(p + at);
	return nr;
}

static long pages_with(const char *p, size_t length, int flag)
{
	long nr = 0;

	for (size_t at = 0; at < length; at += PAGE)
		nr += page_flag(p + at, flag) == 1;
	return nr;
}

int main(void)
{
	size_t memory = (size_t)meminfo_kb("MemAvailable") * 1024, size = memory & ~(MB - 1);
	char *cold = map_small(SIZE), *hot = map_small(SIZE), *stream = map_small(size);
	long cold_left, hot_left, wrong = 0;

	plan(8);
	fill(cold, SIZE, 1);
	fill(hot, SIZE, 2);
	is(madvise(cold, SIZE, MADV_COLD), 0, "madvise MADV_COLD");
	is(pages_present(cold, SIZE), SIZE / PAGE, "the pages are still there");
	ok(pages_with(cold, SIZE, KPF_ACTIVE) < 64 && pages_with(cold, SIZE, KPF_REFERENCED) < 64,
	   "but not active, and not referenced");
	ok(page_flag(cold, KPF_SWAPBACKED) == 1, "and they need their place in swap");
	for (size_t at = 0; at < size; at += MB) {
		fill(stream + at, MB, at);
		wrong += wrong_pages(hot, SIZE, 2);
	}
	cold_left = pages_present(cold, SIZE);
	hot_left = pages_present(hot, SIZE);
	ok(cold_left < hot_left, "memory was short: cold pages went first (%ld and %ld are left)", cold_left,
	   hot_left);
	ok(hot_left >= (long)(SIZE / PAGE * 3 / 4), "those in use stayed");
	is(wrong, 0, "which were right all the time");
	is(wrong_pages(cold, SIZE, 1), 0, "the cold ones are right when they come back");
	return done();
}
