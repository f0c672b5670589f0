/* MADV_FREE: the pages go when memory is short, unless they were written to again; nothing is written to swap for them. */
/* quire-test: mem=96 swap=768 thp=madvise timeout=300 */
#define _GNU_SOURCE
#include <user/lib/memory.h>
#include <user/lib/tap.h>

#define SIZE (8 * MB)
#define BATCH 64		/* Linux moves pages in batches: so many may not be counted yet */

/* Is the page as fill() left it (1), empty (0), or something else (-1)? */
static int kept(const char *p, size_t at, uint64_t seed)
{
	uint64_t first = *(volatile uint64_t *)(p + at), last = *(volatile uint64_t *)(p + at + PAGE - 8);

	if (first == pattern(seed, at) && last == ~pattern(seed, at))
		return 1;
	return first || last ? -1 : 0;
}

/* => pages of the range for which kept() is `what` */
static long count_kept(const char *p, size_t from, size_t to, uint64_t seed, int what)
{
	long nr = 0;

	for (size_t at = from; at < to; at += PAGE)
		nr += kept(p, at, seed) == what;
	return nr;
}

static int about(long pages, long expected)
{
	return pages <= expected && pages >= expected - BATCH;
}

/* Memory is short for a while. It takes all that there is, and some swap. */
static void press(void)
{
	size_t size = ((size_t)meminfo_kb("MemAvailable") * 1024 + 48 * MB) & ~(MB - 1);
	char *p = map_small(size);

	fill(p, size, 9);
	munmap(p, size);
}

static void refuses(void)
{
	char *p = map_small(SIZE), *shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	is(madvise(shared, PAGE, MADV_FREE), -1, "shared memory can't be freed lazily");
	is(errno, EINVAL, "EINVAL");
	mlock(p, PAGE);
	is(madvise(p, PAGE, MADV_FREE), -1, "nor can locked memory");
	is(errno, EINVAL, "EINVAL");
	munmap(p, SIZE);
	munmap(shared, PAGE);
}

static void small_pages(void)
{
	char *p = map_small(SIZE);
	long marked = vmstat("pglazyfree"), freed;

	fill(p, SIZE, 1);
	is(madvise(p, SIZE, MADV_FREE), 0, "madvise MADV_FREE");
	marked = vmstat("pglazyfree") - marked;
	ok(about(marked, SIZE / PAGE), "pglazyfree counts every page (%ld)", marked);
	ok(about(smaps_kb(p, "LazyFree") / 4, SIZE / PAGE), "smaps shows them as LazyFree");
	is(smaps_kb(p, "Rss"), SIZE / 1024, "they are still there");
	is(page_flag(p, KPF_SWAPBACKED), 0, "and need no swap");
	is(count_kept(p, 0, SIZE, 1, 1), SIZE / PAGE, "without need nothing is lost");
	/* What is written to is wanted again: the first quarter. */
	fill(p, SIZE / 4, 2);
	ok(about(smaps_kb(p, "LazyFree") / 4, SIZE * 3 / 4 / PAGE), "what is written to is not free any more");
	/* We have just looked at the others, and what is in use stays for a while. */
	madvise(p + SIZE / 4, SIZE * 3 / 4, MADV_COLD);
	freed = vmstat("pglazyfreed");
	press();
	freed = vmstat("pglazyfreed") - freed;
	ok(freed >= (long)(SIZE / PAGE / 2), "when memory is short they go (%ld)", freed);
	is(count_kept(p, 0, SIZE / 4, 2, 1), SIZE / 4 / PAGE, "what was written to is all there");
	is(count_kept(p, SIZE / 4, SIZE, 1, -1), 0, "each other page is as it was, or empty");
	ok(count_kept(p, SIZE / 4, SIZE, 1, 0) >= (long)(SIZE / PAGE / 2), "most are empty");
	munmap(p, SIZE);
}

static void swapped_pages(void)
{
	char *p = map_small(SIZE);

	fill(p, SIZE, 3);
	madvise(p, SIZE, MADV_PAGEOUT);
	ok(within_ms(10000, smaps_kb(p, "Swap") > 0), "some pages are in swap");
	madvise(p, SIZE, MADV_FREE);
	is(smaps_kb(p, "Swap"), 0, "MADV_FREE gives their slots back at once");
	is(count_kept(p, 0, SIZE, 3, -1), 0, "they are empty now, the others may be");
	munmap(p, SIZE);
}

static void huge_pages(void)
{
	char *p = map_huge(2 * HUGE);
	long marked = vmstat("pglazyfree");

	fill(p, 2 * HUGE, 4);
	if (huge_kb(p) != 2 * HUGE / 1024) {
		skip(5, "no huge pages");
		return;
	}
	madvise(p, HUGE, MADV_FREE);
	is(vmstat("pglazyfree") - marked, HUGE / PAGE, "a huge page counts as 512");
	is(smaps_kb(p, "LazyFree"), HUGE / 1024, "and is free as a whole");
	is(huge_kb(p), 2 * HUGE / 1024, "and huge still");
	madvise(p + HUGE, HUGE / 2, MADV_FREE);
	ok(about(smaps_kb(p, "LazyFree") / 4, HUGE * 3 / 2 / PAGE), "of another one the half");
	press();
	ok(count_kept(p, 0, HUGE * 3 / 2, 4, -1) == 0 && count_kept(p, HUGE * 3 / 2, 2 * HUGE, 4, 1) == HUGE / 2 / PAGE,
	   "afterwards the other half is as it was");
	munmap(p, 2 * HUGE);
}

/* A child frees what it shares with its parent: it is the parent's content too. */
static void after_fork(void)
{
	char *p = map_small(SIZE);
	int status;
	pid_t pid;

	fill(p, SIZE, 5);
	pid = fork();
	if (!pid) {
		madvise(p, SIZE, MADV_FREE);
		press();
		_exit(count_kept(p, 0, SIZE, 5, -1) != 0);
	}
	waitpid(pid, &status, 0);
	is(status, 0, "the child finds its pages as they were, or empty");
	is(count_kept(p, 0, SIZE, 5, 1), SIZE / PAGE, "the parent finds its own as they were");

	/* And free pages that are shared by fork: who writes, keeps what he wrote. */
	madvise(p, SIZE, MADV_FREE);
	pid = fork();
	if (!pid) {
		fill(p, SIZE / 2, 6);
		press();
		_exit(count_kept(p, 0, SIZE / 2, 6, 1) != SIZE / 2 / PAGE || count_kept(p, SIZE / 2, SIZE, 5, -1));
	}
	fill(p + SIZE / 2, SIZE / 2, 7);
	waitpid(pid, &status, 0);
	is(status, 0, "the child has what it wrote");
	is(wrong_pages(p + SIZE / 2, SIZE / 2, 7), 0, "the parent has what it wrote");
	is(count_kept(p, 0, SIZE / 2, 5, -1), 0, "the rest is as it was, or empty");
	munmap(p, SIZE);
}

int main(void)
{
	plan(28);
	refuses();
	small_pages();
	swapped_pages();
	huge_pages();
	after_fork();
	return done();
}
